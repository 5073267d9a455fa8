"""Rows of authority, budgets and the catalogue, with the typical scheme's figures unless said otherwise."""

from datetime import timedelta
from typing import Any

from customers.choices import ProductKind
from customers.models import Call, Customer
from offers.choices import BudgetKind, BudgetPeriod, Family, Grade, OfferKind
from offers.models import BudgetPlan, Campaign, LimitVersion, Offer, OfferVersion, SchemeVersion
from offers.scheme import DEFAULT_GRADES
from offers.terms import SCHEMAS
from tests.builders import desk_now, make_customer, make_subscription, new_key


def make_scheme(**other: Any) -> SchemeVersion:
    """The desk-wide rules, in force since a month ago."""
    since = desk_now() - timedelta(days=30)
    given = {"currency": "USD", "customer_year_percents": [10, 15, 25], "goodwill_minor": 2_000, "recorded_at": since}
    return SchemeVersion.objects.create(valid_from=since, **(given | other))


def make_limits() -> dict[Grade, LimitVersion]:
    """A limit for each grade, in force since a month ago."""
    since = desk_now() - timedelta(days=30)
    return {grade: make_limit(grade=grade, valid_from=since) for grade in DEFAULT_GRADES}


def make_limit(*, grade: Grade, **other: Any) -> LimitVersion:
    """One grade's limit; say `user` or `team` to make it theirs."""
    figures = DEFAULT_GRADES[grade]
    given: dict[str, Any] = {
        "valid_from": desk_now(),
        "currency": "USD",
        "max_percent": figures.max_percent,
        "max_months": figures.max_months,
        "max_monthly_minor": figures.max_monthly_minor,
        "max_credit_minor": figures.max_credit_minor,
        "max_fee_minor": figures.max_fee_minor,
        "max_cost_minor": figures.max_cost_minor,
        "kinds": sorted(figures.kinds),
        "recorded_at": desk_now(),
    } | other
    if "user" not in given and "team" not in given:
        given["grade"] = grade
    return LimitVersion.objects.create(**given)


def make_offer(
    code: str = "LOYALTY20",
    kind: OfferKind = OfferKind.PERCENT_OFF,
    family: Family | None = None,
    *,
    campaign: Campaign | None = None,
    **other: Any,
) -> OfferVersion:
    """A version of an offer in force: percent off internet, 5 to 50 % for 3 to 12 months."""
    offer = Offer.objects.create(code=code, kind=kind, family=family or SCHEMAS[kind].family)
    given: dict[str, Any] = {
        "version": 1,
        "valid_from": desk_now() - timedelta(days=30),
        "words": {"en": {"name": "Internet loyalty discount", "say": "", "terms": ""}},
        "bounds": {
            "percent": [5, 50, 5],
            "months": [3, 12, 3],
            "scope": "INTERNET",
            "default": {"percent": 20, "months": 6},
        },
        "cost_model": {},
        "eligibility": {},
        "figures": {"accept_percent": 41, "stay_percent": 80},
        "campaign": campaign,
        "currency": "USD",
    } | other
    return OfferVersion.objects.create(offer=offer, **given)


def make_credit(code: str = "CREDIT", **other: Any) -> OfferVersion:
    """A goodwill credit of $5 to $400."""
    bounds = {"amount": [500, 40_000, 500], "default": {"amount_minor": 2_000}}
    return make_offer(code, OfferKind.CREDIT, **({"bounds": bounds} | other))


def make_campaign(code: str = "AUTUMN") -> Campaign:
    """A campaign."""
    return Campaign.objects.create(code=code, name=code.title())


def give_budget(kind: BudgetKind, owner_id: int, amount_minor: int, *, parts: int = 1) -> BudgetPlan:
    """So much in every week."""
    return BudgetPlan.objects.create(
        kind=kind,
        owner_id=owner_id,
        currency="USD",
        period=BudgetPeriod.WEEK,
        amount_minor=amount_minor,
        parts=parts,
    )


def make_payer(**other: Any) -> Customer:
    """A customer who pays so much that a few offers are far from what their twelve months may cost ($1,875)."""
    customer = make_customer(**other)
    make_subscription(customer, ProductKind.OTHER, list_price_minor=50_000)
    return customer


def facts_of(
    call: Call, version: OfferVersion, limit: LimitVersion, scheme: SchemeVersion, **other: Any
) -> dict[str, Any]:
    """What the ledger's doors are handed for 20 % off for 6 months, $96 in all, as raw SQL would."""
    return {
        "key": str(new_key()),
        "call_id": call.pk,
        "agent_id": call.agent_id,
        "role": "AGENT",
        "offer_version_id": version.pk,
        "limit_version_id": limit.pk,
        "scheme_id": scheme.pk,
        "customer_cap_minor": 100_000,
        "percent": 20,
        "months": 6,
        "amount_minor": None,
        "product_kind": "INTERNET",
        "cost_minor": 9_600,
        "monthly_minor": 1_600,
        "bill_before_minor": 8_999,
        "bill_after_minor": 7_399,
        "starts_on": "2026-12-01",
        "ends_on": "2027-06-01",
    } | other
