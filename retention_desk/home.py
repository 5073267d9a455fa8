"""The first page after signing in: where the person's work is, what they may offer, and how their day goes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from customers import queries
from customers.choices import CallState, DispositionKind
from customers.queries import CallRow
from customers.refusals import NotYours
from offers import duty as duties
from offers import mine as own
from offers import shift
from offers.choices import ApprovalState, Duty
from offers.mine import Offered
from retention_desk.acting import Actor, actor
from retention_desk.calls.words import DISPOSITION_ICONS
from retention_desk.floor.views_shift import tell_moved
from retention_desk.reports.intervals import wilson

SAVED = frozenset(
    {
        DispositionKind.SAVED_WITH_OFFER,
        DispositionKind.SAVED_WITHOUT,
        DispositionKind.PARTLY_SAVED,
        DispositionKind.PAUSED,
        DispositionKind.MOVED_WITH_US,
        DispositionKind.NAME_TRANSFERRED,
    }
)
CANCELLED = frozenset({DispositionKind.CANCELLED, DispositionKind.PORTING_OUT})
NO_CANCEL_CALL = frozenset({DispositionKind.NO_CANCEL_INTENT, DispositionKind.UNAUTHORISED_CALLER})


@dataclass(frozen=True, slots=True)
class CallLine:
    """One of today's calls as the table prints it."""

    row: CallRow
    icon: str
    tone: str
    seconds: float | None
    offered: Offered | None
    is_unfinished: bool


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show where the person's work is."""
    who = actor(request)
    context: dict[str, Any] = {"today": timezone.localdate(), "part_of_day": _part_of_day(timezone.localtime())}
    if request.user.has_perm("customers.take_call") and who.seat is not None:
        context |= _agent(who, context["today"]) | {"news": shift.news(by=who.by)}
    return render(request, "home.html", context)


@login_required
@require_POST
def set_duty(request: HttpRequest) -> HttpResponse:
    """Say what one is doing now, and go back to where one was."""
    wanted = request.POST.get("duty", "")
    if wanted not in (Duty.READY, Duty.BREAK, Duty.AWAY, Duty.OFF):
        raise Http404
    who = actor(request)
    try:
        moved = duties.set_duty(by=who.by, role=who.role, duty=Duty(wanted))
    except NotYours as refused:
        raise Http404 from refused
    tell_moved(request, moved)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else reverse("home"))


def _agent(who: Actor, today: date) -> dict[str, Any]:
    """An agent's day: calls, promises, authority, requests."""
    mine = own.mine(by=who.by, language=who.language)
    zone = who.seat.time_zone if who.seat and who.seat.time_zone else "UTC"
    calls = [_line(row, mine.offered) for row in queries.my_calls(by=who.by, on=today, time_zone=zone)]
    counted = [line.row for line in calls if line.row.disposition and line.row.disposition not in NO_CANCEL_CALL]
    saved = sum(1 for row in counted if row.disposition in SAVED)
    low, high = wilson(saved, len(counted)) if counted else (0.0, 1.0)
    return {
        "mine": mine,
        "currency": mine.currency,
        "calls": calls,
        "unfinished": sum(1 for line in calls if line.is_unfinished),
        "promised": [
            (row, row.call_back_at.astimezone(ZoneInfo(zone)).date() == today, _until(row, who.now))
            for row in queries.promised_calls(by=who.by)
            if row.call_back_at
        ],
        "approved": mine.asked(ApprovalState.APPROVED),
        "countered": mine.asked(ApprovalState.COUNTERED),
        "declined": mine.asked(ApprovalState.DECLINED),
        "expired": mine.asked(ApprovalState.EXPIRED),
        "day": {
            "calls": len(counted),
            "saved": saved,
            "cancelled": sum(1 for row in counted if row.disposition in CANCELLED),
            "call_back": sum(1 for row in counted if row.disposition == DispositionKind.CALL_BACK),
            "rate": saved / len(counted) if counted else None,
            "low": low,
            "high": high,
            "place": f"{100 * saved / len(counted):.2f}" if counted else "0",
            "left": f"{100 * low:.2f}",
            "width": f"{100 * (high - low):.2f}",
        },
        "open_call": next((line.row.id for line in calls if line.row.state == CallState.OPEN), None),
    }


def _line(row: CallRow, offered: Any) -> CallLine:
    tone = "ok" if row.disposition in SAVED else "info" if row.disposition == DispositionKind.CALL_BACK else "dim"
    return CallLine(
        row=row,
        icon=DISPOSITION_ICONS[row.disposition] if row.disposition else "pencil",
        tone=tone,
        seconds=(row.ended_at - row.opened_at).total_seconds() if row.ended_at else None,
        offered=offered.get(row.id),
        is_unfinished=row.state == CallState.WRAP_UP,
    )


def _until(row: CallRow, now: datetime) -> float:
    """Seconds until a promised call is due; negative when it is late."""
    return (row.call_back_at - now).total_seconds() if row.call_back_at else 0.0


def _part_of_day(now: datetime) -> str:
    """morning, afternoon or evening, for the greeting."""
    noon, evening = 12, 18
    return "morning" if now.hour < noon else "afternoon" if now.hour < evening else "evening"
