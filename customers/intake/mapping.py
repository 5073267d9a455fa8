"""Reads a mapping file. Every mistake in it is a sentence that names the file, the line and the cure."""

import datetime as dt
import re
import tomllib
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import phonenumbers
from babel.numbers import list_currencies

from customers.choices import (
    ComplaintKind,
    ComplaintStatus,
    CustomerKind,
    InteractionKind,
    ProductKind,
    SubscriptionState,
)
from customers.intake import toml_reader
from customers.intake.moments import UnknownForm, check_form
from customers.intake.specs import (
    Column,
    Complaint,
    Condition,
    Contract,
    Customer,
    File,
    IntakeMapping,
    Interaction,
    Kind,
    Negative,
    Pattern,
    Product,
    Share,
    Subscription,
    Value,
)
from customers.intake.toml_reader import Table
from customers.intake.trouble import IntakeTrouble

# What nothing else says: a text that is one of these is yes or no.
YES = ("Yes", "Y", "True", "T", "1")
NO = ("No", "N", "False", "F", "0")

LARGEST_MAPPING = 256 * 1024


@dataclass(frozen=True)
class _Field:
    """How a column of the desk is written: its kind, how long it may be, and the only words it may have."""

    kind: Kind
    longest: int = 0
    words: tuple[str, ...] = ()
    negative: bool = False


CUSTOMER_FIELDS = {
    "kind": _Field(Kind.WORD, words=tuple(CustomerKind.values)),
    "given_name": _Field(Kind.TEXT, 80),
    "family_name": _Field(Kind.TEXT, 120),
    "phone": _Field(Kind.PHONE),
    "other_phone": _Field(Kind.PHONE),
    "email": _Field(Kind.EMAIL, 254),
    "street": _Field(Kind.TEXT, 120),
    "town": _Field(Kind.TEXT, 80),
    "region": _Field(Kind.TEXT, 80),
    "postcode": _Field(Kind.TEXT, 16),
    "country": _Field(Kind.CODE, 2),
    "jurisdiction": _Field(Kind.TEXT, 16),
    "language": _Field(Kind.TEXT, 12),
    "currency": _Field(Kind.CURRENCY),
    "since": _Field(Kind.DATE),
    "left_on": _Field(Kind.DATE),
    "left_reason": _Field(Kind.TEXT, 120),
    "balance": _Field(Kind.MONEY, negative=True),
    "past_due": _Field(Kind.MONEY),
    "autopay": _Field(Kind.YES_NO),
    "payment_method": _Field(Kind.TEXT, 40),
    "paid_until": _Field(Kind.DATE),
    "care_needed": _Field(Kind.YES_NO),
    "do_not_offer": _Field(Kind.YES_NO),
    "fraud_watch": _Field(Kind.YES_NO),
    "staff_line": _Field(Kind.YES_NO),
}
SUBSCRIPTION_FIELDS = {
    "state": _Field(Kind.WORD, words=tuple(SubscriptionState.values)),
    "quantity": _Field(Kind.WHOLE, 1000),
    "note": _Field(Kind.TEXT, 120),
    "service_number": _Field(Kind.PHONE),
    "started_on": _Field(Kind.DATE),
    "ends_on": _Field(Kind.DATE),
    "price": _Field(Kind.MONEY),
    "promotion": _Field(Kind.MONEY),
    "promotion_ends_on": _Field(Kind.DATE),
    "promotion_name": _Field(Kind.TEXT, 80),
    "bundle": _Field(Kind.MONEY),
    "contract_ends_on": _Field(Kind.DATE),
    "exit_fee_monthly": _Field(Kind.MONEY),
    "device_balance": _Field(Kind.MONEY),
}
COMPLAINT_FIELDS = {
    "kind": _Field(Kind.WORD, words=tuple(ComplaintKind.values)),
    "subject": _Field(Kind.TEXT, 200),
    "status": _Field(Kind.WORD, words=tuple(ComplaintStatus.values)),
    "channel": _Field(Kind.TEXT, 40),
    "on_behalf": _Field(Kind.YES_NO),
    "town": _Field(Kind.TEXT, 80),
    "region": _Field(Kind.TEXT, 80),
    "postcode": _Field(Kind.TEXT, 16),
    "closed_at": _Field(Kind.MOMENT),
    "resolution": _Field(Kind.TEXT, 200),
}
INTERACTION_FIELDS = {
    "kind": _Field(Kind.WORD, words=tuple(InteractionKind.values)),
    "title": _Field(Kind.TEXT, 120),
    "detail": _Field(Kind.TEXT, 300),
    "amount": _Field(Kind.MONEY, negative=True),
}
FACT_KINDS = {
    "text": Kind.TEXT, "yes_no": Kind.YES_NO, "whole": Kind.WHOLE, "number": Kind.NUMBER, "money": Kind.MONEY,
    "date": Kind.DATE,
}  # fmt: skip
LONGEST_FACT = 500
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


