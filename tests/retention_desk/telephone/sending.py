"""What a telephone system sends, signed as it does."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from standardwebhooks import Webhook

from customers.choices import TelephoneSystem
from customers.models import TelephoneConnection
from customers.telephone import connections
from retention_desk.people.models import User
from retention_desk.telephone.signatures import sign_twilio
from tests import builders
from tests.customers.telephone.telephoning import make_connection, make_extension

FORM = "application/x-www-form-urlencoded"
HOST = "http://testserver"


def events_of(connection: TelephoneConnection) -> str:
    """The address that a connection posts to."""
    return f"/telephone/{connection.address}/events/"


def standard(kind: str, at: datetime | None = None, **data: Any) -> str:
    """A body in the desk's own shape."""
    at = at or datetime.now(UTC)
    return json.dumps({"type": f"call.{kind}", "timestamp": at.isoformat(), "data": {"call_id": "c1"} | data})


def signed(
    connection: TelephoneConnection,
    body: str,
    *,
    message: str = "msg_1",
    at: datetime | None = None,
    secret: bytes = b"",
) -> dict[str, str]:
    """The headers of Standard Webhooks."""
    at = at or datetime.now(UTC)
    signature = Webhook(secret or connections.secret_of(connection)).sign(message, at, body)
    return {
        "Webhook-Id": message, "Webhook-Timestamp": str(int(at.timestamp())), "Webhook-Signature": signature,
    }  # fmt: skip


def send(connection: TelephoneConnection, body: str, headers: dict[str, str] | None = None, **other: Any) -> Any:
    """Post a body, signed with Standard Webhooks unless other headers are given."""
    headers = signed(connection, body) if headers is None else headers
    given = {"content_type": "application/json", "headers": headers} | other
    return Client().post(events_of(connection), body, **given)


def tell(connection: TelephoneConnection, kind: str, message: str, **data: Any) -> Any:
    """Tell of a call in the desk's own shape."""
    body = standard(kind, **data)
    return send(connection, body, signed(connection, body, message=message))


def send_twilio(connection: TelephoneConnection, fields: dict[str, str], token: str, query: str = "") -> Any:
    """Post a form as Twilio does."""
    url = events_of(connection) + query
    signature = sign_twilio(HOST + url, {name: [value] for name, value in fields.items()}, token)
    return Client().post(url, urlencode(fields), content_type=FORM, headers={"X-Twilio-Signature": signature})


def make_key(connection: TelephoneConnection, by: User) -> str:
    """A key to the API."""
    return connections.make_key(
        connection_id=connection.pk, name="Test", by=by.pk, role="ADMINISTRATOR", now=builders.desk_now()
    )[1]


def connect(*people: User, system: TelephoneSystem = TelephoneSystem.STANDARD, **other: Any) -> TelephoneConnection:
    """A telephone system that knows these people by their user names."""
    connection = make_connection(system=system, **other)
    for person in people:
        make_extension(connection, person)
    return connection
