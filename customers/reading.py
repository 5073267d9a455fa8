"""From the call sheet to what a customer is worth, how likely they are to leave, and what conduct allows now.

Pure: the sheet's plain rows in, the answers of `customers.value` and `customers.conduct` out.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from customers import conduct, value
from customers.choices import CallEventKind, PriceCause
from customers.sheet import CallSheet
from customers.value import LifetimeValue, Risk, RiskFacts, Tier, ValueLine

# A price that rose or a promotion that ended longer ago than this is no longer what a call is about.
RECENT_CHANGE_DAYS = 120
_PERMISSION = "PERMISSION"
_ASKED = (CallEventKind.ASKED_TO_CANCEL, CallEventKind.ASKED_AGAIN)


@dataclass(frozen=True, slots=True)
class Worth:
    """What the customer header says. Amounts in minor units; `contract_months_left` None is month to month."""

    tenure_months: int
    contract_months_left: int | None
    annual_bill_minor: int
    margin_minor: int
    tier: Tier
    lifetime: LifetimeValue
    risk: Risk


def worth(sheet: CallSheet) -> Worth:
    """Tenure, value, tier and risk of the sheet's customer, by the stated formulas of `customers.value`."""
    since = sheet.customer.customer_since if sheet.customer else None
    tenure = value.tenure_months(since, sheet.today) if since else 0
    contract = months_left(sheet.contract_ends_on, sheet.today)
    annual = 12 * sheet.monthly_bill_minor
    margin = value.monthly_margin(
        [
            ValueLine(line.product_kind, line.price_minor, value.unit_cost(line.list_price_minor, line.margin_percent))
            for line in sheet.running_lines
        ]
    )
    return Worth(
        tenure_months=tenure,
        contract_months_left=contract,
        annual_bill_minor=annual,
        margin_minor=margin,
        tier=value.value_tier(annual),
        lifetime=value.lifetime_value(margin_minor=margin, tenure=tenure, contract_months_left=contract),
        risk=value.risk(risk_facts(sheet, tenure=tenure, contract=contract)),
    )


def risk_facts(sheet: CallSheet, *, tenure: int, contract: int | None) -> RiskFacts:
    """What the risk scorecard looks at."""
    customer = sheet.customer
    ended = rise = None
    for line in sheet.running_lines:
        if (change := line.last_change) is None:
            continue
        days = (sheet.today - change.changes_on).days
        if days > RECENT_CHANGE_DAYS:
            continue
        if change.cause == PriceCause.PROMOTION_ENDED:
            ended = days if ended is None else min(ended, days)
        elif change.new_minor > change.old_minor:
            rise = (rise or 0) + change.new_minor - change.old_minor
    return RiskFacts(
        tenure_months=tenure,
        contract_months_left=contract,
        promotion_ended_days=ended,
        price_rise_minor=rise or 0,
        outages_60d=sheet.outages_60d,
        open_complaints=sheet.open_complaints,
        cancel_calls_12m=sheet.cancel_calls_12m,
        autopay=customer.autopay if customer else None,
        past_due=bool(customer and customer.past_due_minor > 0),
        rival_named=bool(sheet.call.rival),
        rival_price_minor=sheet.call.rival_price_minor or 0,
        opening_intent=sheet.call.opening_intent,
    )


@dataclass(frozen=True, slots=True)
class OffersSoFar:
    """What the call's own log tells of offers: shown and declined since the first wish to cancel, and whether the
    customer accepted one and has not asked to cancel since.
    """

    presented: int
    refused: int
    settled: bool


def offers_so_far(sheet: CallSheet) -> OffersSoFar:
    """Count the offers on "On this call", for whoever cannot ask the proposals themselves."""
    since = [event for event in sheet.events if sheet.call.asked_at and event.at >= sheet.call.asked_at]
    kinds = [event.kind for event in since]
    asked = [place for place, kind in enumerate(kinds) if kind in _ASKED]
    return OffersSoFar(
        presented=kinds.count(CallEventKind.PRESENTED),
        refused=kinds.count(CallEventKind.DECLINED),
        settled=CallEventKind.ACCEPTED in kinds[max(asked, default=-1) + 1 :],
    )


def verdict(sheet: CallSheet, *, presented: int, refused: int, settled: bool, now: datetime) -> conduct.Verdict:
    """What the policy stamped on the call says at `now`; the three facts about offers come from whoever keeps them.

    On a call that was handed over, what was offered, answered and told before counts on.
    """
    call, policy, earlier = sheet.call, sheet.policy, sheet.call.earlier_leg
    told = frozenset(str(event.detail.get("what", "")) for event in sheet.events if event.kind == CallEventKind.TOLD)
    if earlier is not None:
        # The stamp is what was left when the call was handed over; the rules are about the customer's whole call.
        policy = replace(policy, offers_allowed=policy.offers_allowed + earlier.presented)
        presented, refused, told = presented + earlier.presented, refused + earlier.refused, told | set(earlier.told)
        settled = settled or (earlier.settled and not any(event.kind in _ASKED for event in sheet.events))
    return conduct.verdict(
        policy,
        conduct.SoFar(
            intent_at=call.asked_at,
            ask_count=call.ask_count,
            presented=presented,
            refused=refused,
            settled=settled,
            cancel_recorded=sheet.cancellation is not None,
            confirmation_sent=bool(sheet.cancellation and sheet.cancellation.notice_sent_at),
            permission_given=_PERMISSION in told,
            vulnerable=bool(sheet.customer and sheet.customer.care_needed),
            complaint_open=sheet.open_complaints > 0,
            no_offers_reason=sheet.closing_reason is not None,
            must_complete_reason=any(one.must_complete for one in (sheet.reason, sheet.reason_detail) if one),
            offers_closed=call.offers_closed_at is not None,
            recording_told=call.recording_told_at is not None,
            identity_checked=call.identity_at is not None and call.identity == "CHECKED",
            told=told,
        ),
        now=now,
    )


def months_left(ends_on: date | None, on: date) -> int | None:
    """Months until a contract ends, a started one counted whole; None when nothing binds."""
    if ends_on is None or ends_on <= on:
        return None
    return value.tenure_months(on, ends_on) + (ends_on.day != on.day)
