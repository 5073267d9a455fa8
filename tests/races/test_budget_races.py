"""Many at once on one budget: first the race without the guard, then its absence with it."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, connections
from django.db.models import F, Sum

from customers.refusals import Refused
from offers import ledger
from offers.choices import BudgetKind, Grade
from offers.models import BudgetCounter, Hold, LedgerEntry
from tests.builders import make_agent, make_call, make_supervisor, new_key
from tests.offers.builders import (
    facts_of,
    give_budget,
    make_campaign,
    make_limit,
    make_limits,
    make_offer,
    make_payer,
    make_scheme,
)

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

AT_ONCE = 8
EACH = 6
COST = 9_600


def all_at_once(act: Callable[[int], str]) -> Counter[str]:
    """Run `act(0..AT_ONCE-1)` in threads that start together, each on a connection of its own; count the answers."""
    start = threading.Barrier(AT_ONCE)

    def run(number: int) -> list[str]:
        try:
            start.wait()
            return [act(number) for _ in range(EACH)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(answer for answers in pool.map(run, range(AT_ONCE)) for answer in answers)


def test_rig_overspends_without_the_guard(owner_db: psycopg.Cursor[tuple[object, ...]]) -> None:
    """What a careful-looking application does: read what is used, compare, add. The same threads overspend."""
    owner_db.execute("CREATE TABLE race_used (minor bigint)")
    owner_db.execute("GRANT SELECT, INSERT ON race_used TO retention_desk_app")
    together = threading.Barrier(AT_ONCE)

    def naive(_: int) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(sum(minor), 0) FROM race_used")
            used = cursor.fetchone()[0]
            together.wait()
            if used + COST > 5 * COST:
                return "refused"
            cursor.execute("INSERT INTO race_used VALUES (%s)", [COST])
            return "granted"

    try:
        answers = all_at_once(naive)
    finally:
        owner_db.execute("DROP TABLE race_used")

    assert answers["granted"] > 5


@pytest.mark.parametrize("parts", [1, 4])
def test_one_hot_budget_is_never_overspent(parts: int) -> None:
    scheme, campaign = make_scheme(), make_campaign()
    # One call may have all of them: it is the budget that has to say no.
    limit = make_limit(grade=Grade.AGENT, max_cost_minor=EACH * COST)
    offer = make_offer(campaign=campaign)
    total = 5 * COST + 400
    give_budget(BudgetKind.CAMPAIGN, campaign.pk, total, parts=parts)
    calls = [make_call(make_agent(f"agent{number}"), make_payer()) for number in range(AT_ONCE)]

    def present(number: int) -> str:
        facts = facts_of(calls[number], offer, limit, scheme, key=str(new_key()))
        try:
            proposal = ledger.act("authorise_proposal", facts)
        except Refused as refused:
            return refused.code
        said = {"key": str(new_key()), "proposal_id": proposal, "agent_id": calls[number].agent_id, "role": "AGENT"}
        wanted = calls[number].policy.rules["disclosures_before_accept"]
        ledger.act("settle_proposal", said | {"outcome": "ACCEPTED", "disclosures": sorted(wanted)})
        return "granted"

    answers = all_at_once(present)

    counters = BudgetCounter.objects.filter(account__kind=BudgetKind.CAMPAIGN)
    spent = counters.aggregate(s=Sum("spent_minor"))["s"]
    assert answers["granted"] == 5
    assert set(answers) == {"granted", "BUDGET_CAMPAIGN"}
    assert spent == 5 * COST <= total
    assert not counters.exclude(held_minor=0).exists()
    entries = LedgerEntry.objects.filter(counter__account__kind=BudgetKind.CAMPAIGN).aggregate(s=Sum("spent_minor"))
    assert entries["s"] == spent
    assert not BudgetCounter.objects.filter(ceiling_minor__lt=F("held_minor") + F("spent_minor")).exists()


def test_one_key_posted_at_once_has_one_effect() -> None:
    scheme, limits, offer = make_scheme(), make_limits(), make_offer()
    call = make_call(make_agent("ann"), make_payer())
    facts = facts_of(call, offer, limits[Grade.AGENT], scheme)

    def present(_: int) -> str:
        try:
            return str(ledger.act("authorise_proposal", facts))
        except Refused as refused:
            return refused.code

    answers = all_at_once(present)

    assert Hold.objects.count() == 1
    assert set(answers) <= {str(Hold.objects.get().proposal_id), "IN_FLIGHT"}


def test_two_supervisors_decide_once() -> None:
    scheme, limits, offer = make_scheme(), make_limits(), make_offer()
    call = make_call(make_agent("ann"), make_payer())
    supervisors = [make_supervisor(f"sue{number}") for number in range(AT_ONCE)]
    big = {"percent": 40, "months": 12, "cost_minor": 38_395, "monthly_minor": 3_200}
    proposal = ledger.act("ask_approval", facts_of(call, offer, limits[Grade.AGENT], scheme, **big))
    request = call.proposals.get(pk=proposal).approval.pk

    def decide(number: int) -> str:
        facts = {
            "key": str(new_key()),
            "approver_id": supervisors[number].pk,
            "role": "SUPERVISOR",
            "request_id": request,
            "decision": "APPROVE",
            "customer_cap_minor": 100_000,
        }
        try:
            ledger.act("decide_approval", facts)
        except Refused as refused:
            return refused.code
        return "decided"

    answers = all_at_once(decide)

    assert answers["decided"] == 1
    assert set(answers) <= {"decided", "ALREADY_RESOLVED", "NOT_DRAWN"}
    assert Hold.objects.count() == 1
