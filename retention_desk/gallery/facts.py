"""A call as the states begin with it: Marisol Tennant on the line, her products, what may be offered and by whom."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from customers import reading
from customers.choices import (
    CallerRole,
    CallEventKind,
    CallState,
    CancelWhen,
    ComplaintStatus,
    IdentityResult,
    InteractionKind,
    OpeningIntent,
    ProductKind,
    SubscriptionState,
)
from customers.conduct import DEFAULT
from customers.legs import SheetEvent
from customers.sheet import (
    CallHead,
    CallSheet,
    CancelledLine,
    CustomerHead,
    HistoryEntry,
    Line,
    ReasonChoice,
    SheetCancellation,
    SheetComplaint,
)
from offers.authorisation import OfferSheet
from offers.choices import ApprovalState, BudgetKind, Family, Grade, LimitMode, OfferKind, ProposalState
from offers.facts import Eligibility, Limit, OwnTotals
from offers.offering import ground
from offers.ranking import BaseFigures
from offers.scheme import DEFAULT_GRADES, DEFAULT_SCHEME
from offers.standing import Budget, CatalogueEntry, Made, Past, Standing
from offers.terms import Bounds, Range, Terms
from retention_desk.gallery.made_up import made_up

AGENT, SUPERVISOR = "Ines Falk", "Tobias Renn"
_PRODUCTS = (
    (ProductKind.INTERNET, "FIBRE-500", "Fibre 500 internet", 7_999, "", ("1 modem",)),
    (ProductKind.TV, "TV-SELECT", "TV Select with Sports", 6_800, "210 channels, 1 box", ("1 TV box",)),
    (ProductKind.MOBILE, "MOBILE-5", "Mobile, 2 lines", 3_600, "5 GB each", ()),
    (ProductKind.PHONE, "PHONE", "Home phone", 1_200, "Flat rate, own number", ()),
)
_REASONS = (
    ("PRICE", "Price", "currency-dollar", True),
    ("RIVAL", "Other provider", "arrow-forward-up", True),
    ("FAULTS", "Faults", "wifi-off", True),
    ("MOVING", "Moving", "truck", True),
    ("DEATH", "Death", "heart-handshake", False),
    ("OTHER", "Other", "pencil", True),
)


def sheet(now: datetime, *, call: dict[str, Any] | None = None, **given: Any) -> CallSheet:
    """The call, four and a half minutes old, as its agent sees it; `call` and `given` say what is different."""
    whole: dict[str, Any] = {
        "now": now,
        "today": now.date(),
        "call": _call(now, **(call or {})),
        "policy": DEFAULT,
        "customer": customer(now),
        "lines": lines(now),
        "history": _history(now),
        "history_total": 4,
        "complaints": (_complaint(now),),
        "open_complaints": 1,
        "events": _events(now),
        "reasons": tuple(
            made_up(ReasonChoice, id=place, code=code, name=name, icon=icon, offers_allowed=allowed, active=True)
            for place, (code, name, icon, allowed) in enumerate(_REASONS, 1)
        ),
        "outages_60d": 3,
    }
    return made_up(CallSheet, **(whole | given))


def _call(now: datetime, **given: Any) -> CallHead:
    whole: dict[str, Any] = {
        "agent_name": AGENT,
        "team_name": "Retention East",
        "site_name": "Fresno",
        "time_zone": "UTC",
        "state": CallState.OPEN,
        "opened_at": now - timedelta(seconds=277),
        "seen_at": now,
        "phone_from": "+15595550142",
        "caller_role": CallerRole.HOLDER,
        "opening_intent": OpeningIntent.DISCONNECT,
        "identity": IdentityResult.CHECKED,
        "identity_checks": ("PIN", "BIRTH_DATE"),
        "identity_at": now - timedelta(seconds=235),
        "recording_told_at": now - timedelta(seconds=270),
        "offers_allowed": 2,
        "ask_count": 1,
        "asked_at": now - timedelta(seconds=95),
        "reason_id": 1,
        "notes": "Promotion ended in October, has a quote.",
    }
    return made_up(CallHead, **(whole | given))


def _events(now: datetime) -> tuple[SheetEvent, ...]:
    rows = (
        (270, CallEventKind.RECORDING_NOTICE),
        (235, CallEventKind.IDENTITY_CHECKED),
        (95, CallEventKind.ASKED_TO_CANCEL),
        (80, CallEventKind.REASON_SET),
    )
    return tuple(
        made_up(SheetEvent, id=place, kind=kind, at=now - timedelta(seconds=before), by_name=AGENT)
        for place, (before, kind) in enumerate(rows, 1)
    )


def customer(now: datetime, **given: Any) -> CustomerHead:
    """Marisol Tennant, a customer for six years."""
    whole: dict[str, Any] = {
        "account_number": "4471-0926-3",
        "given_name": "Marisol",
        "family_name": "Tennant",
        "phone": "+15595550142",
        "phone_known": True,
        "email": "marisol.tennant@example.com",
        "town": "Fresno",
        "region": "CA",
        "postcode": "93721",
        "country": "US",
        "jurisdiction": "US-CA",
        "languages": ("en", "es"),
        "currency": "USD",
        "customer_since": now.date() - timedelta(days=2260),
        "paid_until": now.date() + timedelta(days=12),
        "autopay": True,
    }
    return made_up(CustomerHead, **(whole | given))


def lines(now: datetime, **given: Any) -> tuple[Line, ...]:
    """Four products at $195.99 a month; the internet is in contract for two months more."""
    found = []
    for place, (kind, code, name, price, note, equipment) in enumerate(_PRODUCTS, 1):
        bound = {"contract_ends_on": now.date() + timedelta(days=56), "exit_fee_monthly_minor": 3_000}
        whole: dict[str, Any] = {
            "id": place,
            "product_code": code,
            "product_kind": kind,
            "name": name,
            "state": SubscriptionState.ACTIVE,
            "quantity": 1,
            "list_price_minor": price,
            "price_minor": price,
            "margin_percent": 40,
            "note": note,
            "equipment": equipment,
            "service_number": "+15595550142" if kind == ProductKind.MOBILE else "",
            **(bound if kind == ProductKind.INTERNET else {}),
        }
        found.append(made_up(Line, **(whole | given)))
    return tuple(found)


def _history(now: datetime) -> tuple[HistoryEntry, ...]:
    rows = (
        (3, InteractionKind.COMPLAINT, "Complaint 48213, open", "Bill went up without notice"),
        (10, InteractionKind.OUTAGE, "Outage in the area, 2 h 40 min", "Third outage in 60 days"),
        (25, InteractionKind.CHAT, "Chat: asked for a price match", "No offer made"),
        (62, InteractionKind.VISIT, "Technician visit", "Line measured, splitter changed"),
    )
    return tuple(
        made_up(HistoryEntry, id=place, kind=kind, title=title, detail=detail, occurred_at=now - timedelta(days=days))
        for place, (days, kind, title, detail) in enumerate(rows, 1)
    )


def _complaint(now: datetime) -> SheetComplaint:
    return made_up(
        SheetComplaint, id=1, number="48213", subject="Bill went up without notice", status=ComplaintStatus.OPEN,
        opened_at=now - timedelta(days=3),
    )  # fmt: skip


def cancellation(now: datetime, **given: Any) -> SheetCancellation:
    """Everything cancelled for the end of the paid month, a minute ago."""
    whole: dict[str, Any] = {
        "id": 1,
        "number": "RD7K4M2297",
        "when": CancelWhen.END_OF_PAID_MONTH,
        "effective_on": now.date() + timedelta(days=12),
        "currency": "USD",
        "fee_minor": 6_000,
        "last_bill_minor": 13_840,
        "bill_before_minor": 19_599,
        "by_name": AGENT,
        "recorded_at": now - timedelta(seconds=41),
        "lines": tuple(made_up(CancelledLine, subscription_id=one.id, name=one.name) for one in lines(now)),
    }
    return made_up(SheetCancellation, **(whole | given))


def offers(call: CallSheet, *, left_minor: int = 41_200, supervisors: int = 2, **given: Any) -> OfferSheet:
    """What may be offered on the call: the agent's limit, a week's budget, four offers."""
    whole: dict[str, Any] = {
        "today": call.today,
        "scheme": DEFAULT_SCHEME,
        "limits": (limit(Grade.AGENT),),
        "ladder": tuple(limit(grade) for grade in Grade),
        "totals": OwnTotals(),
        "supervisors": supervisors,
        "budgets": (made_up(Budget, kind=BudgetKind.AGENT, left_minor=left_minor, limit_minor=60_000),),
        "mode": LimitMode.HARD,
        "catalogue": catalogue(),
        "past": _past(call.now),
    }
    standing = made_up(Standing, **(whole | given))
    verdict = reading.verdict(
        call, presented=standing.presented, refused=standing.refused, settled=standing.settled, now=call.now
    )
    return OfferSheet(ground(sheet=call, standing=standing, worth=reading.worth(call), verdict=verdict))


def _past(now: datetime) -> tuple[Past, ...]:
    rows: tuple[tuple[int, str, ProposalState, dict[str, int]], ...] = (
        (263, "Gift card", ProposalState.ACCEPTED, {"amount_minor": 10_000}),
        (463, "Loyalty discount", ProposalState.ACCEPTED, {"percent": 15, "months": 6}),
        (656, "Speed upgrade", ProposalState.DECLINED, {}),
    )
    return tuple(
        made_up(Past, name=name, state=state, currency="USD", presented_at=now - timedelta(days=days), **terms)
        for days, name, state, terms in rows
    )


def limit(grade: Grade) -> Limit:
    """The default scheme's limit of a grade."""
    scheme = DEFAULT_GRADES[grade]
    return made_up(
        Limit, version_id=grade.rank + 1, grade=grade, max_percent=scheme.max_percent, max_months=scheme.max_months,
        max_monthly_minor=scheme.max_monthly_minor, max_credit_minor=scheme.max_credit_minor,
        max_fee_minor=scheme.max_fee_minor, max_cost_minor=scheme.max_cost_minor, kinds=scheme.kinds, currency="USD",
    )  # fmt: skip


