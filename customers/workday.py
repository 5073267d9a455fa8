"""An agent's day and what waits for their team, in one statement; and what a site has promised and not kept. Reads."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from customers.call_backs import TAKEN_FOR
from customers.choices import CallState, DispositionKind
from customers.decode import decode
from customers.handovers import FIRST_FOR
from customers.opening import TRANSFER_WITHIN
from customers.statements import read_json, statement


@dataclass(frozen=True, slots=True)
class DayCall:
    """One of today's calls; `reason` in words, `account_tail` the end of the account number."""

    id: int
    state: CallState
    opened_at: datetime
    ended_at: datetime | None
    customer_id: int | None
    customer: str
    account_tail: str
    reason: str
    disposition: DispositionKind | None

    @property
    def is_unfinished(self) -> bool:
        """Whether its ending is missing."""
        return self.state == CallState.WRAP_UP


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Cancel calls of today and how many were saved, of one person or of a team of `agents`; medians in seconds."""

    agents: int
    calls: int
    saved: int
    call_seconds: float | None
    wrap_seconds: float | None


@dataclass(frozen=True, slots=True)
class CancelledToday:
    """How many of one's calls of today ended a service, and how many of them before the rules' time was over."""

    calls: int
    on_time: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A call that waits for somebody to take it over; `to_me` when it was handed to this person by name."""

    id: int
    customer: str
    from_name: str
    note: str
    handed_at: datetime
    ask_count: int
    must_complete_by: datetime | None
    checked: bool
    to_me: bool


@dataclass(frozen=True, slots=True)
class OpenCallBack:
    """A call-back of the team that nobody has made yet.

    `mine`: this person has promised it. `with_id`: who has taken it and may still ring. `asked_at`: when the customer
    asked to cancel, which stays noted.
    """

    id: int
    customer: str
    promised_by: str
    note: str
    due_at: datetime
    mine: bool
    with_id: int | None
    with_name: str
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Workday:
    """All of it. `now` is the database's clock; `own` and `team` None while there was no call today."""

    now: datetime
    calls: tuple[DayCall, ...]
    own: DayFigures | None
    team: DayFigures | None
    cancelled: CancelledToday
    handed_over: tuple[HandedOver, ...]
    call_backs: tuple[OpenCallBack, ...]


@dataclass(frozen=True, slots=True)
class LateCallBack:
    """A call-back of a site that is still open; `overdue_at` when the clock noted that it is late."""

    id: int
    call_id: int
    customer: str
    team: str
    promised_by: str
    with_name: str
    note: str
    due_at: datetime
    overdue_at: datetime | None
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class LeftHandover:
    """A call that nobody of a site's team has taken over yet; `missed_at` when the clock noted that it is late."""

    id: int
    call_id: int
    customer: str
    team: str
    from_name: str
    note: str
    handed_at: datetime
    missed_at: datetime | None
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Promised:
    """What a site owes its callers, soonest first."""

    now: datetime
    call_backs: tuple[LateCallBack, ...]
    handed_over: tuple[LeftHandover, ...]


def workday(
    *,
    by: int,
    team_id: int | None,
    time_zone: str,
    language: str,
    saved: Collection[DispositionKind],
    uncounted: Collection[DispositionKind],
) -> Workday:
    """An agent's day on the calendar of `time_zone`. `saved` counts as saved, `uncounted` not as a cancel call."""
    found = read_json(
        statement("workday"),
        {
            "by": by,
            "team": team_id,
            "zone": time_zone,
            "language": language,
            "first_for": FIRST_FOR,
            "taken_for": TAKEN_FOR,
            "waits": TRANSFER_WITHIN,
            "saved": [str(kind) for kind in saved],
            "none": [str(kind) for kind in uncounted],
        },
    )
    lists = ("calls", "handed_over", "call_backs")
    return decode(Workday, found | {name: found[name] or () for name in lists})


def promised(*, site_id: int) -> Promised:
    """Open call-backs and calls handed over that nobody has taken, of a site."""
    found = read_json(statement("promised"), {"site": site_id, "waits": TRANSFER_WITHIN})
    return decode(Promised, found | {name: found[name] or () for name in ("call_backs", "handed_over")})
