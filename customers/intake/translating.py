"""From a mapping to queries: what is checked on a base's rows, and what becomes a row of which table."""

from collections.abc import Iterable

from customers.intake.layout import Layout
from customers.intake.row_sql import RowSql
from customers.intake.specs import Column, Complaint, Condition, IntakeMapping, Interaction, Kind, Negative, Value
from customers.intake.sql_text import quoted
from customers.intake.targets import Target, Unique, filled
from customers.intake.translating_lines import Lines
from customers.intake.values import Fault, told_amount


class Base:
    """One base file of an intake: everything that the mapping makes of its rows.

    Faults are gathered when it is made, which also tells the layout which columns are read.
    """

    def __init__(self, mapping: IntakeMapping, layout: Layout, name: str, *, as_of: str) -> None:
        self.name = name
        self.mapping = mapping
        self.rows = RowSql(mapping, layout, name, as_of=as_of)
        self.customer = mapping.customer if self.rows.has_customers else None
        specs = [one for one in mapping.subscriptions if one.base == name]
        self.lines = Lines(self.rows, specs) if specs else None
        self._complaints = [one for one in mapping.complaints if one.base == name]
        self._interactions = [one for one in mapping.interactions if one.base == name]
        self.unique: list[Unique] = []
        self.faults = _once(self._faults())
        # Asked for once, so that every column is known before the files are read.
        self.shown = self._shown()
        self.family_name = self._names()["family_name"] if self.customer and self._names() else ""

    @property
    def makes_something(self) -> bool:
        """The mapping makes something of this file's rows."""
        return bool(self.customer or self.lines or self._complaints or self._interactions)

    def account_key(self) -> str:
        """The look-up key of the account, over the staged columns alone."""
        assert self.customer is not None
        account = self.customer.account
        cell = self.rows.find(account)
        if cell is None or cell.file != self.rows.file.number:
            return "''"
        return f"desk_account_key({quoted(account.prefix)} || c{cell.sql.split('_')[1]})"

    # ── Customers ────────────────────────────────────────────────────────────────────────────────────────────

    def customers(self) -> Target:
        """The rows for `customers_customer`."""
        assert self.customer is not None
        given = self._customer_columns()
        columns = filled("customers_customer", given)
        updated = [name for name in given if name not in ("account_number", "currency")]
        merged = {}
        facts = self._facts()
        if facts:
            # jsonb travels as a version byte and its text.
            columns["facts"] = f"('\\x01'::bytea || convert_to({facts}, 'UTF8'))"
            names = ", ".join(quoted(name) for name in self.customer.facts)
            # Nearly always they are what they were, and to see that is cheaper than to merge them.
            same = f"k.facts = {facts}::jsonb"
            merged["facts"] = f"(CASE WHEN {same} THEN k.facts ELSE (k.facts - ARRAY[{names}]) || {facts}::jsonb END)"
            updated.append("facts")
        return Target(
            name="customers", table="customers_customer", columns={"id": "b.id", **columns}, updated=updated,
            rows=f"FROM {self.rows.table} AS b", match="b.known AND k.id = b.id", merged=merged, stamps=True,
        )  # fmt: skip

    def _customer_columns(self) -> dict[str, str]:
        customer, rows = self.customer, self.rows
        assert customer is not None
        names = {
            "since": "customer_since", "balance": "balance_minor", "past_due": "past_due_minor",
            "language": "languages",
        }  # fmt: skip
        found = {"account_number": rows.of(customer.account)}
        for name, value in customer.fields.items():
            found[names.get(name, name)] = rows.of(value)
        if "languages" in found:
            found["languages"] = f"array_remove(ARRAY[({found['languages']})::varchar], NULL)"
        found |= self._names()
        left = rows.left_on()
        if left:
            found["left_on"] = left
        found["currency"] = quoted(self.mapping.currency)
        credit = self._credit()
        if credit:
            found["balance_minor"] = f"coalesce({found.get('balance_minor', '0')}, 0) + {credit}"
        return found

    def _names(self) -> dict[str, str]:
        """Given and family name; of a whole name the last word is the family name, unless a comma says otherwise."""
        customer = self.customer
        if customer is None:
            return {}
        if customer.name is None:
            return {
                name: self.rows.of(customer.fields[name])
                for name in ("given_name", "family_name")
                if name in customer.fields
            }
        whole = self.rows.of(customer.name)
        comma = f"{whole} LIKE '%,%'"
        return {
            "given_name": f"left(CASE WHEN {comma} THEN btrim(split_part({whole}, ',', 2)) "
            f"ELSE btrim(regexp_replace({whole}, '\\S+$', '')) END, 80)",
            "family_name": f"left(CASE WHEN {comma} THEN btrim(split_part({whole}, ',', 1)) "
            f"ELSE regexp_replace({whole}, '^.*\\s', '') END, 120)",
        }

    def _credit(self) -> str:
        """What negative charges, kept as credit, take off the balance."""
        found: dict[Column, str] = {}
        for one in self.lines.specs if self.lines else ():
            value = one.share.bill if one.share else one.fields.get("price")
            if value and value.negative is Negative.KEEP_AS_CREDIT and value.column:
                found[value.column] = f"least(coalesce(b.{self.rows.name(value)}, 0), 0)"
        return " + ".join(found.values())

    def _facts(self) -> str:
        """The SQL of the facts as JSON text. Building jsonb value by value is dear, so it is put together as text;
        blank facts are left out.
        """
        assert self.customer is not None
        parts = [_fact(name, self.rows.of(value), value) for name, value in self.customer.facts.items()]
        return f"('{{' || substr({' || '.join(parts)}, 2) || '}}')" if parts else ""

    def family_names(self) -> str:
        """A query for the family names of the rows; empty where there are none."""
        name = self.family_name
        return f"SELECT DISTINCT desk_fold({name}) FROM {self.rows.table} AS b WHERE {name} <> ''" if name else ""

    # ── Complaints, interactions ─────────────────────────────────────────────────────────────────────────────

    def complaints(self) -> list[Target]:
        """The rows for `customers_complaint`."""
        return [self._complaint(one) for one in self._complaints]

    def _complaint(self, one: Complaint) -> Target:
        rows = self.rows
        who, joins = rows.customer_id(one.account)
        given = {name: rows.of(value) for name, value in one.fields.items()}
        given["number"], given["opened_at"] = rows.of(one.number), rows.of(one.opened)
        if one.account or rows.has_customers:
            given["customer_id"] = who
        if "closed_at" in given:
            status = given.get("status", "NULL")
            given["closed_at"] = f"CASE WHEN ({status}) IN ('SOLVED', 'CLOSED') THEN {given['closed_at']} END"
        columns = filled("customers_complaint", given)
        # What was closed at the desk is not opened again by a file that has not heard of it.
        merged: dict[str, str] = {
            name: f"CASE WHEN k.closed_by_id IS NOT NULL THEN k.{name} ELSE {columns[name]} END"
            for name in ("status", "closed_at", "resolution")
            if name in given
        }
        return Target(
            name="complaints", table="customers_complaint", columns=columns,
            updated=[name for name in given if name != "number"], rows=f"FROM {rows.table} AS b {joins}",
            match=f"k.number = {columns['number']}", when=_in_table(rows.holds(one.when)), merged=merged,
        )  # fmt: skip

    def interactions(self) -> list[Target]:
        """The rows for `customers_interaction`, which is append-only: a known entry is never touched."""
        return [self._interaction(one) for one in self._interactions]

    def _interaction(self, one: Interaction) -> Target:
        rows = self.rows
        who, joins = rows.customer_id(one.account)
        given = {name: rows.of(value) for name, value in one.fields.items() if name != "amount"}
        given["customer_id"], given["occurred_at"] = who, rows.of(one.occurred)
        if "amount" in one.fields:
            given["amount_minor"] = rows.of(one.fields["amount"])
        if one.source:
            given["source_key"] = rows.of(one.source)
        else:
            # An entry without a name of its own is known by what it says.
            told = ", ".join(f"({given[name]})::text" for name in sorted(given) if name != "customer_id")
            given["source_key"] = f"'md5:' || md5(concat_ws(chr(31), {told}))"
        columns = filled("customers_interaction", given)
        inner = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
        key = ", ".join(str(list(columns).index(name) + 1) for name in ("customer_id", "source_key"))
        return Target(
            name="interactions", table="customers_interaction",
            columns={name: f"r.{name}" for name in columns}, updated=[],
            rows=f"FROM (SELECT DISTINCT ON ({key}) {inner} FROM {rows.table} AS b {joins} "
            f"WHERE {_in_table(rows.holds(one.when))} ORDER BY {key}, b.line) AS r",
            match="k.customer_id = r.customer_id AND k.source_key = r.source_key",
        )  # fmt: skip

    # ── Checks ───────────────────────────────────────────────────────────────────────────────────────────────

    def _faults(self) -> list[Fault]:
        faults: list[Fault] = []
        rows, customer = self.rows, self.customer
        if customer:
            faults += [one for one in rows.faults(customer.account) if one.code != "BLANK"]
            for value in (*customer.fields.values(), *customer.facts.values(), customer.left, customer.name):
                faults += rows.faults(value) if value else []
            cell = rows.find(customer.account)
            faults.append(Fault("BLANK", "coalesce(x.k, '') = ''", {}, cell))
            shown = rows.name(customer.account)
            self.unique.append(Unique("b.k", f"b.{shown}", Fault("DUPLICATE_ID", "", {}, cell)))
        if self.lines:
            faults += self.lines.faults()
        for complaint in self._complaints:
            values = [complaint.number, complaint.opened, *complaint.fields.values()]
            faults += self._guarded([*values, *([complaint.account] if complaint.account else [])], complaint.when)
            faults += rows.account_faults(complaint.account, rows.holds(complaint.when))
            self._only_once(complaint.number, None)
            if "closed_at" in complaint.fields:
                closed = complaint.fields["closed_at"]
                when = f"{rows.name(closed)} < {rows.name(complaint.opened)}"
                faults.append(Fault("ENDS_BEFORE_START", when, {}, rows.find(closed)))
        for entry in self._interactions:
            values = [entry.account, entry.occurred, *entry.fields.values(), *([entry.source] if entry.source else [])]
            faults += self._guarded(values, entry.when)
            faults += rows.account_faults(entry.account, rows.holds(entry.when))
            if entry.source:
                self._only_once(entry.source, entry.account)
        return faults

    def _only_once(self, value: Value, within: Value | None) -> None:
        name = self.rows.name(value)
        key = f"b.{name}" if within is None else f"(b.{self.rows.name(within)} || chr(31) || b.{name})"
        self.unique.append(Unique(key, f"b.{name}", Fault("DUPLICATE_ID", "", {}, self.rows.find(value))))

    def _guarded(self, values: Iterable[Value], when: tuple[Condition, ...]) -> list[Fault]:
        condition = self.rows.holds(when)
        return [fault for value in values for fault in self.rows.faults(value, condition)]

    # ── Preview ──────────────────────────────────────────────────────────────────────────────────────────────

    def _shown(self) -> dict[str, str]:
        """What a preview shows: the SQL of each value under its name in the mapping."""
        shown: dict[str, str] = {}
        customer = self.customer
        if customer:
            values = {
                "account": customer.account,
                **({"name": customer.name} if customer.name else {}),
                **customer.fields,
            }
            shown |= {name: self._told(value) for name, value in values.items()}
            if customer.left:
                shown["left_on"] = f"({self.rows.left_on()})::text"
        if self.lines:
            shown["products"] = self.lines.told()
        if customer:
            shown |= {name: self._told(value) for name, value in customer.facts.items()}
        for complaint in self._complaints:
            values = {"number": complaint.number, "opened_at": complaint.opened, **complaint.fields}
            values |= {"account": complaint.account} if complaint.account else {}
            shown |= {name: self._told(value) for name, value in values.items()}
        for entry in self._interactions:
            values = {"account": entry.account, "occurred_at": entry.occurred, **entry.fields}
            shown |= {name: self._told(value) for name, value in values.items()}
        return shown

    def _told(self, value: Value) -> str:
        sql = self.rows.of(value)
        if value.kind is Kind.MONEY:
            return told_amount(f"({sql})", value.currency)
        return f"({sql})::text"


def _in_table(condition: str) -> str:
    return condition if condition == "true" else f"b.{condition}"


def _once(faults: list[Fault]) -> list[Fault]:
    found: dict[tuple[str, str], Fault] = {}
    for fault in faults:
        found.setdefault((fault.code, fault.when), fault)
    return list(found.values())


def _fact(name: str, sql: str, value: Value) -> str:
    label = f',"{name}":'
    if value.kind is Kind.YES_NO:
        return (
            f"CASE {sql} WHEN true THEN {quoted(label + 'true')} WHEN false THEN {quoted(label + 'false')} ELSE '' END"
        )
    if value.kind in (Kind.WHOLE, Kind.MONEY, Kind.NUMBER):
        return f"coalesce({quoted(label)} || ({sql})::text, '')"
    if value.kind is Kind.DATE:
        return f"coalesce({quoted(label)} || '\"' || ({sql})::text || '\"', '')"
    return f"coalesce({quoted(label)} || to_json({sql})::text, '')"
