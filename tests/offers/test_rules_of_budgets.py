"""Rulings about money: budgets that are used up, goodwill that goes past a wallet, and the customer's year."""

from dataclasses import replace

import pytest

from customers.value import Tier
from offers.choices import BudgetKind, Grade, LimitMode, OfferKind, ReasonCode, RulingCode
from offers.facts import BudgetLeft
from offers.ruling import Weight
from tests.offers.cases import BOUNDS, authority, budget, credit, facts, percent_off, rule

# What a proposal draws on; an allotment is told as its campaign, and a storm reserve pays through its site.
DRAWN_ON = [kind for kind in BudgetKind if kind not in (BudgetKind.ALLOTMENT, BudgetKind.STORM)]
WITHIN, NEEDS, REFUSED = RulingCode.WITHIN, RulingCode.NEEDS_APPROVAL, RulingCode.REFUSED


@pytest.mark.parametrize("kind", DRAWN_ON)
def test_a_hard_budget_that_is_used_up_is_somebody_elses_to_lift(kind: BudgetKind) -> None:
    ruling = rule(percent_off(20, 6), own=authority(Grade.AGENT, budget(kind, 9_599)))

    code = ReasonCode[f"BUDGET_{kind.name}"]
    assert ruling.reasons[0] == code
    assert ruling.code == (REFUSED if kind == BudgetKind.CUSTOMER else NEEDS)


def test_a_budget_pays_to_its_last_cent() -> None:
    assert rule(percent_off(20, 6), own=authority(Grade.AGENT, budget(BudgetKind.AGENT, 9_600))).code == WITHIN


def test_a_pacing_budget_only_warns() -> None:
    pacing = budget(BudgetKind.TEAM, 0, LimitMode.PACING)

    ruling = rule(percent_off(20, 6), own=authority(Grade.AGENT, pacing))

    assert ruling.code == WITHIN
    assert ruling.reasons == ()
    assert ruling.warnings == (ReasonCode.BUDGET_TEAM,)


def test_an_approvers_empty_budget_refuses_too() -> None:
    ruling = rule(percent_off(30, 6), approver=authority(Grade.SUPERVISOR, budget(BudgetKind.APPROVER, 0)))

    assert ruling.code == REFUSED
    assert ReasonCode.OVER_SUPERVISOR in ruling.reasons
    assert ruling.who_can_lift == Grade.MANAGER
    assert ruling.nearest_approver is None


def test_what_costs_nothing_needs_no_budget() -> None:
    bounds = replace(BOUNDS[OfferKind.LOYALTY], cost=replace(BOUNDS[OfferKind.LOYALTY].cost, monthly_minor=0))
    overdrawn = BudgetLeft(BudgetKind.AGENT, -500, 1_000)

    ruling = rule(bounds.default, bounds=bounds, own=authority(Grade.AGENT, overdrawn))

    assert ruling.code == WITHIN


# The credit offer costs its amount and a visit; goodwill is about credits whose whole cost is small.
PLAIN_CREDIT = replace(BOUNDS[OfferKind.CREDIT], cost=replace(BOUNDS[OfferKind.CREDIT].cost, fixed_minor=0))


@pytest.mark.parametrize(
    ("amount", "site_left", "code"),
    [(2_000, 2_000, WITHIN), (2_500, 100_000, NEEDS), (2_000, 1_999, NEEDS), (2_000, None, NEEDS)],
)
def test_small_goodwill_goes_past_an_empty_wallet_within_the_sites_pool(
    amount: int, site_left: int | None, code: RulingCode
) -> None:
    budgets = [budget(BudgetKind.AGENT, 0)] + ([] if site_left is None else [budget(BudgetKind.SITE, site_left)])

    ruling = rule(credit(amount), bounds=PLAIN_CREDIT, own=authority(Grade.AGENT, *budgets))

    assert ruling.code == code
    assert ruling.skips == (frozenset({BudgetKind.AGENT}) if code == WITHIN else frozenset())
    assert ruling.warnings == ((ReasonCode.BUDGET_AGENT,) if code == WITHIN else ())


def test_goodwill_skips_nothing_while_the_wallet_can_pay() -> None:
    own = authority(Grade.AGENT, budget(BudgetKind.AGENT, 2_000), budget(BudgetKind.SITE))

    assert rule(credit(2_000), bounds=PLAIN_CREDIT, own=own).skips == frozenset()


def test_a_small_discount_is_no_goodwill() -> None:
    own = authority(Grade.AGENT, budget(BudgetKind.AGENT, 0), budget(BudgetKind.SITE))

    assert rule(percent_off(5, 3), own=own).code == NEEDS


@pytest.mark.parametrize("grade", [Grade.AGENT, Grade.MANAGER])
def test_the_customers_year_is_a_wall_for_every_grade(grade: Grade) -> None:
    # 554.96 a year, of which 500.00 is given: 54.96 is left.
    ruling = rule(percent_off(20, 6), facts=facts(conceded_12m_minor=50_000), own=authority(grade))

    assert ruling.code == REFUSED
    assert list(ruling.reasons) == [ReasonCode.BUDGET_CUSTOMER]
    assert ruling.who_can_lift is None
    assert ruling.nearest_own == percent_off(20, 3)
    year = ruling.checks[0]
    assert (year.limit, year.left, year.asked, year.weight) == (55_496, 5_496, 9_600, Weight.WALL)


@pytest.mark.parametrize(
    ("tier", "tenure", "left"), [(Tier.LOW, 20, 17_759), (Tier.MID, 20, 26_638), (Tier.HIGH, 30, 55_496)]
)
def test_the_customers_year_follows_tier_and_tenure(tier: Tier, tenure: int, left: int) -> None:
    ruling = rule(percent_off(5, 3), facts=facts(tier=tier, tenure_months=tenure))

    assert ruling.checks[0].left == left


def test_a_lower_account_of_the_ledger_wins_over_the_scheme() -> None:
    ledger = BudgetLeft(BudgetKind.CUSTOMER, 5_000, 20_000)

    ruling = rule(percent_off(20, 6), own=authority(Grade.AGENT, ledger))

    assert (ruling.checks[0].limit, ruling.checks[0].left) == (20_000, 5_000)
    assert ruling.code == REFUSED


def test_overspent_is_nothing_left_and_not_less() -> None:
    assert rule(percent_off(5, 3), facts=facts(conceded_12m_minor=99_999)).checks[0].left == 0
