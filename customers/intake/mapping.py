"""Reads a mapping file. Every mistake in it is a sentence that names the file, the line and the cure."""

import datetime as dt
import re
import tomllib
from dataclasses import replace
from decimal import Decimal

from customers.choices import (
    ProductKind,
)
from customers.intake import toml_reader
from customers.intake.fields import (
    COMPLAINT_FIELDS,
    CUSTOMER_FIELDS,
    FACT_KINDS,
    INTERACTION_FIELDS,
    LONGEST_FACT,
    SUBSCRIPTION_FIELDS,
    FieldRule,
)
from customers.intake.mapping_values import Values
from customers.intake.specs import (
    Complaint,
    Contract,
    Customer,
    File,
    IntakeMapping,
    Interaction,
    Kind,
    Product,
    Share,
    Subscription,
    Value,
)
from customers.intake.toml_reader import Table
from customers.intake.trouble import IntakeTrouble

LARGEST_MAPPING = 256 * 1024


_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def read_mapping(*, text: str, file_name: str) -> IntakeMapping:
    """Read and check a mapping. Raises IntakeTrouble."""
    if len(text) > LARGEST_MAPPING:
        raise IntakeTrouble("TOO_BIG", file=file_name, size=f"{len(text) // 1024} KB", limit="256 KB")
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise IntakeTrouble("MAPPING_NOT_TOML", file=file_name, why=str(error)) from None
    except RecursionError:
        raise IntakeTrouble("MAPPING_NOT_TOML", file=file_name, why="it is nested too deeply") from None
    return _Mapping(toml_reader.top(data, file=file_name, text=text)).read()


