"""The ledger's doors, called as raw SQL by the application's role would: what they refuse holds for everybody."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from customers.models import AuditEvent, Call, OutboxMessage
from customers.refusals import KeyReused, NotYours, Refused
from offers import ledger
from offers.choices import BudgetKind, Grade
from offers.models import (
    ApprovalRequest,
    BudgetAccount,
    BudgetCounter,
    Concession,
    Hold,
    LedgerEntry,
    LimitVersion,
    OfferVersion,
    Outcome,
    Proposal,
    SchemeVersion,
)
from retention_desk.people.models import User
from tests.builders import make_agent, make_call, make_customer, make_supervisor, make_team, new_key
from tests.database import DeskClock
from tests.offers.builders import (
    facts_of,
    give_budget,
    make_campaign,
    make_credit,
    make_limit,
    make_limits,
    make_offer,
    make_scheme,
)

pytestmark = pytest.mark.django_db


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


@pytest.fixture
def desk() -> Desk:
    """One call, with budgets of every kind."""
    ann, sue = make_agent("ann"), make_supervisor("sue")
    campaign = make_campaign()
    call = make_call(ann, make_customer())
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


def test_presenting_holds_on_every_budget(desk: Desk) -> None:
    proposal = Proposal.objects.get(pk=ledger.act("authorise_proposal", desk.facts()))

    assert (proposal.state, proposal.ruling) == ("PRESENTED", "WITHIN")
    assert {kind: used(kind) for kind in BudgetKind} == {
        kind: (9_600, 0) if kind != BudgetKind.APPROVER else (0, 0) for kind in BudgetKind
    }
    assert AuditEvent.objects.get(act="PROPOSE").limit_version_id == desk.limits[Grade.AGENT].pk
    assert desk.call.events.get().kind == "PRESENTED"
    assert_counters_equal_entries()


def test_same_key_has_one_effect(desk: Desk) -> None:
    facts = desk.facts()

    assert ledger.act("authorise_proposal", facts) == ledger.act("authorise_proposal", facts)

    assert Proposal.objects.count() == 1
    assert used(BudgetKind.AGENT) == (9_600, 0)


def test_same_key_with_another_body_is_an_error(desk: Desk) -> None:
    facts = desk.facts()
    ledger.act("authorise_proposal", facts)

    with pytest.raises(KeyReused):
        ledger.act("authorise_proposal", facts | {"cost_minor": 9_500})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"percent": 30}, "OVER_PERCENT"),
        ({"months": 13}, "OVER_MONTHS"),
        ({"monthly_minor": 2_001}, "OVER_MONTHLY"),
        ({"cost_minor": 24_001}, "OVER_COST"),
        ({"cost_minor": -1}, "BOUNDS"),
        ({"percent": -5}, "BOUNDS"),
        ({"bill_after_minor": -1}, "BOUNDS"),
        ({"limit_version_id": 0}, "STALE_LIMIT"),
        ({"scheme_id": 0}, "STALE_LIMIT"),
        ({"offer_version_id": 0}, "STALE_LIMIT"),
        ({"customer_cap_minor": 9_599}, "BUDGET_CUSTOMER"),
    ],
)
def test_presenting_refuses_what_the_limit_does_not_allow(desk: Desk, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts(**change))

    assert refused.value.code == code
    assert not Proposal.objects.exists()
    assert not LedgerEntry.objects.exclude(kind="TOP_UP").exists()
    assert not AuditEvent.objects.exists()


def test_budget_used_up_refuses_and_says_what_is_left(desk: Desk) -> None:
    first = ledger.act("authorise_proposal", desk.facts(cost_minor=24_000))
    ledger.act("settle_proposal", desk.outcome(first, "ACCEPTED"))
    second = ledger.act("authorise_proposal", desk.facts(cost_minor=24_000))
    ledger.act("settle_proposal", desk.outcome(second, "ACCEPTED"))

    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts(cost_minor=2_001))

    assert (refused.value.code, refused.value.facts) == ("BUDGET_AGENT", {"left_minor": 2_000, "asked_minor": 2_001})
    assert used(BudgetKind.AGENT) == (0, 48_000)
    assert used(BudgetKind.CUSTOMER) == (0, 48_000)


def test_last_coin_of_a_split_budget_is_spent(desk: Desk) -> None:
    """16 parts of $100 each: $96 and $96 leave $4 in two parts, yet everything can be used up."""
    for _ in range(16):
        proposal = ledger.act("authorise_proposal", desk.facts())
        ledger.act("settle_proposal", desk.outcome(proposal, "DECLINED"))
    campaign = BudgetAccount.objects.get(kind=BudgetKind.CAMPAIGN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT budget_set(%s, 9601, %s, 'MANAGER', 'test')", [campaign.pk, desk.sue.pk])

    ledger.act("authorise_proposal", desk.facts())

    assert used(BudgetKind.CAMPAIGN) == (9_600, 0)
    assert campaign.counters.exclude(held_minor=0).count() > 1
    assert_counters_equal_entries()


def test_small_goodwill_stays_open_when_the_wallet_is_empty(desk: Desk) -> None:
    credit = make_credit()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE offers_budgetplan SET amount_minor = 0 WHERE kind = 'AGENT'")
    small = desk.facts(
        offer_version_id=credit.pk, percent=None, months=None, amount_minor=2_000, cost_minor=2_000, monthly_minor=0
    )

    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", small)
    assert refused.value.code == "BUDGET_AGENT"

    ledger.act("authorise_proposal", small | {"skip_wallet": True})
    assert used(BudgetKind.AGENT) == (0, 0)
    assert used(BudgetKind.TEAM) == (2_000, 0)


def test_skipping_the_wallet_is_for_small_credits_only(desk: Desk) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE offers_budgetplan SET amount_minor = 0 WHERE kind = 'AGENT'")

    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts(skip_wallet=True))

    assert refused.value.code == "BUDGET_AGENT"


def test_new_limit_holds_at_once(desk: Desk) -> None:
    make_limit(grade=Grade.AGENT, user=desk.ann, max_percent=10)

    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts())

    assert refused.value.code == "STALE_LIMIT"


def test_strangers_call_is_not_hers(desk: Desk) -> None:
    sid = make_agent("sid", team=make_team("Retention West"))

    with pytest.raises(NotYours):
        ledger.act("authorise_proposal", desk.facts(agent_id=sid.pk))


def test_accepting_spends_and_orders_fulfilment_once(desk: Desk) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())
    said = desk.outcome(proposal, "ACCEPTED")

    ledger.act("settle_proposal", said)
    ledger.act("settle_proposal", said)

    assert used(BudgetKind.AGENT) == (0, 9_600)
    assert Concession.objects.get().cost_minor == 9_600
    assert Outcome.objects.get().kind == "ACCEPTED"
    assert sorted(OutboxMessage.objects.values_list("key", flat=True)) == [
        f"concession:{proposal}",
        f"terms:{proposal}",
    ]
    assert_counters_equal_entries()


def test_accepting_for_less_gives_the_rest_back(desk: Desk) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())

    ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED", posted_minor=5_000))

    assert {kind: used(kind) for kind in (BudgetKind.AGENT, BudgetKind.CAMPAIGN)} == {
        BudgetKind.AGENT: (0, 5_000),
        BudgetKind.CAMPAIGN: (0, 5_000),
    }


@pytest.mark.parametrize(("posted", "code"), [(9_601, "BOUNDS"), (-1, "BOUNDS")])
def test_accepting_never_spends_more_than_held(desk: Desk, posted: int, code: str) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())

    with pytest.raises((Refused, DatabaseError)) as refused, transaction.atomic():
        ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED", posted_minor=posted))

    assert getattr(refused.value, "code", code) == code
    assert used(BudgetKind.AGENT) == (9_600, 0)


def test_accepting_without_the_disclosures_is_refused(desk: Desk) -> None:
    assert desk.call.policy.rules["disclosures_before_accept"]
    proposal = ledger.act("authorise_proposal", desk.facts())

    with pytest.raises(Refused) as refused:
        ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED", disclosures=[]))

    assert refused.value.code == "DISCLOSURE_MISSING"


def test_declining_gives_everything_back(desk: Desk) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())

    ledger.act("settle_proposal", desk.outcome(proposal, "DECLINED"))

    assert used(BudgetKind.AGENT) == used(BudgetKind.CAMPAIGN) == (0, 0)
    assert Hold.objects.get().ended_as == "VOIDED"
    with pytest.raises(Refused) as refused:
        ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED"))
    assert refused.value.code == "ALREADY_RESOLVED"


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE customers_call SET state = 'WRAP_UP', ended_at = now() WHERE id = %s",
        "UPDATE customers_call SET offers_closed_at = now() WHERE id = %s",
    ],
)
def test_call_that_can_take_no_yes_holds_no_money(desk: Desk, end: str) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())
    request = desk.asked()

    with connection.cursor() as cursor:
        cursor.execute(end, [desk.call.pk])

    assert used(BudgetKind.AGENT) == (0, 0)
    assert Proposal.objects.get(pk=proposal).state == "LAPSED"
    request.refresh_from_db()
    assert request.state == "WITHDRAWN"
    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts())
    assert refused.value.code in {"CALL_CLOSED", "CONDUCT_CLOSED"}


def test_never_more_offers_than_the_policy_allows_after_the_wish(desk: Desk) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_call SET ask_count = 1, asked_at = now(), must_complete_by = now() WHERE id = %s",
            [desk.call.pk],
        )
    for _ in range(desk.call.offers_allowed):
        proposal = ledger.act("authorise_proposal", desk.facts())
        ledger.act("settle_proposal", desk.outcome(proposal, "DECLINED"))

    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts())

    assert refused.value.code == "CONDUCT_MAX_OFFERS"


@pytest.fixture
def later(transactional_db: None, desk_clock: DeskClock) -> DeskClock:
    """A clock that can be moved on."""
    return desk_clock


@pytest.mark.django_db(transaction=True)
def test_late_acceptance_is_refused_even_before_the_sweep(later: DeskClock, desk: Desk) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())
    later.advance(timedelta(minutes=31))

    with pytest.raises(Refused) as refused:
        ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED"))

    assert refused.value.code == "HOLD_EXPIRED"
    assert ledger.expire_due() == {"hold": 1}
    assert ledger.expire_due() == {}
    assert used(BudgetKind.AGENT) == (0, 0)
    assert Outcome.objects.get().kind == "LAPSED"


@pytest.mark.django_db(transaction=True)
def test_question_nobody_answers_expires(later: DeskClock, desk: Desk) -> None:
    request = desk.asked()
    later.advance(timedelta(seconds=61))

    with pytest.raises(Refused) as refused:
        ledger.act("decide_approval", desk.decision(request, "APPROVE"))

    assert refused.value.code == "REQUEST_EXPIRED"
    assert ledger.expire_due() == {"question": 1}
    request.refresh_from_db()
    assert request.state == "EXPIRED"


@pytest.mark.django_db(transaction=True)
def test_approval_draws_on_the_supervisors_wallet(later: DeskClock, desk: Desk) -> None:
    request = desk.asked()

    ledger.act("decide_approval", desk.decision(request, "APPROVE"))

    assert used(BudgetKind.APPROVER) == (38_395, 0)
    assert used(BudgetKind.AGENT) == (0, 0)
    present = {"proposal_id": request.proposal_id, "agent_id": desk.ann.pk, "role": "AGENT"}
    later.advance(timedelta(0))
    with pytest.raises(Refused) as refused:
        ledger.act("present_proposal", present)
    assert refused.value.code == "TOO_EARLY"
    later.advance(timedelta(seconds=6))
    assert ledger.act("present_proposal", present) == ledger.act("present_proposal", present)
    ledger.act("settle_proposal", desk.outcome(request.proposal_id, "ACCEPTED"))
    assert used(BudgetKind.APPROVER) == (0, 38_395)


@pytest.mark.parametrize("decision", ["APPROVE", "COUNTER", "DECLINE"])
def test_decision_can_be_undone_for_a_moment(desk: Desk, decision: str) -> None:
    request = desk.asked()
    less = {"percent": 30, "months": 6, "cost_minor": 14_400, "monthly_minor": 2_400, "bill_after_minor": 6_599}
    ledger.act("decide_approval", desk.decision(request, decision, terms=less))

    ledger.act("undo_decision", {"request_id": request.pk, "approver_id": desk.sue.pk, "role": "SUPERVISOR"})

    request.refresh_from_db()
    assert (request.state, request.decided_by_id, request.proposal.state) == ("OPEN", None, "AWAITING")
    assert used(BudgetKind.APPROVER) == (0, 0)
    ledger.act("decide_approval", desk.decision(request, decision, terms=less))
    assert_counters_equal_entries()


def test_counter_is_less_or_nothing(desk: Desk) -> None:
    request = desk.asked()
    more = {"percent": 40, "months": 12, "cost_minor": 38_395, "monthly_minor": 3_200, "bill_after_minor": 5_799}

    with pytest.raises(Refused) as refused:
        ledger.act("decide_approval", desk.decision(request, "COUNTER", terms=more))

    assert refused.value.code == "COUNTER_NOT_LESS"


def test_decision_is_made_once(desk: Desk) -> None:
    request = desk.asked()
    ledger.act("decide_approval", desk.decision(request, "DECLINE", reason="RIVAL_UNLIKE"))

    with pytest.raises(Refused) as refused:
        ledger.act("decide_approval", desk.decision(request, "APPROVE"))

    assert refused.value.code == "ALREADY_RESOLVED"


@pytest.mark.parametrize("grade", [Grade.SUPERVISOR, Grade.AGENT])
def test_nobody_decides_their_own_nor_without_the_grade(desk: Desk, grade: Grade) -> None:
    request = desk.asked()
    decider = desk.ann if grade == Grade.SUPERVISOR else make_agent("ivo")

    with pytest.raises(Refused) as refused:
        ledger.act("decide_approval", desk.decision(request, "APPROVE", approver_id=decider.pk))

    assert refused.value.code in {"OWN_PROPOSAL", "NOT_YOURS"}
    assert used(BudgetKind.APPROVER) == (0, 0)


def test_over_the_supervisors_limit_is_not_hers_to_give(desk: Desk) -> None:
    request = desk.asked(cost_minor=90_001)

    with pytest.raises(Refused) as refused:
        ledger.act("decide_approval", desk.decision(request, "APPROVE"))

    assert (refused.value.code, refused.value.facts) == ("OVER_SUPERVISOR", {"why": "OVER_COST"})


def test_asking_again_replaces_the_open_question(desk: Desk) -> None:
    first, second = desk.asked(), desk.asked(percent=35)

    first.refresh_from_db()
    assert (first.state, second.state) == ("WITHDRAWN", "OPEN")


def test_lowering_below_use_freezes_until_drained(desk: Desk) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())
    account = BudgetAccount.objects.get(kind=BudgetKind.AGENT)

    ledger.set_budget(account_id=account.pk, amount_minor=5_000, by=desk.sue.pk, role="MANAGER", why="storm is over")

    counter = account.counters.get()
    assert (counter.frozen, counter.ceiling_minor, counter.held_minor) == (True, 9_600, 9_600)
    ledger.act("settle_proposal", desk.outcome(proposal, "DECLINED"))
    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts(cost_minor=1))
    assert refused.value.code == "BUDGET_AGENT"
    assert_counters_equal_entries()


RAW = [
    "UPDATE offers_budgetcounter SET ceiling_minor = 999999",
    """INSERT INTO offers_ledgerentry (counter_id, kind, held_minor, spent_minor, ceiling_minor, recorded_at, why)
       SELECT id, 'TOP_UP', 0, 0, 100, now(), '' FROM offers_budgetcounter LIMIT 1""",
    "UPDATE offers_hold SET expires_at = now() + interval '1 day'",
    "UPDATE offers_proposal SET cost_minor = 1",
    "UPDATE offers_approvalrequest SET decided_by_id = asked_by_id",
    "DELETE FROM offers_outcome",
    "UPDATE offers_limitversion SET max_percent = 100",
    "TRUNCATE offers_ledgerentry CASCADE",
    "ALTER TABLE offers_budgetcounter DISABLE TRIGGER USER",
    "DROP TRIGGER ends_once ON offers_hold",
    "SET session_replication_role = replica",
    "SELECT ledger_end(1, 'VOIDED', NULL, NULL)",
    "SELECT ledger_take(1, 1, 1, 0, 'X')",
    "SELECT lapse_proposals('{1}', 'VOIDED')",
    "CREATE OR REPLACE FUNCTION desk_now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz '2020-01-01' $$",
    "INSERT INTO customers_auditevent (shard, seq) VALUES (1, 1)",
]


@pytest.mark.parametrize("statement", RAW)
def test_raw_sql_of_the_application_is_refused(desk: Desk, statement: str) -> None:
    ledger.act("authorise_proposal", desk.facts())

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE offers_budgetcounter SET held_minor = held_minor + 1",
        "UPDATE offers_budgetcounter SET ceiling_minor = held_minor - 1",
        "UPDATE offers_hold SET ended_as = 'VOIDED', ended_at = now() WHERE ended_as <> ''",
        "UPDATE offers_proposal SET percent = 1",
        "UPDATE offers_ledgerentry SET held_minor = 0",
        "DELETE FROM offers_hold",
        "TRUNCATE offers_outcome",
    ],
)
def test_even_the_owner_is_refused(transactional_db: None, owner_db: Any, desk: Desk, statement: str) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())
    ledger.act("settle_proposal", desk.outcome(proposal, "DECLINED"))

    with pytest.raises(Exception, match=r"append-only|keeps its terms|has ended|moved by entries|never_overdrawn"):
        owner_db.execute(statement)
