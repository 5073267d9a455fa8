"""The outcome log: closed calls with filters and CSV, one call as a record, and the correction of how it ended."""

from typing import cast
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from customers import permissions
from customers.choices import OpeningIntent
from customers.dispositions import correct_disposition
from customers.queries import call_record
from customers.refusals import NotYours, Refused
from retention_desk.acting import actor, behind
from retention_desk.http import DeskRequest, status_of
from retention_desk.records import export, queries
from retention_desk.records.filters import RecordFilter
from retention_desk.records.forms import CorrectionForm
from retention_desk.records.record import Record, assemble
from retention_desk.reports.names import Names, read_names
from retention_desk.reports.scope import READ, scope_of

may_read = behind(READ)
may_correct = behind("customers.correct_disposition")


@may_read
@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """List closed calls, newest first; days that are none are said beside their field."""
    who = actor(request)
    scope = scope_of(cast("DeskRequest", request))
    names = read_names(language=who.language)
    asked = RecordFilter(request.GET, names=names, scope=scope)
    valid = asked.form.is_valid()
    page = queries.page_of(asked.qs, queries.Cursor.read(request.GET.get("at", ""))) if valid else None
    address = _address(request)
    for line in page.lines if page else ():
        _name(line, names)
    context = {
        "filter": asked,
        "names": names,
        "page": page,
        "address": address,
        "newer": urlencode({"at": page.newer}) if page and page.newer else "",
        "older": urlencode({"at": page.older}) if page and page.older else "",
        "csv": f"{reverse('records:csv')}?{address}",
        "asked": bool(address),
    }
    return render(request, "records/records.html", context, status=200 if valid else 422)


@may_read
@require_safe
def records_csv(request: HttpRequest) -> HttpResponseBase:
    """Send every line that the filters leave, as CSV."""
    scope = scope_of(cast("DeskRequest", request))
    names = read_names(language=actor(request).language)
    asked = RecordFilter(request.GET, names=names, scope=scope)
    if not asked.form.is_valid():
        return redirect(f"{reverse('records:list')}?{_address(request)}")
    return export.csv_of(queries.every_line(asked.qs), names)


@may_read
@require_safe
def record(request: HttpRequest, call_id: int) -> HttpResponse:
    """Show everything that is recorded of one call; nothing on the page changes it but a correction."""
    return _show(request, _record(request, call_id), CorrectionForm(initial={"key": uuid4()}))


@may_read
@may_correct
@require_POST
def correct(request: HttpRequest, call_id: int, disposition_id: int) -> HttpResponse:
    """Add the row that corrects a disposition; what was recorded stays."""
    who = actor(request)
    found = _record(request, call_id)
    if not any(one.id == disposition_id for one in found.sheet.dispositions):
        raise NotYours(disposition_id=disposition_id)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, correcting=disposition_id, status=422)
    said = form.cleaned_data
    try:
        permissions.check_correct_disposition(cast("DeskRequest", request).user)
        correct_disposition(
            disposition_id=disposition_id,
            kind=said["kind"],
            why=said["why"],
            by=who.by,
            role=who.role,
            key=said["key"],
        )
    except Refused as refusal:
        return _show(request, found, form, correcting=disposition_id, refusal=refusal, status=status_of(refusal))
    return redirect("records:call", call_id)


def _name(line: queries.Line, names: Names) -> None:
    """Put the names to the ids of a line."""
    for key, named in (("agent", names.agents), ("reason", names.reasons)):
        found = named.get(line[f"{key}_id"])
        line[f"{key}_name"] = found.name if found else ""
    line["intent"] = OpeningIntent(line["opening_intent"]).label


def _record(request: HttpRequest, call_id: int) -> Record:
    """The record if the reader's sites have it; `NotYours` (a 404 page) otherwise."""
    scope = scope_of(cast("DeskRequest", request))
    sheet = call_record(call_id=call_id, language=actor(request).language)
    if scope.site_id is not None and sheet.call.site_id != scope.site_id:
        raise NotYours(call_id=call_id)
    return assemble(sheet, queries.belongings(call_id=call_id), language=actor(request).language)


def _show(
    request: HttpRequest,
    found: Record,
    form: CorrectionForm,
    *,
    correcting: int | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    user = cast("DeskRequest", request).user
    context = {
        "record": found,
        "form": form,
        "correcting": correcting,
        "refusal": refusal,
        "can_correct": permissions.can_correct_disposition(user),
        "may_read_audit": user.has_perm("customers.read_audit"),
    }
    return render(request, "records/record.html", context, status=status)


def _address(request: HttpRequest) -> str:
    """The filters of the address, without the place in the log."""
    known = RecordFilter.base_filters
    return urlencode([(name, value) for name, value in request.GET.items() if name in known and value])
