"""Rows on their way into a table, collected as COPY text in temporary files: memory stays small at any scale."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import IO, Any
from uuid import UUID

from django.db import models
from django.db.backends.utils import CursorWrapper

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_LINES_IN_MEMORY = 4_000
_BLOCK = 1 << 18


def _text(value: str) -> str:
    return value.translate(_ESCAPES)


def _array(value: Sequence[str]) -> str:
    quoted = (str(one).replace("\\", "\\\\").replace('"', '\\"') for one in value)
    return _text("{" + ",".join(f'"{one}"' for one in quoted) + "}")


_to_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def _json(value: Mapping[str, Any]) -> str:
    return _to_json(value).translate(_ESCAPES)


_ENCODERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    bool: lambda value: "t" if value else "f",
    type(None): lambda _value: "\\N",
    datetime: datetime.isoformat,
    date: date.isoformat,
    UUID: str,
    bytes: lambda value: "\\\\x" + value.hex(),
    list: _array,
    tuple: _array,
    dict: _json,
}


def encode(value: object) -> str:
    """One value as COPY's text format wants it."""
    encoder = _ENCODERS.get(type(value))
    if encoder is not None:
        return encoder(value)
    if isinstance(value, str):  # members of TextChoices are strings
        _ENCODERS[type(value)] = _text
        return _text(value)
    raise TypeError(f"no COPY text for {type(value).__name__}")


class Sheet:
    """The rows of one table. Columns that a row does not name get the model's default."""

    def __init__(self, table: str, defaults: Mapping[str, object]) -> None:
        """`defaults` names every column that is written; `...` marks one that each row must name."""
        self.table = table
        self.rows = 0
        self._names = tuple(defaults)
        self._required = {name for name, value in defaults.items() if value is ...}
        self._blank = ["" if value is ... else encode(value) for value in defaults.values()]
        self._plans: dict[tuple[str, ...], tuple[int, ...]] = {}
        self._numbered = "id" in defaults
        self._file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115
        self._lines: list[str] = []

    @classmethod
    def of(cls, model: type[models.Model]) -> "Sheet":
        """A sheet for a model's table, with the model's own defaults."""
        defaults: dict[str, object] = {}
        for field in model._meta.concrete_fields:
            if getattr(field, "generated", False):
                continue
            if field.has_default():
                defaults[field.attname] = field.get_default()
            elif field.has_db_default():
                defaults[field.attname] = field.db_default
            elif field.null:
                defaults[field.attname] = None
            else:
                blank = isinstance(field, models.CharField | models.TextField) and field.blank
                defaults[field.attname] = "" if blank else ...
        return cls(model._meta.db_table, defaults)

    def add(self, **values: object) -> int:
        """Add a row and answer its id: the given one, or the next number. Raises KeyError for wrong columns."""
        self.rows += 1
        if self._numbered and "id" not in values:
            values["id"] = self.rows
        names = tuple(values)
        line = self._blank.copy()
        for place, value in zip(self._plans.get(names) or self._plan(names), values.values(), strict=True):
            line[place] = _ENCODERS.get(type(value), encode)(value)
        self._lines.append("\t".join(line))
        if len(self._lines) >= _LINES_IN_MEMORY:
            self._flush()
        return int(str(values["id"])) if self._numbered else 0

    def _plan(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """Where the values of a row with these columns go; looked up once for each set of columns."""
        if unknown := set(names) - set(self._names):
            raise KeyError(f"{self.table} has no {sorted(unknown)}")
        if missing := self._required - set(names):
            raise KeyError(f"{self.table} needs {sorted(missing)}")
        self._plans[names] = tuple(self._names.index(name) for name in names)
        return self._plans[names]

    def copy(self, cursor: CursorWrapper) -> None:
        """Write all rows into the table and forget them."""
        self._flush()
        self._file.seek(0)
        columns = ", ".join(f'"{name}"' for name in self._names)
        with cursor.copy(f'COPY "{self.table}" ({columns}) FROM STDIN') as copy:
            while block := self._file.read(_BLOCK):
                copy.write(block)
        self._file.close()

    def _flush(self) -> None:
        if self._lines:
            self._file.write("\n".join(self._lines) + "\n")
            self._lines.clear()
