"""The call sheet: one statement, everything the first twenty seconds need, and a door."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from customers import queries
from customers.choices import CallEventKind, InteractionKind, ProductKind
from customers.models import Call, CallEvent
from customers.refusals import NotYours, Refused
from customers.sheet import CallSheet
from tests import builders
from tests.database import DeskClock

pytestmark = pytest.mark.django_db


def test_sheet_of_a_new_call_is_read_in_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ann = builders.make_agent()
    customer = builders.make_customer()
    line = builders.make_subscription(customer, promotion_minor=1000)
    builders.make_subscription(customer, ProductKind.TV)
    today = builders.desk_now().date()
    builders.make_price_change(line, today - timedelta(days=30), 5999, 8999, cause="PROMOTION_ENDED")
    builders.make_price_change(line, today + timedelta(days=40), 8999, 9499, cause="PRICE_RISE")
    builders.make_complaint(customer)
    for days in range(12):
        builders.make_interaction(customer, occurred_at=builders.desk_now() - timedelta(days=days + 1), kind="OUTAGE")
    builders.make_reason("PRICE", words={"en": "Price", "de": "Preis"})
    call = builders.make_call(ann, customer)

    with django_assert_num_queries(1):
        sheet = queries.call_sheet(call_id=call.pk, by=ann.pk, language="de-AT")

    assert sheet.call.id == call.pk
    assert sheet.call.agent_name == "Ann Holt"
    assert sheet.customer is not None
    assert sheet.customer.name == "Marlene Tennant"
    assert sheet.customer.phone_known
    assert [one.product_kind for one in sheet.lines] == [ProductKind.INTERNET, ProductKind.TV]
    assert sheet.monthly_bill_minor == 8999 - 1000 + 8999
    assert sheet.lines[0].last_change is not None
    assert sheet.lines[0].last_change.new_minor == 8999
    assert [one.new_minor for one in sheet.lines[0].next_changes] == [9499]
    assert len(sheet.history) == 10
    assert sheet.history_total == 12 + 1 + 1
    assert sheet.history[0].kind == InteractionKind.OUTAGE
    assert [one.kind for one in sheet.latest] == [InteractionKind.OUTAGE]
    assert sheet.outages_60d == 12
    assert sheet.open_complaints == 1
    assert sheet.complaints[0].days_waiting(sheet.today) in (19, 20, 21)
    assert [one.name for one in sheet.reasons] == ["Preis"]
    assert sheet.policy.code == "DEFAULT"
    assert sheet.cancellation is None
    assert sheet.earlier_cancellation is None
    assert sheet.is_open
    assert sheet.customer.has_mail
    assert sheet.last_price_change == (sheet.lines[0], sheet.lines[0].last_change)
    assert sheet.contract_ends_on is None

    with django_assert_num_queries(1):
        facts = queries.call_facts(call_id=call.pk, by=ann.pk, language="de-AT")
    assert (facts.history, facts.complaints, facts.latest) == ((), (), ())
    shown = {
        name: getattr(sheet, name) for name in ("now", "history", "history_total", "complaints", "promises", "latest")
    }
    assert replace(facts, **shown) == sheet, "rules see in both what there is"


def test_sheet_without_a_customer_is_empty_but_there() -> None:
    ann = builders.make_agent()
    call = builders.make_call(ann, None)

    sheet = queries.call_sheet(call_id=call.pk, by=ann.pk, language="en")

    assert sheet.customer is None
    assert sheet.lines == ()
    assert sheet.history == ()
    assert sheet.history_total == 0
    assert sheet.currency == ""


def test_sheet_tells_earlier_calls_and_what_was_promised() -> None:
    ann = builders.make_agent()
    customer = builders.make_customer()
    earlier = builders.make_call(ann, customer, call_back_at=builders.desk_now(), call_back_note="about the fee")
    builders.close_call(earlier, "CALL_BACK")
    call = builders.make_call(ann, customer)
    CallEvent.objects.create(
        call=call, kind=CallEventKind.TOLD, at=builders.desk_now(), by=ann, detail={"what": "RETURN"}
    )

    sheet = queries.call_sheet(call_id=call.pk, by=ann.pk, language="en")

    assert sheet.call.episode_id == earlier.pk
    assert sheet.cancel_calls_12m == 1
    assert [(one.source, one.code) for one in sheet.history] == [("call", "CALL_BACK")]
    assert [(one.kind, one.words, one.kept) for one in sheet.promises] == [("CALL_BACK", "about the fee", False)]
    assert [(one.kind, one.by_name, one.detail) for one in sheet.events] == [
        (CallEventKind.TOLD, "Ann Holt", {"what": "RETURN"})
    ]


@pytest.mark.parametrize("read", [queries.call_sheet, queries.call_facts])
def test_sheet_refuses_a_stranger_and_a_closed_call(read: Callable[..., CallSheet]) -> None:
    ann, sid = builders.make_agent(), builders.make_agent("sid")
    call = builders.make_call(ann, builders.make_customer())

    with pytest.raises(NotYours):
        read(call_id=call.pk, by=sid.pk, language="en")
    with pytest.raises(NotYours):
        read(call_id=0, by=ann.pk, language="en")
    builders.close_call(call)
    with pytest.raises(Refused, match="CALL_CLOSED"):
        read(call_id=call.pk, by=ann.pk, language="en")
    assert queries.call_record(call_id=call.pk, language="en").standing_disposition() is not None


def test_history_goes_on_where_the_sheet_stopped() -> None:
    ann, sid = builders.make_agent(), builders.make_agent("sid")
    customer = builders.make_customer()
    for days in range(15):
        builders.make_interaction(
            customer, occurred_at=builders.desk_now() - timedelta(days=days + 1), title=f"day {days}"
        )
    call = builders.make_call(ann, customer)
    first = queries.call_sheet(call_id=call.pk, by=ann.pk, language="en").history

    rest = queries.history(call_id=call.pk, by=ann.pk, before=first[-1].occurred_at)

    assert [one.title for one in rest] == [f"day {days}" for days in range(10, 15)]
    with pytest.raises(NotYours):
        queries.history(call_id=call.pk, by=sid.pk)


def test_doors_open_for_the_agent_the_floor_and_the_record_only() -> None:
    ann, sid, sue = builders.make_agent(), builders.make_agent("sid"), builders.make_supervisor()
    customer = builders.make_customer()
    call = builders.make_call(ann, customer)

    assert queries.access_call(ann, call.pk) == call
    assert queries.access_call(sue, call.pk, site_id=call.site_id) == call
    assert queries.access_customer(ann, customer.pk) == customer
    for user, site_id in ((sid, call.site_id), (sue, call.site_id + 1)):
        with pytest.raises(NotYours):
            queries.access_call(user, call.pk, site_id=site_id)
    with pytest.raises(NotYours):
        queries.access_customer(sid, customer.pk)
    keeper = builders.make_user("kim", permissions=("customers.change_customer",))
    assert queries.access_customer(keeper, customer.pk) == customer

    builders.close_call(call)

    assert queries.access_call(sue, call.pk, site_id=call.site_id + 1) == call
    with pytest.raises(NotYours):
        queries.access_customer(ann, customer.pk)


def test_own_closed_call_stays_readable_for_an_hour(desk_clock: DeskClock) -> None:
    ann = builders.make_agent()
    call = builders.close_call(builders.make_call(ann, builders.make_customer()))

    assert queries.access_call(ann, call.pk) == call
    desk_clock.advance(timedelta(minutes=61))
    with pytest.raises(NotYours):
        queries.access_call(ann, call.pk)


def test_lists_show_what_is_open_and_unfinished() -> None:
    ann = builders.make_agent()
    customer = builders.make_customer()
    now = builders.desk_now()
    done = builders.close_call(builders.make_call(ann, customer))
    waiting = builders.make_call(ann, builders.make_customer())
    Call.objects.filter(pk=waiting.pk).update(state="WRAP_UP", ended_at=now)
    current = builders.make_call(ann, customer)

    assert queries.open_call_of(by=ann.pk) == current.pk
    assert [row.id for row in queries.unfinished_calls(site_id=done.site_id)] == [waiting.pk]
    assert queries.unfinished_calls(site_id=done.site_id + 1) == ()
    assert [row.id for row in queries.unfinished_calls(by=ann.pk)] == [waiting.pk]
    mine = queries.my_calls(by=ann.pk, on=now.date(), time_zone="UTC")
    assert {row.id for row in mine[:2]} == {current.pk, waiting.pk}
    assert mine[2].disposition == "SAVED_WITHOUT"
    assert mine[2].agent_name == "Ann Holt"
