"""Cancelling: always possible, with PostgreSQL alone. Reasons, identity, offers and money never stand in its way."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from customers.choices import CancelWhen
from customers.ending import Quote
from customers.sheet import CallSheet


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is read out: the number, and when it ends. `again`: it had been recorded before."""

    cancellation_id: int
    number: str
    effective_on: date
    last_bill_minor: int
    currency: str
    notice_goes_to: str
    again: bool


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody whose record could not be found or shown: where the back office reaches them."""

    name: str
    address: str
    call_back_number: str
    account_number: str = ""


def quote(*, sheet: CallSheet, line_ids: Collection[int], when: CancelWhen, today: date) -> Quote:
    """What cancelling these lines of the sheet would mean; writes nothing."""
    raise NotImplementedError


def cancel(
    *,
    call_id: int,
    line_ids: Collection[int],
    when: CancelWhen,
    porting_out: bool,
    by: int,
    role: str,
    now: datetime,
    key: UUID,
) -> Confirmation:
    """Cancel these lines of the call's customer; a repeat answers with the same number."""
    raise NotImplementedError


def note_cancellation(
    *, call_id: int, who: Who, when: CancelWhen, porting_out: bool, by: int, role: str, now: datetime, key: UUID
) -> Confirmation:
    """Note the wish to cancel of somebody without a record; the back office confirms it."""
    raise NotImplementedError


def undo(*, cancellation_id: int, by: int, role: str, key: UUID) -> None:
    """Take a cancellation back while the customer is on the line; the lines are as they were before."""
    raise NotImplementedError
