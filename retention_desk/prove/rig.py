"""A desk that may be killed: its own PostgreSQL and Valkey, the real web, worker and beat, and the ways to kill each.

The database is made without waiting for the disk and then started as production's is. Linux only: what is killed is
found in /proc.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
import redis

from retention_desk.bench.servers import free_port
from retention_desk.embedded.places import PROJECT
from retention_desk.embedded.postgres import Postgres
from retention_desk.embedded.processes import end, last_lines, spawn
from retention_desk.embedded.valkey import Valkey

INSIDE = (sys.executable, "-m", "retention_desk.prove.inside")
SECONDS_TO_SERVE = 120


class Rig:
    """Everything that serves, each in its own process, logging into `directory`."""

    def __init__(self, directory: Path, *, web_workers: int) -> None:
        self.directory = directory
        self.web_workers = web_workers
        self.postgres = Postgres(directory, directory)
        self.valkey = Valkey(directory)
        self.port, self.live_port = free_port(), free_port()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._secret = secrets.token_urlsafe(50)

    @property
    def base(self) -> str:
        """The address of the desk."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def live(self) -> str:
        """The address of the event streams."""
        return f"http://127.0.0.1:{self.live_port}/live/"

    def process(self, name: str) -> "subprocess.Popen[bytes]":
        """The process that leads one part: web, live, worker or beat."""
        return self._processes[name]

    def make(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Make the database and lay the ground; answers what the posters need to know."""
        (self.directory / "data" / "static").mkdir(parents=True)
        making = Postgres(self.directory, self.directory, throwaway=True)
        making.start(log=self._log("postgres"))
        try:
            migrate = [sys.executable, str(PROJECT / "manage.py"), "migrate", "--verbosity", "0"]
            subprocess.run(migrate, env=self._owner(), check=True)
            return self.inside("lay", told)
        finally:
            making.stop()

    def start(self, *, clockwork: bool, live: bool = False) -> None:
        """Start the servers and what serves; return when the page answers."""
        self.postgres.start(log=self._log("postgres"))
        self.valkey.start(log=self._log("valkey"))
        self._start_web()
        if live:
            self._start(
                "live",
                [*self._granian("asgi", self.live_port), "retention_desk.live.asgi:application"],
                self._serving("live"),
            )
        if clockwork:
            self._start_celery("worker", "-P", "threads", "-c", "2", "--without-gossip", "--without-mingle")
            self._start_celery("beat", "--schedule", str(self.directory / "beat"), "--pidfile=")
        self.wait()

    def stop(self) -> None:
        """End everything, whatever state it is in."""
        for process in self._processes.values():
            end(process, with_signal=signal.SIGTERM, seconds=8)
        self.valkey.stop()
        self.postgres.stop()

    def wait(self) -> None:
        """Return when the page answers and its database does. Raises TimeoutError."""
        if not wait_until(self._is_ready, seconds=SECONDS_TO_SERVE):
            raise TimeoutError(f"the page does not answer after {SECONDS_TO_SERVE} s")

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"{self.base}/readyz", timeout=5) as answer:  # noqa: S310 (this machine)
                return bool(answer.status == HTTPStatus.OK)
        except (OSError, HTTPException):
            return False

    def inside(self, what: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """Run a part that needs Django, in a process of its own, as the role that serves."""
        done = subprocess.run(
            [*INSIDE, what], env=self._serving("command"), input=json.dumps(told), text=True, capture_output=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{what} failed:\n{done.stderr[-4000:]}")
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    def said(self, name: str) -> str:
        """The end of what a process said."""
        return last_lines(self._log(name), count=30)

    # Ways to kill.

    def kill_web_worker(self) -> None:
        """Kill -9 one process that answers pages; granian starts another."""
        web = self._processes["web"]
        workers = [pid for pid in _children(web.pid) if b"granian" in _command(pid) or b"spawn_main" in _command(pid)]
        os.kill(workers[-1], signal.SIGKILL)

    def kill_worker(self) -> None:
        """Kill -9 the Celery worker and start another."""
        self._kill("worker")
        self._start_celery("worker", "-P", "threads", "-c", "2", "--without-gossip", "--without-mingle")

    def kill_valkey(self) -> None:
        """Kill -9 Valkey and start another, empty one."""
        assert self.valkey.process is not None
        self.valkey.process.kill()
        self.valkey.process.wait()
        self.valkey.start(log=self._log("valkey"))

    def flush_valkey(self) -> None:
        """Let Valkey forget everything."""
        with redis.from_url(self.valkey.url) as client:
            client.flushall()

    def kill_backend(self) -> None:
        """Kill -9 one session of the serving role; PostgreSQL ends all others and recovers."""
        # One that ended between the look and the blow was not killed.
        if not wait_until(self._kill_session, seconds=10):
            raise RuntimeError("nobody is connected")

    def _kill_session(self) -> bool:
        with psycopg.connect(self.postgres.owner_url.replace("desk_owner", "postgres")) as server:
            row = server.execute(
                "SELECT pid FROM pg_stat_activity WHERE usename = 'desk_app' ORDER BY state = 'active' DESC, random()"
            ).fetchone()
        return row is not None and _kill(int(str(row[0])))

    def kill_postgres(self) -> None:
        """Kill -9 every process of the server at once, and start it again."""
        assert self.postgres.process is not None
        leader = self.postgres.process.pid
        for pid in (*descendants(leader), leader):
            _kill(pid)
        self.postgres.process.wait()
        self.postgres.start(log=self._log("postgres"))

    def _kill(self, name: str) -> None:
        self._processes[name].kill()
        self._processes[name].wait()

    def _start_web(self) -> None:
        workers = ["--workers", str(self.web_workers), "--blocking-threads", "1"]
        command = [*self._granian("wsgi", self.port), *workers, "retention_desk.wsgi:application"]
        self._start("web", command, self._serving("web"))

    def _granian(self, interface: str, port: int) -> list[str]:
        granian = [sys.executable, "-m", "granian", "--interface", interface, "--http", "1", "--no-ws"]
        granian += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--workers-kill-timeout", "4"]
        # As the desk does, so that a worker that is killed is replaced.
        return [*granian, "--respawn-failed-workers", "--respawn-interval", "0.2"]

    def _start_celery(self, name: str, *arguments: str) -> None:
        command = [sys.executable, "-m", "celery", "-A", "retention_desk.celery", "--quiet", name, *arguments]
        self._start(name, [*command, "--loglevel", "WARNING"], self._serving("worker"))

    def _start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._processes[name] = spawn(command, env=environment, cwd=PROJECT, log=self._log(name))

    def _log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def _serving(self, process: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
        return inherited | {
            "DESK_EMBEDDED": "1",
            "DESK_PROCESS": process,
            "DESK_DATA": str(self.directory / "data"),
            "SECRET_KEY": self._secret,
            "DATABASE_URL": self.postgres.app_url,
            "REDIS_URL": self.valkey.url,
            "PAGES_PORT": str(self.port),
            "LIVE_PORT": str(self.live_port),
            "DJANGO_SETTINGS_MODULE": "retention_desk.prove.settings",
            "PYTHONPATH": str(PROJECT),
            "LOG_LEVEL": "ERROR",
        }

    def _owner(self) -> dict[str, str]:
        return self._serving("command") | {"DATABASE_OWNER_URL": self.postgres.owner_url}


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def descendants(pid: int) -> list[int]:
    """The processes below one, whatever depth."""
    found = []
    for child in _children(pid):
        found += [child, *descendants(child)]
    return found


def _children(pid: int) -> list[int]:
    """The living children of a process, oldest first."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(folder.name))
    return sorted(found)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait for something to become so; False when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
