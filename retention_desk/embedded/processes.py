"""Start and end child processes so that none of them ever outlives the desk.

Every child gets its own session (a Ctrl-C in the terminal reaches only the supervisor, which then ends the children in
order) and, on Linux, a signal from the kernel when the thread that started it dies. That thread must therefore be the
main one.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

# util-linux; PostgreSQL refuses to run as root, so it is shown an unprivileged user in a user namespace of its own.
# Files stay owned by root outside, and no system user is made.
AS_NOBODY = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")


class CannotStart(Exception):
    """A child could not be started or did not become ready; the text is for the person at the terminal."""


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    log: Path | None = None,
    end_with: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a session of its own; ``end_with`` reaches it if this process dies without a goodbye.

    Output and errors are appended to the file ``log``, or come through ``process.stdout`` where none is given.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("children are started by the main thread only: their life hangs on the thread that forks")
    with contextlib.ExitStack() as stack:
        return subprocess.Popen(
            list(command),
            env=dict(env) if env is not None else None,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=stack.enter_context(log.open("ab")) if log is not None else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # Only signal handlers and prctl between fork and exec: nothing that could wait for another thread.
            preexec_fn=_follow_parent(os.getpid(), end_with),  # noqa: PLW1509
        )


def last_lines(log: Path, *, count: int = 12) -> str:
    """Return the end of a log file, for an error message."""
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
    except OSError:
        return ""


def end(process: subprocess.Popen[bytes], *, with_signal: signal.Signals, seconds: float) -> bool:
    """Ask a child to end and see to it; return False if it had to be killed."""
    ask(process, with_signal)
    return see_it_end(process, seconds=seconds)


def ask(process: subprocess.Popen[bytes], with_signal: signal.Signals) -> None:
    """Ask a child to end."""
    if process.poll() is None:
        process.send_signal(with_signal)


def see_it_end(process: subprocess.Popen[bytes], *, seconds: float) -> bool:
    """Wait for a child that was asked to end, then kill what is left of its session; return False if it still lived."""
    in_time = True
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        in_time = False
    kill_session(process.pid)
    process.wait()
    return in_time


def kill_session(leader: int) -> None:
    """Kill what is left of the session that ``leader`` led."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def unprivileged_prefix() -> tuple[str, ...]:
    """Return what to put before PostgreSQL's programs: nothing for ordinary users, a user namespace for root.

    Raises CannotStart for root where user namespaces are switched off.
    """
    if os.geteuid() != 0:
        return ()
    try:
        tried = subprocess.run([*AS_NOBODY, "true"], capture_output=True, text=True, timeout=10, check=False)
        trouble = tried.stderr.strip() if tried.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        trouble = str(error)
    if trouble:
        raise CannotStart(
            "PostgreSQL does not run as root, and this machine has no user namespaces to lend it another user "
            f"({trouble}). Start the desk as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
        )
    return AS_NOBODY


def _follow_parent(parent: int, end_with: signal.Signals) -> Callable[[], None]:
    def in_child() -> None:
        # A desk started with "&" from a script inherits SIGINT as ignored; its children must not.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(end_with), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return in_child
