"""What is asked and said on a call: the wish to cancel, the reason, identity, notes, the promise to ring back."""

from datetime import timedelta
from typing import Any

import pytest

from customers import calls, queries, reading
from customers.choices import CallerRole, CallEventKind, OpeningIntent, ReasonSource
from customers.models import AuditEvent, Call, CallEvent, CallReason
from customers.refusals import Refused
from retention_desk.people.models import User
from tests import builders
from tests.customers.calling import acts, events, open_call
from tests.database import DeskClock

pytestmark = pytest.mark.django_db


def test_first_wish_to_cancel_starts_the_clock_and_the_second_closes_offers(ann: User, desk_clock: DeskClock) -> None:
    desk_clock.advance(timedelta())
    call_id = open_call(ann, builders.make_customer())

    first = calls.ask_to_cancel(call_id=call_id, by=ann.pk, role="AGENT")

    call = Call.objects.get(pk=call_id)
    assert first == 1
    assert call.asked_at is not None
    assert call.must_complete_by == call.asked_at + timedelta(minutes=4)
    assert call.offers_closed_at is None

    second = calls.ask_to_cancel(call_id=call_id, by=ann.pk, role="AGENT")

    call.refresh_from_db()
    assert second == 2
    assert call.offers_closed_at == builders.desk_now()
    assert events(call_id) == ["ASKED_TO_CANCEL", "ASKED_AGAIN", "OFFERS_CLOSED"]


def test_wish_to_cancel_under_the_strict_policy_closes_offers_at_once(ann: User) -> None:
    call_id = open_call(ann, builders.make_customer(jurisdiction=""))

    calls.ask_to_cancel(call_id=call_id, by=ann.pk, role="AGENT")

    assert Call.objects.get(pk=call_id).offers_closed_at is not None


def test_wish_to_cancel_pressed_twice_with_one_key_counts_once(ann: User) -> None:
    call_id, key = open_call(ann, builders.make_customer()), builders.new_key()

    assert calls.ask_to_cancel(call_id=call_id, by=ann.pk, role="AGENT", key=key) == 1
    assert calls.ask_to_cancel(call_id=call_id, by=ann.pk, role="AGENT", key=key) == 1

    assert Call.objects.get(pk=call_id).ask_count == 1


def test_reason_that_must_complete_closes_offers_once_the_customer_asked(ann: User) -> None:
    builders.make_reason("DEATH", offers_allowed=False, must_complete=True)
    builders.make_reason("HARDSHIP", offers_allowed=False)
    call_id = open_call(ann, builders.make_customer())
    given: dict[str, Any] = {
        "call_id": call_id,
        "detail": "",
        "rival": "",
        "rival_price_minor": None,
        "rival_product": "",
        "source": ReasonSource.STATED,
        "by": ann.pk,
        "role": "AGENT",
    }

    calls.set_reason(reason="DEATH", **given)
    calls.set_reason(reason="HARDSHIP", **given)
    calls.ask_to_cancel(call_id=call_id, by=ann.pk, role="AGENT")
    assert Call.objects.get(pk=call_id).offers_closed_at is None
    calls.set_reason(reason="DEATH", **given)

    assert Call.objects.get(pk=call_id).offers_closed_at is not None
    assert CallReason.objects.filter(call_id=call_id).count() == 3


def test_reason_keeps_detail_and_rival_and_says_nothing_twice(ann: User) -> None:
    price = builders.make_reason("PRICE")
    detail = builders.make_reason("PRICE_RIVAL", parent=price)
    builders.make_reason("SERVICE")
    call_id = open_call(ann, builders.make_customer())
    given: dict[str, Any] = {
        "call_id": call_id,
        "reason": "PRICE",
        "detail": "PRICE_RIVAL",
        "rival": " Skyline Fiber ",
        "rival_price_minor": 4999,
        "rival_product": "INTERNET",
        "source": ReasonSource.STATED,
        "by": ann.pk,
        "role": "AGENT",
    }

    calls.set_reason(**given)
    calls.set_reason(**given)

    call = Call.objects.get(pk=call_id)
    assert (call.reason, call.reason_detail, call.rival, call.rival_price_minor) == (
        price,
        detail,
        "Skyline Fiber",
        4999,
    )
    assert events(call_id) == ["REASON_SET"]
    assert "Skyline" not in str(AuditEvent.objects.get(act="REASON_SET").after)
    sheet = queries.call_sheet(call_id=call_id, by=ann.pk, language="en")
    assert sheet.reason_codes == {"PRICE", "PRICE_RIVAL"}
    for wrong in ({"reason": "SERVICE"}, {"reason": "NO_SUCH"}, {"rival_price_minor": -1}, {"rival_product": "CAR"}):
        with pytest.raises(Refused):
            calls.set_reason(**(given | wrong))


