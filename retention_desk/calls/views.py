"""The call itself: opening it, what is asked and said, and what saves itself. One domain call each."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from customers import calls, complaints, queries
from customers.choices import CallerRole, ComplaintKind, OpeningIntent, ReasonSource
from customers.refusals import InFlight, KeyReused, NotYours, Refused
from customers.telephone import taking
from retention_desk.acting import Actor, actor, behind
from retention_desk.calls.forms import (
    ComplaintForm,
    IdentityForm,
    KeyForm,
    NotesForm,
    OpeningForm,
    ReasonForm,
    ResolutionForm,
)
from retention_desk.calls.listing import Wish
from retention_desk.calls.presenter import labelled, screen
from retention_desk.calls.showing import TEMPLATE, closed, perform, sheets, show
from retention_desk.http import render_fragment, status_of, wants_fragment
from retention_desk.lookup import views as lookups
from retention_desk.lookup.forms import OpenCallForm
from retention_desk.telephone.seats import seated_here

for_agents = behind("customers.take_call")
NO_CONTENT = 204
CONFLICT = 409
# Seconds before its end at which a call lets the session go on.
ENDS_SOON = 600
PANELS = frozenset({"identity", "complaint"})


@for_agents
@require_GET
def current(request: HttpRequest) -> HttpResponse:
    """Go to the call that is open, to one that waits for its wrap-up, or to the look-up."""
    who = actor(request)
    call_id = queries.open_call_of(by=who.by)
    if call_id is None:
        unfinished = queries.unfinished_calls(by=who.by, most=1)
        call_id = unfinished[0].id if unfinished else None
    return redirect("calls:screen", call_id) if call_id else redirect("customers:lookup")


@for_agents
@require_POST
def open_call(request: HttpRequest) -> HttpResponse:
    """Open a call for a customer, or for nobody, and note by which checks the caller was known."""
    form = OpenCallForm(request.POST)
    who = actor(request)
    if not form.is_valid() or who.seat is None or who.seat.team_id is None or who.seat.site_id is None:
        return redirect(reverse("customers:lookup") + form.back_to())
    try:
        call_id = _open(form.cleaned_data, who)
    except NotYours:
        raise
    except (InFlight, KeyReused) as refused:
        said = form.data
        return lookups.page(
            request,
            text=said.get("text", ""),
            chosen=said.get("customer", ""),
            incoming=said.get("incoming", ""),
            refused=refused.code,
            status=status_of(refused),
        )
    except Refused as refused:
        return redirect(reverse("customers:lookup") + form.back_to(refused.code))
    if form.cleaned_data["then"] == "cancel":
        return redirect("calls:cancel", call_id)
    return redirect("calls:screen", call_id)


def _open(said: dict[str, Any], who: Actor) -> int:
    """Open the call that was typed, or the one that the telephone has brought with what was said of it."""
    common: dict[str, Any] = {
        "customer_id": said["customer"],
        "caller_role": CallerRole(said["caller_role"]),
        "opening_intent": OpeningIntent(said["opening_intent"]),
        "checks": said["checks"],
        "by": who.by,
        "role": who.role,
        "now": who.now,
        "key": said["key"],
    }
    here = seated_here(who.seat)
    assert here is not None
    if said["incoming"]:
        return taking.take(telephone_call_id=said["incoming"], seated=here, **common)
    return calls.open_call(phone_from=said["phone_from"], team_id=here.team_id, site_id=here.site_id, **common)


@for_agents
@require_GET
def call_screen(request: HttpRequest, call_id: int) -> HttpResponse:
    """The call screen; `offer` and `panel` choose what stands on the right where nothing more urgent does."""
    panel = request.GET.get("panel", "")
    offer = request.GET.get("offer", "")
    wish = Wish(panel=panel if panel in PANELS else "", version_id=int(offer) if offer.isdecimal() else None)
    return show(request, call_id, wish)


@for_agents
@require_GET
def strip(request: HttpRequest, call_id: int) -> HttpResponse:
    """The conduct strip again, when its clock has run out; the offers with it, and `all` that the customer has."""
    return show(request, call_id, Wish(news="all" if request.GET.get("all") else "some"))


@for_agents
@require_GET
def history(request: HttpRequest, call_id: int) -> HttpResponse:
    """Older entries of the history; without htmx the page with all of them."""
    who = actor(request)
    before = parse_datetime(request.GET.get("before", ""))
    sheet, offers = sheets(call_id, who)
    entries = queries.history(call_id=call_id, by=who.by, before=before)
    if wants_fragment(request):
        context = {
            "history_entries": labelled(entries, now=sheet.now),
            "older_than": entries[-1].occurred_at if entries else None,
            "call": sheet.call,
            "currency": sheet.currency,
        }
        return render_fragment(request, TEMPLATE, "history-rows", context)
    whole = screen(sheet, offers, Wish())
    whole["history_entries"] = [*whole.get("history_entries", []), *labelled(entries, now=sheet.now)]
    return render_fragment(request, TEMPLATE, "time", whole)


@for_agents
@require_POST
def touch(request: HttpRequest, call_id: int) -> HttpResponse:
    """The screen is still there; a session does not end in a call."""
    calls.touch(call_id=call_id, by=actor(request).by)
    request.session.stay_if_it_ends_within(ENDS_SOON)  # type: ignore[attr-defined]
    return HttpResponse(status=NO_CONTENT)


@for_agents
@require_POST
def resume(request: HttpRequest, call_id: int) -> HttpResponse:
    """The agent is back after the browser was closed, or has the customer back who was cut off."""
    who = actor(request)
    try:
        calls.resume(call_id=call_id, by=who.by, role=who.role)
    except NotYours:
        raise
    except Refused as refused:
        return show(request, call_id, Wish(refusal=refused, news="some"), status=409)
    return HttpResponse(status=NO_CONTENT) if wants_fragment(request) else redirect("calls:screen", call_id)


@for_agents
@require_POST
def opening(request: HttpRequest, call_id: int) -> HttpResponse:
    """Say what was asked first and who is calling."""
    form = OpeningForm(request.POST)
    if not form.is_valid():
        return show(request, call_id, Wish(refusal=Refused("FIELDS_WRONG")), status=422)
    who, said = actor(request), form.cleaned_data
    return _change(
        request,
        call_id,
        lambda: calls.set_opening(
            call_id=call_id,
            caller_role=CallerRole(said["caller_role"]),
            opening_intent=OpeningIntent(said["opening_intent"]),
            by=who.by,
            role=who.role,
        ),
    )


@for_agents
@require_POST
def identity(request: HttpRequest, call_id: int) -> HttpResponse:
    """Note by which checks the caller was known, or that they were not."""
    form = IdentityForm(request.POST)
    if not form.is_valid():
        return show(request, call_id, Wish(panel="identity", forms={"identity": form}), status=422)
    who = actor(request)
    return perform(
        request,
        call_id,
        lambda: calls.check_identity(
            call_id=call_id, checks=form.cleaned_data["checks"], passed=form.passed, by=who.by, role=who.role
        ),
        wish=Wish(news="all"),
    )


@for_agents
@require_POST
def recording(request: HttpRequest, call_id: int) -> HttpResponse:
    """The customer has been told of the recording."""
    who = actor(request)
    return perform(
        request,
        call_id,
        lambda: calls.tell_recording(call_id=call_id, by=who.by, role=who.role),
        wish=Wish(news="bar"),
    )


@for_agents
@require_POST
def told(request: HttpRequest, call_id: int) -> HttpResponse:
    """Something that has to be said was said; of several ticks the new ones count."""
    who = actor(request)
    codes = [code[:40] for code in request.POST.getlist("what") if code]
    return perform(request, call_id, lambda: calls.tell(call_id=call_id, what=codes, by=who.by, role=who.role))


@for_agents
@require_POST
def asked(request: HttpRequest, call_id: int) -> HttpResponse:
    """The customer asks to cancel, for the first time or again."""
    who = actor(request)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return show(request, call_id, Wish(refusal=Refused("FIELDS_WRONG")), status=422)
    key = form.posted_key
    return perform(
        request,
        call_id,
        lambda: calls.ask_to_cancel(call_id=call_id, by=who.by, role=who.role, key=key),
        on_refusal=Wish(keys={"asked": str(key)}),
    )


@for_agents
@require_POST
def reason(request: HttpRequest, call_id: int) -> HttpResponse:
    """Why they are leaving. The list is ranked anew; the offer changes only where the reason opens or closes offers."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return show(request, call_id, fragment="work-panel", status=422)
    who, said = actor(request), form.cleaned_data
    return _change(
        request,
        call_id,
        lambda: calls.set_reason(
            call_id=call_id,
            reason=said["reason"],
            detail=said["detail"],
            rival=said["rival"],
            rival_price_minor=said["rival_price"],
            rival_product=said["rival_product"],
            source=ReasonSource.STATED,
            by=who.by,
            role=who.role,
        ),
        said="more" if said["reason"] == said["detail_of"] else "reason",
    )


