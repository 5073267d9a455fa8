"""Telephone systems that are connected: secrets, keys to the API, whose extension is whose, what queues are called.

No secret is in the database. What we choose is worked out from the desk's own secret; what a telephone system chooses
comes with the settings; of a key only the digest is kept. The former secret holds for a day after a new one was made.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from customers import audit, keeping
from customers.acts import Act
from customers.keeping import NotValid
from customers.models import TelephoneAgent, TelephoneConnection, TelephoneKey, TelephoneRoute
from customers.refusals import NotYours

KEY_BEGINS = "rdk_"
THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
FORMER_SECRET_HOLDS = timedelta(hours=24)
# What was used is noted to the minute, so that a hundred events in one second do not wait for each other.
NOTED_EVERY = timedelta(minutes=1)


def add_connection(
    *, name: str, site_id: int, system: str, active: bool, control_address: str = "", by: int, role: str
) -> TelephoneConnection:
    """Connect a telephone system of a site. `NotValid` for a control address that commands cannot be sent to."""
    values = {
        "name": name,
        "site_id": site_id,
        "system": system,
        "active": active,
        "control_address": _control_address(control_address),
    }
    return keeping.add(TelephoneConnection, values, act=Act.ADDED, object_kind="telephone_connection", by=by, role=role)


def change_connection(
    *, connection_id: int, name: str, active: bool, control_address: str, by: int, role: str
) -> TelephoneConnection:
    """Rename a connection, switch it off, or say what it is asked at; a site and a kind of system it keeps."""
    values = {"name": name, "active": active, "control_address": _control_address(control_address)}
    return keeping.change(
        TelephoneConnection, connection_id, values, act=Act.CHANGED, object_kind="telephone_connection", by=by,
        role=role,
    )  # fmt: skip


@transaction.atomic
def new_secret(*, connection_id: int, by: int, role: str, now: datetime) -> TelephoneConnection:
    """Give a connection a new secret; the one before holds for a day, so that nothing has to change at one moment."""
    connection = TelephoneConnection.objects.select_for_update().filter(pk=connection_id).first()
    if connection is None:
        raise NotYours(connection_id=connection_id)
    connection.secret_number += 1
    connection.secret_changed_at = now
    connection.save(update_fields=["secret_number", "secret_changed_at"])
    audit.append(
        by=by, role=role, act=Act.SECRET_CHANGED, object_kind="telephone_connection", object_id=connection_id,
        after={"secret_number": connection.secret_number},
    )  # fmt: skip
    return connection


def secret_of(connection: TelephoneConnection, *, number: int | None = None) -> bytes:
    """The connection's secret, or a former one by its number: 256 bits that only this desk can work out."""
    value = f"{connection.address}:{number or connection.secret_number}"
    return salted_hmac("customers.telephone.secret", value, algorithm="sha256").digest()


