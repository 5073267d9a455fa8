"""Budget plans: what an owner gets in each period. The accounts that run have pages of their own."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.admin_base import (
    KeptAdmin,
    KeptForm,
    currency,
    person_name,
    shown_money,
)
from customers.admin_fields import MinorUnits
from customers.models import Site, Team
from offers import budgets
from offers.admin.authority import seated_people
from offers.admin.words import WORDS
from offers.choices import BudgetKind
from offers.models import BudgetPlan, Campaign


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
    carries_over = forms.BooleanField(label=_("What is left goes into the next period"), required=False)
    most = forms.IntegerField(
        label=_("Most saves"), min_value=1, required=False, help_text=_("In a period. Empty: not counted.")
    )
    average_minor = MinorUnits(
        label=_("Average save"),
        required=False,
        help_text=_("Above it the next dearer save needs a supervisor. Empty: no such rule."),
    )
    allotment_minor = MinorUnits(
        label=_("Slice of an agent"),
        required=False,
        help_text=_("Of a campaign only. Empty: everybody draws on all of it."),
    )
    active = forms.BooleanField(label=_("Goes on"), required=False, initial=True)
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


_OPTIONS = ("parts", "carries_over", "most", "average_minor", "allotment_minor", "active")


@admin.register(BudgetPlan)
class BudgetPlanAdmin(_OwnedAdmin):
    """What an owner gets in each period that has not begun."""

    singular = _("budget plan")
    plural = _("budget plans")
    words = WORDS
    object_kind = "budget_plan"
    form = PlanForm
    list_display = ("whose", "kind", "period", shown_money("amount_minor", _("amount")), "parts", "active")
    list_filter = ("kind", "period")
    ordering = ("kind", "owner_id")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The owner is chosen once."""
        return (
            ("owner", "period", "amount_minor", *_OPTIONS)
            if obj is None
            else ("whose", "kind", "period", "amount_minor", *_OPTIONS)
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
