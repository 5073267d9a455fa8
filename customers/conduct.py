"""What the rules of conduct allow on a call now, what must be said, and when cancelling is a must.

A policy is data: dated, versioned, stamped on the call. An unknown policy is the strictest. Pure: `now` is passed in.
The texts that a policy names are words in templates and need a lawyer's eye in each installation.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Trigger(StrEnum):
    """What makes completing the cancellation a must. REASON: the reason itself says so, under every policy."""

    FIRST_STATEMENT = "FIRST_STATEMENT"
    SECOND_STATEMENT = "SECOND_STATEMENT"
    REFUSAL_OF_LAST_OFFER = "REFUSAL_OF_LAST_OFFER"
    JUST_CANCEL = "JUST_CANCEL"
    VULNERABLE = "VULNERABLE"
    DECEASED = "DECEASED"
    FRAUD_VICTIM = "FRAUD_VICTIM"
    COMPLAINT_OPEN = "COMPLAINT_OPEN"
    MINUTES_EXCEEDED = "MINUTES_EXCEEDED"
    REASON = "REASON"


class Tone(StrEnum):
    """The colour of the conduct strip."""

    NEUTRAL = "NEUTRAL"
    WARN = "WARN"
    STOP = "STOP"
    OK = "OK"


class Message(StrEnum):
    """The one sentence that the strip says now; the words are in templates."""

    NOTHING_DUE = "NOTHING_DUE"
    READ_BEFORE_OFFER = "READ_BEFORE_OFFER"
    ASK_PERMISSION = "ASK_PERMISSION"
    RECORD_CANCEL_FIRST = "RECORD_CANCEL_FIRST"
    MAY_OFFER = "MAY_OFFER"
    NO_OFFERS_LEFT = "NO_OFFERS_LEFT"
    OFFERS_CLOSED = "OFFERS_CLOSED"
    CONFIRM_NOW = "CONFIRM_NOW"
    STAYS = "STAYS"
    CANCELLED_DUTIES_OPEN = "CANCELLED_DUTIES_OPEN"
    CANCELLED = "CANCELLED"


class Duty(StrEnum):
    """Something the agent has to do or to say on this call; disclosures are named by the policy and stay strings."""

    RECORDING_NOTICE = "RECORDING_NOTICE"
    IDENTITY = "IDENTITY"
    PERMISSION = "PERMISSION"
    RECORD_CANCEL = "RECORD_CANCEL"
    CONFIRM_CANCEL = "CONFIRM_CANCEL"
    SEND_CONFIRMATION = "SEND_CONFIRMATION"


@dataclass(frozen=True, slots=True)
class Policy:
    """One dated version of the rules of a jurisdiction.

    `offers_allowed` after the first clear wish to cancel; `minutes_after_intent` until cancelling is a must.
    Disclosures are codes.
    """

    code: str
    version: int
    valid_from: date
    valid_until: date | None
    offers_allowed: int
    minutes_after_intent: int
    must_complete_on: frozenset[Trigger]
    offer_needs_permission: bool
    cancel_recorded_before_offer: bool
    disclosures_before_offer: tuple[str, ...]
    disclosures_before_accept: tuple[str, ...]
    acceptance_effective: str
    cancel_effective: str
    confirmation_within_minutes: int
    recording: str
    reasons_may_be_asked: str


@dataclass(frozen=True, slots=True)
class SoFar:
    """What has happened on the call. Offers and refusals count from the first clear wish to cancel on.

    `settled`: the customer accepted an offer or took the wish back, and has not asked again since.
    """

    intent_at: datetime | None = None
    ask_count: int = 0
    presented: int = 0
    refused: int = 0
    settled: bool = False
    cancel_recorded: bool = False
    confirmation_sent: bool = False
    permission_given: bool = False
    said_just_cancel: bool = False
    vulnerable: bool = False
    deceased: bool = False
    fraud_victim: bool = False
    complaint_open: bool = False
    no_offers_reason: bool = False
    must_complete_reason: bool = False
    offers_closed: bool = False
    recording_told: bool = False
    identity_checked: bool = False
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What holds now. `offers_left` None = not limited yet, nobody asked to cancel. `must_complete_at` the clock's
    deadline.

    `triggers` why cancelling is a must. Duties in the order they fall due.
    """

    tone: Tone
    message: Message
    offers_left: int | None
    may_offer: bool
    must_complete: bool
    must_complete_at: datetime | None
    seconds_left: int | None
    triggers: tuple[Trigger, ...]
    open_duties: tuple[str, ...]
    done_duties: tuple[str, ...]


def verdict(policy: Policy | None, so_far: SoFar, *, now: datetime) -> Verdict:
    """What the policy (None = unknown = STRICT) says at `now`."""
    raise NotImplementedError
