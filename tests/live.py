"""The real processes on the test database, as the application's role: web and event streams, and where asked for a
Celery worker.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connections

from retention_desk.embedded.places import PROJECT
from retention_desk.embedded.processes import end, last_lines, spawn


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def live_environment(django_db_setup: None) -> dict[str, str]:
    environment = dict(os.environ)
    parts = urlsplit(environment["DATABASE_URL"])
    name = str(connections["default"].settings_dict["NAME"])
    environment["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))
    environment["DESK_GALLERY"] = "1"
    # What serves does not know the owner, here as in production.
    for name in ("DATABASE_OWNER_URL", "DATABASE_SUPERUSER_URL"):
        environment.pop(name, None)
    return environment


@pytest.fixture(scope="session")
def _live_served(live_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Served]":
    served = Served(live_environment, tmp_path_factory.mktemp("live"))
    try:
        served.start_streams()
        served.start_web()
        yield served
    finally:
        served.stop()


@pytest.fixture
def live_served(transactional_db: None, _live_served: "Served") -> "Served":
    """A running desk: pages and event streams. What the test commits, both see."""
    return _live_served


class Served:
    """Pages and event streams on ports of their own, as the one-command desk has them."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self.pages, self.streams = free_port(), free_port()
        ports = {"PAGES_PORT": str(self.pages), "LIVE_PORT": str(self.streams)}
        self._environment = {**environment, **ports}
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def address(self) -> str:
        """Of the pages, without a slash at the end."""
        return f"http://127.0.0.1:{self.pages}"

    @property
    def streams_address(self) -> str:
        """Of the event streams, without a slash at the end."""
        return f"http://127.0.0.1:{self.streams}"

    def start_web(self) -> None:
        """Start the pages, and wait until they answer."""
        threads = ("--workers", "2", "--blocking-threads", "1")
        self._start("web", "wsgi", self.pages, *threads, "retention_desk.wsgi:application", ready="/readyz")

    def start_streams(self) -> None:
        """Start the event streams, and wait until they answer."""
        self._start("live", "asgi", self.streams, "retention_desk.live.asgi:application", ready="/livez")

    def kill(self, name: str) -> None:
        """Let a process (web or live) die without a word."""
        end(self._running.pop(name), with_signal=signal.SIGKILL, seconds=5)

    def stop(self) -> None:
        """Stop what runs."""
        for process in self._running.values():
            end(process, with_signal=signal.SIGTERM, seconds=5)

    def _start(self, name: str, interface: str, port: int, *rest: str, ready: str) -> None:
        command = [sys.executable, "-m", "granian", "--interface", interface, "--host", "127.0.0.1"]
        command += [
            "--port",
            str(port),
            "--http",
            "1",
            "--no-ws",
            "--workers-kill-timeout",
            "2",
            "--log-level",
            "warning",
            *rest,
        ]
        log = self._logs / f"{name}.log"
        process = spawn(command, env=self._environment | {"DESK_PROCESS": name}, cwd=PROJECT, log=log)
        self._running[name] = process
        _wait_until_ready(process, port, log, path=ready)


@pytest.fixture
def live_desk(live_served: "Served") -> str:
    """The address of a running desk's pages, without a slash at the end. What the test commits, it sees."""
    return live_served.address


@pytest.fixture
def live_worker(
    transactional_db: None, live_environment: dict[str, str], tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker for this test alone; it hears the tasks that the test and the live desk send."""
    command = [sys.executable, "-m", "celery", "-A", "retention_desk.celery", "--quiet", "worker", "-P", "threads"]
    command += ["-c", "2", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    log = tmp_path / "worker.log"
    process = spawn(command, env=live_environment | {"DESK_PROCESS": "worker"}, cwd=PROJECT, log=log)
    try:
        deadline = time.monotonic() + 60
        while " ready." not in last_lines(log, count=100):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the worker did not start:\n{last_lines(log)}")
            time.sleep(0.1)
        yield process
    finally:
        end(process, with_signal=signal.SIGTERM, seconds=5)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path, *, path: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            said = answer.read().decode()
            if answer.status == http.client.OK:
                return
        except OSError as error:
            said = str(error)
        finally:
            connection.close()
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the live desk did not start: {said}\n{last_lines(log)}")
        time.sleep(0.1)
