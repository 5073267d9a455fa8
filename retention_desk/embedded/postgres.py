"""An own PostgreSQL: make its files, start it on a private socket, give it the two roles, stop it."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import sql

from retention_desk.embedded.binaries import POSTGRES_MAJOR, postgres_bin
from retention_desk.embedded.places import check_socket_path
from retention_desk.embedded.processes import CannotStart, end, last_lines, spawn, unprivileged_prefix
from retention_desk.embedded.roles import APP_GROUP

SUPERUSER = "postgres"
OWNER = "desk_owner"
APP = "desk_app"
DATABASE = "desk"

# Small, steady work on few connections: no just-in-time compiler, solid-state disk, and durability as it comes.
SETTINGS = {
    "autovacuum_naptime": "20s",
    "checkpoint_timeout": "15min",
    "effective_cache_size": "1GB",
    "fsync": "on",
    "full_page_writes": "on",
    "jit": "off",
    "listen_addresses": "",
    "log_destination": "stderr",
    "log_min_messages": "warning",
    "logging_collector": "off",
    "maintenance_work_mem": "128MB",
    "max_connections": "60",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "shared_buffers": "256MB",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
    "wal_level": "minimal",
    "work_mem": "16MB",
}

# For tests: the data are thrown away, so nothing waits for the disk.
THROWAWAY = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "io_method": "sync",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "synchronous_commit": "off",
}


class Postgres:
    """One PostgreSQL server with its data in ``directory`` and its socket in ``sockets`` (a private directory)."""

    def __init__(self, directory: Path, sockets: Path, *, throwaway: bool = False) -> None:
        self.directory = directory / f"postgres-{POSTGRES_MAJOR}"
        self.sockets = sockets
        self.throwaway = throwaway
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def owner_url(self) -> str:
        """The URL of the role that owns the schema and migrates it."""
        return self._url(OWNER)

    @property
    def superuser_url(self) -> str:
        """The URL of the server's superuser, whom no desk needs; for tests and proofs of what one may do."""
        return self._url(SUPERUSER)

    @property
    def app_url(self) -> str:
        """The URL of the role that serves."""
        return self._url(APP)

    def start(self, *, log: Path, seconds: float = 60) -> None:
        """Start the server, on a first start make its files, and return when it answers with its roles in place.

        What it says goes to the file ``log``. Raises CannotStart or binaries.ServerMissing.
        """
        check_socket_path(self.sockets / ".s.PGSQL.5432.lock")
        prefix = unprivileged_prefix()
        programs = postgres_bin()
        if not (self.directory / "PG_VERSION").exists():
            self._make_files(prefix, programs)
        self._wait_for_predecessor(seconds)
        settings = SETTINGS | (THROWAWAY if self.throwaway else {})
        command = [*prefix, str(programs / "postgres"), "-D", str(self.directory), "-k", str(self.sockets)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        # PostgreSQL's own word for "disconnect everybody and shut down cleanly" is SIGINT.
        self.process = spawn(command, log=log, end_with=signal.SIGINT, env=_clean_environment())
        with self._wait(seconds, log) as connection:
            ensure_roles(connection)

    def stop(self, *, seconds: float = 20) -> bool:
        """Shut down cleanly; return False if the server had to be killed."""
        if self.process is None:
            return True
        return end(self.process, with_signal=signal.SIGINT, seconds=seconds)

    def _url(self, role: str) -> str:
        return f"postgres://{role}@/{DATABASE}?host={self.sockets}"

    def _make_files(self, prefix: tuple[str, ...], programs: Path) -> None:
        # Made under another name first, so that an interrupted first start leaves nothing that looks complete.
        unfinished = self.directory.with_name(self.directory.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        command = [
            *prefix,
            str(programs / "initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--auth=trust",
            "--no-instructions",
        ]
        if self.throwaway:
            command.append("--no-sync")
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=_clean_environment())
        if done.returncode:
            raise CannotStart(f"PostgreSQL could not make its files in {unfinished}:\n{done.stderr.strip()}")
        unfinished.rename(self.directory)

    def _wait_for_predecessor(self, seconds: float) -> None:
        """Wait until the server of a desk that was killed has written its last: it ends by itself, but not at once."""
        lock = self.directory / "postmaster.pid"
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and _is_alive(lock):
            time.sleep(0.1)

    def _wait(self, seconds: float, log: Path) -> psycopg.Connection[tuple[object, ...]]:
        deadline = time.monotonic() + seconds
        while True:
            if self.process is None or self.process.poll() is not None:
                raise CannotStart(f"PostgreSQL ended while starting.\n{last_lines(log)}")
            try:
                return psycopg.connect(
                    host=str(self.sockets), user=SUPERUSER, dbname="postgres", autocommit=True, connect_timeout=5
                )
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise CannotStart(f"PostgreSQL does not answer after {seconds:.0f} s: {error}") from error
                time.sleep(0.05)


def _is_alive(lock: Path) -> bool:
    """Whether the process still runs that a server's lock file names."""
    try:
        os.kill(int(lock.read_text(encoding="ascii").split()[0]), 0)
    except (OSError, ValueError, IndexError):
        return False
    return True


def ensure_roles(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Make the owner, the application's group and login, and the database, as far as they are missing."""
    have = {str(row[0]) for row in connection.execute("SELECT rolname FROM pg_roles")}
    wanted = {
        APP_GROUP: sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(APP_GROUP)),
        OWNER: sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(OWNER)),
        APP: sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}").format(sql.Identifier(APP), sql.Identifier(APP_GROUP)),
    }
    for role, statement in wanted.items():
        if role not in have:
            connection.execute(statement)
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
        )


def _clean_environment() -> dict[str, str]:
    """Our environment without PG* variables, which would redirect the server's programs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
