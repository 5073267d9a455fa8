"""The test database: migrated once as the owner, copied for every worker, and emptied fast between tests."""

import datetime as dt
import graphlib
import os
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class TestDatabase:
    """The database of one test process; both of Django's aliases point at it."""

    __test__ = False
    name: str
    maintenance: str

    @classmethod
    def create(cls, worker: str) -> "TestDatabase":
        """Create it: the first process migrates a template, and all copy that."""
        maintenance = str(connections["owner"].settings_dict["NAME"])
        run = os.environ["RETENTION_DESK_TEST_RUN"]
        template = f"test_desk_{run}"
        made = cls(name=f"{template}_{worker or 'alone'}", maintenance=maintenance)
        with owner_connection(maintenance) as owner:
            # The first process migrates meanwhile, which on a busy machine takes longer than a lock may.
            owner.execute("SET lock_timeout = 0")
            owner.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
            if owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone() is None:
                owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(template)))
                _use(template)
                call_command("migrate", database="owner", verbosity=0)
                with owner_connection() as migrated:
                    migrated.execute(_CLOCK)
            _use(made.name)
            owner.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(made.name), sql.Identifier(template))
            )
        _use(made.name)
        return made

    @contextmanager
    def thrown_away(self) -> Iterator[None]:
        """A fresh copy of the migrated database for whoever is going to break it; afterwards all is as it was."""
        copy, template = f"{self.name}_broken", f"test_desk_{os.environ['RETENTION_DESK_TEST_RUN']}"
        names = {"copy": sql.Identifier(copy), "template": sql.Identifier(template)}
        with owner_connection(self.maintenance) as owner:
            owner.execute(sql.SQL("CREATE DATABASE {copy} TEMPLATE {template}").format(**names))
            try:
                _use(copy)
                yield
            finally:
                _use(self.name)
                self._drop(owner, copy)

    def drop(self) -> None:
        """Drop it."""
        _use(self.maintenance)
        with owner_connection(self.maintenance) as owner:
            self._drop(owner, self.name)

    def _drop(self, owner: Connection, name: str) -> None:
        """Drop one. A process of the last test may still be letting go, and its login is not the owner's to end."""
        for last in (*[False] * 40, True):
            self._end_sessions_of_the_application(name)
            try:
                owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            except psycopg.errors.InsufficientPrivilege:
                if last:
                    raise
                time.sleep(0.25)
            else:
                return

    def _end_sessions_of_the_application(self, name: str) -> None:
        with connections["default"].cursor() as application:
            application.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
                [name],
            )
        connections["default"].close()


# A table, not a new function each time: a session that is in a transaction would go on using the function it knows.
_CLOCK = """
CREATE SCHEMA desk_test;
CREATE TABLE desk_test.clock (stands_at timestamptz);
INSERT INTO desk_test.clock VALUES (NULL);
GRANT USAGE ON SCHEMA desk_test TO PUBLIC;
GRANT SELECT ON desk_test.clock TO PUBLIC;
CREATE OR REPLACE FUNCTION desk_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS
    $$ SELECT coalesce((SELECT stands_at FROM desk_test.clock), clock_timestamp()) $$;
"""


class DeskClock:
    """The database's clock for deadlines and ``recorded_at``: stopped by a test, it stands where it was put."""

    def __init__(self, owner: Connection) -> None:
        self._owner = owner

    def set(self, now: dt.datetime) -> None:
        """Stop the clock at ``now`` (an aware time). Every session sees it from its next statement on."""
        if now.tzinfo is None:
            raise ValueError("the clock needs a time with a zone")
        self._owner.execute("UPDATE desk_test.clock SET stands_at = %s", [now])

    def advance(self, by: dt.timedelta) -> None:
        """Move the stopped clock on, or stop a running one ``by`` from now."""
        self._owner.execute("UPDATE desk_test.clock SET stands_at = desk_now() + %s", [by])

    def restore(self) -> None:
        """Let the clock run again."""
        self._owner.execute("UPDATE desk_test.clock SET stands_at = NULL")


def owner_connection(name: str | None = None) -> Connection:
    """Open a connection as the owner, outside Django and its transactions; every statement commits by itself."""
    parameters = connections["owner"].get_connection_params()
    wanted = {key: parameters[key] for key in ("host", "port", "user", "password", "dbname") if key in parameters}
    if name is not None:
        wanted["dbname"] = name
    return psycopg.connect(**wanted, autocommit=True, options="-c lock_timeout=10s")


