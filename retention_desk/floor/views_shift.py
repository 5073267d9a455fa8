"""The team leader's tools: who is on duty and decides next, handing requests over, silent notes, and news."""

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.refusals import NotYours, Refused
from offers import duty, news, notes
from offers import shift as reads
from offers.choices import Duty
from offers.duty import Moved
from retention_desk.acting import Actor, actor, behind
from retention_desk.authority.acting import attempt, told
from retention_desk.authority.acting import status as status_of_act
from retention_desk.floor.forms import HandOverForm, NewsForm, NoteForm
from retention_desk.http import render_fragment, status_of, wants_fragment

TEMPLATE = "floor/shift.html"
NOTE = "floor/note.html"
for_supervisors = behind("offers.decide_approval")


@for_supervisors
@require_GET
def shift(request: HttpRequest) -> HttpResponse:
    """Everything that is there to do for a team leader beside answering."""
    return _page(request, actor(request))


@for_supervisors
@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """Give one's own open requests to a colleague, and go off duty where that was asked for."""
    form, who = HandOverForm(request.POST), actor(request)
    if not form.is_valid():
        return _page(request, who, refused=Refused("CODE_UNKNOWN"), status=422)
    said = form.cleaned_data
    moved = duty.hand_over(request_ids=said["request"], to=said["to"], by=who.by, role=who.role)
    tell_moved(request, moved)
    if said["then"] == "off":
        tell_moved(request, duty.set_duty(by=who.by, role=who.role, duty=Duty.OFF))
    return redirect("offers:shift")


def tell_moved(request: HttpRequest, moved: Moved) -> None:
    """Say what has become of open requests: how many somebody else has now, and how many stay."""
    if moved.done:
        text = ngettext(
            "%(number)d request is with a colleague now.", "%(number)d requests are with colleagues now.", moved.done
        )
        messages.success(request, text % {"number": moved.done})
    if moved.left:
        text = ngettext(
            "%(number)d request stays with you: nobody else may answer it now.",
            "%(number)d requests stay with you: nobody else may answer them now.",
            moved.left,
        )
        messages.warning(request, text % {"number": moved.left})


@for_supervisors
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, user_id: int) -> HttpResponse:
    """Write to an agent whose customer is on the line."""
    who = actor(request)
    to = reads.addressee(agent_id=user_id, by=who.by)
    if request.method != "POST":
        return _note(request, to, key=str(uuid.uuid4()))
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _note(request, to, key=str(uuid.uuid4()), refused=Refused("WHY_MISSING"), status=422)
    said = form.cleaned_data
    try:
        notes.send_note(agent_id=user_id, text=said["text"], by=who.by, role=who.role, key=said["key"])
    except NotYours:
        raise
    except Refused as refused:
        key = str(said["key"]) if refused.code == "IN_FLIGHT" else str(uuid.uuid4())
        return _note(request, to, key=key, refused=refused, typed=said["text"], status=status_of(refused))
    if not wants_fragment(request):
        messages.success(request, gettext("The note is on their screen."))
        return redirect("offers:approvals")
    return _note(request, reads.addressee(agent_id=user_id, by=who.by), key=str(uuid.uuid4()))


@for_supervisors
@require_POST
def post_news(request: HttpRequest) -> HttpResponse:
    """Tell everybody of the site."""
    form, who = NewsForm(request.POST), actor(request)
    if not form.is_valid():
        return _page(request, who, form=form, status=422)
    said = form.cleaned_data
    refused = attempt(
        form,
        lambda: news.post_news(
            title=said["title"],
            text=said["text"],
            ends_at=said["ends_at"],
            by=who.by,
            role=who.role,
            now=who.now,
            key=said["key"],
        ),
    )
    if refused is not None:
        return _page(request, who, form=form, refused=refused, status=status_of_act(refused))
    messages.success(request, gettext("Posted. Agents on a call see it at their next one."))
    return redirect("offers:shift")


@for_supervisors
@require_POST
def take_news_back(request: HttpRequest, news_id: int) -> HttpResponse:
    """End news before its time."""
    who = actor(request)
    news.take_back(news_id=news_id, by=who.by, role=who.role)
    messages.success(request, gettext("Taken back."))
    return redirect("offers:shift")


def _page(
    request: HttpRequest,
    who: Actor,
    *,
    form: NewsForm | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    roster = reads.roster(by=who.by, language=who.language)
    context: dict[str, Any] = {
        "roster": roster,
        "next_id": next((one.user_id for one in roster.people if one.on_duty), None),
        # Whoever may have most of them first, otherwise in the order of the draw.
        "colleagues": sorted(
            (one for one in roster.people if one.on_duty and one.user_id != who.by), key=lambda one: -one.may_have
        ),
        "me": who.by,
        "news": reads.news(by=who.by),
        "form": form or NewsForm(),
        "refusal": told(refused),
    }
    return render(request, TEMPLATE, context, status=status)


def _note(
    request: HttpRequest,
    to: reads.Addressee,
    *,
    key: str,
    refused: Refused | None = None,
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    if refused is not None and refused.code == "NO_CALL":
        to = replace(to, call_id=None)
    context = {"to": to, "key": key, "refusal": told(refused), "typed": typed}
    return render_fragment(request, NOTE, "note-bar", context, status)
