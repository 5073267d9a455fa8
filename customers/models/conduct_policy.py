"""The dated rules of a jurisdiction for a cancel call. A version never changes; a new one is added."""

from django.db import models
from django.db.models import F, Q


class ConductPolicy(models.Model):
    """One version of one rule set. `rules` holds what `customers.conduct.Policy` reads."""

    code = models.CharField(max_length=24)
    version = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    offers_allowed = models.PositiveSmallIntegerField(help_text="Offers after the first clear wish to cancel.")
    minutes_after_intent = models.PositiveSmallIntegerField()
    rules = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "conduct policies"
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="conduct_policy_version_unique"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="conduct_policy_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"
