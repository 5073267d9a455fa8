"""Which environment a command of ``manage.py`` runs in: the given one, the running desk's, or a throw-away one."""

import json
import os
import secrets
import sys
from pathlib import Path

from retention_desk.embedded.places import data_directory

ENVIRONMENT_FILE = "environment.json"

# These read code and files, never data, so they need no server; what they are given can reach none.
OFFLINE = frozenset(
    {"check_all", "compilemessages", "diffsettings", "findstatic", "help", "makemessages", "makemigrations", "version"}
)


def adopt(command: str) -> None:
    """Complete ``os.environ`` for ``command`` where the operator gave neither a secret nor a database.

    Commands that only read code get values that reach nothing. All others talk to the embedded desk, if there is one.
    """
    if os.environ.get("SECRET_KEY") or os.environ.get("DATABASE_URL"):
        return
    if command in OFFLINE or command.startswith("-"):
        os.environ.update(throwaway())
        return
    file = data_directory() / ENVIRONMENT_FILE
    if file.exists():
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
