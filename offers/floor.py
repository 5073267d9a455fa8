"""What a supervisor sees of the floor: the queue, what was decided, budgets, and who does what. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from customers.refusals import NotYours
from customers.statements import read_json
from offers.choices import ApprovalState, BudgetKind, BudgetPeriod, Duty, Grade, OfferKind

_SQL = Path(__file__).parent / "sql"
QUEUE = (_SQL / "queue.sql").read_text(encoding="utf-8")
FLOOR = (_SQL / "floor.sql").read_text(encoding="utf-8")
REQUEST_STATE = (_SQL / "request_state.sql").read_text(encoding="utf-8")
WAITING_COUNT = (_SQL / "waiting_count.sql").read_text(encoding="utf-8")
# Seconds that somebody is usually in a status; whoever is in it longer gets a sign. What is usual of a call and of its
# wrap-up, the site's own calls tell (sql/floor.sql). Until there are enough of them, and for what only the audit knows,
# it is the judgement of floors like these: a call of twelve minutes, a wrap-up of two, a break of a quarter of an hour.
# READY is nobody's fault.
USUAL_SECONDS = {"WAITING": 120, "ON_CALL": 720, "WRAP_UP": 120, "BREAK": 900, "AWAY": 900}
# Nobody is late within a minute, however quick the others are.
LEAST_USUAL_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request in the queue, or one that was decided today (`decided_at`, `decider`), for good at `effective_at`.

    `given_*`: what was granted, where that is less than what was asked for.
    """

    id: int
    state: ApprovalState
    offer: str
    kind: OfferKind
    icon: str
    percent: int | None
    months: int | None
    amount_minor: int | None
    cost_minor: int
    currency: str
    bill_minor: int
    customer: str
    reason: str
    detail: str
    agent: str
    asked_at: datetime
    due_at: datetime
    must_complete_by: datetime | None
    opened_at: datetime
    decided_at: datetime | None
    effective_at: datetime | None
    reader: str
    drawn_to: int | None
    drawn: str
    first_by: str
    decided_by: int | None
    decider: str
    given_percent: int | None
    given_months: int | None
    given_amount_minor: int | None

    @property
    def answered_in_seconds(self) -> int | None:
        """How long the agent's customer waited for the answer."""
        return round((self.decided_at - self.asked_at).total_seconds()) if self.decided_at else None


@dataclass(frozen=True, slots=True)
class FloorBudget:
    """One budget of the site in its period; `plan_percent` is how much of the period is over, in whole percent."""

    kind: BudgetKind
    name: str
    period: BudgetPeriod
    limit_minor: int
    used_minor: int
    currency: str
    starts_on: date
    ends_on: date
    plan_percent: int

    @property
    def left_minor(self) -> int:
        """What may still be held."""
        return self.limit_minor - self.used_minor


@dataclass(frozen=True, slots=True)
class Queue:
    """A supervisor's page but for the open card.

    `waiting`: those drawn to this supervisor first, then by the least time left; `decided` newest first.
    `median_seconds` from question to answer today, of the whole site.
    """

    now: datetime
    by: int
    grade: Grade
    duty: Duty
    site_id: int | None
    waiting: tuple[Waiting, ...]
    decided: tuple[Waiting, ...]
    budgets: tuple[FloorBudget, ...]
    median_seconds: int | None

    @property
    def next_id(self) -> int | None:
        """The request that this supervisor is asked for first."""
        return next((one.id for one in self.waiting if one.drawn_to == self.by), None)

    def request(self, request_id: int) -> Waiting | None:
        """One that waits, or was decided today."""
        return next((one for one in (*self.decided, *self.waiting) if one.id == request_id), None)

    @property
    def longest(self) -> Waiting | None:
        """Whoever waits longest."""
        return min(self.waiting, key=lambda one: one.asked_at, default=None)

    def count(self, state: ApprovalState) -> int:
        """How many were decided this way today."""
        return sum(1 for one in self.decided if one.state == state)

    @property
    def in_time_percent(self) -> int | None:
        """Share of today's answers that came before they were due; None before the first."""
        if not self.decided:
            return None
        in_time = sum(1 for one in self.decided if one.decided_at and one.decided_at <= one.due_at)
        return round(100 * in_time / len(self.decided))


@dataclass(frozen=True, slots=True)
class OnFloor:
    """One agent of the site now. `status` is a duty, or WAITING for a supervisor; `saved` of today's `calls`.

    `call_id` while a customer is on the line. `seconds` in that status; `usual_seconds` None: any time is usual.
    """

    user_id: int
    name: str
    team: str
    status: str
    since: datetime | None
    seconds: int | None
    usual_seconds: int | None
    call_id: int | None
    calls: int
    saved: int
    left_minor: int | None
    currency: str

    @property
    def is_late(self) -> bool:
        """Whether they have been in it for longer than usual."""
        return None not in (self.seconds, self.usual_seconds) and (self.seconds or 0) >= (self.usual_seconds or 0)


@dataclass(frozen=True, slots=True)
class RequestState:
    """Where a request stands: `open` for anybody, and `is_theirs` to answer. `who` decided it, or is asked now."""

    id: int
    state: ApprovalState
    asked_at: datetime
    due_at: datetime
    now: datetime
    is_open: bool
    is_theirs: bool
    who: str


