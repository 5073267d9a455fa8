"""A table of a mapping file, read key by key: types, closed lists and unknown keys are refused with a sentence."""

import difflib
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from customers.intake.trouble import IntakeTrouble


class Table:
    """One TOML table and its place in the file. Every key must be taken before `done` is called."""

    def __init__(self, data: dict[str, Any], *, where: str, file: str, text: str) -> None:
        self._data = dict(data)
        self._taken: list[str] = []
        self.where = where
        self.file = file
        self.text = text

    def keys(self) -> Iterable[str]:
        """The keys that are written down."""
        return self._data.keys()

    def take(self, key: str, default: Any = None) -> Any:
        """The value as TOML has it."""
        self._taken.append(key)
        return self._data.get(key, default)

    def put(self, key: str, value: Any) -> None:
        """Let a short form of a value stand in its long form."""
        self._data[key] = value

    def string(self, key: str, default: str = "") -> str:
        """A text; numbers are taken as they are written."""
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise self.bad(key, "a text")
        return str(value)

    def needed(self, key: str) -> str:
        """A text that must be there."""
        if key not in self._data:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=self.file, where=self.where, key=key)
        return self.string(key)

    def one_of(self, key: str, words: Iterable[str], default: str) -> str:
        """A word of a closed list."""
        value, known = self.string(key, default), list(words)
        if value not in known:
            raise self.bad(key, "one of " + ", ".join(word for word in known if word))
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self.take(key, default)
        if not isinstance(value, bool):
            raise self.bad(key, "true or false")
        return value

    def whole(self, key: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
        """A whole number within bounds."""
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.bad(key, f"a whole number from {least} to {most}")
        return value

    def amount(self, key: str, default: str | None = None) -> Decimal | None:
        """An amount of money in whole units, as a text such as "20.00"; None when it is not there."""
        value = self.take(key, default)
        if value is None:
            return None
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            raise self.bad(key, 'an amount such as "20.00"') from None
        if isinstance(value, bool) or not amount.is_finite() or not 0 <= amount < 10**9:
            raise self.bad(key, 'an amount such as "20.00", not below zero')
        return amount

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of texts; a single one may stand alone."""
        value = self.take(key, [])
        values = value if isinstance(value, list) else [value]
        if any(isinstance(one, bool) or not isinstance(one, str | int | Decimal) for one in values):
            raise self.bad(key, "a text or a list of texts")
        return tuple(str(one) for one in values)

    def words(self, key: str) -> dict[str, str] | None:
        """A table from text to text."""
        if key not in self._data:
            return None
        value = self.take(key)
        plain = isinstance(value, dict) and all(isinstance(one, str | int | bool) for one in value.values())
        if not plain or not value:
            raise self.bad(key, 'a table such as {Yes = "true", No = "false"}')
        return {word: _as_word(to) for word, to in value.items()}

    def table(self, key: str) -> "Table | None":
        """A table inside of this one."""
        if key not in self._data:
            return None
        value = self.take(key)
        if not isinstance(value, dict):
            raise self.bad(key, f"a table [{key}]")
        return self.inside(value, key)

    def tables(self, key: str) -> Iterator["Table"]:
        """A list of tables inside of this one, counted from 1."""
        value = self.take(key, [])
        values = value if isinstance(value, list) else [value]
        for number, one in enumerate(values, 1):
            if not isinstance(one, dict):
                raise self.bad(key, f"tables [[{key}]]")
            yield self.inside(one, key if len(values) == 1 else f"{key} {number}")

    def inside(self, data: dict[str, Any], key: str) -> "Table":
        """A table whose place is below this one."""
        where = f"{self.where}.{key}" if self.where != _TOP else key
        return Table(data, where=where, file=self.file, text=self.text)

    def done(self) -> None:
        """Refuse what nobody asked for: a misspelt key must not be silently without effect."""
        for key in self._data:
            if key not in self._taken:
                known = sorted(set(self._taken))
                near = difflib.get_close_matches(key, known, n=1)
                raise IntakeTrouble(
                    "MAPPING_UNKNOWN_KEY", file=self.file, at=self.at(key), key=key, where=self.where,
                    known=", ".join([*near, *(one for one in known if one not in near)]),
                )  # fmt: skip

    def bad(self, key: str, wanted: str) -> IntakeTrouble:
        """The trouble with a value of the wrong form."""
        return IntakeTrouble(
            "MAPPING_BAD_VALUE", file=self.file, at=self.at(key), key=key, where=self.where, wanted=wanted
        )

    def at(self, word: str) -> str:
        """Where a word stands in the file, as `, line 7`; TOML's reader does not keep lines, so it is looked for."""
        last_name = self.where.split(".")[-1].split(" ")[0]
        first = 0
        lines = self.text.splitlines()
        for number, line in enumerate(lines):
            if re.match(rf"\s*\[+\s*(.*\.)?{re.escape(last_name)}\s*\]+", line):
                first = number
                break
        for number in [*range(first, len(lines)), *range(first)]:
            if re.search(rf"(^|[\s{{,\"'\[.]){re.escape(word)}([\"']|\s*[=\].])", lines[number]):
                return f", line {number + 1}"
        return ""


_TOP = "the mapping"


def top(data: dict[str, Any], *, file: str, text: str) -> Table:
    """The whole file as a table."""
    return Table(data, where=_TOP, file=file, text=text)


def _as_word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
