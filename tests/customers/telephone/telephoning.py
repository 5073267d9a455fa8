"""A telephone system of the site, and what it tells."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from customers.choices import TelephoneEventKind, TelephoneSystem
from customers.models import Call, Site, TelephoneAgent, TelephoneCall, TelephoneConnection
from customers.telephone.parts import Seated
from customers.telephone.receiving import receive
from customers.telephone.told import Told
from offers.models import Seat
from retention_desk.people.models import User
from tests import builders

_numbers = itertools.count(1)


def make_connection(
    *, system: TelephoneSystem = TelephoneSystem.STANDARD, site: Site | None = None, **other: Any
) -> TelephoneConnection:
    """A connection of Fresno."""
    given = {"name": f"Telephone {next(_numbers)}", "site": site or builders.make_site(), "system": system}
    return TelephoneConnection.objects.create(**(given | other))


def make_extension(connection: TelephoneConnection, user: User, telephone_id: str = "") -> TelephoneAgent:
    """By which name the telephone system knows a person; their user name unless said otherwise."""
    return TelephoneAgent.objects.create(connection=connection, user=user, telephone_id=telephone_id or user.username)


def seats(user_id: int) -> Seated | None:
    """Where people sit, as the desk answers it; ready as their seat says."""
    seat = Seat.objects.select_related("team").filter(user_id=user_id).first()
    if seat is None or seat.team is None:
        return None
    return Seated(team_id=seat.team_id or 0, site_id=seat.team.site_id, ready=seat.duty == "READY")


@dataclass
class Telephone:
    """One telephone call, and the means to tell of it second by second."""

    connection: TelephoneConnection
    call_id: str = field(default_factory=lambda: f"call-{next(_numbers)}")
    begun_at: datetime = field(default_factory=lambda: builders.desk_now() - timedelta(minutes=5))
    facts: dict[str, Any] = field(default_factory=dict)

    def told(self, kind: TelephoneEventKind, second: int, **other: Any) -> Told:
        """An event of this call."""
        given: dict[str, Any] = {
            "event_id": f"{self.call_id}:{second}",
            "call_id": self.call_id,
            "kind": kind,
            "occurred_at": self.begun_at + timedelta(seconds=second),
        }
        return Told(**(given | self.facts | other))

    def tell(self, kind: TelephoneEventKind, second: int, **other: Any) -> TelephoneCall:
        """Tell it to the desk; answers the call as it stands then."""
        return self.send(self.told(kind, second, **other))

    def send(self, told: Told) -> TelephoneCall:
        """Take one event in."""
        call_id, _new = receive(told=told, connection_id=self.connection.pk, now=builders.desk_now(), seats=seats)
        return TelephoneCall.objects.get(pk=call_id)


def desk_calls(telephone: Telephone) -> list[tuple[str, str, str]]:
    """The desk's calls of a telephone call: whose, with whom, and where they stand."""
    calls = Call.objects.filter(telephone_leg__telephone_call__provider_call_id=telephone.call_id)
    return sorted(
        (call.agent.username, call.customer.account_number if call.customer else "", call.state)
        for call in calls.select_related("agent", "customer")
    )
