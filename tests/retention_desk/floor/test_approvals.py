"""The approvals page by its addresses: three answers, one undo, and nobody outside the site."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from customers import calls
from customers.models import Call, Disposition
from offers.models import ApprovalRequest, Proposal
from tests.builders import make_user, new_key
from tests.retention_desk.scene import Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


@pytest.fixture
def request_id(scene: Scene) -> int:
    call_id = scene.open_call()
    signed_in(scene.ann).post(
        f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "ask", "percent": 35, "months": 12, "note": "Has a quote from Lumo"},
    )
    return ApprovalRequest.objects.get().pk


@pytest.fixture
def sue(scene: Scene) -> Client:
    return signed_in(scene.sue)


def decide(client: Client, request_id: int, **data: Any) -> Any:
    return client.post(
        f"/approvals/{request_id}/decide/", {"key": str(new_key())} | data, headers={"HX-Request": "true"}
    )


def test_page_opens_the_request_with_the_least_time(sue: Client, request_id: int) -> None:
    text = sue.get("/approvals/").content.decode()

    for words in ("35% for 12 months", "Has a quote from Lumo", "$336.00", "Best value", "too few to say anything"):
        assert words in text


def test_queue_answers_nothing_while_nothing_is_new(sue: Client, request_id: int) -> None:
    page = sue.get("/approvals/queue/", headers={"HX-Request": "true"})
    seen = page.content.decode().partition("?seen=")[2][:16]

    assert sue.get(f"/approvals/queue/?seen={seen}", headers={"HX-Request": "true"}).status_code == 204
    decide(sue, request_id, reason="TOO_COSTLY")
    assert sue.get(f"/approvals/queue/?seen={seen}", headers={"HX-Request": "true"}).status_code == 200


def test_read_tells_the_agent_who_reads(scene: Scene, sue: Client, request_id: int) -> None:
    assert sue.post(f"/approvals/{request_id}/read/", headers={"HX-Request": "true"}).status_code == 204

    assert ApprovalRequest.objects.get().read_by == scene.sue


def test_approve_leads_on_and_can_be_taken_back(sue: Client, request_id: int) -> None:
    key = str(new_key())

    first = decide(sue, request_id, decision="approve", key=key)
    second = decide(sue, request_id, decision="approve", key=key)

    assert "Undo" in first.content.decode()
    assert second.status_code == 200
    assert Proposal.objects.get().state == "AUTHORISED"
    back = sue.post(f"/approvals/{request_id}/undo/", headers={"HX-Request": "true"})
    assert "Approve" in back.content.decode()
    assert Proposal.objects.get().state == "AWAITING"


def test_yes_is_one_statement_beside_the_session_and_the_queue(
    sue: Client, request_id: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # Two more are the savepoint around an act within a test's own transaction.
    with django_assert_num_queries(3 + 2):
        answer = decide(sue, request_id, decision="approve")

    assert "No request is open" in answer.content.decode()


def test_counter_is_less_and_a_proposal_of_its_own(sue: Client, request_id: int) -> None:
    more = decide(sue, request_id, decision="counter", percent=40, months=12)
    less = decide(sue, request_id, decision="counter", percent=30, months=6, note="Keep it to half a year")

    assert more.status_code == 409
    assert "A counter has to be less" in more.content.decode()
    assert less.status_code == 200
    granted = Proposal.objects.get(state="AUTHORISED")
    assert (granted.percent, granted.months) == (30, 6)


def test_decline_needs_one_of_the_reasons(sue: Client, request_id: int) -> None:
    assert decide(sue, request_id).status_code == 422
    assert decide(sue, request_id, reason="NO_IDEA").status_code == 422

    assert decide(sue, request_id, reason="OTHER_OFFER", note="Try the package change").status_code == 200
    assert ApprovalRequest.objects.get().decision_reason == "OTHER_OFFER"


def test_decided_request_is_not_decided_again(sue: Client, request_id: int) -> None:
    decide(sue, request_id, reason="BUDGET")

    answer = decide(sue, request_id, decision="approve")

    assert answer.status_code == 409
    assert "Somebody was faster." in answer.content.decode()


def test_stranger_finds_no_such_request(scene: Scene, request_id: int) -> None:
    sid = signed_in(scene.sid)

    assert sid.get(f"/approvals/{request_id}/").status_code == 404
    assert sid.post(f"/approvals/{request_id}/read/").status_code == 404
    assert decide(sid, request_id, decision="approve").status_code == 404
    assert sid.post(f"/approvals/{request_id}/undo/").status_code in (404, 302)
    assert "Has a quote" not in sid.get("/approvals/").content.decode()
    assert ApprovalRequest.objects.get().state == "OPEN"


@pytest.mark.parametrize("path", ["", "queue/", "floor/", "1/", "unfinished/"])
def test_pages_are_for_supervisors(scene: Scene, path: str) -> None:
    assert signed_in(scene.ann).get(f"/approvals/{path}").status_code == 403
    assert signed_in(make_user("max")).get(f"/approvals/{path}").status_code == 403
    assert Client().get(f"/approvals/{path}").status_code == 302


def test_floor_tells_who_waits(sue: Client, request_id: int) -> None:
    text = sue.get("/approvals/floor/", headers={"HX-Request": "true"}).content.decode()

    assert "Ines Falk" in text
    assert "Waiting" in text


def test_call_left_behind_gets_its_ending_from_the_site_only(scene: Scene, sue: Client) -> None:
    call_id = scene.open_call()
    calls.end_call(call_id=call_id, by=scene.ann.pk, role="AGENT")
    assert "Ines Falk" in sue.get("/approvals/unfinished/").content.decode()
    data = {"key": str(new_key()), "kind": "DROPPED"}

    assert signed_in(scene.sid).post(f"/approvals/unfinished/{call_id}/close/", data).status_code == 404
    assert sue.post(f"/approvals/unfinished/{call_id}/close/", data).status_code == 302

    assert Call.objects.get().state == "CLOSED"
    assert Disposition.objects.get(line="").kind == "DROPPED"
