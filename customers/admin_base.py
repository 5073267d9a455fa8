"""What every page of the administration shares: forms that call workflows, history from the audit, nothing deleted.

A page shows rows and collects values; a workflow saves them with their audit event. What the workflow refuses stands at
the field it is about, and nothing is saved.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Protocol, cast

from babel.numbers import format_currency, get_currency_precision
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Concat, Trim
from django.forms.models import construct_instance
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from customers.admin_fields import Day, MinorUnits, Moment, Structure, readable
from customers.admin_words import WORDS
from customers.keeping import NotValid
from customers.models import AuditEvent, Company, Remark
from customers.refusals import Refused
from customers.remarks import PREFIX

# Whoever is let into the administration acts as one; see the site's `has_permission`.
ROLE = "ADMINISTRATOR"
HISTORY_LENGTH = 100


class ActWords(Protocol):
    """What these pages need of the site: every act with its words."""

    acts: dict[str, str]


def currency() -> str:
    """The company's currency; US dollars on a desk that is not set up yet."""
    company = Company.objects.first()
    return company.currency if company else "USD"


def money(minor: int | None, code: str) -> str:
    """An amount in minor units as people of the current language write it."""
    if minor is None:
        return ""
    major = Decimal(minor).scaleb(-get_currency_precision(code))
    return str(format_currency(major, code, locale=to_locale(get_language() or "en")))


Shown = Callable[[Any], Any]


def shown_money(field: str, label: Any) -> Shown:
    """A column that prints the amount `field` of a row in the row's `currency`."""

    @admin.display(description=label, ordering=field)
    def show(row: Any) -> str:
        return money(getattr(row, field), row.currency)

    return show


def shown_json(field: str, label: Any) -> Shown:
    """A read-only field that prints a structure in lines."""

    @admin.display(description=label)
    def show(row: Any) -> SafeString:
        return format_html('<pre class="code">{}</pre>', readable(getattr(row, field)))

    return show


def shown_person(annotation: str, label: Any) -> Shown:
    """A column that prints the `person_name` that `also_read` put on a row; the desk itself where there is nobody."""

    @admin.display(description=label)
    def show(row: Any) -> str:
        return getattr(row, annotation) or _("The desk itself")

    return show


class KeptForm(forms.ModelForm):  # type: ignore[type-arg]  # the stubs are generic, Django is not
    """A form whose values a workflow saves; `refusal` is what it said when they were last sent."""

    refusal: ClassVar[NotValid | None] = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | options))
        amounts = [field for field in self.fields.values() if isinstance(field, MinorUnits)]
        if amounts:
            code = getattr(self.instance, "currency", "") or currency()
            for amount in amounts:
                amount.set_currency(code)

    def clean(self) -> dict[str, Any]:
        """The values, with the refusal at its field."""
        values = super().clean() or {}
        if self.refusal is not None:
            field = str(self.refusal.facts["field"]).removesuffix("_id")
            self.add_error(field if field in self.fields else None, str(self.refusal.facts["why"]))
        return values

    def _post_clean(self) -> None:
        # Names taken and constraints broken are the workflow's to refuse, in one place and with its words.
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        try:
            self.instance.clean_fields(exclude=self._get_validation_exclusions())  # type: ignore[attr-defined]
        except ValidationError as errors:
            self._update_errors(errors)  # type: ignore[attr-defined]


class KeptAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that are looked at here and saved by workflows.

    `object_kind` is their name in the audit, `singular` and `plural` what people call them.
    """

    form = KeptForm
    object_kind: ClassVar[str] = ""
    singular: ClassVar[str | Promise] = ""
    plural: ClassVar[str | Promise] = ""
    view_fields: ClassVar[Sequence[str | Shown]] = ()
    """What is shown of a row that cannot be changed; empty: the fields of the form."""
    words: ClassVar[Mapping[str, Any]] = WORDS
    """What columns are called, by name."""
    helps: ClassVar[Mapping[str, Any]] = {}
    """What is said below a column's field or value. A field that the form declares brings its own."""
    also_read: ClassVar[Mapping[str, Any]] = {}
    """Expressions that every row is annotated with, so that a list needs one statement."""
    chosen_once: ClassVar[Sequence[str]] = ()
    """Fields that a row is made with and that stay as they are."""
    only_later: ClassVar[Sequence[str]] = ()
    """Fields that a new row is not asked for."""
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.DateTimeField: {"form_class": forms.DateTimeField, "widget": Moment},
        models.DateField: {"form_class": forms.DateField, "widget": Day},
        models.JSONField: {"form_class": Structure},
    }

    def __init__(self, model: type[models.Model], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        for field in model._meta.fields:
            # Lists, filters, forms and refusals all take the column's name from here.
            field.verbose_name = self.words.get(field.name, field.verbose_name)

    @property
    def media(self) -> forms.Media:
        """Only the script that ticks all rows; nothing here opens a window or completes a word."""
        return forms.Media(js=["admin/js/actions.js"])

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> models.Model:
        """Save the values by their workflow; `row` is what is changed, None for a new one."""
        raise NotImplementedError

    def acting(self, request: HttpRequest) -> dict[str, Any]:
        """Who acts, as workflows want to know it."""
        return {"by": request.user.pk, "role": ROLE}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Hand the cleaned values to the workflow; the row that it answers is the one that was saved."""
        saved = self.keep(request, form.cleaned_data, obj if change else None)
        obj.pk = saved.pk
        obj._state.adding = False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """The workflow has saved everything."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show or save a row. A refusal undoes the whole request, and the form is shown again with it."""
        names = self._names()
        titles = {} if object_id else {"title": _("Add %(name)s") % {"name": names["singular"]}}
        context = {
            **names,
            **titles,
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
            "history_kind": self.object_kind,
        } | (extra_context or {})
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except NotValid as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
        except Refused as refusal:
            why = _("This cannot be done now (%(code)s). Nothing was changed.") % {"code": refusal.code}
            request.refusal = NotValid(field="", why=why)  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:  # noqa: FBT001, FBT002
        """The form, told what was refused a moment ago."""
        helps = {field.name: self.helps.get(field.name, "") for field in self.opts.fields}
        form = super().get_form(request, obj, change, **({"help_texts": helps} | kwargs))
        return type(form.__name__, (form,), {"refusal": getattr(request, "refusal", None)})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what else is read of each row."""
        return cast("QuerySet[Any]", super().get_queryset(request).annotate(**self.also_read))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new row is asked for less."""
        fields = super().get_fields(request, obj)
        return fields if obj is not None else [field for field in fields if field not in self.only_later]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The form's, or what can be seen of a row that nobody changes."""
        if self.view_fields and obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": self.view_fields})]
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All that is seen of a row that nobody changes; of others what was chosen once."""
        if self.view_fields and obj is not None and not self.has_change_permission(request, obj):
            return self.view_fields
        return (*super().get_readonly_fields(request, obj), *(self.chosen_once if obj is not None else ()))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Plain choices: no window to add or change the other row from here. Amounts are typed in whole units."""
        if db_field.name.endswith("_minor"):
            return MinorUnits(label=capfirst(db_field.verbose_name), help_text=kwargs.get("help_text", ""))
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        inner = getattr(field.widget, "widget", None) if field is not None else None
        if field is not None and isinstance(inner, forms.Widget):
            field.widget = inner
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, called what people call it."""
        return super().changelist_view(request, self._names() | (extra_context or {}))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Say that it is saved, and back to the list."""
        messages.success(request, _("Saved."))
        return self.response_post_save_add(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """As `response_add`."""
        messages.success(request, _("Saved."))
        return self.response_post_save_change(request, obj)

    def _names(self) -> dict[str, Any]:
        return {
            "singular": self.singular or self.opts.verbose_name,
            "plural": self.plural or self.opts.verbose_name_plural,
        }

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The audit has the record; a second one would only be able to contradict it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """As `log_addition`."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the audit says of this row."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            **self._names(),
            "title": _("What was changed"),
            "opts": self.opts,
            "object": row,
            "events": history_of(self.object_kind, row.pk, cast("ActWords", self.admin_site).acts),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/object_history.html", context)


class VersionForm(KeptForm):
    """What every version says: from when it holds."""

    valid_from = forms.DateTimeField(
        label=_lazy("Valid from"), required=False, widget=Moment, help_text=_lazy("Empty: now.")
    )


class VersionAdmin(KeptAdmin):
    """Rows that are never changed: a new one takes the place of the last, pre-filled from what `?from=` names."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version stays as it is."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A version, and the way to the one that follows it."""
        if self.has_add_permission(request):
            add = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")
            extra_context = {"next_version_url": f"{add}?from={unquote(object_id)}"} | (extra_context or {})
        return super().change_view(request, object_id, form_url, extra_context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The values of the version that the new one follows, from now on."""
        last = self.followed(request)
        if last is None:
            return {}
        fields = forms.fields_for_model(self.model)
        return {
            name: last.serializable_value(name) for name in fields if name not in {"valid_from", "valid_until", "why"}
        }

    def followed(self, request: HttpRequest) -> Any | None:
        """The version that a new one is pre-filled from."""
        number = request.GET.get("from", "")
        return self.model._default_manager.filter(pk=int(number)).first() if number.isdecimal() else None


class ReadOnlyAdmin(KeptAdmin):
    """Rows that other parts of the desk write; here they are looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed by hand."""
        return False


def history_of(object_kind: str, object_id: int, acts: dict[str, str]) -> list[dict[str, Any]]:
    """The newest events of one object: when, who, what in words, and each value before and after."""
    typed = Remark.objects.filter(pk=OuterRef("reason")).values("words")
    told = AuditEvent.objects.filter(object_kind=object_kind, object_id=object_id).annotate(typed=Subquery(typed))
    events = list(told.order_by("-id")[:HISTORY_LENGTH])
    people = names_of({event.actor_id for event in events if event.actor_id is not None})
    return [
        {
            "at": event.recorded_at,
            "who": people.get(event.actor_id or 0, _("The desk itself")),
            "what": acts.get(event.act, event.act),
            "reason": _reason(event),
            "values": differences(event),
        }
        for event in events
    ]


def _reason(event: Any) -> str:
    """Why: a code as it is, and what was typed as long as it is kept."""
    if event.reason.startswith(PREFIX):
        return event.typed or _("What was typed here has been erased.")
    return str(event.reason)


def differences(event: AuditEvent) -> list[tuple[str, str, str]]:
    """Each value that an event names: its name, what it was, what it is."""
    before, after = event.before or {}, event.after or {}
    return [
        (name, _told(before, name), _told(after, name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def _told(values: dict[str, Any], name: str) -> str:
    if name not in values:
        return ""
    value = values[name]
    return readable(value) if isinstance(value, (dict, list)) else str(value)


def names_of(ids: set[int]) -> dict[int, str]:
    """What the people with these ids are called."""
    people = get_user_model().objects.filter(pk__in=ids)
    return {person.pk: person.get_full_name() or person.get_username() for person in people}


def person_name(column: str) -> Subquery:
    """For `annotate`: what the person is called whose id stands in `column`; None where there is nobody."""
    full = Trim(Concat("first_name", Value(" "), "last_name"))
    called = Case(When(Q(first_name="", last_name=""), then=F("username")), default=full)
    people = get_user_model().objects.filter(pk=OuterRef(column)).annotate(called=called)
    return Subquery(people.values("called")[:1])
