"""What the catalogue stores is read back as it was written, and nothing half-right is read."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from customers.choices import CustomerKind, ProductKind
from customers.value import RiskBand, Tier
from offers.choices import Family, OfferKind
from offers.facts import Eligibility
from offers.ranking import BaseFigures
from offers.stored import (
    Unreadable,
    read_bounds,
    read_eligibility,
    read_figures,
    write_bounds,
    write_eligibility,
    write_figures,
)
from offers.terms import Bounds, Range
from tests.offers.cases import BOUNDS, eligibility

FULL = Eligibility(
    family=Family.RECURRING,
    kind=OfferKind.PERCENT_OFF,
    currency="USD",
    from_on=date(2026, 1, 1),
    until_on=date(2027, 1, 1),
    tenure_min_months=6,
    tenure_max_months=120,
    customer_kinds=frozenset({CustomerKind.PRIVATE}),
    tiers=frozenset({Tier.MID, Tier.HIGH}),
    risk_bands=frozenset({RiskBand.HIGH}),
    jurisdictions=frozenset({"US"}),
    needs_product_kinds=frozenset({ProductKind.TV}),
    excludes_product_codes=frozenset({"TV-BASIC"}),
    reasons=frozenset({"PRICE", "RIVAL"}),
    reasons_excluded=frozenset({"DEATH"}),
    contract_months_left_max=3,
    needs_contract=True,
    cooldown_months=0,
    excludes=frozenset({Family.UPGRADE}),
    allows_past_due=False,
)


@pytest.mark.parametrize("bounds", [pytest.param(bounds, id=str(kind)) for kind, bounds in BOUNDS.items()])
def test_bounds_come_back_as_they_were_written(bounds: Bounds) -> None:
    stored, cost_model = json.loads(json.dumps(write_bounds(bounds)))

    found = read_bounds(kind=bounds.kind, currency=bounds.currency, bounds=stored, cost_model=cost_model)

    # A promised day is not stored: it is reckoned from the day of the call.
    assert found == replace(bounds, default=replace(bounds.default, fix_by=None))


def test_defaults_left_out_are_the_low_end_and_the_first_item() -> None:
    discount = read_bounds(
        kind=OfferKind.PERCENT_OFF,
        currency="USD",
        bounds={"percent": [5, 50, 5], "months": [3, 12, 3]},
        cost_model={},
    )
    item = {"code": "TV-BASIC", "product_kind": "TV", "list_price_minor": 4_000, "unit_cost_minor": 2_600}
    plan = read_bounds(kind=OfferKind.PLAN_CHANGE, currency="USD", bounds={"items": [item]}, cost_model={})

    assert (discount.default.percent, discount.default.months) == (5, 3)
    assert discount.percent == Range(5, 50, 5)
    assert plan.default.product == "TV-BASIC"


GOOD = {"percent": [5, 50, 5], "months": [3, 12, 3]}


@pytest.mark.parametrize(
    ("bounds", "cost_model", "field"),
    [
        (GOOD | {"precent": [5, 50, 5]}, {}, "bounds.precent"),
        (GOOD | {"percent": [5, 50]}, {}, "bounds.percent"),
        (GOOD | {"percent": [0, 50, 5]}, {}, "bounds.percent"),
        (GOOD | {"percent": [5.0, 50, 5]}, {}, "bounds.percent"),
        (GOOD | {"percent": "5-50"}, {}, "bounds.percent"),
        (GOOD | {"percent": [True, 50, 1]}, {}, "bounds.percent"),
        ({"months": [3, 12, 3]}, {}, "bounds"),
        (GOOD | {"amount": [100, 100, 1]}, {}, "bounds"),
        (GOOD | {"scope": None}, {}, "bounds.scope"),
        (GOOD | {"default": {"percent": 7}}, {}, "bounds"),
        (GOOD | {"default": {"percents": 5}}, {}, "bounds.default.percents"),
        (GOOD | {"default": []}, {}, "bounds.default"),
        (GOOD | {"items": [{"code": "X"}]}, {}, "bounds.items.0.product_kind"),
        (GOOD | {"items": ["X"]}, {}, "bounds.items.0"),
        (GOOD | {"fix_within_days": -1}, {}, "bounds.fix_within_days"),
        (GOOD, {"share_percent": 120}, "cost_model"),
        (GOOD, {"fixed_minor": 10.5}, "cost_model.fixed_minor"),
        (GOOD, {"fixed": 10}, "cost_model.fixed"),
    ],
)
def test_half_right_bounds_are_refused_by_the_name_of_the_field(
    bounds: dict[str, Any], cost_model: dict[str, Any], field: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_bounds(kind=OfferKind.PERCENT_OFF, currency="USD", bounds=bounds, cost_model=cost_model)

    if field == "bounds.items.0.product_kind":
        assert refusal.value.field.startswith("bounds.items.0")
    else:
        assert refusal.value.field == field


@pytest.mark.parametrize("wanted", [FULL, eligibility(), eligibility(cooldown_months=12)], ids=["full", "plain", "one"])
def test_eligibility_comes_back_as_it_was_written(wanted: Eligibility) -> None:
    stored = json.loads(json.dumps(write_eligibility(wanted)))

    found = read_eligibility(kind=wanted.kind, family=wanted.family, currency=wanted.currency, eligibility=stored)

    assert found == wanted


def test_an_offer_for_everybody_stores_nothing() -> None:
    assert write_eligibility(eligibility()) == {}


@pytest.mark.parametrize(
    ("stored", "field"),
    [
        ({"tenure_min": 6}, "eligibility.tenure_min"),
        ({"tiers": ["GOLD"]}, "eligibility.tiers"),
        ({"tiers": "HIGH"}, "eligibility.tiers"),
        ({"reasons": [1]}, "eligibility.reasons"),
        ({"from_on": "2026-13-01"}, "eligibility.from_on"),
        ({"from_on": 20260101}, "eligibility.from_on"),
        ({"needs_contract": 1}, "eligibility.needs_contract"),
        ({"cooldown_months": -1}, "eligibility.cooldown_months"),
        ({"kind": "CREDIT"}, "eligibility.kind"),
    ],
)
def test_a_misspelt_restriction_is_refused(stored: dict[str, Any], field: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_eligibility(kind=OfferKind.PERCENT_OFF, family=Family.RECURRING, currency="USD", eligibility=stored)

    assert refusal.value.field == field


def test_figures_come_back_as_they_were_written() -> None:
    wanted = BaseFigures(accept_percent=38, stay_percent=77, handling_minor=150, fits=frozenset({"PRICE", "RIVAL"}))

    assert read_figures(json.loads(json.dumps(write_figures(wanted)))) == wanted
    assert read_figures({"accept_percent": 0, "stay_percent": 100}) == BaseFigures(accept_percent=0, stay_percent=100)


@pytest.mark.parametrize(
    ("stored", "field"),
    [
        ({"stay_percent": 77}, "figures.accept_percent"),
        ({"accept_percent": 38}, "figures.stay_percent"),
        ({"accept_percent": 101, "stay_percent": 77}, "figures.accept_percent"),
        ({"accept_percent": 38, "stay_percent": 0.77}, "figures.stay_percent"),
        ({"accept_percent": 38, "stay_percent": 77, "fit": []}, "figures.fit"),
    ],
)
def test_figures_without_their_shares_are_refused(stored: dict[str, Any], field: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_figures(stored)

    assert refusal.value.field == field
