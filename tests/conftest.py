"""Fixtures of every test.

Test bodies run as the application's role; what only the owner may do goes through a fixture.
"""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.browser import browser, new_page, page
from tests.database import DeskClock, Seeds, TestDatabase, owner_connection
from tests.live import _live_served, live_desk, live_environment, live_served, live_worker

__all__ = [
    "_live_served",
    "browser",
    "live_desk",
    "live_environment",
    "live_served",
    "live_worker",
    "new_page",
    "page",
]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first, so that at the end no processor has to wait for one."""
    long = {mark: {item.path for item in items if item.get_closest_marker(mark)} for mark in ("slow", "journeys")}
    items.sort(key=lambda item: (item.path not in long["slow"], item.path not in long["journeys"]))


@pytest.fixture(scope="session")
def django_db_setup(
    desk_servers: None, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[TestDatabase]:
    """Create this process's test database as the owner; Django's own way knows only one role."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        database = TestDatabase.create(worker)
        owner = owner_connection()
        seeds = Seeds(owner)
        # Django would flush as the application's role, which may not truncate, and would lose the migrations' rows.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: seeds.restore())
        yield database
        owner.close()
        database.drop()


@pytest.fixture
def owner_db(transactional_db: None) -> Iterator[psycopg.Cursor[tuple[object, ...]]]:
    """A cursor as the owner of the schema. Its statements commit at once, and the flush after the test undoes rows."""
    with owner_connection() as connection, connection.cursor() as cursor:
        yield cursor


@pytest.fixture
def desk_clock(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[DeskClock]:
    """``desk_now()``, settable; every connection sees the change at once, and it is undone after the test."""
    with django_db_blocker.unblock(), owner_connection() as owner:
        clock = DeskClock(owner)
        yield clock
        clock.restore()
