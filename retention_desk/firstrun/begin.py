"""The act that begins a desk: one transaction, once, as the application's role.

Besides company, places and the first administrator it lays down rules to begin with: reasons of leaving, the typical
authority scheme in round figures of the company's currency, and budgets of teams and sites. All of them are the
administrator's to change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.numbers import get_currency_precision
from django.contrib.auth.models import Group
from django.db import connection, transaction

from customers import audit
from customers.acts import Act
from customers.models import Company, Site, Team
from offers.choices import BudgetKind, BudgetPeriod, Grade
from offers.models import BudgetPlan, LimitVersion, SchemeVersion
from offers.scheme import DEFAULT_GRADES, DEFAULT_SCHEME
from retention_desk.firstrun.places import Place
from retention_desk.firstrun.reasons import add_first_reasons
from retention_desk.people import roles
from retention_desk.people.models import User

# What a dollar of the typical scheme is in round figures elsewhere, so that nobody starts with a limit of two yen.
_WORTH = {"BRL": 5, "CNY": 7, "CZK": 25, "INR": 80, "JPY": 150, "MXN": 20, "PLN": 4, "RUB": 90, "SEK": 10, "THB": 35}
_AGENTS_A_TEAM = 6
_TEAM_PERCENT, _SITE_PERCENT = 80, 75
_SITE_PARTS = 8


class AlreadyBegun(Exception):
    """Somebody may sign in already; a desk begins once."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What has to be known to begin. `places` at least one site with at least one team."""

    company: str
    currency: str
    country: str
    time_zone: str
    places: Sequence[Place]
    username: str
    password: str
    given_name: str = ""
    family_name: str = ""
    email: str = ""


def has_begun() -> bool:
    """Whether anybody may sign in."""
    return User.objects.exists()


@transaction.atomic
def begin(beginning: Beginning, *, now: datetime) -> User:
    """Make all of it; answers the first administrator. Raises AlreadyBegun."""
    with connection.cursor() as cursor:
        # Two browsers with the same link: the second one waits here and finds the first one's administrator.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('retention_desk.firstrun', 0))")
    if has_begun():
        raise AlreadyBegun
    currency = beginning.currency
    Company.objects.create(id=1, name=beginning.company, currency=currency, country=beginning.country)
    admin = User.objects.create_user(
        beginning.username,
        email=beginning.email,
        password=beginning.password,
        first_name=beginning.given_name,
        last_name=beginning.family_name,
        is_staff=True,
    )
    admin.groups.add(Group.objects.get(name=roles.ADMINISTRATOR))
    add_first_reasons(using="default")
    _first_limits(currency, now=now, by=admin)
    for place in beginning.places:
        site = Site.objects.create(name=place.site, time_zone=beginning.time_zone)
        teams = [Team.objects.create(name=name, site=site) for name in place.teams]
        _first_budgets(site, teams, currency)
    audit.append(
        by=admin.pk,
        role="ADMINISTRATOR",
        act=Act.DESK_BEGUN,
        object_kind="company",
        object_id=1,
        after={"currency": currency, "country": beginning.country, "sites": len(beginning.places)},
    )
    return admin


def in_currency(cents: int, currency: str) -> int:
    """An amount of the typical scheme, given in US cents, as a round figure in minor units of another currency."""
    digits: int = get_currency_precision(currency)
    return int(cents * _WORTH.get(currency, 1) * 10**digits // 100)


def _first_limits(currency: str, *, now: datetime, by: User) -> None:
    """The typical authority scheme: a limit for each grade, and the rules for the whole desk."""
    for grade, scheme in DEFAULT_GRADES.items():
        LimitVersion.objects.create(
            grade=grade,
            valid_from=now,
            currency=currency,
            max_percent=scheme.max_percent,
            max_months=scheme.max_months,
            max_monthly_minor=in_currency(scheme.max_monthly_minor, currency),
            max_credit_minor=in_currency(scheme.max_credit_minor, currency),
            max_fee_minor=in_currency(scheme.max_fee_minor, currency),
            max_cost_minor=in_currency(scheme.max_cost_minor, currency),
            kinds=sorted(str(kind) for kind in scheme.kinds),
            call_count=scheme.call_count,
            day_count=scheme.day_count,
            week_count=scheme.week_count,
            recorded_by=by,
            recorded_at=now,
            why="First scheme",
        )
    SchemeVersion.objects.create(
        valid_from=now,
        currency=currency,
        customer_year_percents=list(DEFAULT_SCHEME.customer_year_percents.values()),
        goodwill_minor=in_currency(DEFAULT_SCHEME.goodwill_minor, currency),
        draw_seconds=DEFAULT_SCHEME.draw_seconds,
        pair_cap=DEFAULT_SCHEME.pair_cap,
        second_above_minor=in_currency(DEFAULT_SCHEME.second_above_minor, currency),
        recorded_by=by,
        recorded_at=now,
    )


def _first_budgets(site: Site, teams: Sequence[Team], currency: str) -> None:
    """Weeks for teams of six agents and a month for the site; an agent's own comes with their seat."""
    week = DEFAULT_GRADES[Grade.AGENT].week_minor * _AGENTS_A_TEAM * _TEAM_PERCENT // 100
    month = DEFAULT_GRADES[Grade.AGENT].week_minor * _AGENTS_A_TEAM * len(teams) * 13 // 3 * _SITE_PERCENT // 100
    plans = [(BudgetKind.TEAM, team.pk, BudgetPeriod.WEEK, week, 1) for team in teams]
    plans.append((BudgetKind.SITE, site.pk, BudgetPeriod.MONTH, month, _SITE_PARTS))
    BudgetPlan.objects.bulk_create(
        BudgetPlan(
            kind=kind,
            owner_id=owner,
            currency=currency,
            period=period,
            amount_minor=in_currency(amount, currency),
            parts=parts,
        )
        for kind, owner, period, amount, parts in plans
    )
