"""A proof that sees nothing proves nothing: what is claimed and is not so is found."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from customers import wrapping
from customers.choices import DispositionKind
from offers.models import Proposal
from retention_desk.prove import findings
from tests.retention_desk.scene import Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db

SAYS = ["PRICE_NOW", "PRICE_AFTER", "NEW_TERM", "HOW_TO_CANCEL"]


class Said:
    """Acts as the posters write them down."""

    def __init__(self) -> None:
        self.acts: list[dict[str, Any]] = []

    def add(self, act: str, key: UUID, *, status: int = 200) -> UUID:
        done = status in (200, 302)
        self.acts.append({"act": act, "key": str(key), "status": status, "acknowledged": done})
        return key

    def found(self) -> dict[str, Any]:
        return {name: keys for name, keys in findings.compare(self.acts).items() if keys}


@pytest.fixture
def scene() -> Scene:
    return set_scene()


@pytest.fixture
def said(scene: Scene) -> Said:
    """A call from its opening to its ending, with an offer that was accepted."""
    said = Said()
    call_id = scene.open_call(key=said.add("open", uuid4()))
    ann = signed_in(scene.ann)
    terms = {"key": said.add("present", uuid4()), "act": "present", "percent": 20, "months": 6}
    ann.post(f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/", terms)
    settle = f"/calls/{call_id}/proposals/{Proposal.objects.get().pk}/settle/"
    ann.post(settle, {"key": said.add("accept", uuid4()), "answer": "accepted", "disclosures": SAYS})
    wrapping.wrap_up(
        call_id=call_id, kind=DispositionKind.SAVED_WITH_OFFER, lines=None, notes="", call_back_at=None,
        call_back_note="", by=scene.ann.pk, role="AGENT", key=said.add("wrap", uuid4()),
    )  # fmt: skip
    return said


def test_what_was_done_and_said_is_the_same(said: Said) -> None:
    assert said.found() == {}


def test_acknowledged_act_that_nobody_knows_is_lost(said: Said) -> None:
    key = said.add("present", uuid4())

    assert said.found() == {"lost": [str(key)]}


def test_acknowledged_act_without_its_effect_has_gone_back(said: Said) -> None:
    accepted = said.acts[2]
    accepted["act"] = "decline"

    assert said.found() == {"reverted": [accepted["key"]]}


def test_act_that_was_refused_and_done_is_found(said: Said) -> None:
    presented = said.acts[1]
    presented |= {"status": 409, "acknowledged": False}

    assert said.found() == {"refused_yet_done": [presented["key"]]}


def test_act_that_nobody_asked_for_is_found(said: Said) -> None:
    wrapped = said.acts.pop()

    assert said.found() == {"unasked": [wrapped["key"]]}


def test_fullest_budget_and_waiting_messages_are_told(said: Said) -> None:
    # Of the agent's week of $600 the discount took $96; the customer's terms wait to be sent.
    assert findings.most_unspent("AGENT") == 60_000 - Proposal.objects.get().cost_minor
    assert findings.most_unspent("CAMPAIGN") is None
    assert findings.undelivered() == 1
