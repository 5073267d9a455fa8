"""What offers read: one statement for all that a call needs, and the supervisor's queue. Nothing here writes."""

import json
from pathlib import Path

from customers.refusals import NotYours
from customers.statements import read_row
from offers.standing import CatalogueEntry, Standing, catalogue, standing

# Catalogues as they have been read, by language and by the mark that the database gives them: one a currency, and a few
# that have just changed.
_MARKS = 8
_KNOWN: dict[str, dict[str, tuple[CatalogueEntry, ...]]] = {}

ON_CALL = (Path(__file__).parent / "sql" / "on_call.sql").read_text(encoding="utf-8")


def on_call(*, call_id: int, by: int, language: str) -> Standing:
    """Where a call stands for its agent: authority, budgets, catalogue, offers made. One statement.

    Raises `NotYours` for a call that is somebody else's, is not there, or has no customer.
    """
    known = _KNOWN.get(language, {})
    row = read_row(ON_CALL, {"call": call_id, "by": by, "language": language, "known": list(known)})
    if row is None:
        raise NotYours
    facts, mark, text = row
    if mark not in known:
        # A new one each time, so that nobody loses what they have just said they know.
        newest = list(known.items())[1 - _MARKS :]
        known = _KNOWN[language] = dict([*newest, (mark, catalogue(text or "[]"))])
    return standing(json.loads(facts), known[mark])
