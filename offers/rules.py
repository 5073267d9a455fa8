"""May this be given? Authority and budgets, explained check by check, with the largest terms that would pass.

The screen's preview and the act itself both call `rule_on` with the same facts, so what is shown and what is done
cannot differ. Nothing is read or written here. What the ledger's functions check again in SQL is no more than what is
checked here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from offers.choices import BudgetKind, Grade, LimitMode, OfferKind, ReasonCode, RulingCode
from offers.eligibility import Unit, Why, is_eligible, why_closed
from offers.facts import Authority, BudgetLeft, CustomerFacts, Eligibility, Facts, Limit
from offers.pricing import Bill, Priced, can_be_priced, price
from offers.ruling import Check, Ruling, Weight
from offers.scheme import DEFAULT_SCHEME, Scheme, customer_year_cap
from offers.terms import SCHEMAS, Bounds, Ceiling, Terms, snap, validate
from offers.totals import total_checks


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything but the terms: what stays the same while the search tries others.

    `year_limit_minor` and `year_left_minor`: the customer's twelve months.
    """

    bounds: Bounds
    bill: Bill
    customer: CustomerFacts
    today: date
    scheme: Scheme
    year_limit_minor: int
    year_left_minor: int


def rule_on(
    *,
    terms: Terms,
    bounds: Bounds,
    bill: Bill,
    eligibility: Eligibility,
    facts: Facts,
    own: Authority,
    approver: Authority | None,
    ladder: Sequence[Limit] = (),
    scheme: Scheme = DEFAULT_SCHEME,
    closed: Sequence[Why] | None = None,
    in_full: bool = True,
) -> Ruling:
    """Rule on one proposal.

    WITHIN: no wall stands and every check but advice passes for `own`. NEEDS_APPROVAL: no wall stands and `approver`
    passes. REFUSED: the rest. `ladder` are the limits in force by grade; the lowest that passes is named as
    `who_can_lift`. `closed` are the call's and the offer's own reasons against it, where they are known already. Not
    `in_full`, only what `code` and the price need is looked at: no authority behind a wall, no approver behind what is
    within, and no nearest terms but the ones asked for.

    Unknown means no: a missing limit or an unread budget refuses (the ledger unknown, no discount).
    """
    year_limit, year_left = _customer_year(facts.customer, scheme, (own, approver))
    case = _Case(bounds, bill, facts.customer, facts.today, scheme, year_limit, year_left)
    if closed is None:
        closed = (*why_closed(facts, scheme=scheme), *is_eligible(eligibility, facts, scheme=scheme))
    standing = [_wall(why) for why in closed]
    priceable = bill.currency == bounds.currency and can_be_priced(snap(terms, bounds, today=facts.today), bounds, bill)
    if bill.currency != bounds.currency:
        standing.append(Check(ReasonCode.CURRENCY, ok=False, weight=Weight.WALL, detail=bill.currency))
    elif not priceable:
        standing.append(Check(ReasonCode.NO_PRODUCT, ok=False, weight=Weight.WALL, detail=bounds.scope))
    if own.limit is None:
        standing.append(Check(ReasonCode.NO_LIMIT, ok=False, weight=Weight.WALL))
    if own.budgets is None:
        standing.append(Check(ReasonCode.BUDGET_UNKNOWN, ok=False, weight=Weight.WALL))
    of_terms, priced = _walls_of_terms(terms, case) if priceable else ([], None)
    walls = [*standing, *of_terms]
    stands = _fails(walls)
    own_checks = _checks_of(own, terms, priced, case) if in_full or not stands else []
    approver_checks = _checks_of(approver, terms, priced, case) if in_full or _fails(own_checks) else []
    if not stands and not _fails(own_checks):
        code = RulingCode.WITHIN
    elif not stands and approver_checks and not _fails(approver_checks):
        code = RulingCode.NEEDS_APPROVAL
    else:
        code = RulingCode.REFUSED
    failed = [check for check in (*walls, *own_checks) if not check.ok]
    reasons = [check.code for check in failed if check.weight != Weight.ADVICE]
    if code == RulingCode.REFUSED and not stands and approver_checks:
        reasons.append(ReasonCode.OVER_SUPERVISOR)
    passes = priced is not None and not stands
    nearest_own = nearest_approver = None
    if priceable and not _fails(standing):
        nearest_own = _nearest(terms, own, own_checks if passes else [], case, search=in_full)
        nearest_approver = _nearest(terms, approver, approver_checks if passes else [], case, search=in_full)
    return Ruling(
        code=code,
        priced=priced,
        checks=(*walls, *own_checks),
        approver_checks=tuple(approver_checks),
        reasons=tuple(dict.fromkeys(reasons)),
        warnings=tuple(dict.fromkeys(check.code for check in failed if check.weight == Weight.ADVICE)),
        nearest_own=nearest_own,
        nearest_approver=nearest_approver,
        who_can_lift=_who_can_lift(code, terms, priced, own, approver, ladder, case) if not stands else None,
        limit_version=own.limit.version_id if own.limit else None,
        approver_limit_version=approver.limit.version_id if approver and approver.limit else None,
        skips=_skips(own_checks),
    )


