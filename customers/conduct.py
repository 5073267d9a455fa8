"""What the rules of conduct allow on a call now, what must be said, and when cancelling is a must.

A policy is data: dated, versioned, stamped on the call. An unknown policy is the strictest. Pure: `now` is passed in.
The texts that a policy names are words in templates and need a lawyer's eye in each installation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any


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
    DUTIES_OPEN = "DUTIES_OPEN"
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


# What holds where nothing better is known: the strictest value of every field. From the first clear wish to cancel on
# offers are closed, and the wish must be carried out at once.
STRICT = Policy(
    code="STRICT",
    version=1,
    valid_from=date(2026, 1, 1),
    valid_until=None,
    offers_allowed=0,
    minutes_after_intent=2,
    must_complete_on=frozenset(Trigger),
    offer_needs_permission=True,
    cancel_recorded_before_offer=True,
    disclosures_before_offer=("CAN_CANCEL_ANY_TIME", "PROTOCOL_NUMBER", "NO_REASON_NEEDED"),
    disclosures_before_accept=("PRICE_NOW", "PRICE_AFTER", "NEW_TERM", "HOW_TO_CANCEL", "PERSONALISED_PRICE"),
    acceptance_effective="ON_TEXT_APPROVAL",
    cancel_effective="IMMEDIATE",
    confirmation_within_minutes=15,
    recording="OPT_IN",
    reasons_may_be_asked="NEVER",
)

# Where no law fixes more: two offers within four minutes, and the second clear wish, a refusal of the last offer, or a
# caller in need ends them.
DEFAULT = Policy(
    code="DEFAULT",
    version=1,
    valid_from=date(2026, 1, 1),
    valid_until=None,
    offers_allowed=2,
    minutes_after_intent=4,
    must_complete_on=frozenset(Trigger) - {Trigger.FIRST_STATEMENT, Trigger.COMPLAINT_OPEN},
    offer_needs_permission=False,
    cancel_recorded_before_offer=False,
    disclosures_before_offer=(),
    disclosures_before_accept=("PRICE_NOW", "PRICE_AFTER", "NEW_TERM", "HOW_TO_CANCEL"),
    acceptance_effective="ON_RECORDED_CONSENT",
    cancel_effective="END_OF_PERIOD",
    confirmation_within_minutes=15,
    recording="ANNOUNCE",
    reasons_may_be_asked="ONCE_OPTIONAL",
)

# What speaks against offering anything to this caller, asked or not.
_PERSONAL = (Trigger.VULNERABLE, Trigger.DECEASED, Trigger.FRAUD_VICTIM, Trigger.REASON)


def verdict(policy: Policy | None, so_far: SoFar, *, now: datetime) -> Verdict:
    """What the policy says at `now`; None is an unknown policy and means STRICT.

    Cancelling is a must from the moment that one of the policy's triggers holds until it is recorded, and while it is a
    must nothing may be offered. Before the first clear wish to cancel offers are not counted; a caller in need is
    offered nothing at any time.
    """
    policy = policy or STRICT
    asked = so_far.intent_at is not None and not so_far.settled
    pending = asked and not so_far.cancel_recorded
    deadline = _deadline(policy, so_far)
    triggers = _triggers(policy, so_far, now=now)
    must_complete = pending and bool(triggers)
    left = None if so_far.intent_at is None else max(policy.offers_allowed - so_far.presented, 0)
    message = _message(policy, so_far, triggers=triggers, left=left)
    duties = _duties(policy, so_far, must_complete=must_complete, left=left)
    open_duties = tuple(duty for duty, done in duties if not done)
    if message == Message.NOTHING_DUE and open_duties:
        message = Message.DUTIES_OPEN
    if message == Message.CANCELLED and open_duties:
        message = Message.CANCELLED_DUTIES_OPEN
    return Verdict(
        tone=_TONES[message],
        message=message,
        offers_left=left,
        may_offer=_may_offer(policy, so_far, triggers=triggers, left=left),
        must_complete=must_complete,
        must_complete_at=deadline if pending else None,
        seconds_left=max(int((deadline - now).total_seconds()), 0) if pending and deadline else None,
        triggers=triggers,
        open_duties=open_duties,
        done_duties=tuple(duty for duty, done in duties if done),
    )


def _deadline(policy: Policy, so_far: SoFar) -> datetime | None:
    """When the clock makes cancelling a must: at once under FIRST_STATEMENT, else after the policy's minutes."""
    if so_far.intent_at is None:
        return None
    if Trigger.FIRST_STATEMENT in policy.must_complete_on:
        return so_far.intent_at
    if Trigger.MINUTES_EXCEEDED in policy.must_complete_on:
        return so_far.intent_at + timedelta(minutes=policy.minutes_after_intent)
    return None


