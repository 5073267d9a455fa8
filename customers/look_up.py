"""Finding a customer from whatever the caller says: one statement, index ranges only, at most twenty rows."""

from dataclasses import dataclass
from enum import StrEnum


class LookUpKind(StrEnum):
    """What the text was taken for."""

    PHONE = "PHONE"
    ACCOUNT = "ACCOUNT"
    EMAIL = "EMAIL"
    NAME = "NAME"


class Matched(StrEnum):
    """What of the customer's the text fitted."""

    PHONE = "PHONE"
    OTHER_PHONE = "OTHER_PHONE"
    ACCOUNT = "ACCOUNT"
    EMAIL = "EMAIL"
    NAME = "NAME"
    NAME_NEARLY = "NAME_NEARLY"


@dataclass(frozen=True, slots=True)
class Found:
    """One customer, masked: enough to tell whom to ask for, not enough to pass an identity check.

    `account_tail` the last four characters of the account number; `phone_tail` the last two digits.
    """

    customer_id: int
    name: str
    account_tail: str
    phone_tail: str
    town: str
    region: str
    matched: Matched
    is_business: bool
    left: bool
    care_needed: bool
    staff_line: bool
    open_call_agent: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """The answer. `kind` None: too short to look for anything. `more`: the list was cut, add the town."""

    text: str
    kind: LookUpKind | None
    rows: tuple[Found, ...]
    more: bool


def look_up(*, text: str, region: str, kind: LookUpKind | None = None, limit: int = 20) -> LookUp:
    """Look for `text`; `region` is the company's country for numbers without a prefix, `kind` forces what it is."""
    raise NotImplementedError
