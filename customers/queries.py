"""Reads of calls and customers, and the doors to them. Nothing here writes."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import DateTimeField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery

from customers.choices import CallState, DispositionKind, OpeningIntent
from customers.conduct import read_policy
from customers.decode import decode
from customers.legs import NotedWish
from customers.models import Call, Customer, Disposition
from customers.refusals import NotYours, Refused
from customers.sheet import CallSheet, HistoryEntry, ReasonChoice
from customers.statements import as_json, read_json, read_row, statement

_CALLS = "FROM customers_call c\n    JOIN customers_team t"
_DRAFT = """FROM jsonb_populate_record(NULL::customers_call, %(draft)s::jsonb || jsonb_build_object(
        'opened_at', desk_now(), 'seen_at', desk_now())) c
    JOIN customers_team t"""

_SHOWN = re.compile(r" *-- \[shown\n.*?-- shown\]\n", re.DOTALL)
_ONLY_SHOWN: Mapping[str, Any] = MappingProxyType(
    {
        "noted_wish": None,
        "history": (),
        "history_total": 0,
        "complaints": (),
        "earlier_cancellation": None,
        "dispositions": (),
        "promises": (),
        "latest": (),
        "credits_12m": 0,
        "credits_12m_minor": 0,
    }
)

# How long an agent may still look at a call after closing it: a slip is noticed at once or not at all.
AFTER_CLOSING = timedelta(hours=1)


class DeskNow(Func):
    """The database's clock."""

    function = "desk_now"
    output_field = DateTimeField()


class Reader(Protocol):
    """Whoever asks: a signed-in user. `seat` is their place on the desk, if they have one."""

    pk: Any

    def has_perm(self, perm: str) -> bool:
        """Whether the user has a permission."""


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
    return _not_closed(_read_sheet(call_id=call_id, by=by, language=language))


def call_facts(*, call_id: int, by: int, language: str) -> CallSheet:
    """The same call as far as rules and prices look at it; what is only shown (`_ONLY_SHOWN`) is empty. Raises as
    `call_sheet` does.
    """
    return _not_closed(_read_sheet(call_id=call_id, by=by, language=language, text=_facts()))


def call_record(*, call_id: int, language: str) -> CallSheet:
    """The same rows of any call in any state, for whoever `access_call` let in; `NotYours` if there is none."""
    return _read_sheet(call_id=call_id, by=None, language=language)


def history(
    *, call_id: int, by: int | None, before: datetime | None = None, most: int = 20
) -> tuple[HistoryEntry, ...]:
    """More history of the call's customer, newest first, older than `before`; `NotYours` as for `call_sheet`.

    `by` None as for `call_record`.
    """
    found = read_json(statement("history"), {"call": call_id, "by": by, "before": before, "most": most})
    if found is None:
        raise NotYours(call_id=call_id)
    return tuple(decode(HistoryEntry, entry) for entry in found["entries"])


def _not_closed(sheet: CallSheet) -> CallSheet:
    if sheet.call.state == CallState.CLOSED:
        raise Refused("CALL_CLOSED", call_id=sheet.call.id)
    return sheet


def _read_sheet(*, call_id: int, by: int | None, language: str, text: str = "") -> CallSheet:
    row = read_row(text or statement("call_sheet"), {"call": call_id, "by": by, "language": language})
    if row is None:
        raise NotYours(call_id=call_id)
    return _sheet(*row)


@lru_cache
def _facts() -> str:
    """The sheet's statement without what is only shown."""
    return _SHOWN.sub("", statement("call_sheet"))


def draft_sheet(call: Call) -> CallSheet:
    """The sheet of a call that is not in the database yet; its stamps are worked out from it.

    `NotYours` for a team, site or agent that there is not.
    """
    draft = {field.attname: getattr(call, field.attname) for field in Call._meta.concrete_fields} | {"id": 0}
    text = statement("call_sheet").replace(_CALLS, _DRAFT)
    row = read_row(text, {"call": 0, "by": None, "language": "en", "draft": as_json(draft)})
    if row is None:
        raise NotYours(team_id=call.team_id)
    return _sheet(*row)


def _sheet(text: str, reasons: str) -> CallSheet:
    found = {**_ONLY_SHOWN, **json.loads(text)}
    found["reasons"] = _reasons(reasons)
    stored = found["policy"]
    # The stamps on the call hold, also for what a transferred call has used up already.
    found["policy"] = read_policy(
        code=stored["code"],
        version=stored["version"],
        valid_from=date.fromisoformat(stored["valid_from"]),
        valid_until=date.fromisoformat(stored["valid_until"]) if stored["valid_until"] else None,
        offers_allowed=found["call"]["offers_allowed"],
        minutes_after_intent=found["call"]["minutes_after_intent"],
        rules=stored["rules"],
    )
    return decode(CallSheet, found)


