"""The embedded servers for real: roles, a login made on a given server, data that survive, and kind refusals."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from retention_desk.embedded import processes
from retention_desk.embedded.postgres import Postgres
from retention_desk.embedded.processes import CannotStart
from retention_desk.embedded.roles import CannotProvision, drop_app_role, provision_app_role
from retention_desk.embedded.valkey import Valkey


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A short private folder: sockets live in it."""
    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def postgres(place: Path) -> Iterator[Postgres]:
    server = Postgres(place, place, throwaway=True)
    server.start(log=place / "postgres.log")
    yield server
    assert server.stop()


def ask(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def test_owner_owns_and_application_serves(postgres: Postgres) -> None:
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"

    assert ask(postgres.app_url, owner) == "desk_owner"
    assert ask(postgres.app_url, "SELECT pg_has_role('retention_desk_app', 'MEMBER')") is True
    assert ask(postgres.app_url, "SELECT pg_has_role('desk_owner', 'MEMBER')") is False
    assert ask(postgres.owner_url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_start_waits_for_the_server_of_a_killed_desk_to_end(place: Path) -> None:
    """Its processes end by themselves, yet a moment later than the desk that is started again at once."""
    before, again = (Postgres(place / "killed", place / "killed", throwaway=True) for _ in range(2))
    before.start(log=place / "killed.log")
    ending = threading.Timer(1, before.stop)
    ending.start()

    again.start(log=place / "again.log")

    ending.join()
    assert ask(again.owner_url, "SELECT 1") == 1
    assert again.stop()


def test_text_is_utf8_whatever_the_terminal_says(postgres: Postgres) -> None:
    assert ask(postgres.app_url, "SHOW server_encoding") == "UTF8"
    assert ask(postgres.app_url, "SELECT lower('\u00c4\u0416')") == "\u00e4\u0436"


def test_stopped_server_keeps_its_data(place: Path) -> None:
    folder = place / "kept"
    folder.mkdir(mode=0o700)
    first = Postgres(folder, folder, throwaway=True)
    first.start(log=folder / "log")
    with psycopg.connect(first.owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert first.stop()

    second = Postgres(folder, folder, throwaway=True)
    second.start(log=folder / "log")

    try:
        assert ask(second.owner_url, "SELECT answer FROM kept") == 42
    finally:
        second.stop()


def test_login_is_made_on_a_given_server_and_is_the_same_next_time(postgres: Postgres, tmp_path: Path) -> None:
    owner, secret = postgres.superuser_url, tmp_path / "app-role"

    first = provision_app_role(owner, secret_file=secret)
    second = provision_app_role(owner, secret_file=secret)

    assert first == second
    assert secret.stat().st_mode & 0o077 == 0
    role, password = urlsplit(first).username, urlsplit(first).password
    assert password
    assert password not in str(role)
    assert ask(first, "SELECT current_user") == role
    assert ask(first, "SELECT pg_has_role('retention_desk_app', 'MEMBER')") is True
    assert (
        ask(first, "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user")
        is False
    )

    drop_app_role(owner, first)
    assert ask(owner, f"SELECT count(*) FROM pg_roles WHERE rolname = '{role}'") == 0


def test_two_desks_on_one_server_have_two_logins(postgres: Postgres, tmp_path: Path) -> None:
    urls = [provision_app_role(postgres.superuser_url, secret_file=tmp_path / name) for name in ("one", "two")]

    assert len({urlsplit(url).username for url in urls}) == 2


def test_owner_that_may_not_make_roles_is_told_what_to_run(postgres: Postgres, tmp_path: Path) -> None:
    with pytest.raises(CannotProvision, match=r"CREATE ROLE desk_app LOGIN .* DATABASE_OWNER_URL"):
        provision_app_role(postgres.owner_url, secret_file=tmp_path / "app-role")


def test_postgres_that_cannot_start_says_why(place: Path) -> None:
    folder = place / "broken"
    folder.mkdir(mode=0o700)
    server = Postgres(folder, folder, throwaway=True)
    server.directory.mkdir(mode=0o700)
    (server.directory / "PG_VERSION").write_text("9.6\n", encoding="utf-8")

    with pytest.raises(CannotStart, match=r"PostgreSQL ended while starting\.\n.*postgresql\.conf"):
        server.start(log=folder / "log")


def test_root_without_user_namespaces_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(processes, "AS_NOBODY", ("sh", "-c", "echo Operation not permitted >&2; exit 1"))

    with pytest.raises(CannotStart, match=r"Operation not permitted.*ordinary user, or set DATABASE_URL"):
        processes.unprivileged_prefix()


def test_valkey_never_evicts_and_keeps_nothing(place: Path) -> None:
    server = Valkey(place)
    server.start(log=place / "valkey.log")

    try:
        with redis.from_url(server.url) as client:
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("save") == {"save": ""}
            assert client.config_get("port") == {"port": "0"}
    finally:
        assert server.stop()
    assert not server.socket.exists()
