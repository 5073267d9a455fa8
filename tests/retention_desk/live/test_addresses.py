"""Whom a ring concerns: read from the database, for all rings of a batch at once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers import calls
from customers.choices import CallerRole, OpeningIntent
from customers.screens import Ring
from offers import ledger
from offers.models import ApprovalRequest
from retention_desk.live.addresses import events_of
from retention_desk.live.kinds import EVERY_SITE, EVERYBODY, Event, Kind, at_site, of_person, of_site
from tests.builders import make_agent, make_customer, new_key
from tests.database import DeskClock
from tests.retention_desk.scene import AGENT, Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db


def ask(scene: Scene, call_id: int) -> ApprovalRequest:
    signed_in(scene.ann).post(
        f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "ask", "percent": 35, "months": 12},
    )
    return ApprovalRequest.objects.latest("pk")


def events(*rings: Ring) -> list[Event]:
    return events_of([(f"{number}-0", ring) for number, ring in enumerate(rings, 1)])


def topics(kind: Kind, *rings: Ring) -> set[str]:
    return {topic for event in events(*rings) if event.kind == kind for topic in event.topics}


def test_question_concerns_the_agent_and_the_sites_supervisors() -> None:
    scene = set_scene()
    call_id = scene.open_call()
    request = ask(scene, call_id)
    sites = {of_site(scene.team.site_id), EVERY_SITE}

    by_sue = Ring("decide_approval", {"request": request.pk}, scene.sue.pk)
    assert topics(Kind.REQUEST, by_sue) == {*sites, of_person(scene.ann.pk)}
    # Her own screen shows already what she did herself.
    by_ann = Ring("settle_proposal", {"proposal": request.proposal_id}, scene.ann.pk)
    assert topics(Kind.REQUEST, by_ann) == sites
    told = events(by_sue)[0].data
    assert told == {"what": "decide_approval", "call": call_id, "request": request.pk}


def test_answer_says_how_long_the_undo_lasts() -> None:
    scene = set_scene()
    request = ask(scene, scene.open_call())
    signed_in(scene.sue).post(f"/approvals/{request.pk}/decide/", {"key": str(new_key()), "decision": "approve"})

    told = events(Ring("decide_approval", {"request": request.pk}, scene.sue.pk))[0].data

    assert 3_000 < int(told["wait"]) <= 5_000


def test_call_concerns_the_floor_of_its_site_only() -> None:
    scene = set_scene()
    call_id = scene.open_call()

    assert topics(Kind.FLOOR, Ring("CALL_ENDED", {"call": call_id}, scene.ann.pk)) == {
        of_site(scene.team.site_id),
        EVERY_SITE,
    }
    seat = Ring("SET_DUTY", {"seat": 1}, scene.sid.pk)
    assert of_site(scene.team.site_id) not in topics(Kind.FLOOR, seat)


def test_call_that_waits_is_told_to_everybody_where_it_was_taken() -> None:
    scene = set_scene()
    call_id = scene.open_call()

    for what in ("CALL_HANDED_OVER", "CALL_BACK_TAKEN", "CALL_BACK_OVERDUE"):
        assert topics(Kind.WAITING, Ring(what, {"call": call_id}, scene.ann.pk)) == {at_site(scene.team.site_id)}


def test_customer_changed_elsewhere_concerns_who_is_on_a_call_with_them_but_not_who_did_it() -> None:
    scene = set_scene()
    bob = make_agent("bob", team=scene.team, permissions=AGENT)
    of_ann = scene.open_call()
    scene.open_call(
        by=bob, customer_id=make_customer().pk, caller_role=CallerRole.HOLDER, opening_intent=OpeningIntent.CHEAPER
    )

    by_bob = Ring("CONTACT_CORRECTED", {"customer": scene.customer.pk}, bob.pk)
    (told,) = events(by_bob)
    assert (told.kind, told.topics, told.data) == (
        Kind.CUSTOMER,
        frozenset({of_person(scene.ann.pk)}),
        {"call": of_ann},
    )
    assert events(Ring("CANCELLED", {"customer": scene.customer.pk, "call": of_ann}, scene.ann.pk)) == []
    calls.end_call(call_id=of_ann, by=scene.ann.pk, role="AGENT")
    assert events(by_bob) == []


@pytest.mark.parametrize(
    ("ring", "kind", "concerned"),
    [
        (Ring("LIMIT_ADDED", {"limit": 3}, 1), Kind.AUTHORITY, {EVERYBODY}),
        (Ring("CALL_INCOMING", {"person": 41}), Kind.CALL, {of_person(41)}),
        (Ring("NOTE_READ", {"person": 41, "call": 10**9}, 7), Kind.NOTE, {of_person(41)}),
        (Ring("CALLS_WAITING", {"site": 6}), Kind.QUEUES, {at_site(6), of_site(6), EVERY_SITE}),
        (Ring("NEWS", {}), Kind.NEWS, {EVERYBODY}),
        (Ring("NEWS_POSTED", {"news": 10**9}), Kind.NEWS, {EVERYBODY}),
        (Ring("NEWS", {"site": 6}), Kind.NEWS, {at_site(6)}),
        (Ring("SIGNED_OUT", {"person": 41}, 41), Kind.SESSION, {of_person(41)}),
    ],
)
def test_ring_that_names_whom_it_is_for_goes_there(ring: Ring, kind: Kind, concerned: set[str]) -> None:
    assert topics(kind, ring) == concerned


def test_thing_that_is_gone_concerns_nobody() -> None:
    assert events(Ring("decide_approval", {"request": 10**9}, None)) == []


def test_all_rings_of_a_batch_take_one_statement() -> None:
    scene = set_scene()
    request = ask(scene, scene.open_call())
    rings = [Ring("decide_approval", {"request": request.pk}, scene.sue.pk)] * 20

    with CaptureQueriesContext(connection) as seen:
        found = events(*rings, Ring("NEWS", {}))

    assert len(seen) == 1
    assert [event.id for event in found] == [f"{n}-0" for n in range(1, 21) for _ in ("request", "floor")] + ["21-0"]


def test_clock_says_whose_question_it_let_go_of(desk_clock: DeskClock) -> None:
    scene = set_scene()
    call_id = scene.open_call()
    ask(scene, call_id)
    desk_clock.advance(timedelta(minutes=3))

    assert ledger.expire_due()["question"] == 1
    told = [event for event in events(Ring("expire_due", {})) if event.kind == Kind.REQUEST]

    assert told[0].data["call"] == call_id
    assert told[0].topics == {of_person(scene.ann.pk), of_site(scene.team.site_id), EVERY_SITE}
    desk_clock.advance(timedelta(minutes=1))
    assert events(Ring("expire_due", {})) == []
