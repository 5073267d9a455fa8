"""What offers read: one statement for all that a call needs, and the supervisor's queue. Nothing here writes."""

import json
from pathlib import Path

from customers.refusals import NotYours
from customers.statements import read_row
from offers.standing import Standing, catalogue, standing

ON_CALL = (Path(__file__).parent / "sql" / "on_call.sql").read_text(encoding="utf-8")


def on_call(*, call_id: int, by: int, language: str) -> Standing:
    """Where a call stands for its agent: authority, budgets, catalogue, offers made. One statement.

    Raises `NotYours` for a call that is somebody else's, is not there, or has no customer.
    """
    row = read_row(ON_CALL, {"call": call_id, "by": by, "language": language})
    if row is None:
        raise NotYours
    return standing(json.loads(row[0]), catalogue(row[1] or "[]"))
