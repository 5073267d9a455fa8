"""Broken files: each is told in a sentence with file, line and cure, and leaves the desk as it was."""

import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest

from customers.intake.inspecting import LARGEST_FILE, Source
from customers.models import Company, Customer, Product, Subscription
from tests.customers.intake.desk import GOOD, MAPPING, bring, trouble_of, write

pytestmark = pytest.mark.django_db

HEADER = "id,given,family,price"


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    return packed.getvalue()


# What makes the whole file useless: name, bytes, code, parts of the sentence.
USELESS: list[tuple[str, bytes, str, list[str]]] = [
    ("empty", b"", "EMPTY", ["bad.csv", "is empty"]),
    ("blank lines only", b"\n\n\n", "EMPTY", ["bad.csv"]),
    ("byte order mark only", b"\xef\xbb\xbf", "EMPTY", ["bad.csv"]),
    ("header only", f"{HEADER}\n".encode(), "HEADER_ONLY", ["no rows"]),
    ("header without line end", HEADER.encode(), "HEADER_ONLY", ["no rows"]),
    ("an XLSX and zip bomb", zipped(), "PACKED", ["ZIP or XLSX", "CSV"]),
    ("gzip", gzip.compress(GOOD.encode()), "PACKED", ["gzip"]),
    ("an old XLS", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "PACKED", ["XLS"]),
    ("a PDF", b"%PDF-1.7\n" + b"x" * 600, "PACKED", ["PDF"]),
    ("a picture", b"\x89PNG\r\n\x1a\n" + b"\0\1" * 600, "BINARY", ["not a text file"]),
    ("UTF-16 that breaks off", "\ufeff".encode("utf-16-le") + GOOD.encode("utf-16-le") + b"x", "NOT_UTF16", ["UTF-16"]),
    ("a million columns",
     (",".join(f"c{n}" for n in range(150_000)) + "\n1\n").encode(), "TOO_MANY_COLUMNS", ["columns", "2000"]),
    ("one endless line", b"x" * 3_000_000, "LINE_TOO_LONG", ["line 1", "1.0 MB"]),
    ("an endless row", GOOD.encode() + b"y" * 3_000_000, "LINE_TOO_LONG", ["line"]),
    ("unclosed quote in the header", b'"id,given,family,price\nA-1,a,b,1\n', "UNCLOSED_QUOTE", ["line 1"]),
    ("unclosed quote in a row",
     f'{HEADER}\nA-1,Ines,Falk,40\nA-2,"Bo,Lund,55\nA-3,Al,Ek,1\n'.encode(),
     "UNCLOSED_QUOTE", ["line 3", "never closes"]),
    ("a huge field", f'{HEADER}\nA-1,"{"z" * 200_000}",Falk,40\n'.encode(), "FIELD_TOO_LONG", ["line 2", "131,072"]),
    ("an unclosed quote and much behind it",
     f'{HEADER}\nA-1,"Ines,Falk,40\n{"A-2,Bo,Lund,55.50" * 20_000}\n'.encode(), "FIELD_TOO_LONG", ["line 2"]),
    ("a missing column",
     b"id,given,family\nA-1,Ines,Falk\n", "COLUMN_MISSING", ["“price”", "line 1", "id, given, family"]),
    ("a misspelt column", b"id,given,family,prize\nA-1,Ines,Falk,40\n", "COLUMN_MISSING_NEAR", ["“price”", "“prize”"]),
    ("a column twice", b"id,given,family,price,Price \nA-1,Ines,Falk,40,41\n", "", []),
    ("a column twice, both nearly",
     b"id,given,family, price,Price \nA-1,Ines,Falk,40,41\n", "COLUMN_TWICE", ["“price”", "twice"]),
    ("no header", b"A-1,Ines,Falk,40.00\nA-2,Bo,Lund,55.50\n", "COLUMN_MISSING", ["“id”"]),
    ("cut at a sign nobody uses", b"id^given^family^price\nA-1^Ines^Falk^40\n", "COLUMN_MISSING", ["“id”"]),
    ("HTML instead of CSV", b"<!doctype html>\n<html><body>Log in</body></html>\n", "COLUMN_MISSING", ["“id”"]),
    ("JSON instead of CSV", b'{"id": "A-1",\n"price": 4}\n', "COLUMN_MISSING", ["“id”"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "code", "parts"), USELESS, ids=[one[0] for one in USELESS])
def test_a_useless_file_is_refused_whole(
    tmp_path: Path, name: str, content: bytes, code: str, parts: list[str]
) -> None:
    trouble = trouble_of(lambda: bring(write(tmp_path, "bad.csv", content)))

    if not code:
        # An exact title wins over one that is nearly the same.
        assert trouble is None
        assert Customer.objects.count() == 1
        return
    assert trouble is not None
    assert trouble.code == code
    assert "bad.csv" in trouble.sentence
    for part in parts:
        assert part in trouble.sentence
    assert (Customer.objects.count(), Subscription.objects.count(), Product.objects.count()) == (0, 0, 0)


# One bad row between two good ones: name, its bytes, code, column, parts of the sentence. {…} are further columns.
ROWS: list[tuple[str, str, bytes, str, str, list[str]]] = [
    ("too few fields", HEADER, b"A-9,Bad", "FIELDS_MISSING", "", ["2 fields", "4"]),
    ("too many fields", HEADER, b"A-9,Bad,Row,1,2,3", "FIELDS_EXTRA", "", ["6 fields", "4"]),
    ("a zero byte", HEADER, b"A-9,Ba\0d,Row,1", "NUL_BYTE", "", ["zero byte"]),
    ("text behind a closing quote", HEADER, b'A-9,"Bad"ly,Row,1', "BAD_QUOTES", "", ["closing quotation mark"]),
    ("no id", HEADER, b",Bad,Row,1", "BLANK", "id", ["missing"]),
    ("an id of signs only", HEADER, b"---,Bad,Row,1", "BLANK", "id", []),
    ("an id of blanks", HEADER, b"   ,Bad,Row,1", "BLANK", "id", []),
    ("an id too long", HEADER, b"A" * 41 + b",Bad,Row,1", "TOO_LONG", "id", ["40"]),
    ("a name too long", HEADER, b"A-9," + b"n" * 81 + b",Row,1", "TOO_LONG", "given", ["80"]),
    ("an id twice", HEADER, b"A-1,Bad,Row,1", "DUPLICATE_ID", "id", ["line 2"]),
    ("an id twice, written differently", HEADER, b"a1,Bad,Row,1", "DUPLICATE_ID", "id", ["line 2"]),
    ("no price", HEADER, b"A-9,Bad,Row,", "BLANK", "price", []),
    ("a price in words", HEADER, b"A-9,Bad,Row,forty", "NOT_AMOUNT", "price", ["USD", "“.”"]),
    ("1e308", HEADER, b"A-9,Bad,Row,1e308", "NOT_AMOUNT", "price", ["12 digits"]),
    ("NaN", HEADER, b"A-9,Bad,Row,NaN", "NOT_AMOUNT", "price", []),
    ("infinity", HEADER, b"A-9,Bad,Row,inf", "NOT_AMOUNT", "price", []),
    ("13 digits", HEADER, b"A-9,Bad,Row,1234567890123", "NOT_AMOUNT", "price", ["12 digits"]),
    ("300 digits", HEADER, b"A-9,Bad,Row," + b"9" * 300, "NOT_AMOUNT", "price", []),
    ("two points", HEADER, b"A-9,Bad,Row,1.2.3", "NOT_AMOUNT", "price", []),
    ("a point only", HEADER, b"A-9,Bad,Row,.", "NOT_AMOUNT", "price", []),
    ("a comma for the point", HEADER, b'A-9,Bad,Row,"40,5"', "NOT_AMOUNT", "price", []),
    ("a formula", HEADER, b"A-9,Bad,Row,=1+1", "NOT_AMOUNT", "price", []),
    ("full-width digits", HEADER, "A-9,Bad,Row,４０".encode(), "NOT_AMOUNT", "price", []),
    ("Arabic digits", HEADER, "A-9,Bad,Row,٤٠".encode(), "NOT_AMOUNT", "price", []),
    ("a negative charge", HEADER, b"A-9,Bad,Row,-4", "NEGATIVE", "price", ["below zero", "keep_as_credit"]),
    ("euros by sign", HEADER, "A-9,Bad,Row,€40".encode(), "OTHER_CURRENCY", "price", ["USD"]),
    ("euros by code", HEADER, b"A-9,Bad,Row,40 EUR", "OTHER_CURRENCY", "price", ["USD"]),
    ("another currency in its column",
     f"{HEADER},currency", b"A-9,Bad,Row,1,EUR", "OTHER_CURRENCY", "currency", ["USD"]),
    ("a negative debt", f"{HEADER},due", b"A-9,Bad,Row,1,-5", "NEGATIVE", "due", []),
    ("the year 0000", f"{HEADER},since", b"A-9,Bad,Row,1,0000-00-00", "NOT_DATE", "since", ["1900", "YYYY-MM-DD"]),
    ("the year 9999", f"{HEADER},since", b"A-9,Bad,Row,1,9999-12-31", "NOT_DATE", "since", ["2100"]),
    ("30 February", f"{HEADER},since", b"A-9,Bad,Row,1,2024-02-30", "NOT_DATE", "since", []),
    ("29 February of a common year", f"{HEADER},since", b"A-9,Bad,Row,1,2023-02-29", "NOT_DATE", "since", []),
    ("month 13", f"{HEADER},since", b"A-9,Bad,Row,1,2024-13-01", "NOT_DATE", "since", []),
    ("a date of another form", f"{HEADER},since", b"A-9,Bad,Row,1,01/02/2024", "NOT_DATE", "since", []),
    ("a phone in letters", f"{HEADER},phone", b"A-9,Bad,Row,1,CALL-ME", "NOT_PHONE", "phone", ["US"]),
    ("a phone too short", f"{HEADER},phone", b"A-9,Bad,Row,1,555-0100", "NOT_PHONE", "phone", []),
    ("a phone too long", f"{HEADER},phone", b"A-9,Bad,Row,1," + b"1" * 30, "NOT_PHONE", "phone", []),
    ("an address without a domain", f"{HEADER},email", b"A-9,Bad,Row,1,ines@desk", "NOT_EMAIL", "email", []),
    ("a country in words", f"{HEADER},country", b"A-9,Bad,Row,1,Utopia", "NOT_REGION", "country", ["two letters"]),
    ("neither yes nor no", f"{HEADER},senior", b"A-9,Bad,Row,1,maybe", "NOT_YES_NO", "senior", ["Yes", "No"]),
    ("a word nobody listed", f"{HEADER},segment", b"A-9,Bad,Row,1,C", "UNKNOWN_WORD", "segment", ["A, B"]),
    ("half a line", f"{HEADER},lines", b"A-9,Bad,Row,1,1.5", "NOT_WHOLE", "lines", []),
    ("a number with a letter", f"{HEADER},score", b"A-9,Bad,Row,1,0x10", "NOT_NUMBER", "score", []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "header", "row", "code", "column", "parts"), ROWS, ids=[one[0] for one in ROWS])
def test_a_bad_row_is_refused_and_its_neighbours_enter(
    tmp_path: Path, name: str, header: str, row: bytes, code: str, column: str, parts: list[str]
) -> None:
    more = "," * (header.count(",") - HEADER.count(","))
    good = [f"A-1,Ines,Falk,40.00{more}", f"A-2,Bo,Lund,55.50{more}"]
    file = write(tmp_path, "rows.csv", b"\n".join([header.encode(), good[0].encode(), row, good[1].encode(), b""]))

    summary = bring(file)

    assert summary.refusals == {code: 1}
    (refusal,) = summary.first_refusals
    assert (refusal.file, refusal.line, refusal.column) == ("rows.csv", 3, column)
    for part in parts:
        assert part in refusal.sentence
    assert set(Customer.objects.values_list("account_number", flat=True)) == {"A-1", "A-2"}
    assert Subscription.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "header", "row", "code", "column", "parts"), ROWS[::6], ids=[one[0] for one in ROWS[::6]]
)
def test_strict_lets_one_bad_row_refuse_the_whole(
    tmp_path: Path, name: str, header: str, row: bytes, code: str, column: str, parts: list[str]
) -> None:
    more = "," * (header.count(",") - HEADER.count(","))
    file = write(tmp_path, "rows.csv", b"\n".join([header.encode(), f"A-1,Ines,Falk,40.00{more}".encode(), row, b""]))

    trouble = trouble_of(lambda: bring(file, strict=True))

    assert trouble is not None
    assert trouble.code == "STRICT"
    assert "1 row was refused" in trouble.sentence
    assert (Customer.objects.count(), Product.objects.count()) == (0, 0)