@lru_cache(maxsize=64)
def _reasons(text: str) -> tuple[ReasonChoice, ...]:
    """The catalogue of reasons in one language, read once as long as it says the same."""
    return tuple(decode(ReasonChoice, one) for one in json.loads(text))


def access_call(user: Reader, call_id: int, *, site_id: int | None = None) -> Call:
    """The call if this user may read it: their own until an hour after closing, their site's with `see_floor`, any
    closed one with `see_record`.

    `site_id` is the site of the user's seat. `NotYours` otherwise.
    """
    may = Q(agent_id=user.pk) & (Q(closed_at=None) | Q(closed_at__gt=DeskNow() - AFTER_CLOSING))
    if site_id is not None and user.has_perm("customers.see_floor"):
        may |= Q(site_id=site_id)
    if user.has_perm("customers.see_record"):
        may |= Q(state=CallState.CLOSED)
    call = Call.objects.filter(may, pk=call_id).first()
    if call is None:
        raise NotYours(call_id=call_id)
    return call


def access_customer(user: Reader, customer_id: int) -> Customer:
    """The customer if this user has a call of theirs that is not closed, or keeps the records (`change_customer`).

    `NotYours` otherwise.
    """
    customers = Customer.objects.filter(pk=customer_id)
    if not user.has_perm("customers.change_customer"):
        theirs = Call.objects.filter(customer_id=OuterRef("pk"), agent_id=user.pk).exclude(state=CallState.CLOSED)
        customers = customers.filter(Exists(theirs))
    customer = customers.first()
    if customer is None:
        raise NotYours(customer_id=customer_id)
    return customer


def desk_now() -> datetime:
    """What the database's clock says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT desk_now()")
        now: datetime = cursor.fetchone()[0]
    return now


def noted_wish(call: Call) -> NotedWish | None:
    """The wish to cancel that an earlier call of the customer has noted, as `CallSheet.noted_wish`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM noted_wish(%s, %s)", [call.pk, call.customer_id])
        row = cursor.fetchone()
    return NotedWish(*row) if row else None


def open_call_of(*, by: int) -> int | None:
    """The id of this agent's open call."""
    return Call.objects.filter(agent_id=by, state=CallState.OPEN).values_list("pk", flat=True).first()


def my_calls(*, by: int, on: date, time_zone: str, days: int = 1) -> tuple[CallRow, ...]:
    """The agent's calls of a day of the site's calendar (or of so many `days` up to it), those without a disposition
    first, then newest first.
    """
    start = datetime.combine(on - timedelta(days=days - 1), time.min, ZoneInfo(time_zone))
    end = datetime.combine(on + timedelta(days=1), time.min, ZoneInfo(time_zone))
    calls = Call.objects.filter(agent_id=by, opened_at__gte=start, opened_at__lt=end)
    return _rows(calls.order_by(F("closed_at").desc(nulls_first=True), "-opened_at"))


def unfinished_calls(*, site_id: int | None = None, by: int | None = None, most: int = 100) -> tuple[CallRow, ...]:
    """Ended or abandoned calls without a disposition, longest waiting first; of a site, of an agent, or of all."""
    calls = Call.objects.filter(state=CallState.WRAP_UP)
    if site_id is not None:
        calls = calls.filter(site_id=site_id)
    if by is not None:
        calls = calls.filter(agent_id=by)
    return _rows(calls.order_by("ended_at")[:most])


def _rows(calls: QuerySet[Call]) -> tuple[CallRow, ...]:
    """The calls as rows; two statements, whatever their number."""
    corrected = Disposition.objects.filter(corrects_id=OuterRef("pk"))
    standing = Disposition.objects.filter(~Exists(corrected), call_id=OuterRef("pk"), line="").values("kind")[:1]
    found = list(calls.select_related("customer", "team").annotate(disposition=Subquery(standing)))
    names = _names({call.agent_id for call in found})
    return tuple(
        CallRow(
            id=call.pk,
            agent_id=call.agent_id,
            agent_name=names.get(call.agent_id, ""),
            team_name=call.team.name,
            site_id=call.site_id,
            customer_id=call.customer_id,
            customer_name=call.customer.name if call.customer else "",
            account_number=call.customer.account_number if call.customer else "",
            state=CallState(call.state),
            opened_at=call.opened_at,
            ended_at=call.ended_at,
            closed_at=call.closed_at,
            abandoned_at=call.abandoned_at,
            opening_intent=OpeningIntent(call.opening_intent),
            disposition=DispositionKind(call.disposition) if call.disposition else None,
            notes=call.notes,
            call_back_at=call.call_back_at,
            call_back_note=call.call_back_note,
        )
        for call in found
    )


def _names(ids: Iterable[int]) -> dict[int, str]:
    people = get_user_model()._default_manager.filter(pk__in=ids)
    return {person.pk: person.get_full_name() or person.get_username() for person in people}
