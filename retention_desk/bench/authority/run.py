"""``python3 manage.py bench authority``: what an authorisation costs, from a bare insert to the signed-in page.

Every size of the ledger has a database, a server and a measuring process of its own (`stand`); this one makes them,
says who measures what next, and puts it into words (`telling`). All lines of a repetition are measured in an order by
chance, at all sizes side by side, so that whatever else the machine does meets them alike. The best repetition counts.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retention_desk.bench import servers
from retention_desk.bench.authority import telling
from retention_desk.bench.measure import Timing
from retention_desk.embedded.places import PROJECT
from retention_desk.embedded.postgres import OWNER, SUPERUSER, Postgres
from retention_desk.embedded.processes import end
from retention_desk.embedded.valkey import Valkey

ENTRIES = (10_000, 10_000_000)
AGENTS = 3_000
CLIENTS = (1, 8, 32)
# A line that needs longer than this for the fewest acts is left out, and said to be.
PATIENCE = 60.0


class StandFailed(Exception):
    """A measuring process has ended before it was told to; the text says which."""


@dataclass(slots=True)
class Stand:
    """One size of the ledger: its processes, and what was found."""

    entries: int
    process: subprocess.Popen[bytes]
    web: subprocess.Popen[bytes] | None = None
    built: dict[str, Any] = field(default_factory=dict)
    best: dict[tuple[str, int], Timing] = field(default_factory=dict)
    failed: dict[tuple[str, int], str] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)

    def end(self) -> None:
        """End its processes."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait()
        if self.web is not None:
            end(self.web, with_signal=signal.SIGTERM, seconds=10)

    def ask(self, **order: Any) -> dict[str, Any]:
        """Give an order and wait for what comes of it. Raises StandFailed when the process has ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise StandFailed(f"the process for {self.entries:,} entries has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


def main(arguments: Sequence[str]) -> int:
    """Run it; the exit code is 1 when a promise of the ledger was broken."""
    options = _options(arguments)
    sizes = sorted({max(100, int(entries * options.scale)) for entries in options.entries})
    agents = max(*options.clients, int(AGENTS * options.scale)) if options.agents is None else options.agents
    directory = Path(tempfile.mkdtemp(prefix="desk-bench-"))
    postgres, valkey = Postgres(directory, directory), Valkey(directory)
    stands: list[Stand] = []
    try:
        for server in (postgres, valkey):
            server.start(log=directory / "servers.log")
        for entries in sizes:
            made = _stand(entries, options, agents, (postgres, valkey), directory)
            stands.append(made)
        lines = options.lines or [*telling.LINES]
        for repetition in range(options.repetitions):
            _repetition(stands, lines, repetition, options)
        return _tell(stands, lines, options)
    finally:
        for stand in stands:
            stand.end()
        valkey.stop()
        postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py bench authority", description="Measure an authorisation beside its rulers."
    )
    parser.add_argument(
        "--entries", type=int, nargs="+", default=ENTRIES, metavar="N", help="sizes of the ledger (10000 10000000)"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="of the sizes and of the agents (default 1)")
    parser.add_argument("--agents", type=int, metavar="N", help=f"with a call each (default {AGENTS} by the scale)")
    parser.add_argument("--clients", type=int, nargs="+", default=CLIENTS, metavar="N", help="at a time (1 8 32)")
    parser.add_argument("--repetitions", type=int, default=3, metavar="N", help="the best counts (default 3)")
    parser.add_argument("--seconds", type=float, default=2.0, metavar="S", help="a cell takes (default 2)")
    parser.add_argument("--minutes", type=float, default=20.0, metavar="M", help="to build a ledger in (default 20)")
    parser.add_argument("--lines", nargs="+", choices=[*telling.LINES], metavar="LINE", help="only these lines")
    parser.add_argument("--profile", action="store_true", help="say where the time goes in Python")
    return parser.parse_args(arguments)


def _stand(
    entries: int, options: argparse.Namespace, agents: int, servers_of: tuple[Postgres, Valkey], directory: Path
) -> Stand:
    """A database of that size, the process that fills and measures it, and its web."""
    print(f"{entries:,} ledger entries: building (load {os.getloadavg()[0]:.1f})", flush=True)
    environment = servers.database(f"bench_{entries}", *servers_of, directory)
    superuser = environment["DATABASE_OWNER_URL"].replace(f"//{OWNER}@", f"//{SUPERUSER}@")
    port = servers.free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "retention_desk.bench.authority.stand"],
        env={**environment, "BENCH_SUPERUSER_URL": superuser},
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    stand = Stand(entries, process)
    try:
        stand.built = stand.ask(
            agents=agents,
            entries=entries,
            minutes=options.minutes,
            base=f"http://127.0.0.1:{port}",
            postgres=servers_of[0].process.pid if servers_of[0].process else 0,
        )
        print(telling.built(stand.built), flush=True)
        stand.web = servers.web({**environment, "BENCH_OWNER": OWNER}, port, directory / f"web-{entries}.log")
        servers.wait_for(port)
    except BaseException:
        stand.end()
        raise
    return stand


def _repetition(stands: Sequence[Stand], lines: Sequence[str], repetition: int, options: argparse.Namespace) -> None:
    """Every line once with every number of clients, at every size, in an order by chance."""
    for clients in options.clients:
        cells = [(stand, line) for stand in stands for line in lines]
        random.Random(100 * repetition + clients).shuffle(cells)
        began = time.monotonic()
        for stand, line in cells:
            _cell(stand, line, clients, options.seconds)
        print(
            f"repetition {repetition + 1}, {clients} clients: {time.monotonic() - began:.0f} s"
            f" (load {os.getloadavg()[0]:.1f})",
            flush=True,
        )


def _cell(stand: Stand, line: str, clients: int, seconds: float) -> None:
    """One cell: the best of what was seen of it so far is kept."""
    # A line never seen before is tried with the fewest acts, to know how many it does in that time.
    known = stand.last.get(line)
    if known and telling.FEWEST_EACH * clients / known > PATIENCE:
        acts = telling.FEWEST_EACH * clients
        stand.failed[line, clients] = f"left out: {acts} acts would take longer than {PATIENCE:.0f} s"
        return
    for _try in range(1 if known or not seconds else 2):
        answer = stand.ask(
            order="measure",
            line=line,
            clients=clients,
            seconds=seconds,
            guess=stand.last.get(line, 0.0),
            web=stand.web.pid if stand.web else 0,
        )
        if "unmeasured" in answer:
            stand.failed[line, clients] = answer["unmeasured"]
            print(f"{line}, {clients} clients: {answer['failed']}", flush=True)
            return
        timing = Timing(**{**answer, "times": tuple(answer["times"])})
        stand.last[line] = timing.rate
    best = stand.best.get((line, clients))
    if best is None or timing.rate > best.rate:
        stand.best[line, clients] = timing


def _tell(stands: Sequence[Stand], lines: Sequence[str], options: argparse.Namespace) -> int:
    """What was found, the small campaign's end, and whether every promise was kept."""
    kept, clients = True, options.clients
    for stand in stands:
        counted = {line: stand.ask(order="count", line=line) for line in telling.COUNTED if line in lines}
        print(telling.table(stand.built["entries"], stand.best, stand.failed, lines, clients), flush=True)
        print(telling.counted(counted), flush=True)
    print(telling.goals(stands[-1].best), flush=True)
    if len(stands) > 1:
        first, last = stands[0], stands[-1]
        print(telling.growth(first.built["entries"], last.built["entries"], first.best, last.best, lines, clients))
    for stand in stands:
        for code in telling.CAMPAIGNS:
            ended = stand.ask(order="exhaust", code=code, clients=max(clients))
            kept = kept and not ended["overspent_minor"]
            print(telling.exhausted(code, ended, max(clients)), flush=True)
        checked = stand.ask(order="check")
        kept = kept and not checked["broken"]
        print(telling.checked(stand.built["entries"], checked), flush=True)
    if options.profile:
        print(stands[-1].ask(order="profile", times=50)["text"], flush=True)
    return 0 if kept else 1
