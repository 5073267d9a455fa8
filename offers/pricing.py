"""What terms cost us and what the customer then pays, month by month, along the price changes already scheduled.

One formula for every kind, in minor units:

    cost = share of the face value + cost a month x months + fixed cost

where the face value is what the customer does not pay because of the offer. Three kinds have a cost of their own in
place of the share: a free add-on what the item costs us, a pause the margin lost, a plan change the margin difference
over its horizon. Because each month is priced with the price of that month, a discount that outlives a promotion
costs what it will really cost.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from offers.choices import OfferKind
from offers.money import same_currency, share
from offers.terms import Bounds, Terms


@dataclass(frozen=True, slots=True)
class PriceStep:
    """From `on` the line's charged price a month is `price_minor` (a promotion ends, a price rises)."""

    on: date
    price_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """One product on the bill: charged now, list price, and what serving it costs us, all minor units a month."""

    code: str
    product_kind: str
    price_minor: int
    list_price_minor: int
    unit_cost_minor: int
    changes: tuple[PriceStep, ...] = ()

    def price_on(self, day: date) -> int:
        """The charged price a month on that day, as scheduled today."""
        if not self.changes:
            return self.price_minor
        steps = [step for step in self.changes if step.on <= day]
        return max(steps, key=lambda step: step.on).price_minor if steps else self.price_minor


@dataclass(frozen=True, slots=True)
class Bill:
    """What the customer pays a month, and the day of the first bill that a concession can change."""

    currency: str
    starts_on: date
    lines: tuple[Line, ...]
    _scoped: dict[str, tuple[Line, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def scoped(self, scope: str) -> tuple[Line, ...]:
        """The lines of one product line, or all of them for "". Kept, because every offer asks again."""
        found = self._scoped.get(scope)
        if found is None:
            found = self._scoped[scope] = tuple(line for line in self.lines if scope in ("", line.product_kind))
        return found


@dataclass(frozen=True, slots=True)
class Priced:
    """What terms come to for one bill; all amounts in minor units.

    `cost_minor` to us over the whole life, never negative. `monthly_minor` the largest cut of one month's bill and
    `one_off_minor` what is given once; `terms.SCHEMAS` says which of them a kind is measured by. `bill_now_minor` the
    bill at `starts_on` without it, `bill_after_minor` with it. `saving_minor` the customer's over the whole life
    (negative for a dearer plan). `ends_on` first day without it, None for what is given once or for good.
    `price_afterwards_minor` the bill from then on, as known today.
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


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it has no such day (Jan 31 + 1 = Feb 28)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=512)
def bill_days(starts_on: date, months: int) -> tuple[date, ...]:
    """The days of so many monthly bills; kept, because the search for the nearest terms asks for the same few again."""
    return tuple(add_months(starts_on, month) for month in range(months))


def can_be_priced(terms: Terms, bounds: Bounds, bill: Bill) -> bool:
    """Whether the bill has the line that the offer is about."""
    if terms.kind == OfferKind.PLAN_CHANGE:
        return any(line.product_kind == bounds.item(terms.product).product_kind for line in bill.lines)
    return bool(bill.scoped(bounds.scope))


def price(terms: Terms, bounds: Bounds, bill: Bill) -> Priced:
    """What these terms cost us and the customer pays; see the module and `Priced`.

    Raises CurrencyMismatch, and ValueError for an item that the bounds lack or a bill without the line it is about.
    """
    currency = same_currency(terms.currency, bounds.currency, bill.currency)
    if not can_be_priced(terms, bounds, bill):
        raise ValueError("the bill has no line that this offer is about")
    days = bill_days(bill.starts_on, terms.months)
    cuts, own_cost, extra_saving = _monthly(terms, bounds, bill, days)
    one_off = 0 if days or terms.kind == OfferKind.PLAN_CHANGE else terms.amount_minor
    face = sum(cuts) + one_off
    cost = share(face, bounds.cost.share_percent) if own_cost is None else own_cost
    cost += bounds.cost.monthly_minor * terms.months + bounds.cost.fixed_minor
    now = _total(bill.lines, bill.starts_on)
    after = now - cuts[0] if cuts else now
    ends_on = add_months(bill.starts_on, terms.months) if terms.months else None
    return Priced(
        currency=currency,
        cost_minor=max(cost, 0),
        monthly_minor=max(0, *cuts) if cuts else 0,
        one_off_minor=one_off,
        bill_now_minor=now,
        bill_after_minor=after,
        saving_minor=face + extra_saving,
        starts_on=bill.starts_on,
        ends_on=ends_on,
        price_afterwards_minor=after if ends_on is None else _total(bill.lines, ends_on),
    )


def _monthly(terms: Terms, bounds: Bounds, bill: Bill, days: Sequence[date]) -> tuple[list[int], int | None, int]:
    """Each month's cut of the bill; the cost where it is not a share of the cuts; saving that is not on the bill."""
    lines = bill.scoped(bounds.scope)
    totals = _totals(lines, days)
    match terms.kind:
        case OfferKind.PERCENT_OFF:
            parts = {total: share(total, terms.percent) for total in set(totals)}
            return [parts[total] for total in totals], None, 0
        case OfferKind.AMOUNT_OFF:
            return [min(terms.amount_minor, total) for total in totals], None, 0
        case OfferKind.REPLACEMENT_COUPON:
            # The coupon takes the place of what runs now: it is worth the difference to the price without it.
            full = sum(line.list_price_minor for line in lines)
            target = full - share(full, terms.percent)
            return [max(0, total - target) for total in totals], None, 0
        case OfferKind.FREE_MONTHS:
            return totals, None, 0
        case OfferKind.PAUSE:
            unit_cost = sum(line.unit_cost_minor for line in lines)
            return totals, sum(max(0, total - unit_cost) for total in totals), 0
        case OfferKind.FREE_ADDON:
            item = bounds.item(terms.product)
            return [0] * len(days), item.unit_cost_minor * len(days), item.list_price_minor * len(days)
        case OfferKind.PLAN_CHANGE:
            return _plan_change(terms, bounds, bill)
        case _:
            # A loyalty benefit runs beside the bill; a fee, a credit, a gift and an apology are given once: no days.
            return [0] * len(days), None, 0


def _plan_change(terms: Terms, bounds: Bounds, bill: Bill) -> tuple[list[int], int, int]:
    """The costliest line of the item's kind goes over to the item at its list price; the horizon's margin difference.

    A dearer plan "cuts" a negative amount: the bill rises.
    """
    item = bounds.item(terms.product)
    old = max(
        (line for line in bill.lines if line.product_kind == item.product_kind),
        key=lambda line: (line.price_minor, line.code),
    )
    days = bill_days(bill.starts_on, bounds.cost.horizon_months)
    cuts = [old.price_on(day) - item.list_price_minor for day in days]
    return cuts, sum(cuts) - (old.unit_cost_minor - item.unit_cost_minor) * len(days), 0


def _totals(lines: Sequence[Line], days: Sequence[date]) -> list[int]:
    """The lines' sum on each of these days; worked out once where no change is ahead, as on most bills."""
    if any(line.changes for line in lines):
        return [_total(lines, day) for day in days]
    return [sum(line.price_minor for line in lines)] * len(days)


def _total(lines: Sequence[Line], day: date) -> int:
    """The sum of the lines' charged prices on that day."""
    return sum(line.price_on(day) for line in lines)
