"""How a call ends: proposed, once, true to the record, corrected by adding."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from customers import audit, calls, cancellations, dispositions, permissions, queries
from customers.choices import CallEventKind, CancelWhen, DispositionKind, ProductKind
from customers.dispositions import proposed_disposition
from customers.models import Call, CallEvent, Customer, Disposition, Subscription
from customers.refusals import NotYours, Refused
from customers.sheet import CallSheet
from retention_desk.people.models import User
from tests import builders

pytestmark = pytest.mark.django_db

SAVED = DispositionKind.SAVED_WITHOUT


@pytest.fixture
def customer() -> Customer:
    """A customer with two lines."""
    customer = builders.make_customer()
    builders.make_subscription(customer)
    builders.make_subscription(customer, ProductKind.MOBILE)
    return customer


def cancel(agent: User, call: Call, *kinds: ProductKind, porting_out: bool = False) -> int:
    """Cancel the lines of these kinds."""
    lines = Subscription.objects.filter(product__kind__in=kinds).values_list("pk", flat=True)
    done = cancellations.cancel(
        call_id=call.pk,
        line_ids=list(lines),
        when=CancelWhen.TODAY,
        porting_out=porting_out,
        by=agent.pk,
        role="AGENT",
        now=builders.desk_now(),
        key=builders.new_key(),
    )
    return done.cancellation_id


def accept(call: Call) -> None:
    """The customer accepted an offer, as the ledger writes it on the call."""
    CallEvent.objects.create(call=call, kind=CallEventKind.ACCEPTED, at=builders.desk_now(), by=call.agent)


def close(agent: User, call: Call, kind: DispositionKind = SAVED, **other: Any) -> int:
    """End and close the call the way the wrap-up does."""
    if not other.get("for_agent"):
        calls.end_call(call_id=call.pk, by=call.agent_id, role="AGENT")
    given: dict[str, Any] = {
        "call_id": call.pk,
        "kind": kind,
        "lines": None,
        "by": agent.pk,
        "role": "AGENT",
        "key": builders.new_key(),
    }
    return dispositions.close_call(**(given | other))


def sheet_of(call: Call) -> CallSheet:
    """What is known of the call."""
    return queries.call_record(call_id=call.pk, language="en")


@pytest.mark.parametrize(
    ("state", "accepted", "wanted"),
    [
        ({}, {"accepted": True}, "SAVED_WITH_OFFER"),
        ({}, {"accepted": True, "paused": True}, "PAUSED"),
        ({}, {"accepted": True, "downgraded": True}, "PARTLY_SAVED"),
        ({}, {"accepted": False}, "SAVED_WITHOUT"),
        ({"identity": "FAILED"}, {"accepted": False}, "UNAUTHORISED_CALLER"),
        ({"opening_intent": "COMPLAINT"}, {"accepted": False}, "NO_CANCEL_INTENT"),
        ({"opening_intent": "CHEAPER"}, {"accepted": False}, "SAVED_WITHOUT"),
        ({"call_back_at": "2026-11-23T10:00Z"}, {"accepted": False}, "CALL_BACK"),
    ],
)
def test_proposed_from_what_happened(
    ann: User, customer: Customer, state: dict[str, Any], accepted: dict[str, bool], wanted: str
) -> None:
    call = builders.make_call(ann, customer, **state)

    proposed = proposed_disposition(sheet_of(call), **accepted)

    assert proposed.kind == wanted
    assert set(proposed.lines) == {ProductKind.INTERNET, ProductKind.MOBILE}


@pytest.mark.parametrize(
    ("kinds", "porting_out", "kind", "lines"),
    [
        (["INTERNET", "MOBILE"], False, "CANCELLED", {"INTERNET": "CANCELLED", "MOBILE": "CANCELLED"}),
        (["INTERNET", "MOBILE"], True, "PORTING_OUT", {"INTERNET": "CANCELLED", "MOBILE": "PORTING_OUT"}),
        (["INTERNET"], False, "PARTLY_SAVED", {"INTERNET": "CANCELLED", "MOBILE": "SAVED_WITHOUT"}),
    ],
)
def test_proposed_from_what_was_cancelled(
    ann: User, customer: Customer, kinds: list[str], porting_out: bool, kind: str, lines: dict[str, str]
) -> None:
    call = builders.make_call(ann, customer)
    cancel(ann, call, *map(ProductKind, kinds), porting_out=porting_out)

    proposed = proposed_disposition(sheet_of(call), accepted=False)

    assert proposed.kind == kind
    assert proposed.lines == lines


def test_abandoned_call_is_proposed_as_dropped(ann: User, customer: Customer) -> None:
    call = builders.make_call(ann, customer)
    now = builders.desk_now()
    Call.objects.filter(pk=call.pk).update(state="WRAP_UP", ended_at=now, abandoned_at=now)

    assert proposed_disposition(sheet_of(call), accepted=False).kind == "DROPPED"


def test_close_writes_one_disposition_of_the_call_and_one_a_line(ann: User, customer: Customer) -> None:
    call, key = builders.make_call(ann, customer), builders.new_key()
    accept(call)

    first = close(ann, call, DispositionKind.SAVED_WITH_OFFER, key=key)
    again = close(ann, call, DispositionKind.SAVED_WITH_OFFER, key=key)

    assert first == again
    call.refresh_from_db()
    assert call.state == "CLOSED"
    assert call.closed_at is not None
    rows = set(Disposition.objects.values_list("line", "kind"))
    assert rows == {("", "SAVED_WITH_OFFER"), ("INTERNET", "SAVED_WITH_OFFER"), ("MOBILE", "SAVED_WITH_OFFER")}
    with pytest.raises(Refused, match="ALREADY_CLOSED"):
        close(ann, call)


def test_close_takes_the_lines_that_it_is_given(ann: User, customer: Customer) -> None:
    call = builders.make_call(ann, customer)

    close(ann, call, lines={ProductKind.TV: DispositionKind.MOVED_WITH_US})

    assert set(Disposition.objects.values_list("line", "kind")) == {("", "SAVED_WITHOUT"), ("TV", "MOVED_WITH_US")}


@pytest.mark.parametrize("kind", ["CANCELLED", "PORTING_OUT", "SAVED_WITH_OFFER"])
def test_close_refuses_what_never_happened(ann: User, customer: Customer, kind: str) -> None:
    call = builders.make_call(ann, customer)

    with pytest.raises(Refused, match="DISPOSITION_NOT_TRUE"):
        close(ann, call, DispositionKind(kind))


@pytest.mark.parametrize("kind", ["SAVED_WITHOUT", "PAUSED", "NO_CANCEL_INTENT"])
def test_close_refuses_a_save_beside_a_cancellation_until_it_is_undone(
    ann: User, customer: Customer, kind: str
) -> None:
    call = builders.make_call(ann, customer)
    cancellation_id = cancel(ann, call, ProductKind.INTERNET)
    calls.end_call(call_id=call.pk, by=ann.pk, role="AGENT")
    with pytest.raises(Refused, match="DISPOSITION_NOT_TRUE"):
        close(ann, call, DispositionKind(kind))
    close(ann, call, DispositionKind.PARTLY_SAVED)

    second = builders.make_call(ann, customer)
    cancellation_id = cancel(ann, second, ProductKind.MOBILE)
    cancellations.undo(cancellation_id=cancellation_id, by=ann.pk, role="AGENT", key=builders.new_key())

    assert close(ann, second, DispositionKind(kind))


def test_close_refuses_an_open_call_and_a_stranger(ann: User, customer: Customer) -> None:
    sid = builders.make_agent("sid")
    call = builders.make_call(ann, customer)
    given: dict[str, Any] = {"call_id": call.pk, "kind": SAVED, "lines": None, "role": "AGENT"}

    with pytest.raises(Refused, match="CALL_NOT_ENDED"):
        dispositions.close_call(**given, by=ann.pk, key=builders.new_key())
    calls.end_call(call_id=call.pk, by=ann.pk, role="AGENT")
    with pytest.raises(NotYours):
        dispositions.close_call(**given, by=sid.pk, key=builders.new_key())
    assert not Disposition.objects.exists()


def test_supervisor_closes_what_an_agent_left_behind(ann: User, customer: Customer) -> None:
    sue = builders.make_supervisor()
    call = builders.make_call(ann, customer)
    assert not permissions.can_close_for_agent(sue, call, site_id=call.site_id)
    calls.end_call(call_id=call.pk, by=ann.pk, role="AGENT")
    call.refresh_from_db()

    permissions.check_close_for_agent(sue, call, site_id=call.site_id)
    for user, site_id in ((sue, call.site_id + 1), (ann, call.site_id)):
        with pytest.raises(Refused, match="NOT_ALLOWED"):
            permissions.check_close_for_agent(user, call, site_id=site_id)
    close(sue, call, DispositionKind.DROPPED, for_agent=True, role="SUPERVISOR")

    assert Disposition.objects.get(line="").by == sue
    with pytest.raises(NotYours):
        dispositions.close_call(
            call_id=0, kind=SAVED, lines=None, by=sue.pk, role="SUPERVISOR", key=builders.new_key(), for_agent=True
        )


def test_correction_is_added_and_the_last_one_stands(ann: User, customer: Customer) -> None:
    sue = builders.make_supervisor()
    call = builders.make_call(ann, customer)
    wrong = close(ann, call)
    given: dict[str, Any] = {"why": "the recording says call-back", "by": sue.pk, "role": "SUPERVISOR"}
    key = builders.new_key()

    right = dispositions.correct_disposition(disposition_id=wrong, kind=DispositionKind.CALL_BACK, key=key, **given)
    again = dispositions.correct_disposition(disposition_id=wrong, kind=DispositionKind.CALL_BACK, key=key, **given)

    assert right == again
    standing = sheet_of(call).standing_disposition()
    assert standing is not None
    assert (standing.id, standing.kind, standing.why) == (right, "CALL_BACK", given["why"])
    assert Disposition.objects.get(pk=wrong).kind == "SAVED_WITHOUT"
    refused: list[tuple[str, dict[str, Any]]] = [
        ("ALREADY_RESOLVED", {"disposition_id": wrong}),
        ("SAME_DISPOSITION", {"kind": DispositionKind.CALL_BACK}),
        ("WHY_MISSING", {"why": " "}),
        ("NOT_YOURS", {"disposition_id": 0}),
    ]
    for code, change in refused:
        asked: dict[str, Any] = (
            {"disposition_id": right, "kind": DispositionKind.DROPPED, "key": builders.new_key()} | given | change
        )
        with pytest.raises(Refused, match=code):
            dispositions.correct_disposition(**asked)
    assert permissions.can_correct_disposition(sue)
    with pytest.raises(Refused, match="NOT_ALLOWED"):
        permissions.check_correct_disposition(ann)


def test_nothing_is_saved_without_its_audit_row(ann: User, customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    call = builders.make_call(ann, customer)
    other = builders.make_call(builders.make_agent("una"), builders.make_customer())
    wrong = close(ann, call)
    calls.end_call(call_id=other.pk, by=other.agent_id, role="AGENT")

    def broken(**_: object) -> int:
        raise RuntimeError("the audit is broken")

    monkeypatch.setattr(audit, "append", broken)

    with pytest.raises(RuntimeError), transaction.atomic():
        close(other.agent, other)
    with pytest.raises(RuntimeError), transaction.atomic():
        dispositions.correct_disposition(
            disposition_id=wrong,
            kind=DispositionKind.DROPPED,
            why="x",
            by=ann.pk,
            role="AGENT",
            key=builders.new_key(),
        )
    other.refresh_from_db()
    assert other.state == "WRAP_UP"
    assert not Disposition.objects.exclude(call=call).exists()
    assert not Disposition.objects.filter(corrects__isnull=False).exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE customers_disposition SET kind = 'SAVED_WITH_OFFER'",
        "DELETE FROM customers_disposition",
        "TRUNCATE customers_disposition CASCADE",
        "UPDATE customers_call SET notes = 'another story'",
        "UPDATE customers_call SET state = 'WRAP_UP', closed_at = NULL",
        """INSERT INTO customers_disposition (call_id, line, kind, why, by_id, recorded_at)
           SELECT call_id, line, 'DROPPED', '', by_id, now() FROM customers_disposition WHERE line = ''""",
        """INSERT INTO customers_disposition (call_id, line, kind, corrects_id, why, by_id, recorded_at)
           SELECT call_id, 'TV', 'DROPPED', id, 'x', by_id, now() FROM customers_disposition WHERE line = ''""",
    ],
)
def test_raw_sql_cannot_rewrite_how_a_call_ended(ann: User, customer: Customer, sql: str) -> None:
    close(ann, builders.make_call(ann, customer))

    with pytest.raises(DatabaseError), transaction.atomic():
        _run(sql)


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
