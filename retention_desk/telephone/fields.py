"""Reading what a machine sent: each field as it should be, or a sentence that names it. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

MOST_CHARACTERS = 160
_PREFIX = re.compile(r"^(tel|sips?):", re.IGNORECASE)
# No seconds of a year with five digits: what is larger counts milliseconds.
_MILLISECONDS_FROM = 10**11


class NotUnderstood(Exception):
    """What was sent cannot be taken; `field` is where, `sentence` what to change. It never repeats what stood there."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


def part(body: object, path: str) -> Any:
    """What stands at a path like `detail.contactId`; None where nothing does."""
    for name in path.split("."):
        if not isinstance(body, Mapping):
            return None
        body = body.get(name)
    return body


def text(body: object, path: str, *, required: bool = False, most: int = MOST_CHARACTERS) -> str:
    """The text at a path; blank where nothing stands."""
    found = part(body, path)
    if found is None or found == "":
        if required:
            raise NotUnderstood(path, f"{path} is missing.")
        return ""
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise NotUnderstood(path, f"{path} must be a text.")
    said = str(found).replace("\x00", "").strip()
    if len(said) > most:
        raise NotUnderstood(path, f"{path} must have {most} characters at most.")
    return said


def number(body: object, path: str) -> str:
    """A caller's number as it was sent, without `tel:` or `sip:` and what follows an `@`."""
    return _PREFIX.sub("", text(body, path)).partition("@")[0]


def whole(body: object, path: str) -> int | None:
    """The whole number at a path."""
    found = text(body, path)
    if not found:
        return None
    try:
        value = int(found)
    except ValueError:
        raise NotUnderstood(path, f"{path} must be a whole number.") from None
    if not 0 <= value < 2**63:
        raise NotUnderstood(path, f"{path} must be 0 or more, and no more than 63 bits.")
    return value


def moment(body: object, path: str) -> datetime:
    """The moment at a path: ISO 8601 with a time zone, as e-mails write it, or seconds or milliseconds since 1970."""
    found = part(body, path)
    if found is None or found == "":
        raise NotUnderstood(path, f"{path} is missing.")
    for read in (_since_1970, datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(str(found).strip())
        except (ValueError, TypeError, OverflowError, OSError, IndexError):
            continue
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    raise NotUnderstood(path, f"{path} must be a moment with its time zone, like 2026-11-22T09:00:00Z.")


def _since_1970(said: str) -> datetime:
    seconds = float(said)
    return datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds, tz=UTC)
