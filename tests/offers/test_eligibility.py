"""Whom an offer is for, and when offers are closed on a call; every reason with its numbers."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from customers.choices import CallerRole, CustomerKind, IdentityResult, ProductKind
from customers.conduct import DEFAULT, STRICT, SoFar, verdict
from customers.value import RiskBand, Tier
from offers.choices import Family, OfferKind, ReasonCode
from offers.eligibility import Unit, Why, is_eligible, why_closed
from offers.scheme import DEFAULT_SCHEME
from tests.offers.cases import NOW, TODAY, call, eligibility, facts

MONTHS, COUNT = Unit.MONTHS, Unit.COUNT


def test_an_offer_for_everybody_is_for_this_customer() -> None:
    assert is_eligible(eligibility(), facts()) == []


@pytest.mark.parametrize(
    ("restriction", "customer", "why"),
    [
        ({"from_on": date(2026, 11, 23)}, {}, Why(ReasonCode.NOT_IN_FORCE)),
        ({"until_on": TODAY}, {}, Why(ReasonCode.NOT_IN_FORCE)),
        ({}, {"currency": "EUR"}, Why(ReasonCode.CURRENCY, detail="EUR")),
        ({"tenure_min_months": 48}, {}, Why(ReasonCode.TENURE_SHORT, 48, 36, MONTHS)),
        ({"tenure_max_months": 24}, {}, Why(ReasonCode.TENURE_LONG, 24, 36, MONTHS)),
        ({}, {"tenure_months": 5}, Why(ReasonCode.TENURE_SHORT, 6, 5, MONTHS)),
        (
            {"customer_kinds": frozenset({CustomerKind.BUSINESS})},
            {},
            Why(ReasonCode.NOT_IN_SEGMENT, detail=CustomerKind.PRIVATE),
        ),
        ({"tiers": frozenset({Tier.LOW})}, {}, Why(ReasonCode.NOT_IN_SEGMENT, detail=Tier.HIGH)),
        ({"risk_bands": frozenset({RiskBand.LOW})}, {}, Why(ReasonCode.NOT_IN_RISK_BAND, detail=RiskBand.HIGH)),
        ({"jurisdictions": frozenset({"US-NY", "DE"})}, {}, Why(ReasonCode.NOT_IN_JURISDICTION, detail="US-CA")),
        ({"contract_months_left_max": 2}, {"contract_months_left": 3}, Why(ReasonCode.CONTRACT_RUNNING, 2, 3, MONTHS)),
        ({"needs_contract": True}, {}, Why(ReasonCode.CONTRACT_NOT_RUNNING)),
        ({"allows_past_due": False}, {"past_due": True}, Why(ReasonCode.PAST_DUE)),
        (
            {"needs_product_kinds": frozenset({ProductKind.MOBILE})},
            {},
            Why(ReasonCode.NO_PRODUCT, detail=ProductKind.MOBILE),
        ),
        ({"excludes_product_codes": frozenset({"TV-SELECT"})}, {}, Why(ReasonCode.HAS_PRODUCT, detail="TV-SELECT")),
        ({"reasons": frozenset({"FAULTS"})}, {}, Why(ReasonCode.REASON_NOT_MATCHED)),
        ({"reasons_excluded": frozenset({"PRICE"})}, {}, Why(ReasonCode.REASON_EXCLUDED, detail="PRICE")),
        (
            {},
            {"running": {Family.RECURRING: date(2027, 3, 1)}},
            Why(ReasonCode.FAMILY_RUNNING, detail="2027-03-01"),
        ),
        ({}, {"running": {Family.RECURRING: None}}, Why(ReasonCode.FAMILY_RUNNING, detail=Family.RECURRING)),
        (
            {"excludes": frozenset({Family.LOYALTY})},
            {"running": {Family.LOYALTY: None}},
            Why(ReasonCode.FAMILY_RUNNING, detail=Family.LOYALTY),
        ),
        ({}, {"months_since": {Family.RECURRING: 5}}, Why(ReasonCode.COOLDOWN, 6, 5, MONTHS)),
        ({"cooldown_months": 12}, {"months_since": {Family.RECURRING: 8}}, Why(ReasonCode.COOLDOWN, 12, 8, MONTHS)),
    ],
)
def test_every_restriction_says_why(restriction: dict[str, Any], customer: dict[str, Any], why: Why) -> None:
    assert is_eligible(eligibility(**restriction), facts(**customer)) == [why]


@pytest.mark.parametrize(
    ("restriction", "customer"),
    [
        ({"from_on": TODAY, "until_on": date(2026, 11, 23)}, {}),
        ({"tenure_min_months": 36, "tenure_max_months": 36}, {}),
        ({}, {"tenure_months": 6}),
        ({"jurisdictions": frozenset({"US"})}, {}),
        ({"jurisdictions": frozenset({"US-CA"})}, {}),
        ({"contract_months_left_max": 2}, {"contract_months_left": 2}),
        ({"needs_contract": True}, {"contract_months_left": 1}),
        ({"allows_past_due": True}, {"past_due": True}),
        ({"needs_product_kinds": frozenset({ProductKind.MOBILE, ProductKind.TV})}, {}),
        ({"reasons": frozenset({"PRICE_PROMOTION_ENDED", "FAULTS"})}, {}),
        ({}, {"running": {Family.CREDIT: None}, "months_since": {Family.CREDIT: 1}}),
        ({}, {"months_since": {Family.RECURRING: 6}}),
        ({"cooldown_months": 0}, {"months_since": {Family.RECURRING: 0}}),
    ],
)
def test_what_just_meets_a_restriction_is_eligible(restriction: dict[str, Any], customer: dict[str, Any]) -> None:
    assert is_eligible(eligibility(**restriction), facts(**customer)) == []


def test_a_place_is_not_inside_another_whose_name_it_begins_with() -> None:
    assert is_eligible(eligibility(jurisdictions=frozenset({"US-C"})), facts()) != []


@pytest.mark.parametrize("kind", OfferKind)
def test_under_six_months_only_fixes_and_credits_are_open(kind: OfferKind) -> None:
    open_ = is_eligible(eligibility(kind), facts(tenure_months=3)) == []

    assert open_ is (kind in {OfferKind.APOLOGY, OfferKind.CREDIT})


def test_a_replacement_coupon_may_replace_the_discount_that_runs() -> None:
    running = {Family.RECURRING: date(2027, 3, 1)}

    assert is_eligible(eligibility(OfferKind.REPLACEMENT_COUPON), facts(running=running)) == []


def test_a_third_credit_in_twelve_months_is_one_too_many() -> None:
    assert is_eligible(eligibility(OfferKind.CREDIT), facts(credits_12m=1)) == []
    assert is_eligible(eligibility(OfferKind.CREDIT), facts(credits_12m=2)) == [
        Why(ReasonCode.MAX_CREDITS, 2, 2, COUNT)
    ]
    assert is_eligible(eligibility(OfferKind.APOLOGY), facts(credits_12m=2)) == []


def test_all_reasons_are_told_in_the_order_of_telling() -> None:
    found = is_eligible(
        eligibility(until_on=TODAY, tiers=frozenset({Tier.LOW}), reasons=frozenset({"FAULTS"})),
        facts(currency="EUR", tenure_months=2, running={Family.RECURRING: None}),
    )

    assert [why.code for why in found] == [
        ReasonCode.NOT_IN_FORCE,
        ReasonCode.CURRENCY,
        ReasonCode.TENURE_SHORT,
        ReasonCode.NOT_IN_SEGMENT,
        ReasonCode.REASON_NOT_MATCHED,
        ReasonCode.FAMILY_RUNNING,
    ]


def test_offers_are_open_on_an_ordinary_call() -> None:
    assert why_closed(facts()) == []


USED_UP = verdict(DEFAULT, SoFar(intent_at=NOW, ask_count=1, presented=2, refused=1), now=NOW)
MUST_CANCEL = verdict(STRICT, SoFar(intent_at=NOW, ask_count=1), now=NOW)
NO_OFFERS = verdict(DEFAULT, SoFar(intent_at=NOW, ask_count=1, no_offers_reason=True), now=NOW)


@pytest.mark.parametrize(
    ("on_call", "customer", "codes"),
    [
        ({"closed": True}, {}, [ReasonCode.CALL_CLOSED]),
        ({"no_offers_reason": True, "conduct": NO_OFFERS}, {}, [ReasonCode.NO_OFFERS_REASON]),
        ({}, {"do_not_offer": True}, [ReasonCode.DO_NOT_OFFER]),
        ({"conduct": USED_UP}, {}, [ReasonCode.CONDUCT_MAX_OFFERS]),
        ({"conduct": MUST_CANCEL}, {}, [ReasonCode.CONDUCT_CLOSED]),
        ({"identity": IdentityResult.NOT_CHECKED}, {}, [ReasonCode.IDENTITY_NOT_CHECKED]),
        ({"identity": IdentityResult.FAILED}, {}, [ReasonCode.IDENTITY_NOT_CHECKED]),
        ({"caller_role": CallerRole.PAYER}, {}, [ReasonCode.CALLER_NOT_ENTITLED]),
        ({"caller_role": CallerRole.UNKNOWN}, {}, [ReasonCode.CALLER_NOT_ENTITLED]),
        ({"caller_role": CallerRole.EXECUTOR}, {}, []),
        ({"accepted_on_call": 1}, {}, []),
        ({"accepted_on_call": 2}, {}, [ReasonCode.CALL_TOTAL]),
        (
            {"closed": True, "identity": IdentityResult.FAILED},
            {"do_not_offer": True},
            [ReasonCode.CALL_CLOSED, ReasonCode.DO_NOT_OFFER, ReasonCode.IDENTITY_NOT_CHECKED],
        ),
    ],
)
def test_what_closes_all_offers_on_a_call(
    on_call: dict[str, Any], customer: dict[str, Any], codes: list[ReasonCode]
) -> None:
    found = why_closed(facts(on_call=call(**on_call), **customer))

    assert [why.code for why in found] == codes


def test_the_scheme_says_how_many_concessions_a_call_may_have() -> None:
    scheme = replace(DEFAULT_SCHEME, concessions_a_call=1)

    assert why_closed(facts(on_call=call(accepted_on_call=1)), scheme=scheme) == [
        Why(ReasonCode.CALL_TOTAL, 1, 1, COUNT)
    ]
