"""The default scheme is the one that was agreed, and a customer's year follows from it."""

from itertools import pairwise

import pytest

from customers.value import Tier
from offers.choices import Family, Grade, OfferKind
from offers.scheme import DEFAULT_GRADES, DEFAULT_POOLS, DEFAULT_SCHEME, customer_year_cap


@pytest.mark.parametrize(
    ("grade", "monthly", "months", "credit", "cost"),
    [
        (Grade.NEW, 1_000, 6, 2_000, 6_000),
        (Grade.AGENT, 2_000, 12, 5_000, 24_000),
        (Grade.SENIOR, 3_500, 12, 10_000, 42_000),
        (Grade.SUPERVISOR, 5_000, 12, 25_000, 90_000),
        (Grade.MANAGER, 7_500, 24, 50_000, 180_000),
    ],
)
def test_each_grade_may_concede_what_was_agreed(
    grade: Grade, monthly: int, months: int, credit: int, cost: int
) -> None:
    found = DEFAULT_GRADES[grade]

    assert (found.max_monthly_minor, found.max_months, found.max_credit_minor, found.max_cost_minor) == (
        monthly,
        months,
        credit,
        cost,
    )


def test_no_grade_may_less_than_the_one_below() -> None:
    grades = [DEFAULT_GRADES[grade] for grade in sorted(Grade, key=lambda grade: grade.rank)]

    for below, above in pairwise(grades):
        assert below.max_percent < above.max_percent
        assert below.max_months <= above.max_months
        assert below.max_fee_minor < above.max_fee_minor
        assert below.kinds <= above.kinds
        assert below.week_minor < above.week_minor


def test_a_new_agent_gives_no_gifts_free_months_or_fees() -> None:
    assert DEFAULT_GRADES[Grade.AGENT].kinds - DEFAULT_GRADES[Grade.NEW].kinds == {
        OfferKind.GIFT,
        OfferKind.FREE_MONTHS,
        OfferKind.WAIVED_FEE,
    }


def test_an_agents_week_carries_sixty_saves_at_eighty_five_dollars() -> None:
    assert DEFAULT_GRADES[Grade.AGENT].week_minor == 60 * 8_500


def test_the_pools_share_out_everything_once() -> None:
    assert sum(DEFAULT_POOLS.week_percent) == 100
    assert sum(DEFAULT_POOLS.family_percent.values()) == 100
    assert DEFAULT_POOLS.family_percent.keys() == set(Family)


@pytest.mark.parametrize(
    ("tier", "tenure", "cap"),
    [
        (Tier.LOW, 12, 14_520),
        (Tier.MID, 12, 21_780),
        (Tier.HIGH, 12, 36_300),
        (Tier.MID, 24, 21_780),
        (Tier.MID, 25, 27_225),
    ],
)
def test_a_customers_year_is_a_share_of_the_annual_bill(tier: Tier, tenure: int, cap: int) -> None:
    assert customer_year_cap(DEFAULT_SCHEME, tier=tier, annual_bill_minor=145_200, tenure_months=tenure) == cap
