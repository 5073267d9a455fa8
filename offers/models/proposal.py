"""One offer with its terms for one customer on one call, its approval, its answer, and what runs from it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from customers.models import Call, Customer, Team
from offers.choices import ApprovalState, DeclineReason, DrawEnd, Family, OutcomeKind, ProposalState, RulingCode
from offers.models.authority import LimitVersion, SchemeVersion
from offers.models.catalogue import Offer, OfferVersion

NOTE_LENGTH = 300


class Proposal(models.Model):
    """The terms are copied in and never change; only the state moves, and only through the ledger's functions."""

    key = models.UUIDField(unique=True)
    # Rows that are never deleted need no index to be found by; those that are read by have theirs below.
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="proposals", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="proposals", db_index=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    offer_version = models.ForeignKey(OfferVersion, on_delete=models.PROTECT, related_name="+")
    counter_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="counters", db_index=False
    )
    grant = models.OneToOneField(
        "offers.Grant",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="proposal",
        help_text="Used for it.",
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="Where it stood in the ranked list, from 1.")

    currency = models.CharField(max_length=3)
    percent = models.PositiveSmallIntegerField(null=True, blank=True)
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    product_kind = models.CharField(max_length=24, blank=True, help_text="Blank: the whole bill.")
    extra = models.JSONField(
        default=dict,
        blank=True,
        help_text="Further terms of the kind: plan, promised fix, gift.",
    )
    cost_minor = models.BigIntegerField(help_text="To us, over its life.")
    monthly_minor = models.BigIntegerField(default=0, help_text="Off the bill a month while it runs.")
    bill_before_minor = models.BigIntegerField()
    bill_after_minor = models.BigIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    accept_percent = models.PositiveSmallIntegerField(default=0)
    expected_value_minor = models.BigIntegerField(default=0)

    ruling = models.CharField(max_length=24, choices=RulingCode.choices)
    reasons = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    limit_version = models.ForeignKey(LimitVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    scheme = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="+", db_index=False)

    state = models.CharField(max_length=24, choices=ProposalState.choices)
    created_at = models.DateTimeField()
    presented_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cost_minor__gte=0), name="proposal_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(percent=None) | Q(percent__lte=100),
                name="proposal_percent_is_percent",
            ),
            models.CheckConstraint(condition=Q(bill_after_minor__gte=0), name="proposal_bill_not_negative"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        ProposalState.AWAITING,
                        ProposalState.AUTHORISED,
                        ProposalState.PRESENTED,
                    ],
                    ended_at=None,
                )
                | (
                    ~Q(
                        state__in=[
                            ProposalState.AWAITING,
                            ProposalState.AUTHORISED,
                            ProposalState.PRESENTED,
                        ]
                    )
                    & Q(ended_at__isnull=False)
                ),
                name="proposal_end_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["counter_of"],
                name="one_counter_a_proposal",
                condition=Q(counter_of__isnull=False) & ~Q(state=ProposalState.WITHDRAWN),
            ),
            models.UniqueConstraint(
                fields=["call"],
                name="one_presented_a_call",
                condition=Q(state=ProposalState.PRESENTED),
            ),
            models.UniqueConstraint(
                fields=["call"],
                name="one_awaiting_a_call",
                condition=Q(state=ProposalState.AWAITING),
            ),
        ]
        indexes = [
            models.Index(fields=["call"], name="proposal_of_call"),
            models.Index(fields=["customer", "-created_at"], name="proposal_of_customer"),
            models.Index(
                fields=["offer_version", "-created_at"],
                name="proposal_presented",
                condition=Q(presented_at__isnull=False),
            ),
        ]
        permissions = [("decide_approval", "Can decide what agents ask for")]

    def __str__(self) -> str:
        return f"proposal {self.pk}"


