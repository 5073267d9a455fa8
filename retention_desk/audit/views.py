"""The audit: every act, searched by person, act, object, customer, call, limit and day, with the state of its proof."""

from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from retention_desk.acting import actor, behind
from retention_desk.audit import export, queries
from retention_desk.audit.filters import READ, AuditFilter, events_of, scope_of
from retention_desk.audit.words import tell
from retention_desk.http import DeskRequest
from retention_desk.reports.names import Names
from retention_desk.reports.scope import READ as READ_RECORDS
from retention_desk.reports.scope import Scope

may_read = behind(READ)


@may_read
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """List events in words, newest first; what is no filter is said beside its field."""
    scope = scope_of(cast("DeskRequest", request))
    names, proof = queries.ground(language=actor(request).language)
    form = AuditFilter(request.GET, names=names, scope=scope)
    valid = form.is_valid()
    place = queries.Place.read(request.GET.get("at", ""))
    page = queries.page_of(form.narrow(events_of(scope)), place) if valid else None
    for line in page.lines if page else ():
        _put_words(line, request, names, scope)
    address = _address(request)
    context = {
        "form": form,
        "told": form.told() if valid else [],
        "page": page,
        "proof": proof,
        "address": address,
        "newer": urlencode({"at": page.newer}) if page and page.newer else "",
        "older": urlencode({"at": page.older}) if page and page.older else "",
        "csv": f"{reverse('audit:csv')}?{address}",
    }
    return render(request, "audit/audit.html", context, status=200 if valid else 422)


@may_read
@require_safe
def events_csv(request: HttpRequest) -> HttpResponseBase:
    """Send every event that the filters leave, as CSV."""
    scope = scope_of(cast("DeskRequest", request))
    names, _proof = queries.ground(language=actor(request).language)
    form = AuditFilter(request.GET, names=names, scope=scope)
    if not form.is_valid():
        return redirect(f"{reverse('audit:list')}?{_address(request)}")
    return export.csv_of(queries.every_line(form.narrow(events_of(scope))), names)


def _put_words(line: queries.Line, request: HttpRequest, names: Names, scope: Scope) -> None:
    """What the template prints of an event, and whether its call is the reader's to open."""
    person = names.agents.get(line["actor_id"])
    line["person"] = person.name if person else ""
    line["told"] = tell(line, currency=names.currency, names=names)
    theirs = scope.site_id is None or line["call_site_id"] == scope.site_id
    line["may_open_call"] = (
        line["call_site_id"] is not None and theirs and cast("DeskRequest", request).user.has_perm(READ_RECORDS)
    )


def _address(request: HttpRequest) -> str:
    """The filters of the address, without the place in the audit."""
    known = AuditFilter.base_fields
    return urlencode([(name, value) for name, value in request.GET.items() if name in known and value])