def test_bytes_of_another_encoding_refuse_their_row_only(tmp_path: Path) -> None:
    mapping = MAPPING + '\n[[file]]\nname = "rows"\nencoding = "utf-8"\n'
    file = write(tmp_path, "rows.csv", GOOD.encode() + b"A-3,Ren\xe9,Falk,1\n")

    summary = bring(file, mapping=mapping)

    assert summary.refusals == {"BAD_ENCODING": 1}
    assert "UTF-8" in summary.first_refusals[0].sentence
    assert summary.first_refusals[0].line == 4
    assert Customer.objects.count() == 2


def test_a_refused_row_of_several_lines_is_named_by_its_first(tmp_path: Path) -> None:
    file = write(tmp_path, "rows.csv", f'{HEADER}\nA-1,"Ines\nMaria",Falk,1\nA-2,Bo,Lund,x\nA-3,Al,"Ek\r\nBerg",y\n')

    summary = bring(file)

    assert [(one.line, one.value) for one in summary.first_refusals] == [(4, "x"), (5, "y")]


def test_two_faults_of_a_row_are_told_both_and_counted_as_one_row(tmp_path: Path) -> None:
    summary = bring(write(tmp_path, "rows.csv", f"{HEADER},since\nA-1,Ines,Falk,1,\nA-2,Bo,Lund,x,never\n"))

    assert summary.refusals == {"NOT_AMOUNT": 1, "NOT_DATE": 1}
    assert summary.refused_rows == 1


