"""One life of the machine: what it is given, how an act is tried beside the model, and how both are compared.

What may happen in a life is in `machine`.
"""

import itertools
import json
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from customers.refusals import Refused
from offers import checks, ledger
from offers.choices import BudgetKind, Duty, Grade
from offers.models import LimitVersion
from tests.builders import make_agent, make_call, make_site, make_supervisor, make_team
from tests.offers.builders import facts_of, give_budget, make_campaign, make_offer, make_payer
from tests.proofs.ground import (
    GROUND,
    HOLD_SECONDS,
    PLANS,
    STANDING,
)
from tests.proofs.model import Model, Proposal

NUMBERS = itertools.count(1)


class Life(RuleBasedStateMachine):
    """An agent, a supervisor and a customer on a call, with their budgets, on real PostgreSQL and in the model."""

    @initialize()
    def begin(self) -> None:
        """A site of its own, so that nobody else's budgets or supervisors matter."""
        self.ground = GROUND[-1]
        self.ground.clock.set(self.ground.start)
        number = next(NUMBERS)
        team = make_team(f"Team {number}", make_site(f"Site {number}"))
        self.ann = make_agent(f"ann{number}", team=team)
        self.sue = make_supervisor(f"sue{number}", team=team)
        self.customer = make_payer()
        self.call = make_call(self.ann, self.customer, offers_allowed=1_000)
        campaign = make_campaign(f"C{number}")
        self.offer = make_offer(f"O{number}", campaign=campaign)
        self.owners = {
            "CUSTOMER": self.customer.pk,
            "AGENT": self.ann.pk,
            "APPROVER": self.sue.pk,
            "TEAM": team.pk,
            "SITE": team.site_id,
            "CAMPAIGN": campaign.pk,
        }
        for kind, owner in self.owners.items():
            if kind != "CUSTOMER":
                give_budget(BudgetKind(kind), owner, PLANS[kind], parts=4 if kind == "CAMPAIGN" else 1)
        self.limit = self.ground.limits[Grade.AGENT]
        self.model = Model(dict(PLANS), self.limit.max_cost_minor, self.ground.limits[Grade.SUPERVISOR].max_cost_minor)
        self.turn = 0
        self.decided: tuple[int, Proposal, int] | None = None
        self.duty = Duty.READY
        self.before: LimitVersion | None = None

    # ── Comparing ────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def counters_are_what_the_model_says(self) -> None:
        """Every budget of the running period, and every proposal's state."""
        self.ground.steps += 1
        self.turn += 1
        with connection.cursor() as cursor:
            cursor.execute(STANDING, {"call": self.call.pk, **{kind.lower(): pk for kind, pk in self.owners.items()}})
            accounts, states, concessions = map(json.loads, cursor.fetchone())
        for kind, wanted in self.model.accounts.items():
            limit, held, spent, ceilings = accounts.get(kind, (wanted.limit, 0, 0, 0))
            found = (limit, held, spent)
            assert found == (wanted.limit, wanted.held, wanted.spent), f"{kind}: {found}, model {wanted}"
            assert held + spent <= max(ceilings, 0) <= limit or kind not in accounts
        assert {int(pk): state for pk, state in states.items()} == {one.id: one.state for one in self.model.proposals}
        assert concessions == sum(one.state == "ACCEPTED" for one in self.model.proposals)

    def teardown(self) -> None:
        """Everything that the independent checker looks at, at the end of each life."""
        if getattr(self, "call", None) is None:
            return
        self.ground.next_monday(self.model.clock)
        # The checker looks now and then, and once when all are over.
        if self.ground.over():
            findings = [one for one in checks.run() if one.count]
            assert not findings, [(one.check.sentence, one.first) for one in findings]

    # ── How an act is tried ──────────────────────────────────────────────────────────────────────────────────

    def _do(
        self, door: ledger.Door, facts: dict[str, Any], refusals: set[str], *, crash: bool, keyed: bool = True
    ) -> int | None:
        """Do it, expecting one of the refusals or, where there are none, that it is done.

        With `crash`, the process dies before its commit the first time: nothing may be left of it. Done, it is posted
        again with the same key: one effect.
        """
        if crash:
            self._crash(door, facts)
        try:
            made = ledger.act(door, facts)
        except Refused as refused:
            code = str(refused.code)
        else:
            code = ""
        self.ground.seen[door, code] += 1
        if code:
            assert code in refusals, f"{door}: {code}, model {refusals or 'allows it'}"
            return None
        assert not refusals, f"{door} was done, model {refusals}"
        if keyed:
            assert ledger.act(door, facts) == made
        return made

    def _crash(self, door: ledger.Door, facts: dict[str, Any]) -> None:
        try:
            with transaction.atomic():
                ledger.act(door, facts)
                raise _Died
        except (Refused, _Died):
            self.counters_are_what_the_model_says()

    def _hold(self, proposal: Proposal, payer: str) -> None:
        self.model.hold(proposal, payer, HOLD_SECONDS)

    def _closed(self) -> set[str]:
        """Why nothing more can be given on this call."""
        closed = {"CONDUCT_CLOSED"} if self.model.closed else set()
        return closed | ({"CALL_CLOSED"} if self.model.dropped is not None else set())

    def _facts(self, cost: int, **other: Any) -> dict[str, Any]:
        return facts_of(
            self.call,
            self.offer,
            self.limit,
            self.ground.scheme,
            cost_minor=cost,
            customer_cap_minor=PLANS["CUSTOMER"],
            **other,
        )

    def _expect_limit(self, wanted: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT limit_on_call(%s, %s, 'RECURRING')", [self.call.pk, self.ann.pk])
            assert cursor.fetchone() == (wanted,)

    def _tick_a_second(self) -> None:
        self.model.clock += 1
        self.ground.clock.advance(timedelta(seconds=1))

    def _now(self) -> datetime:
        """The desk's clock as the model has it."""
        return self.ground.start + timedelta(seconds=self.model.clock)


class _Died(Exception):
    """The process is gone before its commit."""
