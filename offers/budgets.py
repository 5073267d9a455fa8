"""What people, teams, sites and campaigns may spend: the plan of each period, and the account that runs now.

A plan is what the ledger opens the next period's account from; the account that runs is raised or lowered by itself.
Only the ledger moves money.
"""

from typing import Any
from uuid import UUID

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
    parts: int = 1,
    carries_over: bool = False,
    most: int | None = None,
    average_minor: int | None = None,
    allotment_minor: int | None = None,
    active: bool = True,
    by: int,
    role: str,
) -> BudgetPlan:
    """Set what an owner gets in every period that has not begun, in minor units; adds the plan where there is none.

    `parts`: counters that a budget is split into, so that many agents can draw on it at once. `carries_over`: what is
    left goes into the next period. `most` saves in a period. Over `average_minor` a save, the next one is a
    supervisor's. `allotment_minor`: agents own slices of a campaign of that size. Not `active`: no further period.
    Raises `NotValid`: an owner that is not there, one's own budget, an amount below zero, options that exclude each
    other. A customer's twelve months follow from the scheme and have no plan.
    """
    _check_owner(kind, owner_id, by)
    if period not in (BudgetPeriod.DAY, BudgetPeriod.WEEK, BudgetPeriod.MONTH):
        raise NotValid(field="period", why=_("A budget is for a day, a week or a month."))
    if not 1 <= parts <= 64:
        raise NotValid(field="parts", why=_("A budget has 1 to 64 parts."))
    if amount_minor < 0:
        raise NotValid(field="amount_minor", why=_("A budget is not negative."))
    _check_options(kind, parts=parts, most=most, average_minor=average_minor, allotment_minor=allotment_minor)
    values: dict[str, Any] = {
        "period": period,
        "amount_minor": amount_minor,
        "parts": parts,
        "carries_over": carries_over,
        "most": most,
        "average_minor": average_minor,
        "allotment_minor": allotment_minor,
        "active": active,
    }
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


def top_up_budget(*, account_id: int, amount_minor: int, why: str, by: int, role: str, key: UUID) -> int:
    """Add to what a running account may hold and spend; the same key adds once. Answers the account's id.

    Raises `NotValid` (no reason, nothing to add), `NotYours`, `Refused` OWN_LIMIT for one's own, BOUNDS for
    a customer's, a limit's or an allotment.
    """
    _check_act(amount_minor, why)
    facts = {"account_id": account_id, "amount_minor": amount_minor, "why": why.strip()}
    return ledger.act("top_up_budget", facts | {"by": by, "role": role, "key": str(key)})


def transfer_budget(*, from_id: int, to_id: int, amount_minor: int, why: str, by: int, role: str, key: UUID) -> int:
    """Move what nobody has used from one running account to another of the same currency; nothing is made or lost.

    Answers the id of the account that got it. Raises `NotValid`, `NotYours`, `Refused` TRANSFER_TOO_MUCH, OWN_LIMIT,
    CURRENCY, BOUNDS for accounts that are nobody's to give away.
    """
    _check_act(amount_minor, why)
    if from_id == to_id:
        raise NotValid(field="to", why=_("Choose another budget to transfer to."))
    facts = {"from_id": from_id, "to_id": to_id, "amount_minor": amount_minor, "why": why.strip()}
    return ledger.act("transfer_budget", facts | {"by": by, "role": role, "key": str(key)})


def _check_act(amount_minor: int, why: str) -> None:
    if amount_minor <= 0:
        raise NotValid(field="amount_minor", why=_("An amount above zero."))
    if not why.strip():
        raise NotValid(field="why", why=_("Say why, in a few words. It is kept with the budget."))


def _check_options(
    kind: str, *, parts: int, most: int | None, average_minor: int | None, allotment_minor: int | None
) -> None:
    """What the plan's table would refuse, at its field and in words."""
    if most is not None and most < 1:
        raise NotValid(field="most", why=_("One save at least, or leave it empty."))
    if most is not None and parts > 1:
        raise NotValid(field="most", why=_("A number of saves cannot be split: choose 1 part."))
    if average_minor is not None and average_minor <= 0:
        raise NotValid(field="average_minor", why=_("An amount above zero, or leave it empty."))
    if allotment_minor is None:
        return
    if kind != BudgetKind.CAMPAIGN:
        raise NotValid(field="allotment_minor", why=_("Only a campaign is cut into slices for agents."))
    if allotment_minor <= 0:
        raise NotValid(field="allotment_minor", why=_("An amount above zero, or leave it empty."))
    if parts > 1:
        raise NotValid(field="allotment_minor", why=_("Slices for agents and parts exclude each other: choose 1 part."))


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
