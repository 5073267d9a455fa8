"""One intake of files: its progress, its result, and where the refused rows are."""

from django.conf import settings
from django.db import models

from customers.choices import IntakeState


class IntakeRun(models.Model):
    """One run of one mapping over its files, by command or from the administrator's page."""

    state = models.CharField(max_length=24, choices=IntakeState.choices, default=IntakeState.UPLOADED)
    mapping_name = models.CharField(max_length=120)
    mapping = models.TextField(help_text="The mapping file as it was, TOML.")
    files = models.JSONField(default=list, help_text='[{"name": ..., "path": ..., "bytes": ...}]')
    strict = models.BooleanField(default=False)
    rows_total = models.BigIntegerField(null=True, blank=True)
    rows_read = models.BigIntegerField(default=0)
    step = models.CharField(max_length=40, blank=True)
    summary = models.JSONField(default=dict, blank=True)
    refusals_path = models.CharField(max_length=300, blank=True)
    trouble = models.JSONField(default=dict, blank=True, help_text="Code and facts of what stopped it.")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        permissions = [("run_intake", "Can bring customer files in")]

    def __str__(self) -> str:
        return self.mapping_name
