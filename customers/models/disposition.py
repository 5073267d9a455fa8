"""How a call ended. The report's raw material: append-only, corrected by adding."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from customers.choices import DispositionKind, ProductKind
from customers.models.call import Call


class Disposition(models.Model):
    """One ending: of the whole call (`line` blank, exactly one per closed call) or of one product line.

    A correction is a row that names the row it `corrects`; the row that nothing corrects is the one that counts.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="dispositions")
    line = models.CharField(max_length=24, choices=ProductKind.choices, blank=True)
    kind = models.CharField(max_length=24, choices=DispositionKind.choices)
    corrects = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrected_by",
    )
    why = models.CharField(max_length=200, blank=True, help_text="Of a correction.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "line"],
                name="one_disposition_a_line",
                condition=Q(corrects__isnull=True),
            ),
            models.CheckConstraint(condition=Q(corrects=None) | ~Q(why=""), name="correction_says_why"),
        ]
        indexes = [models.Index(fields=["recorded_at"], name="disposition_recorded")]

    def __str__(self) -> str:
        return self.kind
