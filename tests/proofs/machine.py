"""Random lives of proposals on real PostgreSQL, step by step beside the model; any difference is a failure.

One machine is one agent's call with its budgets. Acts go through the ledger's doors, as the application's role.
"""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from customers import calls
from customers.models import Call
from customers.refusals import Refused
from offers import ledger
from offers.choices import Duty, Grade
from offers.models import ApprovalRequest, BudgetAccount, Hold, LimitRaise, LimitVersion, Seat
from tests.builders import make_supervisor
from tests.offers.builders import make_limit
from tests.proofs.ground import (
    COSTS,
    PLANS,
    QUESTION_SECONDS,
    UNDO_SECONDS,
    figures_of,
)
from tests.proofs.life import NUMBERS, Life
from tests.proofs.model import Proposal


class LifeOfProposals(Life):
    """The machine. Every rule says what the model expects, does it, and compares."""

    @rule(cost=COSTS, crash=st.booleans())
    def present(self, cost: int, crash: bool) -> None:
        """On the agent's own authority."""
        facts = self._facts(cost)
        refusals = self._closed()
        if cost > self.model.limit:
            refusals |= {"OVER_COST"}
        given = sum(
            one.cost for one in self.model.proposals if one.payer == "AGENT" and one.state in ("PRESENTED", "ACCEPTED")
        )
        if given and given + cost > self.model.limit:
            refusals |= {"OVER_SPLIT"}
        if self.model.only("PRESENTED"):
            refusals |= {"ANSWER_FIRST"}
        refusals |= self.model.short_of("AGENT", cost) if cost else set()
        made = self._do("authorise_proposal", facts, refusals, crash=crash)
        if made is not None:
            proposal = Proposal(made, cost, "PRESENTED")
            self.model.proposals.append(proposal)
            self._hold(proposal, "AGENT")

    @rule(cost=COSTS, crash=st.booleans())
    def ask(self, cost: int, crash: bool) -> None:
        """Over it: a question, which takes the place of one that is open."""
        refusals = self._closed()
        if any(one.state == "REFUSED" and cost >= one.cost for one in self.model.proposals):
            refusals |= {"ASKED_BEFORE"}
        if self.duty == Duty.AWAY:
            refusals |= {"NO_SUPERVISOR"}
        made = self._do("ask_approval", self._facts(cost, reasons=["OVER_COST"]), refusals, crash=crash)
        if made is not None:
            if waiting := self.model.only("AWAITING"):
                waiting.state = "WITHDRAWN"
            self.model.proposals.append(Proposal(made, cost, "AWAITING", due=self.model.clock + QUESTION_SECONDS))

    @precondition(lambda self: self.model.only("AWAITING"))
    @rule(
        decision=st.sampled_from(["APPROVE", "COUNTER", "DECLINE"]),
        less=st.integers(-1, 30_000),
        chance=st.integers(0, 9),
        crash=st.booleans(),
    )
    def decide(self, decision: str, less: int, chance: int, crash: bool) -> None:
        """The supervisor answers; now and then the agent tries to answer their own."""
        by = "ann" if chance == 7 else "sue"
        asked = self.model.only("AWAITING")
        assert asked is not None
        request = ApprovalRequest.objects.get(proposal_id=asked.id)
        cost = asked.cost if decision == "APPROVE" else max(0, asked.cost - less)
        refusals: set[str] = set()
        if by == "ann":
            refusals = {"OWN_PROPOSAL"}
        elif asked.due <= self.model.clock:
            refusals = {"REQUEST_EXPIRED"}
        elif decision != "DECLINE":
            refusals = self._closed()
            if cost > self.model.approver_limit:
                refusals |= {"OVER_SUPERVISOR"}
            if decision == "COUNTER" and cost >= asked.cost:
                refusals |= {"COUNTER_NOT_LESS"}
            refusals |= self.model.short_of("APPROVER", cost) if cost else set()
        terms = {"percent": 20, "months": 6, "cost_minor": cost, "monthly_minor": 1_600, "bill_after_minor": 7_399}
        facts = {
            "key": str(uuid.uuid4()),
            "approver_id": getattr(self, by).pk,
            "role": "SUPERVISOR",
            "request_id": request.pk,
            "decision": decision,
            "customer_cap_minor": PLANS["CUSTOMER"],
            **({"terms": terms} if decision == "COUNTER" else {"reason": "BUDGET"} if decision == "DECLINE" else {}),
        }
        made = self._do("decide_approval", facts, refusals, crash=crash)
        if made is None:
            return
        until = self.model.clock + UNDO_SECONDS
        if decision == "APPROVE":
            asked.state, asked.effective = "AUTHORISED", until
            self._hold(asked, "APPROVER")
        elif decision == "COUNTER":
            asked.state = "COUNTERED"
            counter = Proposal(made, cost, "AUTHORISED", counter_of=asked.id, effective=until)
            self.model.proposals.append(counter)
            self._hold(counter, "APPROVER")
        else:
            asked.state = "REFUSED"
        self.decided = (request.pk, asked, until)

    @precondition(lambda self: self.decided)
    @rule()
    def undo(self) -> None:
        """Within five seconds, and only while nothing has come of it."""
        assert self.decided is not None
        request, asked, until = self.decided
        counter = next(
            (one for one in self.model.proposals if one.counter_of == asked.id and one.state != "WITHDRAWN"), None
        )
        refusals = set()
        if until <= self.model.clock:
            refusals = {"TOO_LATE"}
        elif asked.state not in ("AUTHORISED", "REFUSED", "COUNTERED") or self.model.only("AWAITING"):
            refusals = {"ALREADY_RESOLVED"}
        elif counter is not None and counter.state != "AUTHORISED":
            refusals = {"ALREADY_RESOLVED", *self._closed()}
        else:
            refusals = self._closed()
        facts = {"approver_id": self.sue.pk, "role": "SUPERVISOR", "request_id": request}
        if self._do("undo_decision", facts, refusals, crash=False, keyed=False) is None:
            return
        if counter is not None:
            self.model.end(counter, "WITHDRAWN")
        self.model.end(asked, "AWAITING")
        asked.due = max(asked.due, self.model.clock + 30)
        self.decided = None

    @precondition(lambda self: self.model.only("AUTHORISED"))
    @rule()
    def present_granted(self) -> None:
        """What the supervisor has granted goes to the customer, once the undo has run out."""
        granted = self.model.only("AUTHORISED")
        assert granted is not None
        refusals = self._closed()
        if granted.effective > self.model.clock:
            refusals |= {"TOO_EARLY"}
        if self.model.only("PRESENTED"):
            refusals |= {"ANSWER_FIRST"}
        if granted.expires <= self.model.clock:
            refusals |= {"HOLD_EXPIRED", "GRANT_ENDED"}
        facts = {"proposal_id": granted.id, "agent_id": self.ann.pk, "role": "AGENT"}
        if self._do("present_proposal", facts, refusals, crash=False, keyed=False) is not None:
            granted.state = "PRESENTED"

    @precondition(lambda self: self.model.only("PRESENTED", "AUTHORISED", "AWAITING"))
    @rule(
        kind=st.sampled_from(["ACCEPTED", "ACCEPTED", "DECLINED", "WITHDRAWN"]),
        part=st.integers(0, 110),
        crash=st.booleans(),
    )
    def settle(self, kind: str, part: int, crash: bool) -> None:
        """The customer's answer, for the whole or a part of what is held; or the agent takes it back."""
        one = self.model.only("PRESENTED") or self.model.only("AUTHORISED", "AWAITING")
        assert one is not None
        posted = one.cost * part // 100
        # With the line down nobody has said anything; the call goes on first, or is given its disposition.
        refusals = self._closed() - {"CONDUCT_CLOSED"}
        if one.state != "PRESENTED" and kind != "WITHDRAWN":
            refusals |= {"ALREADY_RESOLVED"}
        elif kind == "ACCEPTED":
            if self.model.closed:
                refusals |= {"CONDUCT_CLOSED"}
            if one.expires <= self.model.clock:
                refusals |= {"HOLD_EXPIRED"}
            if posted > one.cost:
                refusals |= {"BOUNDS"}
        facts = {
            "key": str(uuid.uuid4()),
            "proposal_id": one.id,
            "agent_id": self.ann.pk,
            "role": "AGENT",
            "outcome": kind,
            "posted_minor": posted,
            "disclosures": sorted(self.call.policy.rules.get("disclosures_before_accept", [])),
        }
        if self._do("settle_proposal", facts, refusals, crash=crash) is not None:
            self.model.end(one, kind, posted if kind == "ACCEPTED" else None)

    @precondition(lambda self: self.model.only("PRESENTED"))
    @rule()
    def yes_comes_too_late(self) -> None:
        """The hold is over and the clockwork is late: it is over all the same."""
        self.wait(seconds=1_801, sweep=False)
        self.settle(kind="ACCEPTED", part=100, crash=False)

    @precondition(lambda self: self.model.only("AWAITING"))
    @rule(decision=st.sampled_from(["APPROVE", "COUNTER", "DECLINE"]))
    def answer_comes_too_late(self, decision: str) -> None:
        """So is a question."""
        self.wait(seconds=61, sweep=False)
        self.decide(decision=decision, less=9_600, chance=0, crash=False)

    @rule(
        cost=COSTS,
        decision=st.sampled_from(["APPROVE", "COUNTER"]),
        kind=st.sampled_from(["ACCEPTED", "DECLINED", "WITHDRAWN"]),
        part=st.integers(0, 110),
    )
    def whole_way(self, cost: int, decision: str, kind: str, part: int) -> None:
        """Asked, granted, presented and answered, as on most calls."""
        self.ask(cost=cost, crash=False)
        if self.model.only("AWAITING"):
            self.decide(decision=decision, less=4_800, chance=0, crash=False)
            self.wait(seconds=6, sweep=False)
        if self.model.only("AUTHORISED"):
            self.present_granted()
        if self.model.only("PRESENTED", "AUTHORISED", "AWAITING"):
            self.settle(kind=kind, part=part, crash=False)

    @rule(seconds=st.sampled_from([1, 6, 6, 30, 61, 1_801, 7 * 86_400]), sweep=st.booleans())
    def wait(self, seconds: int, sweep: bool) -> None:
        """Time goes by; the clockwork may be late, and nothing that is over counts any more all the same."""
        if seconds > 86_400:
            sweep = True
        self.model.clock += seconds
        self.ground.clock.advance(timedelta(seconds=seconds))
        if sweep:
            ledger.expire_due()
            self.model.tick()
        if seconds > 86_400:
            # A new week begins with new budgets; the customer's twelve months go on.
            self.model.accounts = {kind: one for kind, one in self.model.accounts.items() if kind == "CUSTOMER"}

    @precondition(lambda self: self.turn % 4 == 0)
    @rule(
        kind=st.sampled_from(["AGENT", "APPROVER", "TEAM", "SITE"]), amount=st.sampled_from([0, 9_600, 40_000, 90_000])
    )
    def set_budget(self, kind: str, amount: int) -> None:
        """Somebody sets a running budget anew, above or below its use."""
        if kind not in self.model.accounts:
            return
        account = BudgetAccount.objects.filter(kind=kind, owner_id=self.owners[kind]).latest("starts_on")
        ledger.set_budget(account_id=account.pk, amount_minor=amount, by=self.sue.pk, role="MANAGER", why="proof")
        self.model.accounts[kind].set(amount)

    @precondition(lambda self: self.turn % 4 == 0)
    @rule(amount=st.integers(1, 80_000))
    def transfer(self, amount: int) -> None:
        """Money goes from the team to the site."""
        if not {"TEAM", "SITE"} <= self.model.accounts.keys():
            return
        source, target = self.model.accounts["TEAM"], self.model.accounts["SITE"]
        if source.used > source.target or target.used > target.target:
            return  # frozen accounts are the subject of set_budget
        rows = {
            kind: BudgetAccount.objects.filter(kind=kind, owner_id=self.owners[kind]).latest("starts_on").pk
            for kind in ("TEAM", "SITE")
        }
        facts = {
            "key": str(uuid.uuid4()),
            "from_id": rows["TEAM"],
            "to_id": rows["SITE"],
            "amount_minor": amount,
            "by": self.sue.pk,
            "role": "MANAGER",
            "why": "proof",
        }
        refusals = {"TRANSFER_TOO_MUCH"} if amount > source.left else set()
        if self._do("transfer_budget", facts, refusals, crash=False) is not None:
            source.limit -= amount
            source.target -= amount
            target.limit += amount
            target.target += amount

    @precondition(lambda self: self.turn % 4 == 0)
    @rule(cost=st.sampled_from([9_600, 19_200, 24_000]))
    def lower_limit(self, cost: int) -> None:
        """A smaller limit holds from the next ruling on."""
        if cost >= self.model.limit:
            return
        self._tick_a_second()
        self.before, self.limit = self.limit, make_limit(grade=Grade.AGENT, user=self.ann, max_cost_minor=cost)
        self.model.limit = cost

    @precondition(lambda self: self.before and self.turn % 4 == 0)
    @rule()
    def present_by_the_limit_before(self) -> None:
        """A page that still knows the old limit is told so."""
        assert self.before is not None
        facts = self._facts(4_800) | {"limit_version_id": self.before.pk}
        assert self._do("authorise_proposal", facts, {"STALE_LIMIT", *self._closed()}, crash=False) is None

    @precondition(lambda self: self.turn % 4 == 0)
    @rule(confirmed=st.booleans())
    def raise_limit(self, confirmed: bool) -> None:
        """A larger one needs a second person, and an hour."""
        if not Hold.objects.exists():
            return
        self._tick_a_second()
        version = LimitVersion.objects.get(pk=self.limit.pk)
        version.pk, version.grade, version.user, version.raised_by, version.confirmed_by = (
            None,
            "",
            self.ann,
            None,
            None,
        )
        version.recorded_by, version.max_cost_minor = self.sue, self.model.limit + 1_000
        version.valid_from = version.recorded_at = self._now()
        if not confirmed:
            with pytest.raises(Refused, match="RAISE_NEEDS_SECOND"), ledger.heard(), transaction.atomic():
                version.save(force_insert=True)
            return
        asked = LimitRaise.objects.create(
            figures=figures_of(version), asked_by=self.sue, asked_at=version.valid_from, why="proof"
        )
        LimitRaise.objects.filter(pk=asked.pk).update(
            state="CONFIRMED", decided_by=make_supervisor(f"cfo{next(NUMBERS)}"), decided_at=version.valid_from
        )
        asked.refresh_from_db()
        version.raised_by, version.confirmed_by_id = asked, asked.decided_by_id
        version.save(force_insert=True)
        self.wait(seconds=600, sweep=True)
        self._expect_limit(self.limit.pk)
        for _ in range(3):
            self.wait(seconds=1_801, sweep=True)
        self._expect_limit(version.pk)
        self.limit, self.model.limit = version, version.max_cost_minor

    @precondition(lambda self: self.turn % 4 == 0)
    @rule(duty=st.sampled_from([Duty.READY, Duty.READY, Duty.AWAY]))
    def supervisor_leaves(self, duty: Duty) -> None:
        """Nobody on duty: the question is refused before anything is written."""
        Seat.objects.filter(user=self.sue).update(duty=duty)
        self.duty = duty

    @precondition(lambda self: self.turn > 30 and not self.model.closed)
    @rule()
    def close_offers(self) -> None:
        """Cancelling has become a must: whatever was held is given back by the database itself."""
        Call.objects.filter(pk=self.call.pk).update(offers_closed_at=self._now())
        self.model.closed = True
        for one in self.model.proposals:
            if one.live:
                self.model.end(one, "LAPSED")

    @precondition(lambda self: self.turn % 4 == 0 and self.model.dropped is None)
    @rule()
    def line_drops(self) -> None:
        """The telephone says so; what was given is still there when the call goes on."""
        calls.hang_up(call_id=self.call.pk, role="TELEPHONE", dropped=True)
        self.model.drop()

    @precondition(lambda self: self.model.dropped is not None)
    @rule(after=st.sampled_from([60, 599, 600]))
    def call_goes_on(self, after: int) -> None:
        """Within ten minutes of the drop; later it is over."""
        self.wait(seconds=after, sweep=False)
        assert self.model.dropped is not None
        if self.model.clock < self.model.dropped + 600:
            calls.resume(call_id=self.call.pk, by=self.ann.pk, role="AGENT")
            self.model.dropped = None
        else:
            with pytest.raises(Refused, match="CALL_CLOSED"):
                calls.resume(call_id=self.call.pk, by=self.ann.pk, role="AGENT")

    @precondition(lambda self: self.model.dropped is None and self.model.only("PRESENTED"))
    @rule(wait=st.sampled_from([0, 1]))
    def yes_comes_after_a_drop(self, wait: int) -> None:
        """The customer is back in the tenth minute, and says yes in it or a second too late."""
        self.line_drops()
        self.call_goes_on(after=599)
        self.wait(seconds=wait, sweep=False)
        self.settle(kind="ACCEPTED", part=100, crash=False)