class ApprovalRequest(models.Model):
    """An agent's question and a supervisor's answer. The answer takes effect after a few seconds of undo.

    Who answers is drawn (`drawn_to`), not chosen. Above the scheme's tier two people have to say yes: `first_by` did,
    `decided_by` is the second.
    """

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="approval")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    state = models.CharField(max_length=24, choices=ApprovalState.choices, default=ApprovalState.OPEN)
    drawn_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    draw_ends_at = models.DateTimeField(null=True, blank=True)
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    first_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    read_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    effective_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=24, choices=DeclineReason.choices, blank=True)
    decision_note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    limit_version = models.ForeignKey(
        LimitVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The decider's.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="nobody_decides_their_own",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, effective_at=None)
                | Q(
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    effective_at__isnull=False,
                ),
                name="decision_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        ApprovalState.APPROVED,
                        ApprovalState.COUNTERED,
                        ApprovalState.CEILING,
                        ApprovalState.DECLINED,
                    ]
                )
                | Q(decided_by__isnull=False),
                name="answered_request_has_decider",
            ),
            models.CheckConstraint(
                condition=Q(first_by=None, first_at=None)
                | (
                    Q(first_at__isnull=False, first_by__isnull=False)
                    & ~Q(first_by=F("asked_by"))
                    & (Q(decided_by=None) | ~Q(decided_by=F("first_by")))
                ),
                name="second_approver_is_another",
            ),
            models.CheckConstraint(
                condition=Q(state=ApprovalState.DECLINED, decision_reason__in=DeclineReason.values)
                | (~Q(state=ApprovalState.DECLINED) & Q(decision_reason="")),
                name="no_has_its_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="request_open",
                condition=Q(state=ApprovalState.OPEN),
            ),
            models.Index(fields=["decided_by", "-decided_at"], name="request_decided"),
            models.Index(
                fields=["decided_at"],
                name="request_decided_at",
                condition=Q(decided_at__isnull=False),
            ),
            models.Index(fields=["asked_by", "-asked_at"], name="request_asked"),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"


class ApprovalDraw(models.Model):
    """One supervisor's turn at a question: when they were drawn, and how their turn ended."""

    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="draws")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()
    ended_as = models.CharField(max_length=24, choices=DrawEnd.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "user"], name="drawn_once_a_question"),
            models.UniqueConstraint(fields=["request"], name="one_turn_at_a_time", condition=Q(ended_as="")),
            models.CheckConstraint(
                condition=Q(ended_as="", ended_at=None) | (~Q(ended_as="") & Q(ended_at__isnull=False)),
                name="draw_end_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["user", "-drawn_at"], name="draw_of_user")]

    def __str__(self) -> str:
        return f"draw {self.pk}"


class Grant(models.Model):
    """A supervisor's yes: one offer on one call, up to these terms, until `expires_at`, used for one proposal.

    What is smaller than the ceilings needs no second question; what is larger does.
    """

    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="grants")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="grants")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    limit_version = models.ForeignKey(LimitVersion, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    percent = models.PositiveSmallIntegerField(default=0)
    months = models.PositiveSmallIntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)
    monthly_minor = models.BigIntegerField(default=0)
    cost_minor = models.BigIntegerField()
    granted_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request"], name="one_grant_a_question", condition=Q(withdrawn_at=None)),
            models.CheckConstraint(condition=~Q(by=F("agent")), name="nobody_grants_to_themselves"),
            models.CheckConstraint(condition=Q(used_at=None) | Q(withdrawn_at=None), name="grant_used_or_withdrawn"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("granted_at")), name="grant_expires_later"),
            models.CheckConstraint(
                condition=Q(cost_minor__gte=0, amount_minor__gte=0, monthly_minor__gte=0), name="grant_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["call"], name="grant_of_call")]

    def __str__(self) -> str:
        return f"grant {self.pk}"


class Outcome(models.Model):
    """The customer's answer to one proposal. Append-only, exactly one."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="outcome")
    kind = models.CharField(max_length=24, choices=OutcomeKind.choices)
    posted_minor = models.BigIntegerField(default=0)
    disclosures = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text="Read out before yes.",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=OutcomeKind.ACCEPTED, posted_minor__gte=0) | Q(posted_minor=0),
                name="only_yes_costs",
            )
        ]
        indexes = [models.Index(fields=["recorded_at"], name="outcome_recorded")]

    def __str__(self) -> str:
        return self.kind


class Concession(models.Model):
    """An accepted proposal running on the customer's account, with its start, end and the price afterwards."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="concession")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="concessions")
    family = models.CharField(max_length=24, choices=Family.choices)
    currency = models.CharField(max_length=3)
    monthly_minor = models.BigIntegerField(default=0)
    cost_minor = models.BigIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    ended_early_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="concession_dates_in_order",
            )
        ]
        indexes = [models.Index(fields=["customer", "-starts_on"], name="concession_of_customer")]

    def __str__(self) -> str:
        return f"concession {self.pk}"
