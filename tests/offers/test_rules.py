"""Rulings: who may give what by their own numbers, what would pass instead, and what nobody may."""

from dataclasses import replace
from typing import Any

import pytest

from customers.choices import IdentityResult
from customers.value import Tier
from offers.choices import BudgetKind, Family, Grade, OfferKind, ReasonCode, RulingCode
from offers.eligibility import Unit
from offers.facts import Authority
from offers.rules import rule_on
from offers.ruling import Check, Weight
from offers.scheme import DEFAULT_SCHEME
from offers.terms import Terms
from tests.offers.cases import (
    BILL,
    LADDER,
    PERCENT,
    TV,
    authority,
    budget,
    call,
    credit,
    eligibility,
    facts,
    limit,
    percent_off,
    rule,
)

WITHIN, NEEDS, REFUSED = RulingCode.WITHIN, RulingCode.NEEDS_APPROVAL, RulingCode.REFUSED


def amount_off(amount_minor: int, months: int) -> Terms:
    return Terms(OfferKind.AMOUNT_OFF, "USD", amount_minor=amount_minor, months=months)


# Agent: 25 %, 12 months, $20 a month, $50 at once, $240 in all. Supervisor: 40 %, 12, $50, $250, $900.
# The internet line is $79.99, the bill $147.99.
@pytest.mark.parametrize(
    ("terms", "code", "reasons", "lifted_by"),
    [
        (percent_off(20, 6), WITHIN, [], None),
        (percent_off(25, 12), WITHIN, [], None),
        (
            percent_off(30, 12),
            NEEDS,
            [ReasonCode.OVER_PERCENT, ReasonCode.OVER_MONTHLY, ReasonCode.OVER_COST],
            Grade.SUPERVISOR,
        ),
        (percent_off(40, 3), NEEDS, [ReasonCode.OVER_PERCENT, ReasonCode.OVER_MONTHLY], Grade.SUPERVISOR),
        (
            percent_off(45, 3),
            REFUSED,
            [ReasonCode.OVER_PERCENT, ReasonCode.OVER_MONTHLY, ReasonCode.OVER_SUPERVISOR],
            Grade.MANAGER,
        ),
        (amount_off(2_000, 12), WITHIN, [], None),
        (amount_off(2_500, 6), NEEDS, [ReasonCode.OVER_MONTHLY], Grade.SUPERVISOR),
        (
            amount_off(2_000, 18),
            REFUSED,
            [ReasonCode.OVER_MONTHS, ReasonCode.OVER_COST, ReasonCode.OVER_SUPERVISOR],
            Grade.MANAGER,
        ),
        (Terms(OfferKind.WAIVED_FEE, "USD", amount_minor=5_000), WITHIN, [], None),
        (
            Terms(OfferKind.WAIVED_FEE, "USD", amount_minor=6_000),
            NEEDS,
            [ReasonCode.OVER_CREDIT],
            Grade.SUPERVISOR,
        ),
        (credit(5_000), WITHIN, [], None),
        (credit(6_000), NEEDS, [ReasonCode.OVER_CREDIT], Grade.SUPERVISOR),
        (
            Terms(OfferKind.GIFT, "USD", amount_minor=10_000, words="Gift card"),
            NEEDS,
            [ReasonCode.OVER_CREDIT],
            Grade.SUPERVISOR,
        ),
        # Measured by cost alone: the whole bill is off while paused, and the lock runs for two years.
        (Terms(OfferKind.PAUSE, "USD", months=2), WITHIN, [], None),
        (Terms(OfferKind.PAUSE, "USD", months=3), NEEDS, [ReasonCode.OVER_COST], Grade.SUPERVISOR),
        (Terms(OfferKind.LOYALTY, "USD", months=24, words="Price lock"), WITHIN, [], None),
        (Terms(OfferKind.PLAN_CHANGE, "USD", product="TV-BASIC"), WITHIN, [], None),
    ],
)
def test_rule_on_measures_each_kind_by_its_own_ceilings(
    terms: Terms, code: RulingCode, reasons: list[ReasonCode], lifted_by: Grade | None
) -> None:
    ruling = rule(terms)

    assert (ruling.code, list(ruling.reasons), ruling.who_can_lift) == (code, reasons, lifted_by)


