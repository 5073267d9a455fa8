"""What one limit allows, before it is anybody's: its figures, and which of them contradict each other."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from customers.keeping import NotValid
from customers.statements import as_json
from customers.value import Tier
from offers.choices import Family, LimitMode, OfferKind

LONGEST_MONTHS = 60

_TOTALS = ("call", "day", "week", "month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The most in one proposal, and (None: no such total) on one call and in a day, a week and a month.

    Amounts in minor units of the limit's currency. `mode` says whether the totals refuse or only warn.
    """

    max_percent: int
    max_months: int
    max_monthly_minor: int
    max_credit_minor: int
    max_fee_minor: int
    max_cost_minor: int
    kinds: tuple[str, ...]
    call_count: int | None = None
    call_cost_minor: int | None = None
    day_count: int | None = None
    day_cost_minor: int | None = None
    week_count: int | None = None
    week_cost_minor: int | None = None
    month_count: int | None = None
    month_cost_minor: int | None = None
    mode: str = LimitMode.HARD

    @property
    def has_totals(self) -> bool:
        """Whether anything is counted beyond the single proposal."""
        return any(value is not None for _name, value in self._totals())

    def columns(self) -> dict[str, Any]:
        """As a limit's row holds them; kinds in one order, so that equal limits are equal."""
        return asdict(self) | {"kinds": sorted(self.kinds), "mode": str(self.mode)}

    def check(self) -> None:
        """Raise `NotValid`, at its field, for what nobody could give or explain."""
        self._check_kinds()
        if not 0 <= self.max_percent <= 100:
            raise NotValid(field="max_percent", why=_("More than 100 percent cannot be given."))
        if not 0 <= self.max_months <= LONGEST_MONTHS:
            raise NotValid(
                field="max_months", why=_("At most %(months)d months can be promised.") % {"months": LONGEST_MONTHS}
            )
        for field, amount in (("max_credit_minor", self.max_credit_minor), ("max_fee_minor", self.max_fee_minor)):
            if amount > self.max_cost_minor:
                raise NotValid(
                    field=field, why=_("This is more than the cost of one proposal may be, so it could never be given.")
                )
        if self.mode not in LimitMode.values:
            raise NotValid(field="mode", why=_("A total refuses or warns."))
        self._check_totals()

    def _check_kinds(self) -> None:
        if not self.kinds:
            raise NotValid(field="kinds", why=_("Choose at least one kind of offer, or nothing could be given."))
        if unknown := sorted(set(self.kinds) - set(OfferKind.values)):
            raise NotValid(field="kinds", why=_("%(kind)s is not a kind of offer.") % {"kind": unknown[0]})

    def _check_totals(self) -> None:
        """A longer period that allows less than a shorter one makes the shorter one a lie."""
        for name, value in self._totals():
            if value is not None and value < 0:
                raise NotValid(field=name, why=_("This is not negative."))
        for unit in ("count", "cost_minor"):
            lower: int | None = None
            for period in _TOTALS:
                value = getattr(self, f"{period}_{unit}")
                if value is None:
                    continue
                if lower is not None and value < lower:
                    raise NotValid(
                        field=f"{period}_{unit}", why=_("A longer time cannot allow less than a shorter one.")
                    )
                lower = value

    def _totals(self) -> list[tuple[str, int | None]]:
        return [
            (name, getattr(self, name)) for period in _TOTALS for name in (f"{period}_count", f"{period}_cost_minor")
        ]


def check_case(*, family: str, tier: str, tenure_from_months: int, has_totals: bool) -> None:
    """Raise `NotValid` for a case that there is none of, or one with totals: a day's gifts are counted once."""
    if family and family not in Family.values:
        raise NotValid(field="family", why=_("There is no such family of offers."))
    if tier and tier not in set(Tier):
        raise NotValid(field="tier", why=_("There is no such tier."))
    if not 0 <= tenure_from_months <= 1200:
        raise NotValid(field="tenure_from_months", why=_("Months as a customer are 0 or more."))
    if has_totals and (family or tier or tenure_from_months):
        raise NotValid(
            field="family",
            why=_("Totals are counted over everything somebody gives: set them in the limit without a case."),
        )


def would_raise(columns: dict[str, Any]) -> bool:
    """Whether the database takes a limit with these columns for more than there is, on a desk that is in use."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM offers_hold)"
            " AND limit_raises(jsonb_populate_record(NULL::offers_limitversion, %s::jsonb))",
            [as_json(columns)],
        )
        found: bool = cursor.fetchone()[0]
    return found
