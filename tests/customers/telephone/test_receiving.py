"""What follows from what a telephone system tells: whose desk a call opens on, and that it does so once."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import calls
from customers.choices import TelephoneEventKind as Kind
from customers.models import AuditEvent, Call, Customer, TelephoneCall, TelephoneEvent, TelephoneLeg
from customers.refusals import KeyReused, NotYours, Refused
from customers.telephone.forgetting import forget_numbers
from customers.telephone.receiving import OutOfTime, claim, receive, receive_once
from customers.telephone.told import Told
from offers.models import Seat
from retention_desk.people.models import User
from tests import builders
from tests.customers.calling import open_call
from tests.customers.telephone.telephoning import Telephone, desk_calls, make_connection, make_extension, seats
from tests.database import DeskClock

pytestmark = pytest.mark.django_db


def test_answered_call_opens_for_the_one_customer_on_the_agents_desk(
    telephone: Telephone, ann: User, customer: Customer
) -> None:
    telephone.tell(Kind.RINGING, 0, agent="ann", queue="cancel", ivr_choice="2", language="es")

    assert desk_calls(telephone) == []

    call = telephone.tell(Kind.ANSWERED, 4, agent="ann")

    assert desk_calls(telephone) == [("ann", customer.account_number, "OPEN")]
    opened = Call.objects.get()
    assert (opened.phone_from, opened.team_id) == ("+15595550142", builders.make_team().pk)
    assert (call.match, call.customer_id, call.queue, call.ivr_choice, call.language) == (
        "ONE", customer.pk, "cancel", "2", "es",
    )  # fmt: skip
    event = AuditEvent.objects.get(act="CALL_OPENED")
    assert (event.actor_id, event.actor_role, event.call_id) == (ann.pk, "TELEPHONE", opened.pk)


def test_hold_resume_and_end_move_the_call(telephone: Telephone) -> None:
    telephone.tell(Kind.ANSWERED, 0, agent="ann")

    held = telephone.tell(Kind.HELD, 5)
    resumed = telephone.tell(Kind.RESUMED, 9)
    ended = telephone.tell(Kind.ENDED, 20)

    assert (held.state, held.held_since) == ("HELD", telephone.begun_at + timedelta(seconds=5))
    assert (resumed.state, resumed.held_since) == ("TALKING", None)
    assert ended.state == "ENDED"
    assert Call.objects.get().state == "WRAP_UP"
    event = AuditEvent.objects.get(act="CALL_ENDED")
    assert (event.actor_id, event.actor_role) == (None, "TELEPHONE")


def test_number_of_nobody_or_of_several_opens_nothing(telephone: Telephone) -> None:
    builders.make_customer(other_phone="+15595550142")
    stranger = Telephone(telephone.connection, facts={"number": "+15595550199", "agent": "ann"})
    withheld = Telephone(telephone.connection, facts={"number": "anonymous", "agent": "ann"})

    several = telephone.tell(Kind.ANSWERED, 0, agent="ann")

    assert (several.match, several.customer_id) == ("SEVERAL", None)
    assert stranger.tell(Kind.ANSWERED, 0).match == "NOBODY"
    assert (withheld.tell(Kind.ANSWERED, 0).match, withheld.tell(Kind.HELD, 1).number) == ("NOBODY", "")
    assert not Call.objects.exists()


def test_number_that_comes_later_opens_the_call_then(telephone: Telephone) -> None:
    telephone.facts = {}
    telephone.tell(Kind.ANSWERED, 4, agent="ann")

    assert not Call.objects.exists()

    telephone.tell(Kind.RINGING, 0, number="+1 559 555 0142")

    assert [one[::2] for one in desk_calls(telephone)] == [("ann", "OPEN")]


@pytest.mark.parametrize("duty", ["BREAK", "AWAY", "OFF"])
def test_agent_who_is_not_ready_gets_no_call_opened(telephone: Telephone, ann: User, duty: str) -> None:
    Seat.objects.filter(user=ann).update(duty=duty)

    telephone.tell(Kind.ANSWERED, 0, agent="ann")
    telephone.tell(Kind.ENDED, 9)

    assert not Call.objects.exists()


def test_agent_who_is_in_another_call_stays_in_it(telephone: Telephone, ann: User) -> None:
    other = open_call(ann, builders.make_customer())

    telephone.tell(Kind.ANSWERED, 0, agent="ann")

    assert list(Call.objects.values_list("pk", flat=True)) == [other]


def test_agent_of_another_site_gets_nothing(telephone: Telephone) -> None:
    sid = builders.make_agent("sid", team=builders.make_team("Reno", builders.make_site("Reno")))
    make_extension(telephone.connection, sid)

    telephone.tell(Kind.ANSWERED, 0, agent="sid")

    assert not Call.objects.exists()


def test_whoever_the_desk_does_not_know_gets_nothing(telephone: Telephone) -> None:
    assert telephone.tell(Kind.ANSWERED, 0, agent="ext 99").agent_id is None
    assert not Call.objects.exists()


def test_caller_is_handed_over_with_what_was_known(
    telephone: Telephone, ann: User, bob: User, customer: Customer
) -> None:
    telephone.tell(Kind.ANSWERED, 0, agent="ann")
    first = Call.objects.get()
    calls.check_identity(call_id=first.pk, checks=["PIN", "BIRTH_DATE"], passed=True, by=ann.pk, role="AGENT")

    telephone.tell(Kind.TRANSFERRED, 60, agent="bob")

    first.refresh_from_db()
    assert first.state == "WRAP_UP"

    telephone.tell(Kind.ANSWERED, 65, agent="bob")

    second = Call.objects.get(agent=bob)
    assert (second.transferred_from_id, second.identity, second.customer_id) == (first.pk, "CHECKED", customer.pk)


def test_customer_whom_a_colleague_found_is_handed_over_too(
    telephone: Telephone, ann: User, customer: Customer
) -> None:
    from customers.telephone.taking import take

    telephone.facts = {"number": "+15595550199"}
    waiting = telephone.tell(Kind.ANSWERED, 0, agent="ann")
    seated = seats(ann.pk)
    assert seated is not None
    take(
        telephone_call_id=waiting.pk, by=ann.pk, role="AGENT", seated=seated, now=builders.desk_now(),
        key=builders.new_key(), customer_id=customer.pk, caller_role="HOLDER", opening_intent="DISCONNECT",
    )  # fmt: skip

    telephone.tell(Kind.ANSWERED, 60, agent="bob")

    assert desk_calls(telephone) == [
        ("ann", customer.account_number, "WRAP_UP"),
        ("bob", customer.account_number, "OPEN"),
    ]


def test_told_twice_is_told_once(telephone: Telephone) -> None:
    told = telephone.told(Kind.ANSWERED, 0, agent="ann")
    first = telephone.send(told)
    events = AuditEvent.objects.count()

    again = receive(told=told, connection_id=telephone.connection.pk, now=builders.desk_now(), seats=seats)

    assert again == (first.pk, False)
    assert (TelephoneEvent.objects.count(), Call.objects.count(), AuditEvent.objects.count()) == (1, 1, events)


def test_same_name_of_another_telephone_system_is_another_event(telephone: Telephone, ann: User) -> None:
    other = Telephone(make_connection(), call_id=telephone.call_id, begun_at=telephone.begun_at)

    assert telephone.tell(Kind.RINGING, 0).pk != other.tell(Kind.RINGING, 0).pk


@pytest.mark.parametrize("minutes", [-24 * 60 - 1, 6])
def test_event_of_another_day_is_refused(telephone: Telephone, minutes: int) -> None:
    telephone.begun_at = builders.desk_now() + timedelta(minutes=minutes)

    with pytest.raises(OutOfTime):
        telephone.tell(Kind.ANSWERED, 0, agent="ann")

    assert not TelephoneCall.objects.exists()


def test_key_of_the_sender_is_good_once(telephone: Telephone) -> None:
    key = builders.new_key()
    given: dict[str, Any] = {
        "connection_id": telephone.connection.pk,
        "now": builders.desk_now(),
        "seats": seats,
        "key": key,
    }
    told = telephone.told(Kind.ANSWERED, 0, agent="ann")

    first = receive_once(told=told, body={"agent": "ann"}, **given)
    again = receive_once(told=told, body={"agent": "ann"}, **given)

    assert first == again
    with pytest.raises(KeyReused):
        receive_once(told=told, body={"agent": "bob"}, **given)
    assert Call.objects.count() == 1


def test_signed_address_gives_the_caller_to_whom_the_telephone_has_no_name_for(
    telephone: Telephone, customer: Customer
) -> None:
    cleo = builders.make_agent("cleo")
    call = telephone.tell(Kind.RINGING, 0)

    for _ in range(2):
        claim(telephone_call_id=call.pk, by=cleo.pk, now=builders.desk_now(), seats=seats)

    assert desk_calls(telephone) == [("cleo", customer.account_number, "OPEN")]
    # What the telephone system calls her changes nothing, its end does.
    telephone.tell(Kind.ANSWERED, 5, agent="ext 12")
    assert desk_calls(telephone) == [("cleo", customer.account_number, "OPEN")]
    telephone.tell(Kind.ENDED, 290)
    assert desk_calls(telephone) == [("cleo", customer.account_number, "WRAP_UP")]
    with pytest.raises(Refused, match="LINE_DOWN"):
        claim(telephone_call_id=call.pk, by=cleo.pk, now=builders.desk_now(), seats=seats)


def test_signed_address_takes_nobodys_caller_away(telephone: Telephone, bob: User) -> None:
    call = telephone.tell(Kind.RINGING, 0, agent="ann")

    with pytest.raises(NotYours):
        claim(telephone_call_id=call.pk, by=bob.pk, now=builders.desk_now(), seats=seats)


def test_name_that_only_the_desk_gives_is_not_taken_from_outside(telephone: Telephone) -> None:
    cleo = builders.make_agent("cleo")

    telephone.tell(Kind.ANSWERED, 0, agent=f"\x1fdesk:{cleo.pk}")

    assert not Call.objects.exists()


def test_call_that_was_cut_off_and_goes_on_is_not_ended_by_its_old_line(telephone: Telephone, ann: User) -> None:
    telephone.tell(Kind.ANSWERED, 0, agent="ann")
    telephone.tell(Kind.ENDED, 60, agent="ann")
    call = Call.objects.get()
    assert (call.state, call.dropped_at) == ("WRAP_UP", call.ended_at)

    calls.resume(call_id=call.pk, by=ann.pk, role="AGENT")
    telephone.tell(Kind.ENDED, 61)

    assert Call.objects.get().state == "OPEN"


def test_call_that_was_handed_over_is_not_cut_off(telephone: Telephone, ann: User, bob: User) -> None:
    telephone.tell(Kind.ANSWERED, 0, agent="ann")
    telephone.tell(Kind.TRANSFERRED, 60, agent="bob")
    telephone.tell(Kind.ANSWERED, 65, agent="bob")
    telephone.tell(Kind.ENDED, 90)

    assert Call.objects.get(agent=ann).dropped_at is None
    assert Call.objects.get(agent=bob).dropped_at is not None


def whole(telephone: Telephone) -> list[Told]:
    """A call that is answered, held, handed over and ended."""
    return [
        telephone.told(Kind.RINGING, 0, queue="cancel"),
        telephone.told(Kind.RINGING, 1, agent="ann"),
        telephone.told(Kind.ANSWERED, 4, agent="ann"),
        telephone.told(Kind.HELD, 30),
        telephone.told(Kind.RESUMED, 60),
        telephone.told(Kind.TRANSFERRED, 90, agent="bob"),
        telephone.told(Kind.ANSWERED, 95, agent="bob"),
        telephone.told(Kind.ENDED, 200),
    ]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_and_any_repeats_have_the_effect_of_the_right_order(
    telephone: Telephone, customer: Customer, data: st.DataObject
) -> None:
    """A call of its own each time. Both agents are free again before the next."""
    Call.objects.filter(state="OPEN").update(state="WRAP_UP", ended_at=builders.desk_now())
    one = Telephone(telephone.connection, facts=telephone.facts)
    events = whole(one)
    order = data.draw(st.permutations(events))
    repeats = data.draw(st.lists(st.tuples(st.integers(0, len(events)), st.sampled_from(events)), max_size=4))
    for place, again in repeats:
        order.insert(place, again)

    for told in order:
        call = one.send(told)

    assert (call.state, call.queue, call.held_since, call.leg) == ("ENDED", "cancel", None, 1)
    assert desk_calls(one) == [
        ("ann", customer.account_number, "WRAP_UP"),
        ("bob", customer.account_number, "WRAP_UP"),
    ]
    assert TelephoneEvent.objects.filter(telephone_call=call).count() == len(events)
    legs = {leg.call.agent.username: leg.call for leg in TelephoneLeg.objects.filter(telephone_call=call)}
    assert legs["bob"].transferred_from_id == legs["ann"].pk


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_old_news_never_undoes_what_came_after(telephone: Telephone, data: st.DataObject) -> None:
    """However it is told, at every moment the call stands where the newest of what was told has put it."""
    Call.objects.filter(state="OPEN").update(state="WRAP_UP", ended_at=builders.desk_now())
    one = Telephone(telephone.connection, facts=telephone.facts)
    ended = False
    for told in data.draw(st.permutations(whole(one))):
        call = one.send(told)
        ended = ended or told.kind == Kind.ENDED

        assert (call.state == "ENDED") == ended
        assert not (ended and TelephoneLeg.objects.filter(telephone_call=call, call__state="OPEN").exists())


def test_number_is_forgotten_after_a_month(telephone: Telephone, desk_clock: DeskClock) -> None:
    telephone.tell(Kind.ANSWERED, 0, agent="ann")
    assert forget_numbers() == 0

    desk_clock.set(builders.desk_now() + timedelta(days=31))

    assert (forget_numbers(), forget_numbers()) == (1, 0)
    assert TelephoneCall.objects.get().number == ""
    assert Call.objects.get().phone_from == "+15595550142"