def _triggers(policy: Policy, so_far: SoFar, *, now: datetime) -> tuple[Trigger, ...]:
    """What holds of the policy's triggers, in their order. A reason that says so itself counts under every policy.

    Those of the talk count only while the wish to cancel is open; those of the caller always.
    """
    asked = so_far.intent_at is not None and not so_far.settled
    minutes = timedelta(minutes=policy.minutes_after_intent)
    last_refused = 0 < policy.offers_allowed <= so_far.presented <= so_far.refused
    holds = {
        Trigger.FIRST_STATEMENT: asked,
        Trigger.SECOND_STATEMENT: asked and so_far.ask_count >= 2,
        Trigger.REFUSAL_OF_LAST_OFFER: asked and last_refused,
        Trigger.JUST_CANCEL: asked and so_far.said_just_cancel,
        Trigger.VULNERABLE: so_far.vulnerable,
        Trigger.DECEASED: so_far.deceased,
        Trigger.FRAUD_VICTIM: so_far.fraud_victim,
        Trigger.COMPLAINT_OPEN: asked and so_far.complaint_open,
        Trigger.MINUTES_EXCEEDED: asked and so_far.intent_at is not None and now >= so_far.intent_at + minutes,
        Trigger.REASON: so_far.must_complete_reason,
    }
    watched = policy.must_complete_on | {Trigger.REASON}
    return tuple(trigger for trigger, it_holds in holds.items() if it_holds and trigger in watched)


def _blocking(so_far: SoFar, triggers: tuple[Trigger, ...]) -> bool:
    """Whether a trigger forbids offers now. Once the cancellation is recorded, what only asked for it is met."""
    met = {Trigger.FIRST_STATEMENT, Trigger.MINUTES_EXCEEDED} if so_far.cancel_recorded else frozenset[Trigger]()
    return any(trigger not in met for trigger in triggers)


def _message(policy: Policy, so_far: SoFar, *, triggers: tuple[Trigger, ...], left: int | None) -> Message:
    """The one sentence that matters most now."""
    closed = so_far.offers_closed or so_far.no_offers_reason
    if so_far.cancel_recorded:
        return Message.CANCELLED
    if so_far.intent_at is None:
        personal = any(trigger in _PERSONAL for trigger in triggers)
        return Message.OFFERS_CLOSED if closed or personal else Message.NOTHING_DUE
    if so_far.settled:
        return Message.STAYS
    if triggers:
        return Message.CONFIRM_NOW
    if closed:
        return Message.OFFERS_CLOSED
    if not left:
        return Message.NO_OFFERS_LEFT
    if policy.cancel_recorded_before_offer:
        return Message.RECORD_CANCEL_FIRST
    if not so_far.told.issuperset(policy.disclosures_before_offer):
        return Message.READ_BEFORE_OFFER
    if policy.offer_needs_permission and not so_far.permission_given:
        return Message.ASK_PERMISSION
    return Message.MAY_OFFER


def _may_offer(policy: Policy, so_far: SoFar, *, triggers: tuple[Trigger, ...], left: int | None) -> bool:
    """Whether an offer may be presented now. A recorded cancellation ends offers, unless the policy wants just that
    order.
    """
    if so_far.offers_closed or so_far.no_offers_reason or _blocking(so_far, triggers):
        return False
    if left is None:
        return not so_far.cancel_recorded
    if left == 0 or so_far.cancel_recorded != policy.cancel_recorded_before_offer:
        return False
    allowed = so_far.permission_given or not policy.offer_needs_permission
    return allowed and so_far.told.issuperset(policy.disclosures_before_offer)


