"""Amazon Connect: contact events (EventBridge), the contact flow's own event (Lambda), and agent events (Kinesis).

Contact events tell who answered and that it ended, but not the caller's number, which the flow's event has, and no
hold, which agent events have. A transfer is a new contact that names the first one: that is the telephone call.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customers.choices import TelephoneEventKind as Kind
from customers.telephone.told import Told
from retention_desk.telephone.fields import moment, number, part, text

CONTACT_EVENTS: Mapping[str, Kind] = {
    "INITIATED": Kind.RINGING,
    "QUEUED": Kind.RINGING,
    "CONNECTED_TO_AGENT": Kind.ANSWERED,
    "DISCONNECTED": Kind.ENDED,
}
HANDED_OVER = frozenset({"TRANSFER", "QUEUE_TRANSFER"})
# What an agent's line was and is, and what that says.
AGENT_EVENTS: Mapping[tuple[str, str], Kind] = {
    ("CONNECTED", "CONNECTED_ONHOLD"): Kind.HELD,
    ("CONNECTED_ONHOLD", "CONNECTED"): Kind.RESUMED,
    ("", "CONNECTING"): Kind.RINGING,
    ("INCOMING", "CONNECTING"): Kind.RINGING,
}


def read(body: Mapping[str, Any], headers: Mapping[str, str], now: datetime) -> tuple[Told, ...]:
    """By what the body is; what is no voice call is left alone."""
    if "Details" in body:
        return _of_flow(body, now)
    if "CurrentAgentSnapshot" in body:
        return _of_agent(body)
    return _of_contact(body)


def _of_contact(body: Mapping[str, Any]) -> tuple[Told, ...]:
    kind = CONTACT_EVENTS.get(text(body, "detail.eventType", required=True))
    if kind is None or text(body, "detail.channel", required=True).upper() != "VOICE":
        return ()
    if kind == Kind.RINGING and text(body, "detail.initiationMethod").upper() in HANDED_OVER:
        kind = Kind.TRANSFERRED
    agent = text(body, "detail.agentInfo.agentArn") or text(body, "detail.AgentInfo.AgentArn")
    return (
        Told(
            event_id=text(body, "id", required=True),
            call_id=text(body, "detail.initialContactId") or text(body, "detail.contactId", required=True),
            kind=kind,
            occurred_at=moment(body, "time"),
            queue=_name(text(body, "detail.queueInfo.queueArn", most=400)),
            agent=_name(agent),
        ),
    )


def _of_flow(body: Mapping[str, Any], now: datetime) -> tuple[Told, ...]:
    """What the contact flow hands to a function; it has no time of its own."""
    contact = "Details.ContactData"
    if text(body, f"{contact}.Channel", required=True).upper() != "VOICE":
        return ()
    call_id = text(body, f"{contact}.ContactId", required=True)
    return (
        Told(
            event_id=f"flow:{call_id}",
            call_id=text(body, f"{contact}.InitialContactId") or call_id,
            kind=Kind.RINGING,
            occurred_at=now,
            number=number(body, f"{contact}.CustomerEndpoint.Address"),
            line=text(body, f"{contact}.SystemEndpoint.Address"),
            queue=_name(text(body, f"{contact}.Queue.ARN", most=400)),
            ivr_choice=text(body, f"{contact}.Attributes.ivr_choice", most=80),
            language=text(body, f"{contact}.LanguageCode", most=12),
        ),
    )


def _of_agent(body: Mapping[str, Any]) -> tuple[Told, ...]:
    if text(body, "EventType", required=True) != "STATE_CHANGE":
        return ()
    before = {one.get("ContactId"): one for one in _contacts(body, "PreviousAgentSnapshot")}
    found = []
    for contact in _contacts(body, "CurrentAgentSnapshot"):
        was = text(before.get(contact.get("ContactId"), {}), "State")
        kind = AGENT_EVENTS.get((was, text(contact, "State")))
        if kind is None or text(contact, "Channel").upper() != "VOICE":
            continue
        call_id = text(contact, "ContactId", required=True)
        found.append(
            Told(
                event_id=f"{text(body, 'EventId', required=True)}:{call_id}",
                call_id=text(contact, "InitialContactId") or call_id,
                kind=kind,
                occurred_at=moment(body, "EventTimestamp"),
                agent=_name(text(body, "AgentARN", required=True, most=400)),
            )
        )
    return tuple(found)


def _contacts(body: Mapping[str, Any], snapshot: str) -> list[Mapping[str, Any]]:
    found = part(body, f"{snapshot}.Contacts")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _name(arn: str) -> str:
    """The last part of an ARN: the id of the queue or the agent."""
    return arn.rpartition("/")[2]
