"""Memory and connections of a desk while it works, looked at again and again; flat at the end, or not. Linux only."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from retention_desk.prove.rig import Rig, descendants

# Of the time that was watched: what comes first fills caches.
WARM = 0.3
LAST = 0.2
# What may be added between the two.
GROWTH = 1.15


@dataclass(frozen=True, slots=True)
class Look:
    """Megabytes of the processes that serve (shared pages shared out), and the database's sessions."""

    web_mb: float
    live_mb: float
    sessions: int


class Watcher(threading.Thread):
    """Looks every few seconds until it is told to stop."""

    def __init__(self, rig: Rig, *, every: float) -> None:
        super().__init__(daemon=True)
        self.rig, self.every = rig, every
        self.looks: list[Look] = []
        self._over = threading.Event()

    def run(self) -> None:
        """Look."""
        while not self._over.wait(self.every):
            self.looks.append(self._look())

    def stop(self) -> list[Look]:
        """Answer all looks."""
        self._over.set()
        self.join()
        return self.looks

    def _look(self) -> Look:
        with psycopg.connect(self.rig.postgres.owner_url) as server:
            row = server.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'desk_app'").fetchone()
        assert row is not None
        return Look(self._megabytes("web"), self._megabytes("live"), int(str(row[0])))

    def _megabytes(self, name: str) -> float:
        leader = self.rig.process(name).pid
        return sum(_proportional_kb(pid) for pid in (leader, *descendants(leader))) / 1024


def _proportional_kb(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:  # it has just ended
        pass
    return 0


def told(looks: Sequence[Look]) -> tuple[list[str], list[str]]:
    """What was seen, and a sentence for everything that has grown."""
    if len(looks) < 10:
        return ["too short to say whether memory and connections are flat"], []
    warm = looks[int(len(looks) * WARM) : int(len(looks) * (WARM + LAST))]
    last = looks[int(len(looks) * (1 - LAST)) :]
    said, wrong = [], []
    for name, unit in (("web_mb", "MB of the pages"), ("live_mb", "MB of the streams"), ("sessions", "sessions")):
        before, after = (sum(getattr(look, name) for look in some) / len(some) for some in (warm, last))
        most = max(getattr(look, name) for look in looks)
        said.append(f"{unit}: {before:.0f} once warm, {after:.0f} at the end, {most:.0f} at most")
        if after > GROWTH * before:
            wrong.append(f"{unit} grew from {before:.0f} to {after:.0f}")
    return said, wrong
