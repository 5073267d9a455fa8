"""What else happened to customers: outages by town, visits, chats, bills, orders, complaints; nothing after leaving."""

import random
from datetime import UTC, date, datetime, time, timedelta

from customers.choices import ComplaintStatus, InteractionKind, PriceCause
from retention_desk.demo import planted
from retention_desk.demo.accounts import Account
from retention_desk.demo.book import Book
from retention_desk.demo.people import TOWNS

_SUBJECTS = {
    "BILLING": ("Charged twice for one month", "Bill went up without notice", "Promised credit never came"),
    "FAULT": ("Slow in the evenings", "Line drops several times a day", "No picture since the storm"),
    "HANDLING": ("Cut off after a long wait", "Told three different things", "Rude on the telephone"),
    "VISIT": ("Technician did not come", "Technician came a day late", "Left without repairing it"),
    "INSTALLATION": ("Cable laid across the door", "Installed in the wrong room"),
    "EQUIPMENT": ("Router fails again and again", "TV box makes a noise"),
    "CANCELLING": ("Cancelled last month, still billed", "Could not reach anybody to cancel"),
    "PORTING": ("Number not transferred in time",),
}
_RESOLUTIONS = ("Explained and credited", "Repaired", "Apology sent", "Bill corrected", "New appointment kept")
_CHANNELS = ("telephone", "chat", "e-mail", "shop", "letter")
_CHATS = (
    ("Asked for a price match", "No offer made"),
    ("Asked why the bill changed", "Explained"),
    ("Asked how to end the contract", "Sent to the cancel line"),
    ("Router settings", "Solved in the chat"),
    ("Moved the payment day", ""),
)
_MAILS = (("Asked for a copy of the contract", "Sent"), ("Question about the bill", "Answered after 2 days"))
_VISITS = (
    ("Technician visit", "Signal fixed at the wall socket"),
    ("Technician visit", "Router changed"),
    ("Technician visit", "Nothing found"),
)


