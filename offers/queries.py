"""What offers read: one statement for all that a call needs, and the supervisor's queue. Nothing here writes."""

from pathlib import Path

from customers.refusals import NotYours
from customers.statements import read_json
from offers.standing import Standing, standing

ON_CALL = (Path(__file__).parent / "sql" / "on_call.sql").read_text(encoding="utf-8")


def on_call(*, call_id: int, by: int, language: str) -> Standing:
    """Where a call stands for its agent: authority, budgets, catalogue, offers made. One statement.

    Raises `NotYours` for a call that is somebody else's, is not there, or has no customer.
    """
    raw = read_json(ON_CALL, {"call": call_id, "by": by, "language": language})
    if raw is None:
        raise NotYours
    return standing(raw)
