"""The ledger's tables. Only its SQL functions write here; the application's role may read."""

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q

from offers.choices import BudgetKind, BudgetPeriod, EntryKind, HoldEnd


class BudgetPlan(models.Model):
    """What an owner gets in each period; the ledger opens the period's account from it when first drawn on.

    `most` caps the number of concessions beside their cost. Over `average_minor` a save, the next one is a
    supervisor's. `allotment_minor`: agents take slices of that size from a campaign and own them until somebody else
    needs what they left. `carries_over`: what is left at the end of a period is added to the next.
    """

    kind = models.CharField(max_length=24, choices=BudgetKind.choices)
    owner_id = models.BigIntegerField(help_text="Of the user, team, site or campaign.")
    currency = models.CharField(max_length=3)
    period = models.CharField(max_length=24, choices=BudgetPeriod.choices)
    amount_minor = models.BigIntegerField()
    parts = models.PositiveSmallIntegerField(default=1, help_text="Split counters, for what every agent draws on.")
    carries_over = models.BooleanField(db_default=False)
    most = models.PositiveIntegerField(null=True, blank=True)
    average_minor = models.BigIntegerField(null=True, blank=True)
    allotment_minor = models.BigIntegerField(null=True, blank=True)
    active = models.BooleanField(db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "owner_id", "currency"], name="budget_plan_unique"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="budget_plan_not_negative"),
            models.CheckConstraint(condition=Q(parts__gte=1, parts__lte=64), name="budget_plan_parts"),
            # A number of saves cannot be cut into parts that anybody may take the last of.
            models.CheckConstraint(condition=Q(most=None) | Q(parts=1), name="budget_plan_count_is_whole"),
            models.CheckConstraint(
                condition=Q(allotment_minor=None) | Q(kind=BudgetKind.CAMPAIGN, allotment_minor__gt=0, parts=1),
                name="budget_plan_allotments_of_campaigns",
            ),
            models.CheckConstraint(
                condition=Q(average_minor=None) | Q(average_minor__gt=0), name="budget_plan_average"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.owner_id}"


