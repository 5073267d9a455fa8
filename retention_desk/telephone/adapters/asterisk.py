"""Asterisk: events of its manager (AMI, as JSON with the manager's own names) and of ARI.

An agent is the channel technology and the device (`PJSIP/102`), or for a blind transfer the extension that was dialled.
A call is told by the oldest of its channels (`Linkedid`); ARI knows that only where the channel variable `DESK_CALL` is
set to it, else the caller's channel is taken.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from customers.choices import TelephoneEventKind as Kind
from customers.telephone.told import Told
from retention_desk.telephone.fields import moment, number, text

_INSTANCE = re.compile(r"-[0-9a-f]{8}(;[12])?$")

MANAGER: Mapping[str, Kind] = {
    "QueueCallerJoin": Kind.RINGING,
    "AgentCalled": Kind.RINGING,
    "AgentConnect": Kind.ANSWERED,
    "Hold": Kind.HELD,
    "Unhold": Kind.RESUMED,
    "BlindTransfer": Kind.TRANSFERRED,
    "AttendedTransfer": Kind.TRANSFERRED,
    "QueueCallerAbandon": Kind.ENDED,
    "AgentComplete": Kind.ENDED,
    "Hangup": Kind.ENDED,
}
# What a queue tells of the caller's channel says who rings, and where.
OF_THE_CALLER = frozenset({"QueueCallerJoin", "AgentCalled", "AgentConnect"})


def read(body: Mapping[str, Any], headers: Mapping[str, str], now: datetime) -> tuple[Told, ...]:
    """One event, or none that matters here."""
    return _of_manager(body) if "Event" in body else _of_ari(body)


def _of_manager(body: Mapping[str, Any]) -> tuple[Told, ...]:
    name = text(body, "Event", required=True)
    kind = MANAGER.get(name)
    if kind is None or _says_nothing(name, body):
        return ()
    at = moment(body, "Timestamp")
    channel = text(body, "DestUniqueid") or text(body, "Uniqueid") or text(body, "TransfereeUniqueid")
    told: dict[str, Any] = {
        "event_id": f"{name}:{channel}:{at.timestamp()}",
        "kind": kind,
        "occurred_at": at,
        "queue": text(body, "Queue"),
    }
    if kind == Kind.TRANSFERRED:
        to = text(body, "Extension") if name == "BlindTransfer" else _device(text(body, "TransferTargetChannel"))
        by = text(body, "TransfererChannel") or text(body, "OrigTransfererChannel")
        told |= {"call_id": text(body, "TransfereeLinkedid", required=True), "agent": to, "from_agent": _device(by)}
        return (Told(**told),)
    told |= {"call_id": text(body, "Linkedid", required=True), "agent": _device(text(body, "Interface"))}
    if name in OF_THE_CALLER:
        told |= {"number": number(body, "CallerIDNum"), "line": text(body, "Exten")}
        told |= {"language": text(body, "Language", most=12)}
    return (Told(**told),)


def _says_nothing(name: str, body: Mapping[str, Any]) -> bool:
    """A transfer that failed; an agent who has handed the caller over; a line that is down and not the caller's."""
    if name in ("BlindTransfer", "AttendedTransfer"):
        return text(body, "Result") != "Success"
    if name == "AgentComplete":
        return text(body, "Reason") == "transfer"
    return name == "Hangup" and text(body, "Uniqueid") != text(body, "Linkedid")


def _of_ari(body: Mapping[str, Any]) -> tuple[Told, ...]:
    read_as = ARI.get(text(body, "type", required=True))
    found = read_as(body) if read_as else None
    if found is None:
        return ()
    at = moment(body, "timestamp")
    event_id = f"{text(body, 'type')}:{found['call_id']}:{found.get('agent', '')}:{at.timestamp()}"
    return (Told(event_id=event_id, occurred_at=at, **found),)


def _start(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The caller comes in; an agent's channel that does is told by Dial."""
    if _call_of(body, "channel") != text(body, "channel.id", required=True):
        return None
    return {
        "kind": Kind.RINGING,
        "call_id": text(body, "channel.id"),
        "number": number(body, "channel.caller.number"),
        "line": text(body, "channel.dialplan.exten"),
        "queue": text(body, "channel.channelvars.DESK_QUEUE"),
        "ivr_choice": text(body, "channel.channelvars.DESK_CHOICE", most=80),
        "language": text(body, "channel.language", most=12),
    }


def _dial(body: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = {"RINGING": Kind.RINGING, "ANSWER": Kind.ANSWERED}.get(text(body, "dialstatus"))
    if kind is None:
        return None
    return {"kind": kind, "call_id": _call_of(body, "caller"), "agent": _device(text(body, "peer.name", required=True))}


def _hold(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": Kind.HELD, "call_id": _call_of(body, "channel")}


def _unhold(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": Kind.RESUMED, "call_id": _call_of(body, "channel")}


def _blind(body: Mapping[str, Any]) -> dict[str, Any] | None:
    if text(body, "result") != "Success":
        return None
    caller = "transferee" if text(body, "transferee.id") else "channel"
    return {"kind": Kind.TRANSFERRED, "call_id": _call_of(body, caller), "agent": text(body, "exten")}


def _attended(body: Mapping[str, Any]) -> dict[str, Any] | None:
    if text(body, "result") != "Success":
        return None
    to = _device(text(body, "transfer_target.name", required=True))
    return {"kind": Kind.TRANSFERRED, "call_id": _call_of(body, "transferee"), "agent": to}


def _destroyed(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Only the caller's own channel says that the call is over."""
    call_id = _call_of(body, "channel")
    return {"kind": Kind.ENDED, "call_id": call_id} if call_id == text(body, "channel.id") else None


ARI: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any] | None]] = {
    "StasisStart": _start,
    "Dial": _dial,
    "ChannelHold": _hold,
    "ChannelUnhold": _unhold,
    "BridgeBlindTransfer": _blind,
    "BridgeAttendedTransfer": _attended,
    "ChannelDestroyed": _destroyed,
}


def _call_of(body: Mapping[str, Any], channel: str) -> str:
    return text(body, f"{channel}.channelvars.DESK_CALL") or text(body, f"{channel}.id", required=True)


def _device(channel: str) -> str:
    """`PJSIP/102` of `PJSIP/102-0000001a`, `Local/102@agents` of `Local/102@agents/n`."""
    name = _INSTANCE.sub("", channel)
    is_with_options = name.startswith("Local/") and name.count("/") > 1
    return name.rpartition("/")[0] if is_with_options else name
