"""The offers of the demo: one of every kind, with bounds, cost, eligibility, figures, campaign and words.

Cost at the default terms follows the shares in `docs/demo.md`. The figures are the planted truth itself: a desk that
has counted for years knows its acceptance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from customers.choices import ProductKind
from offers.choices import Family, OfferKind
from offers.facts import Eligibility
from offers.ranking import BaseFigures
from offers.terms import SCHEMAS, Bounds, CostModel, Item, Range, Terms
from retention_desk.demo import planted
from retention_desk.demo.catalogue_words import words_of
from retention_desk.demo.company import BY_CODE, CURRENCY

# Code, name, budget a month of one floor of twelve, in cents.
CAMPAIGNS: tuple[tuple[str, str, int], ...] = (
    ("LOYALTY", "Loyalty discounts", 12_000_000),
    ("CARE", "Credits and apologies", 5_000_000),
    ("GIFTS", "Gift cards", 1_000_000),
    ("UPGRADES", "Upgrades and plan changes", 1_000_000),
    ("FEES", "Waived fees", 1_000_000),
)
CAMPAIGN_PARTS = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One offer of the catalogue, as the pure modules read it."""

    code: str
    kind: OfferKind
    icon: str
    campaign: str
    bounds: Bounds
    eligibility: Eligibility
    figures: BaseFigures

    @property
    def family(self) -> Family:
        """The family that it may not be stacked with."""
        return SCHEMAS[self.kind].family

    @property
    def words(self) -> dict[str, dict[str, str]]:
        """Name, sentence to say, small print and names of items, by language."""
        return words_of(self.code)


