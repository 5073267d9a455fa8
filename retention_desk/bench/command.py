"""``python3 manage.py bench lookup|screen|report|intake``: measure on servers and databases of its own, in one run.

Every scale runs in a process of its own, with its own database; what is printed are ratios to rulers measured beside
it (a page with one query on the same server, the same reads as raw SQL), never times to be compared between machines.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from retention_desk.bench import servers
from retention_desk.bench.authority import run as authority
from retention_desk.bench.live import run as live
from retention_desk.bench.measure import Timing, table
from retention_desk.embedded.postgres import Postgres
from retention_desk.embedded.processes import end
from retention_desk.embedded.valkey import Valkey

INTAKE = "intake"
SUBJECTS = ("lookup", "screen", "report", INTAKE)


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark that was asked for; return the exit code."""
    if arguments[:1] == ["authority"]:
        return authority.main(arguments[1:])
    if arguments[:1] == ["live"]:
        return live.main(arguments[1:])
    parser = argparse.ArgumentParser(prog="manage.py bench", description="Measure the desk beside its rulers.")
    parser.add_argument(
        "subjects",
        choices=SUBJECTS,
        nargs="+",
        metavar="SUBJECT",
        help=f"{', '.join(SUBJECTS)}: one or several on the same data; or: authority, live (own options)",
    )
    parser.add_argument(
        "--customers",
        type=int,
        nargs="+",
        metavar="N",
        help="scales, smallest first (default 10000 1000000; intake 1000000)",
    )
    parser.add_argument("--requests", type=int, default=800, help="requests of each kind (default 800)")
    options = parser.parse_args(arguments)
    alone = options.subjects == [INTAKE]
    if INTAKE in options.subjects and not alone:
        parser.error("intake brings its own data: measure it by itself")
    scales = options.customers or ([1_000_000] if alone else [10_000, 1_000_000])
    directory = Path(tempfile.mkdtemp(prefix="desk-bench-"))
    postgres, valkey = Postgres(directory, directory), Valkey(directory)
    try:
        for server in (postgres, valkey):
            server.start(log=directory / "servers.log")
        found = [
            _scale(options.subjects, customers, options.requests, postgres, valkey, directory) for customers in scales
        ]
        for timings in zip(*found, strict=True):
            _growth(scales, timings)
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)
    return 0


def _scale(
    subjects: Sequence[str], customers: int, requests: int, postgres: Postgres, valkey: Valkey, directory: Path
) -> list[list[Timing]]:
    """Make a database of that size, serve it, and measure each subject in a process of its own."""
    print(f"{customers:,} customers: filling", flush=True)
    began = time.monotonic()
    environment = servers.database(f"bench_{customers}", postgres, valkey, directory)
    child = [sys.executable, "-m", "retention_desk.bench.scale"]
    if INTAKE in subjects:
        subprocess.run([*child, INTAKE, str(customers)], env=environment, check=True)
        return []
    subprocess.run([*child, "fill", str(customers)], env=environment, check=True)
    print(f"{customers:,} customers: filled in {time.monotonic() - began:.0f} s; measuring", flush=True)
    port = servers.free_port()
    web = servers.web(environment, port, directory / "web.log")
    try:
        servers.wait_for(port)
        given = [str(customers), str(requests), f"http://127.0.0.1:{port}"]
        return [_report(child, [subject, *given], environment) for subject in subjects]
    finally:
        end(web, with_signal=signal.SIGTERM, seconds=10)


def _report(child: Sequence[str], arguments: Sequence[str], environment: Mapping[str, str]) -> list[Timing]:
    """Run the measuring process, pass on what it says, and read its timings from the last line."""
    done = subprocess.run([*child, *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True)
    *lines, last = done.stdout.rstrip("\n").split("\n")
    timings = [Timing(**{**one, "times": tuple(one["times"])}) for one in json.loads(last)]
    print("\n".join([f"bench {arguments[0]}", *lines, table(timings, ruler=timings[0]), ""]), flush=True)
    return timings


def _growth(scales: Sequence[int], found: Sequence[list[Timing]]) -> None:
    """What each median costs at the largest scale, as a multiple of the smallest."""
    if len(found) < 2:
        return
    print(f"growth of p50 from {scales[0]:,} to {scales[-1]:,} customers")
    for first, last in zip(found[0], found[-1], strict=True):
        print(f"{first.name:44} {last.quantile(0.5) / first.quantile(0.5):8.2f}")
