"""The two directories of an embedded desk: the data that is kept, and a short private one for sockets.

A Unix socket's path may have 107 bytes, so sockets never live in the data directory of a deep checkout. The runtime
directory is the servers' only protection (they trust whoever can open the socket), so its owner and mode are checked.
"""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
SOCKET_PATH_LIMIT = 107


class UnsafePlace(Exception):
    """A directory belongs to somebody else, is open to others, or its path is too long; the text says which."""


def data_directory(given: str | None = None) -> Path:
    """Return the data directory: ``given``, else DESK_DATA, else ``.desk`` beside manage.py. It need not exist."""
    return Path(given or os.environ.get("DESK_DATA") or PROJECT / ".desk").expanduser().absolute()


def make_private(directory: Path) -> Path:
    """Create ``directory`` for this user alone, or check that it is so already.

    Raises UnsafePlace when it belongs to another user, is a link, or lets others in.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise UnsafePlace(f"{directory} is not a directory.")
    if found.st_uid != os.geteuid():
        raise UnsafePlace(f"{directory} belongs to another user (uid {found.st_uid}).")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise UnsafePlace(f"{directory} can be entered by other users; set its mode to 700.")
    return directory


def runtime_directory(data: Path) -> Path:
    """Return the private directory for the sockets of the desk whose data is in ``data``, made if need be.

    The name is the same for the same data directory, so that other commands find the running desk.
    """
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    parent = Path(base) if base and os.access(base, os.W_OK) else Path(tempfile.gettempdir())
    mark = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:10]
    directory = parent / f"retention-desk-{os.geteuid()}-{mark}"
    check_socket_path(directory / ".s.PGSQL.5432.lock")
    return make_private(directory)


def check_socket_path(path: Path) -> None:
    """Raise UnsafePlace when ``path`` is too long for a Unix socket."""
    if len(os.fsencode(path)) > SOCKET_PATH_LIMIT:
        raise UnsafePlace(f"{path} is too long for a socket ({SOCKET_PATH_LIMIT} bytes); set TMPDIR to a shorter path.")
