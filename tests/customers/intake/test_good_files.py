"""Files that are odd and right: encodings, delimiters, line ends, headers, and how values are read."""

from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from customers.intake.values import phone_sql
from customers.models import Customer, Subscription
from tests.customers.intake.desk import GOOD, MAPPING, bring, write

pytestmark = pytest.mark.django_db

ACCENTED = "id,given,family,price\nA-1,Inès,Müller,40.00\nA-2,Bo,Lund,55.50\n"

ODD = [
    ("UTF-8", ACCENTED.encode()),
    ("UTF-8 with its mark", ACCENTED.encode("utf-8-sig")),
    ("UTF-16, little end first", b"\xff\xfe" + ACCENTED.encode("utf-16-le")),
    ("UTF-16, big end first", b"\xfe\xff" + ACCENTED.encode("utf-16-be")),
    ("Windows-1252", ACCENTED.encode("cp1252")),
    ("semicolons", ACCENTED.replace(",", ";").encode()),
    ("tabs", ACCENTED.replace(",", "\t").encode()),
    ("bars", ACCENTED.replace(",", "|").encode()),
    ("DOS line ends", ACCENTED.replace("\n", "\r\n").encode()),
    ("old Mac line ends", ACCENTED.replace("\n", "\r").encode()),
    ("mixed line ends", ACCENTED.replace("\n", "\r\n", 1).encode()),
    ("no line end at the end", ACCENTED.rstrip().encode()),
    ("blank lines between", ACCENTED.replace("\n", "\n\n").encode()),
    ("blanks around everything", ACCENTED.replace(",", "  ,\t\u00a0").encode()),
    ("everything in quotes",
     "\n".join(",".join(f'"{cell}"' for cell in row.split(",")) for row in ACCENTED.splitlines()).encode()),
    ("headers in capitals and with blanks",
     ACCENTED.replace("id,given,family,price", " ID ,Given  , FAMILY,Price ").encode()),
    ("columns in another order", "price,family,id,given\n40.00,Müller,A-1,Inès\n55.50,Lund,A-2,Bo\n".encode()),
    ("more columns than are used", "id,x,given,family,price\nA-1,1,Inès,Müller,40.00\nA-2,2,Bo,Lund,55.50\n".encode()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content"), ODD, ids=[one[0] for one in ODD])
def test_odd_files_are_read_as_they_are_meant(tmp_path: Path, name: str, content: bytes) -> None:
    summary = bring(write(tmp_path, "odd.csv", content))

    assert summary.refused_rows == 0
    rows = Customer.objects.order_by("account_number").values_list("account_number", "given_name", "family_name")
    assert list(rows) == [("A-1", "Inès", "Müller"), ("A-2", "Bo", "Lund")]
    assert list(Subscription.objects.order_by("price_minor").values_list("price_minor", flat=True)) == [4000, 5550]


def test_backslashes_quotes_and_control_signs_arrive_unchanged(tmp_path: Path) -> None:
    names = ["back\\slash", 'quo"te', "unit\x1fsign", "two\nlines", "\\N", "record\x1esign", "שלום", "ไทย"]
    rows = "".join(f'A-{n},x,"{one.replace(chr(34), chr(34) * 2)}",1\n' for n, one in enumerate(names))

    summary = bring(write(tmp_path, "odd.csv", f"id,given,family,price\n{rows}"))

    assert summary.refused_rows == 0
    assert list(Customer.objects.order_by("account_number").values_list("family_name", flat=True)) == names


@pytest.mark.parametrize(
    ("decimal", "told", "minor"),
    [
        (".", "40", 4000), (".", "40.5", 4050), (".", "40.505", 4051), (".", "1,234.50", 123450), (".", "$40.00", 4000),
        (".", "40 USD", 4000), (".", "US$ 1,000", 100000), (".", "0", 0), (".", ".5", 50),
        (".", "1510.9499999999998", 151095), (",", "40,50", 4050), (",", "1.234,50", 123450), (",", "1 234,5", 123450),
    ],
)  # fmt: skip
def test_amounts_are_read_with_their_own_decimal_sign(tmp_path: Path, decimal: str, told: str, minor: int) -> None:
    file = write(tmp_path, "rows.csv", f'id,given,family,price\nA-1,a,b,"{told}"\n')

    bring(file, mapping=f'decimal = "{decimal}"\n{MAPPING}')

    assert Subscription.objects.get().price_minor == minor


@pytest.mark.parametrize(
    ("spec", "told", "meant"),
    [
        ('dates = ["%d.%m.%Y"]', "1.2.2024", date(2024, 2, 1)),
        ('dates = ["%m/%d/%Y", "%Y-%m-%d"]', "2/1/2024", date(2024, 2, 1)),
        ('dates = ["%m/%d/%Y", "%Y-%m-%d"]', "2024-02-01", date(2024, 2, 1)),
        ('dates = ["%d-%b-%y"]', "01-Feb-24", date(2024, 2, 1)),
        ('dates = ["%d %b %Y"]', "29 February 2024", date(2024, 2, 29)),
        ('dates = ["%d-%m-%y"]', "01-02-69", date(1969, 2, 1)),
        ('dates = ["%d-%m-%Y"], swapped_up_to_12 = true', "04-08-2015", date(2015, 4, 8)),
        ('dates = ["%d-%m-%Y"], swapped_up_to_12 = true', "22-04-2015", date(2015, 4, 22)),
        ('ago = "months"', "13", date(2025, 10, 22)),
        ('ago = "months"', "0", date(2026, 11, 22)),
        ('ago = "years"', "2.0", date(2024, 11, 22)),
        ('ago = "days"', "22", date(2026, 10, 31)),
    ],
)
def test_dates_are_read_in_their_declared_form(tmp_path: Path, spec: str, told: str, meant: date) -> None:
    file = write(tmp_path, "rows.csv", f"id,given,family,price,since\nA-1,a,b,1,{told}\n")

    bring(file, mapping=MAPPING.replace('column = "since", optional', f'column = "since", {spec}, optional'))

    assert Customer.objects.get().customer_since == meant


PHONES = [
    ("US", "(559) 555-0142", "+15595550142"),
    ("US", "559.555.0142", "+15595550142"),
    ("US", "1 559 555 0142", "+15595550142"),
    ("US", "+1-559-555-0142", "+15595550142"),
    ("US", "001 559 555 0142", "+15595550142"),
    ("US", "011 49 30 12345678", "+493012345678"),
    ("US", "00493012345678", "+493012345678"),
    ("DE", "030 12345678", "+493012345678"),
    ("DE", "+49 (0)30 12345678", "+493012345678"),
    ("DE", "0049 30 12345678", "+493012345678"),
    ("DE", "001 559 555 0142", "+15595550142"),
    ("BR", "(11) 96123-4567", "+5511961234567"),
    ("RU", "8 (912) 345-67-89", "+79123456789"),
    ("RU", "+7 912 345 67 89", "+79123456789"),
    ("RU", "812 345 67 89", "+78123456789"),
    ("TH", "081 234 5678", "+66812345678"),
    ("IT", "06 698 12345", "+390669812345"),
    ("", "+44 20 7946 0000", "+442079460000"),
    ("", "020 7946 0000", None),
    ("US", "12", None),
    ("US", "+0 559 555 0142", None),
    ("US", "+", None),
    ("US", "559 555 0142 x12", None),
]


@pytest.mark.parametrize(("country", "told", "meant"), PHONES)
def test_telephone_numbers_become_international(country: str, told: str, meant: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {phone_sql('t.told', country)} FROM (VALUES ('{told}')) AS t (told)")
        assert cursor.fetchone()[0] == meant


def test_a_whole_name_is_parted(tmp_path: Path) -> None:
    mapping = MAPPING.replace('given_name = "given"\nfamily_name = "family"', 'name = "name"')
    file = write(tmp_path, "rows.csv", 'id,name,price\nA-1,Ines Maria Falk,1\nA-2,"Lund, Bo",1\nA-3,Prince,1\n')

    bring(file, mapping=mapping)

    rows = Customer.objects.order_by("account_number").values_list("given_name", "family_name")
    assert list(rows) == [("Ines Maria", "Falk"), ("Bo", "Lund"), ("", "Prince")]


def test_good_rows_stand_where_they_should(tmp_path: Path) -> None:
    bring(write(tmp_path, "rows.csv", GOOD))

    assert Customer.objects.get(account_number="A-2").subscriptions.get().price_minor == 5550
