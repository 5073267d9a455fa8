"""What `queries.on_call` reads, as plain data: the authority, the money, the catalogue and the offers made so far.

One statement brings it as JSON; this turns it into the dataclasses that the rules and the pages work with.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from customers.value import Tier
from offers.choices import BudgetKind, BudgetPeriod, Family, Grade, LimitMode, OfferKind, ProposalState
from offers.facts import Average, BudgetLeft, Eligibility, Limit, OwnTotals, PeriodTotal
from offers.facts import Given as Before
from offers.ranking import BaseFigures
from offers.scheme import Scheme
from offers.stored import read_bounds, read_eligibility, read_figures
from offers.terms import Bounds


@dataclass(frozen=True, slots=True)
class Budget:
    """One budget that this call can draw on, as it stands now. `ends_on` None: not opened yet this period."""

    kind: BudgetKind
    owner_id: int
    left_minor: int
    limit_minor: int
    ends_on: date | None
    average: Average | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A supervisor's yes to one offer on this call: up to these terms, once, until `expires_at`.

    `is_ceiling`: given as a ceiling, not as an answer to the terms that were asked for.
    """

    id: int
    code: str
    limit_version_id: int
    percent: int
    months: int
    amount_minor: int
    monthly_minor: int
    cost_minor: int
    currency: str
    expires_at: datetime
    by: str
    is_ceiling: bool


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One offer version in force, with its words in the agent's language."""

    version_id: int
    code: str
    kind: OfferKind
    family: Family
    icon: str
    words: Mapping[str, str]
    bounds: Bounds
    eligibility: Eligibility
    figures: BaseFigures
    campaign_id: int | None


@dataclass(frozen=True, slots=True)
class Given:
    """One concession of the last twelve months, or one that still runs. `ends_on` None: once, or for good."""

    proposal_id: int
    family: Family
    name: str
    starts_on: date
    ends_on: date | None
    monthly_minor: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Made:
    """One proposal of this call as its agent may see it.

    A supervisor's decision shows only once it has taken effect: until then `state` is AWAITING and `answer` OPEN. A
    question that is over by the database's clock is LAPSED and EXPIRED, even while the clockwork stands still.
    `answer` is "" where nobody was asked; `expires_at` when what is reserved is given back.
    """

    id: int
    key: UUID
    version_id: int
    counter_of: int | None
    code: str
    kind: OfferKind
    name: str
    currency: str
    percent: int
    months: int
    amount_minor: int
    extra: Mapping[str, Any]
    cost_minor: int
    monthly_minor: int
    bill_before_minor: int
    bill_after_minor: int
    starts_on: date
    ends_on: date | None
    accept_percent: int
    expected_value_minor: int
    reasons: tuple[str, ...]
    state: ProposalState
    created_at: datetime
    presented_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime | None
    answer: str
    asked_at: datetime | None
    due_at: datetime | None
    note: str
    reader: str
    read_at: datetime | None
    decider: str
    decided_at: datetime | None
    decision_reason: str
    decision_note: str

    @property
    def due_seconds(self) -> int:
        """How long the answer may take; 0 where nobody was asked."""
        return int((self.due_at - self.asked_at).total_seconds()) if self.due_at and self.asked_at else 0


@dataclass(frozen=True, slots=True)
class Past:
    """One offer presented on an earlier call. `left_on`: when the customer or the concession ended after all.

    `this_call`: before this call was handed over to this agent.
    """

    this_call: bool
    version_id: int
    name: str
    state: ProposalState
    percent: int | None
    months: int | None
    amount_minor: int | None
    currency: str
    presented_at: datetime
    ends_on: date | None
    left_on: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one call stands before the rules are asked. `today` is the site's date.

    `limits` are the agent's, `ladder` every grade's, best first: the first that fits a family governs it. `totals` are
    without what the episode had before, which differs by family. `conflict`: how agent and customer know each other.
    `presented` and `refused` count from the first wish to cancel; `settled`: accepted, and not asked again since.
    """

    today: date
    scheme_id: int
    scheme: Scheme
    limits: tuple[Limit, ...]
    ladder: tuple[Limit, ...]
    totals: OwnTotals
    before: Mapping[Family, Before]
    conflict: str
    grants: tuple[Grant, ...]
    supervisors: int
    budgets: tuple[Budget, ...]
    mode: LimitMode
    catalogue: tuple[CatalogueEntry, ...]
    given: tuple[Given, ...]
    made: tuple[Made, ...]
    past: tuple[Past, ...]
    presented: int
    refused: int
    settled: bool

    def budget(self, kind: BudgetKind, owner_id: int | None = None) -> Budget | None:
        """The budget of that kind, of that owner where there are several."""
        return next((b for b in self.budgets if b.kind == kind and owner_id in (None, b.owner_id)), None)

    @property
    def limit(self) -> Limit | None:
        """What governs the agent where nothing narrower does."""
        return self.limit_for(None)

    def limit_for(self, family: Family | None) -> Limit | None:
        """The limit that governs the agent for offers of that family."""
        return _governing(self.limits, family)

    def ladder_for(self, family: Family | None) -> tuple[Limit, ...]:
        """Every grade's limit for that family, lowest grade first."""
        found = (_governing([one for one in self.ladder if one.grade == grade], family) for grade in Grade)
        return tuple(limit for limit in found if limit)

    def supervisor_limit(self, family: Family | None = None) -> Limit | None:
        """What a supervisor of this desk may give, whoever it will be."""
        return _governing([one for one in self.ladder if one.grade == Grade.SUPERVISOR], family)

    def grant(self, code: str) -> Grant | None:
        """A supervisor's yes to that offer which can still be used."""
        return next((one for one in self.grants if one.code == code), None)


