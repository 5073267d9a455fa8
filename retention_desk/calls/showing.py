"""Draws the call screen or a part of it, after a look or after an act. Two statements, whatever is shown."""

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from customers import queries
from customers.choices import IdentityResult
from customers.refusals import KeyReused, NotYours, Refused
from customers.sheet import CallSheet
from offers import authorisation
from offers.authorisation import OfferSheet
from retention_desk.acting import Actor, actor
from retention_desk.calls.listing import Wish
from retention_desk.calls.presenter import screen
from retention_desk.http import render_fragment, status_of, wants_fragment

TEMPLATE = "calls/call.html"
KEEPS_ITS_KEY = frozenset({"IN_FLIGHT"})


def sheets(call_id: int, who: Actor, *, shown: bool = True) -> tuple[CallSheet, OfferSheet | None]:
    """The call and, where its customer may be seen, the offers; not `shown`, only what rules ask for.

    Raises `NotYours`, `Refused` CALL_CLOSED.
    """
    read = queries.call_sheet if shown else queries.call_facts
    sheet = read(call_id=call_id, by=who.by, language=who.language)
    if sheet.customer is None or sheet.call.identity != IdentityResult.CHECKED:
        return sheet, None
    return sheet, authorisation.offer_sheet(sheet=sheet, by=who.by, now=sheet.now, language=who.language)


def show(
    request: HttpRequest, call_id: int, wish: Wish | None = None, *, fragment: str = "offer-panel", status: int = 200
) -> HttpResponse:
    """Draw the screen as it stands now, whole or its `fragment`. A call that is closed meanwhile leads home."""
    try:
        sheet, offers = sheets(call_id, actor(request))
    except NotYours:
        raise
    except Refused:
        return closed(request)
    return render_fragment(request, TEMPLATE, fragment, screen(sheet, offers, wish or Wish()), status)


def closed(request: HttpRequest) -> HttpResponse:
    """The call has its disposition: nothing is left to do on it."""
    messages.info(request, gettext("That call is wrapped up."))
    if wants_fragment(request):
        response = HttpResponse()
        response["HX-Redirect"] = reverse("home")
        return response
    return redirect("home")


def perform(
    request: HttpRequest,
    call_id: int,
    act: Callable[[], object],
    *,
    wish: Wish | None = None,
    on_refusal: Wish | None = None,
    fragment: str = "offer-panel",
) -> HttpResponse:
    """Do one act of the domain and draw what stands afterwards; a refusal is drawn in its place (409 or 422).

    `wish` is what to show when it is done, `on_refusal` when it is not. Without htmx a done act leads to the page.
    """
    try:
        act()
    except NotYours:
        raise
    except KeyReused as refused:
        wish, status = replace(on_refusal or Wish(), refusal=refused, keys={}, news="some"), status_of(refused)
        shown = show(request, call_id, wish, status=status)
        # A call that is wrapped up has no screen to say it on.
        return shown if shown.status_code == status else render(request, "400.html", status=status)
    except Refused as refused:
        before = on_refusal or Wish()
        keys = before.keys if refused.code in KEEPS_ITS_KEY else {}
        return show(request, call_id, replace(before, refusal=refused, keys=keys, news="some"), status=409)
    if not wants_fragment(request):
        return redirect("calls:screen", call_id)
    return show(request, call_id, wish or Wish(news="some"), fragment=fragment)
