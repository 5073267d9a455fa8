"""For each kind of offer, a version's rules as they could stand in the form: shown there as examples.

A test adds a version from each of them, so that none of them teaches a mistake.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from customers.admin_fields import readable
from offers.choices import OfferKind


@dataclass(frozen=True, slots=True)
class Example:
    """What a version of one kind consists of; amounts in minor units."""

    bounds: Mapping[str, Any]
    words: Mapping[str, Mapping[str, str]]
    cost_model: Mapping[str, Any]
    eligibility: Mapping[str, Any]
    figures: Mapping[str, Any]

    def text(self, part: str) -> str:
        """One part as it is typed."""
        return readable(dict(getattr(self, part)))


_FIGURES: Mapping[str, Any] = {"accept_percent": 35, "stay_percent": 80, "handling_minor": 0, "fits": ["PRICE"]}


def _example(
    name: str,
    say: str,
    bounds: Mapping[str, Any],
    *,
    cost_model: Mapping[str, Any] = MappingProxyType({}),
    eligibility: Mapping[str, Any] = MappingProxyType({}),
    items: Mapping[str, str] = MappingProxyType({}),
) -> Example:
    words = {"en": {"name": name, "say": say, "terms": "Ends any time.", **items}}
    return Example(bounds, words, cost_model, eligibility, _FIGURES)


def _item(code: str, price: int, cost: int) -> dict[str, Any]:
    return {"code": code, "product_kind": "TV", "list_price_minor": price, "unit_cost_minor": cost}


EXAMPLES: Mapping[OfferKind, Example] = MappingProxyType(
    {
        OfferKind.PERCENT_OFF: _example(
            "Internet discount",
            "I can take {percent}% off your internet for {months} months: {bill_after} instead of {bill_before}.",
            {
                "percent": [5, 30, 5],
                "months": [3, 12, 3],
                "scope": "INTERNET",
                "default": {"percent": 20, "months": 6},
            },
            eligibility={"tenure_min_months": 6, "needs_product_kinds": ["INTERNET"]},
        ),
        OfferKind.AMOUNT_OFF: _example(
            "Bill discount",
            "I can take {amount} a month off for {months} months: {bill_after} instead of {bill_before}.",
            {"amount": [500, 3000, 500], "months": [3, 12, 3], "default": {"amount_minor": 1000, "months": 6}},
        ),
        OfferKind.FREE_ADDON: _example(
            "Free channel",
            "I can add {product} free for {months} months.",
            {
                "items": [_item("CINEMA", 1500, 600)],
                "months": [3, 12, 3],
                "default": {"product": "CINEMA", "months": 6},
            },
            eligibility={"needs_product_kinds": ["TV"], "excludes_product_codes": ["CINEMA"]},
            items={"item:CINEMA": "Cinema"},
        ),
        OfferKind.FREE_MONTHS: _example(
            "Free month",
            "I can give you {months} month free.",
            {"months": [1, 2, 1], "default": {"months": 1}},
            cost_model={"share_percent": 60},
        ),
        OfferKind.PLAN_CHANGE: _example(
            "Smaller plan",
            "{product} has what you watch: {bill_after} a month instead of {bill_before}.",
            {"items": [_item("TV-BASIC", 2900, 1200)], "default": {"product": "TV-BASIC"}},
            eligibility={"needs_product_kinds": ["TV"], "excludes_product_codes": ["TV-BASIC"]},
            items={"item:TV-BASIC": "TV Basic"},
        ),
        OfferKind.PAUSE: _example(
            "Pause",
            "I can pause your service for {months} months. You pay nothing until then.",
            {"months": [1, 6, 1], "default": {"months": 3}},
        ),
        OfferKind.WAIVED_FEE: _example(
            "Fee waived",
            "I can waive the fee of {amount}.",
            {"amount": [1000, 10000, 1000], "default": {"amount_minor": 5000}},
        ),
        OfferKind.CREDIT: _example(
            "Goodwill credit",
            "I can put a credit of {amount} on your next bill.",
            {"amount": [500, 10000, 500], "default": {"amount_minor": 2000}},
        ),
        OfferKind.REPLACEMENT_COUPON: _example(
            "New coupon",
            "I can renew your discount: {percent}% off for {months} months.",
            {
                "percent": [10, 40, 5],
                "months": [3, 12, 3],
                "default": {"percent": 20, "months": 6, "words": "the new coupon takes the place of the old one"},
            },
        ),
        OfferKind.GIFT: _example(
            "Gift card",
            "I can send you a gift card of {amount}.",
            {"amount": [2500, 15000, 2500], "default": {"amount_minor": 5000, "words": "a gift card of your choice"}},
            cost_model={"share_percent": 90},
        ),
        OfferKind.APOLOGY: _example(
            "Apology and visit",
            "I am sorry. A technician will put it right by {fix_by}.",
            {"fix_within_days": 14, "default": {"words": "a technician puts it right and calls you"}},
            cost_model={"fixed_minor": 6000},
        ),
        OfferKind.LOYALTY: _example(
            "Price lock",
            "I can promise that your price stays for {months} months.",
            {"months": [12, 24, 12], "default": {"months": 24, "words": "no price rise on what you have today"}},
            cost_model={"monthly_minor": 250},
        ),
    }
)
