"""Commitments to a customer's personal values: the audit proves that one changed and when, and holds none of them.

A commitment is a keyed hash of the value, with a salt of that customer which lies outside the audit's chain. As long
as the salt is there, anybody who is shown a value can prove that it is the one that was committed to. Erased with the
person, the salt leaves nothing that a value could be guessed by, and the chain stays whole.
"""

import hmac
import secrets
from collections.abc import Mapping

from django.db import connection

from customers.models import CustomerSalt

_SALT_BYTES = 32
# Half of a SHA-256: two values with one commitment are not found.
_KEPT_BYTES = 16


def commit_to(*, customer_id: int, values: Mapping[str, str]) -> dict[str, str]:
    """A commitment to each value by the name of its field; to nothing where there is no value."""
    salt = _salt_of(customer_id)
    return {field: _commitment(salt, field, value) if value else "" for field, value in values.items()}


def stands(*, customer_id: int, field: str, value: str, commitment: str) -> bool:
    """Whether this value is the one that was committed to; never, once the customer's salt is erased."""
    row = CustomerSalt.objects.filter(pk=customer_id).first()
    return row is not None and hmac.compare_digest(_commitment(bytes(row.salt), field, value), commitment)


def erase(*, customer_id: int) -> None:
    """Forget what a customer's commitments were made with; from then on they tell nothing to anybody."""
    CustomerSalt.objects.filter(pk=customer_id).delete()


def _salt_of(customer_id: int) -> bytes:
    """The customer's salt, made on first use. Two at once get the same one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_customersalt (customer_id, salt) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [customer_id, secrets.token_bytes(_SALT_BYTES)],
        )
    return bytes(CustomerSalt.objects.get(pk=customer_id).salt)


def _commitment(salt: bytes, field: str, value: str) -> str:
    return hmac.digest(salt, f"{field}\0{value}".encode(), "sha256")[:_KEPT_BYTES].hex()
