"""Who may give how much: limits by grade, team and person, and the desk-wide scheme."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Case, CharField, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.admin_base import VersionAdmin, VersionForm, currency, person_name, shown_money, shown_person
from customers.admin_fields import MinorUnits
from customers.models import Team
from offers import limits
from offers.admin.words import WORDS
from offers.allowances import Allowance
from offers.choices import Grade, OfferKind
from offers.models import LimitVersion, SchemeVersion

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


class ScopeFilter(admin.SimpleListFilter):
    """By whose limit it is."""

    title = _("whose")
    parameter_name = "scope"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Grades, teams, people."""
        return [("grade", _("Grades")), ("team", _("Teams")), ("user", _("People"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the chosen kind."""
        match self.value():
            case "grade":
                return queryset.exclude(grade="")
            case "team" | "user" as scope:
                return queryset.filter(**{f"{scope}__isnull": False})
        return queryset


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


def _limits_of_the_same() -> QuerySet[Any]:
    """Limits of the grade, the team or the person that an outer limit is for."""
    return LimitVersion.objects.annotate(
        of_team=Coalesce("team_id", Value(0)), of_user=Coalesce("user_id", Value(0))
    ).filter(
        grade=OuterRef("grade"),
        currency=OuterRef("currency"),
        of_team=Coalesce(OuterRef("team_id"), Value(0)),
        of_user=Coalesce(OuterRef("user_id"), Value(0)),
    )


# From the least authority to the most; limits of teams and people after those of grades.
_RANK = Case(*(When(grade=grade, then=Value(grade.rank)) for grade in Grade), default=Value(len(Grade)))


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


class LimitForm(VersionForm):
    """A limit: whose, from when, how much, and why."""

    grade = forms.ChoiceField(label=_("Grade"), choices=[("", "–"), *Grade.choices], required=False)
    team = forms.ModelChoiceField(label=_("Or team"), queryset=Team.objects.all(), required=False, empty_label="–")
    user = PersonChoice(
        label=_("Or one person"), queryset=get_user_model()._default_manager.none(), required=False, empty_label="–"
    )
    max_percent = forms.IntegerField(label=_("Percent"), min_value=0, max_value=100)
    max_months = forms.IntegerField(label=_("Months"), min_value=0)
    max_monthly_minor = MinorUnits(label=_("Off the bill in one month"))
    max_credit_minor = MinorUnits(label=_("Credit or goods at once"))
    max_fee_minor = MinorUnits(label=_("Fee waived"))
    max_cost_minor = MinorUnits(label=_("Cost to us in all"))
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of offers"), choices=OfferKind.choices, widget=forms.CheckboxSelectMultiple
    )
    why = forms.CharField(label=_("Why"), max_length=200, help_text=_("Kept with the limit, for whoever asks later."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "user" in self.fields:
            cast("forms.ModelChoiceField[Any]", self.fields["user"]).queryset = seated_people()


@admin.register(LimitVersion)
class LimitVersionAdmin(_DatedAdmin):
    """The most that may be given in one proposal. The narrowest holds: person, team, grade."""

    singular = _("limit")
    plural = _("limits")
    words = WORDS
    object_kind = "limit"
    form = LimitForm
    also_read = {
        "standing": _standing(_limits_of_the_same()),
        "person": person_name("user_id"),
        "team_name": F("team__name"),
        "recorder": person_name("recorded_by_id"),
    }
    list_display = (
        "whose",
        "standing",
        "valid_from",
        "percent",
        "months",
        shown_money("max_monthly_minor", _("a month")),
        shown_money("max_credit_minor", _("credit")),
        shown_money("max_fee_minor", _("fee")),
        shown_money("max_cost_minor", _("cost")),
        _set_by,
    )
    list_filter = (StandingFilter, ScopeFilter, "grade", "team")
    search_fields = ("team__name", "user__first_name", "user__last_name", "user__username", "why")
    ordering = (_RANK.asc(), "team", "user", "-valid_from")
    fieldsets = (
        (_("Whose limit"), {"fields": (("grade", "team", "user"), "valid_from")}),
        (_("In one proposal"), {"fields": (("max_percent", "max_months"), ("max_monthly_minor", "max_credit_minor"))}),
        (_("In all"), {"fields": (("max_fee_minor", "max_cost_minor"), "kinds")}),
        (None, {"fields": ("why",)}),
    )
    view_fields = (
        "whose",
        "standing",
        "valid_from",
        "max_percent",
        "max_months",
        shown_money("max_monthly_minor", _("off the bill in one month")),
        shown_money("max_credit_minor", _("credit or goods at once")),
        shown_money("max_fee_minor", _("fee waived")),
        shown_money("max_cost_minor", _("cost to us in all")),
        "kinds_in_words",
        "why",
        _set_by,
        "recorded_at",
    )

    @admin.display(description=_("percent"), ordering="max_percent")
    def percent(self, limit: LimitVersion) -> str:
        """The largest share of a bill."""
        return gettext("%(percent)d%%") % {"percent": limit.max_percent}

    @admin.display(description=_("months"), ordering="max_months")
    def months(self, limit: LimitVersion) -> int:
        """The longest time."""
        return limit.max_months

    @admin.display(description=_("whose"))
    def whose(self, limit: Any) -> str:
        """The grade, the team or the person."""
        return limit.person or limit.team_name or str(Grade(limit.grade).label)

    @admin.display(description=_("kinds of offers"))
    def kinds_in_words(self, limit: LimitVersion) -> str:
        """What may be given at all."""
        return ", ".join(str(OfferKind(kind).label) for kind in limit.kinds)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What is followed; without that, every kind of offer."""
        return super().get_changeform_initial_data(request) or {"kinds": OfferKind.values}

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> Any:
        """Save by the workflow."""
        team, user = values.pop("team"), values.pop("user")
        kinds = tuple(values.pop("kinds"))
        figures = {name: values.pop(name) for name in tuple(values) if name.startswith("max_")}
        return limits.new_limit_version(
            allowance=Allowance(kinds=kinds, **figures),
            team_id=team.pk if team else None,
            user_id=user.pk if user else None,
            currency=currency(),
            now=timezone.now(),
            **values,
            **self.acting(request),
        )


class SchemeForm(VersionForm):
    """The desk-wide rules."""

    low = forms.IntegerField(label=_("Low value, percent of the annual bill"), min_value=0, max_value=100)
    middle = forms.IntegerField(label=_("Middle value, percent"), min_value=0, max_value=100)
    high = forms.IntegerField(label=_("High value, percent"), min_value=0, max_value=100)
    goodwill_minor = MinorUnits(label=_("Goodwill"), help_text=_("Stays open when a wallet is empty."))


_TENURE = ("long_tenure_months", "long_tenure_extra_percent", "short_tenure_months")
_COUNTS = ("cooldown_months", "concessions_a_call", "credits_a_year")
_CLOCKS = ("approval_seconds", "undo_seconds", "hold_minutes")


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
