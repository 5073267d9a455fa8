"""Whose call it is, that no act goes without its record, and what the serving role's own SQL cannot do to a call."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from customers import calls
from customers.choices import CallerRole, OpeningIntent, ReasonSource
from customers.models import Call
from customers.refusals import NotYours
from retention_desk.people.models import User
from tests import builders
from tests.audits import Broken, break_audit
from tests.customers.calling import acts, events, open_call

pytestmark = pytest.mark.django_db

ACTS: dict[str, Callable[[int, int], object]] = {
    "touch": lambda call, by: calls.touch(call_id=call, by=by),
    "set_opening": lambda call, by: calls.set_opening(
        call_id=call, caller_role=CallerRole.PAYER, opening_intent=OpeningIntent.CHEAPER, by=by, role="AGENT"
    ),
    "check_identity": lambda call, by: calls.check_identity(call_id=call, checks=[], passed=True, by=by, role="AGENT"),
    "tell_recording": lambda call, by: calls.tell_recording(call_id=call, by=by, role="AGENT"),
    "tell": lambda call, by: calls.tell(call_id=call, what=["FEE"], by=by, role="AGENT"),
    "ask_to_cancel": lambda call, by: calls.ask_to_cancel(call_id=call, by=by, role="AGENT"),
    "close_offers": lambda call, by: calls.close_offers(call_id=call, by=by, role="AGENT", why="JUST_CANCEL"),
    "set_reason": lambda call, by: calls.set_reason(
        call_id=call,
        reason="PRICE",
        detail="",
        rival="",
        rival_price_minor=None,
        rival_product="",
        source=ReasonSource.STATED,
        by=by,
        role="AGENT",
    ),
    "save_notes": lambda call, by: calls.save_notes(call_id=call, notes="hello", by=by),
    "promise_call_back": lambda call, by: calls.promise_call_back(
        call_id=call, at=datetime.now().astimezone() + timedelta(hours=2), note="", by=by, role="AGENT"
    ),
    "end_call": lambda call, by: calls.end_call(call_id=call, by=by, role="AGENT"),
    "resume": lambda call, by: calls.resume(call_id=call, by=by, role="AGENT"),
}


@pytest.mark.parametrize("act", list(ACTS))
def test_stranger_can_do_nothing_on_anns_call(ann: User, sid: User, act: str) -> None:
    builders.make_reason("PRICE")
    call_id = open_call(ann, builders.make_customer())
    before = Call.objects.filter(pk=call_id).values().get()

    with pytest.raises(NotYours):
        ACTS[act](call_id, sid.pk)

    assert Call.objects.filter(pk=call_id).values().get() == before
    assert acts(call_id) == ["CALL_OPENED"]


@pytest.mark.parametrize("act", [act for act in ACTS if act not in ("touch", "save_notes")])
def test_act_without_its_audit_row_is_not_saved(ann: User, act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    builders.make_reason("PRICE")
    call_id = open_call(ann, builders.make_customer())
    before = Call.objects.filter(pk=call_id).values().get()
    break_audit(monkeypatch)

    with pytest.raises(Broken), transaction.atomic():
        ACTS[act](call_id, ann.pk)

    assert Call.objects.filter(pk=call_id).values().get() == before
    assert events(call_id) == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE customers_call SET opened_at = opened_at - interval '1 day'",
        "UPDATE customers_call SET offers_allowed = 9",
        "UPDATE customers_call SET asked_at = NULL, must_complete_by = NULL, ask_count = 0",
        "UPDATE customers_call SET offers_closed_at = NULL",
        "UPDATE customers_call SET state = 'CLOSED', ended_at = now(), closed_at = now()",
        "UPDATE customers_call SET risk_percent = 1",
        "DELETE FROM customers_call",
        "UPDATE customers_callevent SET kind = 'ACCEPTED'",
        "DELETE FROM customers_callevent",
        "TRUNCATE customers_callevent",
        "UPDATE customers_conductpolicy SET offers_allowed = 9",
        "INSERT INTO customers_auditevent (shard, seq) VALUES (1, 1)",
        "UPDATE customers_auditevent SET act = 'NOTHING'",
        "DELETE FROM customers_usedkey",
        """INSERT INTO customers_disposition (call_id, line, kind, why, by_id, recorded_at)
           SELECT id, '', 'SAVED_WITHOUT', '', agent_id, now() FROM customers_call""",
    ],
)
def test_raw_sql_of_the_serving_role_is_refused(ann: User, sql: str) -> None:
    call_id = open_call(ann, builders.make_customer())
    calls.ask_to_cancel(call_id=call_id, by=ann.pk, role="AGENT")
    calls.ask_to_cancel(call_id=call_id, by=ann.pk, role="AGENT")

    with pytest.raises(DatabaseError), transaction.atomic():
        _run(sql, "SET CONSTRAINTS ALL IMMEDIATE")


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
