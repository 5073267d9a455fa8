"""Clients of the database: pgbench where the server brings it, and processes of psycopg.

Both prepare every statement on the server and wait for nothing but its answers. The start is left out of what is told
(`steady`): a connection's first acts compile the functions and fill its caches.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from django.db import connection

from retention_desk.bench.authority.scripts import Script
from retention_desk.bench.authority.telling import WARM_UP
from retention_desk.bench.measure import Timing
from retention_desk.embedded.binaries import postgres_bin
from retention_desk.embedded.places import PROJECT

PSYCOPG_PROCESSES = 4
_ENDED = re.compile(r"aborted|ERROR|FATAL")

# When each act of one client was done (seconds of one clock), and how long it took (milliseconds).
Acts = list[tuple[float, float]]
Driver = Callable[..., Timing]


class ClientFailed(Exception):
    """A client of the database could not do its acts; the text is its own."""


def pgbench() -> Path | None:
    """The pgbench that belongs to the embedded server, if it was packed with it."""
    found = postgres_bin() / "pgbench"
    return found if found.exists() else None


def with_pgbench(name: str, script: Script, *, url: str, clients: int, each: int, first: int = 0) -> Timing:
    """`each` acts by each client, from act number `first` on. Raises ClientFailed when any act was refused."""
    program = pgbench()
    assert program is not None
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "script.sql"
        path.write_text(script.for_pgbench(per_client=each, first=first), encoding="utf-8")
        done = subprocess.run(
            [
                *(str(program), "--no-vacuum", "--protocol", "prepared", "--file", str(path), "--define", "done=0"),
                *("--client", str(clients), "--jobs", str(min(clients, 2)), "--transactions", str(each)),
                *("--log", f"--log-prefix={directory}/acts", url),
            ],
            env=_session(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or _ENDED.search(done.stderr):
            raise ClientFailed(f"{name}: {done.stderr.strip()[:2000]}")
        acts: list[Acts] = [[] for _ in range(clients)]
        for log in Path(directory).glob("acts*"):
            for line in log.read_text(encoding="ascii").splitlines():
                client, _number, took, _script, seconds, micro, *_rest = line.split()
                acts[int(client)].append((int(seconds) + int(micro) / 1e6, int(took) / 1000))
    return steady(name, acts)


def with_psycopg(name: str, script: Script, *, url: str, clients: int, each: int, first: int = 0) -> Timing:
    """The same through psycopg: so many clients, on threads of a few processes."""
    shares = [len(range(place, clients, PSYCOPG_PROCESSES)) for place in range(min(clients, PSYCOPG_PROCESSES))]
    running, begin = [], first
    for share in shares:
        process = subprocess.Popen(
            [sys.executable, "-m", "retention_desk.bench.authority.psycopg_clients"],
            cwd=PROJECT, env=_session(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdin is not None
        order = {
            "url": url, "first": begin, "threads": share, "each": each, "offsets": dict(script.offsets),
            "statements": [asdict(one) for one in script.statements],
        }  # fmt: skip
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        running.append(process)
        begin += share * each
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()
    answers = []
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        out, _ = process.communicate()
        if process.returncode:
            raise ClientFailed(f"{name}: a process of psycopg ended with {process.returncode}")
        answers.append(json.loads(out))
    return steady(name, [[(at, took) for at, took in client] for answer in answers for client in answer])


def _session() -> dict[str, str]:
    """The environment in which a client's sessions are set as those of the desk."""
    return {**os.environ, "PGOPTIONS": connection.settings_dict["OPTIONS"]["options"]}


def steady(name: str, acts: Sequence[Acts]) -> Timing:
    """What was seen while all clients were at work: after the last one's warm-up, before the first one ran out."""
    runs = [sorted(client) for client in acts if client]
    warm = min(WARM_UP, *(len(run) - 1 for run in runs))
    since = max(run[warm - 1][0] if warm else run[0][0] - run[0][1] / 1000 for run in runs)
    until = min(run[-1][0] for run in runs)
    if until <= since:  # too few acts to tell the ends from the middle
        since = min(run[0][0] - run[0][1] / 1000 for run in runs)
        until = max(run[-1][0] for run in runs)
    seen = [took for run in runs for at, took in run if since < at <= until]
    return Timing(name, tuple(seen), until - since)
