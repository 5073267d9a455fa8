"""Is this offer for this customer, and are offers open on this call at all? Every reason is told, with its numbers.

`is_eligible` is about an offer and a customer, and greys a row of the list. `why_closed` is about the call, and
closes the whole list. Both are walls: nobody's authority lifts them. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from customers.choices import CallerRole, IdentityResult
from customers.conduct import Message
from offers.choices import Family, OfferKind, ReasonCode
from offers.facts import CustomerFacts, Eligibility, Facts
from offers.scheme import DEFAULT_SCHEME, Scheme

# Who may change the account, and so may be given something on it. Not having asked is not knowing.
ENTITLED_ROLES = frozenset({CallerRole.HOLDER, CallerRole.AUTHORISED, CallerRole.EXECUTOR, CallerRole.BUSINESS})


class Unit(StrEnum):
    """What the numbers of a reason or a check count."""

    NONE = "NONE"
    PERCENT = "PERCENT"
    MONTHS = "MONTHS"
    MINOR = "MINOR"
    COUNT = "COUNT"


@dataclass(frozen=True, slots=True)
class Why:
    """One reason why not, with what is needed (`limit`) and what is the case (`found`) where both are numbers.

    `detail` is a code or an ISO day that the words need (the family that runs, the end of the running concession).
    """

    code: ReasonCode
    limit: int | None = None
    found: int | None = None
    unit: Unit = Unit.NONE
    detail: str = ""


def is_eligible(eligibility: Eligibility, facts: Facts, *, scheme: Scheme = DEFAULT_SCHEME) -> list[Why]:
    """Every reason why this offer is not for this customer; an empty list means that it is.

    The order is that of telling: the offer itself, who the customer is, what they have, why they leave, what they
    have had.
    """
    return [
        *_of_the_offer(eligibility, facts),
        *_of_the_customer(eligibility, facts.customer, scheme),
        *_of_contract_and_products(eligibility, facts.customer),
        *_of_reasons(eligibility, facts),
        *_of_past_concessions(eligibility, facts.customer, scheme),
    ]


def why_closed(facts: Facts, *, scheme: Scheme = DEFAULT_SCHEME) -> list[Why]:
    """Every reason why nothing may be offered on this call now; an empty list means that offers are open."""
    call, conduct = facts.call, facts.call.conduct
    found = []
    if call.closed:
        found.append(Why(ReasonCode.CALL_CLOSED))
    if call.no_offers_reason:
        found.append(Why(ReasonCode.NO_OFFERS_REASON))
    if facts.customer.do_not_offer:
        found.append(Why(ReasonCode.DO_NOT_OFFER))
    if not conduct.may_offer:
        if conduct.message == Message.NO_OFFERS_LEFT:
            found.append(Why(ReasonCode.CONDUCT_MAX_OFFERS, 0, conduct.offers_left, Unit.COUNT))
        elif not call.no_offers_reason:
            found.append(Why(ReasonCode.CONDUCT_CLOSED, detail=conduct.message))
    if call.identity != IdentityResult.CHECKED:
        found.append(Why(ReasonCode.IDENTITY_NOT_CHECKED, detail=call.identity))
    if call.caller_role not in ENTITLED_ROLES:
        found.append(Why(ReasonCode.CALLER_NOT_ENTITLED, detail=call.caller_role))
    if call.accepted_on_call >= scheme.concessions_a_call:
        found.append(Why(ReasonCode.CALL_TOTAL, scheme.concessions_a_call, call.accepted_on_call, Unit.COUNT))
    return found


def _of_the_offer(eligibility: Eligibility, facts: Facts) -> Iterator[Why]:
    """In force, and in the customer's currency."""
    if (eligibility.from_on and facts.today < eligibility.from_on) or (
        eligibility.until_on and facts.today >= eligibility.until_on
    ):
        yield Why(ReasonCode.NOT_IN_FORCE)
    if eligibility.currency != facts.customer.currency:
        yield Why(ReasonCode.CURRENCY, detail=facts.customer.currency)


