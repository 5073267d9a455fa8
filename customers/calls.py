"""The cancel call from ringing to wrap-up: opening, what is asked and said, ending. One transaction each.

Every act writes its audit row and, where the customer would remember it, a line of "On this call". Doing an act that
has its effect already changes nothing. Closing with a disposition is `customers.dispositions`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from customers.choices import CallerRole, OpeningIntent, ReasonSource


def open_call(
    *,
    customer_id: int | None,
    phone_from: str,
    caller_role: CallerRole,
    opening_intent: OpeningIntent,
    team_id: int,
    site_id: int,
    by: int,
    role: str,
    now: datetime,
    key: UUID,
    transferred_from: int | None = None,
    transfer_note: str = "",
) -> int:
    """Open a call, stamp the rules that hold on it and what the customer is worth now; answers the call's id."""
    raise NotImplementedError


def touch(*, call_id: int, by: int) -> None:
    """The agent's screen spoke."""
    raise NotImplementedError


def set_opening(*, call_id: int, caller_role: CallerRole, opening_intent: OpeningIntent, by: int, role: str) -> None:
    """Say who is calling and what they first asked for."""
    raise NotImplementedError


def check_identity(*, call_id: int, checks: Sequence[str], passed: bool, by: int, role: str) -> None:
    """Note by which checks (codes) the caller was known, or not; never the answers."""
    raise NotImplementedError


def tell_recording(*, call_id: int, by: int, role: str) -> None:
    """The recording notice was given."""
    raise NotImplementedError


def tell(*, call_id: int, what: str, by: int, role: str) -> None:
    """Something that had to be said (a code of the policy or of the cancellation) was said."""
    raise NotImplementedError


def ask_to_cancel(*, call_id: int, by: int, role: str, now: datetime, key: UUID | None = None) -> int:
    """The customer asks to cancel, first or again; answers how often they have. May close offers by the rules."""
    raise NotImplementedError


def close_offers(*, call_id: int, by: int, role: str, why: str) -> None:
    """From here on only cancelling is open; `why` a code."""
    raise NotImplementedError


def set_reason(
    *,
    call_id: int,
    reason: str,
    detail: str,
    rival: str,
    rival_price_minor: int | None,
    rival_product: str,
    source: ReasonSource,
    by: int,
    role: str,
) -> None:
    """Say why they are leaving, by codes; a blank `reason` takes it back. Closes offers where the reason says so."""
    raise NotImplementedError


def save_notes(*, call_id: int, notes: str, by: int) -> None:
    """Keep the agent's notes, until the call is closed."""
    raise NotImplementedError


def promise_call_back(*, call_id: int, at: datetime, note: str, by: int, role: str) -> None:
    """Promise to ring back, within 72 hours and once."""
    raise NotImplementedError


def end_call(*, call_id: int, by: int, role: str) -> None:
    """The line is down; the call waits for its disposition."""
    raise NotImplementedError


def resume(*, call_id: int, by: int, role: str) -> None:
    """The agent is back on a call that is still open: the browser had closed."""
    raise NotImplementedError


def abandon_silent(*, silent_for: timedelta, most: int = 100) -> int:
    """End open calls whose screen has been silent; answers how many."""
    raise NotImplementedError
