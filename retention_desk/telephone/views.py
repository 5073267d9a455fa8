"""The call on the agent's screen: what comes in, taking it, the address that a telephone opens, and its line."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.choices import CallState, LineWanted
from customers.refusals import KeyReused, NotYours, Refused
from customers.telephone import commanding, taking
from customers.telephone.incoming import incoming_of, line_of
from customers.telephone.receiving import claim
from customers.telephone.taking import CustomerUnknown
from retention_desk.acting import Actor, actor
from retention_desk.calls.forms import LineForm
from retention_desk.calls.listing import Wish
from retention_desk.calls.presenter import screen
from retention_desk.calls.showing import KEEPS_ITS_KEY, TEMPLATE, closed, sheets, show
from retention_desk.calls.views import NO_CONTENT, for_agents
from retention_desk.http import render_fragment, status_of, wants_fragment
from retention_desk.telephone import pop
from retention_desk.telephone.seats import seated, seated_here
from retention_desk.telephone.waiting import queues_context

PAGE = "telephone/incoming.html"
QUEUES = "telephone/queues.html"
UNPROCESSABLE = 422


@for_agents
@require_GET
def incoming(request: HttpRequest) -> HttpResponse:
    """What has come in for this agent; nothing (204) while what their page shows is still so."""
    who = actor(request)
    found = incoming_of(by=who.by)
    seen = found.seen if found else ""
    if wants_fragment(request) and request.GET.get("seen", "") == seen:
        return HttpResponse(status=NO_CONTENT)
    here = seated_here(who.seat)
    opens = found is not None and found.is_answered and here is not None and here.ready
    return render_fragment(request, PAGE, "incoming", {"found": found, "seen": seen, "opens": opens})


@for_agents
@require_POST
def take(request: HttpRequest, telephone_call_id: int) -> HttpResponse:
    """Open the call that has come in, or go to it where it has opened by itself."""
    return _taken(request, telephone_call_id, actor(request))


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def popped(request: HttpRequest) -> HttpResponse:
    """The address that a telephone opens: a page with one button, which the page presses by itself, opens the call."""
    who = actor(request)
    query = request.POST if request.method == "POST" else request.GET
    try:
        found = pop.popped(query, now=who.now)
        here = seated_here(who.seat)
        if here is None or here.site_id != found.site_id:
            raise NotYours
        if request.method != "POST":
            return render(request, PAGE, {"popped": {name: query.get(name, "") for name in pop.FIELDS}})
        claim(telephone_call_id=found.telephone_call_id, by=who.by, now=who.now, seats=seated)
    except NotYours:
        raise
    except Refused as refused:
        return _refused(request, refused)
    return _taken(request, found.telephone_call_id, who)


@for_agents
@require_GET
def line(request: HttpRequest, call_id: int) -> HttpResponse:
    """How the line of the agent's call stands; nothing (204) while the page shows it so."""
    who = actor(request)
    now = line_of(call_id=call_id, by=who.by)
    if request.GET.get("seen", "") == now.seen:
        return HttpResponse(status=NO_CONTENT)
    if now.state != CallState.OPEN:
        return _whole(request, call_id, Wish(news="all"))
    return _line(request, call_id, who)


@for_agents
@require_POST
def hold(request: HttpRequest, call_id: int) -> HttpResponse:
    """Ask the telephone to hold the caller or to take them back. The bar says that it is asked, not that it is so."""
    form, who = LineForm(request.POST), actor(request)
    if not form.is_valid():
        return _line(request, call_id, who, refused=Refused("FIELDS_WRONG"), status=UNPROCESSABLE)
    key, wanted = form.posted_key, LineWanted(form.cleaned_data["wanted"])
    try:
        commanding.want(call_id=call_id, wanted=wanted, by=who.by, role=who.role, key=key)
    except NotYours:
        raise
    except Refused as refused:
        status = status_of(refused)
        if refused.code == "CALL_CLOSED":
            return _whole(request, call_id, Wish(news="all", refusal=refused), status=status)
        kept = {"hold": str(key)} if refused.code in KEEPS_ITS_KEY else {}
        return _line(request, call_id, who, refused=refused, keys=kept, status=status)
    if not wants_fragment(request):
        return redirect("calls:screen", call_id)
    return _line(request, call_id, who)


@login_required
@require_GET
def queues(request: HttpRequest) -> HttpResponse:
    """Who waits on the telephone at one's site, by queue; nothing (204) while the page shows what is."""
    who = actor(request)
    if who.seat is None:
        raise Http404
    if not wants_fragment(request):
        return redirect("home")
    shown = queues_context(who)
    if request.GET.get("seen", "") == shown["queues_seen"]:
        return HttpResponse(status=NO_CONTENT)
    return render(request, QUEUES, shown)


def _line(
    request: HttpRequest,
    call_id: int,
    who: Actor,
    *,
    refused: Refused | None = None,
    keys: Mapping[str, str] = MappingProxyType({}),
    status: int = 200,
) -> HttpResponse:
    """The call bar as the line stands, and what is to be said of it."""
    try:
        sheet, offers = sheets(call_id, who)
    except NotYours:
        raise
    except Refused:
        # A call that is wrapped up has no screen to say it on.
        return render(request, "400.html", status=status) if isinstance(refused, KeyReused) else closed(request)
    context = screen(sheet, offers, Wish(keys=keys)) | {"line_refusal": _worded(refused)}
    return render_fragment(request, TEMPLATE, "call-line", context, status)


def _whole(request: HttpRequest, call_id: int, wish: Wish, *, status: int = 200) -> HttpResponse:
    """The line is down: more than the bar has changed."""
    response = show(request, call_id, wish, status=status)
    response["HX-Retarget"] = "#offer-panel"
    return response


def _taken(request: HttpRequest, telephone_call_id: int, who: Actor) -> HttpResponse:
    here = seated_here(who.seat)
    if here is None:
        raise Http404
    try:
        call_id = taking.take(telephone_call_id=telephone_call_id, by=who.by, role=who.role, seated=here, now=who.now)
    except NotYours:
        raise
    except CustomerUnknown:
        return redirect(f"{reverse('customers:lookup')}?incoming={telephone_call_id}")
    except Refused as refused:
        return _refused(request, refused)
    return redirect("calls:screen", call_id)


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    return render(request, PAGE, {"refusal": _worded(refused)}, status=status_of(refused))


def _worded(refused: Refused | None) -> dict[str, Any] | None:
    return {"code": str(refused.code), "why": {"code": refused.code}} if refused is not None else None
