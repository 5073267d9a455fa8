"""The lines of one base: which products a row has, what each costs, and which known lines have ended since."""

from collections.abc import Mapping

from customers.intake.row_sql import RowSql, guard
from customers.intake.specs import Column, Share, Subscription, Value
from customers.intake.sql_text import any_of, quoted
from customers.intake.targets import SUBSCRIPTION, Target, filled
from customers.intake.values import Fault, minor_factor, told_amount

_MINOR = {
    "price": "list_price_minor", "promotion": "promotion_minor", "bundle": "bundle_minor",
    "exit_fee_monthly": "exit_fee_monthly_minor", "device_balance": "device_balance_minor",
}  # fmt: skip


class Lines:
    """All [[subscription]] tables of one base as one query: a row has each line whose condition holds."""

    def __init__(self, rows: RowSql, specs: list[Subscription]) -> None:
        self.rows = rows
        self.specs = specs
        # Bare names, as the check sees them; `b.` stands before them where lines enter.
        self.conditions = [rows.holds(spec.when) for spec in specs]

    # ── What enters ──────────────────────────────────────────────────────────────────────────────────────────

    def target(self, ids: Mapping[str, int]) -> Target:
        """The rows for `customers_subscription`; `ids` are the products' by code."""
        who, joins = self.rows.customer_id(self.specs[0].account)
        given = [self._columns(spec, ids) for spec in self.specs]
        names = list(dict.fromkeys(name for one in given for name in one))
        columns = filled("customers_subscription", {name: f"l.{name}" for name in [*names, "customer_id"]})
        union = " UNION ALL ".join(
            "SELECT "
            + ", ".join(f"({one.get(name, 'NULL')})::{SUBSCRIPTION[name][0]} AS {name}" for name in names)
            + f" WHERE {_b(condition)}"
            for one, condition in zip(given, self.conditions, strict=True)
        )
        # What was cancelled at the desk stays so until billing has heard of it: the file is older than the call.
        merged = {
            name: f"CASE WHEN k.id IN ({_STANDING}) THEN k.{name} ELSE {columns[name]} END"
            for name in ("state", "ends_on")
        }
        # OFFSET has every line worked out once, and all of them compared at once and not customer by customer.
        lines = (
            f"SELECT {who} AS customer_id, l.* FROM {self.rows.table} AS b {joins} CROSS JOIN LATERAL ({union}) AS l"
        )
        return Target(
            name="lines", table="customers_subscription", columns=columns,
            updated=[name for name in names if name not in ("line_key", "customer_id")],
            rows=f"FROM ({lines} OFFSET 0) AS l",
            match=f"k.customer_id = l.customer_id AND k.line_key = {columns['line_key']}", merged=merged,
        )  # fmt: skip

    def ended(self) -> str | None:
        """A query for lines that this mapping made before and that their row no longer has; None: it cannot tell."""
        keys = [spec.line.constant for spec in self.specs if spec.line.column is None]
        if len(keys) < len(self.specs) or not self.rows.has_customers:
            return None
        still = " OR ".join(
            f"(s.line_key = {quoted(key)} AND {_b(condition)})"
            for key, condition in zip(keys, self.conditions, strict=True)
        )
        return (
            f"SELECT s.id FROM {self.rows.table} AS b JOIN customers_subscription AS s "
            f"ON b.known AND s.customer_id = b.id AND s.line_key IN {any_of(keys)} "
            f"WHERE s.state <> 'ENDED' AND NOT coalesce({still}, false)"
        )

    def told(self) -> str:
        """The lines of a row as one text, for the preview: product and price."""
        parts = []
        for spec, condition in zip(self.specs, self.conditions, strict=True):
            price = self._list_price(spec) or "0"
            shown = told_amount(f"coalesce({price}, 0)", self.rows.mapping.currency)
            parts.append(f"CASE WHEN {_b(condition)} THEN concat_ws(' ', {self._product_name(spec)}, {shown}) END")
        return f"concat_ws(', ', {', '.join(parts)})"

    def _product_name(self, spec: Subscription) -> str:
        product = self.rows.of(spec.product)
        if spec.product_kind:
            return product
        products = self.rows.mapping.products.values()
        return f"CASE {product} {' '.join(f'WHEN {quoted(one.code)} THEN {quoted(one.name)}' for one in products)} END"

    def new_products(self) -> list[str]:
        """Queries for code, kind and name of products that the columns name, where the mapping does not list them."""
        found = []
        for spec, condition in zip(self.specs, self.conditions, strict=True):
            if spec.product_kind:
                name = self.rows.of(spec.product)
                found.append(
                    f"SELECT DISTINCT ON (1) {_code(name)}, {quoted(spec.product_kind)}, left({name}, 80) "
                    f"FROM {self.rows.table} AS b WHERE {_b(condition)} AND {name} IS NOT NULL ORDER BY 1, 3"
                )
        return found

    # ── What is refused ──────────────────────────────────────────────────────────────────────────────────────

    def faults(self) -> list[Fault]:
        """Faults of values where the line is there, of bills that are not shared out, of lines that are there twice."""
        rows = self.rows
        found: list[Fault] = []
        for spec, condition in zip(self.specs, self.conditions, strict=True):
            for value in (spec.account, *_values(spec)):
                found += rows.faults(value, condition)
            found += rows.account_faults(spec.account, condition)
            less = [spec.fields[name] for name in ("promotion", "bundle") if name in spec.fields]
            price = spec.share.bill if spec.share else spec.fields.get("price")
            if less:
                taken = " + ".join(f"coalesce({rows.name(value)}, 0)" for value in less)
                when = f"({taken} > {f'coalesce({rows.name(price)}, 0)' if price else '0'})"
                found.append(guard(Fault("PROMOTION_TOO_HIGH", when, {}, rows.find(less[0])), condition))
        return found + self._twice() + self._left_over()

    def _twice(self) -> list[Fault]:
        found = []
        for place, one in enumerate(self.specs):
            for other_place, other in enumerate(self.specs[:place]):
                if one.line.column is None and other.line.column is None and one.line.constant == other.line.constant:
                    when = f"({self.conditions[place]} AND {self.conditions[other_place]})"
                    cell = self.rows.layout.find(one.when[0].column, self.rows.base) if one.when else None
                    found.append(Fault("DUPLICATE_LINE", when, {"line": one.line.constant}, cell))
        return found

    def _left_over(self) -> list[Fault]:
        """A bill that no product, or more than one, takes the rest of: the lines would not sum up to it."""
        found = []
        for column in dict.fromkeys(spec.share.bill.column for spec in self.specs if spec.share):
            group = self._group(column)
            bill = next(spec.share.bill for spec, _ in group if spec.share)
            rests = [condition for spec, condition in group if spec.share and spec.share.at_most is None]
            takers = " + ".join(f"({condition})::int" for condition in rests) or "0"
            when = f"({takers} > 1 OR ({takers} = 0 AND {self.rows.name(bill)} > {self._fixed(group)}))"
            found.append(Fault("BILL_LEFT_OVER", when, {}, self.rows.find(bill)))
        return found

    # ── Columns ──────────────────────────────────────────────────────────────────────────────────────────────

    def _columns(self, spec: Subscription, ids: Mapping[str, int]) -> dict[str, str]:
        rows = self.rows
        found = {"line_key": rows.of(spec.line), "product_id": self._product(spec, ids)}
        for name, value in spec.fields.items():
            found[_MINOR.get(name, name)] = rows.of(value)
        price = self._list_price(spec)
        if price:
            found["list_price_minor"] = price
        self._add_life(spec, found)
        return found

    def _product(self, spec: Subscription, ids: Mapping[str, int]) -> str:
        product = self.rows.of(spec.product)
        if spec.product.column is None and not spec.product_kind:
            return str(ids[spec.product.constant])
        code = _code(product) if spec.product_kind else product
        whens = " ".join(f"WHEN {quoted(one)} THEN {number}" for one, number in ids.items())
        return f"(CASE {code} {whens} END)" if whens else "NULL"

    def _list_price(self, spec: Subscription) -> str | None:
        if spec.share:
            return self._price(spec, spec.share)
        return self.rows.of(spec.fields["price"]) if "price" in spec.fields else None

    def _add_life(self, spec: Subscription, found: dict[str, str]) -> None:
        """Start, end, state and contract, from what the row says of the customer where the line says nothing."""
        rows, customer = self.rows, self.rows.mapping.customer
        if rows.has_customers and customer and "started_on" not in found and "since" in customer.fields:
            found["started_on"] = rows.of(customer.fields["since"])
        left = rows.left_on()
        if left:
            found["ends_on"] = f"coalesce({left}, {found['ends_on']})" if "ends_on" in found else left
        ends = found.setdefault("ends_on", "NULL::date")
        if "state" not in found:
            found["state"] = (
                f"CASE WHEN {ends} <= {rows.as_of} THEN 'ENDED' WHEN {ends} IS NOT NULL THEN 'ENDING' ELSE 'ACTIVE' END"
            )
        elif left:
            found["state"] = f"CASE WHEN {left} <= {rows.as_of} THEN 'ENDED' ELSE {found['state']} END"
        if spec.contract and "started_on" in found:
            # The first anniversary of the term that is still to come.
            term, start = f"nullif({rows.of(spec.contract.months)}, 0)", found["started_on"]
            months = f"(pg_temp.intake_months({start}, {rows.as_of}) / {term} + 1) * {term}"
            found["contract_ends_on"] = (
                f"(CASE WHEN {ends} IS NULL AND {term} > 0 "
                f"THEN ({start} + make_interval(months => {months}))::date END)"
            )

    def _group(self, column: Column | None) -> list[tuple[Subscription, str]]:
        pairs = zip(self.specs, self.conditions, strict=True)
        return [(spec, condition) for spec, condition in pairs if spec.share and spec.share.bill.column == column]

    def _fixed(self, group: list[tuple[Subscription, str]], before: Subscription | None = None) -> str:
        """What the products with a highest price take together, or those of them before one."""
        parts = ["0"]
        for spec, condition in group:
            if spec is before:
                break
            if spec.share and spec.share.at_most is not None:
                parts.append(f"CASE WHEN {condition} THEN {self._minor(spec.share)} ELSE 0 END")
        return f"({' + '.join(parts)})"

    def _price(self, spec: Subscription, share: Share) -> str:
        bill = self.rows.of(share.bill)
        group = [(one, _b(condition)) for one, condition in self._group(share.bill.column)]
        if share.at_most is None:
            return f"greatest({bill} - {self._fixed(group)}, 0)"
        return f"least({self._minor(share)}, greatest({bill} - {self._fixed(group, before=spec)}, 0))"

    def _minor(self, share: Share) -> int:
        assert share.at_most is not None
        return int(share.at_most * minor_factor(self.rows.mapping.currency))


_STANDING = """SELECT n.subscription_id FROM customers_cancellationline AS n
    WHERE NOT EXISTS (SELECT FROM customers_cancellationundo AS u WHERE u.cancellation_id = n.cancellation_id)"""


def _b(condition: str) -> str:
    return condition if condition == "true" else f"b.{condition}"


def _values(spec: Subscription) -> list[Value]:
    values = [spec.line, spec.product, *spec.fields.values()]
    values += [spec.share.bill] if spec.share else []
    values += [spec.contract.months] if spec.contract else []
    return values


def _code(name: str) -> str:
    return f"upper(left(regexp_replace(btrim({name}), '[^[:alnum:]]+', '-', 'g'), 40))"