def _governing(limits: Iterable[Limit], family: Family | None) -> Limit | None:
    return next((one for one in limits if one.family in (None, family)), None)


def catalogue(text: str) -> tuple[CatalogueEntry, ...]:
    """The last column of `sql/on_call.sql` as plain data. Raises `stored.Unreadable` for a version nobody can read."""
    return tuple(map(_entry, json.loads(text)))


def standing(raw: Mapping[str, Any], catalogue: tuple[CatalogueEntry, ...]) -> Standing:
    """The JSON of `sql/on_call.sql` and its catalogue as plain data."""
    scheme = raw["scheme"]
    return Standing(
        today=date.fromisoformat(raw["today"]),
        scheme_id=scheme["id"],
        scheme=read_scheme(scheme),
        limits=tuple(map(read_limit, raw["limits"] or ())),
        ladder=tuple(map(read_limit, raw["ladder"] or ())),
        totals=_totals(raw),
        before={
            Family(row["family"]): Before(int(row["cost_minor"] or 0), int(row["amount_minor"] or 0))
            for row in raw["before"] or ()
        },
        conflict=raw["conflict"] or "",
        grants=tuple(map(_grant, raw["grants"] or ())),
        supervisors=raw["supervisors"],
        budgets=tuple(map(read_budget, raw["budgets"] or ())),
        mode=LimitMode(scheme["budget_mode"]),
        catalogue=catalogue,
        given=tuple(map(_given, raw["concessions"] or ())),
        made=tuple(map(made, raw["proposals"] or ())),
        past=tuple(map(_past, raw["past"] or ())),
        presented=raw["presented"],
        refused=raw["refused"],
        settled=raw["settled"],
    )


def read_scheme(row: Mapping[str, Any]) -> Scheme:
    """A row of `SchemeVersion` as the rules read it."""
    low, mid, high = row["customer_year_percents"]
    return Scheme(
        customer_year_percents=MappingProxyType({Tier.LOW: low, Tier.MID: mid, Tier.HIGH: high}),
        long_tenure_months=row["long_tenure_months"],
        long_tenure_extra_percent=row["long_tenure_extra_percent"],
        short_tenure_months=row["short_tenure_months"],
        cooldown_months=row["cooldown_months"],
        credits_a_year=row["credits_a_year"],
        concessions_a_call=row["concessions_a_call"],
        goodwill_minor=row["goodwill_minor"],
    )


def read_limit(row: Mapping[str, Any]) -> Limit:
    """A row of `LimitVersion` as the rules read it; `grade` is the seat's where the limit is a team's or a person's."""
    return Limit(
        version_id=row["id"],
        grade=Grade(row["grade"]),
        max_percent=row["max_percent"],
        max_months=row["max_months"],
        max_monthly_minor=row["max_monthly_minor"],
        max_credit_minor=row["max_credit_minor"],
        max_fee_minor=row["max_fee_minor"],
        max_cost_minor=row["max_cost_minor"],
        kinds=frozenset(map(OfferKind, row["kinds"])),
        currency=row["currency"],
        family=Family(row["family"]) if row.get("family") else None,
    )


