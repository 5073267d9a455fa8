"""The SQL of one value: how the text of a column becomes what the desk keeps, and when a row is refused for it.

The same value is used by the check (its faults) and by the entering (its `sql`), so what is checked is what enters.
`sql` never raises: a text that does not fit is NULL, because the planner may evaluate it before the check's answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import phonenumbers
from babel.numbers import get_currency_precision, get_currency_symbol

from customers.intake.moments import clock_sql, date_sql, moment_sql
from customers.intake.specs import Column, Condition, Kind, Negative, Value
from customers.intake.sql_text import any_of, quoted


@dataclass(frozen=True)
class Cell:
    """A column of the staged rows: the name of its trimmed text, of its row's line, its file's number and its title."""

    sql: str
    line: str
    file: int
    title: str


@dataclass(frozen=True)
class Fault:
    """A reason to refuse the row: holds where `when` is true. `facts` go into its sentence."""

    code: str
    when: str
    facts: Mapping[str, object]
    cell: Cell | None


@dataclass(frozen=True)
class Expression:
    """A value as SQL over the trimmed texts; it is worked out once, as a column, and its faults speak of that."""

    sql: str
    faults: tuple[Fault, ...] = ()


Find = Callable[[Column], Cell | None]
"""Where a column stands in the staged rows; None for an optional column that the file does not have."""


def express(value: Value, name: str, *, find: Find, as_of: str) -> Expression:
    """The SQL of a value. `as_of` is the SQL of the day from which "months ago" counts back."""
    cell = find(value.column) if value.column else None
    if cell is None:
        return Expression(sql=_constant(value))
    raw = text_of(cell, value.blank)
    found = _KINDS[value.kind](_Reading(value, name, raw, cell, as_of, find))
    if value.required and value.default is None:
        return Expression(sql=found.sql, faults=(Fault("BLANK", f"{raw} IS NULL", {}, cell), *found.faults))
    return found


def entering(value: Value, name: str) -> str:
    """The SQL with which a value that was worked out as `name` enters: with its default, and never below zero."""
    sql = name
    if value.column and value.kind is Kind.MONEY and value.negative in (Negative.ZERO, Negative.KEEP_AS_CREDIT):
        sql = f"greatest({sql}, 0)"
    if value.column and value.words is None and not value.patterns and value.default is not None:
        sql = f"coalesce({sql}, {_typed(value.kind, value.default, value)})"
    return sql


def holds(condition: Condition, *, find: Find) -> str:
    """The SQL of a condition; a column that the file does not have is blank."""
    cell = find(condition.column)
    raw = cell.sql if cell else "NULL::text"
    if condition.words:
        inside = f"coalesce({raw} IN {any_of(_spellings(condition.words))}, false)"
        return f"(NOT {inside})" if condition.negated else f"({inside})"
    return f"({raw} IS {'' if condition.negated else 'NOT '}NULL)"


def without_blanks(column: str, blank: tuple[str, ...]) -> str:
    """The text of a staged column, NULL for the words that mean blank everywhere."""
    return _without(column, blank)


def text_of(cell: Cell, blank: tuple[str, ...]) -> str:
    """The text of a cell, NULL for the words that mean blank in this value only."""
    return _without(cell.sql, blank)


def _without(sql: str, words: tuple[str, ...]) -> str:
    for word in words:
        if word.strip():
            sql = f"nullif({sql}, {quoted(word.strip())})"
    return sql


def minor_factor(currency: str) -> int:
    """How many minor units a whole one has."""
    return int(10 ** get_currency_precision(currency))


def told_amount(minor: str, currency: str) -> str:
    """The SQL of an amount as people write it, from the SQL of its minor units."""
    return f"round({minor}::numeric / {minor_factor(currency)}, {get_currency_precision(currency)})::text"


# ── Kinds ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Reading:
    """A value about to be read: the name of its result, its raw text and its cell."""

    value: Value
    name: str
    raw: str
    cell: Cell
    as_of: str
    find: Find

    def misread(self, code: str, **facts: object) -> Fault:
        """Something is there, and it could not be read."""
        return Fault(code, f"({self.raw} IS NOT NULL AND {self.name} IS NULL)", facts, self.cell)

    def unknown(self) -> tuple[Fault, ...]:
        """A word that the mapping does not list, where it does not say what the others are."""
        value = self.value
        if not (value.words or value.patterns) or value.otherwise is not None:
            return ()
        known = ", ".join([*(value.words or ()), *(one.expression for one in value.patterns)])
        return (self.misread("UNKNOWN_WORD", known=known),)


def _text(reading: _Reading) -> Expression:
    value = reading.value
    sql = _worded(value, reading.raw)
    if value.prefix:
        sql = f"{quoted(value.prefix)} || {sql}"
    if value.cut and value.longest:
        return Expression(f"left({sql}, {value.longest})", reading.unknown())
    too_long = Fault("TOO_LONG", f"length({reading.name}) > {value.longest}", {"limit": value.longest}, reading.cell)
    return Expression(sql, (*reading.unknown(), *([too_long] if value.longest else [])))


def _code(reading: _Reading) -> Expression:
    sql = f"upper({_worded(reading.value, reading.raw)})"
    fault = Fault("NOT_REGION", f"{reading.name} !~ '^[A-Z][A-Z]$'", {}, reading.cell)
    return Expression(sql, (*reading.unknown(), fault))


def _word(reading: _Reading) -> Expression:
    return Expression(_worded(reading.value, reading.raw), reading.unknown())


def _yes_no(reading: _Reading) -> Expression:
    value, raw = reading.value, reading.raw
    if value.words or value.patterns:
        return Expression(f"({_worded(value, raw)})::boolean", reading.unknown())
    yes, no = any_of(_spellings(value.yes)), any_of(_spellings(value.no))
    sql = f"(CASE WHEN {raw} IN {yes} THEN true WHEN {raw} IN {no} THEN false END)"
    return Expression(sql, (reading.misread("NOT_YES_NO", yes=", ".join(value.yes), no=", ".join(value.no)),))


def _whole(reading: _Reading) -> Expression:
    if reading.value.words or reading.value.patterns:
        return Expression(f"({_worded(reading.value, reading.raw)})::int", reading.unknown())
    limit = reading.value.longest or 1_000_000_000
    number = _whole_number(reading.raw)
    sql = f"(CASE WHEN {number} <= {limit} THEN {number} END)"
    return Expression(sql, (reading.misread("NOT_WHOLE", limit=limit),))


def _number(reading: _Reading) -> Expression:
    raw, decimal = reading.raw, reading.value.decimal
    sql = f"(CASE WHEN {raw} ~ {quoted(_number_form(decimal))} THEN {_plain_number(raw, decimal)} END)"
    return Expression(sql, (reading.misread("NOT_NUMBER", decimal=decimal),))


def _money(reading: _Reading) -> Expression:
    value, raw, name = reading.value, reading.raw, reading.name
    facts = {"currency": value.currency, "decimal": value.decimal}
    unread = f"{raw} IS NOT NULL AND {name} IS NULL AND {raw}"
    faults = [
        Fault("OTHER_CURRENCY", f"({unread} ~ {quoted(_FOREIGN)})", facts, reading.cell),
        Fault("NOT_AMOUNT", f"({unread} !~ {quoted(_FOREIGN)})", facts, reading.cell),
    ]
    if value.negative is Negative.REFUSE:
        faults.append(Fault("NEGATIVE", f"{name} < 0", {}, reading.cell))
    return Expression(_signed_minor(value, raw), tuple(faults))


def _signed_minor(value: Value, raw: str) -> str:
    """The SQL of an amount in minor units with its sign; its own currency's sign or code may stand beside it."""
    factor, decimal = minor_factor(value.currency), value.decimal
    own = sorted({value.currency, *_SYMBOLS.get(value.currency, ()), get_currency_symbol(value.currency, "en")})
    sign = "|".join(own).replace("$", r"\$")
    decorated = rf"^-?\s*(?:{sign})?\s*{_number_form(decimal)[1:-1]}\s*(?:{sign})?$"
    bare = f"regexp_replace({raw}, '[^0-9.,-]', '', 'g')"
    point = "('', '.')" if decimal == "." else "('')"
    return (
        # Nearly every amount is digits and a point; a regular expression for each would be the dearest part of a row.
        f"(CASE WHEN {_all_but_digits(raw)} IN {point} AND length({raw}) <= 12 AND {raw} <> '.' "
        f"THEN round(({raw})::numeric * {factor})::bigint "
        f"WHEN {raw} ~ {quoted(_number_form(decimal))} "
        f"THEN round({_plain_number(raw, decimal)} * {factor})::bigint "
        f"WHEN {raw} ~ {quoted(decorated)} AND {raw} !~ '-.*-' "
        f"THEN round({_plain_number(bare, decimal)} * {factor})::bigint END)"
    )