def catalogue(**eligible: Any) -> tuple[CatalogueEntry, ...]:
    """A discount within an agent's limit, one beyond it, one that nobody may give, and one for new customers."""
    return (
        _entry(1, "Loyalty discount", _discount(10, 6), 41, 85, **eligible),
        _entry(2, "Goodwill credit", _credit(2_000), 27, 75, **eligible),
        _entry(3, "Price match", _discount(25, 6), 55, 90, **eligible),
        _entry(4, "Half price", _discount(50, 12), 62, 92, **eligible),
        _entry(5, "Welcome discount", _discount(20, 6), 30, 70, **({"tenure_max_months": 6} | eligible)),
    )


def _entry(version: int, name: str, bounds: Bounds, accept: int, stay: int, **eligible: Any) -> CatalogueEntry:
    family = Family.CREDIT if bounds.kind == OfferKind.CREDIT else Family.RECURRING
    return made_up(
        CatalogueEntry, version_id=version, code=f"OFFER{version}", kind=bounds.kind, family=family, bounds=bounds,
        words={"name": name}, eligibility=Eligibility(family, bounds.kind, "USD", **eligible),
        figures=BaseFigures(accept, stay, fits=frozenset({"PRICE"})),
    )  # fmt: skip


def _discount(percent: int, months: int) -> Bounds:
    default = Terms(OfferKind.PERCENT_OFF, "USD", percent=percent, months=months)
    return Bounds(OfferKind.PERCENT_OFF, "USD", default, percent=Range(5, 50, 5), months=Range(3, 12, 3))


