"""Plain facts for the tests of the rules: a believable customer, bill and offers, each changed where a test says so."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from customers.choices import CallerRole, CustomerKind, IdentityResult, ProductKind
from customers.conduct import DEFAULT, SoFar, verdict
from customers.value import RiskBand, Tier
from offers.choices import BudgetKind, Grade, LimitMode, OfferKind
from offers.facts import Authority, BudgetLeft, CallFacts, CustomerFacts, Eligibility, Facts, Limit
from offers.pricing import Bill, Line, PriceStep
from offers.rules import rule_on
from offers.ruling import Ruling
from offers.scheme import DEFAULT_GRADES
from offers.terms import SCHEMAS, Bounds, CostModel, Item, Range, Terms

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

INTERNET = Line("FIBRE-500", ProductKind.INTERNET, 7_999, 7_999, 2_000)
TV = Line("TV-SELECT", ProductKind.TV, 6_800, 6_800, 4_420)
BILL = Bill("USD", date(2026, 12, 1), (INTERNET, TV))

SPORTS = Item("TV-SPORTS", ProductKind.TV, 1_200, 400)
TV_BASIC = Item("TV-BASIC", ProductKind.TV, 4_000, 2_600)

# One version of each kind, with the range of terms that a catalogue would have.
BOUNDS: dict[OfferKind, Bounds] = {
    bounds.kind: bounds
    for bounds in (
        Bounds(
            OfferKind.PERCENT_OFF,
            "USD",
            Terms(OfferKind.PERCENT_OFF, "USD", percent=20, months=6),
            percent=Range(5, 50, 5),
            months=Range(3, 12, 3),
            scope=ProductKind.INTERNET,
        ),
        Bounds(
            OfferKind.AMOUNT_OFF,
            "USD",
            Terms(OfferKind.AMOUNT_OFF, "USD", amount_minor=1_500, months=12),
            amount=Range(500, 4_000, 500),
            months=Range(3, 24, 3),
        ),
        Bounds(
            OfferKind.FREE_ADDON,
            "USD",
            Terms(OfferKind.FREE_ADDON, "USD", product="TV-SPORTS", months=6),
            months=Range(3, 12, 3),
            items=(SPORTS,),
        ),
        Bounds(
            OfferKind.FREE_MONTHS,
            "USD",
            Terms(OfferKind.FREE_MONTHS, "USD", months=1),
            months=Range(1, 3),
            scope=ProductKind.INTERNET,
            cost=CostModel(share_percent=60),
        ),
        Bounds(
            OfferKind.PLAN_CHANGE, "USD", Terms(OfferKind.PLAN_CHANGE, "USD", product="TV-BASIC"), items=(TV_BASIC,)
        ),
        Bounds(OfferKind.PAUSE, "USD", Terms(OfferKind.PAUSE, "USD", months=3), months=Range(1, 3)),
        Bounds(
            OfferKind.WAIVED_FEE,
            "USD",
            Terms(OfferKind.WAIVED_FEE, "USD", amount_minor=5_000),
            amount=Range(1_000, 24_000, 1_000),
        ),
        Bounds(
            OfferKind.CREDIT,
            "USD",
            Terms(OfferKind.CREDIT, "USD", amount_minor=4_000),
            amount=Range(500, 25_000, 500),
            cost=CostModel(fixed_minor=7_500),
        ),
        Bounds(
            OfferKind.REPLACEMENT_COUPON,
            "USD",
            Terms(OfferKind.REPLACEMENT_COUPON, "USD", percent=25, months=12, words="Comeback coupon"),
            percent=Range(5, 40, 5),
            months=Range(6, 12, 6),
            scope=ProductKind.INTERNET,
        ),
        Bounds(
            OfferKind.GIFT,
            "USD",
            Terms(OfferKind.GIFT, "USD", amount_minor=10_000, words="Gift card"),
            amount=Range(5_000, 10_000, 5_000),
            cost=CostModel(share_percent=90, fixed_minor=200),
        ),
        Bounds(
            OfferKind.APOLOGY,
            "USD",
            Terms(OfferKind.APOLOGY, "USD", words="A technician visits", fix_by=TODAY),
            fix_within_days=7,
            cost=CostModel(fixed_minor=7_500),
        ),
        Bounds(
            OfferKind.LOYALTY,
            "USD",
            Terms(OfferKind.LOYALTY, "USD", months=24, words="Price lock"),
            months=Range(12, 24, 12),
            cost=CostModel(monthly_minor=250),
        ),
    )
}

PERCENT = BOUNDS[OfferKind.PERCENT_OFF]
CREDIT = BOUNDS[OfferKind.CREDIT]


def limit(grade: Grade = Grade.AGENT, **changes: Any) -> Limit:
    """The default scheme's limit of a grade."""
    scheme = DEFAULT_GRADES[grade]
    found = Limit(
        version_id=grade.rank + 1,
        grade=grade,
        max_percent=scheme.max_percent,
        max_months=scheme.max_months,
        max_monthly_minor=scheme.max_monthly_minor,
        max_credit_minor=scheme.max_credit_minor,
        max_fee_minor=scheme.max_fee_minor,
        max_cost_minor=scheme.max_cost_minor,
        kinds=scheme.kinds,
        currency="USD",
    )
    return replace(found, **changes)


