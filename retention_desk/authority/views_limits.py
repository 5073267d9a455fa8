"""Limits: who may give how much, raises and promotions that wait for a second person, and new versions."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.refusals import Refused
from offers import limits, promotions, raises
from offers.models import LimitRaise
from retention_desk.acting import actor, behind
from retention_desk.authority import reading
from retention_desk.authority.acting import attempt, said_by, status, told
from retention_desk.authority.forms import LimitForm, RaiseForm, WhyForm

may_read = behind("offers.view_limitversion")
may_set = behind("offers.add_limitversion")
_PREFILLED = (
    *("family", "tier", "tenure_from_months", "max_percent", "max_months", "max_monthly_minor", "max_credit_minor"),
    *("max_fee_minor", "max_cost_minor", "kinds", "mode", "call_count", "call_cost_minor", "day_count"),
    *("day_cost_minor", "week_count", "week_cost_minor", "month_count", "month_cost_minor"),
)


@may_read
@require_safe
def limit_list(request: HttpRequest) -> HttpResponse:
    """Limits in force and to come, and the raises that wait."""
    return _list(request)


@may_set
@require_http_methods(["GET", "HEAD", "POST"])
def new_limit(request: HttpRequest) -> HttpResponse:
    """Set a limit; `from` is the one whose figures the form starts with."""
    who = actor(request)
    found = reading.limits(language=who.language)
    given = {"teams": found["teams"], "people": found["people"], "currency": found["currency"]}
    if request.method != "POST":
        form = LimitForm(initial=_like(found, request.GET.get("from", "")), **given)
        return render(request, "authority/limit_new.html", {"form": form})
    form = LimitForm(request.POST, **given)
    refused: Refused | None = None
    if form.is_valid():
        made: list[Any] = []

        def act() -> None:
            made.append(
                limits.new_limit_version(
                    **form.arguments(), currency=found["currency"], now=found["now"], **said_by(request)
                )
            )

        refused = attempt(form, act)
        if refused is None:
            if isinstance(made[0], LimitRaise):
                messages.warning(request, _("This is more than before. It waits for a second person now."))
            else:
                messages.success(request, _("The limit is set."))
            return redirect("authority:limits")
    return render(request, "authority/limit_new.html", {"form": form, "refusal": told(refused)}, status=status(refused))


@may_set
@require_POST
def end_limit(request: HttpRequest, limit_id: int) -> HttpResponse:
    """Take a limit out again, so that the wider one holds."""
    form = WhyForm(request.POST)
    if not form.is_valid():
        return _list(request, refused=Refused("WHY_MISSING"), code=422)
    made: list[Any] = []
    refused = attempt(
        None,
        lambda: made.append(
            limits.end_limit(
                limit_id=limit_id,
                why=form.cleaned_data["why"],
                key=form.cleaned_data["key"],
                now=actor(request).now,
                **said_by(request),
            )
        ),
    )
    if refused is not None:
        return _list(request, refused=refused, code=status(refused))
    if isinstance(made[0], LimitRaise):
        messages.warning(request, _("The wider limit allows more. It waits for a second person now."))
    else:
        messages.success(request, _("The limit has ended. The wider one holds."))
    return redirect("authority:limits")


@may_set
@require_POST
def decide_raise(request: HttpRequest, raise_id: int) -> HttpResponse:
    """Confirm or refuse what somebody else has asked for, or take back one's own."""
    form = RaiseForm(request.POST)
    if not form.is_valid():
        return _list(request, refused=Refused("BOUNDS"), code=422)
    acts = {"confirm": raises.confirm_raise, "refuse": raises.refuse_raise, "withdraw": raises.withdraw_raise}
    said = {
        "confirm": _("Confirmed. It holds in an hour."),
        "refuse": _("Refused. The limit stays as it is."),
        "withdraw": _("Taken back. The limit stays as it is."),
    }
    answer = form.cleaned_data["answer"]
    refused = attempt(None, lambda: acts[answer](raise_id=raise_id, now=actor(request).now, **said_by(request)))
    if refused is not None:
        return _list(request, refused=refused, code=status(refused))
    messages.success(request, said[answer])
    return redirect("authority:limits")


@may_set
@require_POST
def decide_promotion(request: HttpRequest, promotion_id: int) -> HttpResponse:
    """Confirm or refuse more authority for somebody, or take it back before it holds."""
    form = RaiseForm(request.POST)
    if not form.is_valid():
        return _list(request, refused=Refused("BOUNDS"), code=422)
    acts = {
        "confirm": promotions.confirm_promotion,
        "refuse": promotions.refuse_promotion,
        "withdraw": promotions.withdraw_promotion,
    }
    said = {
        "confirm": _("Confirmed. It holds in an hour, and can be taken back until then."),
        "refuse": _("Refused. Grade and team stay as they are."),
        "withdraw": _("Taken back. Grade and team stay as they are."),
    }
    answer = form.cleaned_data["answer"]
    refused = attempt(None, lambda: acts[answer](promotion_id=promotion_id, **said_by(request)))
    if refused is not None:
        return _list(request, refused=refused, code=status(refused))
    messages.success(request, said[answer])
    return redirect("authority:limits")


def _list(request: HttpRequest, *, refused: Refused | None = None, code: int = 200) -> HttpResponse:
    who = actor(request)
    found = reading.limits(language=who.language)
    context = {
        "found": found,
        "me": who.by,
        "may_set": request.user.has_perm("offers.add_limitversion"),
        "refusal": told(refused),
        "form": WhyForm(),
    }
    return render(request, "authority/limits.html", context, status=code)


def _like(found: reading.Row, limit_id: str) -> dict[str, Any]:
    """The figures of a limit to start from; without one, every kind of offer."""
    row = next((one for one in found["limits"] if str(one["id"]) == limit_id), None)
    if row is None:
        kinds = [code for code, _label in LimitForm.base_fields["kinds"].choices]  # type: ignore[attr-defined]
        return {"kinds": kinds}
    scope = ("user", row["user_id"]) if row["user_id"] else ("team", row["team_id"])
    whose = f"grade:{row['grade']}" if row["grade"] else f"{scope[0]}:{scope[1]}"
    return {"whose": whose} | {name: row[name] for name in _PREFILLED}
