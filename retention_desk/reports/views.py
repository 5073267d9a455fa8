"""The save-rate report: one page, and the same figures as CSV."""

import datetime as dt
from typing import Any, cast
from urllib.parse import urlencode

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe
from psycopg.errors import QueryCanceled

from customers.choices import DispositionKind
from retention_desk.acting import behind
from retention_desk.http import DeskRequest
from retention_desk.reports import budget, export, page
from retention_desk.reports.filters import Filters, SaveRateForm, usual_since
from retention_desk.reports.names import Names, read_names
from retention_desk.reports.queries import save_rate_counts
from retention_desk.reports.save_rate import SaveRate, assemble
from retention_desk.reports.scope import READ, scope_of

TEMPLATE = "reports/save_rate.html"
may_read = behind(READ)


class TooLong(Exception):
    """Counting the period takes longer than a page may."""


@may_read
@require_safe
def save_rate(request: HttpRequest) -> HttpResponse:
    """Show the report.

    Days that make no period are said beside their field, and nothing is counted. A period that takes longer to count
    than a page may take (statement_timeout) is said, with shorter ones to choose from.
    """
    form, names = _asked(request)
    if not form.is_valid():
        return render(request, TEMPLATE, _frame(form, names), status=422)
    filters = form.filters()
    try:
        report = _report(filters)
    except TooLong:
        return _too_long(request, form, names)
    span = budget.budget_span(
        filters, currency=names.currency, zone=timezone.get_current_timezone_name(), today=timezone.localdate()
    )
    context = _frame(form, names) | {
        "filters": filters,
        "budget": span,
        "budget_chart": budget.drawn(span) if span else "",
        "page": page.build(report, filters, names),
        "people": _people(filters, names, form),
        "cancelled_calls": _calls(filters, disposition=DispositionKind.CANCELLED),
        "intent_heading": gettext("Asked for first"),
        "line_heading": gettext("Product line"),
        "team_heading": gettext("Team"),
    }
    return render(request, TEMPLATE, context)


@may_read
@require_safe
def save_rate_csv(request: HttpRequest) -> HttpResponseBase:
    """Send one table of the report, or all of them, as CSV with counts, intervals and definitions.

    Where there is nothing to send, the page says why, as `save_rate` does.
    """
    form, names = _asked(request)
    if not form.is_valid():
        return render(request, TEMPLATE, _frame(form, names), status=422)
    filters = form.filters()
    table = request.GET.get("table", "")
    try:
        report = _report(filters)
    except TooLong:
        return _too_long(request, form, names)
    rows = export.rows(report, filters, names, table=table if table in export.TABLES else "")
    return export.csv_answer(export.HEAD, rows, f"save-rate-{filters.now.since}-{filters.now.until}")


def _people(filters: Filters, names: Names, form: SaveRateForm) -> str:
    """Whose calls are shown, as the button says it."""
    for chosen, named in (
        (filters.agent_id, names.agents),
        (filters.team_id, names.teams),
        (filters.site_id, names.sites),
    ):
        if chosen is not None and chosen in named:
            return named[chosen].name
    return str(form.fields["team"].choices[0][1])  # type: ignore[attr-defined]


def _calls(filters: Filters, **other: str) -> str:
    """The address of the calls behind the report."""
    asked: dict[str, object] = {"since": filters.now.since, "until": filters.now.until, **other}
    narrowed = {"team": filters.team_id, "agent": filters.agent_id, "reason": filters.reason_id}
    asked |= {name: value for name, value in narrowed.items() if value is not None}
    return f"{reverse('records:list')}?{urlencode(asked)}"


def _asked(request: HttpRequest) -> tuple[SaveRateForm, Names]:
    scope = scope_of(cast("DeskRequest", request))
    names = read_names(language=get_language() or "en")
    return SaveRateForm(request.GET, names=names, scope=scope, today=timezone.localdate()), names


def _report(filters: Filters) -> SaveRate:
    zone = timezone.get_current_timezone()
    try:
        return assemble(save_rate_counts(filters, zone=zone, today=timezone.localdate()))
    except OperationalError as failure:
        if not isinstance(failure.__cause__, QueryCanceled):
            raise
        raise TooLong from failure


def _too_long(request: HttpRequest, form: SaveRateForm, names: Names) -> HttpResponse:
    context = _frame(form, names) | {"filters": form.filters(), "too_long": True}
    return render(request, TEMPLATE, context, status=503)


def _frame(form: SaveRateForm, names: Names) -> dict[str, Any]:
    """What the page needs with and without figures."""
    today = form.today
    periods = {
        "weeks4": today - dt.timedelta(days=today.weekday() + 21),
        "weeks8": usual_since(today),
        "quarter": today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
        "year": today - dt.timedelta(days=363),
    }
    here = reverse("reports:save-rate")
    return {
        "form": form,
        "names": names,
        "currency": names.currency,
        "people": form.fields["team"].choices[0][1],  # type: ignore[attr-defined]
        "narrowed": form.narrowed,
        "asked": bool(form.address()),
        "usual_periods": {name: f"{here}?{form.address(since=since, until=today)}" for name, since in periods.items()},
        "export_tables": [
            (label, f"{reverse('reports:save-rate-csv')}?{form.address()}&table={table}")
            for table, label in export.TABLES.items()
        ],
        "export_all": f"{reverse('reports:save-rate-csv')}?{form.address()}",
        "cleared": here,
    }
