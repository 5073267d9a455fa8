"""Handing a call over and taking it over: what travels, what ends, and who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from customers import calls, dispositions, handovers, queries, reading, workday
from customers.choices import CallEventKind, DispositionKind, ReasonSource
from customers.models import AuditEvent, Call, CallEvent, Disposition, Handover
from customers.refusals import KeyReused, NotYours, Refused
from retention_desk.people.models import User
from tests import builders
from tests.audits import Broken, break_audit
from tests.customers.calling import acts, events, open_call
from tests.database import DeskClock

pytestmark = pytest.mark.django_db


def hand_over(call_id: int, agent: User, *, to: User | None = None, **other: Any) -> int:
    given: dict[str, Any] = {
        "to_team_id": builders.make_team().pk,
        "to_id": to.pk if to else None,
        "note": "Wants to leave, has heard one offer",
        "by": agent.pk,
        "role": "AGENT",
        "key": builders.new_key(),
    }
    return handovers.transfer(call_id=call_id, **(given | other))


def take_over(handover_id: int, agent: User, **other: Any) -> int:
    team = builders.make_team()
    given: dict[str, Any] = {
        "team_id": team.pk,
        "site_id": team.site_id,
        "by": agent.pk,
        "role": "AGENT",
        "now": builders.desk_now(),
        "key": builders.new_key(),
    }
    return handovers.take_over(handover_id=handover_id, **(given | other))


def waiting_for(agent: User) -> list[int]:
    found = workday.workday(
        by=agent.pk, team_id=builders.make_team().pk, time_zone="UTC", language="en", saved=(), uncounted=()
    )
    return [one.id for one in found.handed_over]


def verdict_of(call_id: int, agent: User) -> Any:
    """What the rules say now, as the screen asks without any proposal of its own."""
    sheet = queries.call_sheet(call_id=call_id, by=agent.pk, language="en")
    offers = reading.offers_so_far(sheet)
    return reading.verdict(
        sheet, presented=offers.presented, refused=offers.refused, settled=offers.settled, now=sheet.now
    )


def happen(call_id: int, agent: User, *kinds: CallEventKind) -> None:
    for kind in kinds:
        CallEvent.objects.create(call_id=call_id, kind=kind, at=builders.desk_now(), by=agent)


def test_transfer_closes_the_call_as_transferred_and_the_next_one_carries_everything(ann: User, sid: User) -> None:
    builders.make_reason("PRICE")
    customer = builders.make_customer()
    first = open_call(ann, customer)
    calls.check_identity(call_id=first, checks=["PIN", "ADDRESS"], passed=True, by=ann.pk, role="AGENT")
    calls.tell_recording(call_id=first, by=ann.pk, role="AGENT")
    calls.set_reason(
        call_id=first, reason="PRICE", detail="", rival="Lumo", rival_price_minor=5500, rival_product="INTERNET",
        source=ReasonSource.STATED, by=ann.pk, role="AGENT",
    )  # fmt: skip
    calls.ask_to_cancel(call_id=first, by=ann.pk, role="AGENT")

    handover_id = hand_over(first, ann)
    second = take_over(handover_id, sid)

    one, two = Call.objects.get(pk=first), Call.objects.get(pk=second)
    assert one.state == "CLOSED"
    assert [found.kind for found in Disposition.objects.filter(call=one, line="")] == ["TRANSFERRED"]
    assert events(first)[-3:] == ["TRANSFERRED", "ENDED", "CLOSED"]
    assert (two.transferred_from_id, two.transfer_note) == (first, "Wants to leave, has heard one offer")
    for name in (
        "customer_id", "phone_from", "caller_role", "opening_intent", "identity", "identity_checks", "reason_id",
        "recording_told_at", "rival", "rival_price_minor", "rival_product", "ask_count", "asked_at", "must_complete_by",
    ):  # fmt: skip
        assert getattr(two, name) == getattr(one, name), name
    assert Handover.objects.get(pk=handover_id).taken_call_id == second
    assert acts(first)[-4:] == ["CALL_HANDED_OVER", "CALL_ENDED", "CALL_CLOSED", "CALL_TAKEN_OVER"]


@pytest.mark.parametrize(
    ("before", "left", "must"),
    [
        ((), 2, False),
        ((CallEventKind.PRESENTED, CallEventKind.DECLINED), 1, False),
        ((CallEventKind.PRESENTED, CallEventKind.DECLINED) * 2, 0, True),
        ((CallEventKind.PRESENTED, CallEventKind.DECLINED, CallEventKind.PRESENTED), 0, False),
    ],
)
def test_rules_count_on_what_was_offered_before_the_hand_over(
    ann: User, sid: User, before: tuple[CallEventKind, ...], left: int, must: bool
) -> None:
    customer = builders.make_customer(jurisdiction="US-TX")
    first = open_call(ann, customer)
    calls.tell(call_id=first, what=["PERMISSION"], by=ann.pk, role="AGENT")
    calls.ask_to_cancel(call_id=first, by=ann.pk, role="AGENT")
    happen(first, ann, *before)
    there = verdict_of(first, ann)

    second = take_over(hand_over(first, ann), sid)

    here = verdict_of(second, sid)
    assert (here.offers_left, here.must_complete, here.may_offer) == (left, must, there.may_offer)
    assert (here.must_complete_at, here.triggers) == (there.must_complete_at, there.triggers)
    assert calls.ask_to_cancel(call_id=second, by=sid.pk, role="AGENT") == 2


def test_accepted_offer_travels_and_may_be_the_ending_of_the_next_call(ann: User, sid: User) -> None:
    first = open_call(ann, builders.make_customer())
    calls.ask_to_cancel(call_id=first, by=ann.pk, role="AGENT")
    happen(first, ann, CallEventKind.PRESENTED, CallEventKind.ACCEPTED)

    second = take_over(hand_over(first, ann), sid)

    assert verdict_of(second, sid).message == "STAYS"
    sheet = queries.call_sheet(call_id=second, by=sid.pk, language="en")
    assert dispositions.proposed_disposition(sheet, accepted=False).kind == "SAVED_WITH_OFFER"
    calls.end_call(call_id=second, by=sid.pk, role="AGENT")
    kind = DispositionKind.SAVED_WITH_OFFER
    dispositions.close_call(call_id=second, kind=kind, lines=None, by=sid.pk, role="AGENT", key=builders.new_key())


def test_third_agent_knows_what_the_first_one_offered(ann: User, sid: User) -> None:
    una = builders.make_agent("una")
    first = open_call(ann, builders.make_customer(jurisdiction="US-TX"))
    calls.ask_to_cancel(call_id=first, by=ann.pk, role="AGENT")
    happen(first, ann, CallEventKind.PRESENTED)
    second = take_over(hand_over(first, ann), sid)
    third = take_over(hand_over(second, sid, note="To the moving desk"), una)

    leg = queries.call_sheet(call_id=third, by=una.pk, language="en").call.earlier_leg
    assert leg is not None
    assert (leg.call_id, leg.call_ids, leg.presented) == (second, (second, first), 1)
    assert leg.begun_at == Call.objects.get(pk=first).opened_at
    assert verdict_of(third, una).offers_left == 1


def test_handed_over_call_waits_for_its_team_and_for_a_person_first(
    ann: User, sid: User, desk_clock: DeskClock
) -> None:
    una = builders.make_agent("una")
    other = builders.make_team("Retention West", builders.make_site("Reno"))
    handover_id = hand_over(open_call(ann, builders.make_customer()), ann, to=sid)

    assert [waiting_for(agent) for agent in (ann, sid, una)] == [[], [handover_id], []]
    with pytest.raises(Refused, match="HANDOVER_FOR_ANOTHER"):
        take_over(handover_id, una)
    with pytest.raises(NotYours):
        take_over(handover_id, una, team_id=other.pk, site_id=other.site_id)
    desk_clock.advance(timedelta(minutes=2))
    assert waiting_for(una) == [handover_id]
    call_id = take_over(handover_id, una)

    assert take_over(handover_id, una) == call_id
    assert waiting_for(sid) == []
    with pytest.raises(Refused, match="HANDOVER_TAKEN") as refusal:
        take_over(handover_id, sid)
    assert refusal.value.facts == {"by": una.pk}


def test_transfer_is_ones_own_live_call_and_once(ann: User, sid: User) -> None:
    call_id = open_call(ann, builders.make_customer())
    key = builders.new_key()
    with pytest.raises(NotYours):
        hand_over(call_id, sid)
    with pytest.raises(Refused, match="TO_YOURSELF"):
        hand_over(call_id, ann, to=ann)

    first = hand_over(call_id, ann, key=key)

    assert hand_over(call_id, ann, key=key) == first
    with pytest.raises(KeyReused):
        hand_over(call_id, ann, key=key, note="Something else")
    with pytest.raises(Refused, match="CALL_CLOSED"):
        hand_over(call_id, ann)
    assert Handover.objects.count() == Disposition.objects.filter(line="").count() == 1


def test_agent_with_a_call_takes_no_other(ann: User, sid: User) -> None:
    handover_id = hand_over(open_call(ann, builders.make_customer()), ann)
    open_call(sid, builders.make_customer())

    with pytest.raises(Refused, match="CALL_OPEN"):
        take_over(handover_id, sid)

    assert Handover.objects.get(pk=handover_id).taken_at is None


def test_call_that_nobody_takes_is_noted_once_and_told_to_the_supervisor(ann: User, desk_clock: DeskClock) -> None:
    handover_id = hand_over(open_call(ann, builders.make_customer()), ann)
    assert handovers.note_missed() == 0
    desk_clock.advance(timedelta(minutes=16))

    assert (handovers.note_missed(), handovers.note_missed()) == (1, 0)

    assert AuditEvent.objects.filter(act="HANDOVER_MISSED", actor_role="CLOCK").count() == 1
    left = workday.promised(site_id=builders.make_site().pk).handed_over
    assert [(one.id, one.missed_at is not None) for one in left] == [(handover_id, True)]


def test_hand_over_without_its_audit_row_is_not_saved(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = open_call(ann, builders.make_customer())
    break_audit(monkeypatch)

    with pytest.raises(Broken), transaction.atomic():
        hand_over(call_id, ann)

    assert Call.objects.get(pk=call_id).state == "OPEN"
    assert not Handover.objects.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE customers_handover SET note = 'something else'",
        "UPDATE customers_handover SET taken_call_id = NULL, taken_at = NULL",
        "UPDATE customers_handover SET taken_at = now()",
        "DELETE FROM customers_handover",
    ],
)
def test_raw_sql_does_not_take_a_call_twice(ann: User, sid: User, sql: str) -> None:
    take_over(hand_over(open_call(ann, builders.make_customer()), ann), sid)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