def written(secret: bytes) -> str:
    """A secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secret).decode()


def valid_secrets(connection: TelephoneConnection, *, now: datetime) -> tuple[bytes, ...]:
    """What may have signed something that comes now: the present secret, and for a day the one before."""
    found = [secret_of(connection)]
    changed = connection.secret_changed_at
    if changed is not None and now < changed + FORMER_SECRET_HOLDS:
        found.append(secret_of(connection, number=connection.secret_number - 1))
    return tuple(found)


def given_secrets(connection: TelephoneConnection) -> tuple[str, ...]:
    """What the telephone system chose, from the settings; two while it is being changed."""
    given: dict[str, tuple[str, ...]] = settings.TELEPHONE_SECRETS
    return given.get(connection.name, ())


def connection_at(address: UUID) -> TelephoneConnection | None:
    """The active connection that has this address."""
    return TelephoneConnection.objects.filter(address=address, active=True).first()


def note_use(row: TelephoneConnection | TelephoneKey, *, now: datetime) -> None:
    """Note that it was used, to the minute."""
    if row.last_used_at is None or row.last_used_at < now - NOTED_EVERY:
        type(row)._default_manager.filter(pk=row.pk).update(last_used_at=now)


@transaction.atomic
def make_key(*, connection_id: int, name: str, by: int, role: str, now: datetime) -> tuple[TelephoneKey, str]:
    """Make a key to the API; answers its row, and the whole key, which is never seen again."""
    if not name.strip():
        raise NotValid(field="name", why=_("Say what the key is for."))
    text = KEY_BEGINS + secrets.token_urlsafe(32)
    key = TelephoneKey.objects.create(
        connection_id=connection_id, name=name.strip(), prefix=text[: len(KEY_BEGINS) + 8], digest=_digest(text),
        created_by_id=by, created_at=now,
    )  # fmt: skip
    audit.append(
        by=by, role=role, act=Act.KEY_MADE, object_kind="telephone_key", object_id=key.pk,
        after={"prefix": key.prefix, "connection_id": connection_id},
    )  # fmt: skip
    return key, text


@transaction.atomic
def revoke_key(*, key_id: int, by: int, role: str, now: datetime) -> None:
    """Take a key out of use at once and for ever. Doing it twice changes nothing."""
    key = TelephoneKey.objects.select_for_update().filter(pk=key_id).first()
    if key is None:
        raise NotYours(key_id=key_id)
    if key.revoked_at is not None:
        return
    TelephoneKey.objects.filter(pk=key_id).update(revoked_at=now, revoked_by_id=by)
    audit.append(
        by=by, role=role, act=Act.KEY_REVOKED, object_kind="telephone_key", object_id=key_id,
        after={"prefix": key.prefix},
    )  # fmt: skip


def key_of(text: str) -> TelephoneKey | None:
    """The key that this is, with its connection, unless it was revoked or its connection is switched off."""
    found = TelephoneKey.objects.select_related("connection").filter(
        prefix=text[: len(KEY_BEGINS) + 8], revoked_at=None, connection__active=True
    )
    key = found.first()
    if key is None or not hmac.compare_digest(bytes(key.digest), _digest(text)):
        return None
    return key


def add_agent(
    *, connection_id: int, telephone_id: str, user_id: int, active: bool, by: int, role: str
) -> TelephoneAgent:
    """Say who answers under a name that the telephone system has."""
    values = {"connection_id": connection_id, "telephone_id": telephone_id, "user_id": user_id, "active": active}
    return keeping.add(TelephoneAgent, values, act=Act.ADDED, object_kind="telephone_agent", by=by, role=role)


def change_agent(*, agent_id: int, user_id: int, active: bool, by: int, role: str) -> TelephoneAgent:
    """Give a name to another person, or to nobody."""
    values = {"user_id": user_id, "active": active}
    return keeping.change(
        TelephoneAgent, agent_id, values, act=Act.CHANGED, object_kind="telephone_agent", by=by, role=role
    )


def add_route(
    *, connection_id: int, kind: str, code: str, name: str, team_id: int, active: bool, by: int, role: str
) -> TelephoneRoute:
    """Say what a dialled number or a queue is called, and which team's it is."""
    values = {
        "connection_id": connection_id,
        "kind": kind,
        "code": code,
        "name": name,
        "team_id": team_id,
        "active": active,
    }
    return keeping.add(TelephoneRoute, values, act=Act.ADDED, object_kind="telephone_route", by=by, role=role)


def change_route(*, route_id: int, name: str, team_id: int, active: bool, by: int, role: str) -> TelephoneRoute:
    """Rename a route, give it to another team, or take it out of use."""
    values = {"name": name, "team_id": team_id, "active": active}
    return keeping.change(
        TelephoneRoute, route_id, values, act=Act.CHANGED, object_kind="telephone_route", by=by, role=role
    )


def _control_address(text: str) -> str:
    """The address that commands are posted to, or blank. `NotValid` for one that they are not sent to.

    A command holds no customer's data, but whoever reads along would learn who talks when: in clear it goes no further
    than this machine, to a program beside the desk that passes it on.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError as wrong:
        raise NotValid(field="control_address", why=_("This is no address.")) from wrong
    if not text:
        return ""
    if not (parts.scheme == "https" or (parts.scheme == "http" and host in THIS_MACHINE)) or not host:
        why = _("An address begins with https:// (http:// only for a program on this machine: 127.0.0.1).")
        raise NotValid(field="control_address", why=why)
    if (
        parts.username
        or parts.password
        or parts.fragment
        or not text.isascii()
        or not text.isprintable()
        or " " in text
    ):
        raise NotValid(field="control_address", why=_("Leave out names, passwords, spaces and what follows a #."))
    return text


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
