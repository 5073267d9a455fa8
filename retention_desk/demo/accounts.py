"""Customers and what they pay for, as the generator knows them; written to their tables when the year is over."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from customers.choices import CustomerKind, PriceCause, SubscriptionState
from customers.value import unit_cost
from offers.choices import Family
from offers.pricing import Bill, PriceStep, add_months
from offers.pricing import Line as PricedLine
from retention_desk.demo import planted
from retention_desk.demo.company import BY_CODE, CURRENCY, Sold
from retention_desk.demo.people import Person, Registry, Town


@dataclass(slots=True)
class Line:
    """One subscription. `list_minor` is today's list price; `rise_minor` of it came with the price rise."""

    id: int
    product: Sold
    started_on: date
    list_minor: int
    quantity: int = 1
    rise_on: date | None = None
    rise_minor: int = 0
    promotion_minor: int = 0
    promotion_from: date | None = None
    promotion_ends_on: date | None = None
    bundle_minor: int = 0
    contract_ends_on: date | None = None
    exit_fee_monthly_minor: int = 0
    device_balance_minor: int = 0
    number: str = ""
    equipment: tuple[str, ...] = ()
    note: str = ""
    promotion_name: str = ""
    state: SubscriptionState = SubscriptionState.ACTIVE
    ends_on: date | None = None
    changes: list[tuple[date, int, int, PriceCause]] = field(default_factory=list)

    @property
    def runs(self) -> bool:
        """Whether nobody has ended it."""
        return self.state in (SubscriptionState.ACTIVE, SubscriptionState.PAUSED)

    def list_on(self, day: date) -> int:
        """The list price a month on that day."""
        return self.list_minor - (self.rise_minor if self.rise_on and day < self.rise_on else 0)

    def promotion_on(self, day: date) -> int:
        """What a promotion takes off on that day."""
        runs = self.promotion_ends_on is not None and (self.promotion_from or self.started_on) <= day
        return self.promotion_minor if runs and self.promotion_ends_on and day < self.promotion_ends_on else 0

    def charged_on(self, day: date) -> int:
        """What is charged a month on that day."""
        return self.list_on(day) - self.promotion_on(day) - self.bundle_minor

    def priced(self, day: date) -> PricedLine:
        """The line as the pricing of offers reads it, with the end of its promotion."""
        ends = self.promotion_ends_on
        changes = (PriceStep(ends, self.charged_on(ends)),) if ends and self.promotion_on(day) else ()
        full = self.list_on(day)
        return PricedLine(
            code=f"{self.id}",
            product_kind=str(self.product.kind),
            price_minor=self.charged_on(day),
            list_price_minor=full,
            unit_cost_minor=unit_cost(full, self.product.margin),
            changes=changes,
        )

    def change_plan(self, product: Sold, on: date) -> None:
        """Go over to another product at its list price."""
        old = self.charged_on(on)
        self.product, self.list_minor, self.rise_minor, self.bundle_minor = product, product.price, 0, 0
        self.promotion_minor, self.promotion_ends_on, self.promotion_name = 0, None, ""
        self.changes = [change for change in self.changes if change[0] < on]
        self.changes.append((on, old, product.price, PriceCause.PLAN_CHANGE))


