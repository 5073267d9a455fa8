"""The first of two connections: temporary tables of the rows, the checks on them, and the reading of the live tables.

It never writes what stays. Its queries stream translated rows to the connection that does (`entering`), so that
translating and writing use a core each; that is what brings a million customers in within a minute.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import psycopg
from django.db import connection as default_connection
from psycopg.rows import TupleRow

from customers.intake.layout import Layout, StagedFile
from customers.intake.moments import SESSION_FUNCTIONS
from customers.intake.reading import blocks
from customers.intake.refusals import Refusal
from customers.intake.specs import IntakeMapping, Value
from customers.intake.sql_text import quoted
from customers.intake.targets import Unique
from customers.intake.translating import Base
from customers.intake.trouble import IntakeTrouble
from customers.intake.values import Fault

Connection = psycopg.Connection[TupleRow]

_COPY_FORM = r"(FORMAT text, DELIMITER E'\x1f', NULL '')"


@contextmanager
def staging_connection() -> Iterator[Connection]:
    """A connection of its own with one transaction, which is always rolled back: nothing of it may stay."""
    wrapper = default_connection.copy()
    wrapper.ensure_connection()
    raw: Connection = wrapper.connection
    try:
        raw.autocommit = False
        # One reading of the live tables for the whole intake.
        raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        # Staged rows are read more than once: keep what fits in memory, and give sorts and hashes room.
        raw.execute("SET LOCAL temp_buffers = '64MB'")
        raw.execute("SET LOCAL work_mem = '96MB'")
        raw.execute("SET LOCAL jit = off")
        raw.execute("SET LOCAL timezone = 'UTC'")
        raw.execute(SESSION_FUNCTIONS)
        yield raw
    finally:
        try:
            if not raw.closed:
                raw.rollback()
        finally:
            wrapper.close()


class Staging:
    """The temporary tables of one intake."""

    def __init__(self, connection: Connection, layout: Layout, bases: Sequence[Base]) -> None:
        self.connection = connection
        self.layout = layout
        self.bases = bases

    def make_tables(self) -> None:
        """A table for each file with the columns that are used, and one for refusals."""
        customers = next((base for base in self.bases if base.customer), None)
        for file in self.layout.files:
            columns = [f"c{index} text" for index in sorted(file.used)]
            key = ""
            if file.spec.joins:
                key = self.layout.key_of(file)
            elif customers and file.spec.name == customers.name:
                key = customers.account_key()
            if key:
                columns.append(f'k text COLLATE "C" GENERATED ALWAYS AS ({key}) STORED')
            self.connection.execute(
                f"CREATE TEMP TABLE {file.table} (line bigint, {', '.join(columns)}) ON COMMIT DROP"
            )
        self.connection.execute(
            """CREATE TEMP TABLE intake_refusal
               (file int, line bigint, place text, value text, code text, facts text, row_line bigint, told bool)
               ON COMMIT DROP"""
        )

    def fill(
        self,
        file: StagedFile,
        *,
        refuse: Callable[[Refusal], None],
        on_lines: Callable[[int], None],
        first_rows: int = 0,
    ) -> int:
        """Stream a file's rows into its table, or only its first ones; answers how many there are."""
        columns = sorted(file.used)
        names = ", ".join(["line", *(f"c{index}" for index in columns)])
        with self.connection.cursor() as cursor:
            with cursor.copy(f"COPY {file.table} ({names}) FROM STDIN {_COPY_FORM}") as copy:
                for block, line in blocks(file.inspection, columns, refuse=refuse, first_rows=first_rows):
                    if block:
                        copy.write(block)
                    on_lines(line)
            rows = int(cursor.rowcount)
            # How many there are is all that the planner has to know.
            cursor.execute(f"ANALYZE {file.table} (line)")
        return rows

    def check_patterns(self, mapping: IntakeMapping) -> None:
        """Ask the database whether it understands the mapping's regular expressions; its dialect is not Python's."""
        for value in _all_values(mapping):
            for pattern in value.patterns:
                try:
                    with self.connection.transaction():
                        self.connection.execute(f"SELECT '' ~* {quoted(pattern.expression)}")
                except psycopg.errors.InvalidRegularExpression as error:
                    raise IntakeTrouble(
                        "MAPPING_BAD_PATTERN", file=mapping.file_name, where=value.where, value=pattern.expression,
                        why=error.diag.message_primary,
                    ) from None  # fmt: skip

    # ── Checks ───────────────────────────────────────────────────────────────────────────────────────────────

    def check_joins(self, *, unmatched: bool) -> Iterator[Refusal]:
        """Keys that stand twice in a joined file, and (with `unmatched`) keys that no row of its base has; both are
        taken out.
        """
        for file in self.layout.files:
            if file.spec.joins:
                self._find_double_keys(file)
                yield from self._tell(file.table)
        for file in self.layout.files:
            if unmatched and file.spec.joins and file.spec.unmatched == "refuse":
                self._find_unmatched(file)
                yield from self._tell(file.table)

    def _find_double_keys(self, file: StagedFile) -> None:
        self.connection.execute(
            f"""INSERT INTO intake_refusal
                SELECT {file.number}, line, {quoted(file.used[file.key or 0])}, c{file.key}, 'DUPLICATE_KEY',
                       json_build_object('first', first)::text, line, false
                FROM (SELECT *, min(line) OVER (PARTITION BY k) AS first FROM {file.table}
                      WHERE k IN (SELECT k FROM {file.table} GROUP BY k HAVING count(*) > 1)) AS doubled
                WHERE line > first"""
        )

    def _find_unmatched(self, file: StagedFile) -> None:
        there = self.layout.target_key(file)
        base = self.layout.by_name[file.spec.joins]
        self.connection.execute(
            f"""INSERT INTO intake_refusal
                SELECT {file.number}, o.line, {quoted(file.used[file.key or 0])}, o.c{file.key}, 'NOT_JOINED',
                       json_build_object('base', {quoted(file.spec.joins)}::text)::text, o.line, false
                FROM {file.table} AS o WHERE NOT EXISTS (SELECT FROM {base.table} WHERE {there} = o.k)"""
        )

    def work_out(self, base: Base) -> Iterator[Refusal]:
        """Work out every value of a base's rows, and tell all that is wrong with them; `clear` takes those out."""
        rows = base.rows
        self.connection.execute(rows.make_table(base.faults))
        self.connection.execute(f"ANALYZE {rows.table} (line)")
        found = self.connection.execute(f"SELECT count(*) FROM {rows.table} WHERE bad").fetchone()
        if found and found[0] and base.faults:
            cells = [
                f"({fault.when}, {number}, {_where(fault)}, {quoted(fault.code)})"
                for number, fault in enumerate(base.faults)
            ]
            self.connection.execute(
                f"""INSERT INTO intake_refusal
                    SELECT DISTINCT ON (x.line, fault.file, fault.place, fault.code)
                           fault.file, coalesce(fault.row, x.line), fault.place, fault.value, fault.code,
                           fault.number::text, x.line, false
                    FROM ({rows.worked_out(f"SELECT line FROM {rows.table} WHERE bad")}) AS x
                    CROSS JOIN LATERAL (VALUES {", ".join(cells)})
                        AS fault (holds, number, file, row, place, value, code)
                    WHERE fault.holds"""
            )
        for unique in base.unique:
            self._find_doubles(base, unique)
        yield from self._tell(rows.table, base.faults, keep=True)

    def clear(self, base: Base) -> int:
        """Take the refused rows of a base out, so that what is left may enter; answers how many are left."""
        table = base.rows.table
        self.connection.execute(
            f"DELETE FROM {table} AS b USING (SELECT DISTINCT row_line FROM intake_refusal) AS r "
            "WHERE b.line = r.row_line"
        )
        self.connection.execute("DELETE FROM intake_refusal")
        left = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(left[0]) if left else 0

    def _find_doubles(self, base: Base, unique: Unique) -> None:
        cell = unique.fault.cell
        if cell is None:
            return
        table = base.rows.table
        self.connection.execute(
            f"""INSERT INTO intake_refusal
                SELECT {cell.file}, line, {quoted(cell.title)}, shown, {quoted(unique.fault.code)},
                       json_build_object('first', first)::text, line, false
                FROM (SELECT b.line, {unique.shown}::text AS shown,
                             min(b.line) OVER (PARTITION BY {unique.key}) AS first
                      FROM {table} AS b
                      WHERE {unique.key} IN (SELECT {unique.key} FROM {table} AS b WHERE {unique.key} <> '' GROUP BY 1
                                             HAVING count(*) > 1)) AS doubled
                WHERE line > first"""
        )

    def _tell(self, table: str, faults: Sequence[Fault] = (), *, keep: bool = False) -> Iterator[Refusal]:
        """The refusals that nobody has been told of yet; afterwards their rows are gone from `table`, or kept."""
        names = [file.inspection.source.name for file in self.layout.files]
        with self.connection.cursor(name="intake_told") as cursor:
            cursor.itersize = 5000
            cursor.execute(
                "SELECT file, line, place, value, code, facts FROM intake_refusal WHERE NOT told "
                "ORDER BY row_line, file, line"
            )
            for file, line, place, value, code, facts in cursor:
                told = faults[int(facts)].facts if facts.isdigit() else json.loads(facts)
                yield Refusal(file=names[file], line=line, column=place, value=value or "", code=code, facts=dict(told))
        if not keep:
            self.connection.execute(
                f"DELETE FROM {table} AS b USING intake_refusal AS r WHERE NOT r.told AND b.line = r.row_line"
            )
            self.connection.execute("DELETE FROM intake_refusal WHERE NOT told")
        self.connection.execute("UPDATE intake_refusal SET told = true WHERE NOT told")

    def known(self, base: Base) -> int:
        """How many customers of a base are known already."""
        found = self.connection.execute(f"SELECT count(*) FROM {base.rows.table} WHERE known").fetchone()
        return int(found[0]) if found else 0


def _where(fault: Fault) -> str:
    """The file, line, column and value that a fault is told with."""
    if fault.cell is None:
        return "0, line, '', NULL"
    return f"{fault.cell.file}, {fault.cell.line}, {quoted(fault.cell.title)}, {fault.cell.sql}"


def _all_values(mapping: IntakeMapping) -> Iterator[Value]:
    groups: list[Mapping[str, Value]] = [mapping.customer.fields, mapping.customer.facts] if mapping.customer else []
    groups += [one.fields for one in mapping.subscriptions]
    groups += [one.fields for one in mapping.complaints]
    groups += [one.fields for one in mapping.interactions]
    for group in groups:
        yield from group.values()
    for one in mapping.subscriptions:
        yield one.product
