"""Why somebody may give what they may give: everybody's own, a supervisor's site, a manager's everybody."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customers.refusals import Refused
from offers import conflicts
from retention_desk.acting import actor, behind
from retention_desk.authority import reading
from retention_desk.authority.acting import attempt, desk, said_by, status, told
from retention_desk.authority.forms import ExplainForm, OwnLineForm
from retention_desk.authority.scope import scope_of
from retention_desk.reports.scope import Scope

TEMPLATE = "authority/explain.html"
SEES_OTHERS = "offers.view_delegation"
may_set = behind("offers.add_limitversion")


@login_required
@require_safe
def explain(request: HttpRequest) -> HttpResponse:
    """Show which limit governs a person and why; one's own without `person`."""
    return _page(request)


@login_required
@require_POST
def declare(request: HttpRequest) -> HttpResponse:
    """Note an account as one's own."""
    form = OwnLineForm(request.POST)
    refused: Refused | None = None
    if form.is_valid():
        who = actor(request)
        refused = attempt(
            form,
            lambda: conflicts.declare_own_line(
                user_id=who.by,
                account_number=form.cleaned_data["account_number"],
                key=form.cleaned_data["key"],
                now=who.now,
                **said_by(request),
            ),
        )
        if refused is None:
            messages.success(request, _("Declared. Somebody else decides about this account."))
            return redirect("authority:explain")
    return _page(request, form=form, refused=refused, code=status(refused))


@may_set
@require_POST
def end_line(request: HttpRequest, line_id: int) -> HttpResponse:
    """Note that an account is nobody's here any more."""
    who = actor(request)
    refused = attempt(None, lambda: conflicts.end_own_line(own_line_id=line_id, now=who.now, **said_by(request)))
    if refused is not None:
        return _page(request, refused=refused, code=status(refused))
    messages.success(request, _("Ended. The account is like any other."))
    person = request.POST.get("person", "")
    return redirect(f"{reverse('authority:explain')}?person={person}" if person.isdigit() else "authority:explain")


def _page(
    request: HttpRequest, *, form: OwnLineForm | None = None, refused: Refused | None = None, code: int = 200
) -> HttpResponse:
    who, others = actor(request), request.user.has_perm(SEES_OTHERS)
    asked = request.GET
    scope = scope_of(desk(request)) if others else Scope(site_id=None)
    person = int(asked["person"]) if others and _is_id(asked.get("person", "")) else who.by
    said = _said(ExplainForm(asked))
    found, people = reading.explain(
        user_id=person,
        family=said["family"],
        tier=said["tier"],
        tenure=said["tenure"],
        call_id=int(asked["call"]) if _is_id(asked.get("call", "")) else None,
        account=said["account"] if others else "",
        choose=others,
        scope=scope,
        language=who.language,
    )
    if found is None and person != who.by:
        raise Http404
    if found and person != who.by and scope.site_id is not None and found["site_id"] != scope.site_id:
        raise Http404
    choice = ExplainForm(asked or None, initial={"person": person})
    choice.choose(people)
    context = {
        "found": found,
        "choice": choice,
        "person": person,
        "is_own": person == who.by,
        "others": others,
        "may_set": request.user.has_perm("offers.add_limitversion"),
        "missing": bool(said["account"] and found and not found["found"]),
        "form": form or OwnLineForm(),
        "refusal": told(refused),
    }
    return render(request, TEMPLATE, context, status=code)


def _said(choice: ExplainForm) -> dict[str, Any]:
    """The fields that can be read; what cannot is as if it were not asked."""
    choice.is_valid()
    said = getattr(choice, "cleaned_data", {})
    return {
        "family": said.get("family") or "",
        "tier": said.get("tier") or "",
        "tenure": said.get("tenure") or 0,
        "account": said.get("account") or "",
    }


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
