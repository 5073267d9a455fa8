"""People and roles in the administration: invite, move, deactivate. Roles themselves change only with a release."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import admin as _django  # noqa: F401 (its page has to be there to be replaced below)
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers.admin_base import KeptAdmin, KeptForm, ReadOnlyAdmin
from customers.keeping import NotValid
from customers.models import Team
from offers.choices import Grade
from retention_desk.people import accounts
from retention_desk.people.models import User
from retention_desk.people.roles import ROLES

# A password that nobody can have: the account waits for its owner to choose one.
_UNUSABLE = "!"


class PersonForm(KeptForm):
    """A person with their role and their place on the desk."""

    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As the browser says")), *settings.LANGUAGES], required=False
    )
    role = forms.ChoiceField(label=_("Role"), choices=[(role, role) for role in ROLES])
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.select_related("site"),
        required=False,
        empty_label=_("No team: takes no calls"),
    )
    grade = forms.ChoiceField(label=_("Grade"), choices=Grade.choices, help_text=_("Decides the authority limit."))
    why = forms.CharField(
        label=_("Why more authority"),
        max_length=200,
        required=False,
        help_text=_("Where grade or team give more than before: it waits for a second person, and an hour."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        seat = getattr(self.instance, "seat_row", None) if self.instance.pk else None
        if seat is not None:
            self.initial.update(team=seat.team_id, grade=seat.grade)
        if self.instance.pk:
            self.initial["role"] = getattr(self.instance, "role", "")


class StateFilter(admin.SimpleListFilter):
    """By whether a person can sign in."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Active, invited, deactivated."""
        return [("active", _("Active")), ("invited", _("Invited")), ("off", _("Deactivated"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the chosen state."""
        waits = Q(password__startswith=_UNUSABLE)
        match self.value():
            case "active":
                return queryset.filter(~waits, is_active=True)
            case "invited":
                return queryset.filter(waits, is_active=True)
            case "off":
                return queryset.filter(is_active=False)
        return queryset


class RoleFilter(admin.SimpleListFilter):
    """By role."""

    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The four roles."""
        return [(role, role) for role in ROLES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those who have the chosen role."""
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


def _widest_role() -> Subquery:
    width = Case(*(When(name=role, then=Value(width)) for width, role in enumerate(ROLES)), default=Value(-1))
    held = Group.objects.filter(user=OuterRef("pk")).annotate(width=width)
    return Subquery(held.order_by("-width").values("name")[:1])


@admin.register(User)
class PersonAdmin(KeptAdmin):
    """Everybody who may sign in. People are deactivated, never deleted: the record names them."""

    singular = _("person")
    plural = _("people")
    object_kind = "person"
    form = PersonForm
    list_display = ("full_name", "username", "email", "role", "team", "grade", "state", "last_login")
    list_filter = (StateFilter, RoleFilter, ("seat_row__team", admin.RelatedOnlyFieldListFilter), "seat_row__grade")
    list_select_related = ("seat_row__team__site",)
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("first_name", "last_name", "username")
    actions = ("deactivate", "reactivate", "resend")
    fieldsets = (
        (None, {"fields": ("username", ("first_name", "last_name"), "email", "language")}),
        (_("Role and place"), {"fields": ("role", ("team", "grade"), "why")}),
    )
    readonly_fields = ("state", "last_login", "date_joined")
    chosen_once = ("username",)
    also_read = {"role": _widest_role()}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the state of an account that is there; a new one is not asked why."""
        if obj is None:
            return (self.fieldsets[0], (_("Role and place"), {"fields": ("role", ("team", "grade"))}))
        return (*self.fieldsets, (_("Account"), {"fields": self.readonly_fields}))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """An agent who is new."""
        return {"role": next(iter(ROLES)), "grade": Grade.NEW}

    @admin.display(description=_("name"), ordering="first_name")
    def full_name(self, person: User) -> str:
        """First and last name."""
        return person.display_name

    @admin.display(description=_("role"), ordering="role")
    def role(self, person: Any) -> Any:
        """The widest role."""
        return person.role

    @admin.display(description=_("team"), ordering="seat_row__team__name")
    def team(self, person: Any) -> str:
        """Team and site."""
        seat = getattr(person, "seat_row", None)
        return f"{seat.team.name}, {seat.team.site.name}" if seat and seat.team else ""

    @admin.display(description=_("grade"), ordering="seat_row__grade")
    def grade(self, person: Any) -> str:
        """Grade of the seat."""
        seat = getattr(person, "seat_row", None)
        return str(seat.get_grade_display()) if seat else ""

    @admin.display(description=_("state"), ordering="is_active")
    def state(self, person: User) -> str:
        """Whether they can sign in."""
        if not person.is_active:
            return gettext("Deactivated")
        return gettext("Active") if person.has_usable_password() else gettext("Invited")

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> User:
        """Invite, or do what of the change is a change; together or not at all."""
        team, why = values.pop("team"), values.pop("why", "")
        role, place = values.pop("role"), {"team_id": team.pk if team else None, "grade": values.pop("grade")}
        if row is None:
            return accounts.invite(
                **values,
                **place,
                role=role,
                site_address=request.build_absolute_uri("/"),
                now=timezone.now(),
                **self._acting(request),
            )
        with transaction.atomic():
            accounts.change_role(user_id=row.pk, role=role, **self._acting(request))
            waits = accounts.change_seat(user_id=row.pk, **place, why=why, **self._acting(request))
            if waits is not None:
                messages.warning(request, gettext("This is more than before. It waits for a second person now."))
            return accounts.change_details(user_id=row.pk, **values, **self._acting(request))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Say that a mail is on its way."""
        text = gettext("%(name)s is invited. The mail with the link leaves now.") % {"name": obj.display_name}
        messages.success(request, text)
        return self.response_post_save_add(request, obj)

    @admin.action(description=_("Deactivate…"), permissions=["change"])
    def deactivate(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse | None:
        """Ask first, then shut the chosen people out at once."""
        if request.POST.get("confirmed") != "yes":
            context = {
                **self.admin_site.each_context(request),
                "title": gettext("Deactivate people"),
                "opts": self.opts,
                "people": people,
                "action_checkbox_name": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "admin/people/deactivate.html", context)
        why = request.POST.get("why", "")[:200]
        self._each(
            request,
            people,
            lambda person: accounts.deactivate(user_id=person.pk, why=why, now=timezone.now(), **self._acting(request)),
            _deactivated,
        )
        return None

    @admin.action(description=_("Reactivate"), permissions=["change"])
    def reactivate(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Let the chosen people in again."""
        self._each(
            request,
            people,
            lambda person: accounts.reactivate(user_id=person.pk, **self._acting(request)),
            _reactivated,
        )

    @admin.action(description=_("Send the invitation again"), permissions=["change"])
    def resend(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Mail the link to those who have not chosen a password yet."""
        address = request.build_absolute_uri("/")
        self._each(
            request,
            people,
            lambda person: accounts.resend(user_id=person.pk, site_address=address, **self._acting(request)),
            _sent,
        )

    def _acting(self, request: HttpRequest) -> dict[str, Any]:
        """Who acts; `role` is a word of its own in these workflows."""
        acting = self.acting(request)
        return {"by": acting["by"], "by_role": acting["role"]}

    def _each(
        self,
        request: HttpRequest,
        people: QuerySet[User],
        act: Callable[[User], None],
        told: Callable[[int], str],
    ) -> None:
        """Do it for each by itself; whoever is refused is named with the reason, the others are done."""
        done = 0
        for person in people:
            try:
                act(person)
            except NotValid as refusal:
                self.message_user(request, f"{person.display_name}: {refusal.facts['why']}", messages.ERROR)
            else:
                done += 1
        if done:
            self.message_user(request, told(done), messages.SUCCESS)


def _deactivated(count: int) -> str:
    return ngettext("%d person is signed out and shut out.", "%d people are signed out and shut out.", count) % count


def _reactivated(count: int) -> str:
    return ngettext("%d person can sign in again.", "%d people can sign in again.", count) % count


def _sent(count: int) -> str:
    return ngettext("%d mail leaves now.", "%d mails leave now.", count) % count


# Django's own page would change roles in the database; ours are changed in `roles.py`, with a release.
admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """The four roles and what each may do."""

    singular = _("role")
    plural = _("roles")
    list_display = ("name", "people")
    view_fields = ("name", "people", "may")
    also_read = {"people_count": models.Count("user", filter=Q(user__is_active=True))}

    @admin.display(description=_("people"), ordering="people_count")
    def people(self, role: Any) -> int:
        """How many active people have it."""
        return int(role.people_count)

    @admin.display(description=_("may"))
    def may(self, role: Group) -> str:
        """What it opens, as Django words it."""
        return "\n".join(
            role.permissions.order_by("content_type__app_label", "codename").values_list("name", flat=True)
        )
