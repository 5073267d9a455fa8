"""The load: so many posters, each a process of its own, and what they have written down."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from retention_desk.embedded.places import PROJECT
from retention_desk.embedded.processes import end, spawn
from retention_desk.prove.poster import Orders
from retention_desk.prove.pressing import DONE
from retention_desk.prove.rig import Rig


@dataclass(frozen=True, slots=True)
class Act:
    """One act and its outcome. `troubles`: what its posts were answered with before."""

    act: str
    key: str
    status: int
    ms: float
    at: float
    refusal: str
    troubles: tuple[str, ...]

    @property
    def acknowledged(self) -> bool:
        """Whether the desk said that it is done."""
        return self.status in DONE and not self.refusal


class Load:
    """Posters on one ground; agents and customers are theirs alone."""

    def __init__(self, rig: Rig, ground: dict[str, Any], *, workers: int, patience: float) -> None:
        self.rig = rig
        self.ground = ground
        self.workers = workers
        self.patience = patience
        self.stop_file = rig.directory / "stop"
        self._running: list[subprocess.Popen[bytes]] = []
        self._shifts = 0
        self._customers = list(ground["customers"])

    def start(self, *, posts: int | None, customers_each: int, drain: bool = False, seed: int = 1) -> None:
        """Let them post: so many each, or until they are asked to stop."""
        self.stop_file.unlink(missing_ok=True)
        self._shifts += 1
        agents = [(str(name), int(budget)) for name, budget in self.ground["agents"]]
        if drain:
            agents = _one_a_budget(agents)
        for number in range(self.workers):
            mine = agents[number :: self.workers]
            if not mine:
                continue
            customers, self._customers = self._customers[:customers_each], self._customers[customers_each:]
            name = f"{self._shifts}-{number}"
            orders = Orders(
                base=self.rig.base,
                agents=mine,
                customers=customers,
                version=self.ground["version"],
                posts=posts,
                stop=str(self.stop_file),
                journal=str(self.rig.directory / f"journal-{name}.jsonl"),
                seed=1000 * seed + number,
                drain=drain,
                patience=self.patience,
            )
            file = self.rig.directory / f"orders-{name}.json"
            file.write_text(json.dumps(asdict(orders)), encoding="utf-8")
            command = [sys.executable, "-m", "retention_desk.prove.poster", str(file)]
            log = self.rig.directory / "posters.log"
            environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(PROJECT)}
            self._running.append(spawn(command, env=environment, cwd=PROJECT, log=log))

    def ask_to_stop(self) -> None:
        """Let each finish the call that it is on."""
        self.stop_file.touch()

    def join(self) -> list[int]:
        """Wait for all of them; their exit codes."""
        codes = [process.wait() for process in self._running]
        self._running = []
        return codes

    def end(self) -> None:
        """End those that still run."""
        for process in self._running:
            end(process, with_signal=signal.SIGTERM, seconds=2)
        self._running = []

    @property
    def is_running(self) -> bool:
        """Whether all of them still post."""
        return bool(self._running) and all(process.poll() is None for process in self._running)

    def acts(self) -> list[Act]:
        """Everything that has been written down, in the order of time."""
        return sorted(self._read(), key=lambda act: act.at)

    def count(self) -> int:
        """How many acts have got an outcome so far."""
        return sum(file.read_bytes().count(b"\n") for file in self.rig.directory.glob("journal-*.jsonl"))

    def _read(self) -> Iterator[Act]:
        for file in self.rig.directory.glob("journal-*.jsonl"):
            for line in file.read_text(encoding="utf-8").splitlines():
                told = json.loads(line)
                yield Act(**{**told, "troubles": tuple(told["troubles"])})


def _one_a_budget(agents: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """One agent for each budget under test."""
    found: dict[int, tuple[str, int]] = {}
    for agent in agents:
        found.setdefault(agent[1], agent)
    return list(found.values())


def quantile(acts: Sequence[Act], share: float) -> float:
    """The time in milliseconds that `share` of those answered at once did not exceed."""
    times = sorted(act.ms for act in acts if not act.troubles)
    return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0


def told(acts: Sequence[Act], *, seconds: float) -> list[str]:
    """Rates and times by kind of act, and every trouble with how often there was."""
    lines = [f"{'':10} {'acts':>7} {'done':>7} {'refused':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8}"]
    for kind in ("open", "present", "accept", "decline", "wrap"):
        mine = [act for act in acts if act.act == kind]
        done = [act for act in mine if act.acknowledged]
        lines.append(
            f"{kind:10} {len(mine):7} {len(done):7} {len(mine) - len(done):8} {quantile(mine, 0.5):8.0f}"
            f" {quantile(mine, 0.95):8.0f} {quantile(mine, 0.99):8.0f}"
        )
    lines.append(f"{len(acts)} acts in {seconds:.0f} s: {len(acts) / seconds:.0f} a second")
    refusals = Counter(act.refusal for act in acts if act.refusal)
    troubles = Counter(trouble for act in acts for trouble in act.troubles)
    for title, counted in (("refused", refusals), ("before an answer", troubles)):
        if counted:
            lines.append(f"{title}: " + ", ".join(f"{what} {count}" for what, count in counted.most_common()))
    return lines