def _change(request: HttpRequest, call_id: int, act: Callable[[], object], *, said: str = "") -> HttpResponse:
    """Keep something that bears on the offers. The list is ranked anew; the offer being built stays as it is, unless
    offers have been opened or closed by it. `said`: what of the panel of the reason is drawn anew with it.
    """
    try:
        act()
    except NotYours:
        raise
    except Refused as refused:
        return show(request, call_id, Wish(refusal=refused, news="some"), status=409)
    if not wants_fragment(request):
        return redirect("calls:screen", call_id)
    try:
        sheet, offers = sheets(call_id, actor(request))
    except NotYours:
        raise
    except Refused:
        return closed(request)
    context = screen(sheet, offers, Wish()) | {"said": said}
    stands = request.POST.get("panel_now", "").partition("-")[0]
    if stands in ("compose", "none") and context["panel"] != stands:
        context["news"] = "some"
        response = render_fragment(request, TEMPLATE, "offer-panel", context)
        response["HX-Retarget"] = "#offer-panel"
        return response
    return render_fragment(request, TEMPLATE, "work-panel", context)


@for_agents
@require_POST
def notes(request: HttpRequest, call_id: int) -> HttpResponse:
    """Keep the notes."""
    form = NotesForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    try:
        calls.save_notes(call_id=call_id, notes=form.cleaned_data["notes"], by=actor(request).by)
    except NotYours:
        raise
    except Refused:
        # A save by itself never leads anywhere: the button that closes the call is already on its way to the next one.
        return HttpResponse(status=CONFLICT) if wants_fragment(request) else closed(request)
    return HttpResponse(status=NO_CONTENT) if wants_fragment(request) else redirect("calls:screen", call_id)


