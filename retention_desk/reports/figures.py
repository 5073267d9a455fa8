"""The figures of the save report: what counts as what, and each rate and cost from counts and sums.

Pure: the log's rows or their sums in, figures with intervals out. The words (formula, denominator) are in
`definitions`, the statistics in `intervals`. Rates are floats 0..1; money is integer minor units.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from customers.choices import DispositionKind
from customers.money import round_half_up
from retention_desk.reports.intervals import mean_interval, newcombe, ratio_interval, wilson

# A customer's calls within this of the first are one episode.
EPISODE = timedelta(days=7)

# Below this many cases a figure says too little to be read without its interval.
TOO_FEW = 30


class Figure(StrEnum):
    """The figures of the report; `definitions.DEFINITIONS` has the words for each."""

    DEFLECTION = "DEFLECTION"
    STRICT_SAVE = "STRICT_SAVE"
    SAVE = "SAVE"
    CONTROLLABLE_SAVE = "CONTROLLABLE_SAVE"
    EXCLUDED = "EXCLUDED"
    REVENUE_SAVE = "REVENUE_SAVE"
    TAKE_RATE = "TAKE_RATE"
    COST_PER_SAVE = "COST_PER_SAVE"
    STILL_HERE = "STILL_HERE"


class Outcome(StrEnum):
    """What became of an episode: Accepted an offer, Kept without one, Paused, Downgraded, X cancelled, Undecided."""

    A = "A"
    K = "K"
    P = "P"
    D = "D"
    X = "X"
    U = "U"


# None: not a cancel contact. MOVED_WITH_US is a K that an accepted offer makes an A; see `outcome_of`.
OUTCOMES: Mapping[DispositionKind, Outcome | None] = MappingProxyType(
    {
        DispositionKind.SAVED_WITH_OFFER: Outcome.A,
        DispositionKind.SAVED_WITHOUT: Outcome.K,
        DispositionKind.PARTLY_SAVED: Outcome.D,
        DispositionKind.PAUSED: Outcome.P,
        DispositionKind.MOVED_WITH_US: Outcome.K,
        DispositionKind.NAME_TRANSFERRED: Outcome.K,
        DispositionKind.CANCELLED: Outcome.X,
        DispositionKind.PORTING_OUT: Outcome.X,
        DispositionKind.CALL_BACK: Outcome.U,
        DispositionKind.TRANSFERRED: Outcome.U,
        DispositionKind.DROPPED: Outcome.U,
        DispositionKind.NO_CANCEL_INTENT: None,
        DispositionKind.UNAUTHORISED_CALLER: None,
    }
)


@dataclass(frozen=True, slots=True)
class ClosedCall:
    """One closed call with the disposition that counts.

    `controllable` is False for death and moves out of the area; `cost_minor` what was accepted on it, over its life.
    """

    call_id: int
    customer_id: int
    opened_at: datetime
    disposition: DispositionKind
    offer_accepted: bool
    controllable: bool = True
    cost_minor: int = 0


@dataclass(frozen=True, slots=True)
class Episode:
    """A customer's calls within 7 days of the first.

    `deciding_call_id` gave the outcome and says whose episode it is; `cost_minor` sums all its calls; `contacts` counts
    those that were cancel contacts.
    """

    customer_id: int
    first_call_id: int
    deciding_call_id: int
    opened_at: datetime
    outcome: Outcome
    controllable: bool
    cost_minor: int
    contacts: int


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

    @property
    def saved(self) -> int:
        """What `save` counts."""
        return self.a + self.k + self.d


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval, 0..1; value, low and high are None where there is nothing to divide by."""

    numerator: int
    denominator: int
    value: float | None
    low: float | None
    high: float | None
    too_few: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two shares with its 95 % interval, -1..1. `clear`: the interval leaves out 0."""

    value: float | None
    low: float | None
    high: float | None
    clear: bool


@dataclass(frozen=True, slots=True)
class Amount:
    """An average amount in minor units with its 95 % interval; None where it cannot be told. `n`: cases behind it."""

    value_minor: int | None
    low_minor: int | None
    high_minor: int | None
    n: int
    too_few: bool


def outcome_of(disposition: DispositionKind, *, offer_accepted: bool) -> Outcome | None:
    """The outcome class of a disposition; None for what is no cancel contact. Moving with us on an offer is accepting
    it.
    """
    if disposition == DispositionKind.MOVED_WITH_US and offer_accepted:
        return Outcome.A
    return OUTCOMES[disposition]


def episodes(calls: Iterable[ClosedCall]) -> tuple[Episode, ...]:
    """Collapse calls into episodes, in order of opening.

    An episode holds a customer's calls within 7 days of its first; the next call after that begins another. Its last
    definitive disposition stands, so that a save that is cancelled days later is a cancellation; only where no call was
    definitive does the last undecided one stand. A call that is no cancel contact can begin an episode, because when it
    comes in nobody knows what it will be; but it decides nothing, and an episode of such calls alone is none.
    """
    by_customer: dict[int, list[list[ClosedCall]]] = defaultdict(list)
    for call in sorted(calls, key=lambda call: (call.opened_at, call.call_id)):
        groups = by_customer[call.customer_id]
        if groups and call.opened_at - groups[-1][0].opened_at < EPISODE:
            groups[-1].append(call)
        else:
            groups.append([call])
    found = [episode for groups in by_customer.values() for group in groups if (episode := _episode(group))]
    return tuple(sorted(found, key=lambda episode: (episode.opened_at, episode.first_call_id)))


def tally(outcomes: Iterable[Outcome]) -> Tally:
    """Count outcomes."""
    counts = Counter(outcomes)
    return Tally(
        a=counts[Outcome.A],
        k=counts[Outcome.K],
        p=counts[Outcome.P],
        d=counts[Outcome.D],
        x=counts[Outcome.X],
        u=counts[Outcome.U],
    )


def rate(numerator: int, denominator: int) -> Rate:
    """A share with its Wilson interval, and whether it says too little."""
    if denominator == 0:
        return Rate(numerator, denominator, None, None, None, too_few=True)
    low, high = wilson(numerator, denominator)
    return Rate(numerator, denominator, numerator / denominator, low, high, too_few=denominator < TOO_FEW)


def difference(now: Rate, before: Rate) -> Difference:
    """`now` - `before` with Newcombe's interval; nothing can be told where either has no cases."""
    if now.value is None or before.value is None:
        return Difference(None, None, None, clear=False)
    low, high = newcombe((now.numerator, now.denominator), (before.numerator, before.denominator))
    return Difference(now.value - before.value, low, high, clear=low > 0 or high < 0)


