"""The report's tables as CSV: one figure a row, raw, with counts, interval and definition; safe for spreadsheets."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.choices import OpeningIntent, ProductKind
from retention_desk.reports import drawings
from retention_desk.reports.definitions import DEFINITIONS
from retention_desk.reports.figures import Amount, Figure, Rate
from retention_desk.reports.filters import Filters, Span
from retention_desk.reports.names import Names
from retention_desk.reports.page import labels, measures, stay_rate
from retention_desk.reports.save_rate import Count, Group, SaveRate

TABLES: Mapping[str, Promise] = {
    "figures": _("All figures"),
    "time": _("Over time"),
    "intent": _("By what was asked for first"),
    "reason": _("By reason for leaving"),
    "offer": _("By offer"),
    "position": _("By place in the list"),
    "agent": _("Agents"),
    "team": _("By team"),
    "line": _("By product line"),
    "stays": _("Still here"),
    "conduct": _("Conduct"),
}

# Column names are for programs and stay English, as the codes in the cells do.
HEAD = (
    "table",
    "group",
    "figure",
    "period",
    "from",
    "to",
    "numerator",
    "denominator",
    "value",
    "low_95",
    "high_95",
    "unit",
    "too_few",
    "formula",
    "meaning",
    "of",
)

Row = list[Any]

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(cell: Any) -> Any:
    """A cell that a spreadsheet will not take for a formula; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(_RISKY):
        return f"'{cell}"
    return "" if cell is None else cell


