"""Standing in: who decides with whose authority while they are away. Supervisors lend their own, managers anybody's."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from customers.refusals import NotYours, Refused
from offers import delegations
from retention_desk.acting import actor, behind
from retention_desk.authority import reading
from retention_desk.authority.acting import attempt, desk, said_by, status, told
from retention_desk.authority.forms import DelegationForm
from retention_desk.authority.scope import scope_of, sees_every_site

may_lend = behind("offers.add_delegation")
may_end = behind("offers.change_delegation")


@may_lend
@require_http_methods(["GET", "HEAD", "POST"])
def standing_in(request: HttpRequest) -> HttpResponse:
    """Who stands in for whom; and let somebody stand in."""
    found = _found(request)
    given = {"lenders": found["lenders"], "borrowers": found["borrowers"]}
    if request.method != "POST":
        begins = timezone.localtime(found["now"]).replace(second=0, microsecond=0)
        return _page(request, found, DelegationForm(initial={"starts_at": begins}, **given))
    form = DelegationForm(request.POST, **given)
    refused: Refused | None = None
    if form.is_valid():
        said = form.cleaned_data
        refused = attempt(
            form,
            lambda: delegations.give_delegation(
                of_id=said["of"],
                to_id=said["to"],
                starts_at=said["starts_at"],
                ends_at=said["ends_at"],
                why=said["why"],
                now=actor(request).now,
                key=said["key"],
                **said_by(request),
            ),
        )
        if refused is None:
            messages.success(request, _("Noted. It ends by itself."))
            return redirect("authority:standing-in")
    return _page(request, found, form, refused=refused, code=status(refused))


@may_end
@require_POST
def end(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """End it at once: by either of the two, or a manager."""
    found = _found(request)
    known = {row["id"]: row for row in (*found["running"], *found["past"])}
    row = known.get(delegation_id)
    if row is None or not _may_end(request, row):
        raise NotYours(delegation=delegation_id)
    refused = attempt(None, lambda: delegations.end_delegation(delegation_id=delegation_id, **said_by(request)))
    if refused is None:
        messages.success(request, _("Ended. Everybody decides with their own authority again."))
        return redirect("authority:standing-in")
    form = DelegationForm(lenders=found["lenders"], borrowers=found["borrowers"])
    return _page(request, found, form, refused=refused, code=status(refused))


def _found(request: HttpRequest) -> reading.Row:
    found = reading.delegations(scope_of(desk(request)))
    if not sees_every_site(desk(request)):
        found["lenders"] = [one for one in found["lenders"] if one["id"] == actor(request).by]
    return found


def _may_end(request: HttpRequest, row: reading.Row) -> bool:
    return sees_every_site(desk(request)) or actor(request).by in (row["of_id"], row["to_id"])


def _page(
    request: HttpRequest,
    found: reading.Row,
    form: DelegationForm,
    *,
    refused: Refused | None = None,
    code: int = 200,
) -> HttpResponse:
    for row in found["running"]:
        row["may_end"] = _may_end(request, row)
    context = {"found": found, "form": form, "refusal": told(refused)}
    return render(request, "authority/standing_in.html", context, status=code)
