"""The authority scheme: what each grade may concede, what one customer may be given in a year, how pools are cut.

The defaults are the typical scheme that a new installation and the demo start from; a company's own figures come from
its limit versions, scheme versions and budgets. Amounts in minor units of the installation's currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from customers.value import Tier
from offers.choices import Family, Grade, OfferKind
from offers.money import share


@dataclass(frozen=True, slots=True)
class GradeScheme:
    """What one grade may concede in one proposal, how often, and its own budget for a week."""

    max_percent: int
    max_months: int
    max_monthly_minor: int
    max_credit_minor: int
    max_fee_minor: int
    max_cost_minor: int
    week_minor: int
    kinds: frozenset[OfferKind]
    call_count: int | None = 2
    day_count: int | None = None
    week_count: int | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """The desk-wide rules, one version of them.

    `customer_year_percents` of the annual bill by tier; `long_tenure_extra_percent` more for those here longer than
    `long_tenure_months`. Under `short_tenure_months` only `short_tenure_kinds` are open. `goodwill_minor`: a credit
    up to this stays open when the agent's budget is empty, within the site's pool. `concessions_a_call`: accepted
    ones. `pair_cap`: how often a day one supervisor may say yes to one agent; above `second_above_minor` two have to.
    """

    customer_year_percents: Mapping[Tier, int]
    long_tenure_months: int = 24
    long_tenure_extra_percent: int = 25
    short_tenure_months: int = 6
    short_tenure_kinds: frozenset[OfferKind] = frozenset({OfferKind.APOLOGY, OfferKind.CREDIT})
    cooldown_months: int = 6
    credits_a_year: int = 2
    concessions_a_call: int = 2
    goodwill_minor: int = 2_000
    pair_cap: int = 25
    second_above_minor: int = 60_000
    draw_seconds: int = 20


@dataclass(frozen=True, slots=True)
class Pools:
    """How a site's month is cut, in percent: by week, by family of concession, and what is kept back."""

    week_percent: tuple[int, ...]
    family_percent: Mapping[Family, int]
    manager_percent: int
    storm_percent: int


_ALL = frozenset(OfferKind)
# A new agent gives what is easily taken back; gifts, free months and waived fees wait for the next grade.
_NEW = _ALL - {OfferKind.GIFT, OfferKind.FREE_MONTHS, OfferKind.WAIVED_FEE}

# An agent's week carries about 60 saves at about $85; the other grades are in proportion to what they may give.
DEFAULT_GRADES: Mapping[Grade, GradeScheme] = MappingProxyType(
    {
        Grade.NEW: GradeScheme(10, 6, 1_000, 2_000, 0, 6_000, 255_000, _NEW, day_count=8),
        Grade.AGENT: GradeScheme(25, 12, 2_000, 5_000, 5_000, 24_000, 510_000, _ALL, day_count=25, week_count=90),
        Grade.SENIOR: GradeScheme(30, 12, 3_500, 10_000, 10_000, 42_000, 680_000, _ALL),
        Grade.SUPERVISOR: GradeScheme(40, 12, 5_000, 25_000, 24_000, 90_000, 1_020_000, _ALL),
        Grade.MANAGER: GradeScheme(50, 24, 7_500, 50_000, 50_000, 180_000, 2_040_000, _ALL),
    }
)

DEFAULT_SCHEME = Scheme(customer_year_percents=MappingProxyType({Tier.LOW: 10, Tier.MID: 15, Tier.HIGH: 25}))

DEFAULT_POOLS = Pools(
    week_percent=(40, 35, 25),
    family_percent=MappingProxyType(
        {
            Family.RECURRING: 60,
            Family.CREDIT: 25,
            Family.FEE: 5,
            Family.GIFT: 5,
            Family.UPGRADE: 5,
            Family.LOYALTY: 0,
        }
    ),
    manager_percent=5,
    storm_percent=3,
)


def customer_year_cap(scheme: Scheme, *, tier: Tier, annual_bill_minor: int, tenure_months: int) -> int:
    """The most that one customer may be given in twelve months, in minor units.

    The tier's percent of the annual bill; for those here longer than `long_tenure_months` that much more by
    `long_tenure_extra_percent`: 15 % of $1,452 is $217.80, after two years $272.25.
    """
    cap = share(annual_bill_minor, scheme.customer_year_percents[tier])
    if tenure_months > scheme.long_tenure_months:
        cap += share(cap, scheme.long_tenure_extra_percent)
    return cap
