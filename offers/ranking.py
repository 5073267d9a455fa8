"""Which offer first: break-even order by expected value, with the catalogue's own acceptance figures.

A later model replaces `acceptance` and the stay figures; the arithmetic and the order stay. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from offers.money import round_half_up
from offers.terms import Terms

HORIZON_MONTHS = 12

# How strongly the odds of acceptance follow the depth of the terms; see `acceptance`.
ELASTICITY = Decimal("0.75")

# Of customers kept by a discount, one in ten leaves when it ends: a judgement, to be replaced by what the desk sees.
ROLL_OFF_SHARE = Decimal("0.10")

_MILLIONTH = Decimal("0.000001")


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
    """Chance that the customer accepts, 0..1: the catalogue's at its default terms, more for more, less for less.

    odds = catalogue odds x depth ^ 0.75, where depth = saving at these terms / saving at the default terms. Smooth and
    rising in the saving, told to the millionth. A kind without a saving (an apology, a price lock) keeps the
    catalogue's chance. The exponent is a judgement (twice the saving multiplies the odds by 1.7), and a fitted model
    replaces this function.
    """
    if default_saving_minor <= 0 or not 0 < accept_percent < 100:
        return Decimal(accept_percent) / 100
    if saving_minor <= 0:
        return Decimal(0)
    odds = Decimal(accept_percent) / (100 - accept_percent)
    depth = Decimal(saving_minor) / default_saving_minor
    odds *= (ELASTICITY * depth.ln()).exp()
    return (odds / (1 + odds)).quantize(_MILLIONTH)


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
    """What making this offer is worth, in minor units; negative where letting them go is better.

    (p_stay_with - p_stay_without) x margin over 12 months - p_accept x cost - handling, where p_stay_with = p_accept
    x p_stay_if_accepted + (1 - p_accept) x p_stay_without. Of those kept by a concession that ends within the 12
    months, ROLL_OFF_SHARE leave when the price goes back, and the margin of the months after it is lost.
    """
    gained = (stay_if_accepted - stay_without) * margin_minor * HORIZON_MONTHS
    if 0 < ends_in_months < HORIZON_MONTHS:
        gained -= stay_if_accepted * ROLL_OFF_SHARE * margin_minor * (HORIZON_MONTHS - ends_in_months)
    return round_half_up(accept * (gained - cost_minor) - handling_minor)


def fitting(offer_fits: frozenset[str], found: Iterable[str]) -> tuple[str, ...]:
    """The codes of reasons and risks found that this offer answers, in the order found."""
    return tuple(code for code in dict.fromkeys(found) if code in offer_fits)


def rank(candidates: Sequence[Candidate]) -> tuple[Ranked, ...]:
    """Best expected value first, then the cheaper, then by code; closed ones last. The same whatever order they came
    in.
    """
    scored = sorted((_score(candidate) for candidate in candidates), key=_order)
    return tuple(
        replace(ranked, place=place if ranked.candidate.open else 0) for place, ranked in enumerate(scored, start=1)
    )


def let_them_go(ranked: Sequence[Ranked]) -> bool:
    """True when no open offer is worth more than it costs: the honest answer is to cancel without an offer."""
    return not any(one.candidate.open and one.value_minor > 0 for one in ranked)


def _score(candidate: Candidate) -> Ranked:
    """A candidate with its chances and its value, not yet placed."""
    figures = candidate.figures
    accept = acceptance(
        figures.accept_percent,
        saving_minor=candidate.saving_minor,
        default_saving_minor=candidate.default_saving_minor,
    )
    stay_if_accepted = Decimal(figures.stay_percent) / 100
    stay_without = Decimal(candidate.stay_without_percent) / 100
    return Ranked(
        candidate=candidate,
        place=0,
        accept=accept,
        stay_with=accept * stay_if_accepted + (1 - accept) * stay_without,
        stay_without=stay_without,
        value_minor=expected_value(
            accept=accept,
            stay_if_accepted=stay_if_accepted,
            stay_without=stay_without,
            margin_minor=candidate.margin_minor,
            cost_minor=candidate.cost_minor,
            ends_in_months=candidate.ends_in_months,
            handling_minor=figures.handling_minor,
        ),
    )


def _order(ranked: Ranked) -> tuple[bool, int, int, str]:
    """The sort key: open ones first, dearest value, least cost, code."""
    candidate = ranked.candidate
    return not candidate.open, -ranked.value_minor, candidate.cost_minor, candidate.code