def _of_the_customer(eligibility: Eligibility, customer: CustomerFacts, scheme: Scheme) -> Iterator[Why]:
    """Tenure, group, risk, place."""
    tenure = customer.tenure_months
    if tenure < eligibility.tenure_min_months:
        yield Why(ReasonCode.TENURE_SHORT, eligibility.tenure_min_months, tenure, Unit.MONTHS)
    elif tenure < scheme.short_tenure_months and eligibility.kind not in scheme.short_tenure_kinds:
        yield Why(ReasonCode.TENURE_SHORT, scheme.short_tenure_months, tenure, Unit.MONTHS)
    if eligibility.tenure_max_months is not None and tenure > eligibility.tenure_max_months:
        yield Why(ReasonCode.TENURE_LONG, eligibility.tenure_max_months, tenure, Unit.MONTHS)
    if eligibility.customer_kinds and customer.kind not in eligibility.customer_kinds:
        yield Why(ReasonCode.NOT_IN_SEGMENT, detail=customer.kind)
    if eligibility.tiers and customer.tier not in eligibility.tiers:
        yield Why(ReasonCode.NOT_IN_SEGMENT, detail=customer.tier)
    if eligibility.risk_bands and customer.risk_band not in eligibility.risk_bands:
        yield Why(ReasonCode.NOT_IN_RISK_BAND, detail=customer.risk_band)
    if eligibility.jurisdictions and not _lies_in(customer.jurisdiction, eligibility.jurisdictions):
        yield Why(ReasonCode.NOT_IN_JURISDICTION, detail=customer.jurisdiction)


def _of_contract_and_products(eligibility: Eligibility, customer: CustomerFacts) -> Iterator[Why]:
    """The contract, the payment, one of the product lines needed, none of the products excluded."""
    left, most = customer.contract_months_left, eligibility.contract_months_left_max
    if most is not None and left > most:
        yield Why(ReasonCode.CONTRACT_RUNNING, most, left, Unit.MONTHS)
    if eligibility.needs_contract and left <= 0:
        yield Why(ReasonCode.CONTRACT_NOT_RUNNING)
    if customer.past_due and not eligibility.allows_past_due:
        yield Why(ReasonCode.PAST_DUE)
    if eligibility.needs_product_kinds and not eligibility.needs_product_kinds & customer.product_kinds:
        yield Why(ReasonCode.NO_PRODUCT, detail=min(eligibility.needs_product_kinds))
    if has := eligibility.excludes_product_codes & customer.product_codes:
        yield Why(ReasonCode.HAS_PRODUCT, detail=min(has))


def _of_reasons(eligibility: Eligibility, facts: Facts) -> Iterator[Why]:
    """One of the reasons needed, none of those excluded."""
    if eligibility.reasons and not eligibility.reasons & facts.call.reasons:
        yield Why(ReasonCode.REASON_NOT_MATCHED)
    if excluded := eligibility.reasons_excluded & facts.call.reasons:
        yield Why(ReasonCode.REASON_EXCLUDED, detail=min(excluded))


def _of_past_concessions(eligibility: Eligibility, customer: CustomerFacts, scheme: Scheme) -> Iterator[Why]:
    """What runs beside it, how long ago the last one was, how many credits there have been."""
    family = eligibility.family
    # A replacement coupon takes the place of the discount that runs, so that one is no obstacle to it.
    own = frozenset[Family]() if eligibility.kind == OfferKind.REPLACEMENT_COUPON else frozenset({family})
    if running := sorted((eligibility.excludes | own) & customer.running.keys()):
        ends_on = customer.running[running[0]]
        yield Why(ReasonCode.FAMILY_RUNNING, detail=ends_on.isoformat() if ends_on else running[0])
    cooldown = scheme.cooldown_months if eligibility.cooldown_months is None else eligibility.cooldown_months
    since = customer.months_since.get(family)
    if since is not None and since < cooldown and family not in running:
        yield Why(ReasonCode.COOLDOWN, cooldown, since, Unit.MONTHS)
    if (
        family == Family.CREDIT
        and eligibility.kind == OfferKind.CREDIT
        and customer.credits_12m >= scheme.credits_a_year
    ):
        yield Why(ReasonCode.MAX_CREDITS, scheme.credits_a_year, customer.credits_12m, Unit.COUNT)


def _lies_in(place: str, places: frozenset[str]) -> bool:
    """Whether a jurisdiction such as US-CA is one of these or inside one of them, such as US."""
    return any(place == other or place.startswith(other + "-") for other in places)
