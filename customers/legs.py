"""What a call has of those before it: handed over to it, or one that promised to ring back. Plain rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from customers.choices import CallEventKind, IdentityResult


@dataclass(frozen=True, slots=True)
class SheetEvent:
    """One line of "On this call"; `detail` holds codes and numbers."""

    id: int
    kind: CallEventKind
    at: datetime
    by_name: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class EarlierLeg:
    """What travels with a call that was handed over: of the one before, and of all before it together.

    `call_ids` the calls before this one, newest first; `begun_at` when the customer came on the line. `presented` and
    `refused` count offers after the wish to cancel. `settled`: an offer was accepted and nobody has asked again since.
    """

    call_id: int
    call_ids: tuple[int, ...]
    agent_name: str
    begun_at: datetime
    opened_at: datetime
    ended_at: datetime | None
    identity: IdentityResult
    identity_checks: tuple[str, ...]
    ask_count: int
    asked_at: datetime | None
    presented: int
    refused: int
    accepted: bool
    settled: bool
    told: tuple[str, ...]
    events: tuple[SheetEvent, ...]


@dataclass(frozen=True, slots=True)
class NotedWish:
    """A wish to cancel that stays noted while a call-back is promised: its call, and its time counts on."""

    call_id: int
    asked_at: datetime
    ask_count: int
    presented: int
