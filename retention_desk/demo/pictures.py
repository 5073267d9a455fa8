"""The customers of the design's pictures, so that the first call on a new desk looks like them.

Find them as the README says: `Tennant`, `559 555 0142`, `4471-0926-3`. Days are counted back from today.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from customers.choices import (
    ComplaintKind,
    ComplaintStatus,
    CustomerKind,
    DispositionKind,
    InteractionKind,
    PriceCause,
)
from offers.pricing import add_months
from retention_desk.demo.accounts import Account, Builder, Line
from retention_desk.demo.book import Book
from retention_desk.demo.company import BY_CODE
from retention_desk.demo.people import TOWNS, Person

_FRESNO, _CLOVIS = TOWNS[0], TOWNS[1]


@dataclass(frozen=True, slots=True)
class Past:
    """A past call about one offer: how many days ago, who took it, which offer at which terms, and the answer."""

    days_ago: int
    agent: str
    reason: str
    offer: str
    terms: dict[str, int]
    kind: DispositionKind
    accepted: bool = True


MARISOL_PAST = (
    Past(658, "hana", "RIVAL", "SPEED-UPGRADE", {}, DispositionKind.SAVED_WITHOUT, accepted=False),
    Past(465, "nils", "PRICE", "INTERNET-PERCENT", {"percent": 15}, DispositionKind.SAVED_WITH_OFFER),
    Past(262, "paloma", "RIVAL", "GIFT-CARD", {}, DispositionKind.SAVED_WITH_OFFER),
)


def accounts(builder: Builder) -> list[Account]:
    """Marisol Tennant first; then those who are found beside her, and two more of the approvals page."""
    today = builder.today
    return [
        _marisol(builder, today),
        _account(builder, 2, "Marcus", "Tennant", "2206-1180-7", "0117", "FIBRE-300", years=2),
        _account(builder, 3, "", "M. Tennant Bakery", "9914-0045-1", "0131", "FIBRE-1000", years=8, postcode="93704"),
        _left(_account(builder, 4, "Marisol", "Tenant-Ruiz", "1052-7731-0", "0155", "TV-SPORTS", years=3), today),
        _account(builder, 5, "Corvin", "Adeyo", "7340-2291-4", "0163", "FIBRE-1000", years=1),
        _account(builder, 6, "Petra", "Lindqvist-Moss", "3388-6502-9", "0178", "FIBRE-500", "TV-SPORTS", years=5),
    ]


def tell(book: Book, known: list[Account], *, now: datetime) -> None:
    """What has happened to them."""
    marisol, petra = known[0].id, known[5].id
    for days, kind, title, detail in (
        (10, InteractionKind.OUTAGE, "Outage in the area, 2 h 40 min", "Third outage in 60 days"),
        (25, InteractionKind.CHAT, "Asked for a price match", "No offer made"),
        (33, InteractionKind.OUTAGE, "Outage in the area, 1 h 15 min", ""),
        (52, InteractionKind.OUTAGE, "Outage in the area, 4 h 05 min", ""),
        (62, InteractionKind.VISIT, "Technician visit", "Signal fixed at the wall socket"),
    ):
        _entry(book, marisol, now, days, kind, title, detail)
    for days in (6, 15, 24, 38, 51):
        _entry(book, petra, now, days, InteractionKind.OUTAGE, "Outage in the area, 3 h 20 min", "")
    _complaint(book, known[0], now, "48213", ComplaintKind.BILLING, "Bill went up without notice", opened=19)
    _complaint(book, known[0], now, "47102", ComplaintKind.FAULT, "Slow in the evenings", opened=80, closed=74)
    _complaint(book, known[5], now, "48377", ComplaintKind.FAULT, "Line drops several times a day", opened=12)


def _marisol(builder: Builder, today: date) -> Account:
    account = _account(
        builder, 1, "Marisol", "Tennant", "4471-0926-3", "0142", "FIBRE-500", "TV-SPORTS", "MOBILE-5", "PHONE-FLAT"
    )
    account.since = add_months(today.replace(day=1), -74)
    account.person = Person("Marisol", "Tennant", ("en", "es"))
    account.street = "1840 Kestrel Drive"
    internet, television, mobile, phone = account.lines
    for line in account.lines:
        line.started_on = account.since
    internet.promotion_minor, internet.promotion_name = 2_500, "Summer of fibre"
    # After the gift: what she may be given in twelve months was worked out from the whole bill.
    internet.promotion_from = today - timedelta(days=224)
    internet.promotion_ends_on = today - timedelta(days=41)
    ends = internet.promotion_ends_on
    internet.changes.append((ends, 5_499, 7_999, PriceCause.PROMOTION_ENDED))
    internet.contract_ends_on = today + timedelta(days=53)
    internet.exit_fee_monthly_minor = 3_000
    television.note, television.equipment = "210 channels, 1 box", ("TV box",)
    mobile.quantity, mobile.list_minor, mobile.note = 2, 3_600, "2 lines, 5 GB each"
    mobile.number, phone.number, phone.note = "+15595550143", account.phone, "Flat rate, own number"
    return account


def _account(
    builder: Builder,
    number: int,
    given: str,
    family: str,
    account_number: str,
    phone: str,
    *codes: str,
    years: int = 6,
    postcode: str = "93720",
) -> Account:
    since = add_months(builder.today, -12 * years - 2)
    account = Account(
        id=number,
        person=Person(given, family, ("en",)),
        town=_FRESNO,
        number=account_number,
        phone=f"+1559555{phone}",
        email=f"{given or 'desk'}.{family.rsplit(maxsplit=1)[-1]}{number}@example.com".lower(),
        street="1840 Kestrel Drive" if postcode == "93720" else "77 Depot Street",
        postcode=postcode,
        since=since,
        jurisdiction=_FRESNO.jurisdiction,
        bill_day=19,
        kind=CustomerKind.PRIVATE if given else CustomerKind.BUSINESS,
        business="" if given else family,
    )
    for code in codes:
        sold = BY_CODE[code]
        account.lines.append(Line(id=builder.line_id(), product=sold, started_on=since, list_minor=sold.price))
    return account


def _left(account: Account, today: date) -> Account:
    account.town, account.postcode = _CLOVIS, "93611"
    account.leave(today - timedelta(days=140), "Moved away", today)
    return account


def _entry(book: Book, customer: int, now: datetime, days: int, kind: InteractionKind, title: str, detail: str) -> None:
    at = datetime.combine((now - timedelta(days=days)).date(), time(18, 20), tzinfo=now.tzinfo)
    book.interactions.add(customer_id=customer, kind=kind, occurred_at=at, title=title, detail=detail)


def _complaint(
    book: Book,
    account: Account,
    now: datetime,
    number: str,
    kind: ComplaintKind,
    subject: str,
    *,
    opened: int,
    closed: int | None = None,
) -> None:
    book.complaints.add(
        number=number,
        customer_id=account.id,
        kind=kind,
        subject=subject,
        status=ComplaintStatus.OPEN if closed is None else ComplaintStatus.CLOSED,
        channel="telephone",
        town=account.town.name,
        region=account.town.region,
        postcode=account.postcode,
        opened_at=now - timedelta(days=opened),
        closed_at=None if closed is None else now - timedelta(days=closed),
        resolution="" if closed is None else "Credit $15",
    )
