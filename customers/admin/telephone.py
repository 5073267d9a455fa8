"""The telephone systems that are connected: their secrets and keys, whose extension is whose, and what came in."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers.admin_base import KeptAdmin, KeptForm, ReadOnlyAdmin, person_name, shown_person
from customers.choices import TelephoneSystem
from customers.models import TelephoneAgent, TelephoneCall, TelephoneConnection, TelephoneKey, TelephoneRoute
from customers.telephone import connections

SHOWN_ONCE = "admin/customers/secret.html"
_ON_CONNECTION = ("connection__name", "connection__site__name")


@admin.register(TelephoneConnection)
class TelephoneConnectionAdmin(KeptAdmin):
    """Telephone systems that tell of their calls."""

    singular = _("telephone connection")
    plural = _("telephone connections")
    object_kind = "telephone_connection"
    list_display = ("name", "site", "system", "active", "last_used_at")
    list_filter = ("system", "active", "site")
    list_select_related = ("site",)
    search_fields = ("name", "site__name")
    fields = ("name", "site", "system", "active", "control_address", "webhook")
    readonly_fields = ("webhook",)
    # Its agents sit at that site, and its events have that shape.
    chosen_once = ("site", "system")
    only_later = ("webhook",)
    helps = {
        "active": _("Off: nothing that it sends is taken, and its keys open nothing."),
        "control_address": _(
            "Where the telephone is asked to hold a caller and to take them back, signed with the connection’s secret; "
            "https only. Blank: agents have no button for it."
        ),
    }
    actions = ("show_secret", "new_secret")

    @admin.display(description=_("address that it posts to"))
    def webhook(self, connection: TelephoneConnection) -> str:
        """Below the address of this desk."""
        return reverse("telephone:events", args=[connection.address])

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> TelephoneConnection:
        """Save by the workflow."""
        kept = {name: values[name] for name in ("name", "active", "control_address")}
        if row is not None:
            return connections.change_connection(connection_id=row.pk, **kept, **self.acting(request))
        place = {"site_id": values["site"].pk, "system": values["system"]}
        return connections.add_connection(**kept, **place, **self.acting(request))

    @admin.action(description=_("Show the secret"), permissions=["change"])
    def show_secret(self, request: HttpRequest, chosen: QuerySet[TelephoneConnection]) -> HttpResponse | None:
        """Show what signs, of one connection at a time."""
        connection = self._one(request, chosen)
        return self._secret(request, connection) if connection else None

    @admin.action(description=_("Make a new secret"), permissions=["change"])
    def new_secret(self, request: HttpRequest, chosen: QuerySet[TelephoneConnection]) -> HttpResponse | None:
        """Make a new one and show it; the old one holds for a day."""
        connection = self._one(request, chosen)
        if connection is None:
            return None
        changed = connections.new_secret(connection_id=connection.pk, now=timezone.now(), **self.acting(request))
        return self._secret(request, changed)

    def _one(self, request: HttpRequest, chosen: QuerySet[TelephoneConnection]) -> TelephoneConnection | None:
        found = list(chosen[:2])
        if len(found) == 1:
            return found[0]
        self.message_user(request, gettext("Choose one connection."), messages.ERROR)
        return None

    def _secret(self, request: HttpRequest, connection: TelephoneConnection) -> HttpResponse:
        context = {
            "title": gettext("Secret of %(name)s") % {"name": connection.name},
            "secret": connections.written(connections.secret_of(connection)),
            "hex": connections.secret_of(connection).hex(),
            "given": connection.system == TelephoneSystem.TWILIO,
            "connection": connection,
        }
        return _shown_once(self, request, context)


class KeyForm(KeptForm):
    """A new key: which connection it acts for, and what it is for."""

    name = forms.CharField(label=_("What it is for"), max_length=80)


_maker = shown_person("maker", _("made by"))


@admin.register(TelephoneKey)
class TelephoneKeyAdmin(KeptAdmin):
    """Keys to the API. A key is seen once, when it is made."""

    singular = _("key to the API")
    plural = _("keys to the API")
    object_kind = "telephone_key"
    form = KeyForm
    also_read = {"maker": person_name("created_by_id")}
    list_display = ("prefix", "name", "connection", "created_at", _maker, "last_used_at", "revoked_at")
    list_display_links = ("prefix",)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "connection")
    list_select_related = ("connection",)
    search_fields = ("name", "prefix", *_ON_CONNECTION)
    fields = ("connection", "name")
    view_fields = ("prefix", "name", "connection", "created_at", _maker, "last_used_at", "revoked_at")
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A key stays what it is; it can be revoked."""
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whoever might change it."""
        return super().has_change_permission(request)

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> TelephoneKey:
        """Make it by the workflow, and keep the text of it for the answer to this request."""
        key, text = connections.make_key(
            connection_id=values["connection"].pk, name=values["name"], now=timezone.now(), **self.acting(request)
        )
        request.made_key = text  # type: ignore[attr-defined]
        return key

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Show it, this once."""
        text = request.made_key  # type: ignore[attr-defined]
        return _shown_once(self, request, {"title": gettext("The new key"), "key": text})

    @admin.action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, keys: QuerySet[TelephoneKey]) -> None:
        """Take the chosen keys out of use at once."""
        chosen = list(keys)
        for key in chosen:
            connections.revoke_key(key_id=key.pk, now=timezone.now(), **self.acting(request))
        count = len(chosen)
        done = ngettext("%d key is out of use.", "%d keys are out of use.", count) % count
        self.message_user(request, done, messages.SUCCESS)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A person, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """First and last name."""
        return str(obj.get_full_name() or obj.get_username())


