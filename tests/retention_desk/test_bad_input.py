"""Bad input over HTTP: a clear code and sentence on the page, and not one row written in any guarded table."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from customers import calls
from offers.choices import BudgetKind
from offers.models import ApprovalRequest, BudgetAccount, Offer, Proposal
from tests.builders import make_agent, new_key
from tests.database import DeskClock
from tests.offers.builders import make_credit
from tests.retention_desk.authority.ground import browser, make_ground
from tests.retention_desk.scene import set_scene, signed_in
from tests.written import nothing_written, standing

pytestmark = pytest.mark.django_db

CODE = re.compile(r'data-refusal="([A-Z_]+)"[^>]*>.*?<b>([^<]+)</b>', re.S)
READ_OUT = ["PRICE_NOW", "PRICE_AFTER", "NEW_TERM", "HOW_TO_CANCEL"]


class Desk:
    """Ann's call in her browser, and Sue's approvals in hers."""

    def __init__(self, clock: DeskClock) -> None:
        self.clock, self.scene = clock, set_scene()
        clock.advance(timedelta())
        self.call_id = self.scene.open_call()
        self.ann, self.sue = signed_in(self.scene.ann), signed_in(self.scene.sue)

    def post(self, path: str, by: Any = None, **data: Any) -> Any:
        return (by or self.ann).post(path, {"key": str(new_key())} | data, headers={"HX-Request": "true"})

    def offer(self, code: str = "discount", act: str = "present", **data: Any) -> Any:
        return self.post(f"/calls/{self.call_id}/offers/{self.scene.offers[code].pk}/", **({"act": act} | data))

    def present(self, **data: Any) -> int:
        assert self.offer(**({"percent": 20, "months": 6} | data)).status_code == 200
        return Proposal.objects.latest("pk").pk

    def settle(self, proposal: int, answer: str = "accepted", **data: Any) -> Any:
        path = f"/calls/{self.call_id}/proposals/{proposal}/settle/"
        return self.post(path, answer=answer, **({"disclosures": READ_OUT} | data))

    def asked(self) -> int:
        assert self.offer(act="ask", percent=35, months=12, note="Has a quote").status_code == 200
        return ApprovalRequest.objects.latest("pk").pk

    def decide(self, request: int, **data: Any) -> Any:
        return self.post(f"/approvals/{request}/decide/", by=self.sue, **data)


@pytest.fixture
def desk(desk_clock: DeskClock) -> Desk:
    return Desk(desk_clock)


def refused_with(answer: Any) -> str:
    """The code of the one refusal on the page, which has a sentence."""
    found = CODE.findall(answer.content.decode())
    assert len(found) == 1, answer.content.decode()[-1500:]
    code, sentence = found[0]
    assert sentence.strip()
    assert sentence.strip() != "Not possible now."
    return str(code)


HUGE = "9" * 30
TERMS: list[tuple[str, dict[str, Any], str]] = [
    ("discount", {"percent": -5}, "BOUNDS"),
    ("discount", {"percent": 0}, "BOUNDS"),
    ("discount", {"percent": 101}, "BOUNDS"),
    ("discount", {"percent": 55}, "BOUNDS"),
    ("discount", {"percent": HUGE}, "BOUNDS"),
    ("discount", {"percent": "9" * 5000}, "BOUNDS"),
    ("discount", {"percent": "20.5"}, "BOUNDS"),
    ("discount", {"percent": "1e1"}, "BOUNDS"),
    ("discount", {"percent": "NaN"}, "BOUNDS"),
    ("discount", {"percent": "twenty"}, "BOUNDS"),
    ("discount", {"percent": 22}, "STEP"),
    ("discount", {"months": 0}, "BOUNDS"),
    ("discount", {"months": -6}, "BOUNDS"),
    ("discount", {"months": 7}, "STEP"),
    ("discount", {"months": 120}, "BOUNDS"),
    ("discount", {"months": "6.5"}, "BOUNDS"),
    ("credit", {"amount_minor": 0}, "BOUNDS"),
    ("credit", {"amount_minor": -500}, "BOUNDS"),
    ("credit", {"amount_minor": 499}, "BOUNDS"),
    ("credit", {"amount_minor": 501}, "STEP"),
    ("credit", {"amount_minor": 40_500}, "BOUNDS"),
    ("credit", {"amount_minor": 2**63}, "BOUNDS"),
    ("credit", {"amount_minor": HUGE}, "BOUNDS"),
    ("credit", {"amount_minor": "19.99"}, "BOUNDS"),
    ("credit", {"amount_minor": "20,00"}, "BOUNDS"),
    ("credit", {"amount_minor": "∞"}, "BOUNDS"),
    ("plan", {"product": "TV-GONE"}, "BOUNDS"),
    ("apology", {"fix_by": "2020-01-01"}, "BOUNDS"),
    ("apology", {"fix_by": "2999-12-31"}, "BOUNDS"),
    ("apology", {"fix_by": "31/31/2026"}, "BOUNDS"),
    ("discount", {"key": ""}, "FIELDS_WRONG"),
    ("discount", {"key": "1"}, "FIELDS_WRONG"),
    ("discount", {"act": "give"}, "FIELDS_WRONG"),
    ("discount", {"place": "-1"}, "FIELDS_WRONG"),
    ("discount", {"act": "ask", "note": "x" * 5_000}, "FIELDS_WRONG"),
]


def test_terms_that_nobody_could_book(desk: Desk) -> None:
    for act in ("present", "ask"):
        for code, terms, wanted in TERMS:
            with nothing_written():
                answer = desk.offer(code, **({"act": act} | terms))

            assert (answer.status_code, refused_with(answer)) == (422, wanted), (act, code, terms)


def test_nothing_but_what_was_posted_is_presented(desk: Desk) -> None:
    """The rig: what the table refuses lies beside what is taken, and exactly that stands on the proposal."""
    proposal = Proposal.objects.get(pk=desk.present(percent=15, months=9))

    assert (proposal.percent, proposal.months) == (15, 9)


def another_currency(desk: Desk) -> Any:
    version = make_credit("EURO", currency="EUR")
    return desk.post(f"/calls/{desk.call_id}/offers/{version.pk}/", act="present", amount_minor=2_000)


def unknown_offer(desk: Desk) -> Any:
    return desk.post(f"/calls/{desk.call_id}/offers/999999/", act="present", percent=20, months=6)


def retired_offer(desk: Desk) -> Any:
    Offer.objects.filter(code="LOYALTY20").update(active=False)
    return desk.offer(percent=20, months=6)


def call_that_has_ended(desk: Desk) -> Any:
    calls.end_call(call_id=desk.call_id, by=desk.scene.ann.pk, role="AGENT")
    return desk.offer(percent=20, months=6)


def caller_who_was_not_checked(desk: Desk) -> Any:
    desk.post(f"/calls/{desk.call_id}/wrap-up/", kind="NO_CANCEL_INTENT", notes="")
    desk.call_id = desk.scene.open_call(checked=False)
    return desk.offer(percent=20, months=6)


def answer_to_an_expired_hold(desk: Desk) -> Any:
    proposal = desk.present()
    desk.clock.advance(timedelta(minutes=31))
    return desk.settle(proposal)


def grant_that_has_expired(desk: Desk) -> Any:
    desk.decide(desk.asked(), decision="approve")
    desk.clock.advance(timedelta(minutes=31))
    return desk.settle(Proposal.objects.get().pk, "present")


def yes_that_can_still_be_taken_back(desk: Desk) -> Any:
    desk.decide(desk.asked(), decision="approve")
    return desk.settle(Proposal.objects.get().pk, "present")


def answer_without_what_must_be_read_out(desk: Desk) -> Any:
    return desk.settle(desk.present(), disclosures=[])


def second_answer_from_a_stale_page(desk: Desk) -> Any:
    proposal = desk.present()
    desk.settle(proposal, "declined")
    return desk.settle(proposal)


def second_offer_from_a_stale_page(desk: Desk) -> Any:
    desk.present()
    return desk.offer("credit", amount_minor=2_000)


def offer_after_the_wish_was_said_twice(desk: Desk) -> Any:
    for _ in range(2):
        desk.post(f"/calls/{desk.call_id}/asked/")
    return desk.offer(percent=20, months=6)


def replayed_form_with_other_terms(desk: Desk) -> Any:
    key = str(new_key())
    desk.offer(key=key, percent=20, months=6)
    return desk.offer(key=key, percent=10, months=6)


def answer_that_is_none(desk: Desk) -> Any:
    return desk.settle(desk.present(), "maybe")


def decision_on_an_expired_question(desk: Desk) -> Any:
    request = desk.asked()
    desk.clock.advance(timedelta(seconds=61))
    return desk.decide(request, decision="approve")


def second_decision_from_a_stale_page(desk: Desk) -> Any:
    request = desk.asked()
    desk.decide(request, reason="BUDGET")
    return desk.decide(request, decision="approve")


STALE: list[tuple[Callable[[Desk], Any], int, str]] = [
    (another_currency, 409, "NOT_IN_FORCE"),
    (unknown_offer, 409, "NOT_IN_FORCE"),
    (retired_offer, 409, "NOT_IN_FORCE"),
    (call_that_has_ended, 409, "CALL_CLOSED"),
    (caller_who_was_not_checked, 409, "IDENTITY_NOT_CHECKED"),
    (answer_to_an_expired_hold, 409, "HOLD_EXPIRED"),
    (grant_that_has_expired, 409, "GRANT_ENDED"),
    (yes_that_can_still_be_taken_back, 409, "TOO_EARLY"),
    (answer_without_what_must_be_read_out, 409, "DISCLOSURE_MISSING"),
    (second_answer_from_a_stale_page, 409, "ALREADY_RESOLVED"),
    (second_offer_from_a_stale_page, 409, "ANSWER_FIRST"),
    (offer_after_the_wish_was_said_twice, 409, "CONDUCT_CLOSED"),
    (replayed_form_with_other_terms, 422, "KEY_REUSED"),
    (answer_that_is_none, 422, "FIELDS_WRONG"),
    (decision_on_an_expired_question, 409, "REQUEST_EXPIRED"),
    (second_decision_from_a_stale_page, 409, "ALREADY_RESOLVED"),
]


@pytest.mark.parametrize(("happens", "status", "code"), STALE, ids=lambda one: getattr(one, "__name__", str(one)))
def test_what_has_moved_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, happens: Callable[[Desk], Any], status: int, code: str
) -> None:
    """The last post of each is refused, with nothing written by it."""
    before: list[dict[str, tuple[int, str]]] = []
    post = desk.post

    def noted(path: str, by: Any = None, **data: Any) -> Any:
        before.append(standing())
        return post(path, by, **data)

    monkeypatch.setattr(desk, "post", noted)

    answer = happens(desk)

    assert (answer.status_code, refused_with(answer)) == (status, code)
    assert standing() == before[-1]


def test_the_same_form_twice_is_answered_twice_and_done_once(desk: Desk) -> None:
    key = str(new_key())
    first = desk.offer(key=key, percent=20, months=6)

    with nothing_written():
        second = desk.offer(key=key, percent=20, months=6)

    assert (first.status_code, second.status_code) == (200, 200)


def test_wrapped_up_call_leads_home_with_a_sentence(desk: Desk) -> None:
    desk.post(f"/calls/{desk.call_id}/wrap-up/", kind="NO_CANCEL_INTENT", notes="")

    with nothing_written():
        answer = desk.offer(percent=20, months=6)

    assert answer["HX-Redirect"] == "/"
    assert "That call is wrapped up." in desk.ann.get("/").content.decode()


@pytest.mark.parametrize("who", ["ben", "sid"])
def test_somebody_elses_call_is_not_there(desk: Desk, who: str) -> None:
    """A colleague beside her, and a supervisor of another site."""
    scene = desk.scene
    other = signed_in(make_agent("ben", team=scene.team) if who == "ben" else scene.sid)
    proposal, discount = desk.present(), scene.offers["discount"].pk

    for path, data in (
        (f"/calls/{desk.call_id}/offers/{discount}/", {"act": "present", "percent": 20, "months": 6}),
        (f"/calls/{desk.call_id}/offers/{discount}/", {"act": "ask", "percent": 35, "months": 6}),
        (f"/calls/{desk.call_id}/proposals/{proposal}/settle/", {"answer": "accepted", "disclosures": READ_OUT}),
        (f"/calls/{desk.call_id}/asked/", {}),
    ):
        with nothing_written():
            assert desk.post(path, by=other, **data).status_code == 404, path


COUNTERS: list[tuple[dict[str, Any], int, str]] = [
    ({"percent": -5}, 422, "BOUNDS"),
    ({"percent": 0}, 409, "BOUNDS"),
    ({"percent": "22.5"}, 422, "BOUNDS"),
    ({"percent": 22}, 409, "STEP"),
    ({"percent": HUGE}, 422, "BOUNDS"),
    ({"months": 0}, 409, "BOUNDS"),
    ({"percent": 35, "months": 12}, 409, "COUNTER_NOT_LESS"),
    ({"percent": 40, "months": 12}, 409, "COUNTER_NOT_LESS"),
    ({"decision": ""}, 422, "BOUNDS"),
    ({"decision": "shrug"}, 422, "BOUNDS"),
    ({"decision": "", "reason": "RIVAL_UNLIKE"}, 422, "BOUNDS"),
    ({"key": ""}, 422, "BOUNDS"),
]


def test_decision_that_nobody_could_take(desk: Desk) -> None:
    request = desk.asked()

    for said, status, code in COUNTERS:
        with nothing_written():
            answer = desk.decide(request, **({"decision": "counter", "months": 6, "percent": 30} | said))

        assert (answer.status_code, refused_with(answer)) == (status, code), said


AMOUNTS = ("-1", "0", "0.001", "10.005", HUGE, "1e400", "NaN", "", "many")


def test_amounts_of_a_budget_are_marked_at_their_field() -> None:
    """To lower to nothing is no bad amount: it freezes."""
    ground = make_ground()
    account = BudgetAccount.objects.get(kind=BudgetKind.TEAM)
    other, greta = BudgetAccount.objects.get(kind=BudgetKind.AGENT), browser(ground.greta)

    for act, name in (("top-up", "add"), ("lower", "lower"), ("transfer", "transfer")):
        for amount in AMOUNTS:
            if (act, amount) == ("lower", "0"):
                continue
            form = {"key": str(new_key()), "amount_minor": amount, "why": "Storm", "to": other.pk}
            with nothing_written():
                answer = greta.post(f"/authority/budgets/{account.pk}/{act}/", form)

            assert answer.status_code == 422, (act, amount)
            assert list(answer.context["forms"][name].errors) == ["amount_minor"], (act, amount)
