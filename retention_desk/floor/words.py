"""Codes of the supervisor's desk and their order; their words are in `templates/`, but for what is joined here."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from offers.choices import BudgetKind, BudgetPeriod
from offers.floor import FloorBudget
from retention_desk import formats

STATUSES = ("WAITING", "ON_CALL", "WRAP_UP", "READY", "BREAK", "AWAY", "OFF")
"""What somebody on the floor may be doing, in the order of the board; words are in `templates/floor/status.html`."""

_PERIODS: Mapping[str, Promise] = {
    BudgetPeriod.DAY: gettext_lazy("today"),
    BudgetPeriod.WEEK: gettext_lazy("this week"),
    BudgetPeriod.YEAR: gettext_lazy("this year"),
}


def budget_name(budget: FloorBudget) -> str:
    """Whose budget it is, and of which time: `Team Fresno, this week`, `Gift cards, Nov 2026`."""
    whose = _("My grants") if budget.kind == BudgetKind.APPROVER else budget.name or str(budget.kind.label)
    if budget.period == BudgetPeriod.MONTH:
        return f"{whose}, {formats.month_year(budget.starts_on, language=get_language() or 'en')}"
    return f"{whose}, {_PERIODS[budget.period]}"
