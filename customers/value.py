"""What a customer is worth and how likely they are to leave, from plain facts, by formulas that can be read out.

A later model replaces `risk` and the hazards; callers see the same dataclasses. Pure: no model, no clock. Amounts in
minor units, probabilities as Decimal 0..1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from customers.choices import OpeningIntent, ProductKind
from customers.money import round_half_up

HORIZON_MONTHS = 36
DISCOUNT_PERCENT_A_YEAR = 10

# What a month is worth today, from DISCOUNT_PERCENT_A_YEAR: 1.10 ^ (-m / 12).
_DISCOUNTS = tuple(
    (-(1 + Decimal(DISCOUNT_PERCENT_A_YEAR) / 100).ln() * month / 12).exp() for month in range(1, HORIZON_MONTHS + 1)
)

# Chance of leaving a month, up to and including that month of being a customer. The middle rows lose 13 to 18 % a year.
HAZARDS: tuple[tuple[int | None, Decimal], ...] = (
    (6, Decimal("0.025")),
    (12, Decimal("0.020")),
    (24, Decimal("0.016")),
    (60, Decimal("0.012")),
    (120, Decimal("0.009")),
    (None, Decimal("0.007")),
)

# The months in which first and second contracts and promotions have just ended.
HAZARD_PEAKS = frozenset({13, 25})
PEAK_FACTOR = 3
CONTRACT_FACTOR = Decimal("0.35")

# Of the price, after what it costs to run; used where a product does not say its own.
USUAL_MARGIN_PERCENT: Mapping[str, int] = MappingProxyType(
    {
        ProductKind.INTERNET: 75,
        ProductKind.TV: 35,
        ProductKind.MOBILE: 45,
        ProductKind.PHONE: 70,
        ProductKind.OTHER: 50,
    }
)

BASE_POINTS = -60
POINTS_TO_DOUBLE_ODDS = 20
_POINT = Decimal(2).ln() / POINTS_TO_DOUBLE_ODDS


class Tier(StrEnum):
    """A customer's worth by annual bill."""

    LOW = "LOW"
    MID = "MID"
    HIGH = "HIGH"


# Where a tier begins: annual bill in minor units, highest first.
TIERS_FROM_MINOR = ((Tier.HIGH, 216_000), (Tier.MID, 108_000))


class RiskBand(StrEnum):
    """Risk of leaving in a word."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


@dataclass(frozen=True, slots=True)
class ValueLine:
    """One product: its line and price a month; `unit_cost_minor` a month where known, else the line's usual margin
    counts.
    """

    product_kind: str
    price_minor: int
    unit_cost_minor: int | None = None


@dataclass(frozen=True, slots=True)
class LifetimeValue:
    """The value and the parts it was worked out from.

    value = sum over months 1..horizon of margin x survival x discount. `expected_months` is the sum of survival;
    `undiscounted_minor` the sum without the discount.
    """

    value_minor: int
    horizon_months: int
    margin_minor: int
    expected_months: Decimal
    undiscounted_minor: int
    discount_percent_a_year: int


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What the scorecard looks at. `contract_months_left` None = month to month; `promotion_ended_days` None = none
    ended.
    """

    tenure_months: int
    contract_months_left: int | None = None
    promotion_ended_days: int | None = None
    price_rise_minor: int = 0
    outages_60d: int = 0
    open_complaints: int = 0
    cancel_calls_12m: int = 0
    autopay: bool | None = None
    past_due: bool = False
    rival_named: bool = False
    rival_price_minor: int = 0
    opening_intent: OpeningIntent = OpeningIntent.UNKNOWN


class RiskCode(StrEnum):
    """What raises or lowers the risk; the words are in templates."""

    CONTRACT_ENDING = "CONTRACT_ENDING"
    MONTH_TO_MONTH = "MONTH_TO_MONTH"
    CONTRACT_RUNNING = "CONTRACT_RUNNING"
    PROMOTION_ENDED = "PROMOTION_ENDED"
    PRICE_RISE = "PRICE_RISE"
    OUTAGES_MANY = "OUTAGES_MANY"
    OUTAGES = "OUTAGES"
    COMPLAINTS_MANY = "COMPLAINTS_MANY"
    COMPLAINT_OPEN = "COMPLAINT_OPEN"
    ANNIVERSARY = "ANNIVERSARY"
    NEW_CUSTOMER = "NEW_CUSTOMER"
    FIRST_YEAR = "FIRST_YEAR"
    LONG_CUSTOMER = "LONG_CUSTOMER"
    VERY_LONG_CUSTOMER = "VERY_LONG_CUSTOMER"
    CANCEL_CALLS_MANY = "CANCEL_CALLS_MANY"
    CANCEL_CALL = "CANCEL_CALL"
    AUTOPAY_OFF = "AUTOPAY_OFF"
    PAST_DUE = "PAST_DUE"
    RIVAL_NAMED = "RIVAL_NAMED"
    ASKED_TO_DISCONNECT = "ASKED_TO_DISCONNECT"
    ASKED_TO_PAY_LESS = "ASKED_TO_PAY_LESS"


