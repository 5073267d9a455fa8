"""An agent's own: taking calls over, ringing back, the calls of the last days, and their limits. One act each."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from customers import call_backs, handovers, queries
from customers.choices import DispositionKind
from customers.queries import CallRow
from customers.refusals import NotYours, Refused
from customers.workday import DayCall
from offers import mine as own
from retention_desk.acting import Actor, actor, behind
from retention_desk.authority import reading
from retention_desk.home import CANCELLED, FEW_CALLS, NO_CANCEL_CALL, SAVED, lines, zone_of
from retention_desk.reports.intervals import wilson
from retention_desk.reports.scope import Scope

for_agents = behind("customers.take_call")
PERIODS = (1, 7, 30)
PAGE = 50


@for_agents
@require_POST
def take_over(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Take a call over that waits, and go to its screen."""
    return _on_the_line(
        request, lambda who, seat: handovers.take_over(handover_id=handover_id, now=who.now, key=uuid4(), **seat)
    )


@for_agents
@require_POST
def ring_back(request: HttpRequest, call_back_id: int) -> HttpResponse:
    """Ring back as promised, and go to the call's screen."""
    return _on_the_line(
        request,
        lambda who, seat: call_backs.make_call_back(call_back_id=call_back_id, now=who.now, key=uuid4(), **seat),
    )


@for_agents
@require_POST
def take(request: HttpRequest, call_back_id: int) -> HttpResponse:
    """Take one of the team's call-backs on."""
    return _of_the_team(request, call_back_id, call_backs.take_call_back)


@for_agents
@require_POST
def give_back(request: HttpRequest, call_back_id: int) -> HttpResponse:
    """Leave a call-back to the team again."""
    return _of_the_team(request, call_back_id, call_backs.give_back_call_back)


@for_agents
@require_safe
def my_calls(request: HttpRequest) -> HttpResponse:
    """One's calls of today, of seven or of thirty days. Who it was is told for those of today alone."""
    who = actor(request)
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(one) for one in PERIODS} else 1
    today = queries.desk_now().astimezone(zone_of(who)).date()
    rows = queries.my_calls(by=who.by, on=today, time_zone=str(zone_of(who)), days=days)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    calls = tuple(_day_call(row, named=row.opened_at.astimezone(zone_of(who)).date() == today) for row in page)
    context = {
        "days": days,
        "periods": PERIODS,
        "page": page,
        "query": f"days={days}",
        "lines": lines(calls, own.offered_on(call_ids=[call.id for call in calls], language=who.language)),
        "figures": _figures(rows),
        "since": today - timedelta(days=days - 1),
    }
    return render(request, "mine/calls.html", context)


@for_agents
@require_safe
def my_limits(request: HttpRequest) -> HttpResponse:
    """What one may give and why, what is left of it, and who can give more."""
    who = actor(request)
    found, _people = reading.explain(
        user_id=who.by, family="", tier="", tenure=0, call_id=None, account="", choose=False,
        scope=Scope(site_id=None), language=who.language,
    )  # fmt: skip
    return render(request, "mine/limits.html", {"found": found})


def _on_the_line(request: HttpRequest, act: Callable[[Actor, dict[str, Any]], int]) -> HttpResponse:
    """An act that opens a call: its screen, or home with a word why not."""
    who = actor(request)
    if who.seat is None or who.seat.team_id is None or who.seat.site_id is None:
        raise Http404
    seat = {"team_id": who.seat.team_id, "site_id": who.seat.site_id, "by": who.by, "role": who.role}
    try:
        return redirect("calls:screen", act(who, seat))
    except NotYours:
        raise
    except Refused as refused:
        messages.warning(request, _kindly(refused))
        return redirect("home")


def _of_the_team(request: HttpRequest, call_back_id: int, act: Callable[..., None]) -> HttpResponse:
    who = actor(request)
    if who.seat is None or who.seat.team_id is None:
        raise Http404
    try:
        act(call_back_id=call_back_id, team_id=who.seat.team_id, by=who.by, role=who.role)
    except NotYours:
        raise
    except Refused as refused:
        messages.warning(request, _kindly(refused))
    return redirect("home")


def _kindly(refused: Refused) -> str:
    """Why not, and who has it now."""
    name = _name(refused.facts.get("by"))
    words = {
        "HANDOVER_TAKEN": gettext("%(name)s has taken this call over already. Nothing is left to do."),
        "HANDOVER_FOR_ANOTHER": gettext("This call is for %(name)s first. It is the team’s in a moment."),
        "CALL_BACK_TAKEN": gettext("%(name)s has taken this call-back on and is about to ring."),
        "CALL_BACK_OVER": gettext("This call-back is settled already. Nothing is left to do."),
        "CALL_OPEN": gettext("You have a call that is not finished. Finish it first."),
    }
    return words.get(refused.code, gettext("This could not be done. Nothing was changed.")) % {"name": name}


def _name(person_id: object) -> str:
    people = get_user_model()._default_manager
    found = people.filter(pk=person_id).first() if isinstance(person_id, int) else None
    return found.get_full_name() or found.get_username() if found else gettext("A colleague")


def _day_call(row: CallRow, *, named: bool) -> DayCall:
    return DayCall(
        id=row.id,
        state=row.state,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        customer_id=row.customer_id,
        customer=row.customer_name if named else "",
        account_tail=row.account_number[-6:],
        reason="",
        disposition=row.disposition,
    )


def _figures(rows: tuple[CallRow, ...]) -> dict[str, Any]:
    counted = [row.disposition for row in rows if row.disposition and row.disposition not in NO_CANCEL_CALL]
    saved = sum(1 for kind in counted if kind in SAVED)
    low, high = wilson(saved, len(counted)) if counted else (0.0, 1.0)
    return {
        "calls": len(counted),
        "saved": saved,
        "cancelled": sum(1 for kind in counted if kind in CANCELLED),
        "call_back": sum(1 for kind in counted if kind == DispositionKind.CALL_BACK),
        "rate": saved / len(counted) if counted else None,
        "few": len(counted) < FEW_CALLS,
        "low": low,
        "high": high,
    }
