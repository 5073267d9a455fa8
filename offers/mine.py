"""What an agent's home page says of offers: what they may give, what is left, what they asked for today. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from customers.refusals import NotYours
from customers.statements import read_json
from offers.choices import ApprovalState, Duty, Grade, ProposalState
from offers.facts import Limit
from offers.standing import read_limit

MINE = (Path(__file__).parent / "sql" / "mine.sql").read_text(encoding="utf-8")


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
    """An agent's authority and day. `limit` None: none has been set, and then nothing may be given."""

    now: datetime
    today: date
    currency: str
    grade: Grade
    duty: Duty
    duty_since: datetime | None
    limit: Limit | None
    budget: OwnBudget | None
    answers: Mapping[ApprovalState, int]
    median_seconds: int | None
    offered: Mapping[int, Offered]

    def asked(self, state: ApprovalState) -> int:
        """How many of today's questions were answered this way."""
        return self.answers.get(state, 0)


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
        answers={ApprovalState(state): number for state, number in (raw["answers"] or {}).items()},
        median_seconds=round(median) if median is not None else None,
        offered={
            row["call_id"]: Offered(row["name"] or "", ProposalState(row["state"]), row["cost_minor"], row["currency"])
            for row in raw["offered"] or ()
        },
    )