def _credit(amount: int) -> Bounds:
    default = Terms(OfferKind.CREDIT, "USD", amount_minor=amount)
    return Bounds(OfferKind.CREDIT, "USD", default, amount=Range(500, 5_000, 500))


def made(now: datetime, state: ProposalState, **given: Any) -> Made:
    """The discount of 25 % for 6 months as it was proposed on this call."""
    asked_at = now - timedelta(seconds=41)
    whole: dict[str, Any] = {
        "id": 1,
        "key": UUID(int=1),
        "version_id": 3,
        "code": "OFFER3",
        "kind": OfferKind.PERCENT_OFF,
        "name": "Price match",
        "currency": "USD",
        "percent": 25,
        "months": 6,
        "cost_minor": 29_400,
        "monthly_minor": 4_900,
        "bill_before_minor": 19_599,
        "bill_after_minor": 14_699,
        "starts_on": now.date() + timedelta(days=12),
        "ends_on": date(now.year + 1, (now.month + 6) % 12 or 12, 1),
        "accept_percent": 55,
        "expected_value_minor": 21_400,
        "state": state,
        "created_at": asked_at,
        "presented_at": now - timedelta(seconds=22) if state == ProposalState.PRESENTED else None,
        "expires_at": now + timedelta(minutes=9),
        "asked_at": asked_at,
        "due_at": asked_at + timedelta(seconds=120),
        "answer": ApprovalState.OPEN,
    }
    return made_up(Made, **(whole | given))
