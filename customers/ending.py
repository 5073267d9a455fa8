"""What it costs to end a service, and when: pure arithmetic on lines, dates and whole minor units."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from customers.choices import CancelWhen, ProductKind, SubscriptionState


@dataclass(frozen=True, slots=True)
class EndingLine:
    """What the arithmetic needs of one line; `sheet.Line` has all of it, too."""

    id: int
    product_kind: ProductKind
    name: str
    state: SubscriptionState
    price_minor: int
    bundle_minor: int
    contract_ends_on: date | None
    exit_fee_monthly_minor: int
    device_balance_minor: int
    service_number: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What ending these lines on that day means. Amounts in minor units.

    `fee_minor` for the chosen day, `fee_today_minor` and `fee_at_contract_end_minor` (always 0) beside it for comparing.
    `last_bill_minor` = the days of use not yet paid + fee + device balance + what is owed - what was paid ahead, never
    below 0; `credit_minor` is what comes back instead. `stays` are the lines that run on, with their price then.
    """

    when: CancelWhen
    effective_on: date
    line_ids: tuple[int, ...]
    months_left: int
    fee_minor: int
    fee_today_minor: int
    device_balance_minor: int
    usage_minor: int
    owed_minor: int
    last_bill_minor: int
    credit_minor: int
    bill_before_minor: int
    bill_after_minor: int
    bundle_lost_minor: int
    stays: tuple[tuple[int, int], ...]
    contract_ends_on: date | None
    numbers: tuple[str, ...]


def quote(
    lines: Sequence[EndingLine],
    *,
    line_ids: Collection[int],
    when: CancelWhen,
    today: date,
    paid_until: date | None,
    balance_minor: int,
) -> Quote:
    """Work out the ending of `line_ids`; `lines` are all that run, so that what stays can be re-priced."""
    raise NotImplementedError
