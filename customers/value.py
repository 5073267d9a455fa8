"""What a customer is worth and how likely they are to leave, from plain facts, by formulas that can be read out.

A later model replaces `risk` and the hazards; callers see the same dataclasses. Pure: no model, no clock. Amounts in
minor units, probabilities as Decimal 0..1.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from customers.choices import OpeningIntent


class Tier(StrEnum):
    """A customer's worth by annual bill."""

    LOW = "LOW"
    MID = "MID"
    HIGH = "HIGH"


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


def tenure_months(since: date, on: date) -> int:
    """Whole months from `since` to `on`; 0 when `on` is earlier."""
    raise NotImplementedError


def monthly_margin(lines: tuple[ValueLine, ...]) -> int:
    """Margin a month in minor units: price - unit cost, or the line's usual margin where the cost is not known."""
    raise NotImplementedError


def lifetime_value(*, margin_minor: int, tenure: int, contract_months_left: int | None) -> LifetimeValue:
    """Remaining lifetime value over HORIZON_MONTHS."""
    raise NotImplementedError


def value_tier(annual_bill_minor: int) -> Tier:
    """The tier of an annual bill in minor units."""
    raise NotImplementedError


def risk(facts: RiskFacts) -> Risk:
    """The scorecard's answer."""
    raise NotImplementedError
