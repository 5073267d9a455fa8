"""One demo for all tests of a file: loaded once, looked at with plain SQL, and taken away again."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django import DjangoDbBlocker

from retention_desk.demo.load import load
from tests.database import Connection, Seeds, owner_connection

NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
SCALE = 0.2


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Connection]:
    """A connection, as the owner, to a desk with demo data of 1,000 customers."""
    with django_db_blocker.unblock(), owner_connection() as owner:
        seeds = Seeds(owner)
        load(scale=SCALE, seed=7, now=NOW, say=lambda _text: None)
        yield owner
        seeds.restore()
