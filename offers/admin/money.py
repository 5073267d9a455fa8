"""Budgets: the plan of each period, the accounts that run with what is left of them, and the ledger's entries."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.admin_base import (
    KeptAdmin,
    KeptForm,
    ReadOnlyAdmin,
    currency,
    money,
    person_name,
    shown_money,
    shown_person,
)
from customers.admin_fields import MinorUnits
from customers.models import Site, Team
from offers import budgets
from offers.admin.authority import seated_people
from offers.admin.words import WORDS
from offers.choices import BudgetKind
from offers.models import BudgetAccount, BudgetPlan, Campaign, LedgerEntry


def _name(model: Any) -> Subquery:
    return Subquery(model.objects.filter(pk=OuterRef("owner_id")).values("name")[:1])


def owner_name() -> Case:
    """For `annotate`: what the owner of a budget is called; a customer only by number."""
    return Case(
        When(kind__in=[BudgetKind.AGENT, BudgetKind.APPROVER], then=person_name("owner_id")),
        When(kind=BudgetKind.TEAM, then=_name(Team)),
        When(kind=BudgetKind.SITE, then=_name(Site)),
        When(kind=BudgetKind.CAMPAIGN, then=_name(Campaign)),
        default=Concat(Value("# "), Cast("owner_id", CharField())),
        output_field=CharField(),
    )


class _OwnedAdmin(KeptAdmin):
    """Rows that belong to a person, a team, a site or a campaign."""

    search_fields = ("kind",)
    search_help_text = _("The name of a person, a team, a site or a campaign.")
    also_read = {"owner_name": owner_name()}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows whose owner is called so."""
        return (queryset.filter(owner_name__icontains=search_term) if search_term else queryset), False

    @admin.display(description=_("whose"), ordering="owner_name")
    def whose(self, row: Any) -> Any:
        """What the owner is called."""
        return row.owner_name


def _owners() -> list[tuple[str, list[tuple[str, str]]]]:
    """Everybody and everything that may have a budget, in groups by kind."""
    persons = [(person.pk, person.get_full_name() or person.get_username()) for person in seated_people()]
    named = {
        BudgetKind.AGENT: persons,
        BudgetKind.APPROVER: persons,
        BudgetKind.TEAM: list(Team.objects.values_list("pk", "name")),
        BudgetKind.SITE: list(Site.objects.values_list("pk", "name")),
        BudgetKind.CAMPAIGN: list(Campaign.objects.filter(active=True).values_list("pk", "name")),
    }
    return [(str(kind.label), [(f"{kind}:{pk}", name) for pk, name in rows]) for kind, rows in named.items()]


