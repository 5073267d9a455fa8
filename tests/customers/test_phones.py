"""Telephone numbers, from what is typed to the one form that is kept."""

import pytest

from customers import phones


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("559 555 0142", "US", "+15595550142"),
        ("(559) 555-0142", "US", "+15595550142"),
        ("0561 5550142", "DE", "+495615550142"),
        ("+49 561 5550142", "US", "+495615550142"),
        ("+1 559 555 0142", "DE", "+15595550142"),
        ("", "US", ""),
        ("  ", "US", ""),
        ("hello", "US", None),
        ("1", "US", None),
        ("559 555 0142", "", None),
    ],
)
def test_number_is_kept_in_one_form(typed: str, country: str, kept: str | None) -> None:
    assert phones.e164(typed, country=country) == kept
