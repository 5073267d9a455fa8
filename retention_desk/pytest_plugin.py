"""Gives the tests their own PostgreSQL and Valkey, before pytest-django reads the settings.

Named by ``-p`` in pyproject.toml, because a conftest would come too late. The servers live in a temporary directory, so
tests run while a desk runs. They are started once: by the controller when pytest-xdist spreads the tests (the workers
inherit the addresses), otherwise by the first test that needs them. With DATABASE_URL and REDIS_URL set those servers
are used instead; DATABASE_URL is then the owner's, and a serving login is made beside it for the run. What a superuser
may do is tried as DATABASE_SUPERUSER_URL says, where it says anything.
"""

import contextlib
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from retention_desk.embedded import roles
from retention_desk.embedded.postgres import Postgres
from retention_desk.embedded.valkey import Valkey

# Set by the process that owns the servers; a worker that finds it starts none.
_RUN = "RETENTION_DESK_TEST_RUN"


class Servers:
    """The servers of one test run."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="desk-test-"))
        self.started = False
        given_database, given_valkey = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
        self.postgres = None if given_database else Postgres(self.directory, self.directory, throwaway=True)
        self.valkey = None if given_valkey else Valkey(self.directory)
        self.made_login_at = ""
        os.environ[_RUN] = secrets.token_hex(4)
        os.environ["DESK_EMBEDDED"] = "1"
        # As patient as a worker: on a busy machine the tests wait, and only the live desk has a page's few seconds.
        os.environ["DESK_PROCESS"] = "worker"
        os.environ["DESK_DATA"] = str(self.directory / "data")
        # WhiteNoise complains about a directory for collected files that is not there.
        (self.directory / "data" / "static").mkdir(parents=True)
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
        if self.postgres is not None:
            os.environ["DATABASE_URL"] = self.postgres.app_url
            os.environ["DATABASE_OWNER_URL"] = self.postgres.owner_url
            os.environ["DATABASE_SUPERUSER_URL"] = self.postgres.superuser_url
        elif given_database and not os.environ.get("DATABASE_OWNER_URL"):
            app_url = roles.provision_app_role(given_database, secret_file=self.directory / "app-role")
            self.made_login_at = given_database
            os.environ["DATABASE_OWNER_URL"] = given_database
            os.environ["DATABASE_URL"] = app_url
        if self.valkey is not None:
            os.environ["REDIS_URL"] = self.valkey.url

    def start(self) -> None:
        """Start what was not given, once."""
        if self.started:
            return
        self.started = True
        for server in (self.postgres, self.valkey):
            if server is not None:
                server.start(log=self.directory / "servers.log")

    def stop(self) -> None:
        """Stop what was started and remove every trace."""
        if self.postgres is None and self.started:
            with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
                name = sql.Identifier(f"test_desk_{os.environ[_RUN]}")
                owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        if self.made_login_at:
            roles.drop_app_role(self.made_login_at, os.environ["DATABASE_URL"])
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


servers_key = pytest.StashKey[Servers]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    """Set the addresses; pytest-django reads the settings inside this wrapper."""
    if _RUN not in os.environ:
        early_config.stash[servers_key] = Servers()
    elif os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["REDIS_URL"] = _own_valkey_database(os.environ["REDIS_URL"], os.environ["PYTEST_XDIST_WORKER"])
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers here when other processes are going to need them, and close the network."""
    spread = getattr(config.option, "dist", "no") != "no" and not hasattr(config, "workerinput")
    if spread and not config.option.collectonly and servers_key in config.stash:
        config.stash[servers_key].start()
    _close_network()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers after the last test."""
    if servers_key in config.stash:
        servers = config.stash[servers_key]
        del config.stash[servers_key]
        servers.stop()


@pytest.fixture(scope="session")
def desk_servers(pytestconfig: pytest.Config) -> None:
    """PostgreSQL and Valkey are running."""
    if servers_key in pytestconfig.stash:
        pytestconfig.stash[servers_key].start()


def _own_valkey_database(url: str, worker: str) -> str:
    """Return the Valkey database of one xdist worker (``gw3``), so that workers do not hear each other's tasks.

    Each takes two: messages and cache.
    """
    parts = urlsplit(url)
    number = 2 * int(worker.removeprefix("gw") or 0)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={number}"
    return urlunsplit(parts._replace(path=f"/{number}"))


class NetworkUsed(Exception):
    """A test tried to reach another machine."""


def _close_network() -> None:
    """Let tests reach this machine only. An audit hook sees every connection, whichever library makes it."""

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            _check_address(*arguments)

    sys.addaudithook(watch)


def _check_address(connection: socket.socket, address: Any) -> None:
    if connection.family in (socket.AF_INET, socket.AF_INET6):
        host = str(address[0])
        if not (host in ("localhost", "::1") or host.startswith("127.")):
            raise NetworkUsed(f"a test tried to connect to {host}")


with contextlib.suppress(ImportError):
    import hypothesis

    hypothesis.settings.register_profile("desk", deadline=None, print_blob=True)
    hypothesis.settings.load_profile("desk")
