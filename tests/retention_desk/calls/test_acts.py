"""Acts on a call by their addresses: done once, refused with words, and nobody else's to do."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from customers.models import Call, CallEvent, Cancellation, Complaint, Disposition
from offers import ledger
from offers.models import ApprovalRequest, Concession, Proposal
from tests.builders import new_key
from tests.database import DeskClock
from tests.retention_desk.scene import Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


@pytest.fixture
def call_id(scene: Scene) -> int:
    return scene.open_call()


@pytest.fixture
def ann(scene: Scene) -> Client:
    return signed_in(scene.ann)


def post(client: Client, path: str, **data: Any) -> Any:
    return client.post(path, data, headers={"HX-Request": "true"})


def present(client: Client, scene: Scene, call_id: int, **other: Any) -> Any:
    data = {"key": str(new_key()), "act": "present", "percent": 20, "months": 6} | other
    return post(client, f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/", **data)


def test_present_shows_what_the_customer_is_asked(scene: Scene, call_id: int, ann: Client) -> None:
    answer = present(ann, scene, call_id)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "What did the customer say?" in text
    assert 'id="conduct-strip"' in text
    assert Proposal.objects.get().state == "PRESENTED"


def test_present_is_two_reads_and_one_act_beside_the_session(
    scene: Scene, call_id: int, ann: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/"
    said = {"key": str(new_key()), "act": "present", "percent": 20, "months": 6}

    # Two more are the savepoint around an act within a test's own transaction.
    with django_assert_num_queries(4 + 2):
        assert ann.post(address, said | {"place": 1}).status_code == 302


def test_present_twice_with_one_key_is_one_proposal(scene: Scene, call_id: int, ann: Client) -> None:
    key = str(new_key())

    first = present(ann, scene, call_id, key=key)
    second = present(ann, scene, call_id, key=key)

    assert (first.status_code, second.status_code) == (200, 200)
    assert Proposal.objects.count() == 1


def test_key_of_an_old_page_books_nothing_else(scene: Scene, call_id: int, ann: Client) -> None:
    key = str(new_key())
    present(ann, scene, call_id, key=key)

    again = present(ann, scene, call_id, key=key, percent=10)

    assert again.status_code == 422
    assert Proposal.objects.count() == 1


def test_present_over_the_limit_is_refused_with_the_limit(scene: Scene, call_id: int, ann: Client) -> None:
    answer = present(ann, scene, call_id, percent=35)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Your limit is 25 percent" in text
    assert "Use 25% for 6 months" in text
    assert not Proposal.objects.exists()


def test_nearest_terms_are_taken_by_a_button(scene: Scene, call_id: int, ann: Client) -> None:
    text = present(ann, scene, call_id, percent=35, act="nearest").content.decode()

    assert 'value="25"' in text
    assert "Present to customer" in text
    assert not Proposal.objects.exists()


def test_preview_writes_nothing_and_draws_no_control(scene: Scene, call_id: int, ann: Client) -> None:
    address = f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/preview/"

    text = post(ann, address, percent=35, months=12).content.decode()

    assert "$336.00" in text
    assert 'data-rules="over"' in text
    assert "$96.00 over your limit" in text
    assert 'type="range"' not in text
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("code", ["credit", "plan", "addon", "apology", "pause"])
def test_every_kind_of_offer_is_chosen_tried_and_presented(scene: Scene, call_id: int, ann: Client, code: str) -> None:
    address = f"/calls/{call_id}/offers/{scene.offers[code].pk}/"
    assert ann.get(address, headers={"HX-Request": "true"}).status_code == 200
    assert post(ann, address + "preview/").status_code == 200

    answer = post(ann, address, key=str(new_key()), act="present")

    assert answer.status_code == 200, answer.content.decode()
    assert "What did the customer say?" in answer.content.decode()


def test_accept_wants_the_disclosures_and_is_booked_once(scene: Scene, call_id: int, ann: Client) -> None:
    present(ann, scene, call_id)
    proposal = Proposal.objects.get()
    address = f"/calls/{call_id}/proposals/{proposal.pk}/settle/"
    key = str(new_key())
    codes = ["PRICE_NOW", "PRICE_AFTER", "NEW_TERM", "HOW_TO_CANCEL"]

    without = post(ann, address, key=key, answer="accepted", disclosures=codes[:1])
    first = post(ann, address, key=key, answer="accepted", disclosures=codes)
    second = post(ann, address, key=key, answer="accepted", disclosures=codes)

    assert without.status_code == 409
    assert "Read out what the rules ask for first." in without.content.decode()
    assert "Offer accepted" in first.content.decode()
    assert second.status_code == 200
    assert Concession.objects.count() == 1


def test_decline_brings_the_list_back_with_the_offer_marked(scene: Scene, call_id: int, ann: Client) -> None:
    present(ann, scene, call_id)

    answer = post(
        ann, f"/calls/{call_id}/proposals/{Proposal.objects.get().pk}/settle/", key=str(new_key()), answer="declined"
    )

    text = answer.content.decode()
    assert "Declined" in text
    assert 'id="work-panel"' in text


def test_counter_takes_the_offer_back_and_keeps_its_terms(scene: Scene, call_id: int, ann: Client) -> None:
    present(ann, scene, call_id, percent=15, months=12)

    text = post(
        ann, f"/calls/{call_id}/proposals/{Proposal.objects.get().pk}/settle/", key=str(new_key()), answer="counter"
    ).content.decode()

    assert Proposal.objects.get().state == "WITHDRAWN"
    assert 'value="15"' in text
    assert "Present to customer" in text


def test_ask_waits_and_asks_for_news_only_when_there_are(scene: Scene, call_id: int, ann: Client) -> None:
    text = present(ann, scene, call_id, percent=35, months=12, act="ask", note="Has a quote").content.decode()
    request = ApprovalRequest.objects.get()
    seen = f"{request.proposal_id}.AWAITING.unread"

    assert "Waiting for approval" in text
    assert seen in text
    assert ann.get(f"/calls/{call_id}/answer/?seen={seen}").status_code == 204
    assert ann.get(f"/calls/{call_id}/answer/?seen={request.proposal_id}.AWAITING.read").status_code == 200
    withdrawn = post(
        ann, f"/calls/{call_id}/proposals/{request.proposal_id}/settle/", key=str(new_key()), answer="withdraw"
    )
    assert "Present to customer" in withdrawn.content.decode()


def test_question_whose_time_is_over_is_told_so_and_nobodys_to_answer_without_a_worker(
    scene: Scene, call_id: int, ann: Client, desk_clock: DeskClock
) -> None:
    present(ann, scene, call_id, percent=35, months=12, act="ask")
    request = ApprovalRequest.objects.get()
    answer = f"/calls/{call_id}/answer/?seen={request.proposal_id}.AWAITING.unread"
    desk_clock.advance(timedelta(minutes=3))

    # No worker runs: the agent is told all the same, and nobody can say yes any more.
    assert "No answer within" in fetched(ann, answer)
    whole = ann.get(f"/calls/{call_id}/").content.decode()
    assert "No answer within" in whole
    assert 'value="withdraw"' not in whole
    sue = signed_in(scene.sue)
    assert "No answer in time" in fetched(sue, f"/approvals/{request.pk}/state/")
    assert post(sue, f"/approvals/{request.pk}/decide/", key=str(new_key()), decision="approve").status_code == 409

    # It is back, and ends what is over; the screens say the same.
    assert ledger.expire_due()["question"] == 1
    assert "No answer within" in fetched(ann, answer)


def fetched(client: Client, path: str) -> str:
    return str(client.get(path, headers={"HX-Request": "true"}).content.decode())


def test_no_supervisor_on_duty_is_said_before_asking(scene: Scene, call_id: int, ann: Client) -> None:
    signed_in(scene.sue).post("/duty/", {"duty": "AWAY"})

    text = post(
        ann, f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/preview/", percent=35, months=12
    ).content.decode()

    assert "No supervisor is on duty." in text
    assert "Ask supervisor" not in text


def test_cancel_twice_with_one_key_is_one_number(scene: Scene, call_id: int, ann: Client) -> None:
    lines = [line.pk for line in scene.customer.subscriptions.all()]
    data = {"key": str(new_key()), "lines": lines, "when": "END_OF_PAID_MONTH"}

    first = post(ann, f"/calls/{call_id}/cancel/", **data)
    second = post(ann, f"/calls/{call_id}/cancel/", **data)

    number = Cancellation.objects.get().number
    grouped = f"{number[:2]} {number[2:6]} {number[6:]}"
    assert grouped in first.content.decode()
    assert grouped in second.content.decode()


def test_cancel_of_some_products_prices_what_stays(scene: Scene, call_id: int, ann: Client) -> None:
    internet = scene.customer.subscriptions.get(product__kind="INTERNET")

    text = ann.get(
        f"/calls/{call_id}/cancel/?quote=1&lines={internet.pk}&when=TODAY", headers={"HX-Request": "true"}
    ).content.decode()

    assert "What stays" in text
    assert "$116.00" in text
    nothing = ann.get(f"/calls/{call_id}/cancel/?quote=1&when=TODAY", headers={"HX-Request": "true"}).content.decode()
    assert "Tick at least one product." in nothing


def test_cancel_nothing_is_refused_in_words(scene: Scene, call_id: int, ann: Client) -> None:
    answer = post(ann, f"/calls/{call_id}/cancel/", key=str(new_key()), when="TODAY")

    assert answer.status_code == 422
    assert "No product is chosen." in answer.content.decode()
    assert not Cancellation.objects.exists()


def test_asked_again_closes_the_offers(scene: Scene, call_id: int, ann: Client) -> None:
    post(ann, f"/calls/{call_id}/asked/", key=str(new_key()))
    text = post(ann, f"/calls/{call_id}/asked/", key=str(new_key())).content.decode()

    assert "Confirm the cancellation now." in text
    assert Call.objects.get().ask_count == 2
    refused = present(ann, scene, call_id)
    assert refused.status_code == 409


def test_asked_twice_with_one_key_counts_once(scene: Scene, call_id: int, ann: Client) -> None:
    key = str(new_key())

    post(ann, f"/calls/{call_id}/asked/", key=key)
    post(ann, f"/calls/{call_id}/asked/", key=key)

    assert Call.objects.get().ask_count == 1


def test_small_acts_leave_their_trace(scene: Scene, call_id: int, ann: Client) -> None:
    assert post(ann, f"/calls/{call_id}/recording/").status_code == 200
    assert post(ann, f"/calls/{call_id}/told/", what="LAST_DAY").status_code == 200
    assert post(ann, f"/calls/{call_id}/notes/", notes=" Pays more ").status_code == 204
    assert post(ann, f"/calls/{call_id}/touch/").status_code == 204
    assert post(ann, f"/calls/{call_id}/resume/").status_code == 204
    opened = post(ann, f"/calls/{call_id}/opening/", opening_intent="CHEAPER", caller_role="PAYER")
    assert opened.status_code == 200

    call = Call.objects.get()
    assert (call.opening_intent, call.caller_role, call.notes) == ("CHEAPER", "PAYER", " Pays more ")
    assert call.recording_told_at is not None
    assert CallEvent.objects.filter(kind="TOLD").exists()


def test_identity_wants_two_answers(scene: Scene, ann: Client) -> None:
    call_id = scene.open_call(checked=False)

    one = post(ann, f"/calls/{call_id}/identity/", checks=["PIN"], result="passed")
    two = post(ann, f"/calls/{call_id}/identity/", checks=["PIN", "ADDRESS"], result="passed")

    assert one.status_code == 422
    assert "Two answers are needed" in one.content.decode()
    assert "Present to customer" in two.content.decode()


def test_complaint_is_logged_once_and_closed(scene: Scene, call_id: int, ann: Client) -> None:
    data = {"key": str(new_key()), "kind": "BILLING", "subject": "Bill not understood"}

    post(ann, f"/calls/{call_id}/complaints/", **data)
    text = post(ann, f"/calls/{call_id}/complaints/", **data).content.decode()

    logged = Complaint.objects.get(subject="Bill not understood")
    assert "Bill not understood" in text
    closed = post(ann, f"/calls/{call_id}/complaints/{logged.pk}/close/", key=str(new_key()), resolution="Explained it")
    assert closed.status_code == 200
    logged.refresh_from_db()
    assert logged.resolution == "Explained it"


def test_wrap_up_ends_and_closes_once(scene: Scene, call_id: int, ann: Client) -> None:
    key = str(new_key())
    data = {"key": key, "kind": "SAVED_WITHOUT", "notes": "Thinks about it", "next": "home"}

    first = ann.post(f"/calls/{call_id}/wrap-up/", data)
    second = ann.post(f"/calls/{call_id}/wrap-up/", data)

    assert first.url == "/"  # type: ignore[attr-defined]
    assert second.url == "/"  # type: ignore[attr-defined]
    assert Disposition.objects.filter(line="").count() == 1
    assert Call.objects.get().notes == "Thinks about it"


def test_wrap_up_that_is_not_true_is_refused_and_shows_what_was_typed(scene: Scene, call_id: int, ann: Client) -> None:
    answer = ann.post(
        f"/calls/{call_id}/wrap-up/", {"key": str(new_key()), "kind": "SAVED_WITH_OFFER", "notes": "Stays"}
    )

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "does not match what happened" in text
    assert ">Stays</textarea>" in text
    call = Call.objects.get()
    assert (call.state, call.notes) == ("OPEN", "")


def test_wrap_up_without_an_ending_points_at_it(scene: Scene, call_id: int, ann: Client) -> None:
    answer = ann.post(f"/calls/{call_id}/wrap-up/", {"key": str(new_key()), "notes": "Half a word"})

    assert answer.status_code == 422
    assert "Choose how the call ended" in answer.content.decode()
    assert ">Half a word</textarea>" in answer.content.decode()


def test_whole_call_works_without_a_script(scene: Scene, call_id: int, ann: Client) -> None:
    address = f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/"

    refused = ann.post(address, {"key": str(new_key()), "act": "present", "percent": 50, "months": 12})
    assert refused.status_code == 409
    assert "<!doctype html>" in refused.content.decode()
    assert "Nothing was booked." in refused.content.decode()

    done = ann.post(address, {"key": str(new_key()), "act": "present", "percent": 20, "months": 6}, follow=True)
    assert "What did the customer say?" in done.content.decode()
    step = ann.get(f"/calls/{call_id}/cancel/").content.decode()
    assert "Confirm cancellation" in step
    lines = [line.pk for line in scene.customer.subscriptions.all()]
    cancelled = ann.post(f"/calls/{call_id}/cancel/", {"key": str(new_key()), "lines": lines}, follow=True)
    assert "Confirmation number" in cancelled.content.decode()
    ended = ann.post(f"/calls/{call_id}/end/", follow=True)
    assert "Save and take the next call" in ended.content.decode()


ADDRESSES = (
    "touch/", "resume/", "opening/", "identity/", "recording/", "told/", "asked/", "reason/", "notes/", "complaints/",
    "complaints/{complaint}/close/", "offers/{offer}/", "offers/{offer}/preview/", "proposals/{proposal}/settle/",
    "cancel/", "note-cancellation/", "cancellations/1/undo/", "end/", "wrap-up/",
)  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
def test_stranger_finds_no_such_call(scene: Scene, call_id: int, ann: Client, path: str) -> None:
    present(ann, scene, call_id)
    lines = [line.pk for line in scene.customer.subscriptions.all()]
    data = {
        "key": str(new_key()), "opening_intent": "OTHER", "caller_role": "OTHER", "result": "failed",
        "what": "LAST_DAY", "notes": "x", "kind": "BILLING", "subject": "x", "resolution": "x", "act": "present",
        "answer": "declined",
        "lines": lines, "when": "TODAY", "name": "x", "reason": "PRICE",
    }  # fmt: skip
    address = f"/calls/{call_id}/" + path.format(
        complaint=Complaint.objects.get().pk, offer=scene.offers["discount"].pk, proposal=Proposal.objects.get().pk
    )

    assert signed_in(scene.sid).post(address, data).status_code == 404
    assert ann.get(address).status_code in ({405} if path not in ("cancel/", "offers/{offer}/") else {200})
    assert Proposal.objects.get().state == "PRESENTED"