def _date(reading: _Reading) -> Expression:
    value, raw = reading.value, reading.raw
    if value.ago:
        most = {"months": 1200, "years": 100, "days": 36500}[value.ago]
        number = _whole_number(raw)
        sql = (
            f"(CASE WHEN {number} <= {most} THEN ({reading.as_of} - make_interval({value.ago} => {number}))::date END)"
        )
        return Expression(sql, (reading.misread("NOT_WHOLE", limit=most),))
    sql = date_sql(raw, value.dates, swapped=value.swapped)
    return Expression(sql, (reading.misread("NOT_DATE", forms=_forms(value.dates)),))


def _moment(reading: _Reading) -> Expression:
    value, raw = reading.value, reading.raw
    clock_cell = reading.find(value.time) if value.time else None
    zone = f"AT TIME ZONE {quoted(value.zone)}"
    if clock_cell is None:
        sql = f"({moment_sql(raw, value.dates, swapped=value.swapped)} {zone})"
        return Expression(sql, (reading.misread("NOT_DATE", forms=_forms(value.dates)),))
    day, clock_raw = date_sql(raw, value.dates, swapped=value.swapped), text_of(clock_cell, value.blank)
    clock = f"CASE WHEN {clock_raw} IS NULL THEN interval '0' ELSE {clock_sql(clock_raw, value.times)} END"
    unread = f"{raw} IS NOT NULL AND {reading.name} IS NULL AND {day}"
    return Expression(
        f"(({day} + {clock}) {zone})",
        (
            Fault("NOT_DATE", f"({unread} IS NULL)", {"forms": _forms(value.dates)}, reading.cell),
            Fault("NOT_TIME", f"({unread} IS NOT NULL)", {"forms": _forms(value.times)}, clock_cell),
        ),
    )


