"""No line without its customer and its product: the database keeps it, whoever writes and however many at once."""

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from customers.models import Subscription
from tests import builders

NOBODY = 2_000_000_000
INSERT = """INSERT INTO customers_subscription (customer_id, product_id, line_key, state, quantity, note,
                service_number, equipment, list_price_minor, promotion_minor, promotion_name, bundle_minor,
                exit_fee_monthly_minor, device_balance_minor)
            SELECT {customer}, {product}, 'new-' || n, 'ACTIVE', 1, '', '', '{{}}', 0, 0, '', 0, 0, 0
            FROM generate_series(1, {count}) AS n"""

Owner = psycopg.Cursor[tuple[object, ...]]


@pytest.fixture
def line(db: None) -> Subscription:
    """One line that stands."""
    return builders.make_subscription(builders.make_customer())


@pytest.mark.parametrize(
    ("customer", "product"),
    [
        (str(NOBODY), "{product}"),
        ("{customer}", str(NOBODY)),
        # The last of many is found as well as the only one.
        ("CASE n WHEN {count} THEN 2000000000 ELSE {customer} END", "{product}"),
        ("{customer}", "CASE n WHEN {count} THEN 2000000000 ELSE {product} END"),
    ],
)
@pytest.mark.parametrize("count", [1, 3000])
def test_line_of_nobody_or_of_nothing_is_refused(line: Subscription, customer: str, product: str, count: int) -> None:
    known = {"customer": line.customer_id, "product": line.product_id, "count": count}

    with pytest.raises(IntegrityError, match="a line without its"), transaction.atomic():
        run(INSERT.format(customer=customer.format(**known), product=product.format(**known), count=count))

    assert Subscription.objects.count() == 1


def test_lines_of_somebody_are_taken(line: Subscription) -> None:
    run(INSERT.format(customer=line.customer_id, product=line.product_id, count=3000))

    assert Subscription.objects.count() == 3001


def test_temporary_table_does_not_stand_in_for_the_customers(line: Subscription) -> None:
    run(f"CREATE TEMP TABLE customers_customer ON COMMIT DROP AS SELECT {NOBODY}::bigint AS id")

    with pytest.raises(IntegrityError), transaction.atomic():
        run(INSERT.format(customer=NOBODY, product=line.product_id, count=1))


@pytest.mark.parametrize("column", ["customer_id", "product_id"])
def test_line_is_not_moved_to_nobody(line: Subscription, column: str) -> None:
    other = builders.make_customer()
    line.customer = other
    line.save(update_fields=["customer"])

    with pytest.raises(IntegrityError, match="a line without its"), transaction.atomic():
        run(f"UPDATE customers_subscription SET {column} = {NOBODY}")

    line.refresh_from_db()
    assert line.customer_id == other.pk


@pytest.mark.parametrize("table", ["customers_customer", "customers_product"])
@pytest.mark.parametrize(
    "statement", ["DELETE FROM {table} WHERE id = {id}", "UPDATE {table} SET id = -id WHERE id = {id}"]
)
@pytest.mark.django_db(transaction=True)
def test_owner_takes_nothing_away_from_under_a_line(
    line: Subscription, owner_db: Owner, table: str, statement: str
) -> None:
    bare = builders.make_customer().pk if table == "customers_customer" else builders.make_product(code="BARE").pk
    under = line.customer_id if table == "customers_customer" else line.product_id

    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="has lines"):
        owner_db.execute(statement.format(table=table, id=under))
    owner_db.execute(statement.format(table=table, id=bare))

    assert owner_db.rowcount == 1
    assert Subscription.objects.filter(customer__isnull=False, product__isnull=False).count() == 1


@pytest.mark.parametrize("table", ["customers_customer", "customers_product"])
@pytest.mark.django_db(transaction=True)
def test_owner_does_not_empty_a_table_under_lines(line: Subscription, owner_db: Owner, table: str) -> None:
    with pytest.raises(psycopg.Error):
        owner_db.execute(f"TRUNCATE {table} CASCADE")

    assert Subscription.objects.filter(customer__isnull=False, product__isnull=False).count() == 1


def run(statement: str) -> None:
    """One statement of the application's role."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
