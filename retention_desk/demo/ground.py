"""The rows that stand before the first call: company, people, products, offers, limits, budgets. Few, so by the ORM."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, make_password
from django.contrib.auth.models import Group

from customers.models import Company, ConductPolicy, Product, Site, Team
from offers.choices import BudgetKind, BudgetPeriod, Duty, Grade
from offers.models import BudgetPlan, Campaign, LimitVersion, Offer, OfferVersion, SchemeVersion, Seat
from offers.scheme import DEFAULT_GRADES, DEFAULT_SCHEME
from offers.stored import write_bounds, write_eligibility, write_figures
from retention_desk.demo import company, planted
from retention_desk.demo.bargains import DUE
from retention_desk.demo.catalogue import CAMPAIGN_PARTS, CAMPAIGNS, CATALOGUE
from retention_desk.demo.company import COLLEAGUES, CURRENCY, Colleague
from retention_desk.demo.floor import Agent, Floor, Ids
from retention_desk.demo.logins import LOGINS
from retention_desk.demo.wallets import Plan
from retention_desk.firstrun.reasons import add_first_reasons
from retention_desk.people import roles
from retention_desk.people.models import User

SITE_PARTS = 8
_APPROVER_DAY = {Grade.SUPERVISOR: 400_000, Grade.MANAGER: 800_000}
# Of what its agents may give together.
_TEAM_PERCENT, _SITE_PERCENT = 80, 75


@dataclass(frozen=True, slots=True)
class Ground:
    """What the generator needs of these rows."""

    floor: Floor
    plans: Mapping[tuple[BudgetKind, int], Plan]
    named: Mapping[str, Agent]


def lay(*, using: str, now: datetime, floors: int, extra: tuple[Colleague, ...]) -> Ground:
    """Add all of it through the connection `using` (the owner's)."""
    began = now - timedelta(days=planted.BEGAN_DAYS_AGO)
    Company.objects.using(using).create(id=1, name=company.NAME, currency=CURRENCY, country=company.COUNTRY)
    Company.objects.using(using).update(created_at=began)
    sites = [Site.objects.using(using).create(name=name, time_zone=zone) for name, zone in company.SITES]
    teams = [
        Team.objects.using(using).create(name=name, site=site) for name, site in zip(company.TEAMS, sites, strict=True)
    ]
    for sold in company.PRODUCTS:
        Product.objects.using(using).create(
            code=sold.code,
            kind=sold.kind,
            name=sold.name,
            list_price_minor=sold.price,
            currency=CURRENCY,
            margin_percent=sold.margin,
        )
    users = _people(using, teams, (*COLLEAGUES, *extra), now)
    ids = Ids(
        policies=dict(ConductPolicy.objects.using(using).order_by("version").values_list("code", "id")),
        reasons=add_first_reasons(using=using),
        limits=_limits(using, began),
        scheme=_scheme(using, began),
        offers=MappingProxyType({}),
        offer_of=MappingProxyType({}),
        campaigns=_campaigns(using),
        sites=tuple(site.pk for site in sites),
        zones=tuple(ZoneInfo(site.time_zone) for site in sites),
        schemes=DEFAULT_GRADES,
    )
    made = _offers(using, ids, began)
    ids = replace(
        ids,
        offers={code: version.pk for code, version in made.items()},
        offer_of={code: version.offer_id for code, version in made.items()},
    )
    named = _named(users, (*COLLEAGUES, *extra), teams, began)
    floor = _floor(ids, named, (*COLLEAGUES, *extra))
    plans = _plans(ids, users, (*COLLEAGUES, *extra), teams, floors)
    BudgetPlan.objects.using(using).bulk_create(
        BudgetPlan(
            kind=kind,
            owner_id=owner,
            currency=CURRENCY,
            period=plan.period,
            amount_minor=plan.amount_minor,
            parts=plan.parts,
        )
        for (kind, owner), plan in plans.items()
    )
    return Ground(floor, plans, named)


def _people(using: str, teams: list[Team], colleagues: tuple[Colleague, ...], now: datetime) -> dict[str, User]:
    """People, their roles and seats. Who has no log-in has no password either."""
    passwords = {name: word for _role, name, word in LOGINS}
    groups = {group.name: group for group in Group.objects.using(using).all()}
    users = {}
    for one in colleagues:
        user = User.objects.using(using).create(
            username=one.username,
            first_name=one.given,
            last_name=one.family,
            email=f"{one.username}@harbor-vale.example",
            password=_hashed(passwords.get(one.username)),
            is_staff=one.role == roles.ADMINISTRATOR,
            date_joined=now - timedelta(days=planted.DAYS + 60),
        )
        user.groups.add(groups[one.role])
        users[one.username] = user
        if one.grade is not None and one.team is not None:
            Seat.objects.using(using).create(
                user=user,
                team=teams[one.team],
                grade=one.grade,
                duty=one.duty,
                duty_since=None if one.duty == Duty.OFF else now - timedelta(minutes=3 * user.pk % 41 + 1),
            )
    return users


def _hashed(password: str | None) -> str:
    """A hash that is quick to make, of a password that everybody may know; signing in makes a strong one of it."""
    if password is None:
        return make_password(None)
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return hasher.encode(password, hasher.salt(), iterations=20_000)
    return make_password(password)


def _limits(using: str, began: datetime) -> dict[Grade, int]:
    """The typical authority scheme, one limit a grade."""
    return {
        grade: LimitVersion.objects.using(using)
        .create(
            grade=grade,
            valid_from=began,
            currency=CURRENCY,
            max_percent=scheme.max_percent,
            max_months=scheme.max_months,
            max_monthly_minor=scheme.max_monthly_minor,
            max_credit_minor=scheme.max_credit_minor,
            max_fee_minor=scheme.max_fee_minor,
            max_cost_minor=scheme.max_cost_minor,
            kinds=sorted(str(kind) for kind in scheme.kinds),
            call_count=scheme.call_count,
            day_count=scheme.day_count,
            week_count=scheme.week_count,
            recorded_at=began,
            why="First scheme",
        )
        .pk
        for grade, scheme in DEFAULT_GRADES.items()
    }


def _scheme(using: str, began: datetime) -> int:
    scheme = DEFAULT_SCHEME
    return (
        SchemeVersion.objects.using(using)
        .create(
            valid_from=began,
            currency=CURRENCY,
            customer_year_percents=list(scheme.customer_year_percents.values()),
            long_tenure_months=scheme.long_tenure_months,
            long_tenure_extra_percent=scheme.long_tenure_extra_percent,
            short_tenure_months=scheme.short_tenure_months,
            cooldown_months=scheme.cooldown_months,
            concessions_a_call=scheme.concessions_a_call,
            credits_a_year=scheme.credits_a_year,
            goodwill_minor=scheme.goodwill_minor,
            draw_seconds=scheme.draw_seconds,
            pair_cap=scheme.pair_cap,
            second_above_minor=scheme.second_above_minor,
            approval_seconds=int(DUE.total_seconds()),
            recorded_at=began,
        )
        .pk
    )


def _campaigns(using: str) -> dict[str, int]:
    return {code: Campaign.objects.using(using).create(code=code, name=name).pk for code, name, _amount in CAMPAIGNS}


def _offers(using: str, ids: Ids, began: datetime) -> dict[str, OfferVersion]:
    """The catalogue; answers each offer's version."""
    versions = {}
    for code, entry in CATALOGUE.items():
        offer = Offer.objects.using(using).create(code=code, kind=entry.kind, family=entry.family, icon=entry.icon)
        bounds, cost = write_bounds(entry.bounds)
        versions[code] = OfferVersion.objects.using(using).create(
            offer=offer,
            version=1,
            valid_from=began,
            words=entry.words,
            bounds=bounds,
            cost_model=cost,
            eligibility=write_eligibility(entry.eligibility),
            figures=write_figures(entry.figures),
            campaign_id=ids.campaigns[entry.campaign],
            currency=CURRENCY,
        )
    return versions


def _named(
    users: Mapping[str, User], colleagues: tuple[Colleague, ...], teams: list[Team], began: datetime
) -> dict[str, Agent]:
    """Everybody with a seat, by user name."""
    return {
        one.username: Agent(
            user_id=users[one.username].pk,
            grade=one.grade,
            team_id=teams[one.team].pk,
            site=one.team,
            shift=planted.AGENT_SHIFTS.get(one.username, 0.0),
            place=place,
            free_at=began.astimezone(UTC),
        )
        for place, one in enumerate(colleagues)
        if one.grade is not None and one.team is not None
    }


def _floor(ids: Ids, named: Mapping[str, Agent], colleagues: tuple[Colleague, ...]) -> Floor:
    """Agents and supervisors by site."""
    by_role: dict[str, dict[int, list[Agent]]] = {
        role: {place: [] for place in range(len(ids.sites))} for role in (roles.AGENT, roles.SUPERVISOR, roles.MANAGER)
    }
    for one in colleagues:
        if one.username in named:
            agent = named[one.username]
            by_role[one.role][agent.site].append(agent)
    return Floor(ids, by_role[roles.AGENT], by_role[roles.SUPERVISOR])


def _plans(
    ids: Ids, users: Mapping[str, User], colleagues: tuple[Colleague, ...], teams: list[Team], floors: int
) -> dict[tuple[BudgetKind, int], Plan]:
    """Weeks for agents and teams, months for sites and campaigns, days for who approves."""
    plans: dict[tuple[BudgetKind, int], Plan] = {}
    weeks = [0 for _team in teams]
    for one in colleagues:
        owner = users[one.username].pk
        if one.grade in _APPROVER_DAY:
            plans[BudgetKind.APPROVER, owner] = Plan(BudgetPeriod.DAY, _APPROVER_DAY[one.grade])
        elif one.grade is not None and one.team is not None:
            week = DEFAULT_GRADES[one.grade].week_minor
            weeks[one.team] += week
            plans[BudgetKind.AGENT, owner] = Plan(BudgetPeriod.WEEK, week)
    for place, team in enumerate(teams):
        plans[BudgetKind.TEAM, team.pk] = Plan(BudgetPeriod.WEEK, weeks[place] * _TEAM_PERCENT // 100)
        month = weeks[place] * 13 // 3 * _SITE_PERCENT // 100
        plans[BudgetKind.SITE, ids.sites[place]] = Plan(BudgetPeriod.MONTH, month, SITE_PARTS)
    for code, _name, amount in CAMPAIGNS:
        plans[BudgetKind.CAMPAIGN, ids.campaigns[code]] = Plan(BudgetPeriod.MONTH, amount * floors, CAMPAIGN_PARTS)
    return plans
