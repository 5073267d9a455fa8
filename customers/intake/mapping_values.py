"""The values of a mapping: a column or a constant, and how its text is understood.

What is said at the top of the file is the default of every value.
"""

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import replace

import phonenumbers
from babel.numbers import list_currencies

from customers.intake.fields import FieldRule
from customers.intake.moments import UnknownForm, check_form
from customers.intake.specs import Column, Condition, File, Kind, Negative, Pattern, Value
from customers.intake.toml_reader import Table
from customers.intake.trouble import IntakeTrouble

# What nothing else says: a text that is one of these is yes or no.
YES = ("Yes", "Y", "True", "T", "1")
NO = ("No", "N", "False", "F", "0")


class Values:
    """Reads values; `files` must be known before a column may name one of them."""

    def __init__(self, table: Table) -> None:
        self.top = table
        self.currency = table.string("currency").upper()
        if self.currency and self.currency not in list_currencies():
            raise table.bad("currency", "a currency such as USD")
        self.country = table.string("country").upper()
        if self.country and self.country not in phonenumbers.SUPPORTED_REGIONS:
            raise table.bad("country", "a country such as US")
        self.decimal = table.one_of("decimal", (".", ","), ".")
        self.negative = Negative(table.one_of("negative", tuple(Negative), Negative.REFUSE))
        self.blank = table.strings("blank")
        self.yes = table.strings("yes") or YES
        self.no = table.strings("no") or NO
        self.dates = self.forms(table, "dates") or ("%Y-%m-%d",)
        self.times = self.forms(table, "times") or ("%H:%M:%S", "%H:%M")
        self.zone = self._zone(table)
        self.files: tuple[File, ...] = ()

    # ── Values ───────────────────────────────────────────────────────────────────────────────────────────────

    def fields(self, table: Table, rules: Mapping[str, FieldRule]) -> dict[str, Value]:
        """The values of a table that fill columns of the desk."""
        found = {}
        for name, rule in rules.items():
            value = self.value(table, name, rule)
            if value is not None:
                found[name] = value
        return found

    def needed(self, table: Table, key: str, rule: FieldRule) -> Value:
        """A value that must be in the mapping and in every row."""
        value = self.value(table, key, rule)
        if value is None:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key=key)
        return replace(value, required=True)

    def value(self, table: Table, key: str, rule: FieldRule) -> Value | None:
        """A value: the name of a column, or a table that says more; None where it is not there."""
        spec = table.take(key)
        if spec is None:
            return None
        if isinstance(spec, str):
            spec = {"column": spec}
        if not isinstance(spec, dict):
            raise table.bad(key, 'the name of a column, or a table such as {value = "US"}')
        inner = table.inside(spec, key)
        value = self.from_table(inner, rule)
        inner.done()
        return value

    def from_table(self, table: Table, rule: FieldRule) -> Value:
        """A value written as a table."""
        table.take("type"), table.take("kind")
        column = self._column_of(table)
        constant = table.string("value")
        if column is None and not constant:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key="column")
        words, patterns = table.words("words"), self._patterns(table)
        if rule.words and column is not None and not words and not patterns:
            # The file already speaks the desk's codes; any other word is still refused.
            words = {word: word for word in rule.words}
        otherwise = table.string("else") if "else" in table.keys() else table.take("else")  # noqa: SIM118
        default = table.string("default") if "default" in table.keys() else table.take("default")  # noqa: SIM118
        constants = [constant] if column is None else []
        results = [*constants, *(words or {}).values(), *(one.word for one in patterns), otherwise, default]
        self._check_words(table, rule, constants, [one for one in results if one])
        if words and default is not None and rule.kind not in (Kind.TEXT, Kind.WORD):
            raise table.bad("default", "left out where there are words")
        return Value(
            where=table.where, kind=rule.kind, column=column, constant=constant, words=words, patterns=patterns,
            otherwise=otherwise, default=default, required=table.flag("required"), prefix=table.string("prefix"),
            cut=table.flag("cut"), longest=rule.longest, blank=table.strings("blank"),
            yes=table.strings("yes") or self.yes, no=table.strings("no") or self.no,
            decimal=table.one_of("decimal", (".", ","), self.decimal), currency=self.currency,
            country=(table.string("country") or self.country).upper(),
            negative=None if rule.negative else Negative(table.one_of("negative", tuple(Negative), self.negative)),
            dates=self.forms(table, "dates") or self.dates, swapped=table.flag("swapped_up_to_12"),
            ago=table.one_of("ago", ("", "months", "days", "years"), ""),
            times=self.forms(table, "times") or self.times, time=self.column(table, "time"), zone=self.zone,
        )  # fmt: skip

    def _check_words(self, table: Table, rule: FieldRule, constants: list[str], results: list[str]) -> None:
        """Whatever the mapping itself puts into a column must be fit for it."""
        problem, wanted = _unfit(rule, results)
        if problem:
            raise IntakeTrouble(
                "MAPPING_BAD_VALUE",
                file=table.file,
                at=table.at(problem),
                key=problem,
                where=table.where,
                wanted=wanted,
            )
        if rule.kind is Kind.MONEY and constants:
            table.amount("value")
        if rule.kind is Kind.DATE and constants:
            try:
                dt.date.fromisoformat(constants[0])
            except ValueError:
                raise table.bad("value", 'a date such as "2026-01-31"') from None

    def _patterns(self, table: Table) -> tuple[Pattern, ...]:
        spec = table.take("patterns", [])
        if not isinstance(spec, list) or any(not isinstance(one, list) or len(one) != 2 for one in spec):
            raise table.bad("patterns", 'a list such as [["bill|charge", "BILLING"]]')
        found = []
        for expression, word in spec:
            try:
                re.compile(str(expression))
            except re.error as error:
                raise IntakeTrouble(
                    "MAPPING_BAD_PATTERN", file=table.file, at=table.at(str(expression)), where=table.where,
                    value=str(expression), why=str(error),
                ) from None  # fmt: skip
            found.append(Pattern(expression=str(expression), word=str(word)))
        return tuple(found)

    def conditions(self, table: Table) -> tuple[Condition, ...]:
        """The conditions of `when`, which must all hold."""
        return tuple(self._condition(one) for one in table.tables("when"))

    def _condition(self, table: Table) -> Condition:
        column = self._column_of(table)
        if column is None:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key="column")
        said = [key for key in table.keys() if key in ("is", "in", "not", "blank")]  # noqa: SIM118
        if len(said) != 1:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key="is")
        blank = table.flag("blank") if "blank" in said else None
        words = tuple(word for key in ("is", "in", "not") for word in table.strings(key))
        table.take("blank")
        table.done()
        return Condition(where=table.where, column=column, words=words, negated=blank is True or said == ["not"])

    def column(self, table: Table, key: str) -> Column | None:
        """The column that a key names."""
        spec = table.take(key)
        if spec is None:
            return None
        if isinstance(spec, str):
            return Column(title=spec)
        if not isinstance(spec, dict):
            raise table.bad(key, "the name of a column")
        inner = table.inside(spec, key)
        column = self._column_of(inner)
        inner.done()
        return column

    def _column_of(self, table: Table) -> Column | None:
        title, position = table.string("column"), table.whole("position", 0, most=10_000)
        names = [file.name for file in self.files]
        file = table.one_of("file", ["", *names], "") if names else table.string("file")
        optional = table.flag("optional")
        if not title and not position:
            return None
        return Column(title=title, position=position, file=file, optional=optional)

    # ── Small things ─────────────────────────────────────────────────────────────────────────────────────────

    def forms(self, table: Table, key: str) -> tuple[str, ...]:
        """Forms of dates or times."""
        forms = table.strings(key)
        for form in forms:
            try:
                check_form(form)
            except UnknownForm as error:
                raise table.bad(key, f"a form such as %Y-%m-%d ({error})") from None
        return forms

    def _zone(self, table: Table) -> str:
        zone = table.string("time_zone", "UTC")
        try:
            zoneinfo.ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise table.bad("time_zone", "a time zone such as America/New_York") from None
        return zone

    def needs_currency(self) -> None:
        """Refuse a mapping with amounts and no currency."""
        if not self.currency:
            raise IntakeTrouble("MAPPING_NEEDS_CURRENCY", file=self.top.file)


def _unfit(rule: FieldRule, results: list[str]) -> tuple[str, str]:
    """The first word that the column cannot hold, and what it can; both blank where all is well."""
    rules: dict[Kind, tuple[Callable[[str], bool], str]] = {
        Kind.WORD: (lambda word: word in rule.words, "one of " + ", ".join(rule.words)),
        Kind.TEXT: (
            lambda word: not rule.longest or len(word) <= rule.longest,
            f"at most {rule.longest} characters long",
        ),
        Kind.CODE: (lambda word: len(word) == 2 and word.isalpha(), "two letters"),
        Kind.YES_NO: (lambda word: word in ("true", "false"), "true or false"),
        Kind.WHOLE: (lambda word: word.isascii() and word.isdigit() and len(word) < 10, "a whole number"),
    }
    fits, wanted = rules.get(rule.kind, (lambda _word: True, ""))
    return next(((word, wanted) for word in results if not fits(word)), ("", ""))
