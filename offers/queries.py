"""What offers read: one statement for all that a call needs, and the supervisor's queue. Nothing here writes."""

import json
from pathlib import Path
from typing import Any

from django.db import connection

from customers.refusals import NotYours
from offers.standing import Standing, standing

ON_CALL = (Path(__file__).parent / "sql" / "on_call.sql").read_text(encoding="utf-8")


def on_call(*, call_id: int, by: int, language: str) -> Standing:
    """Where a call stands for its agent: authority, budgets, catalogue, offers made. One statement.

    Raises `NotYours` for a call that is somebody else's, is not there, or has no customer.
    """
    raw = one(ON_CALL, {"call": call_id, "by": by, "language": language})
    if raw is None:
        raise NotYours
    return standing(raw)


def one(statement: str, parameters: dict[str, Any]) -> Any:
    """The JSON in the first column of the first row, or None."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    # Django's connections hand jsonb over as text, for its own fields to decode.
    return json.loads(row[0]) if row and row[0] else None
