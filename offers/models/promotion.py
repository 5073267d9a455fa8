"""A person's step to more authority, which one administrator alone cannot make."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from customers.models import Team
from offers.choices import Grade, PromotionState


class Promotion(models.Model):
    """One person's step from one place to another that gives more: asked for, confirmed by somebody else, done later.

    `begins_at` is an hour after the second person's yes; until then it can be taken back. A place is grade and team.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_grade = models.CharField(max_length=24, choices=Grade.choices)
    from_team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(max_length=24, choices=Grade.choices)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=24, choices=PromotionState.choices, default=PromotionState.OPEN)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    why = models.CharField(max_length=200)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    begins_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Done, or taken back after it was confirmed.")

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=PromotionState.OPEN, decided_by=None, decided_at=None)
                | Q(state=PromotionState.WITHDRAWN, decided_by=F("asked_by"), decided_at__isnull=False)
                | (
                    ~Q(state__in=[PromotionState.OPEN, PromotionState.WITHDRAWN])
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("asked_by"))
                ),
                name="promotion_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("user")) & (Q(decided_by=None) | ~Q(decided_by=F("user"))),
                name="nobody_promotes_themselves",
            ),
            models.CheckConstraint(
                condition=Q(state__in=PromotionState.answered_yes(), begins_at__gt=F("decided_at"))
                | (~Q(state__in=PromotionState.answered_yes()) & Q(begins_at=None)),
                name="promotion_cools_off",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=[PromotionState.OPEN, PromotionState.CONFIRMED]),
                name="one_promotion_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"promotion {self.pk}"
