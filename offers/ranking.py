"""Which offer first: break-even order by expected value, with the catalogue's own acceptance figures.

A later model replaces `acceptance` and the stay figures; the arithmetic and the order stay. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from offers.terms import Terms

HORIZON_MONTHS = 12


@dataclass(frozen=True, slots=True)
class BaseFigures:
    """The catalogue's own figures of an offer version, in percent.

    `accept_percent` of those offered it at its default terms; `stay_percent` of those who accepted are still here
    after 90 days. `handling_minor`: what it costs to carry out, whatever the answer. `fits`: reason and risk codes
    that it answers.
    """

    accept_percent: int
    stay_percent: int
    handling_minor: int = 0
    fits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One offer at the terms to be shown.

    `saving_minor` and `default_saving_minor` the customer's saving at these and at the default terms.
    `stay_without_percent`: chance that the customer stays with no offer (100 - risk). `margin_minor` a month.
    `ends_in_months` when the concession ends (0 = once or for good). `open`: eligible. `fits`: codes of why it fits.
    """

    code: str
    terms: Terms
    figures: BaseFigures
    stay_without_percent: int
    saving_minor: int
    default_saving_minor: int
    cost_minor: int
    margin_minor: int
    ends_in_months: int = 0
    open: bool = True
    fits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its place. Probabilities 0..1, `value_minor` in minor units, may be negative; `place` 1.. or 0
    if closed.
    """

    candidate: Candidate
    place: int
    accept: Decimal
    stay_with: Decimal
    stay_without: Decimal
    value_minor: int


def acceptance(accept_percent: int, *, saving_minor: int, default_saving_minor: int) -> Decimal:
    """Chance that the customer accepts, 0..1, rising with the saving and equal to the catalogue's at its default
    terms.
    """
    raise NotImplementedError


def expected_value(
    *,
    accept: Decimal,
    stay_if_accepted: Decimal,
    stay_without: Decimal,
    margin_minor: int,
    cost_minor: int,
    ends_in_months: int = 0,
    handling_minor: int = 0,
) -> int:
    """(p_stay_with - p_stay_without) x margin over the horizon - p_accept x cost - handling, in minor units."""
    raise NotImplementedError


def fitting(offer_fits: frozenset[str], found: Iterable[str]) -> tuple[str, ...]:
    """The codes of reasons and risks found that this offer answers, in the order found."""
    raise NotImplementedError


def rank(candidates: Sequence[Candidate]) -> tuple[Ranked, ...]:
    """Best expected value first, closed ones last; stable."""
    raise NotImplementedError


def let_them_go(ranked: Sequence[Ranked]) -> bool:
    """True when no open offer is worth more than it costs: the honest answer is to cancel without an offer."""
    raise NotImplementedError
