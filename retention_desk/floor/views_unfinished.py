"""What is left behind: calls without a disposition, call-backs that were promised, calls that nobody took over."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from customers import dispositions, permissions, queries, workday
from customers.choices import DispositionKind
from customers.refusals import NotYours, Refused
from retention_desk.acting import actor, behind
from retention_desk.floor.forms import CloseForm
from retention_desk.http import status_of

TEMPLATE = "floor/unfinished.html"
for_the_floor = behind("customers.see_floor")


@for_the_floor
@require_GET
def unfinished(request: HttpRequest) -> HttpResponse:
    """The list, longest waiting first."""
    return _list(request)


@for_the_floor
@require_POST
def close(request: HttpRequest, call_id: int) -> HttpResponse:
    """Say how such a call ended."""
    who = actor(request)
    site_id = who.seat.site_id if who.seat else None
    assert not request.user.is_anonymous
    call = queries.access_call(request.user, call_id, site_id=site_id)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _list(request, refused=Refused("BOUNDS"), status=422)
    try:
        permissions.check_close_for_agent(request.user, call, site_id=site_id)
        dispositions.close_call(
            call_id=call_id, kind=DispositionKind(form.cleaned_data["kind"]), lines=None, by=who.by, role=who.role,
            key=form.posted_key, for_agent=True,
        )  # fmt: skip
    except NotYours:
        raise
    except Refused as refused:
        return _list(request, refused=refused, status=status_of(refused))
    messages.success(request, gettext("The call is saved."))
    return redirect("offers:unfinished")


def _list(request: HttpRequest, *, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    who = actor(request)
    site_id = who.seat.site_id if who.seat else None
    rows = [(row, str(uuid.uuid4())) for row in queries.unfinished_calls(site_id=site_id)]
    promised = workday.promised(site_id=site_id) if site_id is not None else None
    context = {
        "rows": rows,
        "promised": promised,
        "kinds": DispositionKind.choices,
        "refusal": {"code": refused.code, "why": {"code": refused.code}} if refused else None,
    }
    return render(request, TEMPLATE, context, status=status)
