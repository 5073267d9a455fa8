"""``python3 manage.py bench lookup|screen|report|intake``: measure on a server and databases of its own, in one run.

Every scale runs in a process of its own, with its own database; what is printed are ratios to rulers measured beside
it (a page with one query on the same server, the same reads as raw SQL), never times to be compared between machines.
"""

import argparse
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import psycopg
from psycopg import sql

from retention_desk.bench.measure import Timing, table
from retention_desk.embedded.places import PROJECT
from retention_desk.embedded.postgres import Postgres
from retention_desk.embedded.processes import end, spawn
from retention_desk.embedded.valkey import Valkey

SUBJECTS = ("lookup", "screen", "report", "intake")
MANAGE = (sys.executable, str(PROJECT / "manage.py"))


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark that was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py bench", description="Measure the desk beside its rulers.")
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument(
        "--customers",
        type=int,
        nargs="+",
        metavar="N",
        help="scales, smallest first (default 10000 1000000; intake 1000000)",
    )
    parser.add_argument("--requests", type=int, default=800, help="requests of each kind (default 800)")
    options = parser.parse_args(arguments)
    scales = options.customers or ([1_000_000] if options.subject == "intake" else [10_000, 1_000_000])
    directory = Path(tempfile.mkdtemp(prefix="desk-bench-"))
    postgres, valkey = Postgres(directory, directory), Valkey(directory)
    try:
        for server in (postgres, valkey):
            server.start(log=directory / "servers.log")
        found = [
            _scale(options.subject, customers, options.requests, postgres, valkey, directory) for customers in scales
        ]
        _growth(scales, found)
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)
    return 0


def _scale(
    subject: str, customers: int, requests: int, postgres: Postgres, valkey: Valkey, directory: Path
) -> list[Timing]:
    """Make a database of that size, serve it, and measure in a process of its own."""
    name = f"bench_{customers}"
    with psycopg.connect(postgres.owner_url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    environment = _environment(postgres, valkey, name, directory)
    print(f"{customers:,} customers: filling", flush=True)
    began = time.monotonic()
    subprocess.run([*MANAGE, "migrate", "--verbosity", "0"], env=environment, check=True)
    subprocess.run([*MANAGE, "demo", "--scale", "0.02"], env=environment, check=True, stdout=subprocess.DEVNULL)
    child = [sys.executable, "-m", "retention_desk.bench.scale"]
    if subject == "intake":
        subprocess.run([*child, subject, str(customers)], env=environment, check=True)
        return []
    subprocess.run([*child, "fill", str(customers)], env=environment, check=True)
    print(f"{customers:,} customers: filled in {time.monotonic() - began:.0f} s; measuring", flush=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    web = spawn(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "2", "--blocking-threads", "1", "--http", "1", "--no-ws"),
            "retention_desk.bench.wsgi:application",
        ],
        env={key: value for key, value in environment.items() if key != "DATABASE_OWNER_URL"} | {"DESK_PROCESS": "web"},
        cwd=PROJECT,
        log=directory / "web.log",
    )
    try:
        _wait(port)
        return _report(child, [subject, str(customers), str(requests), f"http://127.0.0.1:{port}"], environment)
    finally:
        end(web, with_signal=signal.SIGTERM, seconds=10)


def _report(child: Sequence[str], arguments: Sequence[str], environment: Mapping[str, str]) -> list[Timing]:
    """Run the measuring process, pass on what it says, and read its timings from the last line."""
    done = subprocess.run([*child, *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True)
    *lines, last = done.stdout.rstrip("\n").split("\n")
    timings = [Timing(**{**one, "times": tuple(one["times"])}) for one in json.loads(last)]
    print("\n".join([*lines, table(timings, ruler=timings[0]), ""]), flush=True)
    return timings


def _growth(scales: Sequence[int], found: Sequence[list[Timing]]) -> None:
    """What each median costs at the largest scale, as a multiple of the smallest."""
    if len(found) < 2:
        return
    print(f"growth of p50 from {scales[0]:,} to {scales[-1]:,} customers")
    for first, last in zip(found[0], found[-1], strict=True):
        print(f"{first.name:44} {last.quantile(0.5) / first.quantile(0.5):8.2f}")


def _environment(postgres: Postgres, valkey: Valkey, name: str, directory: Path) -> dict[str, str]:
    def at(url: str) -> str:
        return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))

    (directory / "data" / "static").mkdir(parents=True, exist_ok=True)
    given: dict[str, Any] = {
        "DESK_EMBEDDED": "1",
        "DESK_PROCESS": "command",
        "DESK_DATA": str(directory / "data"),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": at(postgres.app_url),
        "DATABASE_OWNER_URL": at(postgres.owner_url),
        "REDIS_URL": valkey.url,
        "DJANGO_SETTINGS_MODULE": "retention_desk.settings",
        "PYTHONPATH": str(PROJECT),
    }
    return {**os.environ, **given}


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)
