"""Handing the call over: the panel that asks to whom, and the act. What travels is the domain's to say."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from customers import handovers
from customers.refusals import NotYours, Refused
from offers.receivers import receivers
from retention_desk.acting import actor, behind
from retention_desk.calls.forms import HandOverForm
from retention_desk.calls.listing import Wish
from retention_desk.calls.showing import KEEPS_ITS_KEY, closed, show
from retention_desk.http import status_of, wants_fragment

for_agents = behind("customers.take_call")
# What has become of the call meanwhile is told at home: there is no screen of it any more.
OVER = frozenset({"CALL_CLOSED"})


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, call_id: int) -> HttpResponse:
    """Ask to whom, or hand the call over and go home."""
    who = actor(request)
    form = HandOverForm(request.POST or None, teams=receivers(by=who.by))
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return show(request, call_id, Wish(panel="handover", forms={"handover": form}), status=status)
    try:
        handovers.transfer(
            call_id=call_id,
            to_team_id=form.to_team,
            to_id=form.to_person,
            note=form.cleaned_data["note"],
            by=who.by,
            role=who.role,
            key=form.posted_key,
        )
    except NotYours:
        raise
    except Refused as refused:
        if refused.code in OVER:
            return closed(request)
        return _refused(request, call_id, form, refused)
    messages.success(request, gettext("The call is handed over. Your colleague sees everything that was said."))
    if not wants_fragment(request):
        return redirect("home")
    response = HttpResponse()
    response["HX-Redirect"] = reverse("home")
    return response


def _refused(request: HttpRequest, call_id: int, form: HandOverForm, refused: Refused) -> HttpResponse:
    """The panel again with why not; without a call any more the words stand on a page of their own."""
    keys = {"handover": str(form.posted_key)} if refused.code in KEEPS_ITS_KEY else {}
    wish = Wish(panel="handover", forms={"handover": form}, refusal=refused, keys=keys)
    status = status_of(refused)
    shown = show(request, call_id, wish, status=status)
    return shown if shown.status_code == status else render(request, "400.html", status=status)
