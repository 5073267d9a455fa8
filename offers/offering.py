"""From what is known of a call to the offers as listed: priced, ruled on, and in order of what they are worth.

Pure composition of the rules, the prices and the ranking. The list, the preview and the act itself all come through
`draw`, so that what is shown and what is done cannot differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType

from customers.conduct import Verdict
from customers.reading import Worth
from customers.sheet import CallSheet
from customers.sheet import Line as SheetLine
from customers.value import tenure_months as months_between
from customers.value import unit_cost
from offers.choices import BudgetKind, Family, Grade, OfferKind, ProposalState, RulingCode
from offers.eligibility import Why, is_eligible, why_closed
from offers.facts import Authority, CallFacts, CustomerFacts, Facts, Limit
from offers.pricing import Bill, Line, Priced, PriceStep, can_be_priced, price
from offers.ranking import Candidate, Ranked, fitting, rank
from offers.rules import rule_on
from offers.ruling import Ruling
from offers.standing import CatalogueEntry, Grant, Standing, left
from offers.terms import Problem, Terms, snap, validate

# Families whose concessions run on without an end only when they are a running benefit; money given once does not run.
_RUNS = frozenset({Family.RECURRING, Family.LOYALTY})


@dataclass(frozen=True, slots=True)
class Listed:
    """One offer for this customer at given terms.

    `place` 1.. in the list, 0 when it is not for this customer (`closed` says why, and `priced` may be None). `grant`:
    the supervisor's yes that these terms need and have. `accept_percent` of such customers say yes; `value_minor` is
    the expected value. `bill_*` include what runs already.
    """

    entry: CatalogueEntry
    place: int
    terms: Terms
    ruling: Ruling
    priced: Priced | None
    closed: tuple[Why, ...]
    grant: Grant | None
    accept_percent: int
    stay_without_percent: int
    value_minor: int
    fits: tuple[str, ...]
    bill_now_minor: int
    bill_after_minor: int
    price_afterwards_minor: int

    @property
    def is_open(self) -> bool:
        """Whether it may be chosen at all."""
        return not self.closed


@dataclass(frozen=True, slots=True)
class Ground:
    """What stays the same on a call while offers and terms are tried: facts, bill, worth and verdict.

    `closed`: why nothing may be offered on this call at all.
    """

    standing: Standing
    facts: Facts
    bill: Bill
    worth: Worth
    running_minor: int
    reasons: tuple[str, ...]
    closed: tuple[Why, ...]
    _authorities: dict[tuple[int | None, Family], tuple[Authority, Authority | None]] = field(
        default_factory=dict, repr=False
    )
    _drawings: dict[tuple[int, Terms, bool], Listed] = field(default_factory=dict, repr=False)

    @property
    def verdict(self) -> Verdict:
        """What conduct allows now."""
        return self.facts.call.conduct


def ground(*, sheet: CallSheet, standing: Standing, worth: Worth, verdict: Verdict) -> Ground:
    """Gather the rules' facts from the sheet and the standing. The sheet has a customer."""
    customer = sheet.customer
    if customer is None:
        raise ValueError("a call without a customer has no offers")
    today = standing.today
    year_ago = today - timedelta(days=365)
    lately = [one for one in standing.given if one.starts_on > year_ago]
    on_call = {one.id for one in standing.made if one.state == ProposalState.ACCEPTED}
    running = {
        one.family: one.ends_on
        for one in standing.given
        if one.proposal_id in on_call
        or (one.ends_on is not None and one.ends_on > today)
        or (one.ends_on is None and one.family in _RUNS)
    }
    facts = Facts(
        today=today,
        customer=CustomerFacts(
            kind=customer.kind,
            currency=customer.currency,
            tenure_months=worth.tenure_months,
            tier=worth.tier,
            risk_band=worth.risk.band,
            annual_bill_minor=worth.annual_bill_minor,
            product_kinds=frozenset(line.product_kind for line in sheet.running_lines),
            product_codes=frozenset(line.product_code for line in sheet.running_lines),
            jurisdiction=customer.jurisdiction,
            contract_months_left=worth.contract_months_left or 0,
            running=MappingProxyType(running),
            months_since=MappingProxyType(_months_since(standing, today)),
            credits_12m=sum(1 for one in lately if one.family == Family.CREDIT),
            conceded_12m_minor=sum(one.cost_minor for one in lately),
            past_due=customer.past_due_minor > 0,
            do_not_offer=customer.do_not_offer,
            fraud_watch=customer.fraud_watch,
            staff_line=customer.staff_line,
        ),
        call=CallFacts(
            conduct=verdict,
            identity=sheet.call.identity,
            caller_role=sheet.call.caller_role,
            reasons=sheet.reason_codes,
            no_offers_reason=sheet.closing_reason is not None,
            closed=not sheet.is_open or sheet.cancellation is not None,
            accepted_on_call=len(on_call),
        ),
    )
    return Ground(
        standing=standing,
        facts=facts,
        bill=bill_of(sheet, today),
        worth=worth,
        running_minor=sum(
            one.monthly_minor
            for one in standing.given
            # A changed plan or an add-on is in the lines' own prices; what takes money off the bill is not.
            if one.family in _RUNS and (one.ends_on is None or one.ends_on > today)
        ),
        reasons=(*sorted(sheet.reason_codes), *(reason.code for reason in worth.risk.reasons)),
        closed=tuple(why_closed(facts, scheme=standing.scheme)),
    )


