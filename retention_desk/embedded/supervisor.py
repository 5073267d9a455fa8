"""Watches the children of the desk: relays what they say, notices the first that ends, and ends them in order."""

import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from retention_desk.embedded.processes import CannotStart, ask, end, see_it_end, spawn
from retention_desk.refusal import LAST_LINE

_WIDTH = 8


class StopAsked(BaseException):
    """Somebody asked the desk to stop (Ctrl-C, a signal). Not an Exception: nothing on the way may swallow it."""


@dataclass(frozen=True)
class ChildEnded(Exception):
    """A child that should live ended by itself."""

    name: str
    code: int


@dataclass(frozen=True)
class ChildRefused(Exception):
    """A child has said why it does not serve. Its own server would start it again and again."""

    name: str


@dataclass
class Child:
    """One child process and how it is asked to end."""

    name: str
    process: subprocess.Popen[bytes]
    with_signal: signal.Signals = signal.SIGTERM
    refused: bool = False


class Supervisor:
    """The living children, in the order in which they were started."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self._ended: queue.SimpleQueue[Child] = queue.SimpleQueue()
        self._print = threading.Lock()

    def start(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> Child:
        """Start a child, relay its output under its name and watch it."""
        process = spawn(command, env=env, cwd=cwd)
        return self.watch(name, process)

    def watch(
        self, name: str, process: subprocess.Popen[bytes], *, with_signal: signal.Signals = signal.SIGTERM
    ) -> Child:
        """Take over a child that was started elsewhere."""
        child = Child(name, process, with_signal)
        self.children.append(child)
        threading.Thread(target=self._wait_for, args=(child,), daemon=True).start()
        if process.stdout is not None:
            threading.Thread(target=self._relay, args=(child, process.stdout), daemon=True).start()
        return child

    def run(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> None:
        """Run a child to its end. Raises CannotStart when it fails."""
        process = spawn(command, env=env, cwd=cwd)
        try:
            assert process.stdout is not None
            self._print_lines(name, process.stdout)
            code = process.wait()
        except BaseException:
            end(process, with_signal=signal.SIGTERM, seconds=5)
            raise
        if code:
            raise CannotStart(f"{name} failed with exit code {code}; the lines above say why.")

    def wait(self, *, seconds: float | None = None) -> None:
        """Wait until a child ends or refuses to serve, and raise ChildEnded or ChildRefused.

        Return when ``seconds`` are over.
        """
        try:
            child = self._ended.get(timeout=seconds)
        except queue.Empty:
            return
        if child.refused:
            raise ChildRefused(child.name)
        raise ChildEnded(child.name, child.process.returncode)

    def end(self, names: Sequence[str], *, seconds: float) -> None:
        """Ask the named children to end, all at once, and kill those that have not after ``seconds``."""
        chosen = [child for child in self.children if child.name in names]
        for child in chosen:
            ask(child.process, child.with_signal)
        for child in chosen:
            if not see_it_end(child.process, seconds=seconds):
                self.say("desk", f"{child.name} did not stop in time and was killed")

    def say(self, name: str, text: str) -> None:
        """Print one line."""
        with self._print:
            try:
                print(f"{name:<{_WIDTH}} | {text}", flush=True)
            except (BrokenPipeError, OSError, ValueError):
                # The terminal is gone; stopping in order matters more than saying so.
                sys.stdout = sys.__stderr__

    def _wait_for(self, child: Child) -> None:
        child.process.wait()
        self._ended.put(child)

    def _relay(self, child: Child, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                text = line.decode(errors="replace").rstrip()
                self.say(child.name, text)
                if LAST_LINE in text and not child.refused:
                    child.refused = True
                    self._ended.put(child)

    def _print_lines(self, name: str, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self.say(name, line.decode(errors="replace").rstrip())


def stop_on_signals() -> None:
    """Turn the first SIGINT, SIGTERM or SIGHUP into StopAsked, also where SIGINT was inherited as ignored.

    Later ones change nothing: the order of stopping is not interrupted half-way.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        raise StopAsked

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
