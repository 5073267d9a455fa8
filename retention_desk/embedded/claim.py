"""One desk per data directory: an exclusive lock that the kernel releases however the desk ends."""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path

LOCK_FILE = "desk.lock"


@dataclass(frozen=True)
class AlreadyRunning(Exception):
    """Another desk has this data directory."""

    url: str
    pid: int


class Claim:
    """The lock on a data directory, held until ``release`` or the end of the process."""

    def __init__(self, data: Path, *, url: str) -> None:
        """Take the lock and write who we are into it. Raises AlreadyRunning."""
        # Not truncated on opening: until we have the lock it is the other desk's.
        self._file = os.open(data / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read(self._file)
            os.close(self._file)
            raise AlreadyRunning(url=str(holder.get("url", "")), pid=int(holder.get("pid", 0))) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, json.dumps({"url": url, "pid": os.getpid()}).encode(), 0)

    def release(self) -> None:
        """Let another desk have the directory."""
        os.close(self._file)


def is_running(data: Path) -> bool:
    """Say whether a desk has this data directory at this moment."""
    try:
        file = os.open(data / LOCK_FILE, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _read(file: int) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(os.pread(file, 4096, 0))
    except ValueError:  # the other desk is between taking the lock and writing its name
        return {}
    return found