class _Mapping:
    """Reads one mapping; what is said at the top is the default of every value."""

    def __init__(self, table: Table) -> None:
        self.top = table
        self.currency = table.string("currency").upper()
        if self.currency and self.currency not in list_currencies():
            raise table.bad("currency", "a currency such as USD")
        self.country = table.string("country").upper()
        if self.country and self.country not in phonenumbers.SUPPORTED_REGIONS:
            raise table.bad("country", "a country such as US")
        self.decimal = table.one_of("decimal", (".", ","), ".")
        self.negative = Negative(table.one_of("negative", tuple(Negative), Negative.REFUSE))
        self.blank = table.strings("blank")
        self.yes = table.strings("yes") or YES
        self.no = table.strings("no") or NO
        self.dates = self._forms(table, "dates") or ("%Y-%m-%d",)
        self.times = self._forms(table, "times") or ("%H:%M:%S", "%H:%M")
        self.zone = self._zone(table)
        self.files: tuple[File, ...] = ()
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
            key = self._column(table, "key")
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
                    to=self._column(table, "to") or key,
                    ignore=table.flag("ignore"),
                    unmatched=table.one_of("unmatched", ("refuse", "ignore"), "refuse"),
                    encoding=table.string("encoding"),
                    delimiter=delimiter,
                    blank=self.blank,
                )  # fmt: skip
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
            self._needs_currency()
            table.done()
        return found

    def _customer(self, top: Table) -> Customer | None:
        table = top.table("customer")
        if table is None:
            return None
        self._needs_currency()
        base = self._base(table)
        account = self._needed(table, "account", _Field(Kind.TEXT, 40))
        self.account = account
        fields = self._fields(table, CUSTOMER_FIELDS)
        left = self._value(table, "left", _Field(Kind.YES_NO))
        name = self._value(table, "name", _Field(Kind.TEXT, 200))
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
        value = self._value(table, key, _Field(FACT_KINDS[kind], LONGEST_FACT, negative=True))
        assert value is not None
        return replace(value, longest=10**9) if value.kind is Kind.WHOLE else value

    def _subscription(self, table: Table) -> Subscription:
        self._needs_currency()
        base = self._base(table)
        product_kind = ""
        product_spec = table.take("product")
        if isinstance(product_spec, dict) and "kind" in product_spec:
            product_kind = str(product_spec["kind"])
            if product_kind not in ProductKind.values:
                raise table.bad("product", "of a kind " + ", ".join(ProductKind.values))
            product = self._needed(table, "product", _Field(Kind.TEXT, 40))
        else:
            if isinstance(product_spec, str) and product_spec in self.products:
                table.put("product", {"value": product_spec})
            known = tuple(self.products)
            product = self._needed(table, "product", _Field(Kind.WORD, words=known))
        line_spec = table.take("line")
        if isinstance(line_spec, str):
            # A line is nearly always named in the mapping itself, so a bare text stands for itself here.
            table.put("line", {"value": line_spec})
        line = self._needed(table, "line", _Field(Kind.TEXT, 80))
        account = self._value(table, "account", _Field(Kind.TEXT, 40)) or self.account
        if account is None:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key="account")
        share, contract = self._share(table), self._contract(table)
        fields = self._fields(
            table, {name: rule for name, rule in SUBSCRIPTION_FIELDS.items() if name != "price" or not share}
        )
        found = Subscription(
            base=base, where=table.where, account=replace(account, required=True), line=line, product=product,
            product_kind=product_kind, when=self._conditions(table), share=share, contract=contract, fields=fields,
        )  # fmt: skip
        table.take("price")
        table.done()
        return found

    def _share(self, table: Table) -> Share | None:
        spec = table.take("price")
        if not isinstance(spec, dict) or "of" not in spec:
            return None
        inner = table.inside(spec, "price")
        bill = self._value(inner, "of", _Field(Kind.MONEY))
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
        value = self._from_table(inner, _Field(Kind.WHOLE, 120))
        inner.done()
        return Contract(months=value)

    def _complaint(self, table: Table) -> Complaint:
        base = self._base(table)
        account = self._value(table, "account", _Field(Kind.TEXT, 40))
        number = self._needed(table, "number", _Field(Kind.TEXT, 40))
        opened = self._needed(table, "opened_at", _Field(Kind.MOMENT))
        fields = self._fields(table, COMPLAINT_FIELDS)
        if "subject" not in fields:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key="subject")
        found = Complaint(
            base=base, where=table.where, number=number, opened=opened, account=account,
            when=self._conditions(table), fields=fields,
        )  # fmt: skip
        table.done()
        return found

    def _interaction(self, table: Table) -> Interaction:
        base = self._base(table)
        account = self._value(table, "account", _Field(Kind.TEXT, 40)) or self.account
        if account is None:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key="account")
        occurred = self._needed(table, "occurred_at", _Field(Kind.MOMENT))
        source = self._value(table, "source", _Field(Kind.TEXT, 80))
        fields = self._fields(table, INTERACTION_FIELDS)
        for key in ("kind", "title"):
            if key not in fields:
                raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key=key)
        if "amount" in fields:
            self._needs_currency()
        found = Interaction(
            base=base, where=table.where, account=replace(account, required=True), occurred=occurred, source=source,
            when=self._conditions(table), fields=fields,
        )  # fmt: skip
        table.done()
        return found

    # ── Values ───────────────────────────────────────────────────────────────────────────────────────────────

    def _fields(self, table: Table, rules: Mapping[str, _Field]) -> dict[str, Value]:
        found = {}
        for name, rule in rules.items():
            value = self._value(table, name, rule)
            if value is not None:
                found[name] = value
        return found

    def _needed(self, table: Table, key: str, rule: _Field) -> Value:
        value = self._value(table, key, rule)
        if value is None:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key=key)
        return replace(value, required=True)

    def _value(self, table: Table, key: str, rule: _Field) -> Value | None:
        spec = table.take(key)
        if spec is None:
            return None
        if isinstance(spec, str):
            spec = {"column": spec}
        if not isinstance(spec, dict):
            raise table.bad(key, 'the name of a column, or a table such as {value = "US"}')
        inner = table.inside(spec, key)
        value = self._from_table(inner, rule)
        inner.done()
        return value

    def _from_table(self, table: Table, rule: _Field) -> Value:
        table.take("type"), table.take("kind")
        column = self._column_of(table)
        constant = table.string("value")
        if column is None and not constant:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key="column")
        words, patterns = table.words("words"), self._patterns(table)
        if rule.words and column is not None and not words and not patterns:
            # The file already speaks the desk's codes; any other word is still refused.
            words = {word: word for word in rule.words}
        otherwise = table.string("else") if "else" in table.keys() else table.take("else")  # noqa: SIM118
        default = table.string("default") if "default" in table.keys() else table.take("default")  # noqa: SIM118
        self._check_words(table, rule, [constant] if column is None else [], words, patterns, otherwise, default)
        if words and default is not None and rule.kind not in (Kind.TEXT, Kind.WORD):
            raise table.bad("default", "left out where there are words")
        return Value(
            where=table.where, kind=rule.kind, column=column, constant=constant, words=words, patterns=patterns,
            otherwise=otherwise, default=default, required=table.flag("required"), prefix=table.string("prefix"),
            cut=table.flag("cut"), longest=rule.longest, blank=table.strings("blank"),
            yes=table.strings("yes") or self.yes, no=table.strings("no") or self.no,
            decimal=table.one_of("decimal", (".", ","), self.decimal), currency=self.currency,
            country=(table.string("country") or self.country).upper(),
            negative=None if rule.negative else Negative(table.one_of("negative", tuple(Negative), self.negative)),
            dates=self._forms(table, "dates") or self.dates, swapped=table.flag("swapped_up_to_12"),
            ago=table.one_of("ago", ("", "months", "days", "years"), ""),
            times=self._forms(table, "times") or self.times, time=self._column(table, "time"), zone=self.zone,
        )  # fmt: skip

    def _check_words(
        self, table: Table, rule: _Field, constants: list[str], words: dict[str, str] | None,
        patterns: tuple[Pattern, ...], otherwise: str | None, default: str | None,
    ) -> None:  # fmt: skip
        results = [*constants, *(words or {}).values(), *(one.word for one in patterns)]
        results += [one for one in (otherwise, default) if one]
        if rule.words:
            for word in results:
                if word not in rule.words:
                    raise IntakeTrouble(
                        "MAPPING_BAD_VALUE", file=table.file, at=table.at(word), key=word, where=table.where,
                        wanted="one of " + ", ".join(rule.words),
                    )  # fmt: skip
        elif rule.kind in (Kind.TEXT, Kind.CODE) and rule.longest:
            for word in results:
                if len(word) > rule.longest:
                    raise table.bad("value", f"at most {rule.longest} characters long")
        elif rule.kind is Kind.YES_NO:
            for word in results:
                if word not in ("true", "false"):
                    raise table.bad("words", "true or false for every word")
        elif rule.kind is Kind.WHOLE:
            for word in results:
                if not word.isascii() or not word.isdigit():
                    raise table.bad("words" if words else "value", "whole numbers")
        elif rule.kind is Kind.MONEY and constants:
            table.amount("value")
        elif rule.kind is Kind.DATE and constants:
            try:
                dt.date.fromisoformat(constants[0])
            except ValueError:
                raise table.bad("value", 'a date such as "2026-01-31"') from None

    def _patterns(self, table: Table) -> tuple[Pattern, ...]:
        spec = table.take("patterns", [])
        if not isinstance(spec, list) or any(not isinstance(one, list) or len(one) != 2 for one in spec):
            raise table.bad("patterns", 'a list such as [["bill|charge", "BILLING"]]')
        found = []
        for expression, word in spec:
            try:
                re.compile(str(expression))
            except re.error as error:
                raise IntakeTrouble(
                    "MAPPING_BAD_PATTERN", file=table.file, at=table.at(str(expression)), where=table.where,
                    value=str(expression), why=str(error),
                ) from None  # fmt: skip
            found.append(Pattern(expression=str(expression), word=str(word)))
        return tuple(found)

    def _conditions(self, table: Table) -> tuple[Condition, ...]:
        return tuple(self._condition(one) for one in table.tables("when"))

    def _condition(self, table: Table) -> Condition:
        column = self._column_of(table)
        if column is None:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key="column")
        said = [key for key in table.keys() if key in ("is", "in", "not", "blank")]  # noqa: SIM118
        if len(said) != 1:
            raise IntakeTrouble("MAPPING_MISSING_KEY", file=table.file, where=table.where, key="is")
        blank = table.flag("blank") if "blank" in said else None
        words = tuple(word for key in ("is", "in", "not") for word in table.strings(key))
        table.take("blank")
        table.done()
        return Condition(where=table.where, column=column, words=words, negated=blank is True or said == ["not"])

    def _column(self, table: Table, key: str) -> Column | None:
        spec = table.take(key)
        if spec is None:
            return None
        if isinstance(spec, str):
            return Column(title=spec)
        if not isinstance(spec, dict):
            raise table.bad(key, "the name of a column")
        inner = table.inside(spec, key)
        column = self._column_of(inner)
        inner.done()
        return column

    def _column_of(self, table: Table) -> Column | None:
        title, position = table.string("column"), table.whole("position", 0, most=10_000)
        names = [file.name for file in self.files]
        file = table.one_of("file", ["", *names], "") if names else table.string("file")
        optional = table.flag("optional")
        if not title and not position:
            return None
        return Column(title=title, position=position, file=file, optional=optional)

    # ── Small things ─────────────────────────────────────────────────────────────────────────────────────────

    def _forms(self, table: Table, key: str) -> tuple[str, ...]:
        forms = table.strings(key)
        for form in forms:
            try:
                check_form(form)
            except UnknownForm as error:
                raise table.bad(key, f"a form such as %Y-%m-%d ({error})") from None
        return forms

    def _zone(self, table: Table) -> str:
        zone = table.string("time_zone", "UTC")
        try:
            zoneinfo.ZoneInfo(zone)
        except (ValueError, OSError):
            raise table.bad("time_zone", "a time zone such as America/New_York") from None
        return zone

    def _needs_currency(self) -> None:
        if not self.currency:
            raise IntakeTrouble("MAPPING_NEEDS_CURRENCY", file=self.top.file)


def used_columns(values: Iterable[Value | Condition]) -> list[Column]:
    """Every column that these read."""
    found: list[Column] = []
    for value in values:
        if value.column:
            found.append(value.column)
        if isinstance(value, Value) and value.time:
            found.append(value.time)
    return found
