"""Fixtures of every test.

Test bodies run as the application's role; what only the owner may do goes through a fixture.
"""

import datetime as dt
import os
from collections.abc import Iterator

import psycopg
import pytest
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.browser import browser, new_page, page
from tests.database import Connection, Seeds, TestDatabase, owner_connection
from tests.live import _live_environment, _live_web, live_desk, live_worker

__all__ = ["_live_environment", "_live_web", "browser", "live_desk", "live_worker", "new_page", "page"]


@pytest.fixture(scope="session")
def django_db_setup(
    desk_servers: None, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Create this process's test database as the owner; Django's own way knows only one role."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        database = TestDatabase.create(worker, share=bool(worker))
        seeds = Seeds.take()
        # Django would flush as the application's role, which may not truncate, and would lose the migrations' rows.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: seeds.restore())
        yield
        database.drop()


@pytest.fixture
def owner_db(transactional_db: None) -> Iterator[psycopg.Cursor[tuple[object, ...]]]:
    """A cursor as the owner of the schema. Its statements commit at once, and the flush after the test undoes rows."""
    with owner_connection() as connection, connection.cursor() as cursor:
        yield cursor


class DeskClock:
    """The database's clock for deadlines and ``recorded_at``: it stands still at the time that was set."""

    def __init__(self, owner: Connection) -> None:
        self._owner = owner
        found = owner.execute("SELECT pg_get_functiondef('desk_now()'::regprocedure)").fetchone()
        self._original = str(found[0]) if found else ""
        self._now: dt.datetime | None = None

    def set(self, now: dt.datetime) -> None:
        """Stop the clock at ``now`` (an aware time)."""
        if now.tzinfo is None:
            raise ValueError("the clock needs a time with a zone")
        self._now = now
        self._owner.execute(
            "CREATE OR REPLACE FUNCTION desk_now() RETURNS timestamptz LANGUAGE sql STABLE "
            f"AS $$ SELECT timestamptz '{now.isoformat()}' $$"
        )

    def advance(self, by: dt.timedelta) -> None:
        """Move the stopped clock on, or stop a running one ``by`` from now."""
        if self._now is None:
            row = self._owner.execute("SELECT desk_now()").fetchone()
            assert row is not None
            assert isinstance(row[0], dt.datetime)
            self._now = row[0]
        self.set(self._now + by)

    def restore(self) -> None:
        """Let the clock run again."""
        self._owner.execute(self._original)


@pytest.fixture
def desk_clock(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[DeskClock]:
    """``desk_now()``, settable; every connection sees the change at once, and it is undone after the test."""
    with django_db_blocker.unblock(), owner_connection() as owner:
        clock = DeskClock(owner)
        yield clock
        clock.restore()
