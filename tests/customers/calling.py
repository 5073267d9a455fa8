"""A call as the screen opens it, and what its own log and the audit hold of it."""

from typing import Any

from customers import calls
from customers.choices import CallerRole, OpeningIntent
from customers.models import AuditEvent, CallEvent, Customer
from retention_desk.people.models import User
from tests import builders


def open_call(agent: User, customer: Customer | None, **other: Any) -> int:
    """Open a call the way the screen does."""
    team = builders.make_team()
    given = {
        "customer_id": customer.pk if customer else None,
        "phone_from": customer.phone if customer else "",
        "caller_role": CallerRole.HOLDER,
        "opening_intent": OpeningIntent.DISCONNECT,
        "team_id": team.pk,
        "site_id": team.site_id,
        "by": agent.pk,
        "role": "AGENT",
        "now": builders.desk_now(),
        "key": builders.new_key(),
    }
    return calls.open_call(**(given | other))


def events(call_id: int) -> list[str]:
    """Kinds of "On this call"."""
    return list(CallEvent.objects.filter(call_id=call_id).order_by("at", "id").values_list("kind", flat=True))


def acts(call_id: int) -> list[str]:
    """Acts of the audit on one call."""
    return list(AuditEvent.objects.filter(call_id=call_id).order_by("id").values_list("act", flat=True))