def _fails(checks: Sequence[Check]) -> bool:
    """Whether a check that is more than advice is not ok."""
    return any(not check.ok and check.weight != Weight.ADVICE for check in checks)


def _wall(why: Why) -> Check:
    """A reason of eligibility or of the call as a failed check."""
    return Check(
        why.code, ok=False, weight=Weight.WALL, unit=why.unit, limit=why.limit, asked=why.found, detail=why.detail
    )


def _skips(own_checks: Sequence[Check]) -> frozenset[BudgetKind]:
    """The agent's budget, where it is empty and goodwill goes past it."""
    past = any(c.code == ReasonCode.BUDGET_AGENT and not c.ok and c.detail == "GOODWILL" for c in own_checks)
    return frozenset({BudgetKind.AGENT}) if past else frozenset()


def _walls_of_terms(terms: Terms, case: _Case) -> tuple[list[Check], Priced | None]:
    """What depends on the terms and nobody can lift: bounds and steps, something to give at all, the customer's year.

    Terms outside the bounds are not priced: whatever came out could not be booked.
    """
    problems = validate(terms, case.bounds, today=case.today)
    walls = [Check(p.code, ok=False, weight=Weight.WALL, limit=p.high, asked=p.asked, detail=p.term) for p in problems]
    if problems:
        return walls, None
    priced = price(terms, case.bounds, case.bill)
    if SCHEMAS[terms.kind].ceilings and not priced.monthly_minor and not priced.one_off_minor:
        walls.append(Check(ReasonCode.NO_SAVING, ok=False, weight=Weight.WALL))
    walls.append(_year_check(priced, case))
    return walls, priced


def _customer_year(customer: CustomerFacts, scheme: Scheme, authorities: Sequence[Authority | None]) -> tuple[int, int]:
    """The customer's twelve months: what the scheme allows, and what is left of it.

    Where the ledger keeps an account for the customer, the smaller of the two holds: a limit that was lowered
    meanwhile.
    """
    limit = customer_year_cap(
        scheme,
        tier=customer.tier,
        annual_bill_minor=customer.annual_bill_minor,
        tenure_months=customer.tenure_months,
    )
    left = limit - customer.conceded_12m_minor
    for authority in authorities:
        for budget in (authority.budgets or ()) if authority else ():
            if budget.kind == BudgetKind.CUSTOMER and budget.left_minor < left:
                limit, left = budget.limit_minor, budget.left_minor
    return limit, max(left, 0)


def _year_check(priced: Priced, case: _Case) -> Check:
    """The customer's twelve months: a wall for every grade."""
    cost, left = priced.cost_minor, case.year_left_minor
    return Check(ReasonCode.BUDGET_CUSTOMER, cost <= left, Weight.WALL, Unit.MINOR, case.year_limit_minor, left, cost)


def _checks_of(authority: Authority | None, terms: Terms, priced: Priced | None, case: _Case) -> list[Check]:
    """The checks of an authority; none where there is nobody to ask or nothing to ask about."""
    return list(_authority_checks(terms, priced, authority, case)) if authority and priced else []


def _authority_checks(terms: Terms, priced: Priced, authority: Authority, case: _Case) -> Iterator[Check]:
    """What this person's limit, standing and budgets say, in the order of telling."""
    yield from _limit_checks(terms, priced, authority.limit)
    yield from _standing_checks(authority, case.customer)
    yield from total_checks(terms, priced.cost_minor, authority)
    yield from _budget_checks(terms, priced, authority.budgets, case.scheme)


