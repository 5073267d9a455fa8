"""Opening a call: its stamps, the rules that hold on it, what travels with a transferred one, and one call per key."""

from datetime import date, timedelta

import psycopg
import pytest
from django.db import transaction

from customers import calls, queries
from customers.choices import CallEventKind, IdentityResult
from customers.models import AuditEvent, Call, CallEvent, ConductPolicy, UsedKey
from customers.refusals import InFlight, KeyReused, NotYours, Refused
from retention_desk.people.models import User
from tests import builders
from tests.audits import Broken, break_audit
from tests.customers.calling import acts, open_call
from tests.database import DeskClock, owner_connection

pytestmark = pytest.mark.django_db


def test_open_stamps_policy_and_worth_and_records_what_was_seen(ann: User) -> None:
    customer = builders.make_customer()
    line = builders.make_subscription(customer)
    complaint = builders.make_complaint(customer)

    call = Call.objects.get(pk=open_call(ann, customer))

    assert call.policy.code == "DEFAULT"
    assert (call.offers_allowed, call.minutes_after_intent) == (2, 4)
    assert call.monthly_bill_minor == 8999
    assert call.lifetime_value_minor > 0
    assert 50 < call.risk_percent < 100
    assert call.episode_id == call.pk
    seen = AuditEvent.objects.get(act="CALL_OPENED", call_id=call.pk)
    assert seen.after is not None
    assert seen.actor_id == ann.pk
    assert seen.customer_id == customer.pk
    assert seen.after["lines"] == [line.pk]
    assert seen.after["complaints"] == [complaint.pk]
    assert "Tennant" not in str(seen.after)


@pytest.mark.parametrize(
    ("jurisdiction", "codes", "wanted"),
    [
        ("US-CA", ["US-CA", "US"], "US-CA"),
        ("US-NV", ["US-CA", "US"], "US"),
        ("US-NV", [], "DEFAULT"),
        ("", ["US-CA"], "STRICT"),
        (None, ["US-CA"], "STRICT"),
    ],
)
def test_policy_is_the_nearest_known_and_the_strictest_for_the_unknown(
    ann: User, jurisdiction: str | None, codes: list[str], wanted: str
) -> None:
    for code in codes:
        ConductPolicy.objects.create(
            code=code, version=1, valid_from=date(2026, 1, 1), offers_allowed=1, minutes_after_intent=3
        )
    customer = None if jurisdiction is None else builders.make_customer(jurisdiction=jurisdiction)

    assert Call.objects.get(pk=open_call(ann, customer)).policy.code == wanted


def test_policy_is_the_newest_version_in_force_on_the_day(ann: User) -> None:
    for version, valid_from, valid_until in [
        (1, date(2026, 1, 1), date(2026, 6, 1)),
        (2, date(2026, 6, 1), None),
        (3, date(2099, 1, 1), None),
    ]:
        ConductPolicy.objects.create(
            code="US-CA",
            version=version,
            valid_from=valid_from,
            valid_until=valid_until,
            offers_allowed=1,
            minutes_after_intent=3,
        )

    assert Call.objects.get(pk=open_call(ann, builders.make_customer())).policy.version == 2


def test_rule_set_that_comes_during_a_call_holds_from_the_next_one_on(ann: User) -> None:
    rules = {"code": "US-CA", "valid_from": date(2026, 1, 1), "offers_allowed": 1, "minutes_after_intent": 3}
    ConductPolicy.objects.create(version=1, **rules)
    call_id = open_call(ann, builders.make_customer())

    ConductPolicy.objects.create(version=2, **rules | {"offers_allowed": 0})

    sheet = queries.call_sheet(call_id=call_id, by=ann.pk, language="en")
    assert (sheet.policy.version, sheet.policy.offers_allowed) == (1, 1)
    builders.close_call(Call.objects.get(pk=call_id))
    assert Call.objects.get(pk=open_call(ann, builders.make_customer())).policy.version == 2


def test_open_twice_with_one_key_is_one_call(ann: User) -> None:
    customer, key = builders.make_customer(), builders.new_key()

    first = open_call(ann, customer, key=key)
    again = open_call(ann, customer, key=key)

    assert first == again
    assert Call.objects.count() == 1
    with pytest.raises(KeyReused):
        open_call(ann, None, key=key)


def test_open_refuses_a_second_call_and_an_unknown_customer(ann: User) -> None:
    with pytest.raises(Refused, match="NO_CUSTOMER"):
        open_call(ann, None, customer_id=0)
    first = open_call(ann, builders.make_customer())

    with pytest.raises(Refused, match="CALL_OPEN") as refusal:
        open_call(ann, builders.make_customer())

    assert refusal.value.facts == {"call_id": first}


