"""The one-command start, for real: it starts, refuses a second, is found by other commands, leaves nobody behind."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from retention_desk.embedded.postgres import Postgres

pytestmark = pytest.mark.slow

# Seconds: on a machine with other work everything takes long, and that is not what these tests are about.
PATIENCE = 240
READY = re.compile(r"ready after \d+ s: (http://127\.0\.0\.1:\d+/)")


def bare_environment() -> dict[str, str]:
    """The environment of somebody who has set nothing; the tests' own servers must not be taken for given ones."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def processes_of(data: Path) -> list[int]:
    """Everything alive that was started for this data directory, whoever its parent is now."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            about = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            state = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except OSError:
            continue
        if str(data).encode() in about and state != "Z":
            found.append(int(folder.name))
    return found


def wait_for(condition: Callable[[], bool], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class RunningDesk:
    """A desk in a process of its own, with all that it has said so far."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self.data = data
        self.port = free_port()
        self.said: list[str] = []
        # SIGINT is ignored at the start, as for anything that a script starts with "&".
        inherited = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.process = subprocess.Popen(
                [*command("desk", "--no-demo", "--port", str(self.port), "--data", str(data)), *arguments],
                cwd=settings.BASE_DIR,
                env=bare_environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        finally:
            signal.signal(signal.SIGINT, inherited)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(self.process.stdout)

    @property
    def text(self) -> str:
        return "".join(self.said)

    def wait_until_ready(self) -> None:
        ready = wait_for(lambda: bool(READY.search(self.text)) or self.process.poll() is not None, seconds=PATIENCE)
        assert ready, self.text
        assert self.process.poll() is None, self.text

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def clean_up(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(timeout=10)
        assert self.process.stdout is not None
        self.process.stdout.close()


def command(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def run(*arguments: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = bare_environment() | ({"DESK_DATA": str(data)} if data else {})
    return subprocess.run(
        command(*arguments), cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="desk-data-") as folder:
        yield Path(folder) / "data"


@pytest.fixture(scope="module")
def desk(data: Path) -> Iterator[RunningDesk]:
    running = RunningDesk(data)
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.clean_up()


def test_desk_answers_and_says_where(desk: RunningDesk) -> None:
    assert READY.findall(desk.text) == [f"http://127.0.0.1:{desk.port}/"]
    assert desk.get("/readyz") == (200, '{"ready": true, "database": "ok", "valkey": "ok"}')
    assert desk.get("/login/")[0] == 200


def test_second_start_is_refused_kindly(desk: RunningDesk, data: Path) -> None:
    second = run("desk", "--port", str(free_port()), "--data", str(data))

    assert second.returncode == 1
    assert second.stderr == f"A desk is already running here: http://127.0.0.1:{desk.port}/ (pid {desk.process.pid}).\n"


def test_taken_port_is_named_with_a_way_out(desk: RunningDesk, tmp_path: Path) -> None:
    other = run("desk", "--port", str(desk.port), "--data", str(tmp_path / "other"))

    assert other.returncode == 1
    assert f"Port {desk.port} is taken" in other.stderr
    assert f"--port {desk.port + 1}" in other.stderr


def test_other_commands_find_the_running_desk(desk: RunningDesk, data: Path) -> None:
    done = run("shell", "-c", "from offers.models import Seat; print('seats', Seat.objects.count())", data=data)

    assert "seats 0" in done.stdout, done.stderr


def test_secrets_are_for_this_user_only(desk: RunningDesk, data: Path) -> None:
    for name in ("secret-key", "environment.json", "desk.lock"):
        assert (data / name).stat().st_mode & 0o077 == 0, name
    assert data.stat().st_mode & 0o077 == 0


def test_what_serves_does_not_know_the_owner(desk: RunningDesk, data: Path) -> None:
    owner = json.loads((data / "environment.json").read_text(encoding="utf-8"))["DATABASE_OWNER_URL"]
    knowing = []
    for number in processes_of(data):
        folder = Path(f"/proc/{number}")
        if owner.encode() in (folder / "environ").read_bytes():
            knowing.append((folder / "cmdline").read_bytes())

    assert owner.startswith("postgres://desk_owner@")
    assert knowing == []


def test_ctrl_c_stops_everything_and_keeps_the_data(desk: RunningDesk, data: Path) -> None:
    desk.process.send_signal(signal.SIGINT)

    assert desk.process.wait(timeout=PATIENCE) == 0
    assert processes_of(data) == []
    assert "Traceback" not in desk.text
    assert (data / "postgres-18" / "PG_VERSION").exists()
    assert not (data / "environment.json").exists()


def test_commands_without_a_desk_are_told_what_is_missing(desk: RunningDesk, data: Path) -> None:
    assert desk.process.poll() == 0, "runs after the desk was stopped"

    done = run("check", data=data)

    assert done.returncode == 1
    assert "python3 manage.py desk" in done.stderr.splitlines()[-1]


def test_killed_desk_leaves_nobody_behind_and_starts_again(desk: RunningDesk, data: Path) -> None:
    assert desk.process.poll() == 0, "runs after the desk was stopped"
    again = RunningDesk(data)
    try:
        again.wait_until_ready()
        assert len(processes_of(data)) > 4

        again.process.kill()

        assert wait_for(lambda: processes_of(data) == [], seconds=PATIENCE), processes_of(data)
    finally:
        again.clean_up()


def test_end_of_one_process_ends_the_desk(data: Path) -> None:
    last = RunningDesk(data)
    try:
        last.wait_until_ready()
        beat = next(number for number in processes_of(data) if b"beat" in Path(f"/proc/{number}/cmdline").read_bytes())

        os.kill(beat, signal.SIGKILL)

        assert last.process.wait(timeout=PATIENCE) == 1
        assert "The desk stopped because beat ended" in last.text
        assert processes_of(data) == []
    finally:
        last.clean_up()


def test_desk_passes_on_why_it_does_not_serve_and_ends(data: Path, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="desk-") as sockets:
        postgres = Postgres(data, Path(sockets))
        postgres.start(log=tmp_path / "log")
        with psycopg.connect(postgres.owner_url) as owner:
            owner.execute("ALTER TABLE customers_usedkey DISABLE TRIGGER append_only")
        postgres.stop()
    unguarded = RunningDesk(data)
    try:
        assert unguarded.process.wait(timeout=60) == 1
    finally:
        unguarded.clean_up()

    assert "web      |   the trigger append_only on customers_usedkey is switched off" in unguarded.text
    assert "web      |     cure: ALTER TABLE customers_usedkey ENABLE TRIGGER append_only" in unguarded.text
    assert "The desk stopped because web refused to serve; the lines above say why." in unguarded.text
    assert not READY.search(unguarded.text)
    assert processes_of(data) == []
