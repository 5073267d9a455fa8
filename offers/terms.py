"""What each kind of offer is made of, and which terms an offer version allows.

`SCHEMAS` says which terms a kind has. `validate` and `snap` hold terms against an offer version's bounds; what terms
cost is `offers.pricing`. Pure: no model, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
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
    CREDIT = "credit"
    FEE = "fee"


@dataclass(frozen=True, slots=True)
class Schema:
    """The terms a kind has, the ceilings it is measured by, and its usual family."""

    terms: frozenset[Term]
    ceilings: frozenset[Ceiling]
    family: Family


_RECURRING = frozenset({Ceiling.PERCENT, Ceiling.MONTHS, Ceiling.MONTHLY})
_AMOUNT_RECURRING = frozenset({Ceiling.MONTHS, Ceiling.MONTHLY})
_CREDIT = frozenset({Ceiling.CREDIT})
_BY_COST = frozenset[Ceiling]()

SCHEMAS: Mapping[OfferKind, Schema] = MappingProxyType(
    {
        OfferKind.PERCENT_OFF: Schema(frozenset({Term.PERCENT, Term.MONTHS}), _RECURRING, Family.RECURRING),
        OfferKind.AMOUNT_OFF: Schema(frozenset({Term.AMOUNT, Term.MONTHS}), _AMOUNT_RECURRING, Family.RECURRING),
        OfferKind.FREE_ADDON: Schema(frozenset({Term.PRODUCT, Term.MONTHS}), _BY_COST, Family.UPGRADE),
        OfferKind.FREE_MONTHS: Schema(frozenset({Term.MONTHS}), _BY_COST, Family.RECURRING),
        OfferKind.PLAN_CHANGE: Schema(frozenset({Term.PRODUCT}), _BY_COST, Family.UPGRADE),
        OfferKind.PAUSE: Schema(frozenset({Term.MONTHS}), _BY_COST, Family.RECURRING),
        OfferKind.WAIVED_FEE: Schema(frozenset({Term.AMOUNT}), frozenset({Ceiling.FEE}), Family.FEE),
        OfferKind.CREDIT: Schema(frozenset({Term.AMOUNT}), _CREDIT, Family.CREDIT),
        OfferKind.REPLACEMENT_COUPON: Schema(
            frozenset({Term.PERCENT, Term.MONTHS, Term.WORDS}), _RECURRING, Family.RECURRING
        ),
        OfferKind.GIFT: Schema(frozenset({Term.AMOUNT, Term.WORDS}), _CREDIT, Family.GIFT),
        OfferKind.APOLOGY: Schema(frozenset({Term.WORDS, Term.FIX_BY}), _BY_COST, Family.CREDIT),
        OfferKind.LOYALTY: Schema(frozenset({Term.MONTHS, Term.WORDS}), _BY_COST, Family.LOYALTY),
    }
)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one proposal; fields that the kind does not have stay at their empty value.

    `percent` whole per cent; `months` bills it runs for; `amount_minor` a month for AMOUNT_OFF, else once; `product`
    code of the item given or changed to; `words` what is promised, as told; `fix_by` the day a fix is promised for.
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
    """The whole numbers low, low + step, ... high; a single value has low == high.

    Raises ValueError for a range that could not be told on the phone: from nothing, backwards, or with a top off its
    steps.
    """

    low: int
    high: int
    step: int = 1

    def __post_init__(self) -> None:
        if self.low < 1 or self.high < self.low or self.step < 1 or (self.high - self.low) % self.step:
            raise ValueError(f"not a range: {self.low} to {self.high} by {self.step}")

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.low <= value <= self.high and (value - self.low) % self.step == 0

    def nearest(self, value: int) -> int:
        """The value of the range nearest to `value`, the lower one on a tie."""
        steps, rest = divmod(min(max(value, self.low), self.high) - self.low, self.step)
        return self.low + self.step * (steps + (2 * rest > self.step))

    def up_to(self, value: int) -> range:
        """The values of the range that are not above `value`, rising."""
        return range(self.low, min(value, self.high) + 1, self.step)


@dataclass(frozen=True, slots=True)
class Item:
    """A product that can be given or changed to: an add-on, an upgrade, a plan. Minor units a month."""

    code: str
    product_kind: str
    list_price_minor: int
    unit_cost_minor: int


@dataclass(frozen=True, slots=True)
class CostModel:
    """What an offer costs us beyond the money taken off the bill.

    `share_percent`: part of the face value that is our cost (a gift card bought at 90 %, a free month that costs 60
    %). `monthly_minor` for each month it runs; `fixed_minor` once (a visit, postage); `horizon_months`: how long a
    plan change is counted for.
    """

    share_percent: int = 100
    monthly_minor: int = 0
    fixed_minor: int = 0
    horizon_months: int = 12

    def __post_init__(self) -> None:
        if not (0 <= self.share_percent <= 100 and self.monthly_minor >= 0 and self.fixed_minor >= 0):
            raise ValueError("a cost model has a share of 0 to 100 % and no negative cost")
        if not 1 <= self.horizon_months <= 60:
            raise ValueError("a plan change is counted for 1 to 60 months")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an offer version allows its terms to be, and how it costs; None or empty where the kind has no such term.

    `default` are the terms first shown, which the catalogue's own acceptance figure is for. `scope` is the product
    line that discounts, free months and pauses apply to ("" the whole bill); `fix_within_days` is how far ahead a
    promised fix may lie. Raises ValueError where ranges and kind do not belong together.
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

    def __post_init__(self) -> None:
        wanted = SCHEMAS[self.kind].terms
        given = {
            Term.PERCENT: self.percent is not None,
            Term.MONTHS: self.months is not None,
            Term.AMOUNT: self.amount is not None,
            Term.PRODUCT: bool(self.items),
            Term.FIX_BY: self.fix_within_days > 0,
        }
        for term, there in given.items():
            if there != (term in wanted):
                raise ValueError(f"{self.kind} {'needs' if term in wanted else 'has no'} {term}")
        if self.percent is not None and self.percent.high > 100:
            raise ValueError("percent is at most 100")
        numbers = replace(self.default, fix_by=None)
        if problems := [problem for problem in _problems(numbers, self) if problem.term != Term.FIX_BY]:
            raise ValueError(f"the default terms break the bounds: {problems[0].term}")

    def item(self, code: str) -> Item:
        """The item of that code. Raises ValueError where these bounds have none."""
        for item in self.items:
            if item.code == code:
                return item
        raise ValueError(f"no item {code!r} in these bounds")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with terms: the term, why (BOUNDS, STEP or CURRENCY), what is allowed, what was asked."""

    term: str
    code: ReasonCode
    low: int | None = None
    high: int | None = None
    asked: int | None = None


