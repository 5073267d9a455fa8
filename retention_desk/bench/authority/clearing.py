"""Puts the database back to how it was before a run, so that the next one meets the same tables.

Done as the superuser of the benchmark's own server with its walls set aside: nothing else may ever delete these rows.
"""

from typing import Any

import psycopg
from psycopg import sql

# Rows that acts change instead of adding them, and what they are known by.
CHANGED = {"offers_budgetcounter": "id", "customers_audithead": "shard"}
_COUNTED = """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.atttypid = 'bigint'::regtype
      AND pg_get_serial_sequence(c.relname, 'id') IS NOT NULL"""


_NOTHING = sql.SQL("")


class Clearing:
    """How the database stands when this is made is how `clear` leaves it."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("SET session_replication_role = replica")
        self._marks: dict[str, int] = {}
        for (table,) in self._connection.execute(_COUNTED).fetchall():
            self._marks[str(table)] = self._newest(str(table))
        for table in CHANGED:
            self._run("CREATE TABLE {copy} AS SELECT * FROM {table}", table=table)
            self._run("GRANT SELECT ON {copy} TO PUBLIC", table=table)
        self._since = self._connection.execute("SELECT clock_timestamp()").fetchone()

    def clear(self) -> None:
        """Take away what was added since, and undo what was changed."""
        touched = [table for table, mark in self._marks.items() if self._newest(table) > mark]
        with self._connection.transaction():
            for table in touched:
                self._run("DELETE FROM {table} WHERE id > %s", self._marks[table], table=table)
            self._run("DELETE FROM {table} WHERE recorded_at > %s", *(self._since or ()), table="customers_usedkey")
            for table, key in CHANGED.items():
                self._put_back(table, key)
        for table in (*touched, *CHANGED, "customers_usedkey"):
            self._run("VACUUM {table}", table=table)

    def _put_back(self, table: str, key: str) -> None:
        names = [
            str(row[0])
            for row in self._connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
            ).fetchall()
        ]
        changes = sql.SQL(", ").join(sql.SQL("{0} = b.{0}").format(sql.Identifier(name)) for name in names)
        self._run(
            "UPDATE {table} t SET {changes} FROM {copy} b WHERE b.{key} = t.{key} AND b.* IS DISTINCT FROM t.*",
            table=table, key=key, changes=changes,
        )  # fmt: skip
        self._run(
            "DELETE FROM {table} t WHERE NOT EXISTS (SELECT FROM {copy} b WHERE b.{key} = t.{key})",
            table=table, key=key,
        )  # fmt: skip

    def _newest(self, table: str) -> int:
        row = self._run("SELECT coalesce(max(id), 0) FROM {table}", table=table).fetchone()
        assert row is not None
        return int(row[0])

    def _run(
        self, text: str, *values: Any, table: str, key: str = "id", changes: sql.Composable = _NOTHING
    ) -> psycopg.Cursor[Any]:
        names = {"table": table, "copy": f"bench_{table}", "key": key}
        parts = {name: sql.Identifier(value) for name, value in names.items()}
        return self._connection.execute(sql.SQL(text).format(**parts, changes=changes), values or None)