LADDER = tuple(limit(grade) for grade in Grade)


def budget(kind: BudgetKind, left: int = 1_000_000, mode: LimitMode = LimitMode.HARD) -> BudgetLeft:
    """A budget of $20,000 with that much left."""
    return BudgetLeft(kind, left, 2_000_000, mode)


def authority(grade: Grade = Grade.AGENT, *budgets: BudgetLeft, **changes: Any) -> Authority:
    """Somebody of that grade with these budgets, or a well-filled site's."""
    return Authority(limit(grade, **changes), budgets or (budget(BudgetKind.SITE),))


def customer(**changes: Any) -> CustomerFacts:
    """Three years with us, $148 a month, nothing given lately."""
    facts = CustomerFacts(
        kind=CustomerKind.PRIVATE,
        currency="USD",
        tenure_months=36,
        tier=Tier.HIGH,
        risk_band=RiskBand.HIGH,
        annual_bill_minor=177_588,
        product_kinds=frozenset({ProductKind.INTERNET, ProductKind.TV}),
        product_codes=frozenset({"FIBRE-500", "TV-SELECT"}),
        jurisdiction="US-CA",
    )
    return replace(facts, **changes)


def call(**changes: Any) -> CallFacts:
    """The holder, identified, has asked to cancel once; nothing has been offered yet."""
    so_far = SoFar(intent_at=NOW, ask_count=1, recording_told=True, identity_checked=True)
    facts = CallFacts(
        conduct=verdict(DEFAULT, so_far, now=NOW),
        identity=IdentityResult.CHECKED,
        caller_role=CallerRole.HOLDER,
        reasons=frozenset({"PRICE", "PRICE_PROMOTION_ENDED"}),
    )
    return replace(facts, **changes)


def facts(*, on_call: CallFacts | None = None, **changes: Any) -> Facts:
    """Today's facts, the customer changed where the test says so."""
    return Facts(today=TODAY, customer=customer(**changes), call=on_call or call())


def eligibility(kind: OfferKind = OfferKind.PERCENT_OFF, **changes: Any) -> Eligibility:
    """An offer for everybody."""
    return replace(Eligibility(family=SCHEMAS[kind].family, kind=kind, currency="USD"), **changes)


def rule(terms: Terms, **changes: Any) -> Ruling:
    """Rule on terms of their kind's bounds: an agent's, with a supervisor above."""
    arguments: dict[str, Any] = {
        "bounds": BOUNDS[terms.kind],
        "bill": BILL,
        "eligibility": eligibility(terms.kind),
        "facts": facts(),
        "own": authority(Grade.AGENT),
        "approver": authority(Grade.SUPERVISOR),
        "ladder": LADDER,
    }
    return rule_on(terms=terms, **(arguments | changes))


def percent_off(percent: int, months: int) -> Terms:
    """So much off the internet line for so long."""
    return Terms(OfferKind.PERCENT_OFF, "USD", percent=percent, months=months)


def credit(amount_minor: int) -> Terms:
    """A goodwill credit."""
    return Terms(OfferKind.CREDIT, "USD", amount_minor=amount_minor)


def rising(line: Line, *steps: tuple[date, int]) -> Line:
    """The line with price changes ahead."""
    return replace(line, changes=tuple(PriceStep(on, price) for on, price in steps))
