"""The one rounding rule of the house: half up, away from zero, to whole minor units.

It lives on the ground floor because customer value rounds too. Everything else about money is in `offers.money`.
"""

from decimal import ROUND_HALF_UP, Decimal

_WHOLE = Decimal(1)


def round_half_up(value: Decimal) -> int:
    """Round an amount in minor units to a whole number of them; a half goes away from zero (2.5 -> 3, -2.5 -> -3)."""
    return int(value.quantize(_WHOLE, rounding=ROUND_HALF_UP))
