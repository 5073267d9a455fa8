"""Cancelling and ending: always possible, two key presses, and a number to read out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from customers import calls, cancellations, queries, wrapping
from customers.cancellations import Who
from customers.choices import CancelWhen, DispositionKind
from customers.refusals import KeyReused, NotYours, Refused
from customers.sheet import CallSheet
from offers.authorisation import OfferSheet
from retention_desk.acting import Actor, actor
from retention_desk.calls import endings
from retention_desk.calls.forms import CancelForm, KeyForm, NoteCancellationForm, WrapUpForm
from retention_desk.calls.listing import Wish
from retention_desk.calls.presenter import screen
from retention_desk.calls.showing import TEMPLATE, closed, perform, sheets, show
from retention_desk.calls.views import for_agents
from retention_desk.http import render_fragment, status_of, wants_fragment


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, call_id: int) -> HttpResponse:
    """Step 1 of cancelling, its live quote, and the confirmation."""
    who = actor(request)
    try:
        sheet = queries.call_sheet(call_id=call_id, by=who.by, language=who.language)
    except NotYours:
        raise
    except Refused:
        return _cancelled_before(request, call_id, who) or closed(request)
    line_ids = tuple(line.id for line in sheet.lines if line.can_be_cancelled)
    if request.method != "POST":
        form = CancelForm(request.GET, line_ids=line_ids) if request.GET.get("quote") else None
        if form is not None:
            context = endings.step(sheet, form) | {"currency": sheet.currency}
            return render_fragment(request, TEMPLATE, "cancel-quote", context)
        return show(request, call_id, Wish(panel="cancel"))
    # A repeat names lines that are cancelled by now; what becomes of those is the act's to say.
    form = CancelForm(request.POST, line_ids=tuple(line.id for line in sheet.lines))
    if not form.is_valid() or not form.cleaned_data["lines"]:
        refusal = Refused("NOTHING_TO_CANCEL")
        return show(request, call_id, Wish(panel="cancel", forms={"cancel": form}, refusal=refusal), status=422)
    return perform(
        request,
        call_id,
        lambda: _cancel(call_id, form, who),
        wish=Wish(news="all"),
        on_refusal=Wish(panel="cancel", forms={"cancel": form}, keys={"cancel": str(form.posted_key)}),
    )


def _cancel(call_id: int, form: CancelForm, who: Actor) -> object:
    return cancellations.cancel(
        call_id=call_id,
        line_ids=form.cleaned_data["lines"],
        when=CancelWhen(form.cleaned_data["when"] or CancelWhen.END_OF_PAID_MONTH),
        porting_out=form.cleaned_data["porting_out"],
        by=who.by,
        role=who.role,
        now=who.now,
        key=form.posted_key,
    )


def _cancelled_before(request: HttpRequest, call_id: int, who: Actor) -> HttpResponse | None:
    """What the first press of this key was answered, now that the call is wrapped up; None if there was none."""
    posted = request.POST.getlist("lines")
    form = CancelForm(request.POST, line_ids=tuple(int(one) for one in posted if one.isdecimal()))
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        _cancel(call_id, form, who)
    except NotYours:
        raise
    except KeyReused as refused:
        return render(request, "400.html", status=status_of(refused))
    except Refused:
        return None
    return closed(request) if wants_fragment(request) else redirect("calls:screen", call_id)


@for_agents
@require_POST
def note_cancellation(request: HttpRequest, call_id: int) -> HttpResponse:
    """Note the wish of somebody whose record cannot be opened; it gets a number, too."""
    form = NoteCancellationForm(request.POST)
    if not form.is_valid():
        return show(request, call_id, Wish(panel="cancel", forms={"note": form}), status=422)
    who, said = actor(request), form.cleaned_data
    return perform(
        request,
        call_id,
        lambda: cancellations.note_cancellation(
            call_id=call_id,
            who=Who(
                name=said["name"],
                address=said["address"],
                call_back_number=said["call_back_number"],
                account_number=said["account_number"],
            ),
            when=CancelWhen.END_OF_PAID_MONTH,
            porting_out=said["porting_out"],
            by=who.by,
            role=who.role,
            now=who.now,
            key=form.posted_key,
        ),
        wish=Wish(news="all"),
        on_refusal=Wish(panel="cancel", forms={"note": form}, keys={"cancel": str(form.posted_key)}),
    )


@for_agents
@require_POST
def undo(request: HttpRequest, call_id: int, cancellation_id: int) -> HttpResponse:
    """The customer changed their mind while still on the line."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        return show(request, call_id, Wish(refusal=Refused("FIELDS_WRONG")), status=422)
    who = actor(request)
    return perform(
        request,
        call_id,
        lambda: cancellations.undo(cancellation_id=cancellation_id, by=who.by, role=who.role, key=form.posted_key),
        wish=Wish(news="all"),
    )


@for_agents
@require_POST
def end(request: HttpRequest, call_id: int) -> HttpResponse:
    """The line is down; the wrap-up begins."""
    who = actor(request)
    return perform(
        request, call_id, lambda: calls.end_call(call_id=call_id, by=who.by, role=who.role), wish=Wish(news="all")
    )


@for_agents
@require_POST
def wrap_up(request: HttpRequest, call_id: int) -> HttpResponse:
    """Save how the call ended, and go on to the next one."""
    who = actor(request)
    try:
        sheet, offers = sheets(call_id, who)
    except NotYours:
        raise
    except Refused as refused:
        if refused.code == "CALL_CLOSED":
            return _second_press(request, call_id, who)
        return show(request, call_id, status=409)
    promised = sheet.call.call_back_at is not None
    form = WrapUpForm(request.POST, line_codes=endings.line_codes(sheet), promised=promised)
    if not form.is_valid():
        return _wrap_up_again(request, sheet, offers, form)
    try:
        return _wrapped_up(request, call_id, form, who)
    except NotYours:
        raise
    except Refused as refused:
        return _wrap_up_again(request, sheet, offers, form, refused)


def _wrapped_up(request: HttpRequest, call_id: int, form: WrapUpForm, who: Actor) -> HttpResponse:
    said = form.cleaned_data
    wrapping.wrap_up(
        call_id=call_id,
        kind=DispositionKind(said["kind"]),
        lines=form.lines,
        notes=said["notes"],
        call_back_at=said["call_back_at"],
        call_back_note=said["call_back_note"],
        by=who.by,
        role=who.role,
        key=form.posted_key,
    )
    messages.success(request, gettext("The call is saved."))
    return redirect("home" if said["next"] == "home" else "customers:lookup")


def _second_press(request: HttpRequest, call_id: int, who: Actor) -> HttpResponse:
    """The button of a call that is wrapped up by now: the same answer again, if it was this press that did it."""
    form = WrapUpForm(request.POST, promised=True)
    try:
        return _wrapped_up(request, call_id, form, who) if form.is_valid() else closed(request)
    except NotYours:
        raise
    except KeyReused as refused:
        return render(request, "400.html", status=status_of(refused))
    except Refused:
        return closed(request)


def _wrap_up_again(
    request: HttpRequest, sheet: CallSheet, offers: OfferSheet | None, form: WrapUpForm, refused: Refused | None = None
) -> HttpResponse:
    """The wrap-up with everything as it was typed: nothing of it is kept yet."""
    context = screen(sheet, offers, Wish(forms={"wrap_up": form}))
    if refused is not None:
        context["wrap_refusal"] = {"code": str(refused.code), "facts": refused.facts, "why": {"code": refused.code}}
    return render_fragment(request, TEMPLATE, "work-panel", context, status_of(refused) if refused else 422)
