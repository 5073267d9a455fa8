"""The telephone: systems that tell of their calls, their keys, whose extension is whose, and what they told."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from customers.choices import LineWanted, NumberMatch, RouteKind, TelephoneEventKind, TelephoneState, TelephoneSystem
from customers.models.account import Customer
from customers.models.call import Call
from customers.models.place import Site, Team


class TelephoneConnection(models.Model):
    """One telephone system that tells the desk of the calls of one site. Its secrets are worked out, never stored."""

    name = models.CharField(max_length=80, unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    system = models.CharField(max_length=24, choices=TelephoneSystem.choices)
    address = models.UUIDField(unique=True, default=uuid.uuid4, editable=False, help_text="In the webhook's URL.")
    active = models.BooleanField(default=True)
    control_address = models.CharField(
        max_length=300, blank=True, default="", help_text="What the telephone is asked at; blank: it is not asked."
    )
    secret_number = models.PositiveIntegerField(
        default=1, help_text="Counts the secrets; the last one but one holds on."
    )
    secret_changed_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TelephoneKey(models.Model):
    """One key to the API. Only its digest is kept; a key that was revoked stays revoked."""

    connection = models.ForeignKey(TelephoneConnection, on_delete=models.PROTECT, related_name="keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True, help_text="What the key begins with, to tell it by.")
    digest = models.BinaryField(max_length=32, help_text="SHA-256 of the whole key, which is 256 random bits.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="telephone_key_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"


class TelephoneAgent(models.Model):
    """Who answers under a name that a telephone system has for an agent: an extension, a user id, a member's name."""

    connection = models.ForeignKey(TelephoneConnection, on_delete=models.PROTECT, related_name="agents")
    telephone_id = models.CharField(max_length=160)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "telephone_id"], name="telephone_id_is_one_person"),
        ]

    def __str__(self) -> str:
        return self.telephone_id


class TelephoneRoute(models.Model):
    """Which team a dialled number or a queue is, and what people call it."""

    connection = models.ForeignKey(TelephoneConnection, on_delete=models.PROTECT, related_name="routes")
    kind = models.CharField(max_length=24, choices=RouteKind.choices)
    code = models.CharField(max_length=160, help_text="As the telephone system names it.")
    name = models.CharField(max_length=80)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "kind", "code"], name="telephone_route_once")]

    def __str__(self) -> str:
        return self.name


class TelephoneCall(models.Model):
    """One call as a telephone system counts it. What stands here follows from its events, in whatever order they came.

    `agent`, `leg` and `held_since` are of the present leg: who has the caller now, and for which time.
    """

    connection = models.ForeignKey(TelephoneConnection, on_delete=models.PROTECT, related_name="+")
    provider_call_id = models.CharField(max_length=160)
    number = models.CharField(max_length=20, blank=True, help_text="E.164; blank when withheld, and after 30 days.")
    line = models.CharField(max_length=160, blank=True)
    queue = models.CharField(max_length=160, blank=True)
    ivr_choice = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=24, choices=TelephoneState.choices, default=TelephoneState.RINGING)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    leg = models.PositiveSmallIntegerField(default=0, help_text="Which time this agent has the caller; from 1.")
    held_since = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True, help_text="While nobody has answered, or not again.")
    match = models.CharField(max_length=24, choices=NumberMatch.choices, default=NumberMatch.NOBODY)
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(help_text="Of the first event, by the telephone system's clock.")
    changed_at = models.DateTimeField(help_text="Of the last event.")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "provider_call_id"], name="telephone_call_once"),
            models.CheckConstraint(
                condition=Q(state=TelephoneState.HELD, held_since__isnull=False)
                | (~Q(state=TelephoneState.HELD) & Q(held_since=None)),
                name="telephone_call_held_since",
            ),
            models.CheckConstraint(
                condition=Q(state=TelephoneState.RINGING, waiting_since__isnull=False)
                | (~Q(state=TelephoneState.RINGING) & Q(waiting_since=None)),
                name="telephone_call_waiting_since",
            ),
            models.CheckConstraint(condition=Q(begun_at__lte=F("changed_at")), name="telephone_call_times_in_order"),
        ]
        indexes = [
            models.Index(fields=["agent"], name="telephone_call_up", condition=~Q(state=TelephoneState.ENDED)),
            models.Index(fields=["recorded_at"], name="telephone_call_recorded"),
            models.Index(
                fields=["connection"], name="telephone_call_waiting", condition=Q(state=TelephoneState.RINGING)
            ),
        ]

    def __str__(self) -> str:
        return f"telephone call {self.pk}"


class TelephoneEvent(models.Model):
    """One thing that a telephone system told, once. Append-only; it holds no caller's number."""

    connection = models.ForeignKey(TelephoneConnection, on_delete=models.PROTECT, related_name="+")
    event_id = models.CharField(max_length=200, help_text="The telephone system's own; told again, it is the same.")
    telephone_call = models.ForeignKey(TelephoneCall, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=24, choices=TelephoneEventKind.choices)
    occurred_at = models.DateTimeField()
    sequence = models.BigIntegerField(null=True, blank=True)
    agent = models.CharField(max_length=160, blank=True)
    from_agent = models.CharField(max_length=160, blank=True)
    queue = models.CharField(max_length=160, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "event_id"], name="telephone_event_once")]
        indexes = [models.Index(fields=["telephone_call"], name="telephone_event_of_call")]

    def __str__(self) -> str:
        return self.kind


class TelephoneLeg(models.Model):
    """The desk's call for one agent's part of a telephone call. `shown_at`: their screen has followed."""

    telephone_call = models.ForeignKey(TelephoneCall, on_delete=models.PROTECT, related_name="legs")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="telephone_leg")
    shown_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["telephone_call", "agent", "number"], name="telephone_leg_once"),
        ]

    def __str__(self) -> str:
        return f"{self.telephone_call_id}.{self.number}"


class TelephoneCommand(models.Model):
    """What an agent asked the telephone to do with their caller. Append-only; the events say what became of it."""

    leg = models.ForeignKey(TelephoneLeg, on_delete=models.PROTECT, related_name="commands")
    wanted = models.CharField(max_length=24, choices=LineWanted.choices)
    asked_at = models.DateTimeField()
    good_until = models.DateTimeField(help_text="Not confirmed by then, it is not done any more.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(wanted__in=LineWanted.values), name="telephone_command_can_be_done"),
        ]

    def __str__(self) -> str:
        return self.wanted