def validate(terms: Terms, bounds: Bounds, *, today: date) -> list[Problem]:
    """Everything wrong with these terms under these bounds, in the order of the fields; empty when they may be
    booked.
    """
    problems = _problems(terms, bounds)
    if terms.fix_by is not None and Term.FIX_BY in SCHEMAS[bounds.kind].terms:
        days = (terms.fix_by - today).days
        if not 0 <= days <= bounds.fix_within_days:
            problems.append(Problem(Term.FIX_BY, ReasonCode.BOUNDS, 0, bounds.fix_within_days, days))
    return problems


def snap(terms: Terms, bounds: Bounds, *, today: date) -> Terms:
    """The bookable terms nearest to these: each number to its nearest step (down on a tie), what is missing from the
    default, what the kind does not have emptied. Snapping twice is snapping once.
    """
    default = bounds.default
    fix_by = None
    if bounds.fix_within_days:
        last = today + timedelta(days=bounds.fix_within_days)
        fix_by = min(max(terms.fix_by or last, today), last)
    known = {item.code for item in bounds.items}
    return Terms(
        kind=bounds.kind,
        currency=bounds.currency,
        percent=bounds.percent.nearest(terms.percent) if bounds.percent else 0,
        months=bounds.months.nearest(terms.months) if bounds.months else 0,
        amount_minor=bounds.amount.nearest(terms.amount_minor) if bounds.amount else 0,
        product=terms.product if terms.product in known else default.product,
        words=(terms.words or default.words) if Term.WORDS in SCHEMAS[bounds.kind].terms else "",
        fix_by=fix_by,
    )


def _problems(terms: Terms, bounds: Bounds) -> list[Problem]:
    """What `validate` finds without knowing the day."""
    problems = []
    if terms.kind != bounds.kind:
        problems.append(Problem("kind", ReasonCode.BOUNDS))
    if terms.currency != bounds.currency:
        problems.append(Problem("currency", ReasonCode.CURRENCY))
    for term, value, allowed in (
        (Term.PERCENT, terms.percent, bounds.percent),
        (Term.MONTHS, terms.months, bounds.months),
        (Term.AMOUNT, terms.amount_minor, bounds.amount),
    ):
        if allowed is None:
            if value:
                problems.append(Problem(term, ReasonCode.BOUNDS, 0, 0, value))
        elif not allowed.low <= value <= allowed.high:
            problems.append(Problem(term, ReasonCode.BOUNDS, allowed.low, allowed.high, value))
        elif value not in allowed:
            problems.append(Problem(term, ReasonCode.STEP, allowed.low, allowed.high, value))
    return problems + _problems_beside_numbers(terms, bounds)


def _problems_beside_numbers(terms: Terms, bounds: Bounds) -> list[Problem]:
    """The product, the words and the promised day: there where the kind has them, and not where it has not."""
    has = SCHEMAS[bounds.kind].terms
    # Without items the only right product is none at all, so one comparison covers kinds with and without a product.
    wrong = {
        Term.PRODUCT: terms.product not in ({item.code for item in bounds.items} or {""}),
        Term.WORDS: bool(terms.words.strip()) != (Term.WORDS in has),
        Term.FIX_BY: (terms.fix_by is not None) != (Term.FIX_BY in has),
    }
    return [Problem(term, ReasonCode.BOUNDS) for term, is_wrong in wrong.items() if is_wrong]
