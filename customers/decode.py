"""From the JSON that the database writes to frozen dataclasses, by their type hints.

Keys that no field has are ignored, and what is of the right kind already stays as it is.
"""

import functools
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

Row = TypeVar("Row")


def decode(kind: type[Row], data: Mapping[str, Any]) -> Row:
    """A `kind` from an object whose keys are its field names. KeyError when a field without default is missing."""
    return typing.cast("Row", _reader(typing.cast("typing.Hashable", kind))(data))


@functools.cache
def _reader(hint: typing.Hashable) -> Callable[[Any], Any]:
    """How a value of this type is read."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = _reader(next(one for one in arguments if one is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        inner = _reader(arguments[0])
        return lambda value: tuple(inner(one) for one in value)
    if hint is datetime or hint is date:
        return typing.cast("Callable[[Any], Any]", hint.fromisoformat)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum_reader(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return _row_reader(hint)
    return lambda value: value


def _row_reader(kind: type) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)
    readers = [(field.name, _reader(hints[field.name])) for field in fields(kind) if not field.name.startswith("_")]

    def read(data: Any) -> Any:
        if isinstance(data, kind):
            return data
        return kind(**{name: reader(data[name]) for name, reader in readers})

    return read


def _enum_reader(kind: type[Enum]) -> Callable[[Any], Any]:
    # A code that this version does not know (a newer one wrote it) must not keep anybody from cancelling.
    members = {member.value: member for member in kind}
    fallback = next((members[code] for code in ("OTHER", "UNKNOWN", "NOTE") if code in members), None)

    def read(value: Any) -> Any:
        found = members.get(value, fallback)
        if found is None:
            raise ValueError(f"{value!r} is not a {kind.__name__}")
        return found

    return read
