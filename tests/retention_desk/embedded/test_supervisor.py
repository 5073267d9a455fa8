"""Children are relayed, watched and ended, also those that do not want to."""

import os
import signal
import sys
import threading
import time

import pytest
from django.conf import settings

from retention_desk.embedded.processes import CannotStart, spawn
from retention_desk.embedded.supervisor import ChildEnded, ChildRefused, Supervisor
from retention_desk.refusal import LAST_LINE

PROJECT = settings.BASE_DIR
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(60)"
)


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


def test_what_a_child_says_is_relayed_under_its_name(capfd: pytest.CaptureFixture[str]) -> None:
    Supervisor().run("greeter", python("print('one'); print('two')"), env=os.environ, cwd=PROJECT)

    assert capfd.readouterr().out == "greeter  | one\ngreeter  | two\n"


def test_first_child_that_ends_is_named_with_its_code() -> None:
    supervisor = Supervisor()
    supervisor.start("sleeper", python("import time; time.sleep(60)"), env=os.environ, cwd=PROJECT)
    supervisor.start("breaker", python("raise SystemExit(7)"), env=os.environ, cwd=PROJECT)

    with pytest.raises(ChildEnded) as ended:
        supervisor.wait(seconds=30)

    assert (ended.value.name, ended.value.code) == ("breaker", 7)
    supervisor.end(["sleeper", "breaker"], seconds=5)
    assert [child.process.poll() is None for child in supervisor.children] == [False, False]


def test_child_that_refuses_to_serve_is_believed_though_it_lives_on(capfd: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor()
    says = f"import time; print('a wall is missing'); print({LAST_LINE!r}, flush=True); time.sleep(60)"
    supervisor.start("web", python(says), env=os.environ, cwd=PROJECT)

    with pytest.raises(ChildRefused) as refused:
        supervisor.wait(seconds=30)

    supervisor.end(["web"], seconds=5)
    assert refused.value.name == "web"
    assert capfd.readouterr().out == f"web      | a wall is missing\nweb      | {LAST_LINE}\n"


def test_stubborn_child_is_killed_with_its_children(capfd: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor()
    child = supervisor.start("stubborn", python(STUBBORN), env=os.environ, cwd=PROJECT)
    deadline = time.monotonic() + 10
    said = ""
    while "here" not in said and time.monotonic() < deadline:
        said += capfd.readouterr().out
        time.sleep(0.02)

    supervisor.end(["stubborn"], seconds=0.3)

    assert child.process.poll() == -signal.SIGKILL
    assert "stubborn did not stop in time" in capfd.readouterr().out


def test_failed_step_is_an_error_with_its_code() -> None:
    with pytest.raises(CannotStart, match="migrate failed with exit code 3"):
        Supervisor().run("migrate", python("raise SystemExit(3)"), env=os.environ, cwd=PROJECT)


def test_children_are_started_by_the_main_thread_only() -> None:
    refused: list[BaseException] = []

    def elsewhere() -> None:
        try:
            spawn(["true"])
        except RuntimeError as error:
            refused.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()

    assert len(refused) == 1
