"""The record: the audit, messages out, and files that came in. Nothing here can be changed."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.admin_base import (
    ActWords,
    ReadOnlyAdmin,
    differences,
    person_name,
    shown_json,
    shown_person,
)
from customers.models import AuditEvent, IntakeRun, OutboxMessage


class ActFilter(admin.SimpleListFilter):
    """By act, from the list of those that there are, so that the audit itself is not read for it."""

    title = _("act")
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every act with its words."""
        acts = cast("ActWords", model_admin.admin_site).acts
        return sorted(acts.items(), key=lambda act: act[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the chosen act."""
        return queryset.filter(act=self.value()) if self.value() else queryset


_actor = shown_person("actor_name", _("who"))


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The audit. Ids are looked for as they are, so that a search uses an index."""

    singular = _("event")
    plural = _("audit")
    also_read = {"actor_name": person_name("actor_id")}
    list_display = (
        "recorded_at",
        _actor,
        "actor_role",
        "act_in_words",
        "object",
        "customer_id",
        "call_id",
        "reason",
    )
    list_display_links = ("recorded_at",)
    list_filter = (ActFilter, "recorded_at")
    search_fields = ("object_id",)
    search_help_text = _("The number of an object, a customer or a call.")
    ordering = ("-id",)
    view_fields = (
        "recorded_at",
        _actor,
        "actor_role",
        "act_in_words",
        "object",
        "customer_id",
        "call_id",
        "limit_version_id",
        "reason",
        "changes",
        "key",
        "place_in_chain",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows about the object, the customer or the call of that number; nothing for what is not a number."""
        if not search_term:
            return queryset, False
        if not search_term.isdecimal() or len(search_term) > 18:
            return queryset.none(), False
        number = int(search_term)
        return queryset.filter(Q(object_id=number) | Q(customer_id=number) | Q(call_id=number)), False

    @admin.display(description=_("act"), ordering="act")
    def act_in_words(self, event: AuditEvent) -> str:
        """What was done."""
        return cast("ActWords", self.admin_site).acts.get(event.act, event.act)

    @admin.display(description=_("object"))
    def object(self, event: AuditEvent) -> str:
        """What it was done to."""
        return f"{event.object_kind} {event.object_id or ''}".strip()

    @admin.display(description=_("changes"))
    def changes(self, event: AuditEvent) -> str:
        """Each value before and after."""
        return "\n".join(f"{name}: {before or '–'} → {after or '–'}" for name, before, after in differences(event))

    @admin.display(description=_("place in the chain"))
    def place_in_chain(self, event: AuditEvent) -> str:
        """Which chain, which link, and the beginning of its seal."""
        return f"{event.shard} / {event.seq} / {bytes(event.hash).hex()[:16]}"


class DeliveredFilter(admin.SimpleListFilter):
    """By whether a message has left."""

    title = _("delivery")
    parameter_name = "delivered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Waiting or gone."""
        return [("no", _("Waiting")), ("yes", _("Delivered"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the chosen kind."""
        if self.value() is None:
            return queryset
        return queryset.filter(delivered_at__isnull=self.value() == "no")


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """Messages to the outside world, waiting or gone."""

    singular = _("message")
    plural = _("messages out")
    list_display = ("key", "topic", "created_at", "due_at", "attempts", "delivered_at", "last_error")
    list_filter = (DeliveredFilter, "topic")
    search_fields = ("key",)
    helps = {"key": _("The receiver sees this same key on every attempt.")}
    ordering = ("-id",)
    view_fields = (
        "topic",
        "key",
        shown_json("payload", _("payload")),
        "created_at",
        "due_at",
        "lease_until",
        "attempts",
        "delivered_at",
        "last_error",
    )


@admin.register(IntakeRun)
class IntakeRunAdmin(ReadOnlyAdmin):
    """Files that came in."""

    singular = _("intake")
    plural = _("intakes")
    list_display = (
        "mapping_name",
        "state",
        "rows_total",
        "rows_read",
        "strict",
        "created_by",
        "created_at",
        "finished_at",
    )
    list_filter = ("state", "strict")
    list_select_related = ("created_by",)
    search_fields = ("mapping_name",)
    view_fields = (
        "mapping_name",
        "state",
        shown_json("files", _("files")),
        "strict",
        "rows_total",
        "rows_read",
        shown_json("summary", _("summary")),
        shown_json("trouble", _("trouble")),
        "created_by",
        "created_at",
        "started_at",
        "finished_at",
        "mapping",
    )