class AgentForm(KeptForm):
    """A name that a telephone system has for somebody."""

    user = PersonField(
        label=_("Who it is"),
        queryset=get_user_model()._default_manager.filter(is_active=True).order_by("first_name", "last_name"),
    )


_person = shown_person("person", _("who it is"))


@admin.register(TelephoneAgent)
class TelephoneAgentAdmin(KeptAdmin):
    """Who answers under which name."""

    singular = _("agent’s telephone")
    plural = _("agents’ telephones")
    object_kind = "telephone_agent"
    form = AgentForm
    also_read = {"person": person_name("user_id")}
    list_display = ("telephone_id", _person, "connection", "active")
    list_filter = ("connection", "active")
    list_select_related = ("connection",)
    search_fields = ("telephone_id", "user__first_name", "user__last_name", "user__username", *_ON_CONNECTION)
    fields = ("connection", "telephone_id", "user", "active")
    chosen_once = ("connection", "telephone_id")
    helps = {"telephone_id": _("As the telephone system names them: 2041, PJSIP/102, client:ines, a user’s id.")}

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> TelephoneAgent:
        """Save by the workflow."""
        kept = {"user_id": values["user"].pk, "active": values["active"]}
        if row is not None:
            return connections.change_agent(agent_id=row.pk, **kept, **self.acting(request))
        return connections.add_agent(
            connection_id=values["connection"].pk, telephone_id=values["telephone_id"], **kept, **self.acting(request)
        )


@admin.register(TelephoneRoute)
class TelephoneRouteAdmin(KeptAdmin):
    """What dialled numbers and queues are called, and whose they are."""

    singular = _("line or queue")
    plural = _("lines and queues")
    object_kind = "telephone_route"
    list_display = ("name", "kind", "code", "team", "connection", "active")
    list_filter = ("connection", "kind", "active")
    list_select_related = ("connection", "team")
    search_fields = ("name", "code", "team__name", *_ON_CONNECTION)
    fields = ("connection", "kind", "code", "name", "team", "active")
    chosen_once = ("connection", "kind", "code")
    helps = {"code": _("As the telephone system names it.")}

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> TelephoneRoute:
        """Save by the workflow."""
        kept = {"name": values["name"], "team_id": values["team"].pk, "active": values["active"]}
        if row is not None:
            return connections.change_route(route_id=row.pk, **kept, **self.acting(request))
        named = {"connection_id": values["connection"].pk, "kind": values["kind"], "code": values["code"]}
        return connections.add_route(**named, **kept, **self.acting(request))


_answered_by = shown_person("answerer", _("agent"))


@admin.register(TelephoneCall)
class TelephoneCallAdmin(ReadOnlyAdmin):
    """What came in, for whoever connects a telephone system. The caller's number is not shown."""

    singular = _("telephone call")
    plural = _("telephone calls")
    object_kind = "telephone_call"
    also_read = {"answerer": person_name("agent_id")}
    list_display = ("recorded_at", "connection", "state", "queue", "line", _answered_by, "match")
    list_filter = ("connection", "state", "match")
    list_select_related = ("connection",)
    search_fields = ("provider_call_id", "queue", *_ON_CONNECTION)
    ordering = ("-recorded_at", "-pk")
    view_fields = (
        *("recorded_at", "connection", "provider_call_id", "state", "queue", "line", "ivr_choice", "language"),
        *(_answered_by, "match", "begun_at", "changed_at"),
    )


def _shown_once(page: KeptAdmin, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """A page with a secret on it: never kept by a browser or by anything on the way."""
    site = page.admin_site
    response = TemplateResponse(
        request, SHOWN_ONCE, {**site.each_context(request), **page._names(), "opts": page.opts, **context}
    )
    response["Cache-Control"] = "no-store"
    return cast("HttpResponse", response)
