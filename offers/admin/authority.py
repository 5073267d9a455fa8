"""The desk-wide scheme of authority, version after version. Limits have pages of their own."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Case, CharField, QuerySet, Subquery, Value, When
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.admin_base import VersionAdmin, VersionForm, currency, person_name, shown_money, shown_person
from customers.admin_fields import MinorUnits
from offers import limits
from offers.admin.words import WORDS
from offers.models import SchemeVersion

NOW, LATER, REPLACED = "now", "later", "replaced"
_STANDINGS = {NOW: _("In force"), LATER: _("Later"), REPLACED: _("Replaced")}


class StandingFilter(admin.SimpleListFilter):
    """By whether a version holds now."""

    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """In force, or not yet, or no more."""
        return list(_STANDINGS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the chosen standing."""
        return queryset.filter(standing=self.value()) if self.value() else queryset


def _standing(newest: QuerySet[Any]) -> Case:
    """NOW for the newest of those that have begun, LATER for those that have not, REPLACED for the rest."""
    return Case(
        When(valid_from__gt=Now(), then=Value(LATER)),
        When(
            pk=Subquery(newest.filter(valid_from__lte=Now()).order_by("-valid_from", "-id").values("pk")[:1]),
            then=Value(NOW),
        ),
        default=Value(REPLACED),
        output_field=CharField(),
    )


_set_by = shown_person("recorder", _("set by"))


class _DatedAdmin(VersionAdmin):
    """Versions whose standing, and who set them, the statement knows."""

    @admin.display(description=_("standing"))
    def standing(self, version: Any) -> Any:
        """Whether it holds now."""
        return _STANDINGS[version.standing]


def seated_people() -> QuerySet[Any]:
    """Everybody with a place on the desk, by name."""
    people = get_user_model()._default_manager.filter(is_active=True, seat_row__isnull=False)
    return people.order_by("first_name", "last_name")


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A person, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """First and last name."""
        return str(obj.get_full_name() or obj.get_username())


class SchemeForm(VersionForm):
    """The desk-wide rules."""

    low = forms.IntegerField(label=_("Low value, percent of the annual bill"), min_value=0, max_value=100)
    middle = forms.IntegerField(label=_("Middle value, percent"), min_value=0, max_value=100)
    high = forms.IntegerField(label=_("High value, percent"), min_value=0, max_value=100)
    goodwill_minor = MinorUnits(label=_("Goodwill"), help_text=_("Stays open when a wallet is empty."))
    pair_cap = forms.IntegerField(
        label=_("Yeses of one supervisor to one agent in a day"),
        min_value=1,
        required=False,
        help_text=_("Empty: any."),
    )
    second_above_minor = MinorUnits(
        label=_("Two supervisors above"), required=False, help_text=_("Empty: one is always enough.")
    )


_TENURE = ("long_tenure_months", "long_tenure_extra_percent", "short_tenure_months")
_COUNTS = ("cooldown_months", "concessions_a_call", "credits_a_year")
_CLOCKS = ("approval_seconds", "draw_seconds", "undo_seconds", "hold_minutes", "grant_minutes")
_SECOND = ("pair_cap", "second_above_minor")


@admin.register(SchemeVersion)
class SchemeVersionAdmin(_DatedAdmin):
    """The desk-wide rules of authority, version after version."""

    singular = _("version of the scheme")
    plural = _("the desk's scheme")
    words = WORDS
    object_kind = "scheme"
    helps = {"short_tenure_months": _("They get fixes and credits only.")}
    form = SchemeForm
    also_read = {
        "standing": _standing(SchemeVersion.objects.all()),
        "recorder": person_name("recorded_by_id"),
    }
    list_display = (
        "valid_from",
        "standing",
        "tiers",
        "cooldown_months",
        "concessions_a_call",
        "budget_mode",
        shown_money("goodwill_minor", _("goodwill")),
        "approval_seconds",
        _set_by,
    )
    list_filter = (StandingFilter,)
    fieldsets = (
        (None, {"fields": ("valid_from",)}),
        (_("What one customer may be given in twelve months"), {"fields": (("low", "middle", "high"), _TENURE)}),
        (_("How often"), {"fields": (_COUNTS,)}),
        (_("Budgets"), {"fields": (("budget_mode", "goodwill_minor"),)}),
        (_("A second pair of eyes"), {"fields": (_SECOND,)}),
        (_("Clocks"), {"fields": (_CLOCKS,)}),
    )
    view_fields = (
        "valid_from",
        "standing",
        "tiers",
        *_TENURE,
        *_COUNTS,
        "budget_mode",
        shown_money("goodwill_minor", _("goodwill")),
        "pair_cap",
        shown_money("second_above_minor", _("two supervisors above")),
        *_CLOCKS,
        _set_by,
        "recorded_at",
    )

    @admin.display(description=_("low, middle, high value"))
    def tiers(self, scheme: SchemeVersion) -> str:
        """The three per cents of the annual bill."""
        return ", ".join(gettext("%(percent)d%%") % {"percent": percent} for percent in scheme.customer_year_percents)

    def followed(self, request: HttpRequest) -> SchemeVersion | None:
        """The version asked for, else the newest."""
        return super().followed(request) or SchemeVersion.objects.first()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The values of the version that is followed, its three per cents one by one."""
        initial = super().get_changeform_initial_data(request)
        percents = initial.pop("customer_year_percents", (10, 15, 25))
        return initial | dict(zip(("low", "middle", "high"), percents, strict=True))

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> SchemeVersion:
        """Save by the workflow."""
        percents = [values.pop(tier) for tier in ("low", "middle", "high")]
        return limits.new_scheme_version(
            customer_year_percents=percents,
            currency=currency(),
            now=timezone.now(),
            **values,
            **self.acting(request),
        )
