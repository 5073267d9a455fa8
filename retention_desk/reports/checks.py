"""The proof that the report's figures are the log's: every count is derived a second time and compared.

The second derivation (`sql/rederive.sql`) shares nothing with the first but the tables, and reads acceptances and money
from other tables. The rates and intervals on top of the counts are pure functions with tests of their own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from retention_desk.reports.filters import NONE, Filters, Span
from retention_desk.reports.queries import save_rate_counts

_STATEMENT = (Path(__file__).parent / "sql" / "rederive.sql").read_text(encoding="utf-8")

Name = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One count on which the two derivations do not agree."""

    figure: str
    of: str
    key: str
    reported: int
    rederived: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What was compared for one period, and where it differs."""

    span: Span
    compared: int
    differences: list[Difference]


def log_span() -> tuple[date, date] | None:
    """The first and the last day of the log, UTC; None while it is empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(opened_at)::date, max(opened_at)::date FROM customers_call")
        first, last = cursor.fetchone()
    return (first, last) if first else None


def prove(span: Span, *, zone: ZoneInfo, today: date) -> Proof:
    """Derive the counts of a period twice and compare them."""
    filters = Filters(now=span, before=None, compare=NONE)
    reported = _reported(save_rate_counts(filters, zone=zone, today=today))
    rederived = _rederived(span, zone=zone, today=today)
    names = sorted(reported.keys() | rederived.keys())
    return Proof(
        span=span,
        compared=len(names),
        differences=[
            Difference(*name, reported=reported[name], rederived=rederived[name])
            for name in names
            if reported[name] != rederived[name]
        ],
    )


def _rederived(span: Span, *, zone: ZoneInfo, today: date) -> Counter[Name]:
    starts, ends = span.bounds(zone)
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, {"starts": starts, "ends": ends, "zone": zone.key, "today": today})
        return Counter({(figure, of, key): value for figure, of, key, value in cursor.fetchall()})


def _reported(counts: Mapping[str, Sequence[Mapping[str, Any]]]) -> Counter[Name]:
    """The report's own counts under the names of the second derivation."""
    found: Counter[Name] = Counter()
    for row in counts["counted"]:
        if row["by"] == "bucket":
            continue
        apart = "" if row["controllable"] else " (not controllable)"
        found[f"episodes {row['outcome']}{apart}", row["by"], row["key"] or ""] += row["n"]
        found["cost", row["by"], row["key"] or ""] += row["cost"]
    for row in counts["revenue"]:
        found["monthly bills of all", "all", ""] += row["bill"]
        found["monthly bills of the saved", "all", ""] += row["bill"] if row["outcome"] in "AKD" else 0
    for row in counts["offers"]:
        if row["by"] != "all":
            of = "offer" if row["by"] == "offer" else "place"
            found["presented", of, str(row["key"])] += row["presented"]
            found["accepted", of, str(row["key"])] += row["accepted"]
    for row in counts["lines"]:
        found[f"line {row['outcome']}", "line", row["line"]] += row["n"]
    for row in counts["stays"]:
        if row["offer"] is not None:
            continue
        for days in (30, 60, 90):
            found[f"left within {days} days", "stays", ""] += row["n"] if row["has_left"] and row["day"] <= days else 0
            found[f"seen for {days} days", "stays", ""] += row["n"] if row["day"] >= days else 0
    for row in counts["cancelled"]:
        if row["agent"] is None:
            found["cancelled", "conduct", ""] += row["cancelled"]
            found["confirmed in time", "conduct", ""] += row["in_time"]
    return Counter({name: value for name, value in found.items() if value})
