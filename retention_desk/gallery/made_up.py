"""Fills a dataclass with plausible nothing, so that a state names only the facts that make it."""

import functools
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

Row = TypeVar("Row")

# Noon of an ordinary Thursday; what shows a running clock is given its own moment.
MOMENT = datetime(2026, 11, 19, 12, tzinfo=UTC)
_NOTHING: dict[Any, Callable[[], Any]] = {
    str: str,
    int: int,
    bool: bool,
    float: float,
    tuple: tuple,
    frozenset: frozenset,
    dict: dict,
    Mapping: dict,
    datetime: lambda: MOMENT,
    date: MOMENT.date,
    UUID: lambda: UUID(int=0),
}


def made_up(kind: type[Row], /, **given: Any) -> Row:
    """A `kind` with the given fields; the others are empty, or the first of their words. TypeError where none is."""
    hints = _hints(typing.cast("typing.Hashable", kind))
    for one in fields(typing.cast("Any", kind)):
        if one.init and one.name not in given and one.default is MISSING and one.default_factory is MISSING:
            given[one.name] = _nothing(hints[one.name])
    return kind(**given)


@functools.cache
def _hints(kind: typing.Hashable) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _nothing(hint: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return None if type(None) in arguments else _nothing(arguments[0])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    make = _NOTHING.get(origin or hint)
    if make is None:
        raise TypeError(f"there is no empty {hint}")
    return make()
