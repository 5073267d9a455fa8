"""The real web process (and, where asked for, a real Celery worker) on the test database, as the application's role."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
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
def _live_environment(django_db_setup: None) -> dict[str, str]:
    environment = dict(os.environ)
    parts = urlsplit(environment["DATABASE_URL"])
    name = str(connections["default"].settings_dict["NAME"])
    environment["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))
    # What serves does not know the owner, here as in production.
    for name in ("DATABASE_OWNER_URL", "DATABASE_SUPERUSER_URL"):
        environment.pop(name, None)
    return environment


@pytest.fixture(scope="session")
def _live_web(_live_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    log = tmp_path_factory.mktemp("live") / "web.log"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "1", "--http", "1", "--no-ws", "--workers-kill-timeout", "2"]
    command.append("retention_desk.wsgi:application")
    process = spawn(command, env=_live_environment | {"DESK_PROCESS": "web"}, cwd=PROJECT, log=log)
    try:
        _wait_until_ready(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process, with_signal=signal.SIGTERM, seconds=5)


@pytest.fixture
def live_desk(transactional_db: None, _live_web: str) -> str:
    """The address of a running desk, without a slash at the end. What the test commits, it sees."""
    return _live_web


@pytest.fixture
def live_worker(
    transactional_db: None, _live_environment: dict[str, str], tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker for this test alone; it hears the tasks that the test and the live desk send."""
    command = [sys.executable, "-m", "celery", "-A", "retention_desk.celery", "--quiet", "worker", "-P", "threads"]
    command += ["-c", "2", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    log = tmp_path / "worker.log"
    process = spawn(command, env=_live_environment | {"DESK_PROCESS": "worker"}, cwd=PROJECT, log=log)
    try:
        deadline = time.monotonic() + 60
        while " ready." not in last_lines(log, count=100):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the worker did not start:\n{last_lines(log)}")
            time.sleep(0.1)
        yield process
    finally:
        end(process, with_signal=signal.SIGTERM, seconds=5)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
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
