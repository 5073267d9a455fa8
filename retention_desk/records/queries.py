"""Reads of the outcome log: pages of lines by key, and what belongs to one call beside its sheet."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from customers.models import Call

PAGE = 50
BATCH = 2000

_BELONGINGS = (Path(__file__).parent / "sql" / "belongings.sql").read_text(encoding="utf-8")
_LINE = (
    "id",
    "opened_at",
    "closed_at",
    "ended_at",
    "agent_id",
    "team_id",
    "reason_id",
    "opening_intent",
    "standing",
    "was_corrected",
    "abandoned_at",
    "ask_count",
    "monthly_bill_minor",
    "customer__account_number",
    "customer__given_name",
    "customer__family_name",
    "customer__currency",
)

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the log: the call that the page ends before (or, looking back, begins after)."""

    opened_at: datetime
    call_id: int
    newer: bool = False

    def __str__(self) -> str:
        return f"{'newer' if self.newer else 'older'}:{self.opened_at.isoformat()}:{self.call_id}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """Read what `str` wrote; None for anything else."""
        which, _colon, rest = text.partition(":")
        moment, _colon, call_id = rest.rpartition(":")
        try:
            opened_at = parse_datetime(moment)
        except ValueError:
            return None
        if which not in ("older", "newer") or opened_at is None or opened_at.tzinfo is None:
            return None
        if not (call_id.isascii() and call_id.isdigit()) or len(call_id) > 18:
            return None
        return cls(opened_at, int(call_id), newer=which == "newer")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of lines, newest first, and where its neighbours are."""

    lines: list[Line]
    newer: Cursor | None
    older: Cursor | None


def page_of(calls: QuerySet[Call], cursor: Cursor | None, *, size: int = PAGE) -> Page:
    """The lines before or after a place; one statement, whatever the depth."""
    if cursor is not None and cursor.newer:
        after = Q(opened_at__gt=cursor.opened_at) | Q(opened_at=cursor.opened_at, id__gt=cursor.call_id)
        found = list(calls.filter(after).order_by("opened_at", "id").values(*_LINE)[: size + 1])
        more_newer, more_older = len(found) > size, True
        found = found[:size][::-1]
    else:
        found = list(_before(calls, cursor).values(*_LINE)[: size + 1])
        more_newer, more_older = cursor is not None, len(found) > size
        found = found[:size]
    return Page(
        lines=found,
        newer=_at(found[0], newer=True) if found and more_newer else None,
        older=_at(found[-1], newer=False) if found and more_older else None,
    )


def every_line(calls: QuerySet[Call]) -> Iterator[Line]:
    """All lines, newest first, a batch at a time: no statement runs long, however many there are."""
    cursor: Cursor | None = None
    while True:
        batch = list(_before(calls, cursor).values(*_LINE)[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        cursor = _at(batch[-1], newer=False)


@dataclass(frozen=True, slots=True)
class Belongings:
    """What offers and audit know of one call."""

    proposals: list[dict[str, Any]]
    audit: list[dict[str, Any]]


def belongings(*, call_id: int) -> Belongings:
    """The proposals of a call with ruling, limit, approval and outcome, and the audit events that name it."""
    with connection.cursor() as cursor:
        cursor.execute(_BELONGINGS, {"call": call_id})
        proposals, audit = (json.loads(part) if part else [] for part in cursor.fetchone())
    for proposal in proposals:
        _moments(proposal, "created_at", "presented_at", "ended_at", "limit_valid_from", "asked_at", "decided_at")
        _moments(proposal, "outcome_at", "hold_ended_at")
        for name in ("starts_on", "ends_on"):
            proposal[name] = parse_date(proposal[name]) if proposal[name] else None
    for event in audit:
        _moments(event, "recorded_at")
    return Belongings(proposals=proposals, audit=audit)


def _moments(row: dict[str, Any], *names: str) -> None:
    for name in names:
        row[name] = parse_datetime(row[name]) if row[name] else None


def _before(calls: QuerySet[Call], cursor: Cursor | None) -> QuerySet[Call]:
    ordered = calls.order_by("-opened_at", "-id")
    if cursor is None:
        return ordered
    # The first condition is a range of the index; the second only breaks ties.
    return ordered.filter(opened_at__lte=cursor.opened_at).filter(
        Q(opened_at__lt=cursor.opened_at) | Q(id__lt=cursor.call_id)
    )


def _at(line: Line, *, newer: bool) -> Cursor:
    return Cursor(line["opened_at"], line["id"], newer=newer)
