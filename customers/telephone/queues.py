"""Callers who wait on the telephone: how many in which queue, and since when the longest. One statement, no writes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from customers.statements import read_json, statement

# Nobody waits for longer without a word of the telephone system: such a call has ended, and its end was lost.
STALE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class QueueWaiting:
    """A queue in which somebody waits; `name` blank for calls that came into none, `since` of the longest."""

    name: str
    callers: int
    since: datetime


@dataclass(frozen=True, slots=True)
class CallersWaiting:
    """Everybody who waits at a site, by queue; the queue of whoever waits longest comes first."""

    now: datetime
    queues: tuple[QueueWaiting, ...]

    @property
    def callers(self) -> int:
        """How many wait in all."""
        return sum(queue.callers for queue in self.queues)


def callers_waiting(*, site_id: int | None) -> CallersWaiting | None:
    """Who waits at a site (None: at every site); None where no telephone system is connected that would tell."""
    raw = read_json(statement("callers_waiting"), {"site": site_id, "stale": STALE_AFTER})
    if raw is None:
        return None
    return CallersWaiting(
        now=datetime.fromisoformat(raw["now"]),
        queues=tuple(
            QueueWaiting(row["name"], row["callers"], datetime.fromisoformat(row["since"])) for row in raw["queues"]
        ),
    )
