"""A month of calls for the tests that read the log: taken once for all tests of a file, which undo what they add."""

import copy
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytest_django import DjangoDbBlocker

from tests.database import DeskClock, Seeds, owner_connection
from tests.retention_desk.reports.log import AFTERWARDS, Log, october, start


@pytest.fixture(scope="module")
def month(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Log]:
    """The log of October, committed. From the first test on that asks for it, the file's database is not empty."""
    with owner_connection() as owner:
        seeds, clock = Seeds(owner), DeskClock(owner)
        with django_db_blocker.unblock():
            taken = october(start(clock))
        clock.restore()
        yield taken
        seeds.restore()


@pytest.fixture
def log(month: Log, db: None, desk_clock: DeskClock) -> Log:
    """That log, its own to change, at the moment when the month had been looked through."""
    desk_clock.set(AFTERWARDS)
    people = {name: copy.copy(getattr(month, name)) for name in ("ann", "bob", "sue", "sid", "greta")}
    customers = {name: copy.copy(customer) for name, customer in month.customers.items()}
    calls = {name: copy.copy(call) for name, call in month.calls.items()}
    return replace(month, clock=desk_clock, customers=customers, calls=calls, **people)
