"""Which offer first, and when none is better than one."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.ranking import BaseFigures, Candidate, acceptance, expected_value, fitting, let_them_go, rank
from tests.offers.cases import credit, percent_off

TWENTY = Candidate(
    code="INTERNET-20",
    terms=percent_off(20, 6),
    figures=BaseFigures(accept_percent=38, stay_percent=77),
    stay_without_percent=22,
    saving_minor=9_600,
    default_saving_minor=9_600,
    cost_minor=9_600,
    margin_minor=10_000,
)
CREDIT = replace(
    TWENTY,
    code="CREDIT-40",
    terms=credit(4_000),
    figures=BaseFigures(accept_percent=33, stay_percent=78),
    saving_minor=4_000,
    default_saving_minor=4_000,
    cost_minor=11_500,
)


@pytest.mark.parametrize("percent", [0, 1, 38, 50, 99, 100])
def test_acceptance_at_the_default_terms_is_the_catalogues(percent: int) -> None:
    assert acceptance(percent, saving_minor=9_600, default_saving_minor=9_600) == Decimal(percent) / 100


@pytest.mark.parametrize(
    ("saving", "chance"),
    # Odds 1 at 50 %; 2 ^ 0.75 = 1.6818, 4 ^ 0.75 = 2.8284, 0.5 ^ 0.75 = 0.5946.
    [(20_000, "0.6271"), (40_000, "0.7388"), (5_000, "0.3729"), (0, "0"), (-5_000, "0")],
)
def test_acceptance_follows_the_depth_of_the_terms(saving: int, chance: str) -> None:
    found = acceptance(50, saving_minor=saving, default_saving_minor=10_000)

    assert round(found, 4) == Decimal(chance)


def test_acceptance_of_what_saves_no_money_is_the_catalogues() -> None:
    assert acceptance(30, saving_minor=0, default_saving_minor=0) == Decimal("0.3")


@given(
    percent=st.integers(0, 100),
    saving=st.integers(-1_000, 500_000),
    more=st.integers(1, 100_000),
    default=st.integers(0, 100_000),
)
def test_acceptance_is_a_chance_and_never_falls_with_the_saving(
    percent: int, saving: int, more: int, default: int
) -> None:
    less = acceptance(percent, saving_minor=saving, default_saving_minor=default)
    deeper = acceptance(percent, saving_minor=saving + more, default_saving_minor=default)

    assert 0 <= less <= deeper <= 1


@pytest.mark.parametrize(
    ("accept", "stay", "without", "ends_in", "handling", "value"),
    [
        # 0.40 x ((0.80 - 0.20) x 100.00 x 12 - 96.00) = 0.40 x (720.00 - 96.00).
        ("0.40", "0.80", "0.20", 0, 0, 24_960),
        # The discount ends after 6 months: 0.80 x 10 % x 100.00 x 6 = 48.00 is lost again.
        ("0.40", "0.80", "0.20", 6, 0, 23_040),
        # It outlives the horizon: nothing is lost within it.
        ("0.40", "0.80", "0.20", 12, 0, 24_960),
        ("0.40", "0.80", "0.20", 0, 1_000, 23_960),
        # They would stay anyway: the offer gives away its cost and more.
        ("0.40", "0.80", "0.90", 0, 0, -8_640),
        ("0", "0.80", "0.20", 0, 500, -500),
    ],
)
def test_expected_value_is_what_staying_gains_less_what_it_costs(
    accept: str, stay: str, without: str, ends_in: int, handling: int, value: int
) -> None:
    assert (
        expected_value(
            accept=Decimal(accept),
            stay_if_accepted=Decimal(stay),
            stay_without=Decimal(without),
            margin_minor=10_000,
            cost_minor=9_600,
            ends_in_months=ends_in,
            handling_minor=handling,
        )
        == value
    )


def test_rank_puts_the_best_expected_value_first() -> None:
    ranked = rank([CREDIT, TWENTY])

    # 0.38 x (0.55 x 1,200.00 - 96.00) = 214.32; 0.33 x (0.56 x 1,200.00 - 115.00) = 183.81.
    assert [(one.candidate.code, one.place, one.value_minor) for one in ranked] == [
        ("INTERNET-20", 1, 21_432),
        ("CREDIT-40", 2, 18_381),
    ]
    # 0.38 x 0.77 + 0.62 x 0.22.
    assert ranked[0].stay_with == Decimal("0.4290")
    assert ranked[0].stay_without == Decimal("0.22")


def test_rank_puts_closed_offers_last_and_gives_them_no_place() -> None:
    ranked = rank([replace(TWENTY, open=False), CREDIT])

    assert [(one.candidate.code, one.place) for one in ranked] == [("CREDIT-40", 1), ("INTERNET-20", 0)]


def test_rank_prefers_the_cheaper_and_then_the_code_on_a_tie() -> None:
    free = replace(TWENTY, figures=BaseFigures(accept_percent=0, stay_percent=77))
    tied = [replace(free, code="B"), replace(free, code="C", cost_minor=1), replace(free, code="A")]

    assert [one.candidate.code for one in rank(tied)] == ["C", "A", "B"]


@given(
    order=st.permutations(range(6)),
    costs=st.lists(st.integers(0, 50_000), min_size=6, max_size=6),
    open_=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_rank_gives_one_order_whatever_order_came_in(order: list[int], costs: list[int], open_: list[bool]) -> None:
    candidates = [replace(TWENTY, code=f"O{n}", cost_minor=costs[n], open=open_[n]) for n in range(6)]

    assert rank([candidates[n] for n in order]) == rank(candidates)


def test_letting_go_is_the_answer_when_nothing_is_worth_its_cost() -> None:
    dear = replace(TWENTY, cost_minor=500_000)

    assert let_them_go(rank([dear]))
    assert let_them_go(rank([dear, replace(TWENTY, open=False)]))
    assert let_them_go(rank([]))
    assert not let_them_go(rank([dear, CREDIT]))


def test_an_offer_fits_what_was_found_in_that_order() -> None:
    found = ["PROMOTION_ENDED", "OUTAGES", "PRICE", "PROMOTION_ENDED"]

    assert fitting(frozenset({"PRICE", "PROMOTION_ENDED", "MOVING"}), found) == ("PROMOTION_ENDED", "PRICE")