def _phone(reading: _Reading) -> Expression:
    country = reading.value.country
    return Expression(
        phone_sql(reading.raw, country), (reading.misread("NOT_PHONE", country=country or "any country"),)
    )


def phone_sql(raw: str, country: str) -> str:
    """The SQL of a telephone number in E.164, from the national and the international ways to write it.

    The country's code, trunk prefix, international prefix and lengths come from libphonenumber's metadata.
    """
    branches = [
        "WHEN rest = '+' AND d LIKE '+%' AND d NOT LIKE '+0%' AND length(d) BETWEEN 8 AND 16 THEN d",
        "WHEN rest <> '' THEN NULL",
        "WHEN d LIKE '00%' AND d NOT LIKE '000%' AND length(d) BETWEEN 9 AND 17 THEN '+' || substr(d, 3)",
    ]
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country, None) if country else None
    if metadata and metadata.general_desc:
        lengths = ", ".join(str(length) for length in metadata.general_desc.possible_length)
        code, trunk = str(metadata.country_code), metadata.national_prefix or ""
        abroad = metadata.international_prefix or ""
        if abroad.isdigit() and abroad != "00":
            length = len(abroad)
            branches.append(
                f"WHEN d LIKE '{abroad}%' AND d NOT LIKE '{abroad}0%' "
                f"AND length(d) BETWEEN {length + 8} AND {length + 15} THEN '+' || substr(d, {length + 1})"
            )
        if trunk:
            branches.append(
                f"WHEN d LIKE '{trunk}%' AND length(d) - {len(trunk)} IN ({lengths}) "
                f"THEN '+{code}' || substr(d, {len(trunk) + 1})"
            )
        if trunk != code:
            branches.append(
                f"WHEN d LIKE '{code}%' AND length(d) - {len(code)} IN ({lengths}) "
                f"AND length(d) NOT IN ({lengths}) THEN '+' || d"
            )
        branches.append(f"WHEN length(d) IN ({lengths}) THEN '+{code}' || d")
    digits = f"translate(replace({raw}, '(0)', ''), E' ().-/\\t\\u00a0\\u2010\\u2011\\u2013', '')"
    return (
        f"(SELECT CASE {' '.join(branches)} END "
        f"FROM (SELECT d, {_all_but_digits('d')} AS rest FROM (SELECT {digits} AS d OFFSET 0) AS n OFFSET 0) AS number)"
    )


def _email(reading: _Reading) -> Expression:
    form, raw = r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+$", reading.raw
    sql = f"(CASE WHEN {raw} ~ {quoted(form)} AND length({raw}) <= 254 THEN {raw} END)"
    return Expression(sql, (reading.misread("NOT_EMAIL"),))


def _currency(reading: _Reading) -> Expression:
    currency = reading.value.currency
    other = Fault("OTHER_CURRENCY", f"upper({reading.raw}) <> {quoted(currency)}", {"currency": currency}, reading.cell)
    return Expression(quoted(currency), (other,))


_KINDS: dict[Kind, Callable[[_Reading], Expression]] = {
    Kind.TEXT: _text, Kind.CODE: _code, Kind.WORD: _word, Kind.YES_NO: _yes_no, Kind.WHOLE: _whole,
    Kind.NUMBER: _number, Kind.MONEY: _money, Kind.DATE: _date, Kind.MOMENT: _moment, Kind.PHONE: _phone,
    Kind.EMAIL: _email, Kind.CURRENCY: _currency,
}  # fmt: skip

