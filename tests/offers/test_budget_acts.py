"""Budgets as the ledger moves them: top-ups, transfers, carry-over, slices of a campaign, pacing, totals of a limit."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Sum

from customers import audit
from customers.keeping import NotValid
from customers.models import Call
from customers.refusals import KeyReused, NotYours, Refused
from offers import budgets, ledger
from offers.choices import BudgetKind, Grade
from offers.models import (
    BudgetAccount,
    BudgetCounter,
    BudgetPlan,
    Campaign,
    LedgerEntry,
    LimitVersion,
    OfferVersion,
    SchemeVersion,
)
from retention_desk.people.models import User
from tests.audits import last_event, typed_with
from tests.builders import desk_now, make_agent, make_call, make_team, make_user, new_key
from tests.database import DeskClock
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
from tests.offers.desk import Desk, assert_counters_equal_entries

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db: None) -> User:
    return make_user("ada")


def account_of(kind: BudgetKind) -> BudgetAccount:
    return BudgetAccount.objects.get(kind=kind)


def left(account: BudgetAccount) -> int:
    sums = account.counters.aggregate(c=Sum("ceiling_minor"), h=Sum("held_minor"), s=Sum("spent_minor"))
    return int(sums["c"] - sums["h"] - sums["s"])


def everything() -> int:
    """What all counters together may hold and spend."""
    return int(BudgetCounter.objects.aggregate(c=Sum("ceiling_minor"))["c"])


def top_up(account: BudgetAccount, amount: int, by: User, **other: Any) -> int:
    given: dict[str, Any] = {"why": "Price rise", "key": new_key()} | other
    return budgets.top_up_budget(account_id=account.pk, amount_minor=amount, by=by.pk, role="MANAGER", **given)


def transfer(one: BudgetAccount, other: BudgetAccount, amount: int, by: User, **given: Any) -> int:
    said: dict[str, Any] = {"why": "Quiet week in the east", "key": new_key()} | given
    return budgets.transfer_budget(
        from_id=one.pk, to_id=other.pk, amount_minor=amount, by=by.pk, role="MANAGER", **said
    )


def give(agent: User, version: OfferVersion, cost: int) -> None:
    """Make a save of this cost, on a call of its own that ends with it."""
    Call.objects.filter(agent=agent, state="OPEN").update(state="WRAP_UP", ended_at=desk_now())
    call = make_call(agent, make_payer(), reason=None)
    limit = LimitVersion.objects.filter(grade=Grade.AGENT).first()
    scheme = SchemeVersion.objects.first()
    assert limit is not None
    assert scheme is not None
    proposal = ledger.act("authorise_proposal", facts_of(call, version, limit, scheme, cost_minor=cost))
    facts = {"key": str(new_key()), "proposal_id": proposal, "agent_id": agent.pk, "role": "AGENT"}
    heard = sorted(call.policy.rules.get("disclosures_before_accept", []))
    ledger.act("settle_proposal", facts | {"outcome": "ACCEPTED", "disclosures": heard})


def test_top_up_adds_once_a_key(desk: Desk, ada: User) -> None:
    ledger.act("authorise_proposal", desk.facts())
    site, key = account_of(BudgetKind.SITE), new_key()
    before = left(site)

    for _ in range(2):
        assert top_up(site, 12_345, ada, key=key) == site.pk

    assert left(site) == before + 12_345
    site.refresh_from_db()
    assert site.limit_minor == 312_345
    assert (last_event().act, last_event().after) == ("BUDGET_TOPPED_UP", {"amount_minor": 12_345})
    with pytest.raises(KeyReused):
        top_up(site, 12_346, ada, key=key)
    assert_counters_equal_entries()
    assert audit.verify().is_clean


def test_nobody_tops_up_their_own(desk: Desk) -> None:
    ledger.act("authorise_proposal", desk.facts())

    with pytest.raises(Refused) as refused:
        top_up(account_of(BudgetKind.AGENT), 100, desk.ann)

    assert refused.value.code == "OWN_LIMIT"


def test_customers_budget_is_nobodys_to_change(desk: Desk, ada: User) -> None:
    ledger.act("authorise_proposal", desk.facts())
    customer, team = account_of(BudgetKind.CUSTOMER), account_of(BudgetKind.TEAM)

    with pytest.raises(Refused) as added:
        top_up(customer, 100, ada)
    with pytest.raises(Refused) as taken:
        transfer(customer, team, 100, ada)
    with pytest.raises(Refused) as given:
        transfer(team, customer, 100, ada)

    assert {one.value.code for one in (added, taken, given)} == {"BOUNDS"}


def test_transfer_keeps_the_sum(desk: Desk, ada: User) -> None:
    ledger.act("authorise_proposal", desk.facts())
    site, team, key = account_of(BudgetKind.SITE), account_of(BudgetKind.TEAM), new_key()
    before, of_site, of_team = everything(), left(site), left(team)

    for _ in range(2):
        assert transfer(site, team, 70_001, ada, key=key) == team.pk

    assert (everything(), left(site), left(team)) == (before, of_site - 70_001, of_team + 70_001)
    entries = LedgerEntry.objects.filter(kind="TRANSFER")
    assert entries.aggregate(s=Sum("ceiling_minor"))["s"] == 0
    assert entries.values("transfer").distinct().count() == 1
    assert (last_event().act, typed_with(last_event())) == ("BUDGET_TRANSFERRED", "Quiet week in the east")
    assert_counters_equal_entries()


@pytest.mark.parametrize(("amount", "code"), [(10**9, "TRANSFER_TOO_MUCH"), (290_401, "TRANSFER_TOO_MUCH")])
def test_transfer_moves_no_more_than_nobody_has_used(desk: Desk, ada: User, amount: int, code: str) -> None:
    ledger.act("authorise_proposal", desk.facts())
    site, team, before = account_of(BudgetKind.SITE), account_of(BudgetKind.TEAM), everything()

    with pytest.raises(Refused) as refused:
        transfer(site, team, amount, ada)

    assert refused.value.code == code
    assert everything() == before
    assert transfer(site, team, 290_400, ada) == team.pk


def test_acts_ask_for_an_amount_a_reason_and_two_budgets(desk: Desk, ada: User) -> None:
    ledger.act("authorise_proposal", desk.facts())
    site, team = account_of(BudgetKind.SITE), account_of(BudgetKind.TEAM)

    for amount, why, field in ((0, "x", "amount_minor"), (-5, "x", "amount_minor"), (100, " ", "why")):
        with pytest.raises(NotValid) as added:
            top_up(site, amount, ada, why=why)
        with pytest.raises(NotValid) as moved:
            transfer(site, team, amount, ada, why=why)
        assert added.value.facts["field"] == moved.value.facts["field"] == field
    with pytest.raises(NotValid):
        transfer(site, site, 100, ada)
    with pytest.raises(NotYours):
        transfer(site, BudgetAccount(pk=0), 100, ada)


def test_what_is_left_goes_into_the_next_period(desk: Desk, desk_clock: DeskClock) -> None:
    BudgetPlan.objects.filter(kind=BudgetKind.AGENT).update(carries_over=True)
    give(desk.ann, desk.offer, 9_600)
    first = account_of(BudgetKind.AGENT)

    desk_clock.advance(timedelta(days=7))
    give(desk.ann, desk.offer, 1_000)

    second = BudgetAccount.objects.get(kind=BudgetKind.AGENT, starts_on=first.ends_on)
    assert second.limit_minor == 50_000 + 50_000 - 9_600
    assert (left(first), left(second)) == (0, second.limit_minor - 1_000)
    assert LedgerEntry.objects.filter(why="carried over").aggregate(s=Sum("ceiling_minor"))["s"] == 0
    team = BudgetAccount.objects.filter(kind=BudgetKind.TEAM).order_by("-starts_on")[0]
    assert team.limit_minor == 200_000
    assert_counters_equal_entries()


def test_plan_that_is_ended_opens_no_further_period(desk: Desk, ada: User, desk_clock: DeskClock) -> None:
    ledger.act("authorise_proposal", desk.facts())
    plan = BudgetPlan.objects.get(kind=BudgetKind.AGENT)
    budgets.set_budget_plan(
        kind=plan.kind, owner_id=plan.owner_id, currency="USD", period="WEEK", amount_minor=50_000, active=False,
        by=ada.pk, role="MANAGER",
    )  # fmt: skip

    give(desk.ann, desk.offer, 1_000)
    desk_clock.advance(timedelta(days=7))
    give(desk.ann, desk.offer, 2_000)

    assert BudgetAccount.objects.filter(kind=BudgetKind.AGENT).count() == 1


@pytest.fixture
def sliced(db: None) -> tuple[Campaign, OfferVersion, list[User]]:
    """A campaign of $300 in slices of $100, and three agents."""
    campaign = make_campaign()
    BudgetPlan.objects.create(
        kind=BudgetKind.CAMPAIGN, owner_id=campaign.pk, currency="USD", period="WEEK", amount_minor=30_000,
        allotment_minor=10_000,
    )  # fmt: skip
    make_limits()
    make_scheme()
    return campaign, make_offer(campaign=campaign), [make_agent(name) for name in ("ann", "ben", "cleo")]


def slices() -> list[int]:
    return [account.limit_minor for account in BudgetAccount.objects.filter(kind="ALLOTMENT").order_by("owner_id")]


def test_agents_own_slices_of_a_campaign(sliced: tuple[Campaign, OfferVersion, list[User]]) -> None:
    _campaign, offer, agents = sliced

    for agent in agents[:2]:
        give(agent, offer, 4_000)
    give(agents[0], offer, 5_000)

    assert slices() == [10_000, 10_000]
    assert left(account_of(BudgetKind.CAMPAIGN)) == 10_000
    assert_counters_equal_entries()


def test_last_coin_of_a_sliced_campaign_can_be_spent_by_anybody(
    sliced: tuple[Campaign, OfferVersion, list[User]],
) -> None:
    _campaign, offer, (ann, ben, cleo) = sliced
    for agent in (ann, ben, cleo):
        give(agent, offer, 1_000)
    assert (slices(), left(account_of(BudgetKind.CAMPAIGN))) == ([10_000] * 3, 0)

    give(ann, offer, 23_000)
    with pytest.raises(Refused) as refused:
        give(ben, offer, 4_001)
    give(ben, offer, 4_000)
    with pytest.raises(Refused):
        give(cleo, offer, 1)

    assert refused.value.code == "BUDGET_CAMPAIGN"
    assert refused.value.facts["left_minor"] == 4_000
    spent = BudgetCounter.objects.filter(account__kind="ALLOTMENT").aggregate(s=Sum("spent_minor"))["s"]
    assert (spent, slices()) == (30_000, [24_000, 5_000, 1_000])
    assert LedgerEntry.objects.filter(why="clawed back").exists()
    assert LedgerEntry.objects.filter(kind="TRANSFER").aggregate(s=Sum("ceiling_minor"))["s"] == 0
    assert_counters_equal_entries()


def test_pacing_budget_grows_and_says_so(desk: Desk) -> None:
    SchemeVersion.objects.create(
        valid_from=desk_now(), currency="USD", customer_year_percents=[10, 15, 25], budget_mode="PACING",
        recorded_at=desk_now(),
    )  # fmt: skip
    BudgetPlan.objects.filter(kind=BudgetKind.AGENT).update(amount_minor=5_000)
    latest = SchemeVersion.objects.latest("valid_from")

    ledger.act("authorise_proposal", desk.facts(scheme_id=latest.pk))

    wallet = account_of(BudgetKind.AGENT)
    assert (wallet.limit_minor, wallet.target_minor, left(wallet)) == (9_600, 5_000, 0)
    entry = LedgerEntry.objects.get(why="over plan")
    assert (entry.kind, entry.ceiling_minor) == ("TOP_UP", 4_600)
    assert_counters_equal_entries()


# The limit's totals, how many offers of $20 each were made before, and what the next one meets.
TOTALS: list[tuple[dict[str, Any], int, str]] = [
    ({"day_count": 2}, 1, ""),
    ({"day_count": 2}, 2, "COUNT_LIMIT"),
    ({"week_count": 3}, 3, "COUNT_LIMIT"),
    ({"month_count": 1}, 1, "COUNT_LIMIT"),
    ({"day_cost_minor": 4_000}, 1, ""),
    ({"day_cost_minor": 4_000}, 2, "BUDGET_LIMIT"),
    ({"week_cost_minor": 5_999}, 2, "BUDGET_LIMIT"),
    ({"month_cost_minor": 1_999}, 0, "BUDGET_LIMIT"),
    ({"day_count": 1, "mode": "PACING"}, 3, ""),
    ({"day_cost_minor": 2_000, "mode": "PACING"}, 3, ""),
]


@pytest.mark.parametrize(("totals", "before", "code"), TOTALS)
def test_totals_of_a_limit(db: None, totals: dict[str, Any], before: int, code: str) -> None:
    make_limit(grade=Grade.AGENT, valid_from=desk_now() - timedelta(days=1), **totals)
    make_scheme()
    ann, offer = make_agent("ann"), make_offer()
    for _ in range(before):
        give(ann, offer, 2_000)

    if code:
        with pytest.raises(Refused) as refused:
            give(ann, offer, 2_000)
        assert refused.value.code == code
    else:
        give(ann, offer, 2_000)
    assert_counters_equal_entries()


def test_total_lowered_below_its_use_freezes_and_rewrites_nothing(db: None) -> None:
    make_limit(grade=Grade.AGENT, valid_from=desk_now() - timedelta(days=1), day_cost_minor=10_000)
    make_scheme()
    ann, offer = make_agent("ann"), make_offer()
    give(ann, offer, 6_000)
    entries = list(LedgerEntry.objects.order_by("id").values_list("pk", "spent_minor", "ceiling_minor"))

    make_limit(grade=Grade.AGENT, day_cost_minor=5_000)
    with pytest.raises(Refused) as refused:
        give(ann, offer, 1)

    assert refused.value.code == "BUDGET_LIMIT"
    assert list(LedgerEntry.objects.order_by("id").values_list("pk", "spent_minor", "ceiling_minor")) == entries
    assert BudgetCounter.objects.get(account__kind="LIMIT").spent_minor == 6_000


def test_what_costs_nothing_goes_on_with_a_frozen_total(db: None) -> None:
    make_limit(grade=Grade.AGENT, valid_from=desk_now() - timedelta(days=1), day_cost_minor=10_000)
    make_scheme()
    ann, offer = make_agent("ann"), make_offer()
    give(ann, offer, 6_000)
    make_limit(grade=Grade.AGENT, day_cost_minor=5_000)

    give(ann, offer, 0)

    total = BudgetCounter.objects.get(account__kind="LIMIT")
    assert (total.frozen, total.spent_minor, total.spent_count) == (True, 6_000, 2)
    assert_counters_equal_entries()


@pytest.mark.parametrize(
    ("saves", "cost", "code"),
    [(19, 9_000, ""), (20, 9_000, "OVER_AVERAGE"), (20, 5_000, ""), (20, 5_001, "OVER_AVERAGE")],
)
def test_guardrail_of_the_average_save(db: None, saves: int, cost: int, code: str) -> None:
    team = make_team()
    make_limits()
    make_scheme()
    give_budget(BudgetKind.TEAM, team.pk, 1_000_000)
    BudgetPlan.objects.update(average_minor=5_000)
    ann, offer = make_agent("ann"), make_offer()
    for _ in range(saves):
        give(ann, offer, 5_000)

    if not code:
        give(ann, offer, cost)
        return
    with pytest.raises(Refused) as refused:
        give(ann, offer, cost)
    assert refused.value.code == code
    assert refused.value.facts["average_minor"] == 5_000


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("most", {"most": 0}),
        ("most", {"most": 5, "parts": 2}),
        ("average_minor", {"average_minor": 0}),
        ("allotment_minor", {"allotment_minor": 5_000}),
        ("allotment_minor", {"kind": BudgetKind.CAMPAIGN, "allotment_minor": 0}),
        ("allotment_minor", {"kind": BudgetKind.CAMPAIGN, "allotment_minor": 5_000, "parts": 4}),
    ],
)
def test_options_that_exclude_each_other(ada: User, field: str, wrong: dict[str, Any]) -> None:
    owners = {BudgetKind.TEAM: make_team().pk, BudgetKind.CAMPAIGN: make_campaign().pk}
    given: dict[str, Any] = {"kind": BudgetKind.TEAM, "period": "WEEK", "amount_minor": 1, "currency": "USD"} | wrong

    with pytest.raises(NotValid) as refused:
        budgets.set_budget_plan(**given, owner_id=owners[given["kind"]], by=ada.pk, role="MANAGER")

    assert refused.value.facts["field"] == field


def test_number_of_saves_has_an_end(db: None, ada: User) -> None:
    team = make_team()
    budgets.set_budget_plan(
        kind=BudgetKind.TEAM, owner_id=team.pk, currency="USD", period="WEEK", amount_minor=100_000, most=2, by=ada.pk,
        role="MANAGER",
    )  # fmt: skip
    make_limits()
    make_scheme()
    ann, offer = make_agent("ann"), make_offer()
    for _ in range(2):
        give(ann, offer, 100)

    with pytest.raises(Refused) as refused:
        give(ann, offer, 100)

    assert refused.value.code == "COUNT_LIMIT"
