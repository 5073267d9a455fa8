"""The benchmark's own servers: a database with a little demo in it, its environment, and its web."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import psycopg
from psycopg import sql

from retention_desk.embedded.places import PROJECT
from retention_desk.embedded.postgres import Postgres
from retention_desk.embedded.processes import spawn
from retention_desk.embedded.valkey import Valkey

MANAGE = (sys.executable, str(PROJECT / "manage.py"))


def database(name: str, postgres: Postgres, valkey: Valkey, directory: Path) -> dict[str, str]:
    """Create a migrated database with a small demo in it; the environment in which it is the desk's."""
    with psycopg.connect(postgres.owner_url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    environment = _environment(postgres, valkey, name, directory)
    subprocess.run([*MANAGE, "migrate", "--verbosity", "0"], env=environment, check=True)
    subprocess.run([*MANAGE, "demo", "--scale", "0.02"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web(environment: Mapping[str, str], port: int, log: Path) -> subprocess.Popen[bytes]:
    """Serve as production does: two workers of one thread; returns before it answers (`wait_for`)."""
    return spawn(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "2", "--blocking-threads", "1", "--http", "1", "--no-ws"),
            "retention_desk.bench.wsgi:application",
        ],
        env={key: value for key, value in environment.items() if key != "DATABASE_OWNER_URL"} | {"DESK_PROCESS": "web"},
        cwd=PROJECT,
        log=log,
    )


def wait_for(port: int, *, path: str = "/readyz", seconds: float = 60) -> None:
    """Return when the web answers; raises OSError when it does not in time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)


def at(url: str, name: str) -> str:
    """The same server's other database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _environment(postgres: Postgres, valkey: Valkey, name: str, directory: Path) -> dict[str, str]:
    (directory / "data" / "static").mkdir(parents=True, exist_ok=True)
    given: dict[str, Any] = {
        "DESK_EMBEDDED": "1",
        "DESK_PROCESS": "command",
        "DESK_DATA": str(directory / "data"),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": at(postgres.app_url, name),
        "DATABASE_OWNER_URL": at(postgres.owner_url, name),
        "REDIS_URL": valkey.url,
        "DJANGO_SETTINGS_MODULE": "retention_desk.settings",
        "PYTHONPATH": str(PROJECT),
    }
    return {**os.environ, **given}