class _Mapping(Values):
    """Reads one mapping."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.products: dict[str, Product] = {}
        self.account: Value | None = None

    def read(self) -> IntakeMapping:
        """The whole mapping."""
        top = self.top
        title, about = top.string("title"), top.string("about")
        as_of = top.take("as_of")
        if as_of is not None and (isinstance(as_of, dt.datetime) or not isinstance(as_of, dt.date)):
            raise top.bad("as_of", "a date such as 2026-01-31, without quotation marks")
        self.files = self._files(top)
        self.products = self._products(top)
        customer = self._customer(top)
        subscriptions = tuple(self._subscription(table) for table in top.tables("subscription"))
        complaints = tuple(self._complaint(table) for table in top.tables("complaint"))
        interactions = tuple(self._interaction(table) for table in top.tables("interaction"))
        top.done()
        if customer is None and not (subscriptions or complaints or interactions):
            raise IntakeTrouble("MAPPING_EMPTY", file=top.file)
        return IntakeMapping(
            file_name=top.file, title=title or top.file, about=about, text=top.text, currency=self.currency,
            country=self.country, as_of=as_of, files=self.files, products=self.products, customer=customer,
            subscriptions=subscriptions, complaints=complaints, interactions=interactions,
        )  # fmt: skip

    # ── Files ────────────────────────────────────────────────────────────────────────────────────────────────

    def _files(self, top: Table) -> tuple[File, ...]:
        files: list[File] = []
        for table in top.tables("file"):
            name = table.string("name") or "rows"
            names = [file.name for file in files]
            if name in names:
                raise table.bad("name", "another name than the files before")
            joins = table.string("joins")
            if joins and joins not in names:
                raise table.bad("joins", "the name of a file above" + (": " + ", ".join(names) if names else ""))
            key = self.column(table, "key")
            if joins and key is None:
                raise IntakeTrouble("MAPPING_MISSING_KEY", file=top.file, where=table.where, key="key")
            delimiter = table.string("delimiter")
            if len(delimiter) > 1 or delimiter in ('"', "\n", "\r"):
                raise table.bad("delimiter", 'one character such as ";"')
            files.append(
                File(
                    name=name,
                    match=table.string("match"),
                    joins=joins,
                    key=key,
                    to=self.column(table, "to") or key,
                    ignore=table.flag("ignore"),
                    unmatched=table.one_of("unmatched", ("refuse", "ignore"), "refuse"),
                    encoding=table.string("encoding"),
                    delimiter=delimiter,
                    blank=self.blank,
                )
            )
            table.done()
        if all(file.joins or file.ignore for file in files):
            files.insert(0, File(name="rows", blank=self.blank))
        return tuple(files)

    def _base(self, table: Table) -> str:
        bases = [file.name for file in self.files if not file.joins and not file.ignore]
        return table.one_of("from", bases, bases[0])

    # ── What a row makes ─────────────────────────────────────────────────────────────────────────────────────

    def _products(self, top: Table) -> dict[str, Product]:
        found = {}
        all_products = top.table("product")
        for code in list(all_products.keys()) if all_products else ():
            table = all_products.table(code) if all_products else None
            if table is None or not 0 < len(code) <= 40:  # pragma: no branch
                continue
            name = table.needed("name")
            if not 0 < len(name) <= 80:
                raise table.bad("name", "a text of 1 to 80 characters")
            found[code] = Product(
                code=code, name=name, kind=table.one_of("kind", ProductKind.values, ProductKind.OTHER),
                list_price=table.amount("list_price") or Decimal(0),
                margin_percent=table.whole("margin_percent", 60, most=100),
            )  # fmt: skip
            self.needs_currency()
            table.done()
        return found

    def _customer(self, top: Table) -> Customer | None:
        table = top.table("customer")
        if table is None:
            return None
        self.needs_currency()
        base = self._base(table)
        account = self.needed(table, "account", FieldRule(Kind.TEXT, 40))
        self.account = account
        fields = self.fields(table, CUSTOMER_FIELDS)
        left = self.value(table, "left", FieldRule(Kind.YES_NO))
        name = self.value(table, "name", FieldRule(Kind.TEXT, 200))
        facts: dict[str, Value] = {}
        facts_table = table.table("facts")
        for key in list(facts_table.keys()) if facts_table else ():
            assert facts_table is not None
            if not _NAME.fullmatch(key):
                raise facts_table.bad(key, "a name of small letters, digits and _")
            facts[key] = self._fact(facts_table, key)
        if facts_table:
            facts_table.done()
        table.done()
        return Customer(base=base, account=account, fields=fields, facts=facts, left=left, name=name)

    def _fact(self, table: Table, key: str) -> Value:
        spec = table.take(key)
        kind = spec.get("type", "text") if isinstance(spec, dict) else "text"
        if kind not in FACT_KINDS:
            raise table.bad(key, "a column, with a type of " + ", ".join(FACT_KINDS))
        if kind == "money" and not key.endswith("_minor"):
            raise table.bad(key, "named with _minor at the end, because amounts are kept in cents")
        value = self.value(table, key, FieldRule(FACT_KINDS[kind], LONGEST_FACT, negative=True))
        assert value is not None
        return replace(value, longest=10**9) if value.kind is Kind.WHOLE else value

    def _subscription(self, table: Table) -> Subscription:
        self.needs_currency()
        base = self._base(table)
        product_kind = ""
        product_spec = table.take("product")
        if isinstance(product_spec, dict) and "kind" in product_spec:
            product_kind = str(product_spec["kind"])
            if product_kind not in ProductKind.values:
                raise table.bad("product", "of a kind " + ", ".join(ProductKind.values))
            product = self.needed(table, "product", FieldRule(Kind.TEXT, 40))
        else:
            if isinstance(product_spec, str) and product_spec in self.products:
                table.put("product", {"value": product_spec})
            known = tuple(self.products)
            product = self.needed(table, "product", FieldRule(Kind.WORD, words=known))
        line_spec = table.take("line")
        if isinstance(line_spec, str):
            # A line is nearly always named in the mapping itself, so a bare text stands for itself here.
            table.put("line", {"value": line_spec})
        line = self.needed(table, "line", FieldRule(Kind.TEXT, 80))
        account = self._account_of(table)
        share, contract = self._share(table), self._contract(table)
        fields = self.fields(
            table, {name: rule for name, rule in SUBSCRIPTION_FIELDS.items() if name != "price" or not share}
        )
        found = Subscription(
            base=base, where=table.where, account=account, line=line, product=product,
            product_kind=product_kind, when=self.conditions(table), share=share, contract=contract, fields=fields,
        )  # fmt: skip
        table.take("price")
        table.done()
        return found

    def _account_of(self, table: Table) -> Value:
        """The account that a row belongs to: the table's own, else the customer's."""
        account = self.value(table, "account", FieldRule(Kind.TEXT, 40)) or self.account
        if account is None:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key="account")
        return replace(account, required=True)

    def _share(self, table: Table) -> Share | None:
        spec = table.take("price")
        if not isinstance(spec, dict) or "of" not in spec:
            return None
        inner = table.inside(spec, "price")
        bill = self.value(inner, "of", FieldRule(Kind.MONEY))
        assert bill is not None
        share = Share(bill=replace(bill, required=True), at_most=inner.amount("at_most"))
        inner.done()
        return share

    def _contract(self, table: Table) -> Contract | None:
        spec = table.take("contract")
        if spec is None:
            return None
        if not isinstance(spec, dict) or not isinstance(spec.get("months"), dict):
            raise table.bad("contract", 'such as {column = "Contract", months = {"One year" = 12}}')
        inner = table.inside(
            {**{key: one for key, one in spec.items() if key != "months"}, "words": spec["months"]}, "contract"
        )
        value = self.from_table(inner, FieldRule(Kind.WHOLE, 120))
        inner.done()
        return Contract(months=value)

    def _complaint(self, table: Table) -> Complaint:
        base = self._base(table)
        account = self.value(table, "account", FieldRule(Kind.TEXT, 40))
        number = self.needed(table, "number", FieldRule(Kind.TEXT, 40))
        opened = self.needed(table, "opened_at", FieldRule(Kind.MOMENT))
        fields = self.fields(table, COMPLAINT_FIELDS)
        if "subject" not in fields:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key="subject")
        found = Complaint(
            base=base, where=table.where, number=number, opened=opened, account=account,
            when=self.conditions(table), fields=fields,
        )  # fmt: skip
        table.done()
        return found

    def _interaction(self, table: Table) -> Interaction:
        base = self._base(table)
        account = self._account_of(table)
        occurred = self.needed(table, "occurred_at", FieldRule(Kind.MOMENT))
        source = self.value(table, "source", FieldRule(Kind.TEXT, 80))
        fields = self.fields(table, INTERACTION_FIELDS)
        for key in ("kind", "title"):
            if key not in fields:
                raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key=key)
        if "amount" in fields:
            self.needs_currency()
        found = Interaction(
            base=base, where=table.where, account=account, occurred=occurred, source=source,
            when=self.conditions(table), fields=fields,
        )  # fmt: skip
        table.done()
        return found