def _limit_checks(terms: Terms, priced: Priced, limit: Limit | None) -> Iterator[Check]:
    """The ceilings that the kind is measured by, and the cost."""
    if limit is None:
        yield Check(ReasonCode.NO_LIMIT, ok=False, weight=Weight.AUTHORITY)
        return
    if limit.currency != terms.currency:
        yield Check(ReasonCode.CURRENCY, ok=False, weight=Weight.AUTHORITY, detail=limit.currency)
        return
    yield Check(ReasonCode.KIND_NOT_ALLOWED, ok=terms.kind in limit.kinds, weight=Weight.AUTHORITY, detail=terms.kind)
    ceilings = SCHEMAS[terms.kind].ceilings
    for ceiling, code, unit, most, asked in (
        (Ceiling.PERCENT, ReasonCode.OVER_PERCENT, Unit.PERCENT, limit.max_percent, terms.percent),
        (Ceiling.MONTHS, ReasonCode.OVER_MONTHS, Unit.MONTHS, limit.max_months, terms.months),
        (Ceiling.MONTHLY, ReasonCode.OVER_MONTHLY, Unit.MINOR, limit.max_monthly_minor, priced.monthly_minor),
        (Ceiling.CREDIT, ReasonCode.OVER_CREDIT, Unit.MINOR, limit.max_credit_minor, priced.one_off_minor),
        (Ceiling.FEE, ReasonCode.OVER_CREDIT, Unit.MINOR, limit.max_fee_minor, priced.one_off_minor),
    ):
        if ceiling in ceilings:
            yield Check(code, asked <= most, Weight.AUTHORITY, unit, limit=most, left=most, asked=asked)
    most, asked = limit.max_cost_minor, priced.cost_minor
    yield Check(ReasonCode.OVER_COST, asked <= most, Weight.AUTHORITY, Unit.MINOR, limit=most, left=most, asked=asked)


def _standing_checks(authority: Authority, customer: CustomerFacts) -> Iterator[Check]:
    """Who may decide for whom: nobody for people they know; staff lines and watched accounts from supervisor up."""
    if authority.conflict_of_interest:
        yield Check(ReasonCode.CONFLICT_OF_INTEREST, ok=False, weight=Weight.AUTHORITY)
    if not (customer.staff_line or customer.fraud_watch):
        return
    may = authority.limit is not None and authority.limit.grade.rank >= Grade.SUPERVISOR.rank
    if customer.staff_line:
        yield Check(ReasonCode.CONFLICT_OF_INTEREST, ok=may, weight=Weight.AUTHORITY, detail="STAFF_LINE")
    if customer.fraud_watch:
        yield Check(ReasonCode.FRAUD_WATCH, ok=may, weight=Weight.AUTHORITY)


def _budget_checks(
    terms: Terms, priced: Priced, budgets: tuple[BudgetLeft, ...] | None, scheme: Scheme
) -> Iterator[Check]:
    """What the budgets have left: a hard one is somebody else's to lift, a pacing one only warns.

    The customer's own is not here: it is a wall, and `_year_check` has looked at it.
    """
    if budgets is None:
        yield Check(ReasonCode.BUDGET_UNKNOWN, ok=False, weight=Weight.AUTHORITY)
        return
    cost = priced.cost_minor
    for budget in budgets:
        if budget.kind == BudgetKind.CUSTOMER:
            continue
        left = max(budget.left_minor, 0)
        weight = Weight.ADVICE if budget.mode == LimitMode.PACING else Weight.AUTHORITY
        detail = ""
        if budget.kind == BudgetKind.AGENT and cost > left and _is_goodwill(terms, priced, budgets, scheme):
            weight, detail = Weight.ADVICE, "GOODWILL"
        code = ReasonCode[f"BUDGET_{budget.kind.name}"]
        yield Check(code, cost <= left, weight, Unit.MINOR, budget.limit_minor, left, cost, detail)


def _is_goodwill(terms: Terms, priced: Priced, budgets: tuple[BudgetLeft, ...], scheme: Scheme) -> bool:
    """A small credit that stays open when the agent's budget is empty, as long as the site's pool can pay it."""
    pool = [budget.left_minor for budget in budgets if budget.kind == BudgetKind.SITE]
    small = terms.kind == OfferKind.CREDIT and priced.cost_minor <= scheme.goodwill_minor
    return small and bool(pool) and priced.cost_minor <= min(pool)


