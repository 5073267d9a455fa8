"""Rows made from a row that is there: copies with some columns changed, whatever other columns the table has."""

from collections.abc import Mapping, Sequence

from django.db.backends.utils import CursorWrapper

Value = str | int | None


def reserve(cursor: CursorWrapper, table: str, count: int) -> int:
    """Set `count` ids of the table aside; the first of them."""
    cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
    first = int(cursor.fetchone()[0])
    cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, first + count])
    return first


def copy(
    cursor: CursorWrapper, table: str, source: int, *, count: int, values: Sequence[Value] = (), **changes: str
) -> None:
    """Add `count` copies of the row `source`. `changes` name SQL for a column, in which `n` counts from 0."""
    changed = ", ".join(f"'{column}', {text}" for column, text in changes.items())
    names = [*columns_of(cursor, table)]
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(f'r.{name}' for name in names)}"
        f" FROM {table} t CROSS JOIN generate_series(0, %s - 1) AS n "
        f" CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object({changed})) AS r WHERE t.id = %s",
        [count, *values, source],
    )


def columns_of(cursor: CursorWrapper, table: str) -> dict[str, str]:
    """The table's columns in their order, each with its type."""
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return dict(cursor.fetchall())


def insert_like(cursor: CursorWrapper, table: str, source: int, changes: Mapping[str, str]) -> str:
    """An INSERT of a row like `source`, every value written out but those of `changes`; the id is the table's own."""
    columns = [name for name in columns_of(cursor, table) if name != "id"]
    wanted = ", ".join(f"format('%%L', {name})" for name in columns)
    cursor.execute(f"SELECT {wanted} FROM {table} WHERE id = %s", [source])
    written = [changes.get(name, value) for name, value in zip(columns, cursor.fetchone(), strict=True)]
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(written)})"