class History:
    """Writes the timeline of each account."""

    def __init__(self, rng: random.Random, book: Book, *, today: date, now: datetime) -> None:
        self._rng, self._book, self._today, self._now = rng, book, today, now
        self._outages = {town.name: self._outages_of(town.name) for town in TOWNS}
        self._complaints = 50_000

    def write(self, account: Account) -> None:
        """Everything that happened to one customer, but for calls, complaints' own rows and price changes."""
        rng = self._rng
        last = min(account.left_on or self._today, self._today)
        first = max(account.since, self._today - timedelta(days=planted.DAYS))
        self._outage_entries(account, first, last)
        self._prices(account, first, last)
        if account.since >= first:
            self._entry(account, InteractionKind.ORDER, account.since, "First order", "Installed within a week")
        for kind, stories, chance in (
            (InteractionKind.CHAT, _CHATS, 0.55),
            (InteractionKind.EMAIL, _MAILS, 0.20),
            (InteractionKind.VISIT, _VISITS, 0.30),
        ):
            if rng.random() < chance and (day := self._some_day(first, last)):
                self._entry(account, kind, day, *rng.choice(stories))
        self._bills(account, last)
        if account.left_on and account.left_on <= self._today and account.left_reason.startswith("Left later"):
            words = rng.choice(("Cancelled online", "Cancelled by letter", "Number taken to another provider"))
            self._entry(account, InteractionKind.CANCELLATION, account.left_on, words, "All products ended")
        self._complain(account, last)

    def _outages_of(self, town: str) -> list[tuple[datetime, str]]:
        rng = self._rng
        days = [self._today - timedelta(days=rng.randint(1, planted.DAYS)) for _ in range(rng.randint(3, 5))]
        if town in planted.FAULT_TOWNS:
            start = planted.fault_from(self._today)
            days += [start + timedelta(days=rng.randrange(planted.FAULT_LASTS)) for _ in range(8)]
        return [
            (self._moment(day), f"Outage in the area, {rng.randint(1, 6)} h {rng.randrange(5, 60, 5)} min")
            for day in sorted(days)
        ]

    def _outage_entries(self, account: Account, first: date, last: date) -> None:
        for at, title in self._outages[account.town.name]:
            if first <= at.date() <= last:
                self._book.interactions.add(
                    customer_id=account.id, kind=InteractionKind.OUTAGE, occurred_at=at, title=title
                )

    def _prices(self, account: Account, first: date, last: date) -> None:
        """Past changes explain the bill, scheduled ones are a promise to tell."""
        for line in account.lines:
            ends = line.promotion_ends_on
            if ends and line.promotion_minor and ends <= self._today + timedelta(days=300) and self._lives(line, ends):
                before = line.charged_on(ends - timedelta(days=1))
                line.changes.append((ends, before, line.charged_on(ends), PriceCause.PROMOTION_ENDED))
            rise = line.rise_on
            if rise and line.rise_minor and rise != ends and self._lives(line, rise):
                new = line.charged_on(rise)
                line.changes.append((rise, new - line.rise_minor, new, PriceCause.PRICE_RISE))
            if line.promotion_from and line.promotion_minor and first <= line.promotion_from <= last:
                name = line.promotion_name or "Offer"
                self._entry(account, InteractionKind.PROMOTION, line.promotion_from, f"{name} began", line.product.name)

    def _lives(self, line: object, day: date) -> bool:
        ends = getattr(line, "ends_on", None)
        return getattr(line, "started_on", day) < day and (ends is None or day <= ends)

    def _bills(self, account: Account, last: date) -> None:
        for back in (1, 2):
            month = (last.replace(day=1) - timedelta(days=28 * (back - 1))).replace(day=1)
            on = month.replace(day=account.bill_day)
            if account.since < on <= last:
                amount = sum(
                    line.charged_on(on)
                    for line in account.lines
                    if line.started_on <= on and (line.runs or line.ends_on)
                )
                self._book.interactions.add(
                    customer_id=account.id,
                    kind=InteractionKind.BILL,
                    occurred_at=self._moment(on, hour=6),
                    title=f"Bill for {on:%B}",
                    amount_minor=amount,
                )

    def _complain(self, account: Account, last: date) -> None:
        rng = self._rng
        while rng.random() < planted.COMPLAINTS_PER_CUSTOMER / (1 + planted.COMPLAINTS_PER_CUSTOMER):
            if last <= account.since:
                return
            kind = rng.choices([*planted.COMPLAINT_KINDS], [*planted.COMPLAINT_KINDS.values()])[0]
            open_ = rng.random() * 100 < planted.COMPLAINT_OPEN
            longest = 40 if open_ else 500
            opened_on = self._some_day(max(account.since, last - timedelta(days=longest)), last)
            if opened_on is None:
                return
            opened = self._moment(opened_on)
            closed = min(opened + timedelta(days=rng.lognormvariate(1.6, 0.8)), self._now)
            if not open_ and closed <= opened:
                closed = opened
            self._complaints += 1
            self._book.complaints.add(
                number=str(self._complaints),
                customer_id=account.id,
                kind=kind,
                subject=rng.choice(_SUBJECTS[kind]),
                status=rng.choice((ComplaintStatus.OPEN, ComplaintStatus.OPEN, ComplaintStatus.PENDING))
                if open_
                else ComplaintStatus.CLOSED,
                channel=rng.choice(_CHANNELS),
                on_behalf=rng.random() < 0.06,
                town=account.town.name,
                region=account.town.region,
                postcode=account.postcode,
                opened_at=opened,
                closed_at=None if open_ else closed,
                resolution="" if open_ else rng.choice(_RESOLUTIONS),
            )

    def _entry(self, account: Account, kind: InteractionKind, day: date, title: str, detail: str = "") -> None:
        self._book.interactions.add(
            customer_id=account.id, kind=kind, occurred_at=self._moment(day), title=title, detail=detail
        )

    def _some_day(self, first: date, last: date) -> date | None:
        days = (last - first).days
        return first + timedelta(days=self._rng.randrange(days)) if days > 0 else None

    def _moment(self, day: date, hour: int | None = None) -> datetime:
        rng = self._rng
        hour = rng.randint(15, 23) if hour is None else hour
        return min(datetime.combine(day, time(hour, rng.randrange(60)), tzinfo=UTC), self._now)