def test_every_check_is_told_with_its_limit_what_is_left_and_what_is_asked() -> None:
    ruling = rule(percent_off(30, 6), own=authority(Grade.AGENT, budget(BudgetKind.AGENT, 41_200)))

    authority_, wall = Weight.AUTHORITY, Weight.WALL
    assert ruling.checks == (
        # 25 % of 1,775.88 and a quarter more for three years with us.
        Check(
            ReasonCode.BUDGET_CUSTOMER, ok=True, weight=wall, unit=Unit.MINOR, limit=55_496, left=55_496, asked=14_400
        ),
        Check(ReasonCode.KIND_NOT_ALLOWED, ok=True, weight=authority_, detail="PERCENT_OFF"),
        Check(ReasonCode.OVER_PERCENT, ok=False, weight=authority_, unit=Unit.PERCENT, limit=25, left=25, asked=30),
        Check(ReasonCode.OVER_MONTHS, ok=True, weight=authority_, unit=Unit.MONTHS, limit=12, left=12, asked=6),
        Check(
            ReasonCode.OVER_MONTHLY, ok=False, weight=authority_, unit=Unit.MINOR, limit=2_000, left=2_000, asked=2_400
        ),
        Check(
            ReasonCode.OVER_COST, ok=True, weight=authority_, unit=Unit.MINOR, limit=24_000, left=24_000, asked=14_400
        ),
        Check(
            ReasonCode.BUDGET_AGENT,
            ok=True,
            weight=authority_,
            unit=Unit.MINOR,
            limit=2_000_000,
            left=41_200,
            asked=14_400,
        ),
    )
    assert ruling.limit_version == limit(Grade.AGENT).version_id
    assert ruling.approver_limit_version == limit(Grade.SUPERVISOR).version_id


@pytest.mark.parametrize(
    ("asked", "own", "approver"),
    [
        ((20, 6), (20, 6), (20, 6)),
        ((40, 6), (25, 6), (40, 6)),
        ((50, 12), (25, 12), (40, 12)),
        ((50, 3), (25, 3), (40, 3)),
    ],
)
def test_the_nearest_terms_are_no_larger_than_asked_in_any_part(
    asked: tuple[int, int], own: tuple[int, int], approver: tuple[int, int]
) -> None:
    ruling = rule(percent_off(*asked))

    assert ruling.nearest_own == percent_off(*own)
    assert ruling.nearest_approver == percent_off(*approver)


def test_the_nearest_terms_are_the_costliest_that_a_short_budget_pays() -> None:
    # $100 left: 25 % x 3 is 60.00, 20 % x 6 is 96.00, 10 % x 12 is 96.00; the deeper of the two is nearer.
    ruling = rule(percent_off(30, 12), own=authority(Grade.AGENT, budget(BudgetKind.AGENT, 10_000)))

    assert ruling.nearest_own == percent_off(20, 6)


def test_the_nearest_terms_of_terms_off_the_steps_start_from_the_nearest_step() -> None:
    ruling = rule(percent_off(28, 7))

    assert ruling.code == REFUSED
    assert ruling.priced is None
    assert list(ruling.reasons) == [ReasonCode.STEP]
    assert ruling.nearest_own == percent_off(25, 6)
    assert ruling.nearest_approver == percent_off(30, 6)


def test_terms_out_of_bounds_are_refused_without_a_price() -> None:
    ruling = rule(percent_off(90, 600_000))

    assert ruling.priced is None
    assert list(ruling.reasons) == [ReasonCode.BOUNDS]
    assert ruling.nearest_own == percent_off(25, 12)


def test_there_are_no_nearest_terms_where_even_the_smallest_is_too_much() -> None:
    ruling = rule(percent_off(20, 6), own=authority(Grade.AGENT, budget(BudgetKind.AGENT, 100)), approver=None)

    assert ruling.code == REFUSED
    assert ruling.nearest_own is None
    assert ruling.nearest_approver is None


def test_a_kind_without_numbers_is_given_whole_or_not_at_all() -> None:
    terms = Terms(OfferKind.PLAN_CHANGE, "USD", product="TV-BASIC")

    assert rule(terms).nearest_own == terms
    assert rule(terms, own=authority(max_cost_minor=11_759)).nearest_own is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"facts": facts(on_call=call(identity=IdentityResult.NOT_CHECKED))}, ReasonCode.IDENTITY_NOT_CHECKED),
        ({"facts": facts(do_not_offer=True)}, ReasonCode.DO_NOT_OFFER),
        ({"facts": facts(running={Family.RECURRING: None})}, ReasonCode.FAMILY_RUNNING),
        ({"eligibility": eligibility(tiers=frozenset({Tier.LOW}))}, ReasonCode.NOT_IN_SEGMENT),
        ({"bill": replace(BILL, lines=(TV,))}, ReasonCode.NO_PRODUCT),
        ({"bill": replace(BILL, currency="EUR")}, ReasonCode.CURRENCY),
        ({"own": Authority(None, ())}, ReasonCode.NO_LIMIT),
        ({"own": Authority(limit(), None)}, ReasonCode.BUDGET_UNKNOWN),
    ],
)
def test_behind_a_wall_nothing_passes_and_nobody_lifts_it(changes: dict[str, Any], reason: ReasonCode) -> None:
    ruling = rule(percent_off(20, 6), **changes)

    assert ruling.code == REFUSED
    assert reason in ruling.reasons
    assert ruling.who_can_lift is None
    assert ruling.nearest_own is None
    assert ruling.nearest_approver is None


