"""The desk that the ledger is tried on."""

import pytest

from tests.offers.desk import Desk, make_desk


@pytest.fixture
def desk(db: None) -> Desk:
    """One call, with budgets of every kind."""
    return make_desk()
