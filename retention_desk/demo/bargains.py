"""Rows of an offer's life: proposal, question and answer, hold and entries, outcome, concession, audit and keys.

Each act leaves the rows that the database's own doors would have left at that moment (`offers/migrations/sql`).
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from customers.choices import CallEventKind
from offers.choices import (
    ApprovalState,
    DeclineReason,
    DrawEnd,
    HoldEnd,
    OfferKind,
    OutcomeKind,
    ProposalState,
    RulingCode,
)
from retention_desk.demo import planted
from retention_desk.demo.accounts import Account
from retention_desk.demo.book import Book
from retention_desk.demo.company import CURRENCY
from retention_desk.demo.floor import Agent, Ids
from retention_desk.demo.offering import Made
from retention_desk.demo.wallets import BudgetYear, Legs, Wallets

AGENT, SUPERVISOR, CLOCK = "AGENT", "SUPERVISOR", "CLOCK"
DISCLOSURES = ("PRICE_NOW", "PRICE_AFTER", "NEW_TERM", "HOW_TO_CANCEL", "PERSONALISED_PRICE")
_HOLD = timedelta(minutes=30)
_UNDO = timedelta(seconds=5)
DUE = timedelta(seconds=120)
_NOTES = (
    "Has a written quote from a rival.",
    "Would stay for the same price as last year.",
    "Long customer, never asked before.",
    "Three outages, lost a day of work.",
    "Pays on time, wants one good year.",
    "Partner wants to leave, this would settle it.",
)


@dataclass(slots=True)
class Live:
    """A proposal on its way: its row so far, and the hold behind it."""

    row: dict[str, object]
    made: Made
    key: UUID
    legs: Legs = field(default_factory=list)
    hold: dict[str, object] | None = None
    grant: dict[str, object] | None = None

    @property
    def id(self) -> int:
        """The proposal's id."""
        return int(str(self.row["id"]))


