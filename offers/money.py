"""Arithmetic on integer minor units (cents): shares, splitting without loss, and the currency check.

Amounts go in and come out as `int`; `Decimal` lives only inside; floats are refused by their type. Rounding is
`customers.money.round_half_up` and is called from here and from `customers.value` alone.
"""

from collections.abc import Sequence
from decimal import Decimal

from customers.money import round_half_up

__all__ = ["CurrencyMismatch", "allocate", "round_half_up", "same_currency", "scale", "share"]

_HUNDRED = Decimal(100)


class CurrencyMismatch(ValueError):
    """Amounts of two currencies met in one sum; `currencies` names them."""

    def __init__(self, currencies: Sequence[str]) -> None:
        self.currencies = tuple(currencies)
        super().__init__("amounts in different currencies: " + ", ".join(self.currencies))


def share(minor: int, percent: int | Decimal) -> int:
    """So many per cent of an amount in minor units, rounded half up: 20 % of 79.99 is 16.00."""
    return round_half_up(Decimal(minor) * Decimal(percent) / _HUNDRED)


def scale(minor: int, factor: Decimal) -> int:
    """An amount in minor units times a factor (a probability, a part of a year), rounded half up."""
    return round_half_up(Decimal(minor) * factor)


def allocate(minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split an amount in the ratio of the weights so that the parts sum to it exactly.

    Largest remainder (Hamilton): each part gets its whole share rounded towards zero, and the units left over go one by
    one to the largest remainders, earlier parts first among equals. A negative amount is split like its opposite.

    Raises ValueError where there is no weight, one is negative, or all are zero.
    """
    total = sum(weights)
    if not weights or min(weights) < 0 or total == 0:
        raise ValueError("weights must be non-negative and not all zero")
    sign = -1 if minor < 0 else 1
    size = abs(minor)
    parts = [size * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % total), i))
    for i in by_remainder[: size - sum(parts)]:
        parts[i] += 1
    return tuple(sign * part for part in parts)


def same_currency(*currencies: str) -> str:
    """The one currency that all of these are. Raises CurrencyMismatch where they differ or none is given."""
    distinct = tuple(dict.fromkeys(currencies))
    if len(distinct) != 1:
        raise CurrencyMismatch(distinct)
    return distinct[0]