def _totals(raw: Mapping[str, Any]) -> OwnTotals:
    """What the agent has given on the call and in the periods, against the limit that governs them."""
    own = raw["totals"] or {}
    return OwnTotals(
        call_most=own.get("call_most"),
        call_count=sum(row["on_call"] for row in raw["before"] or ()),
        call_most_minor=own.get("call_most_minor"),
        call_cost_minor=sum(int(row["on_call_minor"]) for row in raw["before"] or ()),
        periods=tuple(
            PeriodTotal(
                BudgetPeriod(row["period"]), row["limit_minor"], row["used_minor"], row["most"], row["used_count"]
            )
            for row in own.get("periods") or ()
        ),
        mode=LimitMode(own.get("mode", LimitMode.HARD)),
    )


def _grant(row: Mapping[str, Any]) -> Grant:
    return Grant(**{**row, "expires_at": datetime.fromisoformat(row["expires_at"])})


def left(budget: Budget, mode: LimitMode) -> BudgetLeft:
    """A budget as the rules read it."""
    return BudgetLeft(budget.kind, budget.left_minor, budget.limit_minor, mode)


def read_budget(row: Mapping[str, Any]) -> Budget:
    """A budget as a statement brings it."""
    kind = BudgetKind(row["kind"])
    average = None
    if row.get("average_minor"):
        average = Average(kind, row["average_minor"], int(row["spent_minor"]), int(row["saves"]))
    return Budget(kind, row["owner_id"], int(row["left_minor"]), int(row["limit_minor"]), _day(row["ends_on"]), average)


def _entry(row: Mapping[str, Any]) -> CatalogueEntry:
    kind, family = OfferKind(row["kind"]), Family(row["family"])
    return CatalogueEntry(
        version_id=row["id"],
        code=row["code"],
        kind=kind,
        family=family,
        icon=row["icon"],
        words=row["words"] or {},
        bounds=read_bounds(kind=kind, currency=row["currency"], bounds=row["bounds"], cost_model=row["cost_model"]),
        eligibility=read_eligibility(
            kind=kind, family=family, currency=row["currency"], eligibility=row["eligibility"]
        ),
        figures=read_figures(row["figures"]),
        campaign_id=row["campaign_id"],
    )


def _given(row: Mapping[str, Any]) -> Given:
    return Given(
        proposal_id=row["proposal_id"],
        family=Family(row["family"]),
        name=row["name"] or "",
        starts_on=date.fromisoformat(row["starts_on"]),
        ends_on=_day(row["ends_on"]),
        monthly_minor=row["monthly_minor"],
        cost_minor=row["cost_minor"],
    )


def made(row: Mapping[str, Any]) -> Made:
    """One proposal of the call, from the `proposal` part of `sql/on_call.sql`."""
    return Made(
        id=row["id"],
        key=UUID(row["key"]),
        version_id=row["offer_version_id"],
        counter_of=row["counter_of_id"],
        code=row["code"],
        kind=OfferKind(row["kind"]),
        name=row["name"] or "",
        currency=row["currency"],
        percent=row["percent"] or 0,
        months=row["months"] or 0,
        amount_minor=row["amount_minor"] or 0,
        extra=row["extra"],
        cost_minor=row["cost_minor"],
        monthly_minor=row["monthly_minor"],
        bill_before_minor=row["bill_before_minor"],
        bill_after_minor=row["bill_after_minor"],
        starts_on=date.fromisoformat(row["starts_on"]),
        ends_on=_day(row["ends_on"]),
        accept_percent=row["accept_percent"],
        expected_value_minor=row["expected_value_minor"],
        reasons=tuple(row["reasons"]),
        state=ProposalState(row["seen_state"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        presented_at=_moment(row["presented_at"]),
        ended_at=_moment(row["ended_at"]),
        expires_at=_moment(row["expires_at"]),
        answer=row["answer"] or "",
        asked_at=_moment(row["asked_at"]),
        due_at=_moment(row["due_at"]),
        note=row["note"] or "",
        reader=row["reader"] or "",
        read_at=_moment(row["read_at"]),
        decider=row["decider"] or "",
        decided_at=_moment(row["decided_at"]),
        decision_reason=row["decision_reason"] or "",
        decision_note=row["decision_note"] or "",
    )


def _past(row: Mapping[str, Any]) -> Past:
    return Past(
        this_call=row["this_call"],
        version_id=row["offer_version_id"],
        name=row["name"] or "",
        state=ProposalState(row["state"]),
        percent=row["percent"],
        months=row["months"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        presented_at=datetime.fromisoformat(row["presented_at"]),
        ends_on=_day(row["ends_on"]),
        left_on=_day(row["left_on"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
