"""The address that a telephone opens on its agent's computer: signed, good for two minutes, without a number in it.

    /calls/pop/?connection=<address>&call=<the telephone system's id of it>&at=<seconds since 1970>&signature=<hex>

The signature is HMAC-SHA256, with the connection's secret, of `<address>.<call>.<at>`. The API answers such an address
ready to open; whoever can sign makes it themselves.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from customers.models import TelephoneCall, TelephoneConnection
from customers.refusals import NotYours, Refused
from customers.telephone import connections

GOOD_FOR = timedelta(minutes=2)
FIELDS = ("connection", "call", "at", "signature")


@dataclass(frozen=True, slots=True)
class Popped:
    """A telephone call that a signed address names."""

    telephone_call_id: int
    site_id: int


def query_of(connection: TelephoneConnection, provider_call_id: str, *, now: datetime) -> str:
    """The query of an address for this call, good from now on."""
    address, at = str(connection.address), int(now.timestamp())
    signature = sign(connections.secret_of(connection), address, provider_call_id, at)
    return urlencode({"connection": address, "call": provider_call_id, "at": at, "signature": signature})


def sign(secret: bytes, address: str, provider_call_id: str, at: int) -> str:
    """The signature, in hexadecimal."""
    return hmac.digest(secret, f"{address}.{provider_call_id}.{at}".encode(), "sha256").hex()


def popped(query: Mapping[str, str], *, now: datetime) -> Popped:
    """The call that the query names. `NotYours` for what nobody signed, `Refused("POP_TOO_OLD")` past two minutes."""
    said = {name: query.get(name, "") for name in FIELDS}
    try:
        connection = connections.connection_at(UUID(said["connection"]))
        at = int(said["at"])
    except ValueError:
        connection = None
    if connection is None:
        raise NotYours
    secrets = connections.valid_secrets(connection, now=now)
    signatures = [sign(secret, str(connection.address), said["call"], at).encode() for secret in secrets]
    if not any(hmac.compare_digest(one, said["signature"].lower().encode()) for one in signatures):
        raise NotYours
    if abs(now.timestamp() - at) > GOOD_FOR.total_seconds():
        raise Refused("POP_TOO_OLD")
    call = TelephoneCall.objects.filter(connection=connection, provider_call_id=said["call"]).first()
    if call is None:
        raise NotYours
    return Popped(telephone_call_id=call.pk, site_id=connection.site_id)