def bill_of(sheet: CallSheet, today: date) -> Bill:
    """The customer's bill, with every change already scheduled; the first month that a concession can change is the
    one after the paid one.
    """
    paid_until = sheet.customer.paid_until if sheet.customer else None
    starts_on = paid_until + timedelta(days=1) if paid_until and paid_until >= today else today
    return Bill(sheet.currency, starts_on, tuple(_line(line, today) for line in sheet.running_lines))


def offers_in_order(ground: Ground) -> tuple[Listed, ...]:
    """Every offer in force at its default terms, best expected value first, those not for this customer last.

    Their rulings are not in full: a list shows the code alone, and `draw` tells the rest of the offer that is chosen.
    """
    drawn = [_drawn(ground, entry, default_terms(ground, entry), in_full=False) for entry in ground.standing.catalogue]
    by_code = {one.entry.code: one for one in drawn}
    ranked = rank([_candidate(ground, one) for one in drawn])
    return tuple(_placed(by_code[one.candidate.code], one) for one in ranked)


def default_terms(ground: Ground, entry: CatalogueEntry) -> Terms:
    """The terms that an offer is first shown with, a promised day filled in."""
    return snap(entry.bounds.default, entry.bounds, today=ground.standing.today)


def draw(ground: Ground, entry: CatalogueEntry, terms: Terms, *, in_full: bool = True) -> Listed:
    """One offer at these terms: priced and ruled on, its chances and value worked out; not placed in a list.

    Not `in_full`, its ruling tells less: see `rule_on`.
    """
    # The page and the act ask for the same terms on the same ground.
    asked = entry.version_id, terms, in_full
    if asked not in ground._drawings:
        listed = _drawn(ground, entry, terms, in_full=in_full)
        ground._drawings[asked] = _placed(listed, rank([_candidate(ground, listed)])[0])
    return ground._drawings[asked]


def _drawn(ground: Ground, entry: CatalogueEntry, terms: Terms, *, in_full: bool) -> Listed:
    """The offer priced and ruled on; its chances and its value are still open."""
    closed = (*ground.closed, *is_eligible(entry.eligibility, ground.facts, scheme=ground.standing.scheme))
    own, approver = authorities(ground, entry)
    ruling = rule_on(
        terms=terms,
        bounds=entry.bounds,
        bill=ground.bill,
        eligibility=entry.eligibility,
        facts=ground.facts,
        own=own,
        approver=approver,
        ladder=ground.standing.ladder_for(entry.family),
        scheme=ground.standing.scheme,
        closed=closed,
        in_full=in_full,
    )
    grant = ground.standing.grant(entry.code)
    granted = False
    if grant and ruling.code != RulingCode.WITHIN:
        under = rule_on(
            terms=terms,
            bounds=entry.bounds,
            bill=ground.bill,
            eligibility=entry.eligibility,
            facts=ground.facts,
            own=_under(grant, own),
            approver=None,
            scheme=ground.standing.scheme,
            closed=closed,
            in_full=False,
        )
        if granted := under.code == RulingCode.WITHIN:
            ruling = under
    priced = ruling.priced
    running = ground.running_minor
    return Listed(
        entry=entry,
        place=0,
        terms=terms,
        ruling=ruling,
        priced=priced,
        closed=closed,
        grant=grant if granted else None,
        accept_percent=0,
        stay_without_percent=100 - ground.worth.risk.percent,
        value_minor=0,
        fits=fitting(entry.figures.fits, ground.reasons),
        bill_now_minor=max(0, priced.bill_now_minor - running) if priced else 0,
        bill_after_minor=max(0, priced.bill_after_minor - running) if priced else 0,
        price_afterwards_minor=max(0, priced.price_afterwards_minor - running) if priced else 0,
    )


def problems_of(ground: Ground, entry: CatalogueEntry, terms: Terms) -> list[Problem]:
    """What keeps these terms from being booked at all, whoever asks."""
    return validate(terms, entry.bounds, today=ground.standing.today)


def authorities(ground: Ground, entry: CatalogueEntry) -> tuple[Authority, Authority | None]:
    """The agent's authority for this offer, and a supervisor's. Offers differ in it by campaign and family only."""
    key = entry.campaign_id, entry.family
    known = ground._authorities.get(key)
    if known is None:
        known = ground._authorities[key] = _authorities_of(ground.standing, *key)
    return known


