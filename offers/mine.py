"""What an agent's home page says of offers: what they may give, what is left, what they asked for today. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from customers.refusals import NotYours
from customers.statements import read_json
from offers.choices import ApprovalState, Duty, Grade, ProposalState
from offers.facts import Limit
from offers.standing import read_limit

_SQL = Path(__file__).parent / "sql"
MINE = (_SQL / "mine.sql").read_text(encoding="utf-8")
OFFERED = (_SQL / "offered.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class OwnBudget:
    """The agent's own budget of this period; `plan_percent` is how much of the period is over, in whole percent."""

    limit_minor: int
    left_minor: int
    starts_on: date
    ends_on: date
    plan_percent: int

    @property
    def used_minor(self) -> int:
        """What is held or spent."""
        return self.limit_minor - self.left_minor


@dataclass(frozen=True, slots=True)
class Offered:
    """What was offered last on a call; `cost_minor` only where the customer said yes."""

    name: str
    state: ProposalState
    cost_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Mine:
    """An agent's authority and day. `limit` None: none has been set, and then nothing may be given.

    `usual_minor` is what their saves of the last 90 days have cost on average, None where they are few. `ready`: how
    many of the team could take a call now.
    """

    now: datetime
    today: date
    currency: str
    grade: Grade
    duty: Duty
    duty_since: datetime | None
    limit: Limit | None
    budget: OwnBudget | None
    usual_minor: int | None
    ready: int
    answers: Mapping[ApprovalState, int]
    median_seconds: int | None
    offered: Mapping[int, Offered]

    @property
    def usual_left(self) -> int | None:
        """For how many saves of the usual cost the budget is enough; None where nobody can say."""
        return self.budget.left_minor // self.usual_minor if self.budget and self.usual_minor else None

    def asked(self, state: ApprovalState) -> int:
        """How many of today's questions were answered this way."""
        return self.answers.get(state, 0)


def offered_on(*, call_ids: Sequence[int], language: str) -> Mapping[int, Offered]:
    """What was offered last on each of these calls, what was accepted before all else. One statement."""
    return _offered(read_json(OFFERED, {"calls": list(call_ids), "language": language}))


def mine(*, by: int, language: str) -> Mine:
    """What this person may give and has asked for today. One statement. Raises `NotYours` without an active seat."""
    raw = read_json(MINE, {"by": by, "language": language})
    if raw is None:
        raise NotYours
    today = date.fromisoformat(raw["today"])
    budget = raw["budget"]
    own = None
    if budget:
        starts_on, ends_on = date.fromisoformat(budget["starts_on"]), date.fromisoformat(budget["ends_on"])
        own = OwnBudget(
            limit_minor=budget["limit_minor"],
            left_minor=int(budget["left_minor"]),
            starts_on=starts_on,
            ends_on=ends_on,
            plan_percent=round(100 * ((today - starts_on).days + 1) / (ends_on - starts_on).days),
        )
    median = raw["median_seconds"]
    return Mine(
        now=datetime.fromisoformat(raw["now"]),
        today=today,
        currency=raw["currency"],
        grade=Grade(raw["grade"]),
        duty=Duty(raw["duty"]),
        duty_since=datetime.fromisoformat(raw["duty_since"]) if raw["duty_since"] else None,
        limit=read_limit(raw["limit"]) if raw["limit"] else None,
        budget=own,
        usual_minor=int(raw["usual_minor"]) if raw["usual_minor"] is not None else None,
        ready=raw["ready"],
        answers={ApprovalState(state): number for state, number in (raw["answers"] or {}).items()},
        median_seconds=round(median) if median is not None else None,
        offered=_offered(raw["offered"]),
    )


def _offered(rows: Sequence[Mapping[str, Any]] | None) -> dict[int, Offered]:
    return {
        row["call_id"]: Offered(row["name"] or "", ProposalState(row["state"]), row["cost_minor"], row["currency"])
        for row in rows or ()
    }
