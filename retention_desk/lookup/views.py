"""Finding a customer in one statement, adding one by hand, and correcting how one is reached."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from customers import contacts, look_up, queries
from customers.choices import CustomerKind
from customers.look_up import LookUpKind
from customers.refusals import NotYours, Refused
from customers.telephone.incoming import Incoming, incoming_of
from retention_desk.acting import actor, behind
from retention_desk.home import day_of, lines
from retention_desk.http import render_fragment, status_of, wants_fragment
from retention_desk.lookup.forms import ContactForm, CorrectionForm, NewCustomerForm, OpenCallForm
from retention_desk.lookup.region import home_country

MOST = 20
OPENED_MOST = 8
for_agents = behind("customers.take_call")


@for_agents
@require_GET
def lookup(request: HttpRequest) -> HttpResponse:
    """The look-up page; `q` is the text, `kind` forces what it is, `customer` chooses one of the rows."""
    asked = request.GET
    return page(
        request,
        text=asked.get("q", ""),
        kind=asked.get("kind", ""),
        chosen=asked.get("customer", ""),
        refused=asked.get("refused", ""),
        incoming=asked.get("incoming", ""),
    )


def page(
    request: HttpRequest,
    *,
    text: str,
    chosen: str,
    refused: str,
    kind: str = "",
    incoming: str = "",
    status: int = 200,
) -> HttpResponse:
    """Draw the look-up with what was found, who was chosen and the code of what was refused.

    `incoming` is the telephone call that has come in for this agent: its number is looked for without being typed.
    """
    caller = incoming_of(by=actor(request).by) if incoming else None
    if caller is not None and str(caller.id) != incoming:
        caller = None
    typed = text.strip()[:200]
    text = typed or (caller.number if caller else "")
    found = None
    if text:
        found = look_up.look_up(
            text=text,
            region=home_country(),
            kind=LookUpKind(kind) if kind in LookUpKind.__members__ else None,
            limit=MOST,
        )
    rows = found.rows if found else ()
    row = next((one for one in rows if str(one.customer_id) == chosen), None)
    nobody = chosen == "0"
    context: dict[str, Any] = {
        "text": typed,
        "searched": text,
        "asked": _asked(typed, kind, caller),
        "caller": caller,
        "kind": kind,
        "found": found,
        "row": row,
        "nobody": nobody,
        # While somebody types there is no call to open yet, and making a form costs more than looking the customer up.
        "form": OpenCallForm() if row or nobody else None,
        "key": str(uuid.uuid4()),
        "refusal": {"code": refused, "why": {"code": refused}} if refused else None,
        "seated": bool((seat := actor(request).seat) and seat.team_id),
    }
    if not wants_fragment(request):
        context["opened"] = lines([one for one in day_of(actor(request)).calls if one.customer_id][:OPENED_MOST], {})
    fragment = "who" if request.GET.get("part") == "who" else "results"
    return render_fragment(request, "customers/lookup.html", fragment, context, status)


def _asked(typed: str, kind: str, caller: Incoming | None) -> str:
    """The query that leads back to the same list; the number of whoever calls is not written into an address."""
    said = {"q": typed, "kind": kind, "incoming": caller.id if caller else ""}
    return urlencode({name: value for name, value in said.items() if value})


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a customer by hand, then go on to open the call."""
    if request.method != "POST":
        form = NewCustomerForm(initial={"key": uuid.uuid4(), "kind": CustomerKind.PRIVATE})
        return render(request, "customers/new.html", {"form": form})
    form = NewCustomerForm(request.POST)
    if not form.is_valid():
        return render(request, "customers/new.html", {"form": form}, status=422)
    who = actor(request)
    try:
        contacts.add_customer(
            account_number=form.cleaned_data["account_number"],
            contact=form.contact() | {"kind": form.cleaned_data["kind"]},
            by=who.by,
            role=who.role,
            now=who.now,
            key=form.cleaned_data["key"],
        )
    except Refused as refused:
        context: dict[str, object] = {"form": form}
        if refused.code == "ACCOUNT_TAKEN":
            form.add_error("account_number", gettext("This account number is taken. Look it up instead."))
        else:
            context["refusal"] = {"code": refused.code, "why": {"code": refused.code}}
        return render(request, "customers/new.html", context, status=status_of(refused))
    messages.success(request, gettext("The customer is added."))
    return redirect(reverse("customers:lookup") + "?q=" + form.cleaned_data["account_number"])


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Correct how a customer is reached, during a call with them."""
    customer = queries.access_customer(request.user, customer_id)
    initial = {name: getattr(customer, name) for name in ContactForm.base_fields}
    if request.method != "POST":
        seen = customer.changed_at.isoformat(timespec="microseconds")
        form = CorrectionForm(initial=initial | {"key": uuid.uuid4(), "seen": seen})
        return render(request, "customers/contact.html", {"form": form, "customer": customer})
    form = CorrectionForm(request.POST, initial=initial)
    if not form.is_valid():
        return render(request, "customers/contact.html", {"form": form, "customer": customer}, status=422)
    who = actor(request)
    try:
        contacts.correct_contact(
            customer_id=customer_id,
            contact=form.contact(),
            seen_changed_at=form.cleaned_data["seen"],
            by=who.by,
            role=who.role,
            key=form.cleaned_data["key"],
        )
    except NotYours:
        raise
    except Refused as refused:
        context = {"form": form, "customer": customer, "refusal": {"code": refused.code, "why": {"code": refused.code}}}
        return render(request, "customers/contact.html", context, status=status_of(refused))
    messages.success(request, gettext("The contact data are corrected."))
    return redirect("calls:current")
