"""Which terms an offer version allows, and what is nearest to terms that it does not."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.choices import OfferKind, ReasonCode
from offers.terms import SCHEMAS, Bounds, CostModel, Range, Term, Terms, snap, validate
from tests.offers.cases import BOUNDS, PERCENT, TODAY, percent_off

ALL_BOUNDS = [pytest.param(bounds, id=str(kind)) for kind, bounds in BOUNDS.items()]


def test_every_kind_has_a_schema_and_a_case() -> None:
    assert SCHEMAS.keys() == set(OfferKind) == BOUNDS.keys()


@pytest.mark.parametrize("bounds", ALL_BOUNDS)
def test_the_default_terms_may_be_booked(bounds: Bounds) -> None:
    assert validate(snap(bounds.default, bounds, today=TODAY), bounds, today=TODAY) == []


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        (percent_off(20, 6), []),
        (percent_off(0, 6), [("percent", ReasonCode.BOUNDS, 0)]),
        (percent_off(55, 6), [("percent", ReasonCode.BOUNDS, 55)]),
        (percent_off(22, 6), [("percent", ReasonCode.STEP, 22)]),
        (percent_off(20, 7), [("months", ReasonCode.STEP, 7)]),
        (percent_off(-20, 99), [("percent", ReasonCode.BOUNDS, -20), ("months", ReasonCode.BOUNDS, 99)]),
        (replace(percent_off(20, 6), amount_minor=1), [("amount_minor", ReasonCode.BOUNDS, 1)]),
        (replace(percent_off(20, 6), currency="EUR"), [("currency", ReasonCode.CURRENCY, None)]),
        (replace(percent_off(20, 6), kind=OfferKind.CREDIT), [("kind", ReasonCode.BOUNDS, None)]),
        (replace(percent_off(20, 6), product="TV-BASIC"), [("product", ReasonCode.BOUNDS, None)]),
        (replace(percent_off(20, 6), words="and a kitten"), [("words", ReasonCode.BOUNDS, None)]),
        (replace(percent_off(20, 6), fix_by=TODAY), [("fix_by", ReasonCode.BOUNDS, None)]),
    ],
)
def test_validate_names_the_term_the_reason_and_what_was_asked(
    terms: Terms, found: list[tuple[str, ReasonCode, int | None]]
) -> None:
    problems = validate(terms, PERCENT, today=TODAY)

    assert [(problem.term, problem.code, problem.asked) for problem in problems] == found


@pytest.mark.parametrize(
    ("kind", "changes", "term"),
    [
        (OfferKind.FREE_ADDON, {"product": "TV-BASIC"}, Term.PRODUCT),
        (OfferKind.FREE_ADDON, {"product": ""}, Term.PRODUCT),
        (OfferKind.GIFT, {"words": "  "}, Term.WORDS),
        (OfferKind.APOLOGY, {"fix_by": None}, Term.FIX_BY),
        (OfferKind.APOLOGY, {"fix_by": TODAY - timedelta(days=1)}, Term.FIX_BY),
        (OfferKind.APOLOGY, {"fix_by": TODAY + timedelta(days=8)}, Term.FIX_BY),
    ],
)
def test_validate_wants_the_parts_that_are_no_numbers(kind: OfferKind, changes: dict[str, Any], term: Term) -> None:
    bounds = BOUNDS[kind]

    problems = validate(replace(bounds.default, **changes), bounds, today=TODAY)

    assert [problem.term for problem in problems] == [term]


@pytest.mark.parametrize("fix_by", [TODAY, TODAY + timedelta(days=7)])
def test_a_fix_may_be_promised_for_today_and_for_the_last_day(fix_by: date) -> None:
    bounds = BOUNDS[OfferKind.APOLOGY]

    assert validate(replace(bounds.default, fix_by=fix_by), bounds, today=TODAY) == []


@pytest.mark.parametrize(
    ("asked", "snapped"),
    [((22, 7), (20, 6)), ((23, 8), (25, 9)), ((0, 0), (5, 3)), ((99, 99), (50, 12)), ((-5, 1), (5, 3))],
)
def test_snap_takes_each_number_to_its_nearest_step(asked: tuple[int, int], snapped: tuple[int, int]) -> None:
    assert snap(percent_off(*asked), PERCENT, today=TODAY) == percent_off(*snapped)


def test_snap_takes_the_lower_step_on_a_tie() -> None:
    assert Range(500, 2_500, 1_000).nearest(1_000) == 500


def test_snap_fills_what_is_missing_from_the_default_and_empties_what_does_not_belong() -> None:
    terms = Terms(OfferKind.GIFT, "EUR", percent=20, months=6, product="TV-BASIC", fix_by=TODAY)

    assert snap(terms, BOUNDS[OfferKind.GIFT], today=TODAY) == Terms(
        OfferKind.GIFT, "USD", amount_minor=5_000, words="Gift card"
    )


def test_snap_holds_a_promised_day_within_reach() -> None:
    bounds = BOUNDS[OfferKind.APOLOGY]

    days = [
        snap(replace(bounds.default, fix_by=day), bounds, today=TODAY).fix_by
        for day in (None, TODAY - timedelta(days=3), TODAY + timedelta(days=2), TODAY + timedelta(days=90))
    ]

    assert days == [TODAY + timedelta(days=offset) for offset in (7, 0, 2, 7)]


@given(
    kind=st.sampled_from(OfferKind),
    percent=st.integers(-10, 200),
    months=st.integers(-3, 99),
    amount=st.integers(-1_000, 100_000),
    product=st.sampled_from(["", "TV-BASIC", "TV-SPORTS", "NONE"]),
    words=st.sampled_from(["", "Gift card"]),
    fix_by=st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_snapping_always_gives_what_may_be_booked_and_twice_is_once(
    kind: OfferKind, percent: int, months: int, amount: int, product: str, words: str, fix_by: date | None
) -> None:
    terms = Terms(kind, "USD", percent, months, amount, product, words, fix_by)
    bounds = BOUNDS[kind]

    snapped = snap(terms, bounds, today=TODAY)

    assert validate(snapped, bounds, today=TODAY) == []
    assert snap(snapped, bounds, today=TODAY) == snapped


@pytest.mark.parametrize(("low", "high", "step"), [(0, 5, 5), (-5, 5, 5), (10, 5, 5), (5, 10, 0), (5, 12, 5)])
def test_a_range_that_nobody_could_explain_is_refused(low: int, high: int, step: int) -> None:
    with pytest.raises(ValueError, match="not a range"):
        Range(low, high, step)


@pytest.mark.parametrize(
    ("value", "inside"), [(5, True), (50, True), (20, True), (0, False), (55, False), (22, False), ("20", False)]
)
def test_a_range_holds_its_steps_and_nothing_else(value: object, inside: object) -> None:
    assert (value in Range(5, 50, 5)) is inside


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"percent": None}, "needs percent"),
        ({"amount": Range(1, 5)}, "has no amount_minor"),
        ({"items": BOUNDS[OfferKind.FREE_ADDON].items}, "has no product"),
        ({"fix_within_days": 3}, "has no fix_by"),
        ({"percent": Range(5, 105, 5)}, "at most 100"),
        ({"default": percent_off(22, 6)}, "break the bounds: percent"),
        ({"default": replace(percent_off(20, 6), currency="EUR")}, "break the bounds: currency"),
    ],
)
def test_bounds_that_do_not_fit_their_kind_are_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        replace(PERCENT, **changes)


def test_bounds_find_their_items_by_code() -> None:
    bounds = BOUNDS[OfferKind.FREE_ADDON]

    assert bounds.item("TV-SPORTS") is bounds.items[0]
    with pytest.raises(ValueError, match="no item 'TV-BASIC'"):
        bounds.item("TV-BASIC")


@pytest.mark.parametrize(
    "numbers",
    [
        {"share_percent": 101},
        {"share_percent": -1},
        {"monthly_minor": -1},
        {"fixed_minor": -1},
        {"horizon_months": 0},
        {"horizon_months": 61},
    ],
)
def test_a_cost_model_that_makes_money_is_refused(numbers: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"cost|months"):
        CostModel(**numbers)
