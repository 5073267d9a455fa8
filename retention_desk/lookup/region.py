"""The company's country, for numbers that are dialled without a prefix. Asked for on every key, so it is remembered."""

import time

from customers.models import Company

REMEMBERED_FOR = 300
_remembered: dict[str, tuple[str, float]] = {}


def home_country() -> str:
    """The country code of the company; US before the first run has made one."""
    country, until = _remembered.get("country", ("", 0.0))
    if time.monotonic() < until:
        return country
    found = Company.objects.values_list("country", flat=True).first()
    if found:
        _remembered["country"] = (found, time.monotonic() + REMEMBERED_FOR)
    return found or "US"
