"""Limits in words: whose, for which case, what is counted, and what a raise would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.value import Tier
from offers.choices import Family, Grade, LimitMode, OfferKind
from retention_desk import formats

TIERS: Mapping[str, str | Promise] = {
    Tier.LOW: gettext_lazy("Customers of low value"),
    Tier.MID: gettext_lazy("Customers of middle value"),
    Tier.HIGH: gettext_lazy("Customers of high value"),
}
_MONEY: Mapping[str, str | Promise] = {
    "max_monthly_minor": gettext_lazy("Off the bill in one month"),
    "max_credit_minor": gettext_lazy("Credit or goods at once"),
    "max_fee_minor": gettext_lazy("Fee waived"),
    "max_cost_minor": gettext_lazy("Cost to us in all"),
    "call_cost_minor": gettext_lazy("Cost on one call"),
    "day_cost_minor": gettext_lazy("Cost in a day"),
    "week_cost_minor": gettext_lazy("Cost in a week"),
    "month_cost_minor": gettext_lazy("Cost in a month"),
}
_NUMBERS: Mapping[str, str | Promise] = {
    "max_months": gettext_lazy("Months"),
    "call_count": gettext_lazy("Times on one call"),
    "day_count": gettext_lazy("Times in a day"),
    "week_count": gettext_lazy("Times in a week"),
    "month_count": gettext_lazy("Times in a month"),
}
PERIODS: Mapping[str, str | Promise] = {
    "DAY": gettext_lazy("Today"),
    "WEEK": gettext_lazy("This week"),
    "MONTH": gettext_lazy("This month"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of a raise, before (empty: there was none) and after."""

    label: str
    before: str
    after: str


def whose(row: Mapping[str, Any]) -> str:
    """The person, the team or the grade that a limit is for."""
    if row.get("person") or row.get("team"):
        return str(row.get("person") or row.get("team"))
    return str(Grade(row["grade"]).label) if row.get("grade") else "–"


def case(row: Mapping[str, Any]) -> str:
    """For what a limit holds; empty: for everything."""
    parts = [str(Family(row["family"]).label)] if row["family"] else []
    parts += [str(TIERS[row["tier"]])] if row["tier"] else []
    if months := row["tenure_from_months"]:
        parts.append(
            ngettext("from %(months)d month as a customer", "from %(months)d months as a customer", months)
            % {"months": months}
        )
    return ", ".join(parts)


def totals(row: Mapping[str, Any], *, language: str) -> list[str]:
    """What a limit counts beyond the single offer: `Times in a day: 8`."""
    names = [f"{period}_{unit}" for period in ("call", "day", "week", "month") for unit in ("count", "cost_minor")]
    found = [(_label(name), figure(row, name, language=language)) for name in names if row.get(name) is not None]
    return [_("%(what)s: %(most)s") % {"what": label, "most": value} for label, value in found]


def figure(row: Mapping[str, Any], name: str, *, language: str) -> str:
    """One figure of a limit as people write it; empty where it has none."""
    value = row.get(name)
    if value is None:
        return ""
    if name in _MONEY:
        return formats.money(value, row["currency"], language=language)
    if name == "max_percent":
        return formats.percent(value / 100, language=language)
    if name == "kinds":
        return (
            ", ".join(str(OfferKind(kind).label) for kind in value) if len(value) < len(OfferKind) else _("All kinds")
        )
    return str(LimitMode(value).label) if name == "mode" else str(value)


def changes(figures: Mapping[str, Any], before: Mapping[str, Any] | None, *, language: str) -> list[Change]:
    """What would be different, figure by figure; all of them where nothing stands yet."""
    if figures.get("ends"):
        return []
    names = (
        "max_percent",
        "max_months",
        *_MONEY,
        *(name for name in _NUMBERS if name != "max_months"),
        "kinds",
        "mode",
    )
    found = []
    for name in names:
        old = figure(before, name, language=language) if before else ""
        new = figure(figures, name, language=language)
        if old != new:
            found.append(Change(_label(name), old, new or _("no limit")))
    return found


def _label(name: str) -> str:
    others = {"max_percent": _("Percent"), "kinds": _("Kinds of offers"), "mode": _("When a total is reached")}
    return str(_MONEY.get(name) or _NUMBERS.get(name) or others[name])
