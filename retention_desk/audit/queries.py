"""Reads of the audit's page: events by key, newest first, and the names and the state of the proof beside them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.dateparse import parse_datetime

from customers.models import AuditEvent, Call, Customer, Remark
from retention_desk.reports.names import STATEMENT, Names, names_of

PAGE = 50
BATCH = 2000
# Seals are made every four minutes; an event that has waited longer than this tells that the clockwork stands still.
LATE_MINUTES = 15

_PROOF = (Path(__file__).parent / "sql" / "proof.sql").read_text(encoding="utf-8")
_GROUND = f"SELECT named.*, ({_PROOF}) FROM ({STATEMENT.replace('%', '%%')}) named"  # noqa: S608 (both are our own)
_LINE = (
    *("id", "shard", "seq", "recorded_at", "actor_id", "actor_role", "act", "object_kind", "object_id", "customer_id"),
    *("call_id", "limit_version_id", "before", "after", "reason", "key", "hash", "account_number", "call_site_id"),
    "typed",
)

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proof:
    """How far the audit is sealed, and what its last proof found; None where that never happened."""

    sealed_at: datetime | None
    late: bool
    verified_at: datetime | None
    events: int
    faults: list[dict[str, Any]]
    now: datetime

    @property
    def sealed_ago(self) -> timedelta | None:
        """How long ago the last seal was made."""
        return self.now - self.sealed_at if self.sealed_at else None

    @property
    def verified_ago(self) -> timedelta | None:
        """How long ago the last proof was made."""
        return self.now - self.verified_at if self.verified_at else None


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the audit: the event that a page ends before (or, looking back, begins after)."""

    recorded_at: datetime
    event_id: int
    newer: bool = False

    def __str__(self) -> str:
        return f"{'newer' if self.newer else 'older'}:{self.recorded_at.isoformat()}:{self.event_id}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Read what `str` wrote; None for anything else."""
        which, _colon, rest = text.partition(":")
        moment, _colon, event_id = rest.rpartition(":")
        try:
            recorded_at = parse_datetime(moment)
        except ValueError:
            return None
        if which not in ("older", "newer") or recorded_at is None or recorded_at.tzinfo is None:
            return None
        if not (event_id.isascii() and event_id.isdigit()) or len(event_id) > 18:
            return None
        return cls(recorded_at, int(event_id), newer=which == "newer")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of events, newest first, and where its neighbours are."""

    lines: list[Line]
    newer: Place | None
    older: Place | None


def ground(*, language: str) -> tuple[Names, Proof]:
    """The names of everything, and the state of the proof; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUND, {"late_minutes": LATE_MINUTES})
        *columns, proof = cursor.fetchone()
    told = json.loads(proof)
    return names_of(columns, language=language), Proof(
        sealed_at=_moment(told["sealed_at"]),
        late=bool(told["late"]),
        verified_at=_moment(told["verified_at"]),
        events=told["events"] or 0,
        faults=told["faults"],
        now=datetime.fromisoformat(told["now"]),
    )


def page_of(events: QuerySet[AuditEvent], place: Place | None, *, size: int = PAGE) -> Page:
    """The events before or after a place; one statement, a range of an index whatever the depth."""
    if place is not None and place.newer:
        newer = events.filter(recorded_at__gte=place.recorded_at).filter(
            Q(recorded_at__gt=place.recorded_at) | Q(id__gt=place.event_id)
        )
        found = list(_lines(newer.order_by("recorded_at", "id"))[: size + 1])
        more_newer, more_older = len(found) > size, True
        found = found[:size][::-1]
    else:
        found = list(_lines(_before(events, place))[: size + 1])
        more_newer, more_older = place is not None, len(found) > size
        found = found[:size]
    return Page(
        lines=found,
        newer=_at(found[0], newer=True) if found and more_newer else None,
        older=_at(found[-1]) if found and more_older else None,
    )


def every_line(events: QuerySet[AuditEvent]) -> Iterator[Line]:
    """All events, newest first, a batch at a time: no statement runs long, however many there are."""
    place: Place | None = None
    while True:
        batch = list(_lines(_before(events, place))[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        place = _at(batch[-1])


def _lines(events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent, Line]:
    account = Customer.objects.filter(pk=OuterRef("customer_id")).values("account_number")
    site = Call.objects.filter(pk=OuterRef("call_id")).values("site_id")
    typed = Remark.objects.filter(pk=OuterRef("reason")).values("words")
    found: QuerySet[AuditEvent, Line] = events.annotate(
        account_number=Subquery(account), call_site_id=Subquery(site), typed=Subquery(typed)
    ).values(*_LINE)
    return found


def _before(events: QuerySet[AuditEvent], place: Place | None) -> QuerySet[AuditEvent]:
    ordered = events.order_by("-recorded_at", "-id")
    if place is None:
        return ordered
    # The first condition is a range of the index; the second only breaks ties.
    return ordered.filter(recorded_at__lte=place.recorded_at).filter(
        Q(recorded_at__lt=place.recorded_at) | Q(id__lt=place.event_id)
    )


def _at(line: Line, *, newer: bool = False) -> Place:
    return Place(line["recorded_at"], line["id"], newer=newer)


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None
