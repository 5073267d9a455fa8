"""Call-backs: promised once, owned by the team, taken by one, made; and the wish to cancel stays noted meanwhile."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from customers import call_backs, calls, cancellations, dispositions, queries, workday
from customers.choices import CallEventKind, CancelWhen, DispositionKind
from customers.models import AuditEvent, Call, CallBack, CallEvent
from customers.refusals import NotYours, Refused
from retention_desk.people.models import User
from tests import builders
from tests.customers.calling import acts, open_call
from tests.database import DeskClock

pytestmark = pytest.mark.django_db


def promised(agent: User, *, asked: bool = True, offers: int = 0, hours: int = 20, **customer: Any) -> CallBack:
    """A call on which somebody asked to cancel and is going to be rung back."""
    call_id = open_call(agent, builders.make_customer(**({"jurisdiction": "US-TX"} | customer)))
    if asked:
        calls.ask_to_cancel(call_id=call_id, by=agent.pk, role="AGENT")
    for _ in range(offers):
        CallEvent.objects.create(call_id=call_id, kind=CallEventKind.PRESENTED, at=builders.desk_now(), by=agent)
    at = builders.desk_now() + timedelta(hours=hours)
    calls.promise_call_back(call_id=call_id, at=at, note="Thinking about TV", by=agent.pk, role="AGENT")
    close(call_id, agent, DispositionKind.CALL_BACK)
    return CallBack.objects.get(call_id=call_id)


def close(call_id: int, agent: User, kind: DispositionKind) -> None:
    calls.end_call(call_id=call_id, by=agent.pk, role="AGENT")
    dispositions.close_call(call_id=call_id, kind=kind, lines=None, by=agent.pk, role="AGENT", key=builders.new_key())


def by(agent: User, one: CallBack) -> dict[str, Any]:
    return {"call_back_id": one.pk, "team_id": one.team_id, "by": agent.pk, "role": "AGENT"}


def make(agent: User, one: CallBack, **other: Any) -> int:
    given = by(agent, one) | {
        "site_id": builders.make_site().pk, "now": builders.desk_now(), "key": builders.new_key(),
    }  # fmt: skip
    return call_backs.make_call_back(**(given | other))


def test_promise_is_the_teams_and_the_database_says_whose(ann: User) -> None:
    one = promised(ann)

    call = Call.objects.get(pk=one.call_id)
    assert (one.team_id, one.episode_id, one.ended_as, one.taken_by_id) == (call.team_id, call.episode_id, "", None)
    assert call.call_back_at is not None


def test_one_takes_it_and_the_others_are_told_until_it_is_given_back(
    ann: User, sid: User, desk_clock: DeskClock
) -> None:
    one = promised(ann)

    for _ in range(2):
        call_backs.take_call_back(**by(sid, one))
    for act in (call_backs.take_call_back, lambda **who: make(ann, one)):
        with pytest.raises(Refused, match="CALL_BACK_TAKEN") as refusal:
            act(**by(ann, one))
        assert refusal.value.facts == {"by": sid.pk}
    with pytest.raises(NotYours):
        call_backs.give_back_call_back(**by(ann, one))
    call_backs.give_back_call_back(**by(sid, one))
    call_backs.take_call_back(**by(ann, one))
    # Whoever has taken one and does not ring leaves it to the others.
    desk_clock.advance(timedelta(minutes=16))
    call_backs.take_call_back(**by(sid, one))

    assert CallBack.objects.get().taken_by_id == sid.pk
    taken = [act for act in acts(one.call_id) if act.startswith("CALL_BACK")]
    assert taken == [
        "CALL_BACK_PROMISED", "CALL_BACK_TAKEN", "CALL_BACK_GIVEN_BACK", "CALL_BACK_TAKEN", "CALL_BACK_TAKEN",
    ]  # fmt: skip


def test_making_it_opens_a_call_that_is_linked_once(ann: User, sid: User) -> None:
    one = promised(ann)
    key = builders.new_key()

    call_id = make(sid, one, key=key)

    assert make(sid, one, key=key) == call_id
    one.refresh_from_db()
    assert (one.made_call_id, one.ended_as, one.taken_by_id) == (call_id, "MADE", sid.pk)
    call = Call.objects.get(pk=call_id)
    assert (call.customer_id, call.phone_from, call.identity) == (
        one.call.customer_id, one.call.phone_from, "NOT_CHECKED",
    )  # fmt: skip
    with pytest.raises(Refused, match="CALL_BACK_OVER"):
        call_backs.take_call_back(**by(ann, one))


def test_other_team_knows_nothing_of_it(ann: User, sid: User) -> None:
    one = promised(ann)
    elsewhere = builders.make_team("Retention West", builders.make_site("Reno")).pk

    for act in (call_backs.take_call_back, call_backs.give_back_call_back):
        with pytest.raises(NotYours):
            act(**(by(sid, one) | {"team_id": elsewhere}))
    with pytest.raises(NotYours):
        make(sid, one, team_id=elsewhere)


@pytest.mark.parametrize(
    ("kind", "ended_as"),
    [
        (DispositionKind.SAVED_WITHOUT, "NOT_NEEDED"),
        (DispositionKind.DROPPED, ""),
        (DispositionKind.NO_CANCEL_INTENT, ""),
        (DispositionKind.UNAUTHORISED_CALLER, ""),
    ],
)
def test_customer_who_rings_first_needs_no_ringing_back_once_it_is_settled(
    ann: User, sid: User, kind: DispositionKind, ended_as: str
) -> None:
    one = promised(ann)

    close(open_call(sid, one.call.customer), sid, kind)

    assert CallBack.objects.get().ended_as == ended_as
    assert ("CALL_BACK_NOT_NEEDED" in acts(one.call_id)) is bool(ended_as)


def test_wish_to_cancel_stays_noted_and_is_asked_for_no_second_time(ann: User, sid: User) -> None:
    one = promised(ann, offers=1)

    call_id = make(sid, one)

    sheet = queries.call_sheet(call_id=call_id, by=sid.pk, language="en")
    assert sheet.noted_wish is not None
    assert (sheet.noted_wish.call_id, sheet.noted_wish.asked_at) == (one.call_id, one.call.asked_at)
    # Nobody has asked on this call yet; as soon as they do, it is the second time, and the offers of before count.
    assert (sheet.call.ask_count, sheet.call.offers_allowed) == (0, 1)
    assert calls.ask_to_cancel(call_id=call_id, by=sid.pk, role="AGENT") == 2
    assert Call.objects.get(pk=call_id).offers_closed_at is not None


def test_call_back_without_a_wish_begins_anew(ann: User, sid: User) -> None:
    call_id = make(sid, promised(ann, asked=False))

    assert queries.call_sheet(call_id=call_id, by=sid.pk, language="en").noted_wish is None
    assert calls.ask_to_cancel(call_id=call_id, by=sid.pk, role="AGENT") == 1


def test_cancelling_on_the_call_back_counts_from_the_day_it_was_asked_for(
    ann: User, sid: User, desk_clock: DeskClock
) -> None:
    last_day = builders.desk_now().date() + timedelta(days=1)
    one = promised(ann, hours=71, paid_until=last_day)
    line = builders.make_subscription(one.call.customer) if one.call.customer else None
    assert line is not None
    desk_clock.advance(timedelta(days=3))
    call_id = make(sid, one)
    sheet = queries.call_sheet(call_id=call_id, by=sid.pk, language="en")

    when = CancelWhen.END_OF_PAID_MONTH
    quoted = cancellations.quote(sheet=sheet, line_ids=[line.pk], when=when, today=sheet.today)
    done = cancellations.cancel(
        call_id=call_id, line_ids=[line.pk], when=when, porting_out=False, by=sid.pk, role="AGENT",
        now=builders.desk_now(), key=builders.new_key(),
    )  # fmt: skip

    # Without the call-back it would have ended with the month paid then; it does not run on for another one.
    assert last_day < sheet.today
    assert quoted.effective_on == done.effective_on == sheet.today
    assert isinstance(done.effective_on, date)


def test_lateness_is_noted_once_and_told_to_the_supervisor(ann: User, desk_clock: DeskClock) -> None:
    one = promised(ann, hours=1)
    site_id = one.call.site_id
    assert call_backs.note_overdue() == 0
    desk_clock.advance(timedelta(minutes=61))

    assert (call_backs.note_overdue(), call_backs.note_overdue()) == (1, 0)

    assert AuditEvent.objects.filter(act="CALL_BACK_OVERDUE", actor_role="CLOCK").count() == 1
    told = workday.promised(site_id=site_id).call_backs
    assert [(found.id, found.overdue_at is not None, found.asked_at is not None) for found in told] == [
        (one.pk, True, True)
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE customers_call SET call_back_at = desk_now() + interval '73 hours' WHERE state = 'OPEN'",
        "UPDATE customers_call SET call_back_at = desk_now() - interval '1 hour' WHERE state = 'OPEN'",
        "UPDATE customers_callback SET team_id = team_id + 1",
        "UPDATE customers_callback SET overdue_at = NULL WHERE overdue_at IS NOT NULL",
        "UPDATE customers_callback SET ended_as = 'MADE', ended_at = now()",
        "DELETE FROM customers_callback",
        """INSERT INTO customers_callback (call_id, episode_id, team_id, promised_at, ended_as)
           SELECT id, episode_id, team_id, now(), '' FROM customers_call WHERE state = 'OPEN'""",
    ],
)
def test_raw_sql_promises_nothing_twice_or_later(ann: User, desk_clock: DeskClock, sql: str) -> None:
    one = promised(ann, hours=1)
    desk_clock.advance(timedelta(minutes=61))
    call_backs.note_overdue()
    open_call(ann, one.call.customer)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