def queue(*, by: int, language: str) -> Queue:
    """The queue of a supervisor's site (a manager without a site: of all). One statement. Raises `NotYours`."""
    raw = read_json(QUEUE, {"by": by, "language": language})
    if raw is None:
        raise NotYours
    today = date.fromisoformat(raw["today"])
    return Queue(
        now=datetime.fromisoformat(raw["now"]),
        by=by,
        grade=Grade(raw["grade"]),
        duty=Duty(raw["duty"]),
        site_id=raw["site_id"],
        waiting=tuple(map(_waiting, raw["waiting"] or ())),
        decided=tuple(map(_waiting, raw["decided"] or ())),
        budgets=tuple(_budget(row, today) for row in raw["budgets"] or ()),
        median_seconds=round(raw["median_seconds"]) if raw["median_seconds"] is not None else None,
    )


def floor(*, by: int) -> tuple[OnFloor, ...]:
    """Everybody who takes calls at a supervisor's site, by what they do and for how long. One statement."""
    return tuple(map(_on_floor, read_json(FLOOR, {"by": by}) or ()))


def request_state(*, request_id: int, by: int) -> RequestState:
    """Where one request stands now. One statement. Raises `NotYours` outside one's site."""
    raw = read_json(REQUEST_STATE, {"request": request_id, "by": by})
    if raw is None:
        raise NotYours
    state, due_at, now = (
        ApprovalState(raw["state"]), datetime.fromisoformat(raw["due_at"]), datetime.fromisoformat(raw["now"]),
    )  # fmt: skip
    is_open = state == ApprovalState.OPEN and due_at > now
    return RequestState(
        id=raw["id"],
        state=ApprovalState.EXPIRED if state == ApprovalState.OPEN and not is_open else state,
        asked_at=datetime.fromisoformat(raw["asked_at"]),
        due_at=due_at,
        now=now,
        is_open=is_open,
        is_theirs=is_open and raw["drawn_to"] == by,
        who=raw["drawn"] if is_open else raw["decider"],
    )


def waiting_count(*, by: int) -> int:
    """How many requests wait at a supervisor's site. One statement."""
    return int(read_json(WAITING_COUNT, {"by": by}) or 0)


def _waiting(row: Mapping[str, Any]) -> Waiting:
    return Waiting(
        id=row["id"],
        state=ApprovalState(row["state"]),
        offer=row["offer"] or "",
        kind=OfferKind(row["kind"]),
        icon=row["icon"],
        percent=row["percent"],
        months=row["months"],
        amount_minor=row["amount_minor"],
        cost_minor=row["cost_minor"],
        currency=row["currency"],
        bill_minor=row["bill_before_minor"],
        customer=row["customer"],
        reason=row["reason"],
        detail=row["detail"],
        agent=row["agent"],
        asked_at=datetime.fromisoformat(row["asked_at"]),
        due_at=datetime.fromisoformat(row["due_at"]),
        must_complete_by=datetime.fromisoformat(row["must_complete_by"]) if row["must_complete_by"] else None,
        opened_at=datetime.fromisoformat(row["opened_at"]),
        decided_at=datetime.fromisoformat(row["decided_at"]) if row["decided_at"] else None,
        effective_at=datetime.fromisoformat(row["effective_at"]) if row["effective_at"] else None,
        reader=row["reader"] or "",
        drawn_to=row["drawn_to_id"],
        drawn=row["drawn"] or "",
        first_by=row["first_by"] or "",
        decided_by=row["decided_by_id"],
        decider=row["decider"] or "",
        given_percent=row["given_percent"],
        given_months=row["given_months"],
        given_amount_minor=row["given_amount_minor"],
    )


def _budget(row: Mapping[str, Any], today: date) -> FloorBudget:
    starts_on, ends_on = date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])
    return FloorBudget(
        kind=BudgetKind(row["kind"]),
        name=row["name"],
        period=BudgetPeriod(row["period"]),
        limit_minor=row["limit_minor"],
        used_minor=int(row["used_minor"] or 0),
        currency=row["currency"],
        starts_on=starts_on,
        ends_on=ends_on,
        # At the end of today that many days of the period have passed.
        plan_percent=round(100 * ((today - starts_on).days + 1) / (ends_on - starts_on).days),
    )


def _usual(status: str, of_the_site: int | None) -> int | None:
    return USUAL_SECONDS.get(status) if of_the_site is None else max(LEAST_USUAL_SECONDS, of_the_site)


def _on_floor(row: Mapping[str, Any]) -> OnFloor:
    since = datetime.fromisoformat(row["since"]) if row["since"] else None
    return OnFloor(
        user_id=row["id"],
        name=row["name"],
        team=row["team"],
        status=row["status"],
        since=since,
        seconds=round((datetime.fromisoformat(row["now"]) - since).total_seconds()) if since else None,
        usual_seconds=_usual(row["status"], row["usual_seconds"]),
        call_id=row["call_id"],
        calls=row["calls"],
        saved=row["saved"],
        left_minor=int(row["left_minor"]) if row["left_minor"] is not None else None,
        currency=row["currency"] or "",
    )
