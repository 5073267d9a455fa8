"""A supervisor's decision, through the ledger's door: whose it is, what it draws on, and how long it can be undone."""

from datetime import timedelta

import pytest

from customers.refusals import Refused
from offers import ledger, queries
from offers.choices import BudgetKind, Grade
from offers.standing import Made
from tests.builders import make_agent
from tests.database import DeskClock
from tests.offers.desk import Desk, assert_counters_equal_entries, used

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_question_nobody_answers_expires(desk_clock: DeskClock, desk: Desk) -> None:
    request = desk.asked()
    desk_clock.advance(timedelta(seconds=61))

    with pytest.raises(Refused) as refused:
        ledger.act("decide_approval", desk.decision(request, "APPROVE"))

    assert refused.value.code == "REQUEST_EXPIRED"
    # The agent is told so before the clockwork has come by, and the same after.
    told = [(one.state, one.answer) for one in _made(desk)]
    assert ledger.expire_due() == {"question": 1}
    assert told == [("LAPSED", "EXPIRED")] == [(one.state, one.answer) for one in _made(desk)]
    request.refresh_from_db()
    assert request.state == "EXPIRED"


def _made(desk: Desk) -> tuple[Made, ...]:
    return queries.on_call(call_id=desk.call.pk, by=desk.ann.pk, language="en").made


@pytest.mark.django_db(transaction=True)
def test_approval_draws_on_the_supervisors_wallet(desk_clock: DeskClock, desk: Desk) -> None:
    request = desk.asked()

    ledger.act("decide_approval", desk.decision(request, "APPROVE"))

    assert used(BudgetKind.APPROVER) == (38_395, 0)
    assert used(BudgetKind.AGENT) == (0, 0)
    present = {"proposal_id": request.proposal_id, "agent_id": desk.ann.pk, "role": "AGENT"}
    desk_clock.advance(timedelta(0))
    with pytest.raises(Refused) as refused:
        ledger.act("present_proposal", present)
    assert refused.value.code == "TOO_EARLY"
    desk_clock.advance(timedelta(seconds=6))
    assert ledger.act("present_proposal", present) == ledger.act("present_proposal", present)
    ledger.act("settle_proposal", desk.outcome(request.proposal_id, "ACCEPTED"))
    assert used(BudgetKind.APPROVER) == (0, 38_395)


@pytest.mark.parametrize("decision", ["APPROVE", "COUNTER", "DECLINE"])
def test_decision_can_be_undone_for_a_moment(desk: Desk, decision: str) -> None:
    request = desk.asked()
    less = {"percent": 30, "months": 6, "cost_minor": 14_400, "monthly_minor": 2_400, "bill_after_minor": 6_599}
    ledger.act("decide_approval", desk.decision(request, decision, terms=less))

    ledger.act("undo_decision", {"request_id": request.pk, "approver_id": desk.sue.pk, "role": "SUPERVISOR"})

    request.refresh_from_db()
    assert (request.state, request.decided_by_id, request.proposal.state) == ("OPEN", None, "AWAITING")
    assert used(BudgetKind.APPROVER) == (0, 0)
    ledger.act("decide_approval", desk.decision(request, decision, terms=less))
    assert_counters_equal_entries()


def test_counter_is_less_or_nothing(desk: Desk) -> None:
    request = desk.asked()
    more = {"percent": 40, "months": 12, "cost_minor": 38_395, "monthly_minor": 3_200, "bill_after_minor": 5_799}

    with pytest.raises(Refused) as refused:
        ledger.act("decide_approval", desk.decision(request, "COUNTER", terms=more))

    assert refused.value.code == "COUNTER_NOT_LESS"


def test_decision_is_made_once(desk: Desk) -> None:
    request = desk.asked()
    ledger.act("decide_approval", desk.decision(request, "DECLINE", reason="OTHER_OFFER"))

    with pytest.raises(Refused) as refused:
        ledger.act("decide_approval", desk.decision(request, "APPROVE"))

    assert refused.value.code == "ALREADY_RESOLVED"


@pytest.mark.parametrize("grade", [Grade.SUPERVISOR, Grade.AGENT])
def test_nobody_decides_their_own_nor_without_the_grade(desk: Desk, grade: Grade) -> None:
    request = desk.asked()
    decider = desk.ann if grade == Grade.SUPERVISOR else make_agent("ivo")

    with pytest.raises(Refused) as refused:
        ledger.act("decide_approval", desk.decision(request, "APPROVE", approver_id=decider.pk))

    assert refused.value.code in {"OWN_PROPOSAL", "NOT_YOURS"}
    assert used(BudgetKind.APPROVER) == (0, 0)


def test_over_the_supervisors_limit_is_not_hers_to_give(desk: Desk) -> None:
    request = desk.asked(cost_minor=90_001)

    with pytest.raises(Refused) as refused:
        ledger.act("decide_approval", desk.decision(request, "APPROVE"))

    assert (refused.value.code, refused.value.facts) == ("OVER_SUPERVISOR", {"why": "OVER_COST"})


def test_asking_again_replaces_the_open_question(desk: Desk) -> None:
    first, second = desk.asked(), desk.asked(percent=35)

    first.refresh_from_db()
    assert (first.state, second.state) == ("WITHDRAWN", "OPEN")
