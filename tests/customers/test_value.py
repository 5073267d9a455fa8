"""Tenure, margin, lifetime value and the risk scorecard against numbers worked out by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.choices import OpeningIntent, ProductKind
from customers.value import (
    BASE_POINTS,
    HORIZON_MONTHS,
    SCORECARD,
    USUAL_MARGIN_PERCENT,
    RiskBand,
    RiskCode,
    RiskFacts,
    Tier,
    ValueLine,
    lifetime_value,
    monthly_hazard,
    monthly_margin,
    risk,
    tenure_months,
    unit_cost,
    value_tier,
)


@pytest.mark.parametrize(
    ("since", "on", "months"),
    [
        (date(2020, 9, 22), date(2026, 11, 22), 74),
        (date(2020, 9, 23), date(2026, 11, 22), 73),
        (date(2026, 11, 22), date(2026, 11, 22), 0),
        (date(2026, 12, 1), date(2026, 11, 22), 0),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 1, 31), date(2026, 2, 27), 0),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
    ],
)
def test_tenure_counts_whole_months(since: date, on: date, months: int) -> None:
    assert tenure_months(since, on) == months


@given(since=st.dates(date(1990, 1, 1), date(2030, 1, 1)), on=st.dates(date(1990, 1, 1), date(2030, 1, 1)))
def test_tenure_never_falls_from_one_day_to_the_next(since: date, on: date) -> None:
    assert 0 <= tenure_months(since, on) <= tenure_months(since, date.fromordinal(on.toordinal() + 1))


@pytest.mark.parametrize(
    ("list_price", "margin", "cost"), [(7_999, 75, 2_000), (6_800, 35, 4_420), (1_000, 0, 1_000), (1_000, 100, 0)]
)
def test_unit_cost_is_what_the_margin_leaves(list_price: int, margin: int, cost: int) -> None:
    assert unit_cost(list_price, margin) == cost


@pytest.mark.parametrize(
    ("lines", "margin"),
    [
        ((), 0),
        ((ValueLine("INTERNET", 7_999, 2_000),), 5_999),
        # Where no cost is known: 75 % of 79.99 and 35 % of 68.00.
        ((ValueLine("INTERNET", 7_999), ValueLine("TV", 6_800)), 5_999 + 2_380),
        ((ValueLine("SOMETHING NEW", 1_000),), 500),
        ((ValueLine("TV", 3_000, 4_420),), -1_420),
    ],
)
def test_margin_is_price_less_cost(lines: tuple[ValueLine, ...], margin: int) -> None:
    assert monthly_margin(lines) == margin


def test_every_product_line_has_a_usual_margin() -> None:
    assert USUAL_MARGIN_PERCENT.keys() == set(ProductKind)


@pytest.mark.parametrize(
    ("month", "in_contract", "hazard"),
    [
        (1, False, "0.025"),
        (6, False, "0.025"),
        (7, False, "0.020"),
        (12, False, "0.020"),
        (13, False, "0.048"),
        (14, False, "0.016"),
        (25, False, "0.036"),
        (26, False, "0.012"),
        (61, False, "0.009"),
        (500, False, "0.007"),
        (1, True, "0.00875"),
        (13, True, "0.0168"),
    ],
)
def test_hazard_triples_when_first_and_second_contracts_end(month: int, in_contract: bool, hazard: str) -> None:
    assert monthly_hazard(month, in_contract=in_contract) == Decimal(hazard)


def test_lifetime_value_is_margin_times_survival_times_discount() -> None:
    # A customer of eleven years: 0.7 % a month. Survival 0.993 ^ m, discount 1.10 ^ (-m / 12).
    expected = sum(0.993**month for month in range(1, 37))
    discounted = sum(0.993**month * 1.10 ** (-month / 12) for month in range(1, 37))

    found = lifetime_value(margin_minor=10_000, tenure=130, contract_months_left=None)

    assert found.value_minor == round(10_000 * discounted) == 276_240
    assert found.undiscounted_minor == round(10_000 * expected)
    assert round(found.expected_months, 6) == Decimal(f"{expected:.6f}")
    assert (found.horizon_months, found.margin_minor, found.discount_percent_a_year) == (36, 10_000, 10)


def test_lifetime_value_of_a_contract_is_higher_while_it_binds() -> None:
    free, bound, bound_longer = (
        lifetime_value(margin_minor=10_000, tenure=30, contract_months_left=months).value_minor for months in (0, 6, 24)
    )

    assert free < bound < bound_longer


def test_lifetime_value_of_a_line_sold_under_cost_is_a_loss() -> None:
    assert lifetime_value(margin_minor=-1_000, tenure=30, contract_months_left=None).value_minor < 0


@given(margin=st.integers(0, 100_000), tenure=st.integers(0, 400), contract=st.none() | st.integers(0, 60))
def test_lifetime_value_is_never_more_than_the_margin_of_the_horizon(
    margin: int, tenure: int, contract: int | None
) -> None:
    found = lifetime_value(margin_minor=margin, tenure=tenure, contract_months_left=contract)

    assert 0 <= found.value_minor <= found.undiscounted_minor <= margin * HORIZON_MONTHS


@pytest.mark.parametrize(
    ("annual", "tier"),
    [(0, Tier.LOW), (107_999, Tier.LOW), (108_000, Tier.MID), (215_999, Tier.MID), (216_000, Tier.HIGH)],
)
def test_tiers_begin_where_they_say(annual: int, tier: Tier) -> None:
    assert value_tier(annual) == tier


# Month to month after three years, nothing on file: -60 + 14.
QUIET = RiskFacts(tenure_months=36)


@pytest.mark.parametrize(
    ("facts", "code", "points", "number"),
    [
        ({"contract_months_left": 0}, RiskCode.CONTRACT_ENDING, 12, 0),
        ({"contract_months_left": 3}, RiskCode.CONTRACT_ENDING, 12, 3),
        ({"promotion_ended_days": 41}, RiskCode.PROMOTION_ENDED, 16, 41),
        ({"price_rise_minor": 600}, RiskCode.PRICE_RISE, 10, 600),
        ({"outages_60d": 2}, RiskCode.OUTAGES, 8, 2),
        ({"outages_60d": 3}, RiskCode.OUTAGES_MANY, 16, 3),
        ({"open_complaints": 1}, RiskCode.COMPLAINT_OPEN, 10, 1),
        ({"open_complaints": 4}, RiskCode.COMPLAINTS_MANY, 16, 4),
        ({"cancel_calls_12m": 1}, RiskCode.CANCEL_CALL, 12, 1),
        ({"cancel_calls_12m": 2}, RiskCode.CANCEL_CALLS_MANY, 20, 2),
        ({"autopay": False}, RiskCode.AUTOPAY_OFF, 8, 0),
        ({"past_due": True}, RiskCode.PAST_DUE, 10, 0),
        ({"rival_named": True, "rival_price_minor": 5_500}, RiskCode.RIVAL_NAMED, 20, 5_500),
        ({"tenure_months": 2}, RiskCode.NEW_CUSTOMER, 10, 2),
        ({"tenure_months": 8}, RiskCode.FIRST_YEAR, 6, 8),
        ({"tenure_months": 12}, RiskCode.ANNIVERSARY, 32, 13),
        ({"tenure_months": 24}, RiskCode.ANNIVERSARY, 32, 25),
    ],
)
def test_what_raises_the_risk_is_told_with_its_points_and_its_number(
    facts: dict[str, Any], code: RiskCode, points: int, number: int
) -> None:
    found = risk(replace(QUIET, **facts))

    assert (points, number) in [(one.points, one.number) for one in found.reasons if one.code == code]
    contract = 0 if "contract_months_left" in facts else 14
    assert found.points == BASE_POINTS + contract + points


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({}, -46),
        ({"contract_months_left": 4}, -80),
        ({"promotion_ended_days": 91}, -46),
        ({"autopay": None}, -46),
        ({"autopay": True}, -46),
        ({"tenure_months": 60}, -58),
        ({"tenure_months": 120}, -66),
        ({"opening_intent": OpeningIntent.DISCONNECT}, 6),
        ({"opening_intent": OpeningIntent.CHEAPER}, -38),
        ({"opening_intent": OpeningIntent.DOWNGRADE}, -46),
    ],
)
def test_what_is_no_reason_changes_only_the_points(facts: dict[str, Any], points: int) -> None:
    found = risk(replace(QUIET, **facts))

    assert found.points == points
    assert {one.code for one in found.reasons} <= {RiskCode.MONTH_TO_MONTH}


@pytest.mark.parametrize(
    ("facts", "percent", "band", "segments"),
    [
        # 1 / (1 + 2 ^ (46 / 20)) = 16.9 %; at 0 points an even chance; at 20 two to one.
        ({}, 17, RiskBand.LOW, 1),
        ({"past_due": True, "rival_named": True, "promotion_ended_days": 5}, 50, RiskBand.MEDIUM, 3),
        ({"past_due": True, "rival_named": True, "outages_60d": 5, "cancel_calls_12m": 2}, 67, RiskBand.HIGH, 4),
        ({"tenure_months": 200, "contract_months_left": 20}, 3, RiskBand.LOW, 1),
        (
            {"rival_named": True, "outages_60d": 9, "cancel_calls_12m": 9, "opening_intent": OpeningIntent.DISCONNECT},
            90,
            RiskBand.HIGH,
            5,
        ),
    ],
)
def test_the_points_become_a_chance_a_word_and_segments(
    facts: dict[str, Any], percent: int, band: RiskBand, segments: int
) -> None:
    found = risk(replace(QUIET, **facts))

    assert (found.percent, found.band, found.segments) == (percent, band, segments)


def test_twenty_points_double_the_odds() -> None:
    even, doubled = (
        risk(replace(QUIET, past_due=True, rival_named=True, promotion_ended_days=5, cancel_calls_12m=calls))
        for calls in (0, 2)
    )

    assert (even.points, doubled.points) == (0, 20)
    assert round(even.probability, 9) == Decimal("0.5")
    assert round(doubled.probability, 9) == Decimal("0.666666667")


def test_at_most_three_reasons_the_strongest_first() -> None:
    found = risk(
        RiskFacts(
            tenure_months=74,
            contract_months_left=1,
            promotion_ended_days=41,
            outages_60d=3,
            open_complaints=1,
            rival_named=True,
            rival_price_minor=5_500,
            opening_intent=OpeningIntent.DISCONNECT,
        )
    )

    assert [one.code for one in found.reasons] == [
        RiskCode.RIVAL_NAMED,
        RiskCode.PROMOTION_ENDED,
        RiskCode.OUTAGES_MANY,
    ]


def test_the_caller_who_asks_to_disconnect_with_one_thing_on_file_is_likely_to_leave() -> None:
    disconnecting = replace(QUIET, opening_intent=OpeningIntent.DISCONNECT)

    chances = [
        risk(replace(disconnecting, **facts)).percent
        for facts in (
            {"promotion_ended_days": 20},
            {"rival_named": True},
            {"price_rise_minor": 500},
            {"outages_60d": 3},
        )
    ]

    assert all(60 <= chance <= 80 for chance in chances)


def test_the_table_has_each_code_once_and_falls_within_a_group() -> None:
    assert sorted(factor.code for factor in SCORECARD) == sorted(RiskCode)


FACTS = st.builds(
    RiskFacts,
    tenure_months=st.integers(0, 400),
    contract_months_left=st.none() | st.integers(0, 36),
    promotion_ended_days=st.none() | st.integers(0, 400),
    price_rise_minor=st.integers(0, 5_000),
    outages_60d=st.integers(0, 9),
    open_complaints=st.integers(0, 5),
    cancel_calls_12m=st.integers(0, 5),
    autopay=st.none() | st.booleans(),
    past_due=st.booleans(),
    rival_named=st.booleans(),
    opening_intent=st.sampled_from(OpeningIntent),
)


@given(facts=FACTS)
def test_risk_is_always_a_chance_with_a_word_that_fits_its_segments(facts: RiskFacts) -> None:
    found = risk(facts)

    assert 0 < found.probability < 1
    assert 1 <= found.percent <= 99
    assert {1: RiskBand.LOW, 2: RiskBand.LOW, 3: RiskBand.MEDIUM, 4: RiskBand.HIGH, 5: RiskBand.HIGH}[
        found.segments
    ] == found.band
    assert len(found.reasons) <= 3


@given(facts=FACTS)
def test_another_outage_complaint_or_cancel_call_never_lowers_the_risk(facts: RiskFacts) -> None:
    for worse in (
        replace(facts, outages_60d=facts.outages_60d + 1),
        replace(facts, open_complaints=facts.open_complaints + 1),
        replace(facts, cancel_calls_12m=facts.cancel_calls_12m + 1),
        replace(facts, past_due=True),
        replace(facts, rival_named=True),
    ):
        assert risk(worse).points >= risk(facts).points
