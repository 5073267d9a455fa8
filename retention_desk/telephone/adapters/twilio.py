"""Twilio's status callbacks for calls and conferences (form fields).

The caller's own call is the telephone call; a call that Twilio dials for it (`ParentCallSid`) rings an agent, named by
what was dialled (`client:ines`, `sip:...`, a number). Each call counts its callbacks for itself, so the time orders
them. Queue, choice and language come in the query of the callback's address, which the signature covers.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customers.choices import TelephoneEventKind as Kind
from customers.telephone.told import Told
from retention_desk.telephone.fields import moment, number, text

_OVER = dict.fromkeys(("completed", "busy", "failed", "no-answer", "canceled"), Kind.ENDED)
# The caller's call is answered by the menu before any agent is.
CALLER: Mapping[str, Kind] = {"queued": Kind.RINGING, "ringing": Kind.RINGING, "in-progress": Kind.RINGING, **_OVER}
AGENT: Mapping[str, Kind] = {"ringing": Kind.RINGING, "in-progress": Kind.ANSWERED}
CONFERENCE: Mapping[str, Kind] = {"participant-hold": Kind.HELD, "participant-unhold": Kind.RESUMED}


def read(body: Mapping[str, Any], headers: Mapping[str, str], now: datetime) -> tuple[Told, ...]:
    """One event, or none: an agent's line that is down says nothing of the caller's."""
    sid, parent = text(body, "CallSid", required=True), text(body, "ParentCallSid")
    told: dict[str, Any] = {"call_id": parent or sid, "occurred_at": moment(body, "Timestamp")}
    counted = text(body, "SequenceNumber", required=True)
    if text(body, "ConferenceSid"):
        kind = CONFERENCE.get(text(body, "StatusCallbackEvent"))
        return (Told(event_id=f"{text(body, 'ConferenceSid')}:{counted}", kind=kind, **told),) if kind else ()
    status = text(body, "CallStatus", required=True)
    kind = (AGENT if parent else CALLER).get(status)
    if kind is None:
        return ()
    told |= {"event_id": f"{sid}:{counted}:{status}", "kind": kind}
    if parent:
        return (Told(**told, agent=text(body, "To", required=True)),)
    return (
        Told(
            **told,
            number=number(body, "From"),
            line=text(body, "To"),
            queue=text(body, "queue"),
            ivr_choice=text(body, "choice", most=80),
            language=text(body, "language", most=12),
        ),
    )
