"""The four roles and what each may do. The table is the truth; groups in the database follow it after every migrate.

A role opens pages and acts. Whose rows a person sees is decided by their seat (team, site), never by the role.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connections
from django.db.models import Q

AGENT = "Agent"
SUPERVISOR = "Supervisor"
MANAGER = "Manager"
ADMINISTRATOR = "Administrator"

_ON_THE_FLOOR = ("customers.take_call",)
_WATCHES_THE_FLOOR = ("customers.see_floor", "customers.see_record", "offers.decide_approval")
_SEES_AUTHORITY = (
    *("offers.view_budgetaccount", "offers.view_stormreserve"),
    *("offers.view_delegation", "offers.add_delegation", "offers.change_delegation"),
)
_STARTS_STORMS = ("offers.add_storm", "offers.change_storm")
# Whoever raises a limit or signs a reserve needs another of these to confirm it.
_SETS_AUTHORITY = (
    *("offers.view_limitversion", "offers.add_limitversion", "offers.change_budgetaccount"),
    *("offers.add_stormreserve", "offers.change_stormreserve"),
)


def _may(app: str, *models: str, do: tuple[str, ...] = ("view", "add", "change")) -> tuple[str, ...]:
    """The admin's permissions for these models."""
    return tuple(f"{app}.{verb}_{model}" for model in models for verb in do)


_SEE_ONLY = ("view",)
# A version is never changed: a new one is added.
_ADD_ONLY = ("view", "add")

ROLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        AGENT: _ON_THE_FLOOR,
        SUPERVISOR: (*_ON_THE_FLOOR, *_WATCHES_THE_FLOOR, *_SEES_AUTHORITY, *_STARTS_STORMS),
        MANAGER: (
            *_WATCHES_THE_FLOOR,
            *_SEES_AUTHORITY,
            *_STARTS_STORMS,
            *_SETS_AUTHORITY,
            "customers.correct_disposition",
            "customers.read_audit",
        ),
        ADMINISTRATOR: (
            "customers.run_intake",
            "customers.read_audit",
            *_may("people", "user"),
            *_may("auth", "group", do=_SEE_ONLY),
            *_may("admin", "logentry", do=_SEE_ONLY),
            *_may("customers", "company", "product", "reason", "site", "team"),
            *_may("customers", "conductpolicy", do=_ADD_ONLY),
            *_may("customers", "auditevent", "intakerun", "outboxmessage", "telephonecall", do=_SEE_ONLY),
            *_may("customers", "telephoneconnection", "telephonekey", "telephoneagent", "telephoneroute"),
            *_may("offers", "silentnote", "news", do=_SEE_ONLY),
            *_may("offers", "budgetplan", "campaign", "offer", "seat"),
            *_may("offers", "offerversion", "schemeversion", do=_ADD_ONLY),
            *_SEES_AUTHORITY,
            *_SETS_AUTHORITY,
        ),
    }
)


def sync_roles(*, using: str) -> None:
    """Make the groups say what `ROLES` says, in the database named `using` (the owner's: the application may not)."""
    for label in sorted({codename.partition(".")[0] for codenames in ROLES.values() for codename in codenames}):
        # Django makes an application's permissions at the end of migrate, one application after the other; ours are
        # needed now, whichever comes first. Making them twice changes nothing.
        create_permissions(apps.get_app_config(label), verbosity=0, using=using)
    for role, codenames in ROLES.items():
        group = Group.objects.using(using).get_or_create(name=role)[0]
        wanted = Q()
        for codename in codenames:
            app, _dot, name = codename.partition(".")
            wanted |= Q(content_type__app_label=app, codename=name)
        found = Permission.objects.using(using).filter(wanted)
        if len(found) != len(codenames):
            known = {f"{one.content_type.app_label}.{one.codename}" for one in found.select_related("content_type")}
            raise LookupError(f"{role}: no such permission: {', '.join(sorted(set(codenames) - known))}")
        group.permissions.set(found)


def sync_after_migrate(sender: AppConfig, *, using: str, **_other: Any) -> None:
    """Receiver of `post_migrate`. Migrating to before the tables of groups were there syncs nothing."""
    if Group._meta.db_table in connections[using].introspection.table_names():
        sync_roles(using=using)