# ── Parts ────────────────────────────────────────────────────────────────────────────────────────────────────────

# What shows that an amount is in another currency, rather than not an amount.
_FOREIGN = r"^-?\s*([A-Z]{3}\s*-?[0-9]|[€£¥₽฿₹¢]|R\$)|[0-9]\s*([A-Z]{3}|[€£¥₽฿₹])$|\$"
_SYMBOLS = {"USD": ("$", "US$"), "BRL": ("R$",), "EUR": ("€",), "GBP": ("£",), "RUB": ("₽",), "THB": ("฿",)}


def _all_but_digits(raw: str) -> str:
    return f"translate({raw}, '0123456789', '')"


def _whole_number(raw: str) -> str:
    """A whole number of at most nine digits; spreadsheets write them as 12.0, too."""
    return (
        f"(CASE WHEN {_all_but_digits(raw)} = '' AND length({raw}) <= 9 THEN {raw}::int "
        f"WHEN {raw} ~ '^[0-9]{{1,9}}\\.0+$' THEN split_part({raw}, '.', 1)::int END)"
    )


def _number_form(decimal: str) -> str:
    group, point = (",", r"\.") if decimal == "." else (r"[. ]", ",")
    return rf"^-?(?:[0-9]{{1,12}}|[0-9]{{1,3}}(?:{group}[0-9]{{3}}){{1,3}})(?:{point}[0-9]{{1,20}})?$"


def _plain_number(raw: str, decimal: str) -> str:
    bare = f"replace({raw}, ',', '')" if decimal == "." else f"replace(translate({raw}, '. ', ''), ',', '.')"
    return f"({bare})::numeric"


def _worded(value: Value, raw: str) -> str:
    """The words of a value: exact ones first, then patterns, then what all others are; blank is the default."""
    if not value.words and not value.patterns:
        return raw
    whens = [
        f"WHEN {raw} IN {any_of(_spellings((word,)))} THEN {quoted(result)}"
        for word, result in (value.words or {}).items()
    ]
    whens += [f"WHEN {raw} ~* {quoted(one.expression)} THEN {quoted(one.word)}" for one in value.patterns]
    default = quoted(value.default) if value.default is not None else "NULL"
    other = quoted(value.otherwise) if value.otherwise is not None else "NULL"
    return f"(CASE WHEN {raw} IS NULL THEN {default} {' '.join(whens)} ELSE {other} END)"


def _spellings(words: tuple[str, ...]) -> list[str]:
    """A word in the cases that people write it in: cheaper than lower() on every row."""
    found: dict[str, None] = {}
    for word in words:
        for one in (word, word.lower(), word.upper(), word.capitalize(), word.title()):
            found[one.strip()] = None
    return list(found)


def _forms(forms: tuple[str, ...]) -> str:
    names = {
        "%Y": "YYYY",
        "%y": "YY",
        "%m": "MM",
        "%d": "DD",
        "%b": "Mon",
        "%H": "HH",
        "%I": "HH",
        "%M": "MM",
        "%S": "SS",
    }
    told = []
    for form in forms:
        text = form.replace("%p", "AM/PM")
        for letter, name in names.items():
            text = text.replace(letter, name)
        told.append(text)
    return " / ".join(told)


def _constant(value: Value) -> str:
    """The SQL of a value without a column: its constant, or its default where the column is optional and missing."""
    text = value.default if value.column else value.constant
    return _typed(value.kind, (value.prefix + text) if text and value.prefix else text, value)


def _typed(kind: Kind, text: str | None, value: Value) -> str:
    if kind is Kind.CURRENCY:
        return quoted(value.currency)
    if not text:
        return f"NULL::{_TYPES[kind]}"
    if kind is Kind.MONEY:
        return f"round({quoted(text)}::numeric * {minor_factor(value.currency)})::bigint"
    if kind is Kind.PHONE:
        return phone_sql(quoted(text), value.country)
    return f"{quoted(text)}::{_TYPES[kind]}"


_TYPES = {
    Kind.TEXT: "text", Kind.CODE: "text", Kind.WORD: "text", Kind.YES_NO: "boolean", Kind.WHOLE: "int",
    Kind.NUMBER: "numeric", Kind.MONEY: "bigint", Kind.DATE: "date", Kind.MOMENT: "timestamptz", Kind.PHONE: "text",
    Kind.EMAIL: "text", Kind.CURRENCY: "text",
}  # fmt: skip
