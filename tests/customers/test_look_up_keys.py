"""The keys of look-up are worked out twice, where rows are kept and where somebody types: SQL and Python agree."""

import re

import pytest
from django.db import IntegrityError, connection, transaction

from customers import names
from customers.look_up import LookUpKind, look_up
from customers.models import Customer
from tests import builders

pytestmark = pytest.mark.django_db


def sql(function: str, text: str | None) -> object:
    """What the database's function says."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("", ""),
        ("Tennant", "tennant"),
        ("O'NEIL-Smith", "o neil smith"),
        ("O’Neil", "o neil"),
        ("van der Berg, 2nd", "van der berg, 2nd"),
        ("Müller-Thurgau", "muller thurgau"),
        ("ÀÉÎÕÜ", "aeiou"),
        ("Straße", "strasse"),
        ("Łukasz Wójcik", "lukasz wojcik"),
        ("Þórður", "thorður"),
        ("Æsa Œuvre", "aesa oeuvre"),
        ("IŞIK", "isik"),
        ("Иванов", "иванов"),
        ("สมชาย", "สมชาย"),
        ("a\tb\nc", "a\tb\nc"),
    ],
)
def test_fold_is_the_same_on_both_sides(name: str, folded: str) -> None:
    assert (sql("desk_fold", name), names.fold(name)) == (folded, folded)


def test_fold_of_nothing_is_nothing() -> None:
    assert sql("desk_fold", None) is None


@pytest.mark.parametrize(
    ("account", "key"),
    [
        ("8842-0031-77", "8842003177"),
        ("7590-vhveg", "7590VHVEG"),
        (" a.b/c_d#1 ", "ABCD1"),
        ("Ä-1", "1"),
        ("0001234", "0001234"),
    ],
)
def test_account_is_found_by_the_key_that_is_kept(account: str, key: str) -> None:
    customer = builders.make_customer(account_number=account)
    customer.refresh_from_db()

    assert customer.account_key == key
    found = look_up(text=account, region="US", kind=LookUpKind.ACCOUNT)
    assert [row.customer_id for row in found.rows] == [customer.pk]


@pytest.mark.parametrize(
    ("phone", "tail", "typed"),
    [
        ("+15595550142", "24105559551", "(559) 555-0142"),
        ("+495615550142", "241055516594", "+49 561 5550142"),
        ("+3581234", "4321853", "+358 1234"),
        ("+12345678901234567", "76543210987654321", "+12345678901234567"),
    ],
)
def test_number_is_found_by_the_tail_that_is_kept(phone: str, tail: str, typed: str) -> None:
    customer = builders.make_customer(phone=phone, other_phone="")
    customer.refresh_from_db()

    assert (customer.phone_tail, customer.other_phone_tail) == (tail, "")
    for text in (typed, phone[-4:]):
        found = look_up(text=text, region="US", kind=LookUpKind.PHONE)
        assert [row.customer_id for row in found.rows] == [customer.pk], text


E164 = re.compile(r"\+[1-9][0-9]{5,17}")
NUMBERS = [
    *("+15595550142", "+123456", "+1" + "0" * 17, "+999999999"),
    # Too short, too long, no sign, two signs, a zero first, other signs in it, around it, and no digits of ours.
    *("+12345", "+1" + "0" * 18, "15595550142", "++15595550142", "+05595550142", "+1 559 555 0142", "+1559+5550142"),
    *("+15595550142 ", " +15595550142", "+15595550142\n", "+1559555014x", "+१२३४५६७", "+", "+a123456", "1+234567"),
]


@pytest.mark.parametrize("number", NUMBERS)
def test_only_e164_is_a_number(number: str) -> None:
    assert sql("desk_is_phone", number) is bool(E164.fullmatch(number))


@pytest.mark.parametrize("column", ["phone", "other_phone"])
@pytest.mark.parametrize("number", ["559 555 0142", "+05595550142", "+12345"])
def test_customer_keeps_no_other_number(column: str, number: str) -> None:
    customer = builders.make_customer()

    with pytest.raises(IntegrityError, match="is_e164"), transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(**{column: number})
