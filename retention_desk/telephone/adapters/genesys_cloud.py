"""Genesys Cloud's notifications of calls (`v2.users.{id}.conversations.calls`), as they are or through EventBridge.

A notification is a picture of the whole conversation and no event, so every part of it that says when it happened
becomes an event of its own; the same picture told again makes the same events. Being off hold has no time in it: the
notification's own time counts for that, and has to be there.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from customers.choices import TelephoneEventKind as Kind
from customers.telephone.told import Told
from retention_desk.telephone.fields import NotUnderstood, moment, number, part, text

CALLER = frozenset({"customer", "external"})
AGENT = frozenset({"agent", "user"})
OVER = frozenset({"disconnected", "terminated"})


def read(body: Mapping[str, Any], headers: Mapping[str, str], now: datetime) -> tuple[Told, ...]:
    """The events that the picture shows, in no order."""
    told = part(body, "detail") or body
    if not text(told, "topicName", required=True).endswith(".conversations.calls"):
        return ()
    at = moment(body, "time") if "detail" in body else moment(body, "timestamp")
    people = part(told, "eventBody.participants")
    if not isinstance(people, list):
        raise NotUnderstood("eventBody.participants", "eventBody.participants must be a list.")
    call_id = text(told, "eventBody.id", required=True)
    known = [one for one in people if isinstance(one, Mapping)]
    queue = next((name for one in reversed(known) if (name := _queue(one))), "")
    return tuple(
        Told(**({"call_id": call_id, "queue": queue} | event))
        for one in known
        for event in (_of_caller(one) if text(one, "purpose") in CALLER else _of_agent(one, at))
    )


def _of_caller(one: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    name = text(one, "id", required=True)
    if text(one, "startTime"):
        yield {
            "event_id": f"{name}:ringing",
            "kind": Kind.RINGING,
            "occurred_at": moment(one, "startTime"),
            "number": number(one, "address"),
            "line": number(one, "toAddress"),
            "ivr_choice": text(one, "attributes.ivr_choice", most=80),
            "language": text(one, "attributes.language", most=12),
        }
    if text(one, "state") in OVER and text(one, "endTime"):
        yield {"event_id": f"{name}:ended", "kind": Kind.ENDED, "occurred_at": moment(one, "endTime")}


def _of_agent(one: Mapping[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
    agent = text(one, "user.id") or text(one, "userId")
    if text(one, "purpose") not in AGENT or not agent:
        return
    name, state = text(one, "id", required=True), text(one, "state")
    by = {"agent": agent}
    if text(one, "startTime"):
        yield {"event_id": f"{name}:ringing", "kind": Kind.RINGING, "occurred_at": moment(one, "startTime")} | by
    if not text(one, "connectedTime"):
        return
    yield {"event_id": f"{name}:answered", "kind": Kind.ANSWERED, "occurred_at": moment(one, "connectedTime")} | by
    if part(one, "held") is True:
        held = moment(one, "startHoldTime")
        yield {"event_id": f"{name}:held:{held.timestamp()}", "kind": Kind.HELD, "occurred_at": held} | by
    elif state == "connected":
        yield {"event_id": f"{name}:connected:{at.timestamp()}", "kind": Kind.RESUMED, "occurred_at": at} | by
    elif state in OVER and text(one, "disconnectType").startswith("transfer"):
        at = moment(one, "endTime")
        yield {"event_id": f"{name}:over", "kind": Kind.TRANSFERRED, "occurred_at": at, "from_agent": agent}


def _queue(one: Mapping[str, Any]) -> str:
    return text(one, "queue.id") or text(one, "queueId")
