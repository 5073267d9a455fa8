"""What people, teams, sites and campaigns may spend: the plan of each period, and the account that runs now.

A plan is what the ledger opens the next period's account from; the account that runs is raised or lowered by itself.
Only the ledger moves money.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext as _

from customers import keeping
from customers.keeping import NotValid
from customers.models import Site, Team
from customers.refusals import NotYours, Refused
from offers import ledger
from offers.acts import Act
from offers.choices import BudgetKind, BudgetPeriod
from offers.models import BudgetAccount, BudgetPlan, Campaign

_OWNERS: dict[str, type[models.Model]] = {
    BudgetKind.AGENT: get_user_model(),
    BudgetKind.APPROVER: get_user_model(),
    BudgetKind.TEAM: Team,
    BudgetKind.SITE: Site,
    BudgetKind.CAMPAIGN: Campaign,
}


def set_budget_plan(
    *,
    kind: str,
    owner_id: int,
    currency: str,
    period: str,
    amount_minor: int,
    parts: int,
    by: int,
    role: str,
) -> BudgetPlan:
    """Set what an owner gets in every period that has not begun, in minor units; adds the plan where there is none.

    `parts`: counters that a budget is split into, so that many agents can draw on it at once. Raises `NotValid`: an
    owner that is not there, one's own budget, an amount below zero. A customer's twelve months follow from the scheme
    and have no plan.
    """
    _check_owner(kind, owner_id, by)
    if period not in (BudgetPeriod.DAY, BudgetPeriod.WEEK, BudgetPeriod.MONTH):
        raise NotValid(field="period", why=_("A budget is for a day, a week or a month."))
    if not 1 <= parts <= 64:
        raise NotValid(field="parts", why=_("A budget has 1 to 64 parts."))
    if amount_minor < 0:
        raise NotValid(field="amount_minor", why=_("A budget is not negative."))
    values: dict[str, Any] = {"period": period, "amount_minor": amount_minor, "parts": parts}
    of = {"kind": kind, "owner_id": owner_id, "currency": currency}
    there = BudgetPlan.objects.filter(**of).first()
    if there is not None:
        return keeping.change(
            BudgetPlan, there.pk, values, act=Act.BUDGET_PLAN_SET, object_kind="budget_plan", by=by, role=role
        )
    return keeping.add(BudgetPlan, of | values, act=Act.BUDGET_PLAN_SET, object_kind="budget_plan", by=by, role=role)


def set_budget(*, account_id: int, amount_minor: int, why: str, by: int, role: str) -> None:
    """Set what the account of a running period may hold and spend in all; below its use it freezes until it drains.

    Raises `NotValid` (no reason, below zero, one's own budget), `NotYours` for an account that is not there.
    """
    account = BudgetAccount.objects.filter(pk=account_id).first()
    if account is None:
        raise NotYours
    if account.kind in (BudgetKind.AGENT, BudgetKind.APPROVER) and account.owner_id == by:
        raise NotValid(field="amount_minor", why=_own_budget())
    if not why.strip():
        raise NotValid(field="why", why=_("Say why, in a few words. It is kept with the budget."))
    try:
        ledger.set_budget(account_id=account_id, amount_minor=amount_minor, by=by, role=role, why=why)
    except Refused as refused:
        if refused.code != "BOUNDS":
            raise
        raise NotValid(field="amount_minor", why=_("A budget is not negative.")) from refused


def _check_owner(kind: str, owner_id: int, by: int) -> None:
    """Somebody or something that may own a budget of this kind."""
    model = _OWNERS.get(kind)
    if model is None:
        raise NotValid(field="kind", why=_("This kind of budget has no plan."))
    if not model._default_manager.filter(pk=owner_id).exists():
        raise NotValid(field="owner_id", why=_("The owner of the budget is not there."))
    if model is _OWNERS[BudgetKind.AGENT] and owner_id == by:
        raise NotValid(field="owner_id", why=_own_budget())


def _own_budget() -> str:
    return _("Nobody sets their own budget. Another administrator has to do it.")