def test_when_every_row_is_refused_nothing_enters(tmp_path: Path) -> None:
    trouble = trouble_of(lambda: bring(write(tmp_path, "rows.csv", f"{HEADER}\nA-1,a,b,x\nA-2,a,b,y\n")))

    assert trouble is not None
    assert trouble.code == "NOTHING_LEFT"
    assert Product.objects.count() == 0


def test_no_file_a_folder_and_a_missing_file_are_told(tmp_path: Path) -> None:
    missing = trouble_of(lambda: bring(Source(name="gone.csv", path=tmp_path / "gone.csv")))
    folder = trouble_of(lambda: bring(Source(name="data", path=tmp_path)))
    none = trouble_of(bring)

    assert [one.code for one in (missing, folder, none) if one] == ["NOT_FOUND", "DIRECTORY", "NO_FILE"]


def test_what_is_no_regular_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")

    trouble = trouble_of(lambda: bring(Source(name="pipe.csv", path=tmp_path / "pipe.csv")))

    assert trouble is not None
    assert trouble.code == "UNREADABLE"


def test_a_file_of_ten_gigabytes_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(10 * 1024**3)

    trouble = trouble_of(lambda: bring(Source(name="huge.csv", path=path)))

    assert LARGEST_FILE < 10 * 1024**3
    assert trouble is not None
    assert trouble.code == "TOO_BIG"
    assert "10.0 GB" in trouble.sentence
    assert "4.0 GB" in trouble.sentence


def test_a_file_that_nobody_mapped_is_told(tmp_path: Path) -> None:
    files = [write(tmp_path, "one.csv", GOOD), write(tmp_path, "two.csv", GOOD)]

    trouble = trouble_of(lambda: bring(*files))

    assert trouble is not None
    assert trouble.code == "FILE_NOT_MAPPED"
    assert "two.csv" in trouble.sentence


def test_a_currency_that_is_not_the_companys_is_told(tmp_path: Path) -> None:
    Company.objects.create(id=1, name="Nordfjord", currency="EUR", country="DE")

    trouble = trouble_of(lambda: bring(write(tmp_path, "rows.csv", GOOD)))

    assert trouble is not None
    assert trouble.code == "WRONG_CURRENCY"
    assert "USD" in trouble.sentence
    assert "EUR" in trouble.sentence
    assert Customer.objects.count() == 0
