"""The cancel call itself: who rang, what they first asked, the rules that held, and what was said when."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from customers.choices import (
    CallerRole,
    CallEventKind,
    CallState,
    IdentityResult,
    OpeningIntent,
    ReasonSource,
)
from customers.models.account import Customer
from customers.models.conduct_policy import ConductPolicy
from customers.models.place import Site, Team
from customers.models.reason import Reason


class Call(models.Model):
    """One contact. Stamps (times, policy, place) are set once; the database's clock writes them."""

    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="calls", db_index=False
    )
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    episode = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="First call of its 7 days.",
    )
    state = models.CharField(max_length=24, choices=CallState.choices, default=CallState.OPEN)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="The agent's screen last spoke; silence long enough abandons the call.")
    ended_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    abandoned_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(
        null=True, blank=True, help_text="The telephone ended it; for ten minutes its agent may go on with it."
    )

    phone_from = models.CharField(max_length=20, blank=True)
    caller_role = models.CharField(max_length=24, choices=CallerRole.choices, default=CallerRole.UNKNOWN)
    opening_intent = models.CharField(max_length=24, choices=OpeningIntent.choices, default=OpeningIntent.UNKNOWN)
    identity = models.CharField(
        max_length=24,
        choices=IdentityResult.choices,
        default=IdentityResult.NOT_CHECKED,
    )
    identity_checks = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    identity_at = models.DateTimeField(null=True, blank=True)
    recording_told_at = models.DateTimeField(null=True, blank=True)
    transferred_from = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    transfer_note = models.CharField(max_length=300, blank=True)

    policy = models.ForeignKey(ConductPolicy, on_delete=models.PROTECT, related_name="+")
    offers_allowed = models.PositiveSmallIntegerField()
    minutes_after_intent = models.PositiveSmallIntegerField()
    ask_count = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True, help_text="First clear wish to cancel.")
    must_complete_by = models.DateTimeField(null=True, blank=True, help_text="asked_at plus the policy's minutes.")
    offers_closed_at = models.DateTimeField(null=True, blank=True, help_text="From here on only cancelling is open.")

    reason = models.ForeignKey(Reason, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason_detail = models.ForeignKey(Reason, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rival = models.CharField(max_length=80, blank=True)
    rival_price_minor = models.BigIntegerField(null=True, blank=True)
    rival_product = models.CharField(max_length=24, blank=True, help_text="Product kind the rival's price is for.")
    notes = models.TextField(blank=True, max_length=8000)

    monthly_bill_minor = models.BigIntegerField(default=0, help_text="At the start of the call.")
    lifetime_value_minor = models.BigIntegerField(default=0)
    risk_percent = models.PositiveSmallIntegerField(default=0)
    call_back_at = models.DateTimeField(null=True, blank=True)
    call_back_note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent"],
                name="one_open_call_an_agent",
                condition=Q(state=CallState.OPEN),
            ),
            models.CheckConstraint(
                condition=Q(state=CallState.OPEN, ended_at=None, closed_at=None)
                | Q(state=CallState.WRAP_UP, ended_at__isnull=False, closed_at=None)
                | Q(
                    state=CallState.CLOSED,
                    ended_at__isnull=False,
                    closed_at__isnull=False,
                ),
                name="call_state_has_its_times",
            ),
            models.CheckConstraint(
                condition=Q(ask_count=0, asked_at=None, must_complete_by=None)
                | Q(
                    ask_count__gt=0,
                    asked_at__isnull=False,
                    must_complete_by__isnull=False,
                ),
                name="call_asked_has_its_times",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None) | Q(ended_at__isnull=False), name="call_dropped_has_ended"
            ),
            models.CheckConstraint(
                condition=Q(rival_price_minor=None) | Q(rival_price_minor__gte=0),
                name="rival_price_ok",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-opened_at"], name="call_of_customer"),
            models.Index(fields=["agent", "-opened_at"], name="call_of_agent"),
            models.Index(fields=["site", "-opened_at"], name="call_of_site"),
            models.Index(
                fields=["state", "seen_at"],
                name="call_unfinished",
                condition=~Q(state=CallState.CLOSED),
            ),
            models.Index(
                fields=["agent", "-opened_at"],
                name="call_unfinished_of_agent",
                condition=~Q(state=CallState.CLOSED),
            ),
            models.Index(
                fields=["call_back_at"],
                name="call_back_promised",
                condition=Q(call_back_at__isnull=False),
            ),
        ]
        permissions = [
            ("take_call", "Can take cancel calls"),
            ("see_floor", "Can see the calls of their site"),
            ("see_record", "Can read closed calls"),
            ("correct_disposition", "Can correct how a call ended"),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"


class CallEvent(models.Model):
    """One line of "On this call". Append-only; `at` is the database's clock."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(max_length=24, choices=CallEventKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    detail = models.JSONField(default=dict, blank=True, help_text="Codes and numbers, never names.")

    class Meta:
        indexes = [models.Index(fields=["call", "at"], name="event_of_call")]

    def __str__(self) -> str:
        return self.kind


class CallReason(models.Model):
    """One reason as given or found on a call. Append-only: changing one's mind is another row."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="reasons")
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=24, choices=ReasonSource.choices, default=ReasonSource.STATED)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["call", "at"], name="reason_of_call")]

    def __str__(self) -> str:
        return f"{self.reason_id}"
