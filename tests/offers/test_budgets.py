"""Budgets: a plan for the periods to come, an account for the one that runs, and nobody fills their own."""

from typing import Any

import pytest

from customers.keeping import NotValid
from customers.refusals import NotYours
from offers import budgets, ledger
from offers.choices import BudgetKind, Grade
from offers.models import BudgetAccount, BudgetPlan, LedgerEntry
from retention_desk.people.models import User
from tests.audits import Broken, break_audit, last_event, typed_with
from tests.builders import make_agent, make_call, make_team, make_user
from tests.offers.builders import facts_of, give_budget, make_campaign, make_limits, make_offer, make_payer, make_scheme

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_user("ada")


def set_plan(by: User, **other: Any) -> BudgetPlan:
    given: dict[str, Any] = {
        "kind": BudgetKind.TEAM,
        "owner_id": other.pop("owner_id", None) or make_team().pk,
        "currency": "USD",
        "period": "WEEK",
        "amount_minor": 500_000,
        "parts": 1,
    }
    return budgets.set_budget_plan(**(given | other), by=by.pk, role="ADMINISTRATOR")


def running_account(user: User) -> BudgetAccount:
    """The account that the ledger opens when the first offer draws on it: $96 held of $500."""
    give_budget(BudgetKind.AGENT, user.pk, 50_000)
    call = make_call(user, make_payer(), reason=None)
    limits, scheme = make_limits(), make_scheme()
    ledger.act("authorise_proposal", facts_of(call, make_offer(), limits[Grade.AGENT], scheme))
    return BudgetAccount.objects.get(kind=BudgetKind.AGENT)


def test_plan_is_added_and_then_changed_with_its_record(ada: User) -> None:
    plan = set_plan(ada)
    added = last_event()

    again = set_plan(ada, amount_minor=600_000)

    assert again.pk == plan.pk
    assert (added.act, added.before) == ("BUDGET_PLAN_SET", None)
    assert (last_event().before, last_event().after) == ({"amount_minor": 500_000}, {"amount_minor": 600_000})


def test_same_plan_again_is_not_recorded_twice(ada: User) -> None:
    set_plan(ada)
    first = last_event().pk

    set_plan(ada)

    assert last_event().pk == first


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("kind", {"kind": BudgetKind.CUSTOMER}),
        ("kind", {"kind": "POCKET"}),
        ("owner_id", {"owner_id": 999_999}),
        ("period", {"period": "YEAR"}),
        ("amount_minor", {"amount_minor": -1}),
        ("parts", {"parts": 0}),
        ("parts", {"parts": 65}),
    ],
)
def test_plan_that_cannot_be_is_refused_at_its_field(ada: User, field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotValid) as refused:
        set_plan(ada, **wrong)

    assert refused.value.facts["field"] == field
    assert not BudgetPlan.objects.exists()


def test_each_kind_has_its_owners(ada: User) -> None:
    ann, team, campaign = make_agent("ann"), make_team(), make_campaign()
    owners = {
        BudgetKind.AGENT: ann.pk,
        BudgetKind.APPROVER: ann.pk,
        BudgetKind.TEAM: team.pk,
        BudgetKind.SITE: team.site_id,
        BudgetKind.CAMPAIGN: campaign.pk,
    }

    for kind, owner_id in owners.items():
        assert set_plan(ada, kind=kind, owner_id=owner_id).kind == kind


def test_nobody_plans_their_own_budget() -> None:
    ann = make_agent("ann")

    with pytest.raises(NotValid):
        set_plan(ann, kind=BudgetKind.AGENT, owner_id=ann.pk)


def test_plan_without_its_record_is_not_saved(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    break_audit(monkeypatch)

    with pytest.raises(Broken):
        set_plan(ada)

    assert not BudgetPlan.objects.exists()


def test_running_account_is_raised_through_the_ledger(ada: User) -> None:
    account = running_account(make_agent("ann"))

    budgets.set_budget(account_id=account.pk, amount_minor=80_000, why="Storm week", by=ada.pk, role="ADMINISTRATOR")

    account.refresh_from_db()
    counter = account.counters.get()
    assert (account.limit_minor, counter.ceiling_minor, counter.held_minor) == (80_000, 80_000, 9_600)
    assert LedgerEntry.objects.filter(kind="TOP_UP", why="Storm week", by=ada).exists()
    assert (last_event().act, last_event().object_id) == ("BUDGET_SET", account.pk)
    assert typed_with(last_event()) == "Storm week"


def test_account_lowered_below_its_use_freezes(ada: User) -> None:
    account = running_account(make_agent("ann"))

    budgets.set_budget(account_id=account.pk, amount_minor=1_000, why="Stop", by=ada.pk, role="ADMINISTRATOR")

    counter = account.counters.get()
    assert (counter.frozen, counter.ceiling_minor) == (True, 9_600)


def test_account_needs_a_reason_and_an_amount_and_has_to_be_there(ada: User) -> None:
    account = running_account(make_agent("ann"))

    for wrong, field in (({"why": " "}, "why"), ({"amount_minor": -1}, "amount_minor")):
        given: dict[str, Any] = {"account_id": account.pk, "amount_minor": 1, "why": "Because"} | wrong
        with pytest.raises(NotValid) as refused:
            budgets.set_budget(**given, by=ada.pk, role="ADMINISTRATOR")
        assert refused.value.facts["field"] == field
    with pytest.raises(NotYours):
        budgets.set_budget(account_id=0, amount_minor=1, why="Because", by=ada.pk, role="ADMINISTRATOR")


def test_nobody_fills_their_own_account() -> None:
    ann = make_agent("ann")
    account = running_account(ann)

    with pytest.raises(NotValid):
        budgets.set_budget(account_id=account.pk, amount_minor=10**9, why="For me", by=ann.pk, role="ADMINISTRATOR")

    account.refresh_from_db()
    assert account.limit_minor == 50_000