def test_open_again_within_seven_days_is_the_same_episode(ann: User, desk_clock: DeskClock) -> None:
    customer = builders.make_customer()
    first = open_call(ann, customer)
    builders.close_call(Call.objects.get(pk=first))
    desk_clock.advance(timedelta(days=6))
    second = open_call(ann, customer)
    builders.close_call(Call.objects.get(pk=second))
    desk_clock.advance(timedelta(days=2))
    third = open_call(ann, customer)

    assert Call.objects.get(pk=second).episode_id == first
    assert Call.objects.get(pk=third).episode_id == third


def test_transferred_call_keeps_identity_clock_and_offers(ann: User, sid: User) -> None:
    customer = builders.make_customer()
    first = open_call(ann, customer)
    calls.check_identity(call_id=first, checks=["PIN", "ADDRESS"], passed=True, by=ann.pk, role="AGENT")
    calls.ask_to_cancel(call_id=first, by=ann.pk, role="AGENT")
    CallEvent.objects.create(call_id=first, kind=CallEventKind.PRESENTED, at=builders.desk_now(), by=ann)
    calls.end_call(call_id=first, by=ann.pk, role="AGENT")

    second = open_call(sid, customer, transferred_from=first, transfer_note="wants to leave, one offer shown")

    one, two = Call.objects.get(pk=first), Call.objects.get(pk=second)
    assert (two.identity, two.identity_checks) == (IdentityResult.CHECKED, ["PIN", "ADDRESS"])
    assert (two.ask_count, two.asked_at, two.must_complete_by) == (1, one.asked_at, one.must_complete_by)
    assert two.offers_allowed == 1
    leg = queries.call_sheet(call_id=second, by=sid.pk, language="en").call.earlier_leg
    assert leg is not None
    assert (leg.call_id, leg.presented, leg.agent_name) == (first, 1, "Ann Holt")
    calls.end_call(call_id=second, by=sid.pk, role="AGENT")
    with pytest.raises(Refused, match="TRANSFER_NOT_FITTING"):
        open_call(sid, customer, transferred_from=first)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_the_same_moment_open_one_call(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    open_call(ann, builders.make_customer())
    monkeypatch.setattr(queries, "open_call_of", lambda *, by: None)

    with pytest.raises(Refused, match="CALL_OPEN"):
        open_call(ann, builders.make_customer())
    with pytest.raises(NotYours):
        open_call(builders.make_agent("una"), None, team_id=0)


@pytest.mark.django_db(transaction=True)
def test_without_any_policy_no_call_is_opened(ann: User, owner_db: "psycopg.Cursor[tuple[object, ...]]") -> None:
    owner_db.execute("ALTER TABLE customers_conductpolicy DISABLE TRIGGER USER")
    owner_db.execute("DELETE FROM customers_conductpolicy")
    owner_db.execute("ALTER TABLE customers_conductpolicy ENABLE TRIGGER USER")

    with pytest.raises(Refused, match="NO_POLICY"):
        open_call(ann, None)


def test_transfer_of_another_customers_call_is_refused(ann: User, sid: User) -> None:
    first = open_call(ann, builders.make_customer())

    with pytest.raises(Refused, match="TRANSFER_NOT_FITTING"):
        open_call(sid, builders.make_customer(), transferred_from=first)


def test_open_without_its_audit_row_is_not_saved(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    break_audit(monkeypatch)

    with pytest.raises(Broken), transaction.atomic():
        open_call(ann, builders.make_customer())

    assert not Call.objects.exists()
    assert not UsedKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_same_key_at_the_same_moment_is_in_flight(ann: User) -> None:
    key = builders.new_key()
    with owner_connection() as other, other.transaction():
        other.execute("SELECT key_claim(%s, %s)", [key, b"x"])
        with pytest.raises(InFlight):
            open_call(ann, builders.make_customer(), key=key)

    assert open_call(ann, None, key=key)


def test_caller_who_is_known_at_once_is_noted_with_the_opening(ann: User) -> None:
    customer, key = builders.make_customer(), builders.new_key()

    call_id = open_call(ann, customer, checks=["CALLER_NUMBER", "PIN"], key=key)
    open_call(ann, customer, checks=["CALLER_NUMBER", "PIN"], key=key)

    call = Call.objects.get(pk=call_id)
    assert (call.identity, call.identity_checks) == ("CHECKED", ["CALLER_NUMBER", "PIN"])
    assert acts(call_id) == ["CALL_OPENED", "IDENTITY_CHECKED"]


def test_call_is_not_opened_with_a_check_that_is_none(ann: User) -> None:
    with pytest.raises(Refused, match="CODE_UNKNOWN"):
        open_call(ann, builders.make_customer(), checks=["born 1961"])

    assert not Call.objects.exists()
