"""The areas of the approvals page by themselves: each tells what has changed, and nothing while nothing has."""

import re
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from customers import calls
from customers.models import Call
from offers import duty, floor
from offers.choices import Duty, Grade
from offers.models import ApprovalRequest
from retention_desk.floor.presenter import floor_board
from tests.builders import close_call, make_supervisor, new_key
from tests.offers.builders import make_limit
from tests.retention_desk.scene import Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
AREAS = {
    "queue": "queue",
    "figures": "queue-figures",
    "budgets": "budgets",
    "floor": "floor",
    "count": "count-offers-approvals",
}


@pytest.fixture
def scene() -> Scene:
    return set_scene()


@pytest.fixture
def sue(scene: Scene) -> Client:
    return signed_in(scene.sue)


def ask(scene: Scene) -> int:
    call_id = scene.open_call()
    said = {"key": str(new_key()), "act": "ask", "percent": 35, "months": 12, "note": "Has a quote"}
    signed_in(scene.ann).post(f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/", said)
    return ApprovalRequest.objects.latest("pk").pk


def fetch(client: Client, area: str, **asked: Any) -> Any:
    return client.get(f"/approvals/{area}/", asked, headers=HTMX)


def stamp(text: str) -> str:
    found = re.search(r"\?seen=(\w+)", text)
    assert found
    return found.group(1)


@pytest.mark.parametrize("area", sorted(AREAS))
def test_area_is_one_element_and_sent_only_when_it_changed(scene: Scene, sue: Client, area: str) -> None:
    first = fetch(sue, area).content.decode()
    assert f'id="{AREAS[area]}"' in first
    assert fetch(sue, area, seen=stamp(first)).status_code == 204

    request_id = ask(scene)
    if area == "budgets":
        sue.post(f"/approvals/{request_id}/decide/", {"key": str(new_key()), "decision": "approve"})
    after = fetch(sue, area, seen=stamp(first))
    assert after.status_code == 200
    assert fetch(sue, area, seen=stamp(after.content.decode())).status_code == 204


def test_area_without_htmx_is_the_page(sue: Client) -> None:
    for area in AREAS:
        assert sue.get(f"/approvals/{area}/").headers["Location"] == "/approvals/"


@pytest.mark.parametrize(("area", "most"), [("queue", 2), ("figures", 2), ("budgets", 2), ("floor", 2), ("count", 2)])
def test_area_takes_one_statement_and_the_session(
    scene: Scene, sue: Client, area: str, most: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask(scene)

    with django_assert_num_queries(most):
        assert fetch(sue, area).status_code == 200


def test_state_of_the_open_request_follows_it(scene: Scene, sue: Client) -> None:
    request_id = ask(scene)
    area = f"{request_id}/state"
    first = fetch(sue, area).content.decode()
    assert 'data-state="yours"' in first
    assert fetch(sue, area, seen=stamp(first)).status_code == 204

    vera = make_supervisor("vera", team=scene.team, first_name="Vera", last_name="Lind")
    duty.set_duty(by=vera.pk, role="SUPERVISOR", duty=Duty.READY)
    sue.post(f"/approvals/{request_id}/pass/", {"to": "next"})
    taken = fetch(sue, area, seen=stamp(first)).content.decode()
    assert 'data-state="theirs"' in taken
    assert "with Vera Lind" in taken

    proposal = ApprovalRequest.objects.get().proposal
    call = f"/calls/{proposal.call_id}/proposals/{proposal.pk}/settle/"
    signed_in(scene.ann).post(call, {"key": str(new_key()), "answer": "withdraw"})
    over = fetch(sue, area, seen=stamp(taken)).content.decode()
    assert 'data-state="over"' in over
    assert "Withdrawn" in over
    assert "hx-get" not in over
    assert fetch(signed_in(scene.sid), area).status_code == 404


def test_new_requests_are_counted_for_a_list_that_stands_still(scene: Scene, sue: Client) -> None:
    text = fetch(sue, "queue", shown="").content.decode()
    assert "data-held-words" not in text

    request_id = ask(scene)
    assert "1 new request, show it" in fetch(sue, "queue", shown="").content.decode()
    assert "data-held-words" not in fetch(sue, "queue", shown=str(request_id)).content.decode()


def test_decided_today_is_listed_with_what_was_given(scene: Scene, sue: Client) -> None:
    request_id = ask(scene)
    said = {"key": str(new_key()), "decision": "counter", "percent": 30, "months": 6}
    sue.post(f"/approvals/{request_id}/decide/", said)

    text = sue.get("/approvals/decided/").content.decode()

    for words in ("35% for 12 months", "30% for 6 months", "Countered", "Tobias Renn", "Marisol Tennant"):
        assert words in text
    assert "Marisol Tennant" not in signed_in(scene.sid).get("/approvals/decided/").content.decode()


def test_who_cannot_approve_is_told_why_and_passes_it_to_a_manager(scene: Scene, sue: Client) -> None:
    make_limit(user=scene.sue, grade=Grade.SUPERVISOR, max_percent=20)
    request_id = ask(scene)

    text = sue.get(f"/approvals/{request_id}/").content.decode()

    assert "You cannot approve this:" in text
    assert "Pass to manager" in text
    assert re.search(r'value="approve"[^>]* disabled', text)


def test_floor_knows_the_status_and_since_when(scene: Scene) -> None:
    def ann() -> floor.OnFloor:
        return next(one for one in floor.floor(by=scene.sue.pk) if one.user_id == scene.ann.pk)

    for status in (Duty.BREAK, Duty.READY):
        duty.set_duty(by=scene.ann.pk, role="AGENT", duty=status)
    ready = ann()
    assert (ready.status, ready.call_id, ready.usual_seconds) == ("READY", None, None)
    call_id = scene.open_call()
    assert (ann().status, ann().call_id) == ("ON_CALL", call_id)
    calls.end_call(call_id=call_id, by=scene.ann.pk, role="AGENT")
    assert (ann().status, ann().call_id) == ("WRAP_UP", None)
    signed_in(scene.ann).post(f"/calls/{call_id}/wrap-up/", {"key": str(new_key()), "kind": "DROPPED"})
    again = ann()
    assert again.status == "READY"
    assert again.since is not None
    assert ready.since is not None
    assert again.since > ready.since


def test_usual_is_what_nine_in_ten_of_the_sites_newest_calls_took(
    scene: Scene, owner_db: psycopg.Cursor[tuple[object, ...]]
) -> None:
    newest = close_call(Call.objects.get(pk=scene.open_call()))

    def usual() -> tuple[int | None, int | None]:
        """Of a call, and of its wrap-up."""
        call_id = scene.open_call()
        of_a_call = _usual(scene)
        calls.end_call(call_id=call_id, by=scene.ann.pk, role="AGENT")
        of_a_wrap_up = _usual(scene)
        close_call(Call.objects.get(pk=call_id))
        return of_a_call, of_a_wrap_up

    # What the tests themselves make takes no time: 1, 2 and 3 of them.
    lay_calls(owner_db, newest, range(1, 28))
    assert usual() == (720, 120), "of fewer than thirty nothing is said"
    lay_calls(owner_db, newest, range(28, 29))
    # Of 30 calls 27 took 26 minutes at most, and their wrap-ups 26 s: nobody is late within a minute.
    assert usual() == (25 * 60, 60)
    lay_calls(owner_db, newest, range(29, 400))
    # Of the newest 300 only.
    assert usual() == (267 * 60, 267)


def _usual(scene: Scene) -> int | None:
    return next(one.usual_seconds for one in floor.floor(by=scene.sue.pk) if one.user_id == scene.ann.pk)


def lay_calls(owner_db: psycopg.Cursor[tuple[object, ...]], like: Call, minutes: range) -> None:
    """Closed calls of so many minutes, wrapped up in as many seconds; the longer, the longer ago. Guards look away."""
    owner_db.execute("ALTER TABLE customers_call DISABLE TRIGGER USER")
    owner_db.execute(
        """INSERT INTO customers_call
           SELECT (jsonb_populate_record(c, jsonb_build_object(
               'id', nextval(pg_get_serial_sequence('customers_call', 'id')), 'opened_at', t.began,
               'ended_at', t.began + make_interval(mins => n),
               'closed_at', t.began + make_interval(mins => n, secs => n)))).*
           FROM customers_call c, generate_series(%s::int, %s::int) n,
                LATERAL (SELECT c.opened_at - interval '1 day' - make_interval(mins => n) AS began) t
           WHERE c.id = %s""",
        [minutes.start, minutes.stop - 1, like.pk],
    )
    owner_db.execute("ALTER TABLE customers_call ENABLE TRIGGER USER")


@pytest.mark.parametrize(("agents", "seconds"), [(1, 1), (99, 1), (200, 3)])
def test_long_floor_asks_less_often(scene: Scene, agents: int, seconds: int) -> None:
    (ann, *_others) = floor.floor(by=scene.sue.pk)

    assert floor_board([replace(ann, status="READY")] * agents).context["floor_rest"] == seconds
