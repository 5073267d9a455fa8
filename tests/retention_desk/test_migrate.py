"""Migrations run as the owner, and the one who runs them is told whether the other role can serve."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from retention_desk.embedded.postgres import Postgres
from retention_desk.management.commands.check_all import PRODUCTION

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An empty PostgreSQL; the address of its superuser, with ``USER`` where the role goes."""
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        postgres = Postgres(Path(folder), Path(folder), throwaway=True)
        postgres.start(log=Path(folder) / "log")
        with psycopg.connect(postgres.owner_url.replace("desk_owner", "postgres"), autocommit=True) as connection:
            connection.execute("DROP ROLE desk_app")
            connection.execute("DROP ROLE retention_desk_app")
            connection.execute("CREATE ROLE serving LOGIN")
        yield postgres.owner_url.replace("desk_owner", "USER")
        postgres.stop()


def migrate(*arguments: str, **urls: str) -> subprocess.CompletedProcess[str]:
    given = {name: value for name, value in PRODUCTION.items() if not name.startswith("DATABASE_")} | urls
    return subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", *arguments],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_owner_that_is_not_given_is_named() -> None:
    done = migrate(DATABASE_URL=PRODUCTION["DATABASE_URL"])

    assert done.returncode == 1
    assert "DATABASE_OWNER_URL is not set." in done.stderr


def test_group_that_the_owner_may_not_make_is_asked_for(server: str) -> None:
    done = migrate(
        "contenttypes",
        DATABASE_URL=server.replace("USER", "serving"),
        DATABASE_OWNER_URL=server.replace("USER", "desk_owner"),
    )

    assert done.returncode == 1
    assert "CREATE ROLE retention_desk_app NOLOGIN" in done.stderr


@pytest.mark.parametrize(
    ("serving", "said"),
    [
        ("serving", "GRANT retention_desk_app TO serving"),
        ("nobody_yet", "'nobody_yet', does not exist yet"),
        ("postgres", "owns the tables"),
    ],
)
def test_role_that_cannot_serve_or_can_do_more_is_named(server: str, serving: str, said: str) -> None:
    done = migrate(
        "contenttypes",
        DATABASE_URL=server.replace("USER", serving),
        DATABASE_OWNER_URL=server.replace("USER", "postgres"),
    )

    assert done.returncode == 0, done.stderr
    assert said in done.stderr
