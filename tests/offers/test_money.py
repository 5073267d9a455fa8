"""Rounding, shares and splitting without loss."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.money import CurrencyMismatch, allocate, round_half_up, same_currency, scale, share


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("2.5", 3), ("2.49", 2), ("-2.5", -3), ("-2.49", -2), ("0.5", 1), ("3.5", 4), ("0", 0), ("1e15", 10**15)],
)
def test_a_half_goes_away_from_zero(value: str, rounded: int) -> None:
    assert round_half_up(Decimal(value)) == rounded


@pytest.mark.parametrize(
    ("minor", "percent", "part"),
    [
        (7_999, 20, 1_600),
        (7_999, 25, 2_000),
        (10_050, 5, 503),
        (10_050, Decimal("2.5"), 251),
        (-7_999, 20, -1_600),
        (0, 50, 0),
    ],
)
def test_share_is_rounded_half_up(minor: int, percent: int | Decimal, part: int) -> None:
    assert share(minor, percent) == part


def test_scale_multiplies_by_a_factor() -> None:
    assert scale(19_599, Decimal("0.5")) == 9_800


@pytest.mark.parametrize(
    ("minor", "weights", "parts"),
    [
        (100, (1, 1, 1), (34, 33, 33)),
        (100, (40, 35, 25), (40, 35, 25)),
        (101, (40, 35, 25), (41, 35, 25)),
        (5, (0, 3, 7), (0, 2, 3)),
        (-100, (1, 1, 1), (-34, -33, -33)),
        (0, (1, 2), (0, 0)),
    ],
)
def test_allocate_gives_what_is_left_over_to_the_largest_remainders(
    minor: int, weights: tuple[int, ...], parts: tuple[int, ...]
) -> None:
    assert allocate(minor, weights) == parts


@pytest.mark.parametrize("weights", [(), (0, 0), (1, -1)])
def test_allocate_refuses_weights_that_split_nothing(weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate(100, weights)


@given(
    minor=st.integers(-(10**12), 10**12),
    weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(lambda weights: sum(weights) > 0),
)
def test_allocate_never_loses_a_cent_and_never_strays_by_one(minor: int, weights: list[int]) -> None:
    parts = allocate(minor, weights)

    assert sum(parts) == minor
    assert all(abs(part - Decimal(minor) * w / sum(weights)) < 1 for part, w in zip(parts, weights, strict=True))


def test_same_currency_names_the_one_there_is() -> None:
    assert same_currency("USD", "USD") == "USD"


@pytest.mark.parametrize("currencies", [("USD", "EUR"), ()])
def test_same_currency_refuses_a_mixture(currencies: tuple[str, ...]) -> None:
    with pytest.raises(CurrencyMismatch) as refusal:
        same_currency(*currencies)

    assert refusal.value.currencies == currencies
