"""What a team leader and the floor tell each other: who is on duty and decides next, notes, news. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from customers.refusals import NotYours
from customers.statements import read_json
from offers.choices import Duty, Grade

_SQL = Path(__file__).parent / "sql"
ROSTER, NEWS, WORD, ON_FLOOR = (
    (_SQL / f"{name}.sql").read_text(encoding="utf-8") for name in ("roster", "news", "word", "on_floor")
)


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """An open question that is with the supervisor who looks."""

    id: int
    offer: str
    agent: str
    cost_minor: int
    currency: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody of the site who answers questions. `of_whom`: with whose authority, where it is not their own.

    `why_not`: for each open question of the supervisor who looks, why this person may not have it, "" when they may.
    """

    user_id: int
    name: str
    grade: Grade
    of_whom: str
    duty: Duty
    since: datetime | None
    on_duty: bool
    open: int
    last_at: datetime | None
    why_not: Mapping[int, str]

    @property
    def may_have(self) -> int:
        """How many of the open questions they may have."""
        return sum(1 for why in self.why_not.values() if not why)


@dataclass(frozen=True, slots=True)
class SentNote:
    """A silent note and what became of it."""

    to: str
    text: str
    at: datetime
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewsItem:
    """News that stands; `by` is "" for agents on a call."""

    id: int
    title: str
    text: str
    at: datetime
    ends_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Roster:
    """The people in the order in which the desk would draw them now, one's own open questions, and notes of the day."""

    now: datetime
    people: tuple[Approver, ...]
    mine: tuple[OwnQuestion, ...]
    notes: tuple[SentNote, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """What the floor says to the agent of a call: a note at a time (`note_id` may be None), and news from before it."""

    note_id: int | None
    text: str
    by: str
    at: datetime | None
    news: tuple[NewsItem, ...]


@dataclass(frozen=True, slots=True)
class Addressee:
    """An agent to write to; `call_id` None: nobody is on the line. `note`: the last one on this call."""

    user_id: int
    name: str
    call_id: int | None
    note: SentNote | None


def roster(*, by: int, language: str) -> Roster:
    """Who is on duty at a supervisor's site and decides next. One statement. Raises `NotYours`."""
    raw = read_json(ROSTER, {"by": by, "language": language})
    if raw is None:
        raise NotYours
    return Roster(
        now=datetime.fromisoformat(raw["now"]),
        people=tuple(map(_approver, raw["people"])),
        mine=tuple(
            OwnQuestion(
                row["id"],
                row["offer"] or "",
                row["agent"],
                row["cost_minor"],
                row["currency"],
                datetime.fromisoformat(row["due_at"]),
            )
            for row in raw["mine"]
        ),
        notes=tuple(_sent(row["to"], row) for row in raw["notes"]),
    )


def news(*, by: int) -> tuple[NewsItem, ...]:
    """What stands now for this person's site, newest first. One statement."""
    return tuple(map(_news, read_json(NEWS, {"by": by}) or ()))


def word(*, call_id: int, by: int) -> Word:
    """What the floor says to the agent of a call. One statement. Raises `NotYours` for somebody else's call."""
    raw = read_json(WORD, {"call": call_id, "by": by})
    if raw is None:
        raise NotYours
    note = raw["note"] or {}
    return Word(
        note_id=note.get("id"),
        text=note.get("text", ""),
        by=note.get("by", ""),
        at=datetime.fromisoformat(note["at"]) if note else None,
        news=tuple(map(_news, raw["news"] or ())),
    )


def addressee(*, agent_id: int, by: int) -> Addressee:
    """An agent of one's own site, to write to. One statement. Raises `NotYours` for anybody else."""
    raw = read_json(ON_FLOOR, {"agent": agent_id, "by": by})
    if raw is None:
        raise NotYours
    note = raw["note"]
    last = _sent(raw["name"], note) if note else None
    return Addressee(raw["user_id"], raw["name"], raw["call_id"], last)


def _approver(row: Mapping[str, Any]) -> Approver:
    since, last_at = _times(row, "duty_since", "last_at")
    return Approver(
        user_id=row["user_id"],
        name=row["name"],
        grade=Grade(row["grade"]),
        of_whom=row["of_whom"],
        duty=Duty(row["duty"]),
        since=since,
        on_duty=row["on_duty"],
        open=row["open"],
        last_at=last_at,
        why_not={int(question): why for question, why in (row["why"] or {}).items()},
    )


def _news(row: Mapping[str, Any]) -> NewsItem:
    return NewsItem(
        id=row["id"],
        title=row["title"],
        text=row["text"],
        at=datetime.fromisoformat(row["at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
        by=row["by"],
    )


def _sent(to: str, note: Mapping[str, Any]) -> SentNote:
    (seen_at,) = _times(note, "seen_at")
    return SentNote(to, note["text"], datetime.fromisoformat(note["at"]), seen_at)


def _times(row: Mapping[str, Any], *names: str) -> list[datetime | None]:
    return [datetime.fromisoformat(row[name]) if row[name] else None for name in names]