class PlanForm(KeptForm):
    """A plan: whose, how long a period is, how much."""

    owner = forms.ChoiceField(label=_("Whose"))
    amount_minor = MinorUnits(label=_("Amount"), help_text=_("For every period that has not begun yet."))
    parts = forms.IntegerField(
        label=_("Parts"),
        min_value=1,
        max_value=64,
        initial=1,
        help_text=_("Counters that it is split into; 16 for what every agent draws on, 1 for one person."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            del self.fields["owner"]
        else:
            cast("forms.ChoiceField", self.fields["owner"]).choices = [("", "–"), *_owners()]


@admin.register(BudgetPlan)
class BudgetPlanAdmin(_OwnedAdmin):
    """What an owner gets in each period that has not begun."""

    singular = _("budget plan")
    plural = _("budget plans")
    words = WORDS
    object_kind = "budget_plan"
    form = PlanForm
    list_display = ("whose", "kind", "period", shown_money("amount_minor", _("amount")), "parts")
    list_filter = ("kind", "period")
    ordering = ("kind", "owner_id")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The owner is chosen once."""
        return (
            ("owner", "period", "amount_minor", "parts")
            if obj is None
            else (
                "whose",
                "kind",
                "period",
                "amount_minor",
                "parts",
            )
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """As `get_fields`."""
        return () if obj is None else ("whose", "kind")

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> BudgetPlan:
        """Save by the workflow."""
        if row is None:
            kind, _colon, number = values.pop("owner").partition(":")
            of = {"kind": kind, "owner_id": int(number), "currency": currency()}
        else:
            of = {"kind": row.kind, "owner_id": row.owner_id, "currency": row.currency}
        return budgets.set_budget_plan(**of, **values, **self.acting(request))


class RunningFilter(admin.SimpleListFilter):
    """By whether the period of an account runs now."""

    title = _("period")
    parameter_name = "runs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Running or over."""
        return [("now", _("Running now")), ("over", _("Over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the chosen kind."""
        today = timezone.localdate()
        match self.value():
            case "now":
                return queryset.filter(starts_on__lte=today, ends_on__gt=today)
            case "over":
                return queryset.filter(ends_on__lte=today)
        return queryset


class AccountForm(KeptForm):
    """What an account may hold and spend in all, and why it is changed."""

    amount_minor = MinorUnits(label=_("New amount"), help_text=_("Below what is used it freezes until it has drained."))
    why = forms.CharField(label=_("Why"), max_length=200, help_text=_("Kept with the budget, for whoever asks later."))


@admin.register(BudgetAccount)
class BudgetAccountAdmin(_OwnedAdmin):
    """Accounts: what is held, spent and left of each; the amount is set through the ledger."""

    singular = _("budget")
    plural = _("budgets")
    words = WORDS
    object_kind = "budget"
    form = AccountForm
    list_display = ("whose", "kind", "starts_on", "ends_on", "amount", "held", "spent", "left", "frozen")
    list_filter = (RunningFilter, "kind")
    ordering = ("-starts_on", "kind", "owner_id")
    fields = (
        "whose",
        "kind",
        "starts_on",
        "ends_on",
        "amount",
        "held",
        "spent",
        "left",
        "frozen",
        "amount_minor",
        "why",
    )
    readonly_fields = fields[:-2]
    view_fields = readonly_fields
    also_read = {
        **_OwnedAdmin.also_read,
        "held_sum": Sum("counters__held_minor"),
        "spent_sum": Sum("counters__spent_minor"),
        "is_frozen": BoolOr("counters__frozen"),
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The ledger opens accounts."""
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Accounts are not added here."""
        return {}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:  # noqa: FBT001, FBT002
        """With the present amount to start from."""
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None and "amount_minor" in form.base_fields:
            form.base_fields["amount_minor"].initial = obj.limit_minor
        return form

    @admin.display(description=_("amount"), ordering="limit_minor")
    def amount(self, account: Any) -> str:
        """Its total."""
        return money(account.limit_minor, account.currency)

    @admin.display(description=_("held"), ordering="held_sum")
    def held(self, account: Any) -> str:
        """Reserved for offers that are not answered."""
        return money(account.held_sum or 0, account.currency)

    @admin.display(description=_("spent"), ordering="spent_sum")
    def spent(self, account: Any) -> str:
        """What customers accepted."""
        return money(account.spent_sum or 0, account.currency)

    @admin.display(description=_("left"))
    def left(self, account: Any) -> str:
        """What may still be given."""
        used = (account.held_sum or 0) + (account.spent_sum or 0)
        return money(max(account.target_minor - used, 0), account.currency)

    @admin.display(description=_("frozen"), boolean=True)
    def frozen(self, account: Any) -> bool:
        """Lowered below its use."""
        return bool(account.is_frozen)

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> BudgetAccount:
        """Save by the workflow."""
        assert isinstance(row, BudgetAccount)
        budgets.set_budget(account_id=row.pk, **values, **self.acting(request))
        return row


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    """Every movement of every counter."""

    singular = _("entry")
    plural = _("ledger")
    words = WORDS
    list_display = ("recorded_at", "kind", "whose", "held", "spent", "ceiling", shown_person("mover", _("by")), "why")
    list_display_links = ("recorded_at",)
    list_filter = ("kind", "counter__account__kind", "recorded_at")
    list_select_related = ("counter__account",)
    search_fields = ("why",)
    ordering = ("-id",)
    view_fields = (*list_display, "hold")
    also_read = {"mover": person_name("by_id")}

    @admin.display(description=_("account"))
    def whose(self, entry: LedgerEntry) -> str:
        """The account that it is part of."""
        account = entry.counter.account
        return f"{account.get_kind_display()} {account.owner_id}, {account.starts_on}"

    @admin.display(description=_("held"), ordering="held_minor")
    def held(self, entry: LedgerEntry) -> str:
        """Change of what is held."""
        return money(entry.held_minor, entry.counter.account.currency)

    @admin.display(description=_("spent"), ordering="spent_minor")
    def spent(self, entry: LedgerEntry) -> str:
        """Change of what is spent."""
        return money(entry.spent_minor, entry.counter.account.currency)

    @admin.display(description=_("ceiling"), ordering="ceiling_minor")
    def ceiling(self, entry: LedgerEntry) -> str:
        """Change of what may be held and spent."""
        return money(entry.ceiling_minor, entry.counter.account.currency)
