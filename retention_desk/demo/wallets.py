"""The ledger of the year, kept by the same rules as the database's own: all budgets or none, and never overdrawn.

Only what ends is written here, so a counter's held amount is nothing at the end of every call. Entries, counters and
accounts come out as the SQL functions would have left them; a test adds them up again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from offers.choices import BudgetKind, BudgetPeriod, EntryKind
from retention_desk.demo.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Plan:
    """What an owner gets in each period, in cents."""

    period: BudgetPeriod
    amount_minor: int
    parts: int = 1


@dataclass(slots=True)
class Counter:
    """One guarded row on its way through the year."""

    id: int
    part: int
    ceiling_minor: int
    spent_minor: int = 0
    spent_count: int = 0

    @property
    def left_minor(self) -> int:
        """What may still be taken."""
        return self.ceiling_minor - self.spent_minor


@dataclass(slots=True)
class BudgetYear:
    """One account: a budget for one period."""

    id: int
    counters: list[Counter] = field(default_factory=list)


Legs = list[tuple[BudgetYear, Counter, int]]


class Wallets:
    """Opens accounts from plans when they are first drawn on, takes and ends holds."""

    def __init__(
        self,
        *,
        plans: Mapping[tuple[BudgetKind, int], Plan],
        currency: str,
        accounts: Sheet,
        counters: Sheet,
        entries: Sheet,
    ) -> None:
        self._plans, self._currency = plans, currency
        self._accounts, self._counters, self._entries = accounts, counters, entries
        self._open: dict[tuple[BudgetKind, int, date], BudgetYear] = {}
        self._of_customer: dict[int, tuple[date, BudgetYear]] = {}
        self._all: list[BudgetYear] = []
        self._counter_ids = 0

    def of(self, kind: BudgetKind, owner: int, *, on: date, at: datetime) -> BudgetYear | None:
        """The account of the period that the day falls into; None without a plan."""
        plan = self._plans.get((kind, owner))
        if plan is None:
            return None
        starts, ends = period_of(plan.period, on)
        found = self._open.get((kind, owner, starts))
        if found is None:
            found = self._opened(kind, owner, plan.period, starts, ends, plan.amount_minor, plan.parts, at)
            self._open[kind, owner, starts] = found
        return found

    def of_customer(self, customer: int, *, on: date, at: datetime, cap_minor: int) -> BudgetYear:
        """A customer's twelve months, which begin with their first concession."""
        known = self._of_customer.get(customer)
        if known is not None and on < known[0]:
            return known[1]
        ends = on.replace(year=on.year + 1) if (on.month, on.day) != (2, 29) else date(on.year + 1, 2, 28)
        opened = self._opened(BudgetKind.CUSTOMER, customer, BudgetPeriod.YEAR, on, ends, cap_minor, 1, at)
        self._of_customer[customer] = (ends, opened)
        return opened

    def customer_left(self, customer: int, *, on: date, cap_minor: int) -> int:
        """What a customer may still be given on that day, without opening anything."""
        known = self._of_customer.get(customer)
        return known[1].counters[0].left_minor if known is not None and on < known[0] else cap_minor

    def has(self, account: BudgetYear | None, amount: int) -> bool:
        """Whether the account has that much left; no account asks for nothing."""
        return account is None or sum(counter.left_minor for counter in account.counters) >= amount

    def take(self, account: BudgetYear, amount: int, *, start: int, hold: int, at: datetime) -> Legs:
        """Hold an amount that is there: from one part, beginning with the owner's own, or from several."""
        if amount == 0:
            return []
        counters = account.counters
        parts = len(counters)
        legs: Legs = []
        for counter in sorted(counters, key=lambda one: (one.part - start % parts + parts) % parts):
            if counter.left_minor >= amount:
                legs.append((account, counter, amount))
                break
        else:
            rest = amount
            for counter in counters:
                if took := min(counter.left_minor, rest):
                    legs.append((account, counter, took))
                    rest -= took
        for place, (_account, counter, took) in enumerate(legs):
            self._entry(counter, EntryKind.HOLD, at, hold=hold, held=took, held_count=int(place == 0))
        return legs

    def end(self, legs: Legs, *, posted_minor: int | None, hold: int, at: datetime, by: int | None) -> None:
        """End a hold: spend what was accepted, of each account, or give everything back (None)."""
        last, rest = None, 0
        for account, counter, held in legs:
            counts = int(account is not last)
            if counts:
                last, rest = account, posted_minor or 0
            spent = min(rest, held)
            rest -= spent
            kind = EntryKind.VOID if posted_minor is None else EntryKind.POST
            posted = counts if posted_minor is not None else 0
            self._entry(
                counter, kind, at, hold=hold, held=-held, spent=spent, held_count=-counts, spent_count=posted, by=by
            )
            counter.spent_minor += spent
            counter.spent_count += posted

    def open_current(self, *, on: date, at: datetime) -> None:
        """Open this period's account of every plan, so that meters show from the first click."""
        for kind, owner in self._plans:
            self.of(kind, owner, on=on, at=at)

    def write_counters(self) -> None:
        """Write every counter as the year left it."""
        for account in self._all:
            for counter in account.counters:
                self._counters.add(
                    id=counter.id,
                    account_id=account.id,
                    part=counter.part,
                    ceiling_minor=counter.ceiling_minor,
                    spent_minor=counter.spent_minor,
                    spent_count=counter.spent_count,
                )

    def _opened(
        self,
        kind: BudgetKind,
        owner: int,
        period: BudgetPeriod,
        starts: date,
        ends: date,
        amount: int,
        parts: int,
        at: datetime,
    ) -> BudgetYear:
        number = self._accounts.add(
            kind=kind,
            owner_id=owner,
            currency=self._currency,
            period=period,
            starts_on=starts,
            ends_on=ends,
            limit_minor=amount,
            target_minor=amount,
        )
        account = BudgetYear(number)
        for part in range(parts):
            self._counter_ids += 1
            counter = Counter(self._counter_ids, part, amount // parts + (part < amount % parts))
            account.counters.append(counter)
            self._entry(counter, EntryKind.TOP_UP, at, ceiling=counter.ceiling_minor)
        self._all.append(account)
        return account

    def _entry(
        self,
        counter: Counter,
        kind: EntryKind,
        at: datetime,
        *,
        hold: int | None = None,
        held: int = 0,
        spent: int = 0,
        ceiling: int = 0,
        held_count: int = 0,
        spent_count: int = 0,
        by: int | None = None,
    ) -> None:
        self._entries.add(
            counter_id=counter.id,
            kind=kind,
            hold_id=hold,
            held_minor=held,
            spent_minor=spent,
            ceiling_minor=ceiling,
            held_count=held_count,
            spent_count=spent_count,
            recorded_at=at,
            by_id=by,
        )


def period_of(period: BudgetPeriod, on: date) -> tuple[date, date]:
    """First day of the period that the day falls into, and the first day after it; as `budget_period` in SQL."""
    if period == BudgetPeriod.DAY:
        return on, on + timedelta(days=1)
    if period == BudgetPeriod.WEEK:
        monday = on - timedelta(days=on.weekday())
        return monday, monday + timedelta(days=7)
    first = on.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)
