"""The desk's own shape, for whoever writes the sending side: Standard Webhooks with a type, a time and the data."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customers.choices import TelephoneEventKind
from customers.telephone.told import Told
from retention_desk.telephone.fields import NotUnderstood, moment, number, text, whole

KINDS = {f"call.{kind.lower()}": kind for kind in TelephoneEventKind}


def read(body: Mapping[str, Any], headers: Mapping[str, str], now: datetime) -> tuple[Told, ...]:
    """`{"type": "call.answered", "timestamp": ..., "data": {"call_id": ..., ...}}`; the id is the header's."""
    kind = KINDS.get(text(body, "type", required=True))
    if kind is None:
        raise NotUnderstood("type", f"type must be one of {', '.join(KINDS)}.")
    return (
        Told(
            event_id=text(headers, "webhook-id", required=True),
            call_id=text(body, "data.call_id", required=True),
            kind=kind,
            occurred_at=moment(body, "timestamp"),
            sequence=whole(body, "data.sequence"),
            number=number(body, "data.number"),
            line=text(body, "data.line"),
            queue=text(body, "data.queue"),
            ivr_choice=text(body, "data.ivr_choice", most=80),
            language=text(body, "data.language", most=12),
            agent=text(body, "data.agent"),
        ),
    )
