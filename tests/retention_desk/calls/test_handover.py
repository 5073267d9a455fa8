"""A call handed over on its screen, with real offers: money goes back, rules and limits do not begin anew."""

import pytest

from customers import calls
from customers.choices import DispositionKind
from customers.models import Call, Handover
from customers.queries import call_sheet
from offers import authorisation
from offers.choices import BudgetKind
from offers.models import ApprovalRequest, BudgetCounter, Hold, Proposal
from retention_desk.people.models import User
from tests.builders import make_agent, new_key
from tests.offers.builders import give_budget
from tests.retention_desk.scene import AGENT, Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


@pytest.fixture
def ben(scene: Scene) -> User:
    """A colleague of Ann's with a budget of his own."""
    ben = make_agent("ben", team=scene.team, first_name="Ben", last_name="Osei", permissions=AGENT)
    give_budget(BudgetKind.AGENT, ben.pk, 60_000)
    return ben


def hand_over(scene: Scene, call_id: int, to: str = "", note: str = "Wants the price of last year") -> Handover:
    answer = signed_in(scene.ann).post(
        f"/calls/{call_id}/hand-over/", {"key": str(new_key()), "to": to or str(scene.team.pk), "note": note}
    )
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Handover.objects.get()


def take_over(agent: User, handover: Handover) -> int:
    answer = signed_in(agent).post(f"/mine/handed-over/{handover.pk}/take/")
    handover.refresh_from_db()
    call_id = handover.taken_call_id
    assert answer.url == f"/calls/{call_id}/"  # type: ignore[attr-defined]
    assert call_id is not None
    return call_id


def present(scene: Scene, call_id: int, by: User, *, percent: int = 20, offer: str = "discount") -> object:
    return signed_in(by).post(
        f"/calls/{call_id}/offers/{scene.offers[offer].pk}/",
        {"key": str(new_key()), "act": "present", "percent": percent, "months": 6},
    )


def test_money_kept_for_an_unanswered_offer_goes_back_and_is_not_kept_twice(scene: Scene, ben: User) -> None:
    call_id = scene.open_call()
    present(scene, call_id, scene.ann)
    assert Hold.objects.filter(ended_as="").exists()

    take_over(ben, hand_over(scene, call_id))

    assert Proposal.objects.get().state == "LAPSED"
    assert not Hold.objects.filter(ended_as="").exists()
    assert set(BudgetCounter.objects.values_list("held_minor", flat=True)) == {0}


def test_open_question_ends_with_the_hand_over(scene: Scene, ben: User) -> None:
    call_id = scene.open_call()
    signed_in(scene.ann).post(
        f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "ask", "percent": 35, "months": 12, "note": ""},
    )
    assert ApprovalRequest.objects.get().state == "OPEN"

    take_over(ben, hand_over(scene, call_id))

    assert ApprovalRequest.objects.get().state == "WITHDRAWN"


def test_offers_of_the_rules_are_not_given_anew(scene: Scene, ben: User) -> None:
    call_id = scene.open_call()
    calls.ask_to_cancel(call_id=call_id, by=scene.ann.pk, role="AGENT")
    allowed = Call.objects.get(pk=call_id).offers_allowed
    present(scene, call_id, scene.ann)
    made = Proposal.objects.get()
    signed_in(scene.ann).post(
        f"/calls/{call_id}/proposals/{made.pk}/settle/", {"key": str(new_key()), "answer": "declined"}
    )

    second = take_over(ben, hand_over(scene, call_id))

    assert Call.objects.get(pk=second).offers_allowed == allowed - 1
    page = signed_in(ben).get(f"/calls/{second}/").content.decode()
    for words in ("Handed over by Ines Falk", "Wants the price of last year", "Internet loyalty discount", "declined"):
        assert words in page, words
    for place in range(allowed):
        answer = present(scene, second, ben, offer="credit" if place else "discount")
        last = Proposal.objects.filter(call_id=second).last()
        if last is not None:
            signed_in(ben).post(
                f"/calls/{second}/proposals/{last.pk}/settle/", {"key": str(new_key()), "answer": "declined"}
            )
    assert Proposal.objects.filter(call_id=second).count() <= allowed - 1
    assert answer.status_code == 409  # type: ignore[attr-defined]


def test_what_was_given_before_counts_towards_the_most_of_a_call(scene: Scene, ben: User) -> None:
    call_id = scene.open_call()
    present(scene, call_id, scene.ann)
    made = Proposal.objects.get()
    said = ["PRICE_NOW", "PRICE_AFTER", "NEW_TERM", "HOW_TO_CANCEL"]
    signed_in(scene.ann).post(
        f"/calls/{call_id}/proposals/{made.pk}/settle/",
        {"key": str(new_key()), "answer": "accepted", "disclosures": said},
    )
    made.refresh_from_db()
    assert made.state == "ACCEPTED"

    second = take_over(ben, hand_over(scene, call_id))

    sheet = call_sheet(call_id=second, by=ben.pk, language="en")
    offers = authorisation.offer_sheet(sheet=sheet, by=ben.pk, now=sheet.now, language="en")
    assert (offers.standing.totals.call_count, offers.standing.totals.call_cost_minor) == (1, made.cost_minor)
    assert [(one.this_call, one.state) for one in offers.standing.past] == [(True, "ACCEPTED")]
    calls.end_call(call_id=second, by=ben.pk, role="AGENT")
    page = signed_in(ben).get(f"/calls/{second}/").content.decode()
    assert f'value="{DispositionKind.SAVED_WITH_OFFER}" checked' in page


def test_panel_names_teams_and_who_is_there(scene: Scene, ben: User) -> None:
    call_id = scene.open_call()
    page = signed_in(scene.ann).get(f"/calls/{call_id}/hand-over/").content.decode()

    for words in ("Hand the call over", "Retention East, Fresno", "Ben Osei (Ready)", "Whoever is free"):
        assert words in page, words
    assert "Ines Falk (" not in page
    answer = signed_in(scene.ann).post(f"/calls/{call_id}/hand-over/", {"key": str(new_key()), "to": "0"})
    assert answer.status_code == 422
    assert not Handover.objects.exists()


def test_second_agent_is_told_kindly_who_was_faster(scene: Scene, ben: User) -> None:
    handover = hand_over(scene, scene.open_call())
    take_over(ben, handover)
    client = signed_in(make_agent("cleo", team=scene.team, permissions=AGENT))

    page = client.post(f"/mine/handed-over/{handover.pk}/take/", follow=True).content.decode()

    assert "Ben Osei has taken this call over already." in page
    assert client.post("/mine/handed-over/999999/take/").status_code == 404


def test_handing_over_a_call_that_is_over_leads_home(scene: Scene) -> None:
    call_id = scene.open_call()
    calls.end_call(call_id=call_id, by=scene.ann.pk, role="AGENT")

    answer = signed_in(scene.ann).post(
        f"/calls/{call_id}/hand-over/", {"key": str(new_key()), "to": str(scene.team.pk)}
    )

    assert answer.url == "/"  # type: ignore[attr-defined]
    assert not Handover.objects.exists()
