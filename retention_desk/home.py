"""The first page after signing in: where the person's work is, what they may offer, and how their day goes.

An agent's page is four statements: the day and what waits (`customers.workday`), authority and offers (`offers.mine`),
news, and who waits on the telephone (`customers.telephone.queues`).
"""

from collections.abc import Mapping, Sequence
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

from customers import workday
from customers.choices import CallState, DispositionKind
from customers.refusals import NotYours
from customers.workday import DayCall, DayFigures, OpenCallBack, Workday
from offers import duty as duties
from offers import mine as own
from offers import shift
from offers.choices import ApprovalState, Duty
from offers.mine import Offered
from retention_desk.acting import Actor, actor
from retention_desk.calls.words import DISPOSITION_ICONS
from retention_desk.floor.views_shift import tell_moved
from retention_desk.http import render_fragment, wants_fragment
from retention_desk.reports.intervals import wilson
from retention_desk.telephone.waiting import queues_context

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
# Of fewer people the team's figure would be a colleague's.
TEAM_FROM = 3
# Of fewer calls a rate says little.
FEW_CALLS = 30
SOON = 15 * 60
FRAGMENTS = frozenset({"waiting", "promised"})
NEWS = "news"


@dataclass(frozen=True, slots=True)
class CallLine:
    """One of an agent's calls as a table prints it."""

    call: DayCall
    icon: str
    tone: str
    seconds: float | None
    offered: Offered | None


@dataclass(frozen=True, slots=True)
class PromisedLine:
    """A call-back of the team; `seconds` until it is due, below 0 when it is late; `is_with_me`: this person has it."""

    one: OpenCallBack
    is_today: bool
    seconds: float
    is_with_me: bool

    @property
    def is_late(self) -> bool:
        """Whether its time has passed."""
        return self.seconds < 0

    @property
    def is_soon(self) -> bool:
        """Whether it is due within a quarter of an hour."""
        return 0 <= self.seconds <= SOON


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show where the person's work is; `part` asks for what waits, what was promised or what is new alone."""
    who = actor(request)
    part = request.GET.get("part", "")
    if part == NEWS and wants_fragment(request):
        return render_fragment(request, "home.html", part, {"news": shift.news(by=who.by)})
    context: dict[str, Any] = {"today": timezone.localdate(), "part_of_day": _part_of_day(timezone.localtime())}
    if request.user.has_perm("customers.take_call") and who.seat is not None:
        context |= _agent(who) | {"news": shift.news(by=who.by)} | queues_context(who)
    if part in FRAGMENTS and "mine" in context:
        return render_fragment(request, "home.html", part, context)
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


def day_of(who: Actor) -> Workday:
    """The person's day on their site's calendar."""
    return workday.workday(
        by=who.by,
        team_id=who.seat.team_id if who.seat else None,
        time_zone=str(zone_of(who)),
        language=who.language,
        saved=SAVED,
        uncounted=NO_CANCEL_CALL,
    )


def zone_of(who: Actor) -> ZoneInfo:
    """The time zone of the person's site."""
    return ZoneInfo(who.seat.time_zone if who.seat and who.seat.time_zone else "UTC")


def lines(calls: Sequence[DayCall], offered: Mapping[int, Offered]) -> list[CallLine]:
    """The calls as the table prints them, with what was offered on each."""
    return [_line(call, offered.get(call.id)) for call in calls]


def _agent(who: Actor) -> dict[str, Any]:
    """An agent's day: calls, promises, authority, requests."""
    mine, day = own.mine(by=who.by, language=who.language), day_of(who)
    today = day.now.astimezone(zone_of(who)).date()
    promised = [_promised(one, who=who, now=day.now, today=today) for one in day.call_backs]
    return {
        "mine": mine,
        "currency": mine.currency,
        "calls": lines(day.calls, mine.offered),
        "unfinished": sum(1 for call in day.calls if call.is_unfinished),
        "handed_over": day.handed_over,
        "promised": promised,
        "reminders": [line for line in promised if line.is_late or line.is_soon],
        "late": sum(line.is_late for line in promised),
        "approved": mine.asked(ApprovalState.APPROVED),
        "countered": mine.asked(ApprovalState.COUNTERED),
        "declined": mine.asked(ApprovalState.DECLINED),
        "expired": mine.asked(ApprovalState.EXPIRED),
        "day": _figures(day),
        "open_call": next((call.id for call in day.calls if call.state == CallState.OPEN), None),
    }


def _figures(day: Workday) -> dict[str, Any]:
    """My day in figures; the team's beside it where it is no single colleague's."""
    kinds = [call.disposition for call in day.calls]
    calls, saved = (day.own.calls, day.own.saved) if day.own else (0, 0)
    low, high = wilson(saved, calls) if calls else (0.0, 1.0)
    team = day.team if day.team and day.team.agents >= TEAM_FROM and day.team.calls else None
    return {
        "calls": calls,
        "saved": saved,
        "cancelled": sum(1 for kind in kinds if kind in CANCELLED),
        "call_back": sum(1 for kind in kinds if kind == DispositionKind.CALL_BACK),
        "rate": saved / calls if calls else None,
        "few": calls < FEW_CALLS,
        "low": low,
        "high": high,
        "place": _percent(saved / calls if calls else 0),
        "left": _percent(low),
        "width": _percent(high - low),
        "own": day.own,
        "team": team,
        "team_rate": _rate(team),
        "team_place": _percent(_rate(team) or 0),
        "on_time": day.cancelled,
    }


def _rate(figures: DayFigures | None) -> float | None:
    return figures.saved / figures.calls if figures and figures.calls else None


def _percent(share: float) -> str:
    """A place on the scale of the drawing, whatever the language."""
    return f"{100 * share:.2f}"


def _line(call: DayCall, offered: Offered | None) -> CallLine:
    tone = "ok" if call.disposition in SAVED else "info" if call.disposition == DispositionKind.CALL_BACK else "dim"
    return CallLine(
        call=call,
        icon=DISPOSITION_ICONS[call.disposition] if call.disposition else "pencil",
        tone=tone,
        seconds=(call.ended_at - call.opened_at).total_seconds() if call.ended_at else None,
        offered=offered,
    )


def _promised(one: OpenCallBack, *, who: Actor, now: datetime, today: date) -> PromisedLine:
    due_on = one.due_at.astimezone(zone_of(who)).date()
    return PromisedLine(
        one=one, is_today=due_on == today, seconds=(one.due_at - now).total_seconds(), is_with_me=one.with_id == who.by
    )


def _part_of_day(now: datetime) -> str:
    """morning, afternoon or evening, for the greeting."""
    noon, evening = 12, 18
    return "morning" if now.hour < noon else "afternoon" if now.hour < evening else "evening"
