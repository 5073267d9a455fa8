"""The report's one statement: every count and sum that its figures are made of. Nothing here writes."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from retention_desk.reports.filters import Filters

_STATEMENT = (Path(__file__).parent / "sql" / "save_rate.sql").read_text(encoding="utf-8")

Row = dict[str, Any]
Counts = dict[str, list[Row]]


def save_rate_counts(filters: Filters, *, zone: ZoneInfo, today: date) -> Counts:
    """The rows that `save_rate.assemble` reads, by section: counted, revenue, lines, offers, stays, cancelled,
    asked_again, after_limit, closed_reason.

    Periods begin and end at midnight in `zone`; `today` is the day until which customers have been seen.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, parameters(filters, zone=zone, today=today))
        names = [column.name for column in cursor.description]
        values = cursor.fetchone()
    return {name: _rows(value) for name, value in zip(names, values, strict=True)}


def parameters(filters: Filters, *, zone: ZoneInfo, today: date) -> dict[str, Any]:
    """What the statement is asked with; without a period to compare with, an empty one."""
    now_starts, now_ends = filters.now.bounds(zone)
    before = filters.before
    before_starts, before_ends = before.bounds(zone) if before else (now_starts, now_starts)
    return {
        "now_starts": now_starts,
        "now_ends": now_ends,
        "now_edges": filters.now.edges(zone),
        "before_starts": before_starts,
        "before_ends": before_ends,
        "before_edges": before.edges(zone) if before else [now_starts],
        "zone": zone.key,
        "today": today,
        "site": filters.site_id,
        "team": filters.team_id,
        "agent": filters.agent_id,
        "reason": filters.reason_id,
        "offer": filters.offer_id,
        "intent": filters.intent,
        "kind": filters.kind,
    }


def _rows(value: str | None) -> list[Row]:
    """A jsonb column: Django hands it over as text, and whole numbers stay whole."""
    rows: list[Row] = json.loads(value) if value else []
    return rows
