"""What is offered on one call: which offer, at which terms, within whose authority, and what came of it.

Offers go through the same rules as on the real desk (eligibility, pricing, limits, budgets), so that nothing in the
demo could not have happened.
"""

import math
import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from customers.choices import CallerRole, CustomerKind, IdentityResult
from customers.conduct import DEFAULT, SoFar, verdict
from customers.value import RiskBand, tenure_months, value_tier
from offers.choices import BudgetKind, Family, Grade
from offers.eligibility import is_eligible
from offers.facts import CallFacts, CustomerFacts, Facts
from offers.pricing import Bill, Priced, can_be_priced, price
from offers.ranking import acceptance, expected_value
from offers.scheme import DEFAULT_SCHEME, GradeScheme, customer_year_cap
from offers.terms import Terms, snap
from retention_desk.demo import planted
from retention_desk.demo.accounts import Account
from retention_desk.demo.catalogue import CATALOGUE, Entry
from retention_desk.demo.floor import Agent, Floor, over
from retention_desk.demo.wallets import BudgetYear, Wallets

# What is asked of a supervisor: mostly the big discount, else something ordinary made larger.
_ASKED = {"WHOLE-BILL": 66, "BILL-AMOUNT": 14, "INTERNET-PERCENT": 10, "GIFT-CARD": 10}
_ASKED_FOR = {
    "FAULTS": {"CREDIT-VISIT": 80, "WHOLE-BILL": 20},
    "BILLING": {"GOODWILL": 70, "WHOLE-BILL": 30},
    "MOVING": {"MOVING-FEE": 80, "WHOLE-BILL": 20},
}
_OPEN_CALL = verdict(DEFAULT, SoFar(), now=datetime.fromisoformat("2026-01-02T12:00:00+00:00"))


@dataclass(frozen=True, slots=True)
class Made:
    """An offer with its terms, ready to be put. `over` names the agent's ceiling that it breaks, if any."""

    entry: Entry
    terms: Terms
    priced: Priced
    over: str
    accept: float
    value_minor: int
    cap_minor: int


@dataclass(slots=True)
class Situation:
    """What stays the same while offers are tried on a call."""

    account: Account
    agent: Agent
    day: date
    at: datetime
    reason: str
    bill: Bill
    risk_percent: int
    margin_minor: int
    facts: Facts
    cap_minor: int


def situation(
    account: Account, agent: Agent, *, day: date, at: datetime, reason: str, risk_percent: int, margin_minor: int
) -> Situation:
    """Gather what the rules need to know."""
    bill = account.bill(day)
    annual = 12 * account.bill_on(day)
    tenure = tenure_months(account.since, day)
    contract = account.contract_ends_on(day)
    customer = CustomerFacts(
        kind=CustomerKind(account.kind),
        currency=bill.currency,
        tenure_months=tenure,
        tier=value_tier(annual),
        risk_band=RiskBand.HIGH if risk_percent >= 60 else RiskBand.LOW if risk_percent < 40 else RiskBand.MEDIUM,
        annual_bill_minor=annual,
        product_kinds=frozenset(str(line.product.kind) for line in account.running),
        product_codes=frozenset(line.product.code for line in account.running),
        jurisdiction=account.jurisdiction,
        contract_months_left=tenure_months(day, contract) + 1 if contract else 0,
        running={family: ends for family, (_starts, ends) in account.given.items() if _runs(family, ends, day)},
        months_since={family: tenure_months(starts, day) for family, (starts, _ends) in account.given.items()},
        credits_12m=sum(given > day - timedelta(days=365) for given in account.credits),
        past_due=account.past_due_minor > 0,
    )
    call = CallFacts(_OPEN_CALL, IdentityResult.CHECKED, CallerRole.HOLDER, reasons=frozenset({reason}))
    cap = customer_year_cap(DEFAULT_SCHEME, tier=customer.tier, annual_bill_minor=annual, tenure_months=tenure)
    return Situation(account, agent, day, at, reason, bill, risk_percent, margin_minor, Facts(day, customer, call), cap)


