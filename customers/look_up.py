"""Finding a customer from whatever the caller says: one statement, index ranges only, at most twenty rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import combinations
from typing import Any

from customers import phones
from customers.names import LONGEST, SHORTEST, deletions, fold
from customers.statements import as_json, prepared_cursor, statement

SHORTEST_TEXT = 3
SHORTEST_PHONE = 4
MOST_WORDS = 5
# The end of every range of names and addresses: no text sorts after it.
_LAST = "\U0010ffff"
_PHONE = re.compile(r"[+(]?[\d\s().\-/]+")


class LookUpKind(StrEnum):
    """What the text was taken for."""

    PHONE = "PHONE"
    ACCOUNT = "ACCOUNT"
    EMAIL = "EMAIL"
    NAME = "NAME"


class Matched(StrEnum):
    """What of the customer's the text fitted; NAME_NEARLY with one letter wrong, missing or too many."""

    PHONE = "PHONE"
    OTHER_PHONE = "OTHER_PHONE"
    ACCOUNT = "ACCOUNT"
    EMAIL = "EMAIL"
    NAME = "NAME"
    NAME_NEARLY = "NAME_NEARLY"


@dataclass(frozen=True, slots=True)
class Found:
    """One customer, masked: enough to tell whom to ask for, not enough to pass an identity check.

    `account_tail` the last four characters of the account number, `phone_tail` the last two digits of the number.
    `open_call_agent` is who talks to this customer at the moment.
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
    """Look for `text`; `region` is the company's country for numbers without a prefix, `kind` forces what it is.

    Digits alone are looked for as a telephone number (its last four are enough) and as an account number, unless `kind`
    says which. Names may come in any order, shortened, with the town after them.
    """
    text = " ".join(text.replace("\x00", "").split())[:200]
    taken_for = kind or recognise(text, region=region)
    if taken_for is None:
        return LookUp(text=text, kind=None, rows=(), more=False)
    parameters = _empty(most=limit + 1)
    if taken_for == LookUpKind.EMAIL:
        parameters["emails"] = [text.lower()]
    elif taken_for == LookUpKind.NAME:
        _look_for_name(parameters, fold(text))
    if taken_for == LookUpKind.PHONE or (kind is None and _PHONE.fullmatch(text)):
        parameters["tails"] = _tails(text, region=region)
    if taken_for == LookUpKind.ACCOUNT or (kind is None and _PHONE.fullmatch(text)):
        parameters["accounts"] = [key] if (key := _account_key(text)) else []
    with prepared_cursor() as cursor:
        cursor.execute(statement("look_up"), parameters)
        rows = cursor.fetchall()
    found = tuple(_found(row) for row in rows[:limit])
    return LookUp(text=text, kind=taken_for, rows=found, more=len(rows) > limit)


def recognise(text: str, *, region: str) -> LookUpKind | None:
    """What the text most likely is; None when it is too short to look for."""
    if len(text) < SHORTEST_TEXT:
        return None
    if "@" in text:
        return LookUpKind.EMAIL
    if _PHONE.fullmatch(text):
        digits = _digits(text)
        if len(digits) < SHORTEST_TEXT:
            return None
        long_enough = len(digits) >= SHORTEST_PHONE
        return LookUpKind.PHONE if long_enough and _may_be_phone(text, region) else LookUpKind.ACCOUNT
    if " " not in text and any(sign.isdigit() for sign in text):
        return LookUpKind.ACCOUNT
    return LookUpKind.NAME


def _found(row: tuple[Any, ...]) -> Found:
    names = [field.name for field in fields(Found)]
    told = dict(zip(names, row, strict=True))
    return Found(**told | {"matched": Matched(told["matched"])})


def _may_be_phone(text: str, region: str) -> bool:
    """Whether it has the shape of a number: a prefix or brackets, a possible length, or just its end."""
    if text[0] in "+(":
        return True
    return len(_digits(text)) <= 7 or phones.e164(text, country=region) is not None


def _tails(text: str, *, region: str) -> list[str]:
    """The digits from the last to the first, as typed and as they are with the country's prefix."""
    tails = [_digits(text)[::-1]]
    number = phones.parsed(text, country=region)
    if number is not None:
        tails.append(phones.written(number).lstrip("+")[::-1])
    return [tail for tail in dict.fromkeys(tails) if len(tail) >= SHORTEST_PHONE]


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _account_key(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", text).upper()


def _look_for_name(parameters: dict[str, Any], folded: str) -> None:
    """Every way to read the words as family name, given name and town, in that or the other order."""
    words = re.split(r"[\s,;]+", folded.strip(" ,;"))[:MOST_WORDS]
    readings = list(dict.fromkeys(_readings(words)))
    parameters["families"] = [family for family, _, _ in readings]
    parameters["givens"] = [given for _, given, _ in readings]
    parameters["towns"] = [town for _, _, town in readings]
    if len(words) == 1:
        parameters["alone"] = words
    parameters["slips"] = [
        as_json({"deletions": deletions(family), "given": given, "town": town})
        for family, given, town in readings
        if SHORTEST <= len(family) <= LONGEST
    ]


def _readings(words: list[str]) -> Iterator[tuple[str, str, str]]:
    """(family, given, town); neighbours stay together, so that `van der berg anna` is found, too."""
    count = len(words)
    yield " ".join(words), "", ""
    for cut in range(1, count):
        first, rest = " ".join(words[:cut]), " ".join(words[cut:])
        yield from ((first, rest, ""), (rest, first, ""), (first, "", rest))
    for cut, second in combinations(range(1, count), 2):
        first, middle, town = " ".join(words[:cut]), " ".join(words[cut:second]), " ".join(words[second:])
        yield from ((first, middle, town), (middle, first, town))


def _empty(*, most: int) -> dict[str, Any]:
    arrays = ("tails", "accounts", "emails", "families", "givens", "towns", "alone", "slips")
    return {name: [] for name in arrays} | {"most": most, "last": _LAST}
