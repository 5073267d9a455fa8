"""Who may give what: seats with their grade, and dated, immutable limits with their second person."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from customers.models import Team
from customers.value import Tier
from offers.choices import Duty, Family, Grade, LimitMode, OfferKind, RaiseState


class Seat(models.Model):
    """A user's place on the desk. Agents and supervisors both have one; without a team no calls are taken."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seat_row")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="seats")
    grade = models.CharField(max_length=24, choices=Grade.choices, default=Grade.NEW)
    duty = models.CharField(max_length=24, choices=Duty.choices, default=Duty.OFF)
    duty_since = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["team"],
                name="seat_that_decides",
                condition=Q(is_active=True, grade__in=[Grade.SUPERVISOR, Grade.MANAGER]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.grade}"


class LimitVersion(models.Model):
    """What may be conceded by a grade, a team or one person: in one proposal, on one call, in a day, week and month.

    The narrowest scope wins (person, team, grade); within it the narrowest case (family, tier, tenure); within that
    the newest version in force. A version that `ends` takes its scope and case out again. Never changed. What is more
    than before (`raises`) names the second person who confirmed it, and holds an hour later at the earliest; a limit
    for a storm has been signed by two in advance and holds while the storm lasts.
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
    family = models.CharField(max_length=24, choices=Family.choices, blank=True)
    tier = models.CharField(max_length=8, choices=[(tier.value, tier.value) for tier in Tier], blank=True)
    tenure_from_months = models.PositiveSmallIntegerField(default=0)
    storm = models.ForeignKey(
        "offers.StormReserve", null=True, blank=True, on_delete=models.PROTECT, related_name="limits"
    )
    ends = models.BooleanField(default=False)
    valid_from = models.DateTimeField()
    currency = models.CharField(max_length=3)
    max_percent = models.PositiveSmallIntegerField()
    max_months = models.PositiveSmallIntegerField()
    max_monthly_minor = models.BigIntegerField()
    max_credit_minor = models.BigIntegerField()
    max_fee_minor = models.BigIntegerField(default=0)
    max_cost_minor = models.BigIntegerField()
    kinds = ArrayField(models.CharField(max_length=24, choices=OfferKind.choices), default=list)
    call_count = models.PositiveSmallIntegerField(null=True, blank=True)
    call_cost_minor = models.BigIntegerField(null=True, blank=True)
    day_count = models.PositiveIntegerField(null=True, blank=True)
    day_cost_minor = models.BigIntegerField(null=True, blank=True)
    week_count = models.PositiveIntegerField(null=True, blank=True)
    week_cost_minor = models.BigIntegerField(null=True, blank=True)
    month_count = models.PositiveIntegerField(null=True, blank=True)
    month_cost_minor = models.BigIntegerField(null=True, blank=True)
    mode = models.CharField(max_length=24, choices=LimitMode.choices, default=LimitMode.HARD)
    raises = models.BooleanField(default=False)
    raised_by = models.OneToOneField(
        "offers.LimitRaise", null=True, blank=True, on_delete=models.PROTECT, related_name="version"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
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
            models.CheckConstraint(
                condition=(Q(call_cost_minor=None) | Q(call_cost_minor__gte=0))
                & (Q(day_cost_minor=None) | Q(day_cost_minor__gte=0))
                & (Q(week_cost_minor=None) | Q(week_cost_minor__gte=0))
                & (Q(month_cost_minor=None) | Q(month_cost_minor__gte=0)),
                name="limit_totals_not_negative",
            ),
            # What a person gives in a day is counted once, whatever it was and whoever got it.
            models.CheckConstraint(
                condition=Q(family="", tier="", tenure_from_months=0)
                | Q(
                    call_count=None,
                    call_cost_minor=None,
                    day_count=None,
                    day_cost_minor=None,
                    week_count=None,
                    week_cost_minor=None,
                    month_count=None,
                    month_cost_minor=None,
                ),
                name="limit_totals_have_no_case",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("recorded_by")), name="nobody_confirms_their_own"
            ),
            models.CheckConstraint(
                condition=Q(raises=False)
                | Q(storm__isnull=False)
                | Q(raised_by__isnull=False, confirmed_by__isnull=False),
                name="raise_has_second_person",
            ),
            models.UniqueConstraint(
                fields=[
                    "grade",
                    "team",
                    "user",
                    "family",
                    "tier",
                    "tenure_from_months",
                    "storm",
                    "currency",
                    "valid_from",
                ],
                name="limit_version_unique",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"limit {self.pk}"


class LimitRaise(models.Model):
    """More than before for somebody, waiting for a second person. Confirmed, it becomes a version an hour later."""

    figures = models.JSONField()
    state = models.CharField(max_length=24, choices=RaiseState.choices, default=RaiseState.OPEN)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    why = models.CharField(max_length=200)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RaiseState.OPEN, decided_by=None, decided_at=None)
                | Q(state=RaiseState.WITHDRAWN, decided_by=F("asked_by"), decided_at__isnull=False)
                | (
                    Q(state__in=[RaiseState.CONFIRMED, RaiseState.REFUSED], decided_at__isnull=False)
                    & ~Q(decided_by=F("asked_by"))
                    & Q(decided_by__isnull=False)
                ),
                name="raise_is_decided_by_another",
            )
        ]
        indexes = [models.Index(fields=["asked_at"], name="raise_open", condition=Q(state=RaiseState.OPEN))]

    def __str__(self) -> str:
        return f"raise {self.pk}"


class Delegation(models.Model):
    """One person decides with the authority of another who is away, from `starts_at` until `ends_at` at the latest."""

    of = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.CharField(max_length=200)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(of=F("to")), name="delegation_is_to_another"),
            models.CheckConstraint(condition=~Q(given_by=F("to")), name="nobody_delegates_to_themselves"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="delegation_ends_later"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="delegation_end_has_who",
            ),
        ]
        indexes = [models.Index(fields=["to", "ends_at"], name="delegation_running", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"delegation {self.pk}"


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
    # Whoever has been drawn and does not look within this time is passed over for the next.
    draw_seconds = models.PositiveSmallIntegerField(default=20)
    grant_minutes = models.PositiveSmallIntegerField(default=30)
    pair_cap = models.PositiveSmallIntegerField(null=True, blank=True)
    second_above_minor = models.BigIntegerField(null=True, blank=True)
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