@dataclass(frozen=True, slots=True)
class RiskReason:
    """A fact that raised the risk, its points, and the number that its words need (days, count, minor units)."""

    code: RiskCode
    points: int
    number: int


@dataclass(frozen=True, slots=True)
class Risk:
    """Probability of leaving, in a word and as 1..5 segments, with at most three reasons, strongest first."""

    probability: Decimal
    percent: int
    band: RiskBand
    segments: int
    points: int
    reasons: tuple[RiskReason, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """One line of the scorecard. Of a group only the first line that applies counts.

    `points`: 20 double the odds of leaving, -20 halve them. `number` tells whether the fact applies and, if so, the
    number that its words need. `told` is False for what the customer just said anyway.
    """

    code: RiskCode
    group: str
    points: int
    number: Callable[[RiskFacts], int | None]
    told: bool = True


def _at_least(count: int, least: int) -> int | None:
    """The count, where it reaches the least."""
    return count if count >= least else None


# Judgement of people who know such floors: a caller who asks to disconnect, with one thing on file that speaks for it,
# comes out between 60 and 80 % (77 % left in a cable study). The help text prints this table, so a change here changes
# what people are told.
SCORECARD: tuple[Factor, ...] = (
    Factor(
        RiskCode.ASKED_TO_DISCONNECT,
        "intent",
        52,
        lambda f: _if(f.opening_intent == OpeningIntent.DISCONNECT),
        told=False,
    ),
    Factor(
        RiskCode.ASKED_TO_PAY_LESS, "intent", 8, lambda f: _if(f.opening_intent == OpeningIntent.CHEAPER), told=False
    ),
    Factor(RiskCode.ANNIVERSARY, "tenure", 32, lambda f: _if(f.tenure_months + 1 in HAZARD_PEAKS, f.tenure_months + 1)),
    Factor(RiskCode.NEW_CUSTOMER, "tenure", 10, lambda f: _if(f.tenure_months < 6, f.tenure_months)),
    Factor(RiskCode.FIRST_YEAR, "tenure", 6, lambda f: _if(f.tenure_months < 12, f.tenure_months)),
    Factor(RiskCode.VERY_LONG_CUSTOMER, "tenure", -20, lambda f: _at_least(f.tenure_months, 120)),
    Factor(RiskCode.LONG_CUSTOMER, "tenure", -12, lambda f: _at_least(f.tenure_months, 60)),
    Factor(RiskCode.RIVAL_NAMED, "rival", 20, lambda f: _if(f.rival_named, f.rival_price_minor)),
    Factor(RiskCode.PROMOTION_ENDED, "promotion", 16, lambda f: _within(f.promotion_ended_days, 90)),
    Factor(RiskCode.OUTAGES_MANY, "outages", 16, lambda f: _at_least(f.outages_60d, 3)),
    Factor(RiskCode.OUTAGES, "outages", 8, lambda f: _at_least(f.outages_60d, 1)),
    Factor(RiskCode.MONTH_TO_MONTH, "contract", 14, lambda f: _if(f.contract_months_left is None)),
    Factor(RiskCode.CONTRACT_ENDING, "contract", 12, lambda f: _within(f.contract_months_left, 3)),
    Factor(RiskCode.CONTRACT_RUNNING, "contract", -20, lambda f: f.contract_months_left),
    Factor(RiskCode.CANCEL_CALLS_MANY, "cancel calls", 20, lambda f: _at_least(f.cancel_calls_12m, 2)),
    Factor(RiskCode.CANCEL_CALL, "cancel calls", 12, lambda f: _at_least(f.cancel_calls_12m, 1)),
    Factor(RiskCode.COMPLAINTS_MANY, "complaints", 16, lambda f: _at_least(f.open_complaints, 2)),
    Factor(RiskCode.COMPLAINT_OPEN, "complaints", 10, lambda f: _at_least(f.open_complaints, 1)),
    Factor(RiskCode.PRICE_RISE, "price", 10, lambda f: _at_least(f.price_rise_minor, 1)),
    Factor(RiskCode.PAST_DUE, "payment", 10, lambda f: _if(f.past_due)),
    Factor(RiskCode.AUTOPAY_OFF, "autopay", 8, lambda f: _if(f.autopay is False)),
)


def tenure_months(since: date, on: date) -> int:
    """Whole months from `since` to `on`; 0 when `on` is earlier. The last day of a month completes it (Jan 31 to Feb
    28).
    """
    months = (on.year - since.year) * 12 + on.month - since.month
    last_day = (on + timedelta(days=1)).month != on.month
    if on.day < since.day and not last_day:
        months -= 1
    return max(months, 0)


def unit_cost(list_price_minor: int, margin_percent: int) -> int:
    """What serving a product costs a month, from its list price and its margin in per cent: 79.99 and 75 % -> 20.00."""
    return round_half_up(Decimal(list_price_minor * (100 - margin_percent)) / 100)


def monthly_margin(lines: Sequence[ValueLine]) -> int:
    """Margin a month in minor units: price - unit cost, or the line's usual margin where the cost is not known.

    A line sold under cost counts as the loss that it is.
    """
    margin = 0
    for line in lines:
        usual = USUAL_MARGIN_PERCENT.get(line.product_kind, USUAL_MARGIN_PERCENT[ProductKind.OTHER])
        cost = unit_cost(line.price_minor, usual) if line.unit_cost_minor is None else line.unit_cost_minor
        margin += line.price_minor - cost
    return margin


def monthly_hazard(month: int, *, in_contract: bool) -> Decimal:
    """Chance that a customer leaves in that month of being one (1 = the first), 0..1; see `HAZARDS`."""
    hazard = next(hazard for below, hazard in HAZARDS if below is None or month <= below)
    if month in HAZARD_PEAKS:
        hazard *= PEAK_FACTOR
    return hazard * CONTRACT_FACTOR if in_contract else hazard


def lifetime_value(*, margin_minor: int, tenure: int, contract_months_left: int | None) -> LifetimeValue:
    """Remaining lifetime value over HORIZON_MONTHS: the sum over months of margin x survival x discount.

    Survival multiplies (1 - hazard) month by month from this one on; the discount is DISCOUNT_PERCENT_A_YEAR,
    monthly. A negative margin gives a negative value: keeping such a customer costs money.
    """
    alive, expected, discounted = Decimal(1), Decimal(0), Decimal(0)
    for ahead in range(1, HORIZON_MONTHS + 1):
        alive *= 1 - monthly_hazard(tenure + ahead, in_contract=ahead <= (contract_months_left or 0))
        expected += alive
        discounted += alive * _DISCOUNTS[ahead - 1]
    return LifetimeValue(
        value_minor=round_half_up(margin_minor * discounted),
        horizon_months=HORIZON_MONTHS,
        margin_minor=margin_minor,
        expected_months=expected,
        undiscounted_minor=round_half_up(margin_minor * expected),
        discount_percent_a_year=DISCOUNT_PERCENT_A_YEAR,
    )


def value_tier(annual_bill_minor: int) -> Tier:
    """The tier of an annual bill in minor units; a third of typical customers falls in each."""
    for tier, least in TIERS_FROM_MINOR:
        if annual_bill_minor >= least:
            return tier
    return Tier.LOW


def risk(facts: RiskFacts) -> Risk:
    """The scorecard's answer: probability = 1 / (1 + 2 ^ -(points / 20)), points from BASE_POINTS and `SCORECARD`."""
    hits: dict[str, tuple[Factor, int]] = {}
    for factor in SCORECARD:
        number = factor.number(facts)
        if number is not None and factor.group not in hits:
            hits[factor.group] = (factor, number)
    points = BASE_POINTS + sum(factor.points for factor, _ in hits.values())
    probability = 1 / (1 + (-_POINT * points).exp())
    percent = min(max(round_half_up(probability * 100), 1), 99)
    raising = [(factor, number) for factor, number in hits.values() if factor.told and factor.points > 0]
    raising.sort(key=lambda hit: -hit[0].points)
    return Risk(
        probability=probability,
        percent=percent,
        band=RiskBand.LOW if percent < 40 else RiskBand.MEDIUM if percent < 60 else RiskBand.HIGH,
        segments=min(percent // 20 + 1, 5),
        points=points,
        reasons=tuple(RiskReason(factor.code, factor.points, number) for factor, number in raising[:3]),
    )


def _if(applies: object, number: int = 0) -> int | None:
    """The number, where the fact applies."""
    return number if applies else None


def _within(value: int | None, most: int) -> int | None:
    """The value, where it is known and not above the most."""
    return value if value is not None and value <= most else None
