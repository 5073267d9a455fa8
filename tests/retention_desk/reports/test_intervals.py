"""Intervals against published examples."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_desk.reports.intervals import (
    FunnelLimits,
    funnel_limits,
    kaplan_meier,
    mean_interval,
    newcombe,
    ratio_interval,
    stays_at,
    wilson,
)


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 857, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_gives_the_published_intervals(numerator: int, denominator: int, low: float, high: float) -> None:
    found = wilson(numerator, denominator)

    assert found == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 0), (5, 4), (-1, 4)])
def test_wilson_refuses_what_is_no_share(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="not a share"):
        wilson(numerator, denominator)


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_within_nought_and_one(share: tuple[int, int]) -> None:
    low, high = wilson(*share)

    assert 0 <= low <= share[0] / share[1] <= high <= 1


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 873, table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_gives_the_published_intervals(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    assert newcombe(first, second) == pytest.approx((low, high), abs=5e-5)


def test_mean_interval_is_worked_out_from_the_sums() -> None:
    # 2, 4, 4, 4, 5, 5, 7, 9 (in hundreds): mean 5, sample variance 32/7; 1.96 x sqrt(32/7 / 8) = 1.4816.
    amounts = [200, 400, 400, 400, 500, 500, 700, 900]

    found = mean_interval(len(amounts), sum(amounts), sum(amount * amount for amount in amounts))

    assert found == (500, 352, 648)


@pytest.mark.parametrize(
    ("n", "total", "squared", "found"), [(0, 0, 0, None), (1, 500, 250_000, None), (2, 200, 20_000, (100, 100, 100))]
)
def test_mean_interval_needs_two_cases(n: int, total: int, squared: int, found: object) -> None:
    assert mean_interval(n, total, squared) == found


def test_ratio_interval_of_a_constant_bottom_is_the_means() -> None:
    amounts = [200, 400, 400, 400, 500, 500, 700, 900]

    found = ratio_interval(
        8,
        top=sum(amounts),
        bottom=8,
        top_squared=sum(amount * amount for amount in amounts),
        bottom_squared=8,
        product=sum(amounts),
    )

    assert found is not None
    assert [round(part) for part in found] == [500, 352, 648]


def test_ratio_interval_is_the_delta_methods() -> None:
    # Costs 90, 0, 60, 0 and saves 1, 0, 1, 1: 150 / 3 = 50; residuals 40, 0, 10, -50: 4,200 x 4/3 = 5,600.
    found = ratio_interval(4, top=150, bottom=3, top_squared=90 * 90 + 60 * 60, bottom_squared=3, product=150)

    half = 1.959963984540054 * math.sqrt(5_600) / 3
    assert found is not None
    assert [float(part) for part in found] == pytest.approx([50, 50 - half, 50 + half])


@pytest.mark.parametrize(("n", "bottom"), [(1, 1), (0, 0), (10, 0)])
def test_ratio_interval_needs_cases_and_something_to_divide_by(n: int, bottom: int) -> None:
    assert ratio_interval(n, top=5, bottom=bottom, top_squared=25, bottom_squared=bottom, product=5) is None


def binomial_up_to(count: int, n: int, p: float) -> float:
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(count + 1))


@pytest.mark.parametrize(("target", "n"), [(0.33, 12), (0.33, 60), (0.5, 200), (0.05, 40), (0.97, 300)])
def test_funnel_limits_enclose_the_binomial_quantiles(target: float, n: int) -> None:
    found = funnel_limits(target, n)

    for share, level in (
        (found.low_998, 0.001),
        (found.low_95, 0.025),
        (found.high_95, 0.975),
        (found.high_998, 0.999),
    ):
        # The limit lies at most one count below the first count that reaches the level.
        first = next(count for count in range(n + 1) if binomial_up_to(count, n, target) >= level)
        assert max(first - 1, 0) <= share * n + 1e-6
        assert share * n <= first + 1e-6


def test_funnel_limits_interpolate_between_counts() -> None:
    # n = 4, p = 1/2: P(R <= 0) = 1/16, so 2.5 % is 0.4 of the way to it: (0 - (1/16 - 0.025) x 16) / 4 < 0, held at 0.
    # P(R <= 3) = 15/16 and P(R <= 4) = 1: (4 - (1 - 0.975) x 16) / 4 = 0.9.
    found = funnel_limits(0.5, 4)

    assert (found.low_95, found.low_998) == (0.0, 0.0)
    assert found.high_95 == pytest.approx(0.9)
    assert found.high_998 == pytest.approx(0.996)


@given(st.floats(0.01, 0.99), st.integers(1, 5_000))
def test_funnel_limits_are_in_order_and_hold_the_target(target: float, n: int) -> None:
    found = funnel_limits(target, n)

    assert 0 <= found.low_998 <= found.low_95 <= found.high_95 <= found.high_998 <= 1
    assert found.low_95 <= target + 1 / n
    assert found.high_95 >= target - 1 / n


def test_funnel_limits_narrow_with_the_contacts() -> None:
    small, large = funnel_limits(0.33, 50), funnel_limits(0.33, 5_000)

    assert large.high_95 - large.low_95 < (small.high_95 - small.low_95) / 5
    # Far out they are the normal ones: 0.33 +- 1.96 x sqrt(0.33 x 0.67 / 5,000).
    assert (large.low_95, large.high_95) == pytest.approx((0.3170, 0.3430), abs=3e-4)


@pytest.mark.parametrize("target", [0, 1])
def test_funnel_of_a_sure_thing_is_a_line(target: int) -> None:
    assert funnel_limits(target, 10) == FunnelLimits(10, target, target, target, target)


@pytest.mark.parametrize(("target", "n"), [(-0.1, 5), (1.1, 5), (0.5, 0)])
def test_there_is_no_funnel_for_nonsense(target: float, n: int) -> None:
    with pytest.raises(ValueError, match="no funnel"):
        funnel_limits(target, n)


# Remission in weeks under 6-MP (Freireich 1963), as in Klein and Moeschberger, Survival Analysis, example 4.1.
LEFT = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_THERE = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
REMISSIONS = [(week, True) for week in LEFT] + [(week, False) for week in STILL_THERE]


def test_kaplan_meier_gives_the_published_curve() -> None:
    curve = kaplan_meier(REMISSIONS)

    assert [(step.day, step.at_risk, step.left) for step in curve] == [
        (0, 21, 0),
        (6, 21, 3),
        (7, 17, 1),
        (10, 15, 1),
        (13, 12, 1),
        (16, 11, 1),
        (22, 7, 1),
        (23, 6, 1),
        (35, 1, 0),
    ]
    assert [step.share for step in curve[1:8]] == pytest.approx(
        [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4
    )
    assert [step.error for step in curve[1:8]] == pytest.approx(
        [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], abs=1e-4
    )


def test_kaplan_meier_has_the_log_log_band() -> None:
    # R survfit(conf.type = "log-log") for the same data, weeks 6 and 23.
    curve = {step.day: step for step in kaplan_meier(REMISSIONS)}

    assert (curve[6].low, curve[6].high) == pytest.approx((0.620, 0.952), abs=1e-3)
    assert (curve[23].low, curve[23].high) == pytest.approx((0.188, 0.680), abs=1e-3)


def test_kaplan_meier_is_the_plain_share_while_everybody_is_seen() -> None:
    curve = kaplan_meier([(10, True), (20, True), (90, False), (90, False)])

    assert [(step.day, step.share) for step in curve] == [(0, 1.0), (10, 0.75), (20, 0.5), (90, 0.5)]


def test_kaplan_meier_ends_when_the_last_one_has_left() -> None:
    last = kaplan_meier([(10, True), (20, True)])[-1]

    assert (last.day, last.share, last.error, last.low) == (20, 0.0, 0.0, 0.0)
    assert last.high > 0


def test_kaplan_meier_of_nobody_leaving_is_flat_and_of_nobody_is_empty() -> None:
    assert [(step.share, step.low, step.high) for step in kaplan_meier([(30, False)])] == [(1.0, 1.0, 1.0)] * 2
    assert kaplan_meier([]) == ()


@pytest.mark.parametrize(("day", "share"), [(0, 1.0), (9, 1.0), (10, 0.75), (30, 0.5), (90, 0.5), (91, None)])
def test_the_curve_is_read_at_a_day_and_says_nothing_beyond_its_end(day: int, share: float | None) -> None:
    step = stays_at(kaplan_meier([(10, True), (20, True), (90, False), (90, False)]), day)

    assert (step.share if step else None) == share


def test_an_empty_curve_says_nothing() -> None:
    assert stays_at((), 30) is None


@given(st.lists(st.tuples(st.integers(1, 400), st.booleans()), min_size=1, max_size=60))
def test_kaplan_meier_only_falls_and_keeps_its_band(stays: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier(stays)

    assert all(step.low <= step.share <= step.high for step in curve)
    assert [step.share for step in curve] == sorted((step.share for step in curve), reverse=True)
