"""The columns of the desk's tables as intake writes them: type, what a new row has without the mapping, and the query.

A target says where its rows come from and what they hold. `entering` knows how to write one, and nothing of mappings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from customers.intake.values import Fault


@dataclass(frozen=True)
class Target:
    """Rows for one live table.

    `columns` are the SQL of a new row's values by column; `updated` the columns that a known row takes over when they
    differ. `rows` is the FROM clause, `when` the condition of a row, `match` how a row finds
    itself in the live table (`k`). `merged` replaces a column's SQL for known rows.
    """

    name: str
    table: str
    columns: Mapping[str, str]
    updated: Sequence[str]
    rows: str
    match: str
    when: str = "true"
    merged: Mapping[str, str] = field(default_factory=dict)
    stamps: bool = False
    """Has `created_at` and `changed_at`."""


@dataclass(frozen=True)
class Unique:
    """A key that may stand only once in the file: its SQL over the base's table, and the fault of the second row."""

    key: str
    shown: str
    fault: Fault


# Type and default of each column, in the tables' own words.
CUSTOMER = {
    "account_number": ("varchar", "''"), "kind": ("varchar", "'PRIVATE'"), "given_name": ("varchar", "''"),
    "family_name": ("varchar", "''"), "phone": ("varchar", "''"), "other_phone": ("varchar", "''"),
    "email": ("varchar", "''"), "street": ("varchar", "''"), "town": ("varchar", "''"), "region": ("varchar", "''"),
    "postcode": ("varchar", "''"), "country": ("varchar", "''"), "jurisdiction": ("varchar", "''"),
    "languages": ("varchar[]", "'{}'"), "currency": ("varchar", "''"), "customer_since": ("date", "NULL"),
    "left_on": ("date", "NULL"), "left_reason": ("varchar", "''"), "balance_minor": ("bigint", "0"),
    "past_due_minor": ("bigint", "0"), "autopay": ("boolean", "NULL"), "payment_method": ("varchar", "''"),
    "paid_until": ("date", "NULL"), "care_needed": ("boolean", "false"), "do_not_offer": ("boolean", "false"),
    "fraud_watch": ("boolean", "false"), "staff_line": ("boolean", "false"), "facts": ("jsonb", "'{}'"),
}  # fmt: skip
SUBSCRIPTION = {
    "customer_id": ("bigint", "NULL"), "product_id": ("bigint", "NULL"), "line_key": ("varchar", "''"),
    "state": ("varchar", "'ACTIVE'"), "quantity": ("smallint", "1"), "note": ("varchar", "''"),
    "service_number": ("varchar", "''"), "equipment": ("varchar[]", "'{}'"), "started_on": ("date", "NULL"),
    "ends_on": ("date", "NULL"), "list_price_minor": ("bigint", "0"), "promotion_minor": ("bigint", "0"),
    "promotion_ends_on": ("date", "NULL"), "promotion_name": ("varchar", "''"), "bundle_minor": ("bigint", "0"),
    "contract_ends_on": ("date", "NULL"), "exit_fee_monthly_minor": ("bigint", "0"),
    "device_balance_minor": ("bigint", "0"),
}  # fmt: skip
COMPLAINT = {
    "number": ("varchar", "''"), "customer_id": ("bigint", "NULL"), "kind": ("varchar", "'OTHER'"),
    "subject": ("varchar", "''"), "status": ("varchar", "'OPEN'"), "channel": ("varchar", "''"),
    "on_behalf": ("boolean", "false"), "town": ("varchar", "''"), "region": ("varchar", "''"),
    "postcode": ("varchar", "''"), "opened_at": ("timestamptz", "NULL"), "closed_at": ("timestamptz", "NULL"),
    "resolution": ("varchar", "''"),
}  # fmt: skip
INTERACTION = {
    "customer_id": ("bigint", "NULL"), "kind": ("varchar", "'NOTE'"), "occurred_at": ("timestamptz", "NULL"),
    "title": ("varchar", "''"), "detail": ("varchar", "''"), "amount_minor": ("bigint", "NULL"),
    "source_key": ("varchar", "NULL"),
}  # fmt: skip
TYPES = {
    "customers_customer": CUSTOMER, "customers_subscription": SUBSCRIPTION, "customers_complaint": COMPLAINT,
    "customers_interaction": INTERACTION,
}  # fmt: skip


def filled(table: str, given: Mapping[str, str]) -> dict[str, str]:
    """Every column of a new row, cast to its type: binary COPY takes nothing else. NULL becomes the default."""
    found = {}
    for name, (kind, default) in TYPES[table].items():
        sql = given.get(name, default)
        if name in given and default != "NULL":
            sql = f"coalesce({sql}, {default})"
        found[name] = f"({sql})::{kind}"
    return found
