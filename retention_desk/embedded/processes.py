"""Start and end child processes so that none of them ever outlives the desk.

Every child gets its own session (a Ctrl-C in the terminal reaches only the supervisor, which then ends the children in
order) and, on Linux, a signal from the kernel when the thread that started it dies. That thread must therefore be the
main one.
"""

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
    output: int | None = None,
    end_with: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a session of its own; ``end_with`` reaches it if this process dies without a goodbye.

    ``output`` is a file descriptor or a ``subprocess`` constant for both standard output and error.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("children are started by the main thread only: their life hangs on the thread that forks")
    return subprocess.Popen(
        list(command),
        env=dict(env) if env is not None else None,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        preexec_fn=_follow_parent(os.getpid(), end_with),
    )


def end(process: subprocess.Popen[bytes], *, with_signal: signal.Signals, seconds: float) -> bool:
    """End a child: ask with ``with_signal``, wait, then kill its whole session. Return False if it had to be killed."""
    asked = True
    if process.poll() is None:
        process.send_signal(with_signal)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            asked = False
    kill_session(process.pid)
    process.wait()
    return asked


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
