"""A call ends once: by its agent, or by the database's clock when its screen has gone silent."""

from datetime import timedelta

import pytest

from customers import calls, queries, tasks
from customers.models import AuditEvent, Call
from customers.refusals import Refused
from retention_desk.people.models import User
from tests import builders
from tests.customers.calling import events, open_call
from tests.database import DeskClock, owner_connection

pytestmark = pytest.mark.django_db


def test_end_twice_ends_once_and_nothing_more_is_said(ann: User) -> None:
    call_id = open_call(ann, builders.make_customer())

    calls.end_call(call_id=call_id, by=ann.pk, role="AGENT")
    calls.end_call(call_id=call_id, by=ann.pk, role="AGENT")

    assert events(call_id) == ["ENDED"]
    with pytest.raises(Refused, match="CALL_CLOSED"):
        calls.ask_to_cancel(call_id=call_id, by=ann.pk, role="AGENT")
    with pytest.raises(Refused, match="CALL_CLOSED"):
        calls.resume(call_id=call_id, by=ann.pk, role="AGENT")
    assert calls.touch(call_id=call_id, by=ann.pk) is False


def test_silent_call_is_abandoned_by_the_databases_clock(ann: User, sid: User, desk_clock: DeskClock) -> None:
    silent = open_call(ann, builders.make_customer())
    spoken = open_call(sid, builders.make_customer())
    desk_clock.advance(timedelta(minutes=5))
    assert calls.touch(call_id=spoken, by=sid.pk) is True

    assert calls.abandon_silent(silent_for=timedelta(minutes=3)) == 1
    assert calls.abandon_silent(silent_for=timedelta(minutes=3)) == 0

    call = Call.objects.get(pk=silent)
    assert (call.state, call.abandoned_at) == ("WRAP_UP", builders.desk_now())
    assert AuditEvent.objects.get(act="CALL_ABANDONED").actor_id is None
    assert [row.id for row in queries.unfinished_calls(site_id=call.site_id)] == [silent]
    assert Call.objects.get(pk=spoken).state == "OPEN"


def test_resume_speaks_for_the_screen_again(ann: User, desk_clock: DeskClock) -> None:
    call_id = open_call(ann, builders.make_customer())
    desk_clock.advance(timedelta(minutes=2))

    calls.resume(call_id=call_id, by=ann.pk, role="AGENT")

    assert Call.objects.get(pk=call_id).seen_at == builders.desk_now()
    assert events(call_id) == ["RESUMED"]


@pytest.mark.django_db(transaction=True)
def test_two_clocks_abandon_a_call_once(ann: User, desk_clock: DeskClock) -> None:
    call_id = open_call(ann, builders.make_customer())
    desk_clock.advance(timedelta(minutes=5))
    with owner_connection() as other, other.transaction():
        other.execute("SELECT id FROM customers_call WHERE id = %s FOR UPDATE", [call_id])
        assert calls.abandon_silent(silent_for=timedelta(minutes=3)) == 0

    assert tasks.abandon_silent_calls() == 1
