"""Wrapping a call up: the line goes down, what was written and promised is kept, the ending is said. All or nothing."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from customers import calls, dispositions, on_call
from customers.choices import CallState, DispositionKind, ProductKind


@transaction.atomic
def wrap_up(
    *,
    call_id: int,
    kind: DispositionKind,
    lines: Mapping[ProductKind, DispositionKind] | None,
    notes: str,
    call_back_at: datetime | None,
    call_back_note: str,
    by: int,
    role: str,
    key: UUID,
) -> int:
    """Wrap the agent's own call up; answers the id of its disposition, and the same for a repeat of `key`.

    Raises what `calls.save_notes`, `calls.promise_call_back` and `dispositions.close_call` refuse; then the call is as
    it was before, and what was typed is the caller's to show again.
    """
    if on_call.lock_own(call_id, by=by).state != CallState.CLOSED:
        calls.end_call(call_id=call_id, by=by, role=role)
        calls.save_notes(call_id=call_id, notes=notes, by=by)
        if call_back_at is not None:
            calls.promise_call_back(call_id=call_id, at=call_back_at, note=call_back_note, by=by, role=role)
    return dispositions.close_call(call_id=call_id, kind=kind, lines=lines, by=by, role=role, key=key)
