"""Company and places, the price list, the reasons of leaving and the rules of conduct."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers import setup
from customers.admin_base import (
    KeptAdmin,
    KeptForm,
    VersionAdmin,
    currency,
    shown_json,
    shown_money,
)
from customers.admin_fields import MinorUnits, Structure
from customers.models import Company, ConductPolicy, Product, Reason, Site, Team


@admin.register(Company)
class CompanyAdmin(KeptAdmin):
    """The one company."""

    singular = _("company")
    plural = _("company")
    object_kind = "company"
    list_display = ("name", "currency", "country")
    fields = ("name", "currency", "country")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one."""
        return super().has_add_permission(request) and not Company.objects.exists()

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> Company:
        """Save by the workflow."""
        return setup.set_company(**values, **self.acting(request))


@admin.register(Site)
class SiteAdmin(KeptAdmin):
    """Call centres."""

    singular = _("site")
    plural = _("sites")
    object_kind = "site"
    list_display = ("name", "time_zone", "teams")
    search_fields = ("name", "time_zone")
    fields = ("name", "time_zone")
    also_read = {"team_count": Count("teams")}

    @admin.display(description=_("teams"), ordering="team_count")
    def teams(self, site: Any) -> int:
        """How many teams sit there."""
        return int(site.team_count)

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> Site:
        """Save by the workflow."""
        if row is None:
            return setup.add_site(**values, **self.acting(request))
        return setup.change_site(site_id=row.pk, **values, **self.acting(request))


@admin.register(Team)
class TeamAdmin(KeptAdmin):
    """Teams."""

    singular = _("team")
    plural = _("teams")
    object_kind = "team"
    list_display = ("name", "site", "people")
    list_filter = ("site",)
    list_select_related = ("site",)
    search_fields = ("name", "site__name")
    fields = ("name", "site")
    also_read = {"people_count": Count("seats", filter=Q(seats__is_active=True))}

    @admin.display(description=_("people"), ordering="people_count")
    def people(self, team: Any) -> int:
        """How many people sit in it."""
        return int(team.people_count)

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> Team:
        """Save by the workflow."""
        place = {"name": values["name"], "site_id": values["site"].pk}
        if row is None:
            return setup.add_team(**place, **self.acting(request))
        return setup.change_team(team_id=row.pk, **place, **self.acting(request))


class ProductForm(KeptForm):
    """A product, its price typed in whole units."""

    list_price_minor = MinorUnits(label=_("List price a month"))


@admin.register(Product)
class ProductAdmin(KeptAdmin):
    """The price list."""

    singular = _("product")
    plural = _("products")
    object_kind = "product"
    form = ProductForm
    list_display = (
        "name",
        "code",
        "kind",
        shown_money("list_price_minor", _("list price")),
        "margin_percent",
        "active",
    )
    list_filter = ("kind", "active")
    search_fields = ("name", "code")
    fields = ("code", "kind", "name", "list_price_minor", "margin_percent", "active")
    # Files and offers name a product by its code. A new one is sold at once.
    chosen_once = ("code",)
    only_later = ("active",)
    helps = {"margin_percent": _("Of the price, after what it costs to run.")}

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> Product:
        """Save by the workflow."""
        if row is None:
            return setup.add_product(**values, currency=currency(), **self.acting(request))
        return setup.change_product(product_id=row.pk, **values, **self.acting(request))


class ReasonForm(KeptForm):
    """A reason, its words by language."""

    words = Structure(
        label=_("Words"),
        rows=7,
        help_text=_('By language, English at least: {"en": "Price", "de": "Preis"}'),
    )


@admin.register(Reason)
class ReasonAdmin(KeptAdmin):
    """Why customers leave."""

    singular = _("reason")
    plural = _("reasons")
    object_kind = "reason"
    form = ReasonForm
    list_display = ("name", "code", "parent", "position", "offers_allowed", "must_complete", "controllable", "active")
    list_filter = ("active", "offers_allowed", "must_complete", "controllable", ("parent", admin.EmptyFieldListFilter))
    list_select_related = ("parent",)
    search_fields = ("code", "words")
    fields = (
        "code",
        "parent",
        "words",
        "icon",
        "position",
        "offers_allowed",
        "must_complete",
        "controllable",
        "active",
    )
    # Calls and offers name a reason by its code, and reports count it under its parent.
    chosen_once = ("code", "parent")
    helps = {
        "offers_allowed": _("Off: nothing is offered, as after a death."),
        "must_complete": _("On: the rule is to cancel without any offer."),
        "controllable": _("Off: left out of the controllable save rate."),
    }

    @admin.display(description=_("reason"), ordering="position")
    def name(self, reason: Reason) -> str:
        """The English words."""
        return str(reason)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only reasons of the first level have details."""
        if db_field.name == "parent":
            kwargs["queryset"] = Reason.objects.filter(parent=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> Reason:
        """Save by the workflow."""
        if row is not None:
            return setup.change_reason(reason_id=row.pk, **values, **self.acting(request))
        parent = values.pop("parent")
        return setup.add_reason(parent_id=parent.pk if parent else None, **values, **self.acting(request))


class PolicyForm(KeptForm):
    """One version of the rules of conduct."""

    rules = Structure(label=_("Rules"), rows=26, help_text=_("Every rule has to be there. A lawyer should read them."))


@admin.register(ConductPolicy)
class ConductPolicyAdmin(VersionAdmin):
    """The rules of conduct, version after version."""

    singular = _("version of the rules of conduct")
    plural = _("rules of conduct")
    object_kind = "conduct_policy"
    form = PolicyForm
    helps = {"offers_allowed": _("After the first clear wish to cancel.")}
    list_display = (
        "code",
        "version",
        "valid_from",
        "valid_until",
        "offers_allowed",
        "minutes_after_intent",
    )
    list_filter = ("code",)
    search_fields = ("code",)
    fields = ("code", "valid_from", "valid_until", "offers_allowed", "minutes_after_intent", "rules")
    view_fields = (
        "code",
        "version",
        "valid_from",
        "valid_until",
        "offers_allowed",
        "minutes_after_intent",
        shown_json("rules", _("rules")),
    )

    def followed(self, request: HttpRequest) -> ConductPolicy | None:
        """The version asked for, else the newest of the everyday rules."""
        newest = ConductPolicy.objects.filter(code="DEFAULT").order_by("-version").first()
        return super().followed(request) or newest

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From today on."""
        return super().get_changeform_initial_data(request) | {"valid_from": timezone.localdate()}

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> ConductPolicy:
        """Save by the workflow."""
        return setup.new_policy_version(**values, today=timezone.localdate(), **self.acting(request))