def csv_answer(head: Iterable[str], rows: Iterable[Row], name: str) -> StreamingHttpResponse:
    """Send rows as they come, as a UTF-8 file that spreadsheets open with its letters right."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\N{ZERO WIDTH NO-BREAK SPACE}" + writer.writerow(list(head))
        for row in rows:
            yield writer.writerow([safe(cell) for cell in row])

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"},
    )


def rows(report: SaveRate, filters: Filters, names: Names, *, table: str = "") -> Iterator[Row]:
    """The figures of one table, or of all of them, this period first."""
    spans = [("now", filters.now)] + ([("before", filters.before)] if filters.before else [])
    agents = {str(one.id): one.name for one in names.agents.values()}
    reasons = {str(one.id): one.name for one in names.reasons.values()}
    offers = {str(one.id): one.name for one in names.offers.values()}
    teams = {str(one.id): one.name for one in names.teams.values()}
    groups: dict[str, tuple[Iterable[Group], Mapping[str, str]]] = {
        "intent": (report.intents, labels(OpeningIntent)),
        "reason": (report.reasons, reasons),
        "agent": ([line.group for line in report.agents], agents),
        "team": (report.teams, teams),
        "line": (report.lines, labels(ProductKind)),
    }
    for name in [table] if table else list(TABLES):
        if name == "figures":
            yield from _figures(report, spans)
        elif name == "time":
            yield from _steps(report, spans)
        elif name in groups:
            for group in groups[name][0]:
                words = groups[name][1].get(group.key) or gettext("Not given")
                yield from _group(name, words, group, spans)
        elif name in ("offer", "position"):
            yield from _offers(name, report, offers, spans)
        elif name == "stays":
            yield from _stays(report, spans)
        else:
            yield from _conduct(report, spans, agents)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        return value


Spans = list[tuple[str, Span]]


def _figures(report: SaveRate, spans: Spans) -> Iterator[Row]:
    for measure in measures(report):
        for period, span in spans:
            now = period == "now"
            if measure.now is not None and measure.before is not None:
                rate = measure.now if now else measure.before
                yield _rate("figures", "", measure.definition.figure, period, span, rate)
            amount = measure.amount if now else measure.amount_before
            if amount is not None:
                yield _amount("figures", "", measure.definition.figure, period, span, amount)


def _steps(report: SaveRate, spans: Spans) -> Iterator[Row]:
    for period, span in spans:
        for group in report.steps:
            place = int(group.key) - 1
            if place >= len(span.steps):
                continue
            first = span.steps[place]
            last = span.steps[place + 1] if place + 1 < len(span.steps) else None
            step = Span(first, _day_before(last) if last else span.until, (first,))
            count = group.now if period == "now" else group.before
            yield from _counted("time", drawings.step_names(span)[place], period, step, count)


def _group(table: str, words: str, group: Group, spans: Spans) -> Iterator[Row]:
    for period, span in spans:
        yield from _counted(table, words, period, span, group.now if period == "now" else group.before)


def _counted(table: str, words: str, period: str, span: Span, count: Count) -> Iterator[Row]:
    yield _rate(table, words, Figure.SAVE, period, span, count.save)
    yield _rate(table, words, Figure.STRICT_SAVE, period, span, count.strict)
    if table != "line":  # a line has neither a reason nor a cost of its own
        yield _rate(table, words, Figure.CONTROLLABLE_SAVE, period, span, count.controllable)
        yield _rate(table, words, Figure.EXCLUDED, period, span, count.excluded)
        yield _amount(table, words, Figure.COST_PER_SAVE, period, span, count.cost_per_save)


def _offers(table: str, report: SaveRate, names: Mapping[str, str], spans: Spans) -> Iterator[Row]:
    for taken in report.offers if table == "offer" else report.positions:
        words = names.get(taken.key, taken.key) if table == "offer" else taken.key
        for period, span in spans:
            rate = taken.now if period == "now" else taken.before
            yield _rate(table, words, Figure.TAKE_RATE, period, span, rate)
        now = spans[0]
        yield _row(table, words, "COST_PER_ACCEPTED", *now, _amount_cells(taken.cost))
        if table == "offer":
            yield _rate(table, words, Figure.STILL_HERE, *now, stay_rate(taken.here))


def _stays(report: SaveRate, spans: Spans) -> Iterator[Row]:
    for period, span in spans:
        for step in report.stays if period == "now" else report.stays_before:
            if step.day <= 90:
                yield _rate("stays", str(step.day), Figure.STILL_HERE, period, span, stay_rate(step))


def _conduct(report: SaveRate, spans: Spans, agents: Mapping[str, str]) -> Iterator[Row]:
    for period, span in spans:
        conduct = report.conduct if period == "now" else report.conduct_before
        yield _row("conduct", "", "CONFIRMED_IN_TIME", period, span, _rate_cells(conduct.cancelled))
        yield _row("conduct", "", "CONFIRMED_WHEN_ASKED_AGAIN", period, span, _rate_cells(conduct.confirmed_again))
        for figure, value, unit in (
            ("OFFERS_AFTER_THE_LIMIT", conduct.after_limit, "count"),
            ("OFFERS_ON_A_CLOSED_REASON", conduct.closed_reason, "count"),
            ("MEDIAN_REQUEST_TO_NUMBER", conduct.median_seconds, "seconds"),
        ):
            yield _row("conduct", "", figure, period, span, [None, None, value, None, None, unit, None])
    for line in report.agents:
        name = agents.get(line.group.key) or gettext("Not given")
        yield _row("conduct", name, "CONFIRMED_IN_TIME", *spans[0], _rate_cells(line.conduct.cancelled))


def _rate(table: str, words: str, figure: Figure, period: str, span: Span, rate: Rate) -> Row:
    cells = _rate_cells(rate)
    if figure == Figure.REVENUE_SAVE:
        cells[5] = "share of minor units"
    return _row(table, words, figure, period, span, cells)


def _amount(table: str, words: str, figure: Figure, period: str, span: Span, amount: Amount) -> Row:
    return _row(table, words, figure, period, span, _amount_cells(amount))


def _rate_cells(rate: Rate) -> Row:
    return [rate.numerator, rate.denominator, rate.value, rate.low, rate.high, "share", rate.too_few]


def _amount_cells(amount: Amount) -> Row:
    return [None, amount.n, amount.value_minor, amount.low_minor, amount.high_minor, "minor units", amount.too_few]


def _row(table: str, words: str, figure: str, period: str, span: Span, cells: Row) -> Row:
    definition = DEFINITIONS.get(Figure(figure)) if figure in Figure.__members__ else None
    said = [definition.formula, definition.meaning, definition.denominator] if definition else ["", "", ""]
    return [table, words, str(figure), period, span.since, span.until, *cells, *(str(one) for one in said)]


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
