"""The figures of the save report: what counts as what, rates with intervals, and when a number says too little.

Pure: counts and sums in, figures out; the words (formula, denominator) are in `definitions`. Rates are floats 0..1
because they are estimates; money stays integer minor units, its intervals rounded half up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from customers.choices import DispositionKind

EPISODE = timedelta(days=7)
TOO_FEW = 30


class Outcome(StrEnum):
    """What became of an episode: Accepted an offer, Kept without, Paused, Downgraded, X cancelled, Undecided."""

    A = "A"
    K = "K"
    P = "P"
    D = "D"
    X = "X"
    U = "U"


@dataclass(frozen=True, slots=True)
class ClosedCall:
    """One closed call with the disposition that counts. `controllable` is False for death and moves out of the area."""

    call_id: int
    customer_id: int
    opened_at: datetime
    disposition: DispositionKind
    offer_accepted: bool
    controllable: bool = True
    cost_minor: int = 0


@dataclass(frozen=True, slots=True)
class Episode:
    """A customer's cancel calls within 7 days of the first. `deciding_call_id` gave the outcome; `cost_minor` sums
    its calls.
    """

    customer_id: int
    first_call_id: int
    deciding_call_id: int
    opened_at: datetime
    outcome: Outcome
    controllable: bool
    cost_minor: int
    calls: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Episodes by outcome."""

    a: int = 0
    k: int = 0
    p: int = 0
    d: int = 0
    x: int = 0
    u: int = 0

    @property
    def c(self) -> int:
        """All cancel contacts."""
        return self.a + self.k + self.p + self.d + self.x + self.u


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % Wilson interval, 0..1; all None where there is nothing to divide by."""

    numerator: int
    denominator: int
    value: float | None
    low: float | None
    high: float | None
    too_few: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two shares with its 95 % Newcombe interval, -1..1. `clear`: the interval leaves out 0."""

    value: float | None
    low: float | None
    high: float | None
    clear: bool


@dataclass(frozen=True, slots=True)
class Amount:
    """An average amount in minor units with its 95 % interval; None where it cannot be told."""

    value_minor: int | None
    low_minor: int | None
    high_minor: int | None
    n: int
    too_few: bool


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
    """One step of a Kaplan-Meier curve: from `day` on, the share still here, Greenwood's error, 95 % band, and how
    many were at risk.
    """

    day: int
    at_risk: int
    left: int
    share: float
    error: float
    low: float
    high: float


def outcome_of(disposition: DispositionKind, *, offer_accepted: bool) -> Outcome | None:
    """The outcome class; None for what is no cancel contact."""
    raise NotImplementedError


def episodes(calls: Iterable[ClosedCall]) -> tuple[Episode, ...]:
    """Collapse calls into episodes; the last definitive disposition stands. Ordered by opening time."""
    raise NotImplementedError


def tally(outcomes: Iterable[Outcome]) -> Tally:
    """Count outcomes."""
    raise NotImplementedError


def wilson(numerator: int, denominator: int, *, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson's score interval (1927)."""
    raise NotImplementedError


def rate(numerator: int, denominator: int) -> Rate:
    """A share with its interval and whether it says too little."""
    raise NotImplementedError


def difference(now: Rate, before: Rate) -> Difference:
    """`now` - `before` with Newcombe's hybrid score interval (1998, method 10)."""
    raise NotImplementedError


def deflection(t: Tally) -> Rate:
    """(C - X) / C."""
    raise NotImplementedError


def strict_save(t: Tally) -> Rate:
    """A / C."""
    raise NotImplementedError


def save(t: Tally) -> Rate:
    """(A + K + D) / C."""
    raise NotImplementedError


def controllable_save(all_: Tally, uncontrollable: Tally) -> Rate:
    """Save over those that somebody could have kept."""
    raise NotImplementedError


def excluded_share(all_: Tally, uncontrollable: Tally) -> Rate:
    """Share of contacts left out of the controllable save."""
    raise NotImplementedError


def take_rate(accepted: int, presented: int) -> Rate:
    """Accepted / presented."""
    raise NotImplementedError


def mean(n: int, total_minor: int, total_squared: int) -> Amount:
    """Average amount with a normal interval, from sums."""
    raise NotImplementedError


def cost_per_save(*, n: int, saves: int, cost_minor: int, cost_squared: int, cost_of_saves_minor: int) -> Amount:
    """Cost of all episodes / saves, a ratio of sums with the delta method's interval."""
    raise NotImplementedError


def funnel_limits(target: float, n: int) -> FunnelLimits:
    """Exact binomial limits, interpolated (Spiegelhalter 2005)."""
    raise NotImplementedError


def kaplan_meier(stays: Sequence[tuple[int, bool]]) -> tuple[Survival, ...]:
    """Share still here by day, from (days seen, left) pairs."""
    raise NotImplementedError