def _duties(policy: Policy, so_far: SoFar, *, must_complete: bool, left: int | None) -> list[tuple[str, bool]]:
    """What has to be done or said on this call so far, in order, and whether it has been."""
    duties: list[tuple[str, bool]] = []
    if policy.recording != "NONE":
        duties.append((Duty.RECORDING_NOTICE, so_far.recording_told))
    duties.append((Duty.IDENTITY, so_far.identity_checked))
    if so_far.intent_at is not None and left and not (so_far.settled or so_far.cancel_recorded or must_complete):
        if policy.cancel_recorded_before_offer:
            duties.append((Duty.RECORD_CANCEL, False))
        duties.extend((code, code in so_far.told) for code in policy.disclosures_before_offer)
        if policy.offer_needs_permission:
            duties.append((Duty.PERMISSION, so_far.permission_given))
    if must_complete or so_far.cancel_recorded:
        duties.append((Duty.CONFIRM_CANCEL, so_far.cancel_recorded))
    if so_far.cancel_recorded:
        duties.append((Duty.SEND_CONFIRMATION, so_far.confirmation_sent))
    return duties


_TONES = {
    Message.NOTHING_DUE: Tone.NEUTRAL,
    Message.DUTIES_OPEN: Tone.WARN,
    Message.READ_BEFORE_OFFER: Tone.WARN,
    Message.ASK_PERMISSION: Tone.WARN,
    Message.RECORD_CANCEL_FIRST: Tone.WARN,
    Message.MAY_OFFER: Tone.WARN,
    Message.NO_OFFERS_LEFT: Tone.WARN,
    Message.OFFERS_CLOSED: Tone.WARN,
    Message.CONFIRM_NOW: Tone.STOP,
    Message.STAYS: Tone.OK,
    Message.CANCELLED_DUTIES_OPEN: Tone.WARN,
    Message.CANCELLED: Tone.OK,
}


def read_policy(
    *,
    code: str,
    version: int,
    valid_from: date,
    valid_until: date | None,
    offers_allowed: int,
    minutes_after_intent: int,
    rules: Mapping[str, Any],
) -> Policy:
    """A stored policy. A rule that is missing or of the wrong type takes STRICT's value: what is not known is
    strictest.
    """
    strict = {field.name: getattr(STRICT, field.name) for field in fields(Policy)}
    found = {name: rules[name] for name, kept in strict.items() if name in rules and _same_type(rules[name], kept)}
    triggers = found.get("must_complete_on")
    if triggers is not None:
        known = triggers and all(trigger in set(Trigger) for trigger in triggers)
        found["must_complete_on"] = frozenset(map(Trigger, triggers)) if known else STRICT.must_complete_on
    for name in ("disclosures_before_offer", "disclosures_before_accept"):
        if name in found:
            found[name] = tuple(map(str, found[name]))
    own = {
        "code": code,
        "version": version,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "offers_allowed": offers_allowed,
        "minutes_after_intent": minutes_after_intent,
    }
    return Policy(**(strict | found | own))


def write_rules(policy: Policy) -> dict[str, Any]:
    """What to store in `ConductPolicy.rules`: the fields that have no column of their own, sets as sorted lists."""
    columns = {"code", "version", "valid_from", "valid_until", "offers_allowed", "minutes_after_intent"}
    rules: dict[str, Any] = {}
    for field in fields(Policy):
        if field.name not in columns:
            value = getattr(policy, field.name)
            rules[field.name] = sorted(value) if isinstance(value, frozenset) else value
            if isinstance(value, tuple):
                rules[field.name] = list(value)
    return rules


def _same_type(stored: object, strict: object) -> bool:
    """Whether a stored value can stand for a field: lists for sets and tuples, and true is not a number."""
    if isinstance(strict, (frozenset, tuple)):
        return isinstance(stored, list)
    return type(stored) is type(strict)
