"""What a mapping says, as frozen dataclasses. Pure: no file, no database. `mapping` reads them from TOML."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a value is; decides how it is read and when it is refused."""

    TEXT = "text"
    CODE = "code"
    WHOLE = "whole"
    NUMBER = "number"
    MONEY = "money"
    YES_NO = "yes_no"
    DATE = "date"
    MOMENT = "moment"
    PHONE = "phone"
    EMAIL = "email"
    CURRENCY = "currency"
    WORD = "word"
    """One of a closed list of codes."""


class Negative(StrEnum):
    """What becomes of an amount below zero where the desk knows none."""

    REFUSE = "refuse"
    ZERO = "zero"
    KEEP_AS_CREDIT = "keep_as_credit"


@dataclass(frozen=True)
class Column:
    """A column of a file: by its title, or by its place (1 is the first). `file` is the file's name in the mapping."""

    title: str = ""
    position: int = 0
    file: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Pattern:
    """A regular expression, and the word that a text with a match becomes."""

    expression: str
    word: str


@dataclass(frozen=True, kw_only=True)
class Value:
    """Where a value comes from and how its text is understood. Without a column it is the constant."""

    where: str
    """Its place in the mapping, for sentences: `customer.phone`."""
    kind: Kind
    column: Column | None = None
    constant: str = ""
    words: Mapping[str, str] | None = None
    patterns: tuple[Pattern, ...] = ()
    otherwise: str | None = None
    default: str | None = None
    required: bool = False
    prefix: str = ""
    cut: bool = False
    longest: int = 0
    blank: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    decimal: str = "."
    currency: str = ""
    country: str = ""
    negative: Negative | None = None
    """None: amounts below zero are welcome."""
    dates: tuple[str, ...] = ()
    swapped: bool = False
    """Day and month stand in each other's place wherever the day as written is 12 or less."""
    ago: str = ""
    """`months`, `days` or `years`: the column counts back from `as_of`."""
    times: tuple[str, ...] = ()
    time: Column | None = None
    zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Holds for rows whose column is one of the words (or, negated, is none of them). No words: is not blank."""

    where: str
    column: Column
    words: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, kw_only=True)
class File:
    """One file of the intake: how it is recognised, how it is read, and how it hangs on another."""

    name: str
    match: str = ""
    joins: str = ""
    key: Column | None = None
    to: Column | None = None
    ignore: bool = False
    unmatched: str = "refuse"
    encoding: str = ""
    delimiter: str = ""
    blank: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product that lines of the mapping name; it is added to the price list if it is not there."""

    code: str
    kind: str
    name: str
    list_price: Decimal = Decimal(0)
    margin_percent: int = 60


@dataclass(frozen=True, kw_only=True)
class Customer:
    """What makes a customer of a row."""

    base: str
    account: Value
    fields: Mapping[str, Value] = field(default_factory=dict)
    facts: Mapping[str, Value] = field(default_factory=dict)
    left: Value | None = None
    name: Value | None = None


@dataclass(frozen=True, kw_only=True)
class Share:
    """A price that is a part of a bill: all of what is left, or at most `at_most` of it."""

    bill: Value
    at_most: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A contract by its length in months; it ends on the next anniversary of its start."""

    months: Value


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What lines, complaints and entries of the timeline share: of which rows of which file one is made."""

    base: str
    where: str
    when: tuple[Condition, ...] = ()
    fields: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Subscription(Entry):
    """What makes a line of a row."""

    account: Value
    line: Value
    product: Value
    product_kind: str = ""
    """Set: products are made from the column's own values, of this kind."""
    share: Share | None = None
    contract: Contract | None = None


@dataclass(frozen=True, kw_only=True)
class Complaint(Entry):
    """What makes a complaint of a row; without an account it is a fact about an area."""

    number: Value
    opened: Value
    account: Value | None = None


@dataclass(frozen=True, kw_only=True)
class Interaction(Entry):
    """What makes an entry of the timeline of a row."""

    account: Value
    occurred: Value
    source: Value | None = None


@dataclass(frozen=True, kw_only=True)
class IntakeMapping:
    """One mapping file."""

    file_name: str
    title: str
    about: str
    text: str
    currency: str
    country: str
    as_of: dt.date | None
    files: tuple[File, ...]
    products: Mapping[str, Product]
    customer: Customer | None
    subscriptions: tuple[Subscription, ...]
    complaints: tuple[Complaint, ...]
    interactions: tuple[Interaction, ...]
