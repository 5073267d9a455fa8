"""Storm reserves: signed by two in advance, used for hours with a reason, and given back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.refusals import NotYours, Refused
from offers import storms
from offers.choices import Grade
from retention_desk.acting import actor, behind
from retention_desk.authority import reading
from retention_desk.authority.acting import attempt, desk, said_by, status, told
from retention_desk.authority.forms import ReserveForm, StormForm
from retention_desk.authority.scope import scope_of

may_read = behind("offers.view_stormreserve")
may_sign = behind("offers.add_stormreserve")
may_change = behind("offers.change_stormreserve")
may_start = behind("offers.add_storm")
may_end = behind("offers.change_storm")


@may_read
@require_safe
def storm_list(request: HttpRequest) -> HttpResponse:
    """Reserves of one's site, or of all, and how they were used."""
    return _list(request)


@may_sign
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest) -> HttpResponse:
    """Sign a reserve first."""
    who = actor(request)
    found = reading.storms(scope_of(desk(request)), language=who.language)
    given = {"sites": found["sites"], "currency": found["currency"]}
    if request.method != "POST":
        return render(request, "authority/reserve_new.html", {"form": ReserveForm(**given)})
    form = ReserveForm(request.POST, **given)
    refused: Refused | None = None
    if form.is_valid():
        said = form.cleaned_data
        refused = attempt(
            form,
            lambda: storms.sign_reserve(
                site_id=said["site"],
                name=said["name"],
                currency=found["currency"],
                amount_minor=said["amount_minor"],
                limits=form.limits(),
                now=who.now,
                key=said["key"],
                **said_by(request),
            ),
        )
        if refused is None:
            messages.warning(request, _("Signed. It waits for the second signature."))
            return redirect("authority:storms")
    context = {"form": form, "refusal": told(refused)}
    return render(request, "authority/reserve_new.html", context, status=status(refused))


@may_change
@require_POST
def countersign(request: HttpRequest, reserve_id: int) -> HttpResponse:
    """Sign as the second person."""
    _reserve(request, reserve_id)
    refused = attempt(
        None,
        lambda: storms.countersign_reserve(reserve_id=reserve_id, now=actor(request).now, **said_by(request)),
    )
    return _answer(request, refused, _("Countersigned. It can be used from now on."))


@may_change
@require_POST
def retire(request: HttpRequest, reserve_id: int) -> HttpResponse:
    """Take a reserve out of use."""
    _reserve(request, reserve_id)
    refused = attempt(
        None, lambda: storms.retire_reserve(reserve_id=reserve_id, now=actor(request).now, **said_by(request))
    )
    return _answer(request, refused, _("Retired. It can no longer be used."))


@may_start
@require_POST
def start(request: HttpRequest, reserve_id: int) -> HttpResponse:
    """Use a reserve from now on, for so many hours."""
    seat = desk(request).seat
    if seat is None or seat.grade not in (Grade.SUPERVISOR, Grade.MANAGER):
        raise PermissionDenied
    _reserve(request, reserve_id)
    form = StormForm(request.POST)
    refused: Refused | None = None
    if form.is_valid():
        said = form.cleaned_data
        refused = attempt(
            form,
            lambda: storms.start_storm(
                reserve_id=reserve_id, hours=said["hours"], why=said["why"], key=said["key"], **said_by(request)
            ),
        )
        if refused is None:
            messages.success(request, _("The storm limits hold from now on."))
            return redirect("authority:storms")
    return _list(request, form=form, of=reserve_id, refused=refused, code=status(refused))


@may_end
@require_POST
def end(request: HttpRequest, storm_id: int) -> HttpResponse:
    """End a storm before its time."""
    found = reading.storms(scope_of(desk(request)), language=actor(request).language)
    running = {reserve["running"]["id"] for reserve in found["reserves"] if reserve["running"]}
    ended = {storm["id"] for storm in found["past"]}
    if storm_id not in running | ended:
        raise NotYours(storm=storm_id)
    refused = attempt(None, lambda: storms.end_storm(storm_id=storm_id, **said_by(request)))
    return _answer(request, refused, _("The storm has ended. The usual limits hold again."))


def _answer(request: HttpRequest, refused: Refused | None, words: str) -> HttpResponse:
    if refused is not None:
        return _list(request, refused=refused, code=status(refused))
    messages.success(request, words)
    return redirect("authority:storms")


def _reserve(request: HttpRequest, reserve_id: int) -> None:
    """`NotYours` (a 404 page) for a reserve of a site that the person does not see, or of none."""
    found = reading.storms(scope_of(desk(request)), language=actor(request).language)
    if reserve_id not in {reserve["id"] for reserve in found["reserves"]}:
        raise NotYours(reserve=reserve_id)


def _list(
    request: HttpRequest,
    *,
    form: StormForm | None = None,
    of: int | None = None,
    refused: Refused | None = None,
    code: int = 200,
) -> HttpResponse:
    who = actor(request)
    found = reading.storms(scope_of(desk(request)), language=who.language)
    for reserve in found["reserves"]:
        auto_id = f"r{reserve['id']}_%s"
        reserve["unfolded"] = reserve["id"] == of
        reserve["form"] = form if form is not None and reserve["id"] == of else StormForm(auto_id=auto_id)
    user, seat = request.user, who.seat
    context = {
        "found": found,
        "me": who.by,
        "may_sign": user.has_perm("offers.add_stormreserve"),
        "may_start": user.has_perm("offers.add_storm")
        and seat is not None
        and seat.grade in (Grade.SUPERVISOR, Grade.MANAGER),
        "may_end": user.has_perm("offers.change_storm"),
        "refusal": told(refused),
    }
    return render(request, "authority/storms.html", context, status=code)
