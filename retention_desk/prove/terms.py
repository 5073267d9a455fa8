"""What the posters say, and what it costs: known beforehand, so that the last coin of a budget can be told."""

PASSWORD = "a long secret"  # noqa: S105 (of a database that is thrown away)
PRICE_MINOR = 8_000
# Percent and months, dearest first.
TERMS = ((15, 6), (10, 6), (15, 3), (10, 3), (5, 3))

# More per cent than an agent may give, and for a supervisor to say.
OVER_THE_LIMIT = (30, 6)


def cost_minor(percent: int, months: int) -> int:
    """The discount over its life, in minor units."""
    return PRICE_MINOR * percent * months // 100


SMALLEST_MINOR = min(cost_minor(*terms) for terms in TERMS)
MIDDLE_MINOR = sum(cost_minor(*terms) for terms in TERMS) // len(TERMS)


def account(customer: int) -> str:
    """The number of an account, by which a customer of this ground is found; ids begin with 1 there."""
    return f"{customer:09}-B"
