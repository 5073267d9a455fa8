"""The SQL that is too long for a Python string: files in `customers/sql`, with the table of people filled in."""

import functools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from psycopg import RawCursor

NEVER_BY_ITSELF = 1_000_000
_PARAMETER = re.compile(r"%\((\w+)\)s")
_FOLDER = Path(__file__).parent / "sql"


@functools.cache
def statement(name: str) -> str:
    """The text of `customers/sql/<name>.sql`."""
    table = connection.ops.quote_name(get_user_model()._meta.db_table)
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8").replace("{user}", table)


def as_json(value: Mapping[str, object] | None) -> str | None:
    """JSON text of a parameter; dates and times as ISO 8601."""
    return None if value is None else json.dumps(value, cls=DjangoJSONEncoder)


class _Prepared(ServerBindingCursor, RawCursor):
    """Planning one of the long statements costs as much as running it; the server plans it once a connection.

    Nor are its parameters looked for each time, which psycopg would do in a text that is too long for it to keep.
    """

    def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
        text, names = _numbered(query)
        return super().execute(text, [params[name] for name in names], prepare=True)


@functools.cache
def _numbered(text: str) -> tuple[str, tuple[str, ...]]:
    """The statement with the server's own `$1` for `%(name)s`, and the names in their order."""
    names = tuple(dict.fromkeys(_PARAMETER.findall(text)))
    return _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", text).replace("%%", "%"), names


def prepared_cursor() -> CursorWrapper:
    """A cursor for the long statements: bound and prepared by the server, and counted as any other."""
    connection.ensure_connection()
    # Django tells psycopg never to prepare; any number lets those be prepared that ask for it, and only those.
    connection.connection.prepare_threshold = NEVER_BY_ITSELF
    cursor: Any = _Prepared
    raw = cursor(connection.connection)
    return connection.make_debug_cursor(raw) if connection.queries_logged else connection.make_cursor(raw)


def read_row(text: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Run a statement that has one row at most; jsonb comes as text. None when it has no row."""
    with prepared_cursor() as cursor:
        cursor.execute(text, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def read_json(text: str, parameters: Mapping[str, Any]) -> Any:
    """Run a statement whose one column is jsonb; None when it has no row."""
    row = read_row(text, parameters)
    # Django's connections hand jsonb over as text, for its own fields to decode.
    return json.loads(row[0]) if row and row[0] else None
