"""A call from ringing to hanging up: stamps, rules, who may, and what is done only once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from customers import audit, calls, queries, reading, tasks
from customers.choices import CallerRole, CallEventKind, IdentityResult, OpeningIntent, ReasonSource
from customers.models import AuditEvent, Call, CallEvent, CallReason, ConductPolicy, Customer, UsedKey
from customers.refusals import InFlight, KeyReused, NotYours, Refused
from retention_desk.people.models import User
from tests import builders
from tests.database import DeskClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    """The agent who acts."""
    return builders.make_agent("ann")


@pytest.fixture
def sid() -> User:
    """The stranger."""
    return builders.make_agent("sid")


def open_call(agent: User, customer: Customer | None, **other: Any) -> int:
    """Open a call the way the screen does."""
    team = builders.make_team()
    given = {
        "customer_id": customer.pk if customer else None,
        "phone_from": customer.phone if customer else "",
        "caller_role": CallerRole.HOLDER,
        "opening_intent": OpeningIntent.DISCONNECT,
        "team_id": team.pk,
        "site_id": team.site_id,
        "by": agent.pk,
        "role": "AGENT",
        "now": builders.desk_now(),
        "key": builders.new_key(),
    }
    return calls.open_call(**(given | other))


def events(call_id: int) -> list[str]:
    """Kinds of "On this call"."""
    return list(CallEvent.objects.filter(call_id=call_id).order_by("at", "id").values_list("kind", flat=True))


def acts(call_id: int) -> list[str]:
    """Acts of the audit on one call."""
    return list(AuditEvent.objects.filter(call_id=call_id).order_by("id").values_list("act", flat=True))


# ── Opening ──


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


# ── What is asked and said ──


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
        calls.tell(call_id=call_id, what="RETURN_ROUTER", by=ann.pk, role="AGENT")

    assert events(call_id) == ["IDENTITY_CHECKED", "RECORDING_NOTICE", "TOLD"]
    assert acts(call_id) == ["CALL_OPENED", "IDENTITY_CHECKED", "RECORDING_TOLD", "TOLD"]
    with pytest.raises(Refused, match="CODE_UNKNOWN"):
        calls.check_identity(call_id=call_id, checks=["born 1961"], passed=True, by=ann.pk, role="AGENT")


def test_call_back_is_promised_once_and_within_72_hours(ann: User) -> None:
    customer, now = builders.make_customer(), builders.desk_now()
    call_id = open_call(ann, customer)
    given: dict[str, Any] = {"note": "after the technician", "by": ann.pk, "role": "AGENT", "now": now}

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
    given: dict[str, Any] = {"call_id": call_id, "note": "", "by": ann.pk, "role": "AGENT", "now": now}

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


# ── Ending ──


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
    from tests.database import owner_connection

    call_id = open_call(ann, builders.make_customer())
    desk_clock.advance(timedelta(minutes=5))
    with owner_connection() as other, other.transaction():
        other.execute("SELECT id FROM customers_call WHERE id = %s FOR UPDATE", [call_id])
        assert calls.abandon_silent(silent_for=timedelta(minutes=3)) == 0

    assert tasks.abandon_silent_calls() == 1


# ── Strangers, atomicity, walls ──

ACTS: dict[str, Callable[[int, int], object]] = {
    "touch": lambda call, by: calls.touch(call_id=call, by=by),
    "set_opening": lambda call, by: calls.set_opening(
        call_id=call, caller_role=CallerRole.PAYER, opening_intent=OpeningIntent.CHEAPER, by=by, role="AGENT"
    ),
    "check_identity": lambda call, by: calls.check_identity(call_id=call, checks=[], passed=True, by=by, role="AGENT"),
    "tell_recording": lambda call, by: calls.tell_recording(call_id=call, by=by, role="AGENT"),
    "tell": lambda call, by: calls.tell(call_id=call, what="FEE", by=by, role="AGENT"),
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
        call_id=call, at=datetime.now().astimezone() + timedelta(hours=2), note="", by=by, role="AGENT", now=_now()
    ),
    "end_call": lambda call, by: calls.end_call(call_id=call, by=by, role="AGENT"),
    "resume": lambda call, by: calls.resume(call_id=call, by=by, role="AGENT"),
}


def _now() -> datetime:
    return datetime.now().astimezone()


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
    _break_audit(monkeypatch)

    with pytest.raises(RuntimeError), transaction.atomic():
        ACTS[act](call_id, ann.pk)

    assert Call.objects.filter(pk=call_id).values().get() == before
    assert events(call_id) == []


def test_open_without_its_audit_row_is_not_saved(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    _break_audit(monkeypatch)

    with pytest.raises(RuntimeError), transaction.atomic():
        open_call(ann, builders.make_customer())

    assert not Call.objects.exists()
    assert not UsedKey.objects.exists()


def _break_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> int:
        raise RuntimeError("the audit is broken")

    monkeypatch.setattr(audit, "append", broken)


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


@pytest.mark.django_db(transaction=True)
def test_same_key_at_the_same_moment_is_in_flight(ann: User) -> None:
    from tests.database import owner_connection

    key = builders.new_key()
    with owner_connection() as other, other.transaction():
        other.execute("SELECT key_claim(%s, %s)", [key, b"x"])
        with pytest.raises(InFlight):
            open_call(ann, builders.make_customer(), key=key)

    assert open_call(ann, None, key=key)


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
