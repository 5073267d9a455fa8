"""Who may give what: seats with their grade, and dated, immutable limits."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from customers.models import Team
from offers.choices import Duty, Grade, LimitMode, OfferKind


class Seat(models.Model):
    """A user's place on the desk. Agents and supervisors both have one; without a team no calls are taken."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seat_row")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="seats")
    grade = models.CharField(max_length=24, choices=Grade.choices, default=Grade.NEW)
    duty = models.CharField(max_length=24, choices=Duty.choices, default=Duty.OFF)
    duty_since = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.grade}"


class LimitVersion(models.Model):
    """The most that may be given in one proposal, for a grade, a team or one person.

    The narrowest scope wins (person, team, grade); within a scope the newest version in force. Never changed.
    """

    grade = models.CharField(max_length=24, choices=Grade.choices, blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    valid_from = models.DateTimeField()
    currency = models.CharField(max_length=3)
    max_percent = models.PositiveSmallIntegerField()
    max_months = models.PositiveSmallIntegerField()
    max_monthly_minor = models.BigIntegerField(help_text="Off the bill in one month.")
    max_credit_minor = models.BigIntegerField(help_text="One-off credit or goods.")
    max_fee_minor = models.BigIntegerField(default=0, help_text="Fee waived.")
    max_cost_minor = models.BigIntegerField(help_text="Cost to us over the whole life.")
    kinds = ArrayField(models.CharField(max_length=24, choices=OfferKind.choices), default=list)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    recorded_at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=(~Q(grade="") & Q(team=None, user=None))
                | (Q(grade="", team__isnull=False, user=None))
                | (Q(grade="", team=None, user__isnull=False)),
                name="limit_has_one_scope",
            ),
            models.CheckConstraint(condition=Q(max_percent__lte=100), name="limit_percent_is_percent"),
            models.CheckConstraint(
                condition=Q(
                    max_monthly_minor__gte=0,
                    max_credit_minor__gte=0,
                    max_fee_minor__gte=0,
                    max_cost_minor__gte=0,
                ),
                name="limit_amounts_not_negative",
            ),
            models.UniqueConstraint(
                fields=["grade", "team", "user", "valid_from"],
                name="limit_version_unique",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"limit {self.pk}"


class SchemeVersion(models.Model):
    """The desk-wide rules of authority: customer caps, cooldown, goodwill, time-outs. Dated, never changed."""

    valid_from = models.DateTimeField(unique=True)
    currency = models.CharField(max_length=3)
    customer_year_percents = ArrayField(
        models.PositiveSmallIntegerField(),
        size=3,
        help_text="Of the annual bill, by value tier low, middle, high.",
    )
    long_tenure_months = models.PositiveSmallIntegerField(default=24)
    long_tenure_extra_percent = models.PositiveSmallIntegerField(default=25)
    short_tenure_months = models.PositiveSmallIntegerField(default=6, help_text="Below it: fixes and credits only.")
    cooldown_months = models.PositiveSmallIntegerField(default=6)
    concessions_a_call = models.PositiveSmallIntegerField(default=2)
    credits_a_year = models.PositiveSmallIntegerField(default=2)
    goodwill_minor = models.BigIntegerField(default=0, help_text="Stays open when a wallet is empty.")
    budget_mode = models.CharField(max_length=24, choices=LimitMode.choices, default=LimitMode.HARD)
    approval_seconds = models.PositiveSmallIntegerField(default=60)
    undo_seconds = models.PositiveSmallIntegerField(default=5)
    hold_minutes = models.PositiveSmallIntegerField(default=30)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"scheme {self.pk}"
