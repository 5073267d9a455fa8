"""The rows of one base file as SQL: every value and condition is worked out once, as a column of the base's own table.

Three layers: trimmed texts (`t0_5`), from them values and conditions (`v3`, `h1`), from both the word whether the row
is refused. The outermost is kept as a temporary table; what enters is read from that.
"""

from collections.abc import Iterable
from dataclasses import replace

from customers.intake.layout import Layout
from customers.intake.specs import Condition, IntakeMapping, Value
from customers.intake.sql_text import quoted
from customers.intake.values import Cell, Expression, Fault, entering, express, holds


class RowSql:
    """What the rows of one base say. `as_of` is the day, in ISO form, from which "months ago" counts."""

    def __init__(self, mapping: IntakeMapping, layout: Layout, base: str, *, as_of: str) -> None:
        self.mapping = mapping
        self.layout = layout
        self.base = base
        self.as_of = f"date {quoted(as_of)}"
        self.table = f"intake_rows_{layout.by_name[base].number}"
        self.file = layout.by_name[base]
        self._values: dict[str, tuple[str, Expression]] = {}
        self._columns: dict[str, str] = {}

    @property
    def has_customers(self) -> bool:
        """Each row is a customer, whose id is the row's own column."""
        return self.mapping.customer is not None and self.mapping.customer.base == self.base

    def find(self, value: Value) -> Cell | None:
        """Where a value stands."""
        return self.layout.find(value.column, self.base) if value.column else None

    def name(self, value: Value) -> str:
        """The column that a value is worked out as, with its sign and without its default."""
        return self._value(value)[0]

    def of(self, value: Value) -> str:
        """The SQL with which a value enters."""
        return entering(value, f"b.{self._value(value)[0]}")

    def faults(self, value: Value, condition: str = "true") -> list[Fault]:
        """What may be wrong with a value, where a condition holds."""
        return [guard(fault, condition) for fault in self._value(value)[1].faults]

    def holds(self, conditions: Iterable[Condition]) -> str:
        """The column of conditions that must all hold; `true` where there are none."""
        parts = [holds(one, find=lambda column: self.layout.find(column, self.base)) for one in conditions]
        return self._column("h", " AND ".join(parts)) if parts else "true"

    def left_on(self) -> str | None:
        """The SQL of the day a customer left: its own column, else the day that the files speak of."""
        customer = self.mapping.customer
        if not self.has_customers or customer is None:
            return None
        day = self.of(customer.fields["left_on"]) if "left_on" in customer.fields else None
        if customer.left is None:
            return day
        then = f"coalesce({day}, {self.as_of})" if day else self.as_of
        return f"(CASE WHEN {self.of(customer.left)} THEN {then} END)"

    def customer_id(self, account: Value | None) -> tuple[str, str]:
        """The SQL of the customer's id for a row, and the joins that it needs."""
        if self.has_customers:
            return "b.id", ""
        if account is None:
            return "NULL::bigint", ""
        key = f"desk_account_key({self.of(account)})"
        joins = f"LEFT JOIN customers_customer AS c ON c.account_key = {key}"
        customer = self.mapping.customer
        if customer is None:
            return "c.id", joins
        rows = f"intake_rows_{self.layout.by_name[customer.base].number}"
        return "coalesce(f.id, c.id)", f"LEFT JOIN {rows} AS f ON f.k = {key} {joins}"

    def account_faults(self, account: Value | None, condition: str) -> list[Fault]:
        """Rows that name a customer whom nobody knows."""
        if account is None or self.has_customers:
            return []
        name = self.name(account)
        key, customer = f"desk_account_key({name})", self.mapping.customer
        unknown = f"NOT EXISTS (SELECT FROM customers_customer AS c WHERE c.account_key = {key})"
        if customer:
            rows = f"intake_rows_{self.layout.by_name[customer.base].number}"
            unknown += f" AND NOT EXISTS (SELECT FROM {rows} AS f WHERE f.k = {key})"
        fault = Fault("UNKNOWN_ACCOUNT", f"({name} IS NOT NULL AND {unknown})", {}, self.find(account))
        return [guard(fault, condition)]

    # ── The layers ───────────────────────────────────────────────────────────────────────────────────────────

    def worked_out(self, only: str = "") -> str:
        """The second layer: texts, values and conditions of every row, or of those whose lines `only` selects."""
        columns = [f"{sql} AS {name}" for name, sql in self._columns.items()]
        texts = self.layout.texts_sql(self.base, only)
        return f"SELECT {', '.join(['t.*', *columns])} FROM ({texts}) AS t OFFSET 0"

    def make_table(self, faults: Iterable[Fault]) -> str:
        """The third layer, kept: values, conditions, and whether the row is refused; with customers, whose it is."""
        bad = " OR ".join(fault.when for fault in faults) or "false"
        names = ["line", *self._columns, f"coalesce({bad}, false) AS bad"]
        source = f"FROM ({self.worked_out()}) AS x"
        if self.has_customers:
            names += [
                "x.k",
                "coalesce(k.id, nextval('customers_customer_id_seq')) AS id",
                "k.id IS NOT NULL AS known",
            ]
            source += " LEFT JOIN customers_customer AS k ON k.account_key = x.k"
            names = [f"x.{name}" if name == "line" or name in self._columns else name for name in names]
        return f"CREATE TEMP TABLE {self.table} ON COMMIT DROP AS SELECT {', '.join(names)} {source}"

    def _value(self, value: Value) -> tuple[str, Expression]:
        # The same reading of the same column, wherever the mapping asks for it, is worked out once.
        key = repr(replace(value, where=""))
        if key not in self._values:
            # The base's number keeps the columns of two bases apart where one asks the other for its customers.
            name = f"v{self.file.number}_{len(self._values)}"
            found = express(value, name, find=lambda column: self.layout.find(column, self.base), as_of=self.as_of)
            self._columns[name] = found.sql
            self._values[key] = (name, found)
        return self._values[key]

    def _column(self, letter: str, sql: str) -> str:
        for name, have in self._columns.items():
            if have == f"({sql})":
                return name
        name = f"{letter}{self.file.number}_{len(self._columns)}"
        self._columns[name] = f"({sql})"
        return name


def guard(fault: Fault, condition: str) -> Fault:
    """A fault that counts only where the condition holds."""
    if condition == "true":
        return fault
    return Fault(fault.code, f"({condition} AND {fault.when})", fault.facts, fault.cell)
