"""Cancelling: from any state, once, with a number; taken back while the customer is on the line."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import celery
import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction

from customers import audit, calls, cancellations, doorbell, notices, numbers, outbox, queries, tasks
from customers.cancellations import Confirmation, Who
from customers.choices import CancelWhen, ProductKind
from customers.models import (
    Call,
    Cancellation,
    CancellationUndo,
    Customer,
    OutboxMessage,
    Subscription,
)
from customers.refusals import KeyReused, NotYours, Refused
from retention_desk.people.models import User
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    """A customer with two lines."""
    customer = builders.make_customer()
    builders.make_subscription(customer, bundle_minor=500)
    builders.make_subscription(customer, ProductKind.MOBILE, service_number="+15595550117", bundle_minor=300)
    return customer


def cancel(agent: User, call: Call, lines: list[Subscription] | None = None, **other: Any) -> Confirmation:
    """Cancel the way `F8`, `Enter` does: all lines, at the end of the paid month."""
    if lines is None:
        assert call.customer is not None
        lines = list(Subscription.objects.filter(customer=call.customer))
    given: dict[str, Any] = {
        "call_id": call.pk,
        "line_ids": [line.pk for line in lines],
        "when": CancelWhen.END_OF_PAID_MONTH,
        "porting_out": False,
        "by": agent.pk,
        "role": "AGENT",
        "now": builders.desk_now(),
        "key": builders.new_key(),
    }
    return cancellations.cancel(**(given | other))


def test_cancel_ends_the_lines_and_writes_everything_down(ann: User, customer: Customer) -> None:
    call = builders.make_call(ann, customer, identity="CHECKED")

    done = cancel(ann, call)

    made = Cancellation.objects.get(number=done.number)
    assert not done.again
    assert done.notice_goes_to == "m…@example.com"
    assert (made.customer, made.noted, made.bill_after_minor) == (customer, {}, 0)
    assert made.bill_before_minor == 2 * 8999 - 800
    states = set(Subscription.objects.values_list("state", "ends_on"))
    assert states == {("ENDING", made.effective_on)}
    sheet = queries.call_sheet(call_id=call.pk, by=ann.pk, language="en")
    assert sheet.cancellation is not None
    assert [line.price_minor for line in sheet.cancellation.lines] == [8499, 8699]
    assert [event.kind for event in sheet.events] == ["CANCELLED"]
    assert set(OutboxMessage.objects.values_list("key", flat=True)) == {
        f"notice.cancellation:{made.pk}",
        f"billing.cancel:{made.pk}",
    }
    assert audit.verify().is_clean


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"identity": "FAILED"},
        {"caller_role": "OTHER", "opening_intent": "CHEAPER"},
        {"offers_allowed": 0},
        {"state": "WRAP_UP"},
    ],
)
def test_cancel_works_from_any_state_of_the_call(ann: User, customer: Customer, state: dict[str, Any]) -> None:
    if state.get("state") == "WRAP_UP":
        state = state | {"ended_at": builders.desk_now()}
    call = builders.make_call(ann, customer, **state)

    done = cancel(ann, call)

    assert Cancellation.objects.get(number=done.number).noted == {"identity": "NOT_CHECKED"}


def test_cancel_works_when_nobody_hears_the_bell(
    ann: User,
    customer: Customer,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(doorbell, "_resting_until", 0.0)
    monkeypatch.setattr(celery.current_app, "send_task", unreachable)

    with django_capture_on_commit_callbacks(execute=True):
        done = cancel(ann, builders.make_call(ann, customer))

    assert done.number
    assert tasks.relay_outbox() == 1


def test_cancel_one_line_reprices_what_stays(ann: User, customer: Customer) -> None:
    internet, mobile = Subscription.objects.order_by("pk")
    call = builders.make_call(ann, customer)

    done = cancel(ann, call, [mobile], porting_out=True)

    made = Cancellation.objects.get(number=done.number)
    assert made.porting_out
    assert made.bill_after_minor == 8999
    internet.refresh_from_db()
    assert internet.state == "ACTIVE"


def test_cancel_twice_gives_the_same_number(ann: User, customer: Customer) -> None:
    call, key = builders.make_call(ann, customer), builders.new_key()

    first = cancel(ann, call, key=key)
    same_key = cancel(ann, call, key=key)
    other_key = cancel(ann, call)

    assert same_key.number == other_key.number == first.number
    assert same_key.again
    assert other_key.again
    assert Cancellation.objects.count() == 1
    assert OutboxMessage.objects.count() == 2
    with pytest.raises(KeyReused):
        cancel(ann, call, key=key, when=CancelWhen.TODAY)


def test_second_line_gets_its_own_number(ann: User, customer: Customer) -> None:
    internet, mobile = Subscription.objects.order_by("pk")
    call = builders.make_call(ann, customer)
    first = cancel(ann, call, [internet])

    both = cancel(ann, call, [internet, mobile])

    assert both.number != first.number
    assert Cancellation.objects.get(number=both.number).lines.get().subscription == mobile


def test_cancelled_on_an_earlier_call_answers_with_that_number(ann: User, sid: User, customer: Customer) -> None:
    first = cancel(ann, builders.make_call(ann, customer))
    call = builders.make_call(sid, customer)

    sheet = queries.call_sheet(call_id=call.pk, by=sid.pk, language="en")
    again = cancel(sid, call)

    assert sheet.earlier_cancellation is not None
    assert sheet.earlier_cancellation.number == first.number
    assert sheet.cancellation is None
    assert (again.number, again.again) == (first.number, True)


def test_account_without_lines_is_cancelled_as_such(ann: User) -> None:
    call = builders.make_call(ann, builders.make_customer(), identity="CHECKED")

    first, again = cancel(ann, call), cancel(ann, call)

    assert first.number == again.number
    assert Cancellation.objects.get().noted == {"lines": "NONE_ON_RECORD"}


def test_nothing_chosen_no_customer_and_foreign_lines_are_refused(ann: User, customer: Customer) -> None:
    call = builders.make_call(ann, customer)
    foreign = builders.make_subscription(builders.make_customer())

    with pytest.raises(Refused, match="NOTHING_TO_CANCEL"):
        cancel(ann, call, [])
    with pytest.raises(Refused, match="NOTHING_TO_CANCEL"):
        cancel(ann, call, [foreign])
    calls.end_call(call_id=call.pk, by=ann.pk, role="AGENT")
    with pytest.raises(Refused, match="NO_CUSTOMER"):
        cancel(ann, builders.make_call(ann, None), [])
    builders.close_call(call)
    with pytest.raises(Refused, match="CALL_CLOSED"):
        cancel(ann, call)


def test_stranger_cannot_cancel_or_undo(ann: User, sid: User, customer: Customer) -> None:
    call = builders.make_call(ann, customer)

    with pytest.raises(NotYours):
        cancel(sid, call)
    done = cancel(ann, call)
    for cancellation_id in (done.cancellation_id, 0):
        with pytest.raises(NotYours):
            cancellations.undo(cancellation_id=cancellation_id, by=sid.pk, role="AGENT", key=builders.new_key())


def test_cancel_without_its_audit_row_is_not_saved(
    ann: User, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = builders.make_call(ann, customer)

    def broken(**_: object) -> int:
        raise RuntimeError("the audit is broken")

    monkeypatch.setattr(audit, "append", broken)

    with pytest.raises(RuntimeError), transaction.atomic():
        cancel(ann, call)

    assert not Cancellation.objects.exists()
    assert not OutboxMessage.objects.exists()
    assert set(Subscription.objects.values_list("state", flat=True)) == {"ACTIVE"}


def test_number_that_somebody_has_is_drawn_again_but_not_for_ever(
    ann: User, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    internet, mobile = Subscription.objects.order_by("pk")
    call = builders.make_call(ann, customer)
    drawn = iter(["RD22222222", "RD22222222", "RD33333333"])
    monkeypatch.setattr(numbers, "new_number", lambda: next(drawn))

    assert cancel(ann, call, [internet]).number == "RD22222222"
    second = cancel(ann, call, [mobile])
    assert second.number == "RD33333333"
    cancellations.undo(cancellation_id=second.cancellation_id, by=ann.pk, role="AGENT", key=builders.new_key())

    monkeypatch.setattr(numbers, "new_number", lambda: "RD22222222")
    with pytest.raises(Refused, match="NUMBER_MISSING"):
        cancel(ann, call, [mobile])


# ── Without a record ──


def note(agent: User, call: Call, **other: Any) -> Confirmation:
    """Note the wish of somebody who was not found."""
    given: dict[str, Any] = {
        "call_id": call.pk,
        "who": Who(name="Imani Castle", address="4 Fig Court, Fresno", call_back_number="559 555 0142"),
        "when": CancelWhen.TODAY,
        "porting_out": False,
        "by": agent.pk,
        "role": "AGENT",
        "now": builders.desk_now(),
        "key": builders.new_key(),
    }
    return cancellations.note_cancellation(**(given | other))


def test_noted_cancellation_gives_a_number_and_waits_for_the_back_office(ann: User) -> None:
    builders.make_company()
    call = builders.make_call(ann, None)

    key = builders.new_key()
    first, same_key, again = note(ann, call, key=key), note(ann, call, key=key), note(ann, call)
    assert same_key.number == first.number

    made = Cancellation.objects.get()
    assert first.number == again.number == made.number
    assert again.again
    assert made.noted["name"] == "Imani Castle"
    assert made.currency == "USD"
    assert tasks.relay_outbox() == 0
    assert [(one.topic, one.count) for one in outbox.waiting()] == [("backoffice.cancellation", 1)]
    assert "Imani" not in str(list(OutboxMessage.objects.values_list("payload", flat=True)))
    with pytest.raises(Refused, match="WHO_MISSING"):
        note(ann, call, who=Who(name=" ", address="", call_back_number=""))


# ── Undo ──


def test_undo_restores_the_lines_once(ann: User, customer: Customer) -> None:
    paused = Subscription.objects.order_by("pk").last()
    assert paused is not None
    Subscription.objects.filter(pk=paused.pk).update(state="PAUSED", ends_on=date(2027, 1, 31))
    call, key = builders.make_call(ann, customer), builders.new_key()
    done = cancel(ann, call)

    for used in (key, key, builders.new_key()):
        cancellations.undo(cancellation_id=done.cancellation_id, by=ann.pk, role="AGENT", key=used)

    assert set(Subscription.objects.values_list("state", "ends_on")) == {
        ("ACTIVE", None),
        ("PAUSED", date(2027, 1, 31)),
    }
    assert CancellationUndo.objects.count() == 1
    sheet = queries.call_sheet(call_id=call.pk, by=ann.pk, language="en")
    assert sheet.cancellation is None
    assert sheet.cancellations[0].undone_at is not None
    assert OutboxMessage.objects.filter(topic="billing.cancellation_undone").count() == 1
    assert cancel(ann, call).number != done.number


def test_undo_after_the_call_is_refused_by_rule_and_by_the_database(ann: User, customer: Customer) -> None:
    call = builders.make_call(ann, customer)
    done = cancel(ann, call)
    calls.end_call(call_id=call.pk, by=ann.pk, role="AGENT")

    with pytest.raises(Refused, match="CALL_CLOSED"):
        cancellations.undo(cancellation_id=done.cancellation_id, by=ann.pk, role="AGENT", key=builders.new_key())
    with pytest.raises(DatabaseError, match="the call is over"), transaction.atomic():
        CancellationUndo.objects.create(cancellation_id=done.cancellation_id, by=ann, recorded_at=builders.desk_now())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE customers_cancellation SET fee_minor = 0",
        "DELETE FROM customers_cancellation",
        "UPDATE customers_cancellationline SET price_minor = 0",
        "UPDATE customers_outboxmessage SET payload = '{}'",
        "DELETE FROM customers_outboxmessage",
    ],
)
def test_record_of_a_cancellation_cannot_be_changed(ann: User, customer: Customer, sql: str) -> None:
    cancel(ann, builders.make_call(ann, customer))

    with pytest.raises(DatabaseError), transaction.atomic():
        _run(sql)


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


# ── Notices ──


def test_notice_is_mailed_in_the_customers_language_once(ann: User, customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).update(languages=["xx", "en-GB"])
    done = cancel(ann, builders.make_call(ann, customer, identity="CHECKED"))

    assert tasks.relay_outbox() == 1
    assert tasks.relay_outbox() == 0

    (sent,) = mail.outbox
    assert sent.to == [customer.email]
    assert f"{done.number[:2]} {done.number[2:6]} {done.number[6:]}" in sent.subject
    assert "Internet Plus" in sent.body
    assert "could not check" not in sent.body
    assert sent.extra_headers["Message-ID"].startswith(f"<notice.cancellation:{done.cancellation_id}@")
    assert [one.topic for one in outbox.waiting()] == ["billing.cancel"]
    sheet = queries.call_record(call_id=Call.objects.get().pk, language="en")
    assert sheet.cancellation is not None
    assert sheet.cancellation.notice_sent_at is not None


def test_undone_before_it_was_mailed_says_nothing(ann: User, customer: Customer) -> None:
    done = cancel(ann, builders.make_call(ann, customer))
    cancellations.undo(cancellation_id=done.cancellation_id, by=ann.pk, role="AGENT", key=builders.new_key())

    assert tasks.relay_outbox() == 2

    assert mail.outbox == []


def test_undone_after_it_was_mailed_is_mailed_too(ann: User, customer: Customer) -> None:
    done = cancel(ann, builders.make_call(ann, customer))
    tasks.relay_outbox()
    cancellations.undo(cancellation_id=done.cancellation_id, by=ann.pk, role="AGENT", key=builders.new_key())

    tasks.relay_outbox()

    assert len(mail.outbox) == 2
    assert "could not check" in mail.outbox[0].body
    assert "taken back" in mail.outbox[1].body


def test_customer_without_mail_waits_for_a_letter(ann: User, customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).update(email="")

    done = cancel(ann, builders.make_call(ann, customer))

    assert done.notice_goes_to == ""
    assert tasks.relay_outbox() == 0
    assert {one.topic for one in outbox.waiting()} == {"letter.cancellation", "billing.cancel"}


def test_address_that_went_meanwhile_becomes_a_letter(ann: User, customer: Customer) -> None:
    cancel(ann, builders.make_call(ann, customer))
    Customer.objects.filter(pk=customer.pk).update(email="")

    assert tasks.relay_outbox() == 1

    assert mail.outbox == []
    assert {one.topic for one in outbox.waiting()} == {"letter.cancellation", "billing.cancel"}
    assert OutboxMessage.objects.get(topic="notice.cancellation").last_error == "SKIPPED"


def test_undone_notice_waits_for_the_notice_that_is_on_its_way(ann: User, customer: Customer) -> None:
    done = cancel(ann, builders.make_call(ann, customer))
    cancellations.undo(cancellation_id=done.cancellation_id, by=ann.pk, role="AGENT", key=builders.new_key())
    undone = notices.senders()["notice.cancellation_undone"]

    assert outbox.deliver_due(senders={"notice.cancellation_undone": undone}) == 0

    assert OutboxMessage.objects.get(topic="notice.cancellation_undone").last_error == "AFTER_NOTICE"


def test_undo_is_not_mailed_where_the_notice_was_a_letter(ann: User, customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).update(email="")
    done = cancel(ann, builders.make_call(ann, customer))
    cancellations.undo(cancellation_id=done.cancellation_id, by=ann.pk, role="AGENT", key=builders.new_key())

    assert tasks.relay_outbox() == 1
    assert mail.outbox == []


def test_quote_on_the_screen_is_what_is_booked(ann: User, customer: Customer) -> None:
    line = Subscription.objects.order_by("pk").first()
    assert line is not None
    today = builders.desk_now().date()
    Subscription.objects.filter(pk=line.pk).update(
        contract_ends_on=today + timedelta(days=200), exit_fee_monthly_minor=1500, device_balance_minor=4000
    )
    call = builders.make_call(ann, customer)
    sheet = queries.call_sheet(call_id=call.pk, by=ann.pk, language="en")

    shown = cancellations.quote(sheet=sheet, line_ids=[line.pk], when=CancelWhen.TODAY, today=sheet.today)
    made = Cancellation.objects.get(number=cancel(ann, call, [line], when=CancelWhen.TODAY).number)

    assert shown.fee_minor == made.fee_minor > 0
    assert shown.last_bill_minor == made.last_bill_minor
    assert shown.effective_on == made.effective_on
    assert shown.bill_after_minor == made.bill_after_minor
