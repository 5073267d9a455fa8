"""The long statements: planned by the server once a connection, and read back into dataclasses."""

from dataclasses import dataclass
from datetime import date

import pytest
from django.db import connection

from customers import queries
from customers.choices import CallState, ComplaintKind, OpeningIntent
from customers.decode import decode
from customers.look_up import look_up
from tests import builders


@pytest.mark.django_db
def test_sheet_and_look_up_are_prepared_and_other_statements_are_not() -> None:
    ann = builders.make_agent()
    call = builders.make_call(ann, builders.make_customer())

    queries.call_sheet(call_id=call.pk, by=ann.pk, language="en")
    look_up(text="tennant", region="US")

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        prepared = {row[0].partition("\n")[0].partition(",")[0] for row in cursor.fetchall()}
    assert prepared == {"-- Everything the call screen shows at first", "-- Customers by telephone"}


@dataclass(frozen=True)
class Row:
    """One row of every kind of field."""

    day: date | None
    state: CallState
    kinds: tuple[ComplaintKind, ...]
    intent: OpeningIntent


def test_codes_of_a_newer_version_are_read_as_other_or_unknown() -> None:
    row = decode(
        Row, {"day": "2026-11-22", "state": "OPEN", "kinds": ["FAULT", "SMOKE"], "intent": "HOLOGRAM", "more": 1}
    )

    assert row == Row(
        date(2026, 11, 22), CallState.OPEN, (ComplaintKind.FAULT, ComplaintKind.OTHER), OpeningIntent.OTHER
    )


def test_code_without_a_stand_in_is_refused() -> None:
    with pytest.raises(ValueError, match="'SLEEPING' is not a CallState"):
        decode(Row, {"day": None, "state": "SLEEPING", "kinds": [], "intent": "OTHER"})