def _passes(terms: Terms, authority: Authority, case: _Case) -> Priced | None:
    """The price of these terms where this authority may give them, None where it may not.

    Having nothing to give is left out: it fails for small terms, and the search needs what fails only for large ones.
    """
    priced = price(terms, case.bounds, case.bill)
    checks = [_year_check(priced, case), *_authority_checks(terms, priced, authority, case)]
    return None if _fails(checks) else priced


def _nearest(
    terms: Terms, authority: Authority | None, checks: Sequence[Check], case: _Case, *, search: bool
) -> Terms | None:
    """These terms where their `checks` pass, else (with `search`) the largest that would."""
    if authority is None:
        return None
    if checks and not _fails(checks):
        return terms
    return _largest(terms, authority, case) if search else None


def _largest(terms: Terms, authority: Authority, case: _Case) -> Terms | None:
    """The costliest bookable terms, no part larger than asked, that this authority may give.

    Every check but one asks whether something that grows with percent, amount and months is small enough, so what
    passes at one level passes at every lower one: for each number of months the level is found by bisection.
    """
    asked = snap(terms, case.bounds, today=case.today)
    bounds = case.bounds
    levels: Sequence[int]
    with_level: Callable[[Terms, int], Terms]
    if bounds.percent:
        levels, with_level = bounds.percent.up_to(asked.percent), _with_percent
    elif bounds.amount:
        levels, with_level = bounds.amount.up_to(asked.amount_minor), _with_amount
    else:
        levels, with_level = [0], _as_it_is
    best: tuple[tuple[int, int, int], Terms] | None = None
    for months in bounds.months.up_to(asked.months) if bounds.months else (0,):
        found = _highest_level(replace(asked, months=months), levels, with_level, authority, case)
        if found is not None:
            candidate, priced, level = found
            size = (priced.cost_minor, level, months)
            gives = priced.monthly_minor or priced.one_off_minor or not SCHEMAS[bounds.kind].ceilings
            if gives and (best is None or size > best[0]):
                best = (size, candidate)
    return best[1] if best else None


def _highest_level(
    base: Terms, levels: Sequence[int], with_level: Callable[[Terms, int], Terms], authority: Authority, case: _Case
) -> tuple[Terms, Priced, int] | None:
    """The highest level at which `base` passes, by bisection over the rising levels; None where even the lowest
    fails.
    """
    low, high, found = 0, len(levels) - 1, None
    # The top is tried first: usually it is what was asked and passes.
    middle = high
    while low <= high:
        candidate = with_level(base, levels[middle])
        priced = _passes(candidate, authority, case)
        if priced is None:
            high = middle - 1
        else:
            found, low = (candidate, priced, levels[middle]), middle + 1
        middle = (low + high) // 2
    return found


def _with_percent(terms: Terms, percent: int) -> Terms:
    """These terms at another percent."""
    return replace(terms, percent=percent)


def _with_amount(terms: Terms, amount_minor: int) -> Terms:
    """These terms at another amount."""
    return replace(terms, amount_minor=amount_minor)


def _as_it_is(terms: Terms, _level: int) -> Terms:
    """These terms, for kinds without a level."""
    return terms


def _who_can_lift(
    code: RulingCode,
    terms: Terms,
    priced: Priced | None,
    own: Authority,
    approver: Authority | None,
    ladder: Sequence[Limit],
    case: _Case,
) -> Grade | None:
    """The lowest grade that could allow what `own` may not. Budgets of the ladder's grades are not known and not
    asked.
    """
    if code == RulingCode.WITHIN or priced is None:
        return None
    if code == RulingCode.NEEDS_APPROVAL and approver and approver.limit:
        return approver.limit.grade
    above = max(
        Grade.SUPERVISOR.rank,
        own.limit.grade.rank + 1 if own.limit else 0,
        approver.limit.grade.rank + 1 if approver and approver.limit else 0,
    )
    for limit in sorted(ladder, key=lambda limit: limit.grade.rank):
        if limit.grade.rank < above:
            continue
        authority = Authority(limit=limit, budgets=())
        if not _fails([*_limit_checks(terms, priced, limit), *_standing_checks(authority, case.customer)]):
            return limit.grade
    return None
