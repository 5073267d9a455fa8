"""Reads of calls and customers, and the doors to them. Nothing here writes."""

from dataclasses import dataclass
from datetime import date, datetime

from customers.choices import CallState, DispositionKind, OpeningIntent
from customers.models import Call, Customer
from customers.sheet import CallSheet, HistoryEntry


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in a list: of an agent's day, of what is unfinished, of what was promised."""

    id: int
    agent_id: int
    agent_name: str
    team_name: str
    site_id: int
    customer_id: int | None
    customer_name: str
    account_number: str
    state: CallState
    opened_at: datetime
    ended_at: datetime | None
    closed_at: datetime | None
    abandoned_at: datetime | None
    opening_intent: OpeningIntent
    disposition: DispositionKind | None
    notes: str
    call_back_at: datetime | None
    call_back_note: str


def call_sheet(*, call_id: int, by: int, language: str) -> CallSheet:
    """The whole call screen in one statement, for the agent whose call it is and while it is not closed.

    `NotYours` for anybody else; `Refused("CALL_CLOSED")` when the agent's own call has its disposition.
    """
    raise NotImplementedError


def call_record(*, call_id: int, language: str) -> CallSheet:
    """The same rows of any call, open or closed, for whoever was let in by `access_call`; `NotYours` if there is none."""
    raise NotImplementedError


def history(*, call_id: int, by: int, before: datetime | None = None, most: int = 20) -> tuple[HistoryEntry, ...]:
    """More history of the call's customer, newest first, older than `before`; `NotYours` as for `call_sheet`."""
    raise NotImplementedError


def access_call(user: object, call_id: int) -> Call:
    """The call if this user may read its record: their own, their site's with `see_floor`, any with `see_record`."""
    raise NotImplementedError


def access_customer(user: object, customer_id: int) -> Customer:
    """The customer if this user has an unclosed call of theirs, or the right to keep customers' records."""
    raise NotImplementedError


def open_call_of(*, by: int) -> int | None:
    """The id of this agent's open call."""
    raise NotImplementedError


def my_calls(*, by: int, on: date, time_zone: str) -> tuple[CallRow, ...]:
    """This agent's calls of a day of the site's calendar, those without a disposition first, then newest first."""
    raise NotImplementedError


def unfinished_calls(*, site_id: int | None) -> tuple[CallRow, ...]:
    """Ended or abandoned calls without a disposition, longest waiting first; of one site or of all."""
    raise NotImplementedError


def promised_calls(*, by: int | None = None, team_id: int | None = None) -> tuple[CallRow, ...]:
    """Call-backs promised and not made yet, soonest first, of an agent or of a team."""
    raise NotImplementedError