def test_an_unread_budget_of_the_approver_means_no() -> None:
    ruling = rule(percent_off(30, 6), approver=Authority(limit(Grade.SUPERVISOR), None))

    assert ruling.code == REFUSED


def test_a_limit_in_another_currency_measures_nothing() -> None:
    ruling = rule(percent_off(20, 6), own=authority(currency="EUR"))

    assert ruling.code == NEEDS
    assert list(ruling.reasons) == [ReasonCode.CURRENCY]


def test_a_kind_outside_the_limit_needs_somebody_who_may_give_it() -> None:
    ruling = rule(Terms(OfferKind.FREE_MONTHS, "USD", months=1), own=authority(Grade.NEW))

    assert ruling.code == NEEDS
    assert list(ruling.reasons) == [ReasonCode.KIND_NOT_ALLOWED]
    assert ruling.nearest_own is None


@pytest.mark.parametrize(
    ("facts_", "own", "approver", "code", "reasons"),
    [
        (facts(staff_line=True), authority(), authority(Grade.SUPERVISOR), NEEDS, [ReasonCode.CONFLICT_OF_INTEREST]),
        (facts(staff_line=True), authority(Grade.SUPERVISOR), None, WITHIN, []),
        (facts(fraud_watch=True), authority(), authority(Grade.SUPERVISOR), NEEDS, [ReasonCode.FRAUD_WATCH]),
        (
            facts(),
            replace(authority(), conflict_of_interest=True),
            authority(Grade.SUPERVISOR),
            NEEDS,
            [ReasonCode.CONFLICT_OF_INTEREST],
        ),
        (
            facts(),
            replace(authority(), conflict_of_interest=True),
            replace(authority(Grade.SUPERVISOR), conflict_of_interest=True),
            REFUSED,
            [ReasonCode.CONFLICT_OF_INTEREST, ReasonCode.OVER_SUPERVISOR],
        ),
    ],
)
def test_nobody_decides_for_people_they_know(
    facts_: Any, own: Authority, approver: Authority | None, code: RulingCode, reasons: list[ReasonCode]
) -> None:
    ruling = rule(percent_off(20, 6), facts=facts_, own=own, approver=approver)

    assert (ruling.code, list(ruling.reasons)) == (code, reasons)


def test_without_a_known_approver_the_ladder_says_who_could() -> None:
    ruling = rule(percent_off(30, 6), approver=None)

    assert ruling.code == REFUSED
    assert ReasonCode.OVER_SUPERVISOR not in ruling.reasons
    assert ruling.who_can_lift == Grade.SUPERVISOR


def test_a_senior_agent_is_never_named_as_the_one_to_ask() -> None:
    # A senior agent's own limit would cover it; approving is a supervisor's.
    assert rule(credit(6_000), approver=None).who_can_lift == Grade.SUPERVISOR


def test_a_supervisor_asks_a_manager() -> None:
    own, manager = authority(Grade.SUPERVISOR), authority(Grade.MANAGER)

    assert rule(percent_off(45, 3), own=own, approver=manager).who_can_lift == Grade.MANAGER
    assert rule(percent_off(45, 3), own=own, approver=None).who_can_lift == Grade.MANAGER


def test_what_is_over_everybody_is_nobodys_to_lift() -> None:
    ruling = rule(percent_off(50, 12), ladder=LADDER[:-1])

    assert ruling.code == REFUSED
    assert ruling.who_can_lift is None


def test_a_discount_with_nothing_to_take_off_is_refused() -> None:
    bill = replace(BILL, lines=(replace(BILL.lines[0], price_minor=3_000),))
    terms = Terms(OfferKind.REPLACEMENT_COUPON, "USD", percent=25, months=12, words="Coupon")

    ruling = rule(terms, bill=bill)

    assert ruling.code == REFUSED
    assert list(ruling.reasons) == [ReasonCode.NO_SAVING]
    assert ruling.nearest_own is None


def test_the_scheme_can_be_a_companys_own() -> None:
    scheme = replace(DEFAULT_SCHEME, short_tenure_months=48)

    ruling = rule_on(
        terms=percent_off(20, 6),
        bounds=PERCENT,
        bill=BILL,
        eligibility=eligibility(),
        facts=facts(),
        own=authority(),
        approver=None,
        scheme=scheme,
    )

    assert list(ruling.reasons) == [ReasonCode.TENURE_SHORT]
