"""What the desk's processes and the commands of ``manage.py`` find in their environment.

The desk tells each process what it needs and no more: those that serve do not learn the owner's URL. While it runs, its
environment lies in the data directory (readable by this user only), so that ``manage.py intake`` in a second terminal
finds it.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from retention_desk.embedded.claim import is_running
from retention_desk.embedded.places import data_directory

ENVIRONMENT_FILE = "environment.json"

# These read code and files, never data, so they need no server; what they are given can reach none.
OFFLINE = frozenset(
    {
        "check_all",
        "compilemessages",
        "desk",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "makemigrations",
        "test",
        "version",
    }
)
PUBLISHED = (
    "ALLOWED_HOSTS",
    "AUDIT_EXPORT_DIR",
    "AUDIT_OLD_SIGNING_KEYS",
    "AUDIT_SIGNING_KEY",
    "DATABASE_OWNER_URL",
    "DATABASE_URL",
    "DESK_DATA",
    "DESK_EMBEDDED",
    "REDIS_URL",
    "SECRET_KEY",
    "STATIC_ROOT",
)
# What signs the seals of the audit; pages make none.
SEALING = ("AUDIT_SIGNING_KEY", "AUDIT_OLD_SIGNING_KEYS")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Given:
    """The operator's own servers, where there are any."""

    owner_url: str | None
    app_url: str | None
    redis_url: str | None


@dataclass(frozen=True)
class Addresses:
    """Everything a process of this desk may be told."""

    owner_url: str
    app_url: str
    common: Mapping[str, str]

    def for_serving(self, process: str) -> dict[str, str]:
        """Return the environment of ``web``, ``live`` or ``worker``: the application's role only."""
        told = {**os.environ, **self.common}
        for name in ("DATABASE_OWNER_URL", *(SEALING if process in ("web", "live") else ())):
            told.pop(name, None)
        return {**told, "DATABASE_URL": self.app_url, "DESK_PROCESS": process}

    def for_commands(self) -> dict[str, str]:
        """Return the environment of a management command, which may act as the owner too."""
        both = {"DATABASE_URL": self.app_url, "DATABASE_OWNER_URL": self.owner_url}
        return {**os.environ, **self.common, **both, "DESK_PROCESS": "command"}


def given() -> Given:
    """Read which servers the operator named. DATABASE_URL alone is the owner's."""
    database, owner = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    return Given(
        owner_url=owner or database or None,
        app_url=database if owner else None,
        redis_url=os.environ.get("REDIS_URL") or None,
    )


def complete(
    data: Path, *, owner_url: str, app_url: str, redis_url: str, host: str, ports: tuple[int, int]
) -> Addresses:
    """Put the servers together with what the desk keeps in its data directory, and make that on the first start.

    `ports` are those of the pages and of the event streams.
    """
    static = data / "static"
    static.mkdir(exist_ok=True)
    common = {
        "AUDIT_EXPORT_DIR": os.environ.get("AUDIT_EXPORT_DIR") or str(data / "audit"),
        "AUDIT_SIGNING_KEY": os.environ.get("AUDIT_SIGNING_KEY") or secret(data / "audit-signing-key"),
        "DESK_DATA": str(data),
        "DESK_EMBEDDED": "1",
        "LIVE_PORT": str(ports[1]),
        "PAGES_PORT": str(ports[0]),
        "PYTHONUNBUFFERED": "1",
        "REDIS_URL": redis_url,
        "SECRET_KEY": os.environ.get("SECRET_KEY") or secret(data / "secret-key"),
        "STATIC_ROOT": str(static),
    }
    if host not in LOOPBACK and not os.environ.get("ALLOWED_HOSTS"):
        # Whoever opens the desk to the network does not know under which names it will be reached.
        common["ALLOWED_HOSTS"] = "*"
    return Addresses(owner_url=owner_url, app_url=app_url, common=common)


def secret(file: Path) -> str:
    """Return the secret in ``file``, made on first use and readable by this user only."""
    if not file.exists():
        _write_private(file, secrets.token_urlsafe(50))
    return file.read_text(encoding="ascii").strip()


def publish(data: Path, environment: Mapping[str, str]) -> None:
    """Let other commands of this user find the running desk."""
    told = {name: environment[name] for name in PUBLISHED if name in environment}
    _write_private(data / ENVIRONMENT_FILE, json.dumps(told))


def withdraw(data: Path) -> None:
    """The desk is not running any more."""
    (data / ENVIRONMENT_FILE).unlink(missing_ok=True)


def adopt(command: str) -> None:
    """Complete ``os.environ`` for ``command`` where the operator gave neither a secret nor a database.

    Commands that only read code get values that reach nothing. All others talk to the running desk; where there is
    none, the settings say what is missing.
    """
    if os.environ.get("SECRET_KEY") or os.environ.get("DATABASE_URL"):
        return
    file = data_directory() / ENVIRONMENT_FILE
    if command in OFFLINE or command.startswith("-"):
        os.environ.update(throwaway())
    elif is_running(data_directory()) and file.exists():
        os.environ.update(json.loads(file.read_text(encoding="utf-8")))


def throwaway() -> dict[str, str]:
    """Return settings for tools that read the code: a random secret, and addresses where nobody listens."""
    return {
        "DESK_EMBEDDED": "1",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": "postgres://nobody@/none?host=/nonexistent",
        "DATABASE_OWNER_URL": "postgres://nobody@/none?host=/nonexistent",
        "REDIS_URL": "unix:///nonexistent",
    }


def _write_private(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
