"""What it costs to end a service, and when: pure arithmetic on lines, dates and whole minor units."""

import calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from customers.choices import CancelWhen, ProductKind, SubscriptionState
from customers.money import round_half_up

# A bundle is two kinds of product or more; what stays of a smaller one is charged without its discount.
BUNDLE_KINDS = 2


@dataclass(frozen=True, slots=True)
class EndingLine:
    """What the arithmetic needs of one line."""

    id: int
    product_kind: ProductKind
    name: str
    state: SubscriptionState
    price_minor: int
    bundle_minor: int
    contract_ends_on: date | None
    exit_fee_monthly_minor: int
    device_balance_minor: int
    service_number: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What ending these lines on that day means. Amounts in minor units.

    `fee_minor` on the chosen day, `fee_today_minor` if it were today: at the end of the contract there is none.
    `usage_minor` is the use not paid yet or, below 0, paid and not used. `owed_minor` is the account's balance, where
    nothing runs on that it could be billed with. `last_bill_minor` = usage + fee + device + owed; below 0 it becomes
    `credit_minor`, which is paid back. `stays` are the lines that run on with their price then.
    """

    when: CancelWhen
    effective_on: date
    line_ids: tuple[int, ...]
    months_left: int
    fee_minor: int
    fee_today_minor: int
    device_balance_minor: int
    usage_minor: int
    owed_minor: int
    last_bill_minor: int
    credit_minor: int
    bill_before_minor: int
    bill_after_minor: int
    bundle_lost_minor: int
    stays: tuple[tuple[int, int], ...]
    contract_ends_on: date | None
    numbers: tuple[str, ...]


def quote(
    lines: Sequence[EndingLine],
    *,
    line_ids: Collection[int],
    when: CancelWhen,
    today: date,
    paid_until: date | None,
    balance_minor: int,
    asked_on: date | None = None,
) -> Quote:
    """Work out the ending of `line_ids`; `lines` are all of the account, so that what stays can be re-priced.

    Unknown ids and lines that end already are left out. With `asked_on` the wish was noted on an earlier day: the
    lines end when they would have ended then, or today where that day has passed.
    """
    ending = [line for line in lines if line.id in line_ids and not _has_end(line)]
    staying = [line for line in lines if line.id not in line_ids and not _has_end(line)]
    contract_ends_on = max(
        (line.contract_ends_on for line in ending if line.contract_ends_on and line.contract_ends_on > today),
        default=None,
    )
    counts_from = min(asked_on or today, today)
    ends_on = effective_date(when, today=counts_from, paid_until=paid_until, contract_ends_on=contract_ends_on)
    effective_on = max(ends_on, today)
    fee = sum(exit_fee(line, on=effective_on) for line in ending)
    device = sum(line.device_balance_minor for line in ending)
    usage = sum(usage_due(line.price_minor, effective_on=effective_on, paid_until=paid_until) for line in ending)
    owed = 0 if staying else balance_minor
    total = usage + fee + device + owed
    bundled = len({line.product_kind for line in staying}) >= BUNDLE_KINDS
    lost = 0 if bundled else sum(line.bundle_minor for line in staying)
    stays = tuple((line.id, line.price_minor + (0 if bundled else line.bundle_minor)) for line in staying)
    return Quote(
        when=when,
        effective_on=effective_on,
        line_ids=tuple(line.id for line in ending),
        months_left=max((months_left(line.contract_ends_on, effective_on) for line in ending), default=0),
        fee_minor=fee,
        fee_today_minor=sum(exit_fee(line, on=today) for line in ending),
        device_balance_minor=device,
        usage_minor=usage,
        owed_minor=owed,
        last_bill_minor=max(total, 0),
        credit_minor=max(-total, 0),
        bill_before_minor=sum(line.price_minor for line in (*ending, *staying)),
        bill_after_minor=sum(price for _, price in stays),
        bundle_lost_minor=lost,
        stays=stays,
        contract_ends_on=contract_ends_on,
        numbers=tuple(line.service_number for line in ending if line.service_number),
    )


def effective_date(when: CancelWhen, *, today: date, paid_until: date | None, contract_ends_on: date | None) -> date:
    """The last day of service, never before today.

    The paid month of a customer who is behind with paying is the one that today falls into; without any date it is
    the calendar month. Without a running contract its end is the end of the paid month.
    """
    if when == CancelWhen.TODAY:
        return today
    if when == CancelWhen.END_OF_CONTRACT and contract_ends_on and contract_ends_on > today:
        return contract_ends_on
    if paid_until is None:
        return today.replace(day=_days_in(today))
    months = max((today.year - paid_until.year) * 12 + today.month - paid_until.month - 1, 0)
    end = add_months(paid_until, months)
    while end < today:
        months += 1
        end = add_months(paid_until, months)
    return end


def exit_fee(line: EndingLine, *, on: date) -> int:
    """The fee for leaving a line's contract on a day: so much for each month it still runs, a started one whole."""
    return line.exit_fee_monthly_minor * months_left(line.contract_ends_on, on)


def months_left(ends_on: date | None, on: date) -> int:
    """Months from `on` to the end of a contract, a started one counted whole; 0 when nothing binds."""
    if ends_on is None or ends_on <= on:
        return 0
    months = max((ends_on.year - on.year) * 12 + ends_on.month - on.month - 1, 0)
    while add_months(on, months) < ends_on:
        months += 1
    return months


def usage_due(price_minor: int, *, effective_on: date, paid_until: date | None) -> int:
    """What a line's use costs from the day after `paid_until` to the last day of service; below 0 what comes back.

    By the days of each calendar month, rounded once. Nothing when nobody knows what was paid.
    """
    if paid_until is None or paid_until == effective_on:
        return 0
    first, last = sorted((paid_until, effective_on))
    share = Decimal(0)
    day = first + timedelta(days=1)
    while day <= last:
        month_end = day.replace(day=_days_in(day))
        until = min(month_end, last)
        share += Decimal((until - day).days + 1) / _days_in(day)
        day = until + timedelta(days=1)
    amount = round_half_up(price_minor * share)
    return amount if effective_on > paid_until else -amount


def add_months(day: date, months: int) -> date:
    """The same day some months later; the last day of a month stays the last day, and a 31st becomes a 30th."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    days = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, days if day.day == _days_in(day) else min(day.day, days))


def _has_end(line: EndingLine) -> bool:
    return line.state in (SubscriptionState.ENDING, SubscriptionState.ENDED)


def _days_in(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