def item(code: str) -> Item:
    """A product of the price list as something that can be given or changed to."""
    sold = BY_CODE[code]
    cost = (sold.price * (100 - sold.margin) + 50) // 100
    return Item(code=code, product_kind=str(sold.kind), list_price_minor=sold.price, unit_cost_minor=cost)


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entry before it knows its kind everywhere."""

    icon: str
    campaign: str
    default: dict[str, Any]
    fits: tuple[str, ...]
    bounds: dict[str, Any] = field(default_factory=dict)
    cost: CostModel = field(default_factory=CostModel)
    eligibility: dict[str, Any] = field(default_factory=dict)
    handling_minor: int = 0


_INTERNET, _TV = frozenset({str(ProductKind.INTERNET)}), frozenset({str(ProductKind.TV)})
_PRICE = ("PRICE", "RIVAL", "PROMOTION_ENDED", "PRICE_RISE", "RIVAL_NAMED", "ASKED_TO_PAY_LESS")
_QUARTERS = Range(3, 12, 3)

_DRAFTS: Mapping[tuple[str, OfferKind], _Draft] = {
    ("BILL-AMOUNT", OfferKind.AMOUNT_OFF): _Draft(
        "cash",
        "LOYALTY",
        {"amount_minor": 1_500, "months": 12},
        _PRICE,
        {"amount": Range(500, 5_000, 500), "months": Range(6, 24, 6)},
    ),
    ("INTERNET-PERCENT", OfferKind.PERCENT_OFF): _Draft(
        "percentage",
        "LOYALTY",
        {"percent": 20, "months": 6},
        _PRICE,
        {"percent": Range(5, 50, 5), "months": _QUARTERS, "scope": str(ProductKind.INTERNET)},
        eligibility={"needs_product_kinds": _INTERNET},
    ),
    ("WHOLE-BILL", OfferKind.PERCENT_OFF): _Draft(
        "discount",
        "LOYALTY",
        {"percent": 25, "months": 12},
        ("PRICE", "RIVAL", "RIVAL_NAMED"),
        {"percent": Range(5, 50, 5), "months": _QUARTERS},
    ),
    ("FREE-MONTH", OfferKind.FREE_MONTHS): _Draft(
        "calendar",
        "LOYALTY",
        {"months": 1},
        ("PRICE", "MOVING", "AUTOPAY_OFF"),
        {"months": Range(1, 2)},
        CostModel(share_percent=60),
        {"allows_past_due": False, "tenure_min_months": 12},
    ),
    ("NEW-COUPON", OfferKind.REPLACEMENT_COUPON): _Draft(
        "ticket",
        "LOYALTY",
        {"percent": 20, "months": 6, "words": "the new coupon takes the place of the promotion that runs now"},
        ("PRICE", "PROMOTION_ENDED"),
        {"percent": Range(10, 40, 5), "months": _QUARTERS, "scope": str(ProductKind.INTERNET)},
        eligibility={"needs_product_kinds": _INTERNET},
    ),
    ("PAUSE", OfferKind.PAUSE): _Draft(
        "player-pause",
        "LOYALTY",
        {"months": 3},
        ("NOT_USED", "AWAY", "MOVING"),
        {"months": Range(1, 6)},
        eligibility={"reasons_excluded": frozenset({"FAULTS", "BILLING"})},
    ),
    ("PRICE-LOCK", OfferKind.LOYALTY): _Draft(
        "lock",
        "LOYALTY",
        {"months": 24, "words": "no price rise on any product you have today"},
        ("PRICE", "PRICE_RISE", "RIVAL"),
        {"months": Range(12, 24, 12)},
        CostModel(monthly_minor=250),
        {"tenure_min_months": 12},
    ),
    ("RIGHT-SIZE-TV", OfferKind.PLAN_CHANGE): _Draft(
        "device-tv",
        "UPGRADES",
        {"product": "TV-SELECT"},
        ("NOT_USED", "STREAMS", "PRICE"),
        {"items": (item("TV-SELECT"), item("TV-BASIC"))},
        CostModel(horizon_months=9),
        eligibility={"needs_product_kinds": _TV, "excludes_product_codes": frozenset({"TV-SELECT", "TV-BASIC"})},
    ),
    ("PREMIUM-CHANNEL", OfferKind.FREE_ADDON): _Draft(
        "star",
        "UPGRADES",
        {"product": "CINEMA-PLUS", "months": 6},
        ("NOT_USED", "OTHER"),
        {"items": (item("CINEMA-PLUS"),), "months": _QUARTERS},
        eligibility={"needs_product_kinds": _TV, "excludes_product_codes": frozenset({"CINEMA-PLUS"})},
    ),
    ("SPEED-UPGRADE", OfferKind.FREE_ADDON): _Draft(
        "bolt",
        "UPGRADES",
        {"product": "SPEED-1000", "months": 12},
        ("RIVAL", "RIVAL_SPEED", "SLOW", "FAULTS"),
        {"items": (item("SPEED-1000"),), "months": Range(6, 12, 6)},
        eligibility={
            "needs_product_kinds": _INTERNET,
            "excludes_product_codes": frozenset({"FIBRE-1000", "SPEED-1000"}),
        },
    ),
    ("CREDIT-VISIT", OfferKind.CREDIT): _Draft(
        "tool",
        "CARE",
        {"amount_minor": 4_000},
        ("FAULTS", "OUTAGES", "OUTAGES_MANY", "SLOW", "NOT_REPAIRED", "COMPLAINT_OPEN"),
        {"amount": Range(1_000, 25_000, 500)},
        CostModel(fixed_minor=7_500),
        {"reasons_excluded": frozenset({"MOVING"})},
    ),
    ("GOODWILL", OfferKind.CREDIT): _Draft(
        "receipt-refund",
        "CARE",
        {"amount_minor": 1_500},
        ("BILLING", "COMPLAINT_OPEN", "COMPLAINTS_MANY"),
        {"amount": Range(500, 10_000, 500)},
        eligibility={"reasons": frozenset({"BILLING", "FAULTS"})},
    ),
    ("APOLOGY-FIX", OfferKind.APOLOGY): _Draft(
        "heart-handshake",
        "CARE",
        {"words": "a technician puts it right and calls you afterwards"},
        ("FAULTS", "BILLING", "NOT_REPAIRED", "COMPLAINT_OPEN"),
        {"fix_within_days": 14},
        CostModel(fixed_minor=6_000),
        {"reasons": frozenset({"BILLING", "FAULTS"})},
    ),
    ("GIFT-CARD", OfferKind.GIFT): _Draft(
        "gift",
        "GIFTS",
        {"amount_minor": 10_000, "words": "a gift card for the shops of your choice"},
        ("RIVAL", "RIVAL_DEVICE", "OTHER"),
        {"amount": Range(2_500, 15_000, 2_500)},
        eligibility={"cooldown_months": 12, "tenure_min_months": 24, "allows_past_due": False},
    ),
    ("MOVING-FEE", OfferKind.WAIVED_FEE): _Draft(
        "truck-delivery",
        "FEES",
        {"amount_minor": 5_000},
        ("MOVING",),
        {"amount": Range(1_000, 24_000, 1_000)},
        eligibility={"reasons": frozenset({"MOVING"}), "cooldown_months": 0},
    ),
}


def _entry(code: str, kind: OfferKind, draft: _Draft) -> Entry:
    truth = planted.OFFERS[code]
    family = SCHEMAS[kind].family
    return Entry(
        code=code,
        kind=kind,
        icon=draft.icon,
        campaign=draft.campaign,
        bounds=Bounds(
            kind=kind,
            currency=CURRENCY,
            default=Terms(kind=kind, currency=CURRENCY, **draft.default),
            cost=draft.cost,
            **draft.bounds,
        ),
        eligibility=Eligibility(family=family, kind=kind, currency=CURRENCY, **draft.eligibility),
        figures=BaseFigures(
            accept_percent=truth.accept,
            stay_percent=truth.stay,
            handling_minor=draft.handling_minor,
            fits=frozenset(draft.fits),
        ),
    )


CATALOGUE: Mapping[str, Entry] = {code: _entry(code, kind, draft) for (code, kind), draft in _DRAFTS.items()}
