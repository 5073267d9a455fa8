"""What every act on a call shares: the lock on the agent's own call, its log, and its entry in the audit."""

import re
from collections.abc import Mapping
from uuid import UUID

from django.db import connection

from customers import audit
from customers.acts import Act
from customers.choices import CallEventKind, CallState
from customers.models import Call
from customers.refusals import NotYours, Refused
from customers.statements import as_json

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")


def lock_open(call_id: int, *, by: int) -> Call:
    """The agent's own call, locked, while the line is up. `NotYours`, or `Refused("CALL_CLOSED")` when it is over."""
    call = lock_own(call_id, by=by)
    if call.state != CallState.OPEN:
        raise Refused("CALL_CLOSED", call_id=call_id)
    return call


def lock_unclosed(call_id: int, *, by: int) -> Call:
    """The agent's own call, locked, until it has its disposition. `NotYours` or `Refused("CALL_CLOSED")`."""
    call = lock_own(call_id, by=by)
    if call.state == CallState.CLOSED:
        raise Refused("CALL_CLOSED", call_id=call_id)
    return call


def lock_own(call_id: int, *, by: int) -> Call:
    """The agent's own call in any state, locked; the first lock that any act takes. `NotYours` otherwise."""
    call = Call.objects.select_for_update(no_key=True, of=("self",)).filter(pk=call_id, agent_id=by).first()
    if call is None:
        raise NotYours(call_id=call_id)
    return call


def record(
    call: Call,
    *,
    act: Act,
    by: int | None,
    role: str,
    event: CallEventKind | None = None,
    detail: Mapping[str, object] | None = None,
    before: Mapping[str, object] | None = None,
    object_kind: str = "call",
    object_id: int | None = None,
    reason: str = "",
    key: UUID | None = None,
) -> None:
    """Write the act to the audit and, with `event`, to "On this call". `detail` holds codes and numbers only."""
    if event is not None:
        add_event(call.pk, event, by=by, detail=detail or {})
    audit.append(
        by=by,
        role=role,
        act=act,
        object_kind=object_kind,
        object_id=call.pk if object_id is None else object_id,
        customer_id=call.customer_id,
        call_id=call.pk,
        before=before,
        after=detail,
        reason=reason,
        key=key,
    )


def code(word: str) -> str:
    """The word, if it is a code: what is kept for ever must not be somebody's answer typed into it. `Refused`."""
    if not _CODE.fullmatch(word):
        raise Refused("CODE_UNKNOWN")
    return word


def add_event(call_id: int, kind: CallEventKind, *, by: int | None, detail: Mapping[str, object]) -> None:
    """Add a line to "On this call"; the database's clock says when."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO customers_callevent (call_id, kind, at, by_id, detail)
               VALUES (%s, %s, desk_now(), %s, %s::jsonb)""",
            [call_id, kind, by, as_json(detail)],
        )
