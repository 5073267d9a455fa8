"""A line comes while its customer goes: whoever is second is refused."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connections, transaction
from django.db.utils import IntegrityError

from customers.models import Customer, Product, Subscription
from tests import builders
from tests.database import owner_connection

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

# Long enough for the other side to come to where it has to wait.
WAIT = 0.5


@contextmanager
def going(customer: Customer) -> Iterator[None]:
    """The owner deletes the customer, and commits at the end."""
    with owner_connection() as owner, owner.transaction():
        owner.execute("DELETE FROM customers_customer WHERE id = %s", [customer.pk])
        yield


def coming(customer: Customer, product: Product, *, added: threading.Event, stay: float) -> str:
    """The desk adds a line, and commits a little later."""
    try:
        with transaction.atomic():
            builders.make_subscription(customer, product=product)
            added.set()
            threading.Event().wait(stay)
    except IntegrityError:
        return "refused"
    finally:
        added.set()
        connections.close_all()
    return "added"


def orphans() -> int:
    """Lines whose customer is gone."""
    return Subscription.objects.exclude(customer_id__in=Customer.objects.values("pk")).count()


@pytest.fixture
def nobody_looks(owner_db: psycopg.Cursor[tuple[object, ...]]) -> Iterator[None]:
    """The wall on the customer's side, down."""
    owner_db.execute("ALTER TABLE customers_customer DISABLE TRIGGER not_under_lines")
    yield
    owner_db.execute("ALTER TABLE customers_customer ENABLE TRIGGER not_under_lines")


@pytest.mark.usefixtures("nobody_looks")
def test_rig_leaves_a_line_of_nobody_without_the_wall() -> None:
    customer, product, added = builders.make_customer(), builders.make_product(), threading.Event()

    with ThreadPoolExecutor(1) as pool, going(customer):
        line = pool.submit(coming, customer, product, added=added, stay=0)
        assert line.result() == "added"

    assert orphans() == 1


def test_line_that_comes_second_is_refused() -> None:
    customer, product, added = builders.make_customer(), builders.make_product(), threading.Event()

    with ThreadPoolExecutor(1) as pool:
        with going(customer):
            line = pool.submit(coming, customer, product, added=added, stay=0)
            assert not added.wait(WAIT), "the line did not wait for the customer's end"
        assert line.result() == "refused"

    assert orphans() == 0


def test_customer_that_goes_second_stays() -> None:
    customer, product, added = builders.make_customer(), builders.make_product(), threading.Event()

    with ThreadPoolExecutor(1) as pool:
        line = pool.submit(coming, customer, product, added=added, stay=WAIT)
        added.wait()
        with pytest.raises(psycopg.errors.ForeignKeyViolation, match="has lines"), going(customer):
            pass
        assert line.result() == "added"

    assert Customer.objects.filter(pk=customer.pk).exists()