class BudgetAccount(models.Model):
    """One budget for one period. `limit_minor` is its total; the counters' ceilings never add up to more.

    Of an allotment the owner is the agent and `parent` the campaign's account that it is a slice of.
    """

    kind = models.CharField(max_length=24, choices=BudgetKind.choices)
    owner_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    period = models.CharField(max_length=24, choices=BudgetPeriod.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="allotments")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="First day that is no longer part of it.")
    limit_minor = models.BigIntegerField()
    target_minor = models.BigIntegerField(help_text="What the limit was last set to; below use it is frozen.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "owner_id", "currency", "period", "starts_on", "parent"],
                name="budget_account_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind=BudgetKind.ALLOTMENT, parent__isnull=False)
                | (~Q(kind=BudgetKind.ALLOTMENT) & Q(parent=None)),
                name="budget_allotment_has_parent",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="budget_account_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(limit_minor__gte=0, target_minor__gte=0),
                name="budget_limit_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.owner_id} {self.starts_on}"


class BudgetCounter(models.Model):
    """The guarded row: held + spent never exceed the ceiling, at every commit; neither do their numbers the most."""

    account = models.ForeignKey(BudgetAccount, on_delete=models.PROTECT, related_name="counters", db_index=False)
    part = models.PositiveSmallIntegerField(default=0)
    ceiling_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0)
    spent_minor = models.BigIntegerField(default=0)
    held_count = models.PositiveIntegerField(db_default=0)
    spent_count = models.PositiveIntegerField(db_default=0)
    most = models.PositiveIntegerField(null=True, blank=True)
    frozen = models.BooleanField(default=False, help_text="Lowered below use: no new holds until it has drained.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "part"], name="budget_counter_unique"),
            models.CheckConstraint(
                condition=Q(
                    held_minor__gte=0,
                    spent_minor__gte=0,
                    ceiling_minor__gte=F("held_minor") + F("spent_minor"),
                ),
                name="budget_never_overdrawn",
            ),
            models.CheckConstraint(
                condition=Q(held_count__gte=0, spent_count__gte=0)
                & (Q(most=None) | Q(most__gte=F("held_count") + F("spent_count"))),
                name="budget_never_overcounted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.part}"


class Hold(models.Model):
    """A reservation for one proposal on all of its budgets. It ends exactly once."""

    proposal = models.ForeignKey("offers.Proposal", on_delete=models.PROTECT, related_name="holds")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_as = models.CharField(max_length=24, choices=HoldEnd.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    posted_minor = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="hold_not_negative"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("opened_at")), name="hold_expires_later"),
            models.CheckConstraint(
                condition=Q(ended_as="", ended_at=None, posted_minor=None)
                | Q(
                    ended_as=HoldEnd.POSTED,
                    ended_at__isnull=False,
                    posted_minor__gte=0,
                    posted_minor__lte=F("amount_minor"),
                )
                | Q(
                    ended_as__in=[HoldEnd.VOIDED, HoldEnd.EXPIRED],
                    ended_at__isnull=False,
                    posted_minor=None,
                ),
                name="hold_ends_once",
            ),
            models.UniqueConstraint(
                fields=["proposal"],
                name="one_live_hold_a_proposal",
                condition=Q(ended_as=""),
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="hold_live", condition=Q(ended_as=""))]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class LedgerEntry(models.Model):
    """One movement of one counter. A counter equals the sum of its entries. Append-only.

    The two or more entries of one `transfer` add up to nothing.
    """

    counter = models.ForeignKey(BudgetCounter, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=24, choices=EntryKind.choices)
    hold = models.ForeignKey(Hold, null=True, on_delete=models.PROTECT, related_name="entries", db_index=False)
    held_minor = models.BigIntegerField(default=0, help_text="Change of what is held.")
    spent_minor = models.BigIntegerField(default=0, help_text="Change of what is spent.")
    ceiling_minor = models.BigIntegerField(default=0, help_text="Change of the ceiling.")
    held_count = models.SmallIntegerField(db_default=0)
    spent_count = models.SmallIntegerField(db_default=0)
    transfer = models.UUIDField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hold", "counter"],
                name="hold_taken_once",
                condition=Q(kind=EntryKind.HOLD),
            ),
            models.UniqueConstraint(
                fields=["hold", "counter"],
                name="hold_ended_once",
                condition=Q(kind__in=[EntryKind.POST, EntryKind.VOID, EntryKind.EXPIRE]),
            ),
            models.UniqueConstraint(
                fields=["hold", "counter"],
                name="hold_returned_once",
                condition=Q(kind=EntryKind.RETURN),
            ),
            # Spelled out in `entry_moves`: so long a condition would be read anew at every hold.
            models.CheckConstraint(
                condition=Func(
                    "kind",
                    "hold",
                    "transfer",
                    "held_minor",
                    "spent_minor",
                    "ceiling_minor",
                    "held_count",
                    "spent_count",
                    function="entry_moves",
                    output_field=models.BooleanField(),
                ),
                name="entry_moves_what_its_kind_may",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class StormReserve(models.Model):
    """Money and limits that two people have signed in advance, for an outage: used at once, without the cool-off.

    The money lies in a STORM account that this reserve owns, the limits are those versions that name it.
    """

    site = models.ForeignKey("customers.Site", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    countersigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    countersigned_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-signed_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="storm_not_negative"),
            models.CheckConstraint(
                condition=Q(countersigned_by=None, countersigned_at=None)
                | (
                    ~Q(countersigned_by=F("signed_by"))
                    & Q(countersigned_by__isnull=False, countersigned_at__isnull=False)
                ),
                name="storm_is_signed_by_two",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Storm(models.Model):
    """An outage during which a reserve is used: from `started_at` until it is ended, at `ends_at` at the latest."""

    reserve = models.ForeignKey(StormReserve, on_delete=models.PROTECT, related_name="storms")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.CharField(max_length=200)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("started_at")), name="storm_ends_later"),
            models.UniqueConstraint(fields=["reserve"], name="one_storm_a_reserve", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"storm {self.pk}"
