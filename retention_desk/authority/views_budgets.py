"""Budgets that run: what is held, spent and left, where the pace leads, their entries, and what changes them."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customers.refusals import NotYours, Refused
from offers import budgets
from offers.choices import BudgetKind
from retention_desk.acting import behind
from retention_desk.authority import reading
from retention_desk.authority.acting import attempt, desk, said_by, status, told
from retention_desk.authority.forms import ActForm, LowerForm, TopUpForm, TransferForm
from retention_desk.authority.scope import scope_of
from retention_desk.reports.export import csv_answer
from retention_desk.reports.scope import Scope

KINDS = tuple(kind for kind in BudgetKind if kind not in (BudgetKind.CUSTOMER, BudgetKind.LIMIT, BudgetKind.ALLOTMENT))
BATCH = 2000
may_read = behind("offers.view_budgetaccount")
may_change = behind("offers.change_budgetaccount")


@may_read
@require_safe
def budget_list(request: HttpRequest) -> HttpResponse:
    """Running budgets of one's site, or of all; `kind` narrows them."""
    kind = _kind(request)
    found = reading.budgets(scope_of(desk(request)), kind=kind)
    context = {
        "found": found,
        "kind": kind,
        "kinds": [(one.value, one.label) for one in KINDS],
        "most": reading.MOST if len(found["budgets"]) == reading.MOST else None,
    }
    return render(request, "authority/budgets.html", context)


@may_read
@require_safe
def budgets_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list as CSV: codes and raw numbers."""
    names = (
        *("id", "kind", "name", "site", "currency", "period", "starts_on", "ends_on", "limit_minor", "target_minor"),
        *("held_minor", "spent_minor", "left_minor", "saves", "average", "average_minor", "gone", "frozen"),
    )
    found = reading.budgets(scope_of(desk(request)), kind=_kind(request))
    return csv_answer(names, ([row[name] for name in names] for row in found["budgets"]), "budgets")


@may_read
@require_safe
def budget(request: HttpRequest, account_id: int) -> HttpResponse:
    """One budget with its entries, newest first, fifty a page."""
    return _page(request, account_id)


@may_read
@require_safe
def entries_csv(request: HttpRequest, account_id: int) -> HttpResponseBase:
    """Every entry of a budget as CSV, a batch at a time."""
    scope = scope_of(desk(request))
    _row(reading.budgets(scope, account_id=account_id, page=1))
    head = (
        "id",
        "recorded_at",
        "kind",
        "part",
        "held_minor",
        "spent_minor",
        "ceiling_minor",
        "hold_id",
        "person",
        "why",
    )
    return csv_answer(head, _every_entry(scope, account_id, head), f"budget-{account_id}")


@may_change
@require_POST
def top_up(request: HttpRequest, account_id: int) -> HttpResponse:
    """Add to the running period, once."""
    _others, row = _found(request, account_id)
    form = TopUpForm(request.POST, currency=row["currency"], auto_id="add_%s")
    return _change(
        request, account_id, "add", form,
        lambda: budgets.top_up_budget(account_id=account_id, **_said(form), **said_by(request)),
    )  # fmt: skip


@may_change
@require_POST
def lower(request: HttpRequest, account_id: int) -> HttpResponse:
    """Set the total of the running period lower (or anew); below its use it freezes."""
    _others, row = _found(request, account_id)
    form = LowerForm(request.POST, currency=row["currency"], auto_id="lower_%s")

    def act() -> None:
        said = _said(form)
        del said["key"]  # The same total twice is the same total.
        budgets.set_budget(account_id=account_id, **said, **said_by(request))

    return _change(request, account_id, "lower", form, act)


@may_change
@require_POST
def transfer(request: HttpRequest, account_id: int) -> HttpResponse:
    """Move what nobody has used to another budget."""
    found, row = _found(request, account_id)
    form = TransferForm(request.POST, currency=row["currency"], others=found["others"], auto_id="transfer_%s")

    def act() -> None:
        said = _said(form)
        budgets.transfer_budget(from_id=account_id, to_id=said.pop("to"), **said, **said_by(request))

    return _change(request, account_id, "transfer", form, act)


def _change(request: HttpRequest, account_id: int, name: str, form: ActForm, act: Any) -> HttpResponse:
    refused: Refused | None = None
    if form.is_valid():
        refused = attempt(form, act)
        if refused is None:
            messages.success(request, _("Booked. Everybody draws on the new amount from now on."))
            return redirect("authority:budget", account_id)
    return _page(request, account_id, given={name: form}, refused=refused, code=status(refused))


def _page(
    request: HttpRequest,
    account_id: int,
    *,
    given: dict[str, ActForm] | None = None,
    refused: Refused | None = None,
    code: int = 200,
) -> HttpResponse:
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    found = reading.budgets(scope_of(desk(request)), account_id=account_id, before=before)
    row = _row(found)
    currency = row["currency"]
    forms: dict[str, Any] = {
        "add": TopUpForm(currency=currency, auto_id="add_%s"),
        "lower": LowerForm(currency=currency, auto_id="lower_%s"),
        "transfer": TransferForm(currency=currency, others=found["others"], auto_id="transfer_%s"),
    }
    context = {
        "found": found,
        "row": row,
        "before": before,
        "forms": forms | (given or {}),
        "opened": dict.fromkeys(given or {}, True),
        "may_change": request.user.has_perm("offers.change_budgetaccount"),
        "refusal": told(refused),
    }
    return render(request, "authority/budget.html", context, status=code)


def _found(request: HttpRequest, account_id: int) -> tuple[reading.Row, reading.Row]:
    found = reading.budgets(scope_of(desk(request)), account_id=account_id, page=1)
    return found, _row(found)


def _row(found: reading.Row) -> reading.Row:
    """The one budget; `NotYours` (a 404 page) where the reader's sites have none such that runs."""
    if not found["budgets"]:
        raise NotYours
    row: reading.Row = found["budgets"][0]
    return row


def _every_entry(scope: Scope, account_id: int, head: tuple[str, ...]) -> Iterator[list[Any]]:
    before: int | None = None
    while True:
        found = reading.budgets(scope, account_id=account_id, before=before, page=BATCH)
        for entry in found["entries"]:
            yield [entry[name] for name in head]
        before = found["older"]
        if before is None:
            return


def _said(form: ActForm) -> dict[str, Any]:
    return dict(form.cleaned_data)


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in KINDS else ""
