"""What the customer said, through the ledger's door: spent, given back, or lapsed, and each of them once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from customers.models import OutboxMessage
from customers.refusals import Refused
from offers import ledger
from offers.choices import BudgetKind
from offers.models import Concession, Hold, Outcome, Proposal
from tests.database import DeskClock
from tests.offers.desk import Desk, assert_counters_equal_entries, used

pytestmark = pytest.mark.django_db


def test_accepting_spends_and_orders_fulfilment_once(desk: Desk) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())
    said = desk.outcome(proposal, "ACCEPTED")

    ledger.act("settle_proposal", said)
    ledger.act("settle_proposal", said)

    assert used(BudgetKind.AGENT) == (0, 9_600)
    assert Concession.objects.get().cost_minor == 9_600
    assert Outcome.objects.get().kind == "ACCEPTED"
    assert sorted(OutboxMessage.objects.values_list("key", flat=True)) == [
        f"concession:{proposal}",
        f"terms:{proposal}",
    ]
    assert_counters_equal_entries()


def test_accepting_for_less_gives_the_rest_back(desk: Desk) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())

    ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED", posted_minor=5_000))

    assert {kind: used(kind) for kind in (BudgetKind.AGENT, BudgetKind.CAMPAIGN)} == {
        BudgetKind.AGENT: (0, 5_000),
        BudgetKind.CAMPAIGN: (0, 5_000),
    }


@pytest.mark.parametrize(("posted", "code"), [(9_601, "BOUNDS"), (-1, "BOUNDS")])
def test_accepting_never_spends_more_than_held(desk: Desk, posted: int, code: str) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())

    with pytest.raises((Refused, DatabaseError)) as refused, transaction.atomic():
        ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED", posted_minor=posted))

    assert getattr(refused.value, "code", code) == code
    assert used(BudgetKind.AGENT) == (9_600, 0)


def test_accepting_without_the_disclosures_is_refused(desk: Desk) -> None:
    assert desk.call.policy.rules["disclosures_before_accept"]
    proposal = ledger.act("authorise_proposal", desk.facts())

    with pytest.raises(Refused) as refused:
        ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED", disclosures=[]))

    assert refused.value.code == "DISCLOSURE_MISSING"


def test_declining_gives_everything_back(desk: Desk) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())

    ledger.act("settle_proposal", desk.outcome(proposal, "DECLINED"))

    assert used(BudgetKind.AGENT) == used(BudgetKind.CAMPAIGN) == (0, 0)
    assert Hold.objects.get().ended_as == "VOIDED"
    with pytest.raises(Refused) as refused:
        ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED"))
    assert refused.value.code == "ALREADY_RESOLVED"


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE customers_call SET state = 'WRAP_UP', ended_at = now() WHERE id = %s",
        "UPDATE customers_call SET offers_closed_at = now() WHERE id = %s",
    ],
)
def test_call_that_can_take_no_yes_holds_no_money(desk: Desk, end: str) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())
    request = desk.asked()

    with connection.cursor() as cursor:
        cursor.execute(end, [desk.call.pk])

    assert used(BudgetKind.AGENT) == (0, 0)
    assert Proposal.objects.get(pk=proposal).state == "LAPSED"
    request.refresh_from_db()
    assert request.state == "WITHDRAWN"
    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts())
    assert refused.value.code in {"CALL_CLOSED", "CONDUCT_CLOSED"}


@pytest.mark.django_db(transaction=True)
def test_late_acceptance_is_refused_even_before_the_sweep(desk_clock: DeskClock, desk: Desk) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())
    desk_clock.advance(timedelta(minutes=31))

    with pytest.raises(Refused) as refused:
        ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED"))

    assert refused.value.code == "HOLD_EXPIRED"
    assert ledger.expire_due() == {"hold": 1}
    assert ledger.expire_due() == {}
    assert used(BudgetKind.AGENT) == (0, 0)
    assert Outcome.objects.get().kind == "LAPSED"
