"""A mapping's mistakes: each is a sentence that names the file, the line where it can, and the cure."""

from pathlib import Path

import pytest

from customers.intake.mapping import read_mapping
from customers.intake.specs import Kind, Negative
from customers.intake.trouble import IntakeTrouble
from tests.customers.intake.desk import EXAMPLES, MAPPING, trouble_of

CUSTOMER = 'currency = "USD"\n[customer]\naccount = "id"\n'

WRONG = [
    ("no TOML", "a = ", "MAPPING_NOT_TOML", ["map.toml"]),
    ("a key twice", 'title = "a"\ntitle = "b"', "MAPPING_NOT_TOML", ["overwrite"]),
    ("nested without end", "a = " + "[" * 5000, "MAPPING_NOT_TOML", []),
    ("nothing in it", "", "MAPPING_EMPTY", ["customer"]),
    ("an unknown key at the top",
     'curency = "USD"\n' + CUSTOMER, "MAPPING_UNKNOWN_KEY", ["line 1", "“curency”", "currency"]),
    ("an unknown column of customers", CUSTOMER + 'fone = "x"', "MAPPING_UNKNOWN_KEY", ["line 4", "“fone”", "phone"]),
    ("an unknown key of a value", CUSTOMER + 'phone = {colum = "x", column = "y"}', "MAPPING_UNKNOWN_KEY", ["colum"]),
    ("no account", 'currency = "USD"\n[customer]\nphone = "x"', "MAPPING_MISSING_KEY", ["account"]),
    ("no currency", '[customer]\naccount = "id"', "MAPPING_NEEDS_CURRENCY", ['currency = "USD"']),
    ("a currency nobody has",
     'currency = "ABC"\n[customer]\naccount = "id"', "MAPPING_BAD_VALUE", ["line 1", "currency"]),
    ("a country nobody knows", 'country = "ZZ"\n' + CUSTOMER, "MAPPING_BAD_VALUE", ["country"]),
    ("a time zone nobody knows", 'time_zone = "Mars"\n' + CUSTOMER, "MAPPING_BAD_VALUE", ["America/New_York"]),
    ("a time zone outside of its folder", 'time_zone = "../etc/passwd"\n' + CUSTOMER, "MAPPING_BAD_VALUE", []),
    ("a day that is a text", 'as_of = "2026-01-01"\n' + CUSTOMER, "MAPPING_BAD_VALUE", ["without quotation marks"]),
    ("a form that cannot be", 'dates = ["%Q"]\n' + CUSTOMER, "MAPPING_BAD_VALUE", ["%Y-%m-%d"]),
    ("a form without a day", 'dates = ["%Y-%m"]\n' + CUSTOMER, "MAPPING_BAD_VALUE", []),
    ("a decimal sign nobody uses", 'decimal = "x"\n' + CUSTOMER, "MAPPING_BAD_VALUE", ["decimal"]),
    ("a word for negative", 'negative = "maybe"\n' + CUSTOMER, "MAPPING_BAD_VALUE", ["keep_as_credit"]),
    ("a column that is a number", CUSTOMER + "phone = 5", "MAPPING_BAD_VALUE", ["column"]),
    ("a value of neither column nor constant",
     CUSTOMER + "phone = {optional = true}", "MAPPING_MISSING_KEY", ["column"]),
    ("flags that are texts",
     CUSTOMER + 'phone = {column = "x", optional = "yes"}', "MAPPING_BAD_VALUE", ["true or false"]),
    ("a constant too long", CUSTOMER + 'postcode = {value = "12345678901234567"}', "MAPPING_BAD_VALUE", ["16"]),
    ("a constant that is no code", CUSTOMER + 'kind = {value = "ROYAL"}', "MAPPING_BAD_VALUE", ["PRIVATE, BUSINESS"]),
    ("words that are no yes",
     CUSTOMER + 'left = {column = "x", words = {a = "perhaps"}}', "MAPPING_BAD_VALUE", ["true or false"]),
    ("a constant that is no day", CUSTOMER + 'since = {value = "tomorrow"}', "MAPPING_BAD_VALUE", ["2026-01-31"]),
    ("a fact with a bad name", CUSTOMER + '[customer.facts]\n"Big One" = "x"', "MAPPING_BAD_VALUE", ["small letters"]),
    ("a fact of an unknown type",
     CUSTOMER + '[customer.facts]\na = {column = "x", type = "blob"}', "MAPPING_BAD_VALUE", ["yes_no"]),
    ("an amount without _minor",
     CUSTOMER + '[customer.facts]\na = {column = "x", type = "money"}', "MAPPING_BAD_VALUE", ["_minor"]),
    ("a product nobody declared",
     CUSTOMER + '[[subscription]]\nline = "a"\nproduct = {value = "tv"}', "MAPPING_BAD_VALUE", []),
    ("a line without a product", CUSTOMER + '[[subscription]]\nline = "a"', "MAPPING_MISSING_KEY", ["product"]),
    ("a product of an unknown kind",
     CUSTOMER + '[product.a]\nkind = "RADIO"\nname = "R"', "MAPPING_BAD_VALUE", ["INTERNET"]),
    ("a price below zero", CUSTOMER + '[product.a]\nname = "R"\nlist_price = "-1"', "MAPPING_BAD_VALUE", ["20.00"]),
    ("a price that is not a number", CUSTOMER + '[product.a]\nname = "R"\nlist_price = "NaN"', "MAPPING_BAD_VALUE", []),
    ("a margin of 200 %", CUSTOMER + '[product.a]\nname = "R"\nmargin_percent = 200', "MAPPING_BAD_VALUE", ["100"]),
    ("a condition of nothing",
     CUSTOMER + '[product.a]\nname="R"\n[[subscription]]\nline="a"\nproduct="a"\nwhen={column="x"}',
     "MAPPING_MISSING_KEY", ["is"]),
    ("a file that hangs on nothing", '[[file]]\njoins = "x"\nkey = "k"\n' + CUSTOMER, "MAPPING_BAD_VALUE", ["joins"]),
    ("two files of one name",
     '[[file]]\nname = "a"\n[[file]]\nname = "a"\n' + CUSTOMER, "MAPPING_BAD_VALUE", ["another name"]),
    ("a joined file without a key",
     '[[file]]\nname="a"\n[[file]]\nname="b"\njoins="a"\n' + CUSTOMER, "MAPPING_MISSING_KEY", ["key"]),
    ("a delimiter of two signs", '[[file]]\ndelimiter = ";;"\n' + CUSTOMER, "MAPPING_BAD_VALUE", ["one character"]),
    ("a complaint without a subject", '[[complaint]]\nnumber="n"\nopened_at="o"', "MAPPING_MISSING_KEY", ["subject"]),
    ("an interaction of nobody",
     '[[interaction]]\nkind={value="NOTE"}\ntitle="t"\noccurred_at="o"', "MAPPING_MISSING_KEY", ["account"]),
    ("a pattern that is none",
     '[[complaint]]\nnumber="n"\nopened_at="o"\nsubject="s"\nkind={column="s", patterns=[["(", "BILLING"]]}',
     "MAPPING_BAD_PATTERN", ["regular expression"]),
    ("a pattern without a word",
     '[[complaint]]\nnumber="n"\nopened_at="o"\nsubject="s"\nkind={column="s", patterns=["a"]}',
     "MAPPING_BAD_VALUE", ["patterns"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "code", "parts"), WRONG, ids=[one[0] for one in WRONG])
def test_a_mistake_is_a_sentence(name: str, text: str, code: str, parts: list[str]) -> None:
    trouble = trouble_of(lambda: read_mapping(text=text, file_name="map.toml"))

    assert isinstance(trouble, IntakeTrouble)
    assert trouble.code == code
    assert "map.toml" in trouble.sentence
    for part in parts:
        assert part in trouble.sentence


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_is_read(path: Path) -> None:
    mapping = read_mapping(text=path.read_text(encoding="utf-8"), file_name=path.name)

    assert mapping.title
    assert mapping.about


def test_what_is_said_at_the_top_is_the_default_of_every_value() -> None:
    mapping = read_mapping(
        text='decimal = ","\nnegative = "zero"\nyes = ["ja"]\nno = ["nein"]\n' + MAPPING, file_name="m"
    )

    price = mapping.subscriptions[0].fields["price"]
    assert mapping.customer is not None
    senior = mapping.customer.facts["senior"]
    assert (price.kind, price.decimal, price.negative, price.currency) == (Kind.MONEY, ",", Negative.ZERO, "USD")
    assert (senior.yes, senior.no) == (("ja",), ("nein",))
