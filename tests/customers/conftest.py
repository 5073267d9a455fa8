"""Who acts on the calls of these tests."""

import pytest

from retention_desk.people.models import User
from tests import builders


@pytest.fixture
def ann(db: None) -> User:
    """The agent who acts."""
    return builders.make_agent("ann")


@pytest.fixture
def sid(db: None) -> User:
    """The stranger."""
    return builders.make_agent("sid")