@for_agents
@require_POST
def complaint_log(request: HttpRequest, call_id: int) -> HttpResponse:
    """Log a complaint of the call's customer."""
    form = ComplaintForm(request.POST)
    if not form.is_valid():
        return show(request, call_id, Wish(panel="complaint", forms={"complaint": form}), status=422)
    who = actor(request)
    return perform(
        request,
        call_id,
        lambda: complaints.log(
            call_id=call_id,
            kind=ComplaintKind(form.cleaned_data["kind"]),
            subject=form.cleaned_data["subject"],
            by=who.by,
            role=who.role,
            key=form.posted_key,
        ),
        wish=Wish(panel="complaint", news="all"),
        on_refusal=Wish(panel="complaint"),
    )


@for_agents
@require_POST
def complaint_close(request: HttpRequest, call_id: int, complaint_id: int) -> HttpResponse:
    """Close a complaint with what was done."""
    form = ResolutionForm(request.POST)
    if not form.is_valid():
        return show(request, call_id, Wish(panel="complaint"), status=422)
    who = actor(request)
    return perform(
        request,
        call_id,
        lambda: complaints.close(
            complaint_id=complaint_id,
            call_id=call_id,
            resolution=form.cleaned_data["resolution"],
            by=who.by,
            role=who.role,
            key=form.posted_key,
        ),
        wish=Wish(panel="complaint", news="all"),
        on_refusal=Wish(panel="complaint"),
    )
