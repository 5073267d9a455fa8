"""What each kind of offer is made of, which terms are possible, and what they cost.

`SCHEMAS` says which terms a kind has. `validate` and `snap` hold terms against an offer version's bounds; `price` works out
the customer's bill and our cost, month by month, along the price changes already scheduled. Pure: no model, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from offers.choices import Family, OfferKind, ReasonCode


class Term(StrEnum):
    """The parts that terms may have; the values are the field names of `Terms`."""

    PERCENT = "percent"
    MONTHS = "months"
    AMOUNT = "amount_minor"
    PRODUCT = "product"
    WORDS = "words"
    FIX_BY = "fix_by"


class Ceiling(StrEnum):
    """The parts of an authority limit that apply to a kind; cost applies to every kind and is not listed."""

    PERCENT = "percent"
    MONTHS = "months"
    MONTHLY = "monthly"
    ONE_OFF = "one_off"


@dataclass(frozen=True, slots=True)
class Schema:
    """The terms a kind has and the ceilings it is measured by."""

    terms: frozenset[Term]
    ceilings: frozenset[Ceiling]
    family: Family


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one proposal; fields that the kind does not have stay at their empty value.

    `percent` whole per cent; `months` bills it runs for; `amount_minor` a month for AMOUNT_OFF, else once; `product` code of
    the item given or changed to; `words` what is promised, as told; `fix_by` the day a fix is promised for.
    """

    kind: OfferKind
    currency: str
    percent: int = 0
    months: int = 0
    amount_minor: int = 0
    product: str = ""
    words: str = ""
    fix_by: date | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """The whole numbers low, low + step, ... up to high; a single value has low == high."""

    low: int
    high: int
    step: int = 1

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.low <= value <= self.high and (value - self.low) % self.step == 0


@dataclass(frozen=True, slots=True)
class Item:
    """A product that can be given or changed to: an add-on, an upgrade, a plan. Prices and cost in minor units a month."""

    code: str
    product_kind: str
    list_price_minor: int
    unit_cost_minor: int


@dataclass(frozen=True, slots=True)
class CostModel:
    """What an offer costs us beyond the money taken off the bill.

    `share_percent`: part of the face value that is our cost (a gift card bought at 90 %, a free month that costs 60 %).
    `monthly_minor` for each month it runs; `fixed_minor` once (a visit, postage); `horizon_months`: how long a plan change counts.
    """

    share_percent: int = 100
    monthly_minor: int = 0
    fixed_minor: int = 0
    horizon_months: int = 12


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an offer version allows its terms to be, and how it costs. `None` where the kind has no such term.

    `default` are the terms first shown, which the catalogue's own acceptance figure is for. `scope` is the product line that discounts, free months and pauses apply to ("" the whole bill);
    `fix_within_days` is how far ahead a promised fix may lie.
    """

    kind: OfferKind
    currency: str
    default: Terms
    percent: Range | None = None
    months: Range | None = None
    amount: Range | None = None
    items: tuple[Item, ...] = ()
    scope: str = ""
    fix_within_days: int = 0
    cost: CostModel = CostModel()


@dataclass(frozen=True, slots=True)
class PriceStep:
    """From `on` the line's charged price a month is `price_minor` (a promotion ends, a price rises)."""

    on: date
    price_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """One product on the bill: what is charged now, the list price, what serving it costs us, all minor units a month."""

    code: str
    product_kind: str
    price_minor: int
    list_price_minor: int
    unit_cost_minor: int
    changes: tuple[PriceStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Bill:
    """What the customer pays a month, and the day of the first bill that a concession can change."""

    currency: str
    starts_on: date
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Priced:
    """What terms come to for one bill; all amounts in minor units.

    `cost_minor` to us over the whole life, never negative. `monthly_minor` the largest concession in one month and `one_off_minor`
    what is given once: the two that limits measure (a plan change to list price concedes neither). `bill_now_minor` the bill at
    `starts_on` without it, `bill_after_minor` with it. `saving_minor` the customer's over the whole life. `ends_on` first day
    without it, None for what is given once or for good. `price_afterwards_minor` the bill from then, as known today.
    """

    currency: str
    cost_minor: int
    monthly_minor: int
    one_off_minor: int
    bill_now_minor: int
    bill_after_minor: int
    saving_minor: int
    starts_on: date
    ends_on: date | None
    price_afterwards_minor: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with terms: the term, why (BOUNDS, STEP, CURRENCY, NO_PRODUCT, NO_SAVING), what is allowed, what was asked."""

    term: str
    code: ReasonCode
    low: int | None = None
    high: int | None = None
    asked: int | None = None


_RECURRING = frozenset({Ceiling.PERCENT, Ceiling.MONTHS, Ceiling.MONTHLY})
_ONE_OFF = frozenset({Ceiling.ONE_OFF})
_BY_COST = frozenset[Ceiling]()

SCHEMAS: Mapping[OfferKind, Schema] = MappingProxyType(
    {
        OfferKind.PERCENT_OFF: Schema(frozenset({Term.PERCENT, Term.MONTHS}), _RECURRING, Family.RECURRING),
        OfferKind.AMOUNT_OFF: Schema(frozenset({Term.AMOUNT, Term.MONTHS}), _RECURRING, Family.RECURRING),
        OfferKind.FREE_ADDON: Schema(frozenset({Term.PRODUCT, Term.MONTHS}), _BY_COST, Family.UPGRADE),
        OfferKind.FREE_MONTHS: Schema(frozenset({Term.MONTHS}), _BY_COST, Family.RECURRING),
        OfferKind.PLAN_CHANGE: Schema(frozenset({Term.PRODUCT}), _BY_COST, Family.UPGRADE),
        OfferKind.PAUSE: Schema(frozenset({Term.MONTHS}), _BY_COST, Family.RECURRING),
        OfferKind.WAIVED_FEE: Schema(frozenset({Term.AMOUNT}), _ONE_OFF, Family.FEE),
        OfferKind.CREDIT: Schema(frozenset({Term.AMOUNT}), _ONE_OFF, Family.CREDIT),
        OfferKind.REPLACEMENT_COUPON: Schema(
            frozenset({Term.PERCENT, Term.MONTHS, Term.WORDS}), _RECURRING, Family.RECURRING
        ),
        OfferKind.GIFT: Schema(frozenset({Term.AMOUNT, Term.WORDS}), _ONE_OFF, Family.GIFT),
        OfferKind.APOLOGY: Schema(frozenset({Term.WORDS, Term.FIX_BY}), _BY_COST, Family.CREDIT),
        OfferKind.LOYALTY: Schema(frozenset({Term.MONTHS, Term.WORDS}), _BY_COST, Family.LOYALTY),
    }
)


def validate(terms: Terms, bounds: Bounds, *, today: date) -> list[Problem]:
    """Everything wrong with these terms under these bounds, in the order of the fields; empty when they may be booked."""
    raise NotImplementedError


def snap(terms: Terms, bounds: Bounds, *, today: date) -> Terms:
    """The bookable terms nearest to these: each number to the nearest step in bounds (down on a tie), unused fields emptied."""
    raise NotImplementedError


def price(terms: Terms, bounds: Bounds, bill: Bill) -> Priced:
    """What these terms cost us and the customer pays. Raises CurrencyMismatch, ValueError for an item that the bounds lack."""
    raise NotImplementedError
