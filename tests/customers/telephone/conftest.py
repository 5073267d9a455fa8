"""Who answers the telephone in these tests."""

import pytest

from customers.models import Customer
from retention_desk.people.models import User
from tests import builders
from tests.customers.telephone.telephoning import Telephone, make_connection, make_extension


@pytest.fixture
def ann(db: None) -> User:
    """The agent who is rung."""
    builders.make_company()
    return builders.make_agent("ann")


@pytest.fixture
def bob(db: None) -> User:
    """Whom callers are handed over to."""
    return builders.make_agent("bob")


@pytest.fixture
def customer(db: None) -> Customer:
    """Who rings, from a number that nobody else has."""
    return builders.make_customer(phone="+15595550142")


@pytest.fixture
def telephone(ann: User, bob: User, customer: Customer) -> Telephone:
    """A call from the customer."""
    connection = make_connection()
    make_extension(connection, ann)
    make_extension(connection, bob)
    return Telephone(connection, facts={"number": "(559) 555-0142"})
