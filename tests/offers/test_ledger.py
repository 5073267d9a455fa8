"""Presenting through the ledger's door: what it holds, and what it refuses even to raw SQL with made-up facts."""

from typing import Any

import pytest
from django.db import connection

from customers.models import AuditEvent
from customers.refusals import KeyReused, NotYours, Refused
from offers import ledger
from offers.choices import BudgetKind, Grade
from offers.models import BudgetAccount, LedgerEntry, Proposal
from tests.builders import make_agent, make_team
from tests.offers.builders import make_credit, make_limit
from tests.offers.desk import Desk, assert_counters_equal_entries, used

pytestmark = pytest.mark.django_db

DRAWN_ON = {BudgetKind.CUSTOMER, BudgetKind.AGENT, BudgetKind.TEAM, BudgetKind.SITE, BudgetKind.CAMPAIGN}


def test_presenting_holds_on_every_budget(desk: Desk) -> None:
    proposal = Proposal.objects.get(pk=ledger.act("authorise_proposal", desk.facts()))

    assert (proposal.state, proposal.ruling) == ("PRESENTED", "WITHIN")
    assert {kind: used(kind) for kind in BudgetKind} == {
        kind: (9_600, 0) if kind in DRAWN_ON else (0, 0) for kind in BudgetKind
    }
    assert AuditEvent.objects.get(act="PROPOSE").limit_version_id == desk.limits[Grade.AGENT].pk
    assert desk.call.events.get().kind == "PRESENTED"
    assert_counters_equal_entries()


def test_same_key_has_one_effect(desk: Desk) -> None:
    facts = desk.facts()

    assert ledger.act("authorise_proposal", facts) == ledger.act("authorise_proposal", facts)

    assert Proposal.objects.count() == 1
    assert used(BudgetKind.AGENT) == (9_600, 0)


def test_same_key_with_another_body_is_an_error(desk: Desk) -> None:
    facts = desk.facts()
    ledger.act("authorise_proposal", facts)

    with pytest.raises(KeyReused):
        ledger.act("authorise_proposal", facts | {"cost_minor": 9_500})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"percent": 30}, "OVER_PERCENT"),
        ({"months": 13}, "OVER_MONTHS"),
        ({"monthly_minor": 2_001}, "OVER_MONTHLY"),
        ({"cost_minor": 24_001}, "OVER_COST"),
        ({"cost_minor": -1}, "BOUNDS"),
        ({"percent": -5}, "BOUNDS"),
        ({"bill_after_minor": -1}, "BOUNDS"),
        ({"limit_version_id": 0}, "STALE_LIMIT"),
        ({"scheme_id": 0}, "STALE_LIMIT"),
        ({"offer_version_id": 0}, "NOT_IN_FORCE"),
        ({"customer_cap_minor": 9_599}, "BUDGET_CUSTOMER"),
    ],
)
def test_presenting_refuses_what_the_limit_does_not_allow(desk: Desk, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts(**change))

    assert refused.value.code == code
    assert not Proposal.objects.exists()
    assert not LedgerEntry.objects.exclude(kind="TOP_UP").exists()
    assert not AuditEvent.objects.exists()


def test_budget_used_up_refuses_and_says_what_is_left(desk: Desk) -> None:
    desk.limits[Grade.AGENT] = make_limit(grade=Grade.AGENT, max_cost_minor=100_000)
    first = ledger.act("authorise_proposal", desk.facts(cost_minor=24_000))
    ledger.act("settle_proposal", desk.outcome(first, "ACCEPTED"))
    second = ledger.act("authorise_proposal", desk.facts(cost_minor=24_000))
    ledger.act("settle_proposal", desk.outcome(second, "ACCEPTED"))

    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts(cost_minor=2_001))

    assert (refused.value.code, refused.value.facts) == ("BUDGET_AGENT", {"left_minor": 2_000, "asked_minor": 2_001})
    assert used(BudgetKind.AGENT) == (0, 48_000)
    assert used(BudgetKind.CUSTOMER) == (0, 48_000)


def test_last_coin_of_a_split_budget_is_spent(desk: Desk) -> None:
    """16 parts of $100 each: $96 and $96 leave $4 in two parts, yet everything can be used up."""
    for _ in range(16):
        proposal = ledger.act("authorise_proposal", desk.facts())
        ledger.act("settle_proposal", desk.outcome(proposal, "DECLINED"))
    campaign = BudgetAccount.objects.get(kind=BudgetKind.CAMPAIGN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT budget_set(%s, 9601, %s, 'MANAGER', 'test')", [campaign.pk, desk.sue.pk])

    ledger.act("authorise_proposal", desk.facts())

    assert used(BudgetKind.CAMPAIGN) == (9_600, 0)
    assert campaign.counters.exclude(held_minor=0).count() > 1
    assert_counters_equal_entries()


def test_small_goodwill_stays_open_when_the_wallet_is_empty(desk: Desk) -> None:
    credit = make_credit()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE offers_budgetplan SET amount_minor = 0 WHERE kind = 'AGENT'")
    small = desk.facts(
        offer_version_id=credit.pk, percent=None, months=None, amount_minor=2_000, cost_minor=2_000, monthly_minor=0
    )

    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", small)
    assert refused.value.code == "BUDGET_AGENT"

    ledger.act("authorise_proposal", small | {"skip_wallet": True})
    assert used(BudgetKind.AGENT) == (0, 0)
    assert used(BudgetKind.TEAM) == (2_000, 0)


def test_skipping_the_wallet_is_for_small_credits_only(desk: Desk) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE offers_budgetplan SET amount_minor = 0 WHERE kind = 'AGENT'")

    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts(skip_wallet=True))

    assert refused.value.code == "BUDGET_AGENT"


def test_new_limit_holds_at_once(desk: Desk) -> None:
    make_limit(grade=Grade.AGENT, user=desk.ann, max_percent=10)

    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts())

    assert refused.value.code == "STALE_LIMIT"


def test_strangers_call_is_not_hers(desk: Desk) -> None:
    sid = make_agent("sid", team=make_team("Retention West"))

    with pytest.raises(NotYours):
        ledger.act("authorise_proposal", desk.facts(agent_id=sid.pk))


def test_never_more_offers_than_the_policy_allows_after_the_wish(desk: Desk) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_call SET ask_count = 1, asked_at = now(), must_complete_by = now() WHERE id = %s",
            [desk.call.pk],
        )
    for _ in range(desk.call.offers_allowed):
        proposal = ledger.act("authorise_proposal", desk.facts())
        ledger.act("settle_proposal", desk.outcome(proposal, "DECLINED"))

    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts())

    assert refused.value.code == "CONDUCT_MAX_OFFERS"


def test_lowering_below_use_freezes_until_drained(desk: Desk) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())
    account = BudgetAccount.objects.get(kind=BudgetKind.AGENT)

    ledger.set_budget(account_id=account.pk, amount_minor=5_000, by=desk.sue.pk, role="MANAGER", why="storm is over")

    counter = account.counters.get()
    assert (counter.frozen, counter.ceiling_minor, counter.held_minor) == (True, 9_600, 9_600)
    ledger.act("settle_proposal", desk.outcome(proposal, "DECLINED"))
    counter.refresh_from_db()
    assert (counter.frozen, counter.ceiling_minor, counter.held_minor) == (False, 5_000, 0)
    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts(cost_minor=5_001))
    assert refused.value.code == "BUDGET_AGENT"
    assert_counters_equal_entries()
