"""Memory and connections of a desk while it works, looked at again and again; flat at the end, or not. Linux only."""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from retention_desk.prove.rig import Rig, descendants

# Of the time that was watched: what comes first fills caches, and people come in.
WARM = 0.3
LAST = 0.2
# What may be added between the two; and so much all the same: each process and thread connects when it first has to.
GROWTH = 1.15
SPARE = {"MB": 8.0, "": 6.0}
SERVING = ("web", "live", "worker", "beat")
# A statement that runs for longer is one that somebody waits for.
SLOW = 1.0


@dataclass(frozen=True, slots=True)
class Look:
    """At one moment: megabytes of what serves (shared pages shared out), files and sockets that pages and streams hold
    open, the database's sessions, connections to Valkey, and how long its longest statement has been running.
    """

    figures: dict[str, float]
    load: float
    slowest: float = 0.0
    statement: str = ""


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
        figures = {f"MB of {name}": self._sum(name, _proportional_kb) / 1024 for name in SERVING}
        figures |= {f"open files of {name}": self._sum(name, _open_files) for name in ("web", "live")}
        with psycopg.connect(self.rig.postgres.owner_url) as server:
            sessions = server.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'desk_app'").fetchone()
            slowest = server.execute(
                """SELECT extract(epoch FROM clock_timestamp() - query_start)::float8, left(query, 90)
                   FROM pg_stat_activity WHERE usename = 'desk_app' AND state = 'active' ORDER BY query_start LIMIT 1"""
            ).fetchone()
        with redis.from_url(self.rig.valkey.url) as valkey:
            clients = int(valkey.info("clients")["connected_clients"])
        assert sessions is not None
        figures |= {"sessions of the database": float(sessions[0]), "connections to Valkey": float(clients)}
        return Look(figures, os.getloadavg()[0], *(slowest or (0.0, "")))

    def _sum(self, name: str, of: Callable[[int], float]) -> float:
        leader = self.rig.process(name).pid
        return sum(of(pid) for pid in (leader, *descendants(leader)))


def _proportional_kb(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:  # it has just ended
        pass
    return 0


def _open_files(pid: int) -> float:
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return 0


def told(looks: Sequence[Look]) -> tuple[list[str], list[str]]:
    """What was seen, and a sentence for everything that has grown."""
    if len(looks) < 10:
        return ["too short to say whether memory and connections are flat"], []
    warm = looks[int(len(looks) * WARM) : int(len(looks) * (WARM + LAST))]
    middle = looks[int(len(looks) * 0.5) : int(len(looks) * 0.7)]
    last = looks[int(len(looks) * (1 - LAST)) :]
    said = [f"{'':26} {'first':>7} {'warm':>7} {'middle':>7} {'end':>7} {'most':>7}"]
    wrong = []
    for name in looks[0].figures:
        begin, before, half, after = (_mean(some, name) for some in (looks[:1], warm, middle, last))
        most = max(look.figures[name] for look in looks)
        said.append(f"{name:26} " + " ".join(f"{value:7.0f}" for value in (begin, before, half, after, most)))
        if after > GROWTH * before + SPARE["MB" if name.startswith("MB") else ""]:
            wrong.append(f"{name} grew from {before:.0f} to {after:.0f}")
    loads = [look.load for look in looks]
    said.append(f"load {loads[0]:.1f} at first, {max(loads):.1f} at most, {loads[-1]:.1f} at the end")
    slow = max(looks, key=lambda look: look.slowest)
    if slow.slowest > SLOW:
        said.append(f"a statement ran for {slow.slowest:.1f} s: {' '.join(slow.statement.split())}")
    return said, wrong


def _mean(looks: Sequence[Look], name: str) -> float:
    return sum(look.figures[name] for look in looks) / len(looks)
