"""The budget beside the save rate: what is used against its plan, and where that ends at the same pace."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from customers.statements import read_json
from retention_desk import formats
from retention_desk.reports import charts
from retention_desk.reports.filters import Filters

_STATEMENT = (Path(__file__).parent / "sql" / "budget.sql").read_text(encoding="utf-8")
# Of a period: before that nothing is said of its end.
EARLY = 0.05


@dataclass(frozen=True, slots=True)
class BudgetSpan:
    """Money of one period, in minor units. `used_minor`: what was held and spent at the end of each day that is over,
    and today; `ends_on` is no longer part of the period.
    """

    starts_on: date
    ends_on: date
    limit_minor: int
    used_minor: tuple[int, ...]
    currency: str

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.ends_on - self.starts_on).days

    @property
    def last_on(self) -> date:
        """The last day of the period."""
        return self.ends_on - timedelta(days=1)

    @property
    def now_minor(self) -> int:
        """What is used by now."""
        return self.used_minor[-1] if self.used_minor else 0

    @property
    def planned_minor(self) -> int:
        """What an even pace would have used by now."""
        return self.limit_minor * len(self.used_minor) // self.days

    @property
    def expected_minor(self) -> int | None:
        """What will be used at the end at the same pace; None while it is too early to say."""
        gone = len(self.used_minor) / self.days
        return round(self.now_minor / gone) if gone >= EARLY else None

    @property
    def over_minor(self) -> int:
        """By how much the limit would be missed at the end; 0 where it is kept."""
        return max((self.expected_minor or 0) - self.limit_minor, 0)


def budget_span(filters: Filters, *, currency: str, zone: str, today: date) -> BudgetSpan | None:
    """The budget of the sites or the team that the report is about, in the period at its end; None where none runs.

    One statement. Nothing else that the report is narrowed to is told apart in a budget.
    """
    until = min(filters.now.until, today)
    asked = {"site": filters.site_id, "team": filters.team_id, "currency": currency, "until": until, "zone": zone}
    raw = read_json(_STATEMENT, asked)
    return None if raw is None else read_span(raw, currency=currency, today=today)


def read_span(raw: dict[str, Any], *, currency: str, today: date) -> BudgetSpan:
    """A row of the statement; days without a movement keep what was used before."""
    starts_on, ends_on = date.fromisoformat(raw["starts_on"]), date.fromisoformat(raw["ends_on"])
    over = (min(today, ends_on - timedelta(days=1)) - starts_on).days + 1
    moved = [int(raw["moved"].get((starts_on + timedelta(days=day)).isoformat(), 0)) for day in range(over)]
    return BudgetSpan(starts_on, ends_on, int(raw["limit_minor"]), tuple(accumulate(moved)), currency)


def drawn(span: BudgetSpan) -> SafeString:
    """The chart: used as an area, the plan dotted, the expected end dashed, the limit as a line."""
    language = get_language() or "en"

    def write(minor: float) -> str:
        return formats.money_short(round(minor), span.currency, language=language)

    told = {"used": write(span.now_minor), "limit": write(span.limit_minor), "plan": write(span.planned_minor)}
    described = gettext("%(used)s of %(limit)s used, planned by now: %(plan)s.") % told
    return charts.plan_area(
        [0, *span.used_minor],
        [span.limit_minor * day / span.days for day in range(span.days + 1)],
        limit=span.limit_minor,
        expected=span.expected_minor,
        title=gettext("Retention budget"),
        description=described,
        write=write,
        labels=[
            (day, formats.near_date(span.starts_on + timedelta(days=day), language=language))
            for day in dict.fromkeys((0, span.days // 3, span.days * 2 // 3))
        ],
    )
