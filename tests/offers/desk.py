"""A desk for the doors of the ledger: Ann's call, Sue's answer, and what the budgets say afterwards."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from customers.models import Call
from offers import ledger
from offers.choices import BudgetKind, DeclineReason, Grade
from offers.models import ApprovalRequest, BudgetCounter, LimitVersion, OfferVersion, SchemeVersion
from retention_desk.people.models import User
from tests.builders import make_agent, make_call, make_supervisor, new_key
from tests.offers.builders import facts_of, give_budget, make_campaign, make_limits, make_offer, make_payer, make_scheme


@dataclass
class Desk:
    """Ann on a call, Sue her supervisor, and a catalogue of one offer paid from a campaign."""

    ann: User
    sue: User
    call: Call
    offer: OfferVersion
    scheme: SchemeVersion
    limits: dict[Grade, LimitVersion]

    def facts(self, **other: Any) -> dict[str, Any]:
        """The offer of $96 to Ann's customer."""
        return facts_of(self.call, self.offer, self.limits[Grade.AGENT], self.scheme, **other)

    def decision(self, request: ApprovalRequest, decision: str, **other: Any) -> dict[str, Any]:
        """Sue's answer."""
        return {
            "key": str(new_key()),
            "approver_id": self.sue.pk,
            "role": "SUPERVISOR",
            "request_id": request.pk,
            "decision": decision,
            "customer_cap_minor": 100_000,
            **({"reason": DeclineReason.BUDGET} if decision == "DECLINE" else {}),
        } | other

    def outcome(self, proposal: int, outcome: str, **other: Any) -> dict[str, Any]:
        """What the customer said."""
        return {
            "key": str(new_key()),
            "proposal_id": proposal,
            "agent_id": self.ann.pk,
            "role": "AGENT",
            "outcome": outcome,
            "disclosures": sorted(self.call.policy.rules.get("disclosures_before_accept", [])),
        } | other

    def asked(self, **other: Any) -> ApprovalRequest:
        """Ann asks for 40 % for 12 months, $383.95 in all."""
        big = {"percent": 40, "months": 12, "cost_minor": 38_395, "monthly_minor": 3_200, "reasons": ["OVER_COST"]}
        proposal = ledger.act("ask_approval", self.facts(**(big | other)))
        return ApprovalRequest.objects.get(proposal_id=proposal)


def make_desk() -> Desk:
    """One call, with budgets of every kind."""
    ann, sue = make_agent("ann"), make_supervisor("sue")
    campaign = make_campaign()
    call = make_call(ann, make_payer())
    for kind, owner, amount, parts in (
        (BudgetKind.AGENT, ann.pk, 50_000, 1),
        (BudgetKind.APPROVER, sue.pk, 100_000, 1),
        (BudgetKind.TEAM, call.team_id, 200_000, 1),
        (BudgetKind.SITE, call.site_id, 300_000, 4),
        (BudgetKind.CAMPAIGN, campaign.pk, 160_000, 16),
    ):
        give_budget(kind, owner, amount, parts=parts)
    return Desk(ann, sue, call, make_offer(campaign=campaign), make_scheme(), make_limits())


def used(kind: BudgetKind) -> tuple[int, int]:
    """Held and spent on every account of that kind."""
    sums = BudgetCounter.objects.filter(account__kind=kind).aggregate(h=Sum("held_minor"), s=Sum("spent_minor"))
    return sums["h"] or 0, sums["s"] or 0


def assert_counters_equal_entries() -> None:
    for counter in BudgetCounter.objects.annotate(
        h=Sum("entries__held_minor"), s=Sum("entries__spent_minor"), c=Sum("entries__ceiling_minor")
    ):
        assert (counter.held_minor, counter.spent_minor, counter.ceiling_minor) == (counter.h, counter.s, counter.c)
