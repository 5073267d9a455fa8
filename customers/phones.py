"""Telephone numbers in one form, E.164, whatever way they were typed."""

import phonenumbers


def parsed(text: str, *, country: str) -> phonenumbers.PhoneNumber | None:
    """The number in `text`; without a prefix it is one of `country`'s (ISO code). None for what is no number."""
    try:
        return phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None


def e164(text: str, *, country: str) -> str | None:
    """The number as `+15595550142`; blank stays blank, None where nobody can have such a number."""
    if not text.strip():
        return ""
    number = parsed(text, country=country)
    if number is None or not phonenumbers.is_possible_number(number):
        return None
    return written(number)


def written(number: phonenumbers.PhoneNumber) -> str:
    """A number that was parsed, in E.164."""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
