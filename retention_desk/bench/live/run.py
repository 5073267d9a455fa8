"""``python3 manage.py bench live``: open streams on servers of its own, beside pages, and how long news takes.

The ruler is the page with one query on the same servers: without a stream, with all of them, and while news comes.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from retention_desk.bench import servers
from retention_desk.bench.measure import Timing
from retention_desk.embedded.places import PROJECT
from retention_desk.embedded.postgres import Postgres
from retention_desk.embedded.processes import end, spawn
from retention_desk.embedded.valkey import Valkey


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark; return the exit code: 1 when an event did not come."""
    parser = argparse.ArgumentParser(prog="manage.py bench live", description="Measure event streams beside pages.")
    parser.add_argument("--streams", type=int, default=400, help="open streams, each somebody's (default 400)")
    parser.add_argument("--acts", type=int, default=400, help="acts whose news is timed (default 400)")
    parser.add_argument("--news", type=int, default=20, help="how often all of them are told something (default 20)")
    parser.add_argument("--pages", type=int, default=600, help="pages of the ruler, each time (default 600)")
    options = parser.parse_args(arguments)
    directory = Path(tempfile.mkdtemp(prefix="desk-bench-"))
    postgres, valkey = Postgres(directory, directory), Valkey(directory)
    try:
        for server in (postgres, valkey):
            server.start(log=directory / "servers.log")
        environment = servers.database("bench_live", postgres, valkey, directory)
        return measure([options.streams, options.acts, options.news, options.pages], environment, directory)
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)


def measure(numbers: Sequence[int], environment: dict[str, str], directory: Path) -> int:
    """Measure with so many streams, acts, news and pages, in that order; 1 when an event did not come."""
    pages, events = servers.free_port(), servers.free_port()
    web = servers.web(environment, pages, directory / "web.log")
    serving = {key: value for key, value in environment.items() if key != "DATABASE_OWNER_URL"}
    granian = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(events)]
    live = spawn(
        [*granian, "--workers", "1", "--http", "1", "--no-ws", "retention_desk.live.asgi:application"],
        env=serving | {"DESK_PROCESS": "live"}, cwd=PROJECT, log=directory / "live.log",
    )  # fmt: skip
    try:
        servers.wait_for(pages)
        servers.wait_for(events, path="/livez")
        before = _megabytes(live.pid)
        child = [sys.executable, "-m", "retention_desk.bench.live.floor", *map(str, numbers)]
        child += [f"http://127.0.0.1:{pages}", f"http://127.0.0.1:{events}"]
        with subprocess.Popen(
            child, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as floor:
            assert floor.stdin is not None
            assert floor.stdout is not None
            found = json.loads(floor.stdout.readline())
            found["said"].append(
                f"streams' process: {before:.0f} MB before, {_megabytes(live.pid):.0f} MB with all open"
            )
            floor.stdin.close()
            load = floor.stdout.read().strip()
    finally:
        for process in (live, web):
            end(process, with_signal=signal.SIGTERM, seconds=10)
    return _tell([Timing(**{**one, "times": tuple(one["times"])}) for one in found["timings"]], [*found["said"], load])


def _tell(timings: Sequence[Timing], said: Sequence[str]) -> int:
    print(f"{'':44} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'events':>8} {'lost':>6}")
    for one in timings:
        figures = " ".join(f"{one.quantile(share):8.1f}" for share in (0.5, 0.95, 0.99))
        print(f"{one.name:44} {figures} {len(one.times):8} {one.failed:6}")
    print("\n".join(said), flush=True)
    return 1 if any(one.failed for one in timings) else 0


def _megabytes(leader: int) -> float:
    """Of a process and its children, shared pages shared out; 0 where the system does not tell."""
    total = 0
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(
                (directory / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
            )
            if leader in (parent, int(directory.name)):
                lines = (directory / "smaps_rollup").read_text(encoding="ascii").splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except OSError:
            # It has just ended.
            continue
    return total / 1024