def _authorities_of(standing: Standing, campaign_id: int | None, family: Family) -> tuple[Authority, Authority | None]:
    shared = [
        budget
        for budget in (
            standing.budget(BudgetKind.TEAM),
            standing.budget(BudgetKind.SITE),
            standing.budget(BudgetKind.CUSTOMER),
            standing.budget(BudgetKind.CAMPAIGN, campaign_id) if campaign_id else None,
        )
        if budget
    ]
    wallet = standing.budget(BudgetKind.AGENT)
    common = tuple(left(budget, standing.mode) for budget in shared)
    limit = standing.limit_for(family)
    averages = tuple(budget.average for budget in shared if budget.average)
    own = Authority(
        limit,
        ((left(wallet, standing.mode), *common) if wallet else common),
        conflict_of_interest=_conflicts(standing.conflict, limit),
        totals=replace(standing.totals, before=standing.before.get(family), averages=averages),
    )
    supervisor = standing.supervisor_limit(family)
    return own, Authority(supervisor, common) if supervisor else None


def _conflicts(conflict: str, limit: Limit | None) -> bool:
    """Whether somebody may not decide for a customer they know: nobody their own line, agents nobody of the staff."""
    return conflict == "OWN_LINE" or (bool(conflict) and (limit is None or limit.grade.rank < Grade.SUPERVISOR.rank))


def _under(grant: Grant, own: Authority) -> Authority:
    """What a supervisor's yes allows the agent: its ceilings, paid by the supervisor's budget and everybody's."""
    shared = tuple(one for one in own.budgets or () if one.kind != BudgetKind.AGENT)
    limit = Limit(
        version_id=grant.limit_version_id,
        grade=Grade.SUPERVISOR,
        max_percent=grant.percent,
        max_months=grant.months,
        max_monthly_minor=grant.monthly_minor,
        max_credit_minor=grant.amount_minor,
        max_fee_minor=grant.amount_minor,
        max_cost_minor=grant.cost_minor,
        kinds=frozenset(OfferKind),
        currency=grant.currency,
    )
    return Authority(limit, shared if own.budgets is not None else None)


def needs_supervisor(listed: Listed) -> bool:
    """Whether these terms are a supervisor's to give."""
    return listed.ruling.code == RulingCode.NEEDS_APPROVAL


def _candidate(ground: Ground, listed: Listed) -> Candidate:
    entry, priced = listed.entry, listed.priced
    default_saving = 0
    if priced and listed.terms == entry.bounds.default:
        default_saving = priced.saving_minor
    elif priced and can_be_priced(entry.bounds.default, entry.bounds, ground.bill):
        default_saving = price(entry.bounds.default, entry.bounds, ground.bill).saving_minor
    return Candidate(
        code=entry.code,
        terms=listed.terms,
        figures=entry.figures,
        stay_without_percent=listed.stay_without_percent,
        saving_minor=priced.saving_minor if priced else 0,
        default_saving_minor=default_saving,
        cost_minor=priced.cost_minor if priced else 0,
        margin_minor=ground.worth.margin_minor,
        ends_in_months=listed.terms.months,
        open=listed.is_open and priced is not None,
        fits=listed.fits,
    )


def _placed(listed: Listed, ranked: Ranked) -> Listed:
    return Listed(
        entry=listed.entry,
        place=ranked.place,
        terms=listed.terms,
        ruling=listed.ruling,
        priced=listed.priced,
        closed=listed.closed,
        grant=listed.grant,
        accept_percent=int((ranked.accept * 100).to_integral_value(rounding="ROUND_HALF_UP")),
        stay_without_percent=listed.stay_without_percent,
        value_minor=ranked.value_minor,
        fits=listed.fits,
        bill_now_minor=listed.bill_now_minor,
        bill_after_minor=listed.bill_after_minor,
        price_afterwards_minor=listed.price_afterwards_minor,
    )


def _line(line: SheetLine, today: date) -> Line:
    steps = [PriceStep(step.changes_on, step.new_minor) for step in line.next_changes if step.changes_on > today]
    if line.promotion_minor and line.promotion_ends_on and line.promotion_ends_on > today:
        steps.append(PriceStep(line.promotion_ends_on, line.list_price_minor - line.bundle_minor))
    return Line(
        code=line.product_code,
        product_kind=line.product_kind,
        price_minor=line.price_minor,
        list_price_minor=line.list_price_minor,
        unit_cost_minor=unit_cost(line.list_price_minor, line.margin_percent),
        changes=tuple(sorted(steps, key=lambda step: step.on)),
    )


def _months_since(standing: Standing, today: date) -> Mapping[Family, int]:
    """Whole months since the newest concession of each family began."""
    newest: dict[Family, date] = {}
    for one in standing.given:
        newest[one.family] = max(one.starts_on, newest.get(one.family, one.starts_on))
    return {family: months_between(since, today) for family, since in newest.items()}