def superuser_connection() -> Connection:
    """Open a connection to this process's test database as the server's superuser; every statement commits by itself.

    A given server has to say who that is, or the test fails.
    """
    url = os.environ.get("DATABASE_SUPERUSER_URL")
    if not url:
        pytest.fail("DATABASE_SUPERUSER_URL is not set, and this test needs a superuser of the given server")
    name = str(connections["owner"].settings_dict["NAME"])
    return psycopg.connect(url, dbname=name, autocommit=True, options="-c lock_timeout=10s")


def _use(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


class Seeds:
    """What the migrations left in the tables, kept in memory so that it can be put back after a test."""

    def __init__(self, owner: Connection) -> None:
        """Read all tables of a freshly migrated database; ``owner`` stays open for the restores."""
        self._owner = owner
        self._tables = _tables_parents_first(owner)
        self._guarded = {str(row[0]) for row in owner.execute(_TABLES_WITH_TRIGGERS)}
        rows = sql.SQL("SELECT {}, EXISTS (SELECT FROM {}), EXISTS (SELECT FROM {} OFFSET {})")
        self._which_have_rows = sql.SQL(" UNION ALL ").join(
            rows.format(sql.Literal(table), _name(table), _name(table), sql.Literal(_MANY_ROWS))
            for table in self._tables
        )
        self._seeds = {table: content for table in self._tables if (content := self._content(table))}

    def restore(self) -> None:
        """Empty every table as its owner, append-only ones too, and put the seeds back; one transaction.

        Most tests fill a few tables with a few rows, and deleting those is ten times faster than truncating all.
        """
        with self._owner.transaction():
            found = self._owner.execute(self._which_have_rows).fetchall()
            filled = {str(table) for table, some, _many in found if some}
            if any(many for _table, _some, many in found):
                with self._guards_down(self._guarded):
                    names = sql.SQL(", ").join(_name(table) for table in self._tables)
                    self._owner.execute(sql.SQL("TRUNCATE {}").format(names))
                    self._fill(self._tables)
                return
            changed = [
                table
                for table in self._tables
                if (table in filled or table in self._seeds) and self._content(table) != self._seeds.get(table, b"")
            ]
            with self._guards_down(self._guarded.intersection(changed)):
                for table in reversed(changed):
                    self._owner.execute(sql.SQL("DELETE FROM {}").format(_name(table)))
                self._fill(changed)

    def _fill(self, tables: Sequence[str]) -> None:
        for table in tables:
            if table in self._seeds:
                statement = sql.SQL("COPY {} FROM STDIN").format(_name(table))
                with self._owner.cursor() as cursor, cursor.copy(statement) as copy:
                    copy.write(self._seeds[table])

    def _content(self, table: str) -> bytes:
        statement = sql.SQL("COPY {} TO STDOUT").format(_name(table))
        with self._owner.cursor() as cursor, cursor.copy(statement) as copy:
            return b"".join(bytes(part) for part in copy)

    @contextmanager
    def _guards_down(self, tables: Collection[str]) -> Iterator[None]:
        # The guards refuse even the owner. Only the owner can lift them, and only inside this transaction.
        for table in tables:
            self._owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(_name(table)))
        yield
        self._owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            self._owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(_name(table)))


_MANY_ROWS = 2000
_TABLES = """
SELECT c.oid, c.relname FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND c.relname <> 'django_migrations'
"""
_TABLES_WITH_TRIGGERS = """
SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
"""
# Django's own references wait for the commit; only the others ask for an order (and cannot be circular).
_REFERENCES = """
SELECT conrelid, confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid AND NOT condeferrable
"""


def _tables_parents_first(owner: Connection) -> list[str]:
    names = {row[0]: str(row[1]) for row in owner.execute(_TABLES)}
    order: graphlib.TopologicalSorter[object] = graphlib.TopologicalSorter(dict.fromkeys(names, ()))
    for child, parent in owner.execute(_REFERENCES):
        if child in names and parent in names:
            order.add(child, parent)
    return [names[oid] for oid in order.static_order()]


def _name(table: str) -> sql.Identifier:
    return sql.Identifier("public", table)
