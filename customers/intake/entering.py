"""The second of two connections: the one that writes, in the caller's transaction.

New rows are copied straight into the live table: COPY writes many rows at a time, where INSERT ... ON CONFLICT takes
one by one and costs twice as much. Known rows that differ go through a temporary table and one UPDATE; rows that say
what is known already are not sent at all. A row that somebody adds in between meets the unique index, and the whole
intake is taken back with a plain word.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from customers.intake.specs import Product
from customers.intake.staging import Connection
from customers.intake.targets import TYPES, Target
from customers.intake.values import minor_factor

_PIECE = 256 * 1024
OnRows = Callable[[int], None]


@dataclass
class Counts:
    """What became of the rows for one table."""

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    ended: int = 0


def enter(staging: Connection, target: Target, *, may_be_known: bool, on_rows: OnRows) -> Counts:
    """Write a target's rows. `may_be_known` False spares the look at rows that cannot be there yet."""
    counts = Counts()
    stamps = ", created_at, changed_at" if target.stamps else ""
    names = list(target.columns)
    values = ", ".join(target.columns.values()) + (", desk_now(), desk_now()" if target.stamps else "")
    new = f"{target.rows} WHERE {target.when}"
    if may_be_known:
        new += f" AND NOT EXISTS (SELECT FROM {target.table} AS k WHERE {target.match})"
    counts.inserted = _pipe(
        staging,
        f"SELECT {values} {new}",
        f"{target.table} ({', '.join(names)}{stamps})",
        on_rows,
    )
    if not may_be_known:
        return counts
    rows = staging.execute(f"SELECT count(*) {target.rows} WHERE {target.when}").fetchone()
    counts.changed = _change(staging, target, on_rows) if target.updated else 0
    counts.unchanged = (int(rows[0]) if rows else 0) - counts.inserted - counts.changed
    return counts


def _change(staging: Connection, target: Target, on_rows: OnRows) -> int:
    types = TYPES[target.table]
    values = {name: f"({target.merged.get(name, target.columns[name])})::{types[name][0]}" for name in target.updated}
    differs = f"({', '.join(values.values())}, 0) IS DISTINCT FROM ({', '.join(f'k.{name}' for name in values)}, 0)"
    table = f"intake_changed_{target.name}"
    columns = ", ".join(f"{name} {types[name][0]}" for name in values)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(f"CREATE TEMP TABLE {table} (id bigint, {columns}) ON COMMIT DROP")
        changed = _pipe(
            staging,
            f"SELECT k.id, {', '.join(values.values())} {_known(target)} AND {differs}",
            f"pg_temp.{table} (id, {', '.join(values)})",
            on_rows,
        )
        if changed:
            sets = ", ".join(f"{name} = s.{name}" for name in values)
            stamp = ", changed_at = desk_now()" if target.stamps else ""
            cursor.execute(f"UPDATE {target.table} AS t SET {sets}{stamp} FROM pg_temp.{table} AS s WHERE t.id = s.id")
    return changed


def _known(target: Target) -> str:
    return f"{target.rows} JOIN {target.table} AS k ON {target.match} WHERE {target.when}"


def end_lines(staging: Connection, query: str, *, on: str) -> int:
    """End the lines whose ids the query finds, as of the day `on`."""
    ids = [row[0] for row in staging.execute(query)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_subscription SET state = 'ENDED', ends_on = least(ends_on, %s::date) WHERE id = ANY(%s)",
            [on, ids],
        )
    return len(ids)


def add_products(
    products: dict[str, Product], named: list[tuple[str, str, str]], *, currency: str
) -> tuple[list[tuple[str, int]], int]:
    """Add the products that the price list lacks, and answer every product's code and id, and how many were added.

    A product that is there stays as it is: the price list belongs to the administrator, not to a file.
    """
    rows = [
        (one.code, one.kind, one.name, int(one.list_price * minor_factor(currency)), currency, one.margin_percent)
        for one in products.values()
    ]
    rows += [(code, kind, name, 0, currency, 60) for code, kind, name in named if code not in products]
    with connection.cursor() as cursor:
        added = 0
        for row in rows:
            cursor.execute(
                """INSERT INTO customers_product (code, kind, name, list_price_minor, currency, margin_percent, active)
                   VALUES (%s, %s, %s, %s, %s, %s, true) ON CONFLICT (code) DO NOTHING""",
                row,
            )
            added += cursor.rowcount
        cursor.execute("SELECT code, id FROM customers_product WHERE code = ANY(%s)", [[row[0] for row in rows]])
        return [(str(code), int(found)) for code, found in cursor.fetchall()], added


def _pipe(staging: Connection, query: str, into: str, on_rows: OnRows) -> int:
    """Stream a query of the first connection into a table of the second, both busy at once; answers how many rows."""
    with connection.cursor() as cursor:
        with (
            staging.cursor() as source,
            source.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as rows,
            _copy_in(cursor, into) as write,
        ):
            piece = bytearray()
            for done, row in enumerate(rows, 1):
                piece += row
                if len(piece) >= _PIECE:
                    write(bytes(piece))
                    piece.clear()
                    on_rows(done)
            write(bytes(piece))
        return int(cursor.rowcount)


@contextmanager
def _copy_in(cursor: object, into: str) -> Iterator[Callable[[bytes], None]]:
    with cursor.copy(f"COPY {into} FROM STDIN (FORMAT binary)") as copy:  # type: ignore[attr-defined]
        yield copy.write