@dataclass(slots=True)
class Account:
    """One customer, with what the simulation has to remember of them."""

    id: int
    person: Person
    town: Town
    number: str
    phone: str
    email: str
    street: str
    postcode: str
    since: date
    kind: CustomerKind = CustomerKind.PRIVATE
    business: str = ""
    other_phone: str = ""
    lines: list[Line] = field(default_factory=list)
    balance_minor: int = 0
    past_due_minor: int = 0
    autopay: bool = True
    bill_day: int = 1
    jurisdiction: str = ""
    care_needed: bool = False
    do_not_offer: bool = False
    fraud_watch: bool = False
    staff_line: bool = False
    haggler: bool = False
    left_on: date | None = None
    left_reason: str = ""
    # For the simulation: concessions by family (start, end), credits, the episode, and a drawn leaving.
    given: dict[Family, tuple[date, date | None]] = field(default_factory=dict)
    credits: list[date] = field(default_factory=list)
    episode: tuple[int, float] | None = None
    leaves_after: tuple[date, int] | None = None
    calls: list[date] = field(default_factory=list)
    concessions: list[dict[str, Any]] = field(default_factory=list)

    def concede(self, concession: dict[str, Any], *, is_credit: bool) -> None:
        """Remember what was given, as a row of concessions."""
        self.concessions.append(concession)
        self.given[concession["family"]] = (concession["starts_on"], concession["ends_on"])
        if is_credit:
            self.credits.append(concession["starts_on"])

    @property
    def running(self) -> list[Line]:
        """The lines that nobody has ended."""
        return [line for line in self.lines if line.runs]

    def bill_on(self, day: date) -> int:
        """The monthly bill on that day."""
        return sum(line.charged_on(day) for line in self.lines if line.runs)

    def next_bill(self, day: date) -> date:
        """The day of the next bill."""
        this = day.replace(day=self.bill_day)
        return this if this > day else add_months(this, 1)

    def paid_until(self, day: date) -> date:
        """The end of the month that is paid for."""
        return self.next_bill(day) - timedelta(days=1)

    def bill(self, day: date) -> Bill:
        """The bill as the pricing of offers reads it."""
        return Bill(CURRENCY, self.next_bill(day), tuple(line.priced(day) for line in self.running))

    def tenure_on(self, day: date) -> int:
        """Whole months of being a customer, near enough for drawing lots."""
        return max((day - self.since).days * 12 // 365, 0)

    def contract_ends_on(self, day: date) -> date | None:
        """The last day a running line is bound on that day."""
        return max(
            (line.contract_ends_on for line in self.running if line.contract_ends_on and line.contract_ends_on > day),
            default=None,
        )

    def leave(self, day: date, reason: str, today: date) -> None:
        """End everything that runs on that day."""
        self.left_on, self.left_reason = day, reason
        for given in self.concessions:
            if given["ends_on"] is not None and given["ends_on"] > day:
                given["ended_early_on"] = day
        for line in self.running:
            line.ends_on = day
            line.state = SubscriptionState.ENDED if day <= today else SubscriptionState.ENDING


class Builder:
    """Draws customers one after the other; everything comes from one generator of chance."""

    def __init__(self, rng: random.Random, today: date) -> None:
        self.rng, self.today = rng, today
        self.registry = Registry(rng)
        self.rise_on = planted.price_rise_on(today)
        self._lines = 0
        self._buckets = [(low, high) for low, high, _weight in planted.TENURE]
        self._weights = [weight for _low, _high, weight in planted.TENURE]

    def line_id(self) -> int:
        """The next subscription's id."""
        self._lines += 1
        return self._lines

    def account(self, number: int) -> Account:
        """A new customer with their lines."""
        rng, registry = self.rng, self.registry
        person, town = registry.person(), registry.town()
        low, high = rng.choices(self._buckets, self._weights)[0]
        since = self.today - timedelta(days=int(rng.uniform(low, high) * 30.44))
        account = Account(
            id=number,
            person=person,
            town=town,
            number=registry.account_number(),
            phone=registry.phone(town),
            email=registry.mail(person, number) if rng.random() < 0.86 else "",
            street=registry.street(),
            postcode=registry.postcode(town),
            since=since,
            bill_day=rng.randint(1, 28),
            jurisdiction=town.jurisdiction if rng.random() > 0.005 else "",
            autopay=rng.random() < 0.68,
            care_needed=rng.random() < 0.006,
            do_not_offer=rng.random() < 0.012,
            fraud_watch=rng.random() < 0.003,
            staff_line=rng.random() < 0.003,
            haggler=rng.random() * 100 < planted.HAGGLERS,
        )
        if rng.random() * 100 < planted.BUSINESS:
            account.kind, account.business = CustomerKind.BUSINESS, registry.business(person)
        if rng.random() < 0.12:
            account.other_phone = registry.phone(town)
        self._add_products(account)
        self._add_promotion(account)
        self._add_contract(account)
        if rng.random() * 100 < planted.PAST_DUE:
            account.past_due_minor = rng.choice((1, 1, 2)) * account.bill_on(self.today)
            account.balance_minor = account.past_due_minor
        return account

    def _add_products(self, account: Account) -> None:
        rng = self.rng
        mix = rng.choices(("i", "im", "it", "itm", "m", "t"), (45, 15, 20, 12, 5, 3))[0]
        if "i" in mix:
            code = rng.choices(("FIBRE-100", "FIBRE-300", "FIBRE-500", "FIBRE-1000"), (5, 20, 45, 30))[0]
            line = self._line(account, code, equipment=("Fibre modem", "Wi-Fi router"))
            if line.started_on < self.rise_on:
                line.rise_on, line.rise_minor = self.rise_on, planted.PRICE_RISE_MINOR
                line.list_minor += planted.PRICE_RISE_MINOR
        if "t" in mix:
            code = rng.choices(("TV-SELECT", "TV-SPORTS", "TV-PREMIER"), (12, 28, 60))[0]
            line = self._line(account, code, equipment=("TV box",))
            line.bundle_minor = 1_000 if "i" in mix else 0
            if rng.random() < 0.15:
                self._line(account, "PHONE-FLAT", number=account.phone)
        if "m" in mix:
            code, quantity = rng.choices((("MOBILE-20", 2), ("MOBILE-5", 2), ("MOBILE-20", 3)), (55, 30, 15))[0]
            line = self._line(account, code, quantity=quantity, number=account.other_phone or account.phone)
            line.bundle_minor = 500 if len(mix) > 1 else 0
            if rng.random() < 0.2:
                line.device_balance_minor = rng.randrange(4_000, 60_000, 2_500)

    def _line(
        self, account: Account, code: str, *, quantity: int = 1, equipment: tuple[str, ...] = (), number: str = ""
    ) -> Line:
        sold = BY_CODE[code]
        started = account.since
        if account.lines and self.rng.random() < 0.4:
            started += timedelta(days=int(self.rng.random() * (self.today - account.since).days))
        line = Line(
            id=self.line_id(),
            product=sold,
            started_on=started,
            list_minor=sold.price * quantity,
            quantity=quantity,
            equipment=equipment,
            number=number,
            note=f"{quantity} lines" if quantity > 1 else "",
        )
        account.lines.append(line)
        return line

    def _add_promotion(self, account: Account) -> None:
        """A discount that runs, one that has ended in the last half year, or none."""
        rng = self.rng
        luck = rng.random() * 100
        if luck >= planted.DISCOUNT_RUNNING + planted.DISCOUNT_ENDED:
            return
        line = account.lines[0]
        running = luck < planted.DISCOUNT_RUNNING
        days = rng.randint(5, 330) if running else -rng.randint(1, 180)
        ends = self.today + timedelta(days=days)
        line.promotion_minor = rng.choice((1_000, 1_500, 2_000, 2_500))
        line.promotion_from = max(add_months(ends, -12), line.started_on)
        line.promotion_ends_on = max(ends, line.promotion_from + timedelta(days=1))
        line.promotion_name = rng.choice(("Welcome offer", "Spring offer", "Loyalty offer", "Summer of fibre"))

    def _add_contract(self, account: Account) -> None:
        rng = self.rng
        luck = rng.random() * 100
        line = account.lines[0]
        if luck < planted.IN_CONTRACT:
            line.contract_ends_on = self.today + timedelta(days=rng.randint(10, 600))
            line.exit_fee_monthly_minor = rng.choice((1_000, 1_500, 2_000))
        elif luck < planted.IN_CONTRACT + 30:
            line.contract_ends_on = max(self.today - timedelta(days=rng.randint(5, 700)), account.since)
