"""A desk on which an offer has been made, so that more than before needs a second person."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from offers import ledger, limits
from offers.allowances import Allowance
from offers.choices import Grade
from offers.models import LimitRaise, LimitVersion
from offers.scheme import DEFAULT_GRADES
from retention_desk.people.models import User
from tests.builders import desk_now, make_user
from tests.offers.desk import Desk, make_desk


@dataclass
class InUse:
    """Ada asks and Max confirms; Ann is an agent on a call."""

    desk: Desk
    ada: User
    max: User

    @property
    def ann(self) -> User:
        return self.desk.ann

    def ask(self, **other: Any) -> LimitVersion | LimitRaise:
        """A limit as Ada asks for it: the agents', but for what is said; `figures` are changed of the typical ones."""
        allowance = allowance_of(Grade.AGENT, **other.pop("figures", {}))
        given: dict[str, Any] = {"grade": Grade.AGENT, "currency": "USD", "why": "Because of the season"} | other
        by = given.pop("by", self.ada)
        return limits.new_limit_version(**given, allowance=allowance, by=by.pk, role="ADMINISTRATOR", now=desk_now())

    def raised(self, **other: Any) -> LimitRaise:
        """More than before."""
        found = self.ask(**other)
        assert isinstance(found, LimitRaise)
        return found

    def lowered(self, **other: Any) -> LimitVersion:
        """No more than before."""
        found = self.ask(**other)
        assert isinstance(found, LimitVersion)
        return found


def allowance_of(grade: Grade, **other: Any) -> Allowance:
    """The typical scheme's figures of a grade, but for what is said."""
    figures = DEFAULT_GRADES[grade]
    given: dict[str, Any] = {
        "max_percent": figures.max_percent,
        "max_months": figures.max_months,
        "max_monthly_minor": figures.max_monthly_minor,
        "max_credit_minor": figures.max_credit_minor,
        "max_fee_minor": figures.max_fee_minor,
        "max_cost_minor": figures.max_cost_minor,
        "kinds": tuple(sorted(figures.kinds)),
    }
    return Allowance(**(given | other))


def make_in_use() -> InUse:
    """One offer of $96 has been presented."""
    desk = make_desk()
    ledger.act("authorise_proposal", desk.facts())
    return InUse(desk, make_user("ada"), make_user("max"))


def in_force(user: User, family: str = "", tier: str = "", tenure: int = 0) -> int | None:
    """The limit that the ledger would use."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT limit_in_force(%s, 'USD', %s, %s, %s)", [user.pk, family, tier, tenure])
        found: int | None = cursor.fetchone()[0]
    return found
