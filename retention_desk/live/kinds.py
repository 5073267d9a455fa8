"""Which acts the screens hear of, as what kind of event, and how an event is written on the wire. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from customers.screens import Ring


class Kind(StrEnum):
    """What a screen is told. Its parts name the kinds that concern them (`data-on`)."""

    REQUEST = "request"
    """A question to a supervisor: to the agent of the call, and to the supervisors of its site."""
    FLOOR = "floor"
    """What somebody on the floor does: to the supervisors of the site."""
    AUTHORITY = "authority"
    """Limits, budgets, offers, storms: to everybody."""
    CUSTOMER = "customer"
    """A customer was changed elsewhere: to the agents who are on a call with them, but for who did it."""
    CALL = "call"
    """A call of one's own: to the person it is for, or else to its agent."""
    WAITING = "waiting"
    """A call that was handed over or is to be rung back: to everybody who works where it was taken."""
    NOTE = "note"
    """A silent note was seen: to whoever wrote it."""
    QUEUES = "queues"
    """Callers wait on the telephone, or do no more: to everybody who works at the site, and its supervisors."""
    NEWS = "news"
    """Something for everybody of a site, or for everybody."""
    SESSION = "session"
    """Who may hear what has changed for a person. Never sent: their streams end, and their browsers ask anew."""


CLOCK = "expire_due"
"""The ring of the clock, which names nothing: what it brought about is looked up."""

HEARD: Mapping[str, tuple[Kind, ...]] = MappingProxyType(
    {
        # The ledger's doors.
        "authorise_proposal": (Kind.FLOOR,),
        "ask_approval": (Kind.REQUEST, Kind.FLOOR),
        "decide_approval": (Kind.REQUEST, Kind.FLOOR),
        "undo_decision": (Kind.REQUEST, Kind.FLOOR),
        "pass_question": (Kind.REQUEST,),
        "hand_over_question": (Kind.REQUEST,),
        "read_question": (Kind.REQUEST,),
        "settle_proposal": (Kind.REQUEST, Kind.FLOOR),
        CLOCK: (Kind.REQUEST, Kind.FLOOR),
        "top_up_budget": (Kind.AUTHORITY,),
        "transfer_budget": (Kind.AUTHORITY,),
        "budget_set": (Kind.AUTHORITY,),
        "start_storm": (Kind.AUTHORITY,),
        "end_storm": (Kind.AUTHORITY,),
        # Acts of the audit.
        "SET_DUTY": (Kind.FLOOR,),
        "CALL_OPENED": (Kind.FLOOR,),
        "CALL_RESUMED": (Kind.FLOOR,),
        # What ends a call, or the offers on it, ends its questions.
        "ASKED_TO_CANCEL": (Kind.REQUEST,),
        "OFFERS_CLOSED": (Kind.REQUEST,),
        "CALL_ENDED": (Kind.REQUEST, Kind.FLOOR),
        "CALL_ABANDONED": (Kind.REQUEST, Kind.FLOOR, Kind.CALL),
        "CALL_CLOSED": (Kind.FLOOR,),
        "NOTE_SENT": (Kind.CALL,),
        "CALL_HANDED_OVER": (Kind.WAITING,),
        "CALL_TAKEN_OVER": (Kind.WAITING,),
        "HANDOVER_MISSED": (Kind.WAITING,),
        "CALL_BACK_PROMISED": (Kind.WAITING,),
        "CALL_BACK_TAKEN": (Kind.WAITING,),
        "CALL_BACK_GIVEN_BACK": (Kind.WAITING,),
        "CALL_BACK_MADE": (Kind.WAITING,),
        "CALL_BACK_NOT_NEEDED": (Kind.WAITING,),
        "CALL_BACK_OVERDUE": (Kind.WAITING,),
        "CANCELLED": (Kind.REQUEST, Kind.CUSTOMER),
        "CANCEL_UNDONE": (Kind.CUSTOMER,),
        "COMPLAINT_LOGGED": (Kind.CUSTOMER,),
        "COMPLAINT_CLOSED": (Kind.CUSTOMER,),
        "CONTACT_CORRECTED": (Kind.CUSTOMER,),
        "LIMIT_ADDED": (Kind.AUTHORITY,),
        "LIMIT_RAISE_CONFIRMED": (Kind.AUTHORITY,),
        "SCHEME_ADDED": (Kind.AUTHORITY,),
        "BUDGET_PLAN_SET": (Kind.AUTHORITY,),
        "CAMPAIGN_CHANGED": (Kind.AUTHORITY,),
        "OFFER_VERSION_ADDED": (Kind.AUTHORITY,),
        "OFFER_RETIRED": (Kind.AUTHORITY,),
        "OFFER_RESTORED": (Kind.AUTHORITY,),
        "DELEGATION_GIVEN": (Kind.AUTHORITY,),
        "DELEGATION_ENDED": (Kind.AUTHORITY,),
        "NEWS_POSTED": (Kind.NEWS,),
        "NEWS_TAKEN_BACK": (Kind.NEWS,),
        "PERSON_DEACTIVATED": (Kind.SESSION,),
        "ROLE_CHANGED": (Kind.SESSION,),
        "SEAT_CHANGED": (Kind.SESSION,),
        "PROMOTION_DONE": (Kind.SESSION,),
        # Said by name, where there is no act of the audit.
        "SIGNED_OUT": (Kind.SESSION,),
        "CALL_INCOMING": (Kind.CALL,),
        "CALL_CHANGED": (Kind.CALL,),
        "CALLS_WAITING": (Kind.QUEUES,),
        "NOTE_READ": (Kind.NOTE,),
        "NEWS": (Kind.NEWS,),
    }
)

EVERYBODY = "all"
EVERY_SITE = "sites"


def of_person(person: int) -> str:
    """The topic that this person alone may hear."""
    return f"person:{person}"


def of_site(site: int) -> str:
    """The topic of a site's supervisors."""
    return f"site:{site}"


def at_site(site: int) -> str:
    """The topic of everybody who works at a site."""
    return f"at:{site}"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that streams are told: `id` orders events, `topics` say who hears it, `data` holds ids and a word."""

    id: str
    kind: Kind
    topics: frozenset[str]
    data: Mapping[str, int | str]

    def written(self) -> bytes:
        """The event as a stream carries it."""
        return wire(self.kind, self.data, id=self.id)


def wire(name: str, data: Mapping[str, int | str] | None = None, *, id: str = "") -> bytes:  # noqa: A002 (the wire's own word)
    """One server-sent event as bytes."""
    head = f"id: {id}\n" if id else ""
    return f"{head}event: {name}\ndata: {json.dumps(data or {}, separators=(',', ':'))}\n\n".encode()


def is_heard(ring: Ring) -> bool:
    """Whether any screen could want to know."""
    return ring.what in HEARD


def as_text(ring: Ring) -> str:
    """A ring as it lies in Valkey."""
    return json.dumps({"what": ring.what, "by": ring.by, "ids": dict(ring.ids)}, separators=(",", ":"))


def from_text(text: str | bytes) -> Ring:
    """The ring that `as_text` wrote."""
    raw = json.loads(text)
    return Ring(raw["what"], raw["ids"], raw["by"])