def deflection(t: Tally) -> Rate:
    """(C - X) / C: did not cancel in the contact, for whatever reason."""
    return rate(t.c - t.x, t.c)


def strict_save(t: Tally) -> Rate:
    """A / C: accepted an offer."""
    return rate(t.a, t.c)


def save(t: Tally) -> Rate:
    """(A + K + D) / C: kept with an offer, without one, or in part."""
    return rate(t.saved, t.c)


def controllable_save(everything: Tally, uncontrollable: Tally) -> Rate:
    """Save among those that somebody could have kept: without death and moves out of the area."""
    return rate(everything.saved - uncontrollable.saved, everything.c - uncontrollable.c)


def excluded_share(everything: Tally, uncontrollable: Tally) -> Rate:
    """The share that `controllable_save` leaves out; shown per agent, since leaving out is where rates are polished."""
    return rate(uncontrollable.c, everything.c)


def take_rate(accepted: int, presented: int) -> Rate:
    """Accepted / presented, of proposals."""
    return rate(accepted, presented)


def revenue_save(n: int, *, kept_minor: int, all_minor: int, kept_squared: int, all_squared: int) -> Rate:
    """Save by revenue: monthly bills of the saved / monthly bills of all, in minor units over n episodes.

    The interval is the ratio's, from the sums of squared bills (of the saved, of all), held within 0..1.
    """
    found = ratio_interval(
        n,
        top=kept_minor,
        bottom=all_minor,
        top_squared=kept_squared,
        bottom_squared=all_squared,
        product=kept_squared,
    )
    if found is None:
        return Rate(kept_minor, all_minor, kept_minor / all_minor if all_minor else None, None, None, too_few=True)
    value, low, high = (float(part) for part in found)
    return Rate(kept_minor, all_minor, value, max(low, 0.0), min(high, 1.0), too_few=n < TOO_FEW)


def mean_cost(n: int, *, total_minor: int, squared: int) -> Amount:
    """Average cost of n accepted proposals, from their sum and sum of squares."""
    found = mean_interval(n, total_minor, squared)
    if found is None:
        return Amount(total_minor if n else None, None, None, n, too_few=True)
    return Amount(*found, n=n, too_few=n < TOO_FEW)


def cost_per_save(*, n: int, saves: int, cost_minor: int, cost_squared: int, cost_of_saves_minor: int) -> Amount:
    """What all n episodes cost / how many were saves: the cost of those lost all the same is carried by the saves.

    `cost_squared` sums the squared costs of all episodes, `cost_of_saves_minor` the costs of the saved ones. The
    interval is the ratio's; its lower end is never below 0.
    """
    found = ratio_interval(
        n,
        top=cost_minor,
        bottom=saves,
        top_squared=cost_squared,
        bottom_squared=saves,
        product=cost_of_saves_minor,
    )
    if found is None:
        return Amount(cost_minor if saves else None, None, None, saves, too_few=True)
    value, low, high = (round_half_up(part) for part in found)
    return Amount(value, max(low, 0), high, saves, too_few=saves < TOO_FEW)


def _episode(group: list[ClosedCall]) -> Episode | None:
    """One episode from its calls, oldest first; None where none of them is a cancel contact."""
    contacts = [
        (call, outcome)
        for call in group
        if (outcome := outcome_of(call.disposition, offer_accepted=call.offer_accepted)) is not None
    ]
    if not contacts:
        return None
    definitive = [contact for contact in contacts if contact[1] != Outcome.U]
    deciding, outcome = (definitive or contacts)[-1]
    return Episode(
        customer_id=group[0].customer_id,
        first_call_id=group[0].call_id,
        deciding_call_id=deciding.call_id,
        opened_at=group[0].opened_at,
        outcome=outcome,
        controllable=deciding.controllable,
        cost_minor=sum(call.cost_minor for call in group),
        contacts=len(contacts),
    )
