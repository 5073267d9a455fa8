"""How sure a number is: intervals for shares, differences, averages and ratios, funnel limits, and staying over time.

Pure and exact about its sources; each function names the paper its formula is from. Shares are floats 0..1, because
they are estimates; amounts are integer minor units in and out, with `Decimal` inside.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import exp, isclose, lgamma, log, log1p, sqrt

from customers.money import round_half_up

Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """Where a rate of n contacts may lie when the true one is the target: 95 % and 99.8 %, 0..1."""

    n: int
    low_95: float
    high_95: float
    low_998: float
    high_998: float


@dataclass(frozen=True, slots=True)
class Survival:
    """One step of a Kaplan-Meier curve.

    From `day` on `share` (0..1) are still here, with Greenwood's standard error and a 95 % band. `at_risk` were seen
    up to that day, `left` of them left on it.
    """

    day: int
    at_risk: int
    left: int
    share: float
    error: float
    low: float
    high: float


def wilson(numerator: int, denominator: int, *, z: float = Z_95) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927). Holds up for few cases and for shares near 0 and 1, and stays in
    0..1.

    Raises ValueError unless 0 <= numerator <= denominator and denominator > 0.
    """
    if not 0 <= numerator <= denominator or denominator == 0:
        raise ValueError(f"not a share: {numerator} of {denominator}")
    p = numerator / denominator
    centre = p + z * z / (2 * denominator)
    half = z * sqrt(p * (1 - p) / denominator + z * z / (4 * denominator * denominator))
    scale = 1 + z * z / denominator
    # At the ends the formula gives exactly 0 and 1; floating point would miss them by a hair.
    low = 0.0 if numerator == 0 else (centre - half) / scale
    high = 1.0 if numerator == denominator else (centre + half) / scale
    return low, high


def newcombe(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
    """The 95 % interval of share `first` - share `second`, each as (numerator, denominator).

    Newcombe 1998, method 10: the distances of both Wilson intervals combined as the sides of a right angle.
    """
    p1, p2 = first[0] / first[1], second[0] / second[1]
    low1, high1 = wilson(*first)
    low2, high2 = wilson(*second)
    gap = p1 - p2
    return gap - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2), gap + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)


def mean_interval(n: int, total_minor: int, squared: int) -> tuple[int, int, int] | None:
    """Average amount and its 95 % interval in minor units, from the count, the sum and the sum of squares.

    mean +- 1.96 x s / sqrt(n) with the sample's s. The normal quantile stands for Student's, which from 30 cases on
    differs by under 5 %; fewer are marked as too few anyway. None below two cases.
    """
    if n < 2:
        return None
    mean = Decimal(total_minor) / n
    variance = (Decimal(squared) - mean * total_minor) / (n - 1)
    half = Decimal(Z_95) * (max(variance, Decimal(0)) / n).sqrt()
    return round_half_up(mean), round_half_up(mean - half), round_half_up(mean + half)


def ratio_interval(
    n: int, *, top: int, bottom: int, top_squared: int, bottom_squared: int, product: int
) -> tuple[Decimal, Decimal, Decimal] | None:
    """The ratio of two sums over the same n units, with its 95 % interval by the delta method (Cochran 1977, ch. 6).

    `product` is the sum over the units of top x bottom. None where there is nothing to divide by, or fewer than two
    units.
    """
    if n < 2 or bottom == 0:
        return None
    ratio = Decimal(top) / bottom
    residual = max(Decimal(top_squared) - 2 * ratio * product + ratio * ratio * bottom_squared, Decimal(0))
    half = Decimal(Z_95) * (residual * n / (n - 1)).sqrt() / abs(bottom)
    return ratio, ratio - half, ratio + half


def funnel_limits(target: float, n: int) -> FunnelLimits:
    """The limits of a funnel plot at n contacts: exact binomial, interpolated between counts (Spiegelhalter 2005,
    A.1.1).

    Raises ValueError for a target outside 0..1 or no contacts.
    """
    if not 0 <= target <= 1 or n < 1:
        raise ValueError(f"no funnel for {target} of {n}")
    if target in (0, 1):
        return FunnelLimits(n, target, target, target, target)
    low_998, low_95, high_95, high_998 = _binomial_limits(target, n, (0.001, 0.025, 0.975, 0.999))
    return FunnelLimits(n=n, low_95=low_95, high_95=high_95, low_998=low_998, high_998=high_998)


def _binomial_limits(p: float, n: int, levels: Sequence[float]) -> list[float]:
    """The shares below which the binomial distribution has these rising levels, interpolated, held within 0..1."""
    # Nine standard deviations below the mean the distribution function is nothing; starting there saves the way.
    count = max(0, int(n * p - 9 * sqrt(n * p * (1 - p))) - 1)
    below, limits = 0.0, []
    for level in levels:
        while True:
            mass = exp(
                lgamma(n + 1) - lgamma(count + 1) - lgamma(n - count + 1) + count * log(p) + (n - count) * log1p(-p)
            )
            if below + mass >= level or count == n:
                break
            below += mass
            count += 1
        limits.append(min(max((count - (below + mass - level) / mass) / n, 0.0), 1.0))
    return limits


def kaplan_meier(stays: Sequence[tuple[int, bool]]) -> tuple[Survival, ...]:
    """The share still here by day, from (days seen, left on the last of them) for each customer.

    Kaplan and Meier 1958; those still here count until their last known day. Greenwood's (1926) error; the band is
    his on the log(-log) scale, so that it stays in 0..1. Begins with day 0 and ends with the last day anybody was
    seen.
    """
    return curve_of_counts(Counter(stays))


def curve_of_counts(counts: Mapping[tuple[int, bool], int]) -> tuple[Survival, ...]:
    """`kaplan_meier` of how many customers have each (days seen, left on the last of them)."""
    at_risk = sum(counts.values())
    if not at_risk:
        return ()
    steps = [Survival(day=0, at_risk=at_risk, left=0, share=1.0, error=0.0, low=1.0, high=1.0)]
    share, greenwood = 1.0, 0.0
    last = max(day for day, _ in counts)
    for day in sorted({day for day, _ in counts}):
        left = counts.get((day, True), 0)
        if left == at_risk:
            # Nobody is left to vary: the error is not defined, and the upper end is the last one known.
            steps.append(Survival(day, at_risk, left, 0.0, 0.0, 0.0, steps[-1].high))
            break
        if left or day == last:
            share *= 1 - left / at_risk
            greenwood += left / (at_risk * (at_risk - left))
            low, high = _log_log_band(share, greenwood)
            steps.append(Survival(day, at_risk, left, share, share * sqrt(greenwood), low, high))
        at_risk -= left + counts.get((day, False), 0)
    return tuple(steps)


def stays_at(curve: Sequence[Survival], day: int) -> Survival | None:
    """The step of the curve that holds on that day; None where nobody has been seen for so long."""
    if not curve or day > curve[-1].day:
        return None
    return max((step for step in curve if step.day <= day), key=lambda step: step.day)


def _log_log_band(share: float, greenwood: float) -> tuple[float, float]:
    """The 95 % band share ^ exp(+- z x error of log(-log share)); no band while nobody has left."""
    if isclose(share, 1.0):
        return 1.0, 1.0
    spread = exp(Z_95 * sqrt(greenwood) / abs(log(share)))
    return share**spread, share ** (1 / spread)