def _runs(family: Family, ends: date | None, day: date) -> bool:
    if ends is None:
        return family in (Family.RECURRING, Family.LOYALTY)
    return ends > day


class Offering:
    """Chooses offers and their terms."""

    def __init__(self, rng: random.Random, floor: Floor, wallets: Wallets) -> None:
        self._rng, self._floor, self._wallets = rng, floor, wallets

    def choose(self, where: Situation, *, ask: bool, without: frozenset[str]) -> Made | None:
        """The offer that is put: within the agent's authority, or (`ask`) beyond it; None when nothing fits."""
        weights = dict(planted.REASONS[where.reason].offers)
        if ask:
            weights = dict(_ASKED_FOR.get(where.reason, _ASKED))
        # First what fits as the catalogue has it, then what fits when it is made smaller.
        for shrink in (False,) if ask else (False, True):
            codes = [code for code in weights if code not in without]
            while codes:
                code = self._rng.choices(codes, [weights[one] for one in codes])[0]
                codes.remove(code)
                made = self._made(where, CATALOGUE[code], ask=ask, shrink=shrink)
                if made is not None:
                    return made
        return None

    def exactly(self, where: Situation, code: str, **terms: int) -> Made:
        """One offer at these terms; what is not named is the catalogue's."""
        entry = CATALOGUE[code]
        chosen = snap(replace(entry.bounds.default, **terms), entry.bounds, today=where.day)  # type: ignore[arg-type]
        return self._weighed(where, entry, chosen, price(chosen, entry.bounds, where.bill), "")

    def less(self, where: Situation, asked: Made, approver: GradeScheme) -> Made | None:
        """A supervisor's counter: the same offer for less money, within their own limit; None when there is none."""
        entry, bounds = asked.entry, asked.entry.bounds
        for _step in range(8):
            asked_terms = asked.terms
            if bounds.months is not None and asked_terms.months > bounds.months.low and self._rng.random() < 0.55:
                terms = replace(asked_terms, months=max(asked_terms.months // 2, bounds.months.low))
            elif bounds.percent is not None:
                terms = replace(
                    asked_terms, percent=asked_terms.percent - self._rng.choice((1, 2)) * bounds.percent.step
                )
            else:
                terms = replace(asked_terms, amount_minor=asked_terms.amount_minor * self._rng.choice((5, 6, 7)) // 10)
            terms = snap(terms, bounds, today=where.day)
            priced = price(terms, bounds, where.bill)
            if priced.cost_minor < asked.priced.cost_minor and not over(approver, entry, terms, priced):
                return self._weighed(where, entry, terms, priced, "")
        return None

    def pays(self, where: Situation, made: Made, wallet: BudgetKind, owner: int) -> list[BudgetYear] | None:
        """The accounts that an offer draws on, in the fixed order, if all of them have enough; otherwise None."""
        cost, day, at = made.priced.cost_minor, where.day, where.at
        wallets, ids = self._wallets, self._floor.ids
        if wallets.customer_left(where.account.id, on=day, cap_minor=made.cap_minor) < cost:
            return None
        found = [
            wallets.of(wallet, owner, on=day, at=at),
            wallets.of(BudgetKind.TEAM, where.agent.team_id, on=day, at=at),
            wallets.of(BudgetKind.SITE, ids.sites[where.agent.site], on=day, at=at),
            wallets.of(BudgetKind.CAMPAIGN, ids.campaigns[made.entry.campaign], on=day, at=at),
        ]
        if not all(wallets.has(account, cost) for account in found):
            return None
        own = wallets.of_customer(where.account.id, on=day, at=at, cap_minor=made.cap_minor)
        return [own, *(account for account in found if account is not None)]

    def _made(self, where: Situation, entry: Entry, *, ask: bool, shrink: bool) -> Made | None:
        bounds = entry.bounds
        if is_eligible(entry.eligibility, where.facts) or not can_be_priced(bounds.default, bounds, where.bill):
            return None
        limit = self._floor.ids.schemes[where.agent.grade]
        terms = snap(bounds.default, bounds, today=where.day)
        if ask:
            return self._beyond(where, entry, terms, limit)
        if self._rng.random() < 0.12:
            terms = self._varied(entry, terms, where.day)
        for _step in range(6 if shrink else 1):
            priced = price(terms, bounds, where.bill)
            if not over(limit, entry, terms, priced) and self._affordable(where, priced):
                return self._weighed(where, entry, terms, priced, "")
            smaller = self._smaller(entry, terms, where.day)
            if smaller == terms:
                return None
            terms = smaller
        return None

    def _beyond(self, where: Situation, entry: Entry, terms: Terms, limit: GradeScheme) -> Made | None:
        """Terms that the agent may not give and a supervisor may: the catalogue's, or larger, or for fewer months."""
        supervisor = self._floor.ids.schemes[Grade.SUPERVISOR]
        bounds = entry.bounds
        tries = [terms, self._larger(entry, terms, where.day), self._larger(entry, terms, where.day, steps=2)]
        if bounds.months is not None:
            tries += [
                replace(one, months=months)
                for months in range(terms.months - bounds.months.step, bounds.months.low - 1, -bounds.months.step)
                for one in tries[:3]
            ]
        for one in tries:
            priced = price(one, bounds, where.bill)
            why = over(limit, entry, one, priced)
            if why and not over(supervisor, entry, one, priced) and self._affordable(where, priced):
                return self._weighed(where, entry, one, priced, why)
        return None

    def _affordable(self, where: Situation, priced: Priced) -> bool:
        left = self._wallets.customer_left(where.account.id, on=where.day, cap_minor=where.cap_minor)
        return priced.cost_minor <= left

    def _varied(self, entry: Entry, terms: Terms, day: date) -> Terms:
        return self._larger(entry, terms, day) if self._rng.random() < 0.5 else self._smaller(entry, terms, day)

    def _larger(self, entry: Entry, terms: Terms, day: date, *, steps: int = 1) -> Terms:
        bounds = entry.bounds
        if bounds.percent is not None:
            terms = replace(terms, percent=terms.percent + steps * bounds.percent.step)
        elif bounds.amount is not None:
            terms = replace(terms, amount_minor=terms.amount_minor * (10 + 4 * steps) // 10 + bounds.amount.step)
        elif bounds.months is not None:
            terms = replace(terms, months=terms.months + steps * bounds.months.step)
        return snap(terms, bounds, today=day)

    def _smaller(self, entry: Entry, terms: Terms, day: date) -> Terms:
        bounds = entry.bounds
        if bounds.months is not None and terms.months > bounds.months.low and self._rng.random() < 0.4:
            terms = replace(terms, months=terms.months - bounds.months.step)
        elif bounds.percent is not None:
            terms = replace(terms, percent=terms.percent - bounds.percent.step)
        elif bounds.amount is not None:
            terms = replace(terms, amount_minor=terms.amount_minor - bounds.amount.step)
        elif bounds.months is not None:
            terms = replace(terms, months=terms.months - bounds.months.step)
        return snap(terms, bounds, today=day)

    def _weighed(self, where: Situation, entry: Entry, terms: Terms, priced: Priced, why: str) -> Made:
        """The chance of a yes (the planted one, moved by the terms and by who asks) and what the rules think of it."""
        default = price(snap(entry.bounds.default, entry.bounds, today=where.day), entry.bounds, where.bill)
        figures = entry.figures
        accept = acceptance(
            figures.accept_percent, saving_minor=priced.saving_minor, default_saving_minor=default.saving_minor
        )
        value = expected_value(
            accept=accept,
            stay_if_accepted=Decimal(figures.stay_percent) / 100,
            stay_without=Decimal(100 - where.risk_percent) / 100,
            margin_minor=where.margin_minor,
            cost_minor=priced.cost_minor,
            ends_in_months=terms.months,
            handling_minor=figures.handling_minor,
        )
        return Made(entry, terms, priced, why, shifted(float(accept), where.agent.shift), value, where.cap_minor)


def shifted(chance: float, shift: float) -> float:
    """A chance whose log odds are moved by `shift`."""
    if not 0 < chance < 1:
        return chance
    odds = math.exp(math.log(chance / (1 - chance)) + shift)
    return odds / (1 + odds)