def test_identity_recording_and_words_are_kept_once(ann: User) -> None:
    call_id = open_call(ann, builders.make_customer())

    for _ in range(2):
        calls.check_identity(call_id=call_id, checks=["PIN"], passed=True, by=ann.pk, role="AGENT")
        calls.tell_recording(call_id=call_id, by=ann.pk, role="AGENT")
        calls.tell(call_id=call_id, what=["RETURN_ROUTER", "RETURN_ROUTER"], by=ann.pk, role="AGENT")

    assert events(call_id) == ["IDENTITY_CHECKED", "RECORDING_NOTICE", "TOLD"]
    assert acts(call_id) == ["CALL_OPENED", "IDENTITY_CHECKED", "RECORDING_TOLD", "TOLD"]
    with pytest.raises(Refused, match="CODE_UNKNOWN"):
        calls.check_identity(call_id=call_id, checks=["born 1961"], passed=True, by=ann.pk, role="AGENT")


def test_call_back_is_promised_once_and_within_72_hours(ann: User) -> None:
    customer, now = builders.make_customer(), builders.desk_now()
    call_id = open_call(ann, customer)
    given: dict[str, Any] = {"note": "after the technician", "by": ann.pk, "role": "AGENT"}

    with pytest.raises(Refused, match="CALL_BACK_TOO_LATE"):
        calls.promise_call_back(call_id=call_id, at=now + timedelta(hours=73), **given)
    with pytest.raises(Refused, match="CALL_BACK_PAST"):
        calls.promise_call_back(call_id=call_id, at=now, **given)
    calls.promise_call_back(call_id=call_id, at=now + timedelta(hours=20), **given)
    builders.close_call(Call.objects.get(pk=call_id), "CALL_BACK")
    second = open_call(ann, customer)

    with pytest.raises(Refused, match="CALL_BACK_ONCE"):
        calls.promise_call_back(call_id=second, at=now + timedelta(hours=30), **given)


def test_call_back_may_be_moved_on_its_own_call_and_said_twice(ann: User) -> None:
    now = builders.desk_now()
    call_id = open_call(ann, builders.make_customer())
    given: dict[str, Any] = {"call_id": call_id, "note": "", "by": ann.pk, "role": "AGENT"}

    for hours in (20, 20, 30):
        calls.promise_call_back(at=now + timedelta(hours=hours), **given)

    assert Call.objects.get(pk=call_id).call_back_at == now + timedelta(hours=30)
    assert acts(call_id).count("CALL_BACK_PROMISED") == 2


def test_what_is_as_it_was_said_changes_nothing(ann: User) -> None:
    call_id = open_call(ann, builders.make_customer())

    calls.set_opening(
        call_id=call_id,
        caller_role=CallerRole.HOLDER,
        opening_intent=OpeningIntent.DISCONNECT,
        by=ann.pk,
        role="AGENT",
    )
    for _ in range(2):
        calls.close_offers(call_id=call_id, by=ann.pk, role="AGENT", why="JUST_CANCEL")
        calls.save_notes(call_id=call_id, notes="no\x00te", by=ann.pk)

    assert acts(call_id) == ["CALL_OPENED", "OFFERS_CLOSED"]
    assert Call.objects.get(pk=call_id).notes == "note"


def test_accepted_offer_settles_the_wish_until_it_is_asked_again(ann: User) -> None:
    call_id = open_call(ann, builders.make_customer())
    calls.ask_to_cancel(call_id=call_id, by=ann.pk, role="AGENT")
    for kind in (CallEventKind.PRESENTED, CallEventKind.DECLINED, CallEventKind.PRESENTED, CallEventKind.ACCEPTED):
        CallEvent.objects.create(call_id=call_id, kind=kind, at=builders.desk_now(), by=ann)

    found = reading.offers_so_far(queries.call_sheet(call_id=call_id, by=ann.pk, language="en"))
    calls.ask_to_cancel(call_id=call_id, by=ann.pk, role="AGENT")
    again = reading.offers_so_far(queries.call_sheet(call_id=call_id, by=ann.pk, language="en"))

    assert (found.presented, found.refused, found.settled) == (2, 1, True)
    assert not again.settled


def test_opening_and_notes_may_change_until_the_call_is_closed(ann: User) -> None:
    call_id = open_call(ann, builders.make_customer())

    calls.set_opening(
        call_id=call_id,
        caller_role=CallerRole.EXECUTOR,
        opening_intent=OpeningIntent.OTHER,
        by=ann.pk,
        role="AGENT",
    )
    calls.end_call(call_id=call_id, by=ann.pk, role="AGENT")
    calls.save_notes(call_id=call_id, notes="husband died in October", by=ann.pk)

    call = Call.objects.get(pk=call_id)
    assert (call.caller_role, call.notes) == ("EXECUTOR", "husband died in October")
    assert "husband" not in str(list(AuditEvent.objects.values_list("after", flat=True)))
    with pytest.raises(Refused, match="NOTES_TOO_LONG"):
        calls.save_notes(call_id=call_id, notes="x" * 8001, by=ann.pk)
    builders.close_call(call)
    with pytest.raises(Refused, match="CALL_CLOSED"):
        calls.save_notes(call_id=call_id, notes="more", by=ann.pk)
