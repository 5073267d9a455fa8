"""The report's charts, in the reader's language; the tables with the same numbers stand beside them in the template."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from retention_desk import formats
from retention_desk.reports import charts
from retention_desk.reports.figures import Rate
from retention_desk.reports.filters import Span
from retention_desk.reports.intervals import Survival, stays_at
from retention_desk.reports.names import Named
from retention_desk.reports.save_rate import MARKS, SaveRate


def _percent(value: float) -> str:
    return formats.percent(value, language=get_language() or "en")


def _percent1(value: float) -> str:
    return formats.percent(value, 1, language=get_language() or "en")


def step_names(span: Span) -> list[str]:
    """What the steps of a span are called: days, or months where it has whole ones."""
    language = get_language() or "en"
    if len(span.steps) > 1 and (span.steps[-1] - span.steps[-2]).days > 7:
        return [formats.month_year(day, language=language) for day in span.steps]
    return [formats.near_date(day, language=language) for day in span.steps]


def over_time(report: SaveRate, span: Span) -> SafeString:
    """The save rate of each step with its band, the period before dotted."""
    names = step_names(span)
    steps = {int(group.key): group for group in report.steps}
    readings, previous = [], []
    for place, name in enumerate(names, start=1):
        group = steps.get(place)
        rate = group.now.save if group else None
        readings.append(
            charts.Reading(name, rate.value if rate else None, rate.low if rate else None, rate.high if rate else None)
        )
        previous.append(group.before.save.value if group else None)
    known = [reading.value for reading in readings if reading.value is not None]
    described = gettext("Nothing to show in this period.")
    if known:
        described = gettext("From %(first)s to %(last)s, between %(least)s and %(most)s.") % {
            "first": _percent1(known[0]),
            "last": _percent1(known[-1]),
            "least": _percent1(min(known)),
            "most": _percent1(max(known)),
        }
    return charts.line(readings, previous, title=gettext("Save rate over time"), description=described, write=_percent)


def agents(report: SaveRate, names: Mapping[int, Named]) -> SafeString:
    """The funnel plot: only who lies outside chance's limits is named."""
    outside = sum(line.place in ("high", "low") for line in report.agents)
    return charts.funnel(
        [
            charts.Agent(name_of(names, line.group.key), line.group.now.tally.c, line.group.now.tally.saved)
            for line in report.agents
        ],
        mean=report.total.now.save.value or 0.0,
        title=gettext("Agents' save rates by number of contacts"),
        description=gettext("%(outside)s of %(all)s agents differ by more than chance.")
        % {"outside": outside, "all": len(report.agents)},
        write=_percent,
        x_label=gettext("cancel contacts handled"),
    )


def still_here(report: SaveRate) -> SafeString:
    """The share of those kept who are still here, day by day to day 90."""
    told = [
        gettext("%(share)s after %(day)s days") % {"share": _percent(step.share), "day": day}
        for day, step, _before in report.here
        if step is not None
    ]
    return charts.step_line(
        _steps(report.stays),
        _steps(report.stays_before),
        title=gettext("Saved customers who are still here"),
        description=", ".join(told) or gettext("Nobody has been seen for 30 days yet."),
        write=_percent,
    )


def scale(rates: Iterable[Rate]) -> tuple[float, float]:
    """The common scale of rows of intervals: tens of per cent around all that says enough."""
    rated = [rate for rate in rates if rate.value is not None]
    ends = [(rate.low or 0.0, rate.high or 0.0) for rate in rated if not rate.too_few]
    ends = ends or [(rate.low or 0.0, rate.high or 0.0) for rate in rated]
    if not ends:
        return 0.0, 1.0
    low = int(min(low for low, _ in ends) * 10) / 10
    high = -int(-max(high for _, high in ends) * 10 // 1) / 10
    return max(0.0, low), min(1.0, max(high, low + 0.1))


def dots(now: Rate, before: Rate | None, ends: tuple[float, float], average: float | None) -> SafeString:
    """One row: the interval, the point, the period before as a ring."""
    return charts.interval_row(
        now.value,
        now.low,
        now.high,
        start=ends[0],
        end=ends[1],
        reference=average,
        previous=before.value if before else None,
    )


def name_of(names: Mapping[int, Named], key: str) -> str:
    """The name of an id as it stands in a group's key."""
    found = names.get(int(key)) if key else None
    return found.name if found else gettext("Not given")


def _steps(curve: Sequence[Survival]) -> list[charts.Step]:
    """The curve's steps up to day 90, and the marked days, which need not be days on which somebody left."""
    days = {step.day for step in curve if step.day <= MARKS[-1]} | set(MARKS)
    found = [(day, stays_at(curve, day)) for day in sorted(days)]
    return [charts.Step(day, step.share, step.low, step.high) for day, step in found if step is not None]
