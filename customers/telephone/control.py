"""Carries to the telephone what an agent asked of it: one signed message to the connection's control address.

It may arrive more than once and is then the same message, and never after its time: an agent who has read that the
telephone did not confirm is not overtaken by a hold that comes later. What the other side answers is not read beyond
its status: whether the caller is held the telephone tells by its events.
"""

import http.client
import json
import logging
import ssl
import time
from datetime import datetime
from urllib.parse import urlsplit

from django.utils import timezone
from standardwebhooks import Webhook

from customers.choices import LineWanted
from customers.models import TelephoneCommand, TelephoneConnection
from customers.outbox import Message, NotNow, Sent
from customers.telephone import connections
from customers.telephone.incoming import line_of

log = logging.getLogger(__name__)

TOPIC = "telephone-command"
RELAY = "customers.tasks.relay_telephone"
# Three times within the eight seconds that a command is good for, whatever the other side does.
TRIES = 3
SECONDS = 2.0
PAUSE = 0.3
_TYPES = {LineWanted.HELD: "call.hold_wanted", LineWanted.RESUMED: "call.resume_wanted"}
# The other side may do better in a moment; anything else it says would be the same again.
_TRY_AGAIN = frozenset({408, 425, 429})


def send(message: Message) -> Sent:
    """Post one command while it is wanted; SKIPPED once the telephone has told, the call is over or its time is up.

    `NotNow` with the status or the kind of trouble when nobody has taken it.
    """
    command = TelephoneCommand.objects.select_related("leg__telephone_call__connection").get(
        pk=int(str(message.payload["command"]))
    )
    connection = command.leg.telephone_call.connection
    body = _body(command, agent=str(message.payload["agent"]))
    trouble = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE * attempt)
        if not _is_wanted(command):
            return Sent.SKIPPED
        headers = _signed(connection, body, message=message.key, now=timezone.now())
        trouble, again = _post(connection.control_address, body, headers)
        if not trouble:
            return Sent.SENT
        if not again:
            break
    log.warning("%s was not taken: %s", message.key, trouble)
    raise NotNow(trouble)


def _is_wanted(command: TelephoneCommand) -> bool:
    """Whether this is still what the agent waits for, by the database's clock."""
    line = line_of(call_id=command.leg.call_id, by=command.leg.agent_id).telephone
    return line is not None and line.is_asking and line.asked is not None and line.asked.id == command.pk


def _body(command: TelephoneCommand, *, agent: str) -> bytes:
    at, until = command.asked_at.isoformat(), command.good_until.isoformat()
    data = {"call_id": command.leg.telephone_call.provider_call_id, "agent": agent, "at": at, "until": until}
    return json.dumps({"type": _TYPES[LineWanted(command.wanted)], "timestamp": at, "data": data}).encode()


def _signed(connection: TelephoneConnection, body: bytes, *, message: str, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks; for a day after a new secret was made the former one signs, too."""
    secrets = connections.valid_secrets(connection, now=now)
    signatures = [Webhook(secret).sign(message, now, body.decode()) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Retention-Desk",
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _post(address: str, body: bytes, headers: dict[str, str]) -> tuple[str, bool]:
    """What went wrong as a code (blank: taken), and whether trying again may help. Redirects are not followed."""
    parts = urlsplit(address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    line: http.client.HTTPConnection
    if parts.scheme == "https":
        trusted = ssl.create_default_context()
        line = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=SECONDS, context=trusted)
    else:
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        line.request("POST", path, body, headers)
        status = line.getresponse().status
    except TimeoutError:
        return "TIMEOUT", True
    except (OSError, http.client.HTTPException) as trouble:
        return type(trouble).__name__, True
    finally:
        line.close()
    if http.client.OK <= status < http.client.MULTIPLE_CHOICES:
        return "", False
    return f"HTTP_{status}", status >= http.client.INTERNAL_SERVER_ERROR or status in _TRY_AGAIN