class Bargains:
    """Writes what is said about offers on calls."""

    def __init__(self, rng: random.Random, book: Book, ids: Ids, wallets: Wallets) -> None:
        self._rng, self._book, self._ids, self._wallets = rng, book, ids, wallets
        self._proposals = self._holds = 0

    def present(
        self,
        call: int,
        account: Account,
        agent: Agent,
        made: Made,
        accounts: list[BudgetYear],
        *,
        at: datetime,
        day: date,
    ) -> Live:
        """Within the agent's own authority: authorised, held and presented in one act."""
        live = self._new(call, account, agent, made, at=at, day=day, ruling=RulingCode.WITHIN)
        live.row["presented_at"] = at
        self._held(live, accounts, at=at, start=agent.user_id)
        self._act("PROPOSE", live, call, account, at=at, by=agent.user_id, role=AGENT, key=live.key, state="PRESENTED")
        self._event(call, CallEventKind.PRESENTED, live.id, at=at, by=agent.user_id)
        return live

    def ask(self, call: int, account: Account, agent: Agent, made: Made, *, at: datetime, day: date) -> Live:
        """Over it: asked. Nothing is held before somebody has answered."""
        live = self._new(call, account, agent, made, at=at, day=day, ruling=RulingCode.NEEDS_APPROVAL)
        self._act("ASK", live, call, account, at=at, by=agent.user_id, role=AGENT, key=live.key, state="AWAITING")
        self._event(call, CallEventKind.ASKED_SUPERVISOR, live.id, at=at, by=agent.user_id)
        return live

    def answer(
        self,
        call: int,
        account: Account,
        asked: Live,
        agent: Agent,
        approver: Agent,
        *,
        state: ApprovalState,
        counter: Made | None,
        accounts: list[BudgetYear],
        asked_at: datetime,
        at: datetime,
        day: date,
    ) -> Live | None:
        """A supervisor's decision. Answers what may now be presented: the proposal, its counter, or nothing."""
        key = self._book.new_key()
        declined = state == ApprovalState.DECLINED
        limit = None if declined else self._ids.limits[approver.grade]
        request = self._book.requests.add(
            proposal_id=asked.id,
            drawn_to_id=approver.user_id,
            asked_by_id=agent.user_id,
            asked_at=asked_at,
            due_at=asked_at + DUE,
            note=self._rng.choice(_NOTES) if self._rng.random() < 0.7 else "",
            state=state,
            read_by_id=approver.user_id,
            read_at=asked_at + (at - asked_at) * 0.4,
            decided_by_id=approver.user_id,
            decided_at=at,
            effective_at=at + _UNDO,
            decision_reason=self._rng.choice(DeclineReason.values) if declined else "",
            limit_version_id=limit,
        )
        self._book.draws.add(
            request_id=request, user_id=approver.user_id, drawn_at=asked_at, ended_as=DrawEnd.ANSWERED, ended_at=at
        )
        granted = asked
        if counter is not None:
            self._end(asked, ProposalState.COUNTERED, at)
            granted = self._new(
                call, account, agent, counter, at=at, day=day, ruling=RulingCode.NEEDS_APPROVAL, of=asked.id, key=key
            )
            granted.row["limit_version_id"] = limit
        elif declined:
            self._end(asked, ProposalState.REFUSED, at)
        decision = {"APPROVED": "APPROVE", "COUNTERED": "COUNTER", "DECLINED": "DECLINE"}[state]
        self._book.act(
            decision,
            at=at,
            by=approver.user_id,
            role=SUPERVISOR,
            object_kind="proposal",
            object_id=granted.id,
            customer_id=account.id,
            call_id=call,
            limit_version_id=limit,
            before={"state": "AWAITING"},
            after={
                "asked_cost_minor": asked.made.priced.cost_minor,
                "cost_minor": granted.made.priced.cost_minor,
            },
            key=key,
        )
        self._event(call, CallEventKind.SUPERVISOR_ANSWERED, granted.id, at=at, by=approver.user_id, decision=decision)
        if limit is None:
            return None
        granted.grant = self._granted(request, call, agent, approver, granted, limit, at=at)
        self._held(granted, accounts, at=at, start=agent.user_id)
        return granted

    def present_granted(self, call: int, account: Account, live: Live, agent: Agent, *, at: datetime) -> None:
        """Put what a supervisor has granted."""
        live.row["presented_at"] = at
        if live.grant is not None:
            live.grant["used_at"] = at
        self._act("PRESENT", live, call, account, at=at, by=agent.user_id, role=AGENT, state="PRESENTED")
        self._event(call, CallEventKind.PRESENTED, live.id, at=at, by=agent.user_id)

    def settle(self, call: int, account: Account, live: Live, agent: Agent, *, accepted: bool, at: datetime) -> None:
        """What the customer said."""
        kind = OutcomeKind.ACCEPTED if accepted else OutcomeKind.DECLINED
        cost = live.made.priced.cost_minor if accepted else 0
        self._end(live, ProposalState(kind), at)
        self._book.outcomes.add(
            proposal_id=live.id,
            kind=kind,
            posted_minor=cost,
            disclosures=DISCLOSURES if accepted else (),
            by_id=agent.user_id,
            recorded_at=at,
        )
        if accepted:
            self._concede(account, live, at=at)
        self._act(kind, live, call, account, at=at, by=agent.user_id, role=AGENT, key=self._book.new_key(), state=kind)
        self._event(call, CallEventKind(kind), live.id, at=at, by=agent.user_id)
        self._released(live, HoldEnd.POSTED if accepted else HoldEnd.VOIDED, at=at, by=agent.user_id)

    def lapse(self, call: int, account: Account, live: Live, *, at: datetime) -> None:
        """The line went dead before an answer."""
        self._end(live, ProposalState.LAPSED, at)
        self._book.outcomes.add(proposal_id=live.id, kind=OutcomeKind.LAPSED, by_id=None, recorded_at=at)
        self._act("LAPSE", live, call, account, at=at, by=None, role=CLOCK, state="LAPSED")
        self._released(live, HoldEnd.VOIDED, at=at, by=None)

    def _new(
        self,
        call: int,
        account: Account,
        agent: Agent,
        made: Made,
        *,
        at: datetime,
        day: date,
        ruling: RulingCode,
        of: int | None = None,
        key: UUID | None = None,
    ) -> Live:
        self._proposals += 1
        key = key or self._book.new_key()
        terms, priced = made.terms, made.priced
        row: dict[str, object] = {
            "id": self._proposals,
            "key": key,
            "call_id": call,
            "customer_id": account.id,
            "agent_id": agent.user_id,
            "team_id": agent.team_id,
            "offer_version_id": self._ids.offers[made.entry.code],
            "counter_of_id": of,
            "position": self._rng.choices((1, 2, 3, 4, 5), planted.POSITIONS)[0],
            "currency": CURRENCY,
            "percent": terms.percent,
            "months": terms.months,
            "amount_minor": terms.amount_minor,
            "product_kind": made.entry.bounds.scope,
            "extra": {
                "product": terms.product,
                "words": terms.words,
                "fix_by": (day + timedelta(days=7)).isoformat() if made.entry.kind == OfferKind.APOLOGY else "",
            },
            "cost_minor": priced.cost_minor,
            "monthly_minor": priced.monthly_minor,
            "bill_before_minor": priced.bill_now_minor,
            "bill_after_minor": max(priced.bill_after_minor, 0),
            "starts_on": priced.starts_on,
            "ends_on": priced.ends_on,
            "accept_percent": round(made.accept * 100),
            "expected_value_minor": made.value_minor,
            "ruling": ruling,
            "reasons": [made.over] if made.over else [],
            "limit_version_id": self._ids.limits[agent.grade],
            "scheme_id": self._ids.scheme,
            "created_at": at,
        }
        return Live(row, made, key)

    def _held(self, live: Live, accounts: list[BudgetYear], *, at: datetime, start: int) -> None:
        self._holds += 1
        cost = live.made.priced.cost_minor
        live.hold = {
            "id": self._holds,
            "proposal_id": live.id,
            "amount_minor": cost,
            "currency": CURRENCY,
            "opened_at": at,
            "expires_at": at + _HOLD,
        }
        for account in accounts:
            live.legs += self._wallets.take(account, cost, start=start, hold=self._holds, at=at)

    def _granted(
        self, request: int, call: int, agent: Agent, approver: Agent, live: Live, limit: int, *, at: datetime
    ) -> dict[str, object]:
        """The supervisor's yes: what was allowed is its ceiling."""
        terms, priced = live.made.terms, live.made.priced
        return {
            "request_id": request,
            "call_id": call,
            "agent_id": agent.user_id,
            "by_id": approver.user_id,
            "limit_version_id": limit,
            "offer_id": self._ids.offer_of[live.made.entry.code],
            "currency": CURRENCY,
            "percent": terms.percent,
            "months": terms.months,
            "amount_minor": terms.amount_minor,
            "monthly_minor": priced.monthly_minor,
            "cost_minor": priced.cost_minor,
            "granted_at": at,
            "effective_at": at + _UNDO,
            "expires_at": at + _HOLD,
        }

    def _released(self, live: Live, end: HoldEnd, *, at: datetime, by: int | None) -> None:
        if live.hold is None:
            return
        posted = live.made.priced.cost_minor if end == HoldEnd.POSTED else None
        number = int(str(live.hold["id"]))
        self._book.holds.add(**live.hold, ended_as=end, ended_at=at, posted_minor=posted)
        self._wallets.end(live.legs, posted_minor=posted, hold=number, at=at, by=by)

    def _end(self, live: Live, state: ProposalState, at: datetime) -> None:
        self._book.proposals.add(**live.row, state=state, ended_at=at)
        if live.grant is not None:
            self._book.grants.add(**live.grant)

    def _concede(self, account: Account, live: Live, *, at: datetime) -> None:
        priced, entry = live.made.priced, live.made.entry
        account.concede(
            {
                "proposal_id": live.id,
                "customer_id": account.id,
                "family": entry.family,
                "currency": CURRENCY,
                "monthly_minor": priced.monthly_minor,
                "cost_minor": priced.cost_minor,
                "starts_on": priced.starts_on,
                "ends_on": priced.ends_on,
                "created_at": at,
            },
            is_credit=entry.kind == OfferKind.CREDIT,
        )
        payload = {"proposal": live.id, "customer": account.id}
        self._book.sent("billing.concession", f"concession:{live.id}", payload, at=at)
        self._book.sent("notice.terms", f"terms:{live.id}", payload, at=at)

    def _act(
        self,
        act: str,
        live: Live,
        call: int,
        account: Account,
        *,
        at: datetime,
        by: int | None,
        role: str,
        state: str,
        key: UUID | None = None,
    ) -> None:
        terms = live.made.terms
        self._book.act(
            act,
            at=at,
            by=by,
            role=role,
            object_kind="proposal",
            object_id=live.id,
            customer_id=account.id,
            call_id=call,
            limit_version_id=live.row["limit_version_id"],
            after={
                "cost_minor": live.made.priced.cost_minor,
                "percent": terms.percent,
                "months": terms.months,
                "state": str(state),
            },
            key=key,
        )

    def _event(
        self, call: int, kind: CallEventKind, proposal: int, *, at: datetime, by: int, decision: str = ""
    ) -> None:
        detail: dict[str, object] = {"proposal": proposal}
        if decision:
            detail["decision"] = decision
        self._book.events.add(call_id=call, kind=kind, at=at, by_id=by, detail=detail)
