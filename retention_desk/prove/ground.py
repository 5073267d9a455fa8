"""The desk that the load is posted to: agents, customers with two lines, one discount, and budgets that run out.

Made by the product's own acts, as the role that serves. Every authorisation draws on the customer's, the agent's, the
team's, the site's and the campaign's budget; only the ones under test are short.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection

from customers.choices import ProductKind
from customers.models import Customer, Product, Site, Team
from offers import budgets, catalogue
from offers.choices import BudgetKind, BudgetPeriod, Duty, Family, Grade, OfferKind
from offers.models import Seat
from retention_desk.bench import data
from retention_desk.firstrun.begin import Beginning, begin
from retention_desk.firstrun.places import Place
from retention_desk.people import roles
from retention_desk.people.models import User
from retention_desk.prove.terms import PASSWORD, PRICE_MINOR

CURRENCY = "USD"
PLENTY = 10**12
TEAMS = 10
ADMIN = "prover"


class Heat(StrEnum):
    """How many budgets run out: one campaign's, ten teams', or each agent's own."""

    HOT = "hot"
    WARM = "warm"
    SPREAD = "spread"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the posters are told. Each agent with the budget of the kind under test that they draw on.

    `version` is the discount that the campaign pays for; `endless` is the same on nobody's campaign, and `asking` goes
    beyond what agents may give.
    """

    agents: list[tuple[str, int]]
    supervisors: list[str]
    customers: list[int]
    version: int
    endless: int
    asking: int
    kind: str


def lay(*, heat: Heat, agents: int, customers: int, total_minor: int, parts: int, supervisors: int = 0) -> Ground:
    """Fill an empty, migrated database. `total_minor` is shared out to the budgets under test."""
    now = datetime.now(UTC)
    places = [Place(site="Fresno", teams=tuple(f"Team {number}" for number in range(TEAMS)))]
    admin = begin(
        Beginning("Harbor Cable", CURRENCY, "US", "America/Los_Angeles", places, username=ADMIN, password=PASSWORD),
        now=now,
    )
    people = _people("agent", agents, role=roles.AGENT, grade=Grade.AGENT)
    above = _people("supervisor", supervisors, role=roles.SUPERVISOR, grade=Grade.SUPERVISOR)
    teams = list(Team.objects.order_by("pk").values_list("pk", flat=True))
    short = {
        Heat.HOT: BudgetKind.CAMPAIGN,
        Heat.WARM: BudgetKind.TEAM,
        Heat.SPREAD: BudgetKind.AGENT,
    }[heat]
    campaign = catalogue.add_campaign(code="AUTUMN", name="Autumn", by=admin.pk, role="ADMINISTRATOR")
    owners = {
        BudgetKind.CAMPAIGN: [campaign.pk],
        BudgetKind.TEAM: teams,
        BudgetKind.AGENT: [user.pk for user in people],
        BudgetKind.SITE: list(Site.objects.values_list("pk", flat=True)),
    }
    for kind, ids in owners.items():
        for owner in ids:
            budgets.set_budget_plan(
                kind=kind,
                owner_id=owner,
                currency=CURRENCY,
                period=BudgetPeriod.MONTH,
                amount_minor=total_minor // len(ids) if kind == short else PLENTY,
                parts=parts if kind == BudgetKind.CAMPAIGN else 1,
                by=admin.pk,
                role="ADMINISTRATOR",
            )
    drawn_on = {
        Heat.HOT: [campaign.pk] * agents,
        Heat.WARM: [teams[number % TEAMS] for number in range(agents)],
        Heat.SPREAD: [user.pk for user in people],
    }[heat]
    return Ground(
        agents=[(user.username, owner) for user, owner in zip(people, drawn_on, strict=True)],
        supervisors=[user.username for user in above],
        customers=_customers(customers),
        version=_discount("LOYALTY", campaign.pk, by=admin.pk, now=now),
        endless=_discount("STAY", None, by=admin.pk, now=now),
        asking=_discount("RETURN", None, most=40, by=admin.pk, now=now),
        kind=short,
    )


def _people(name: str, count: int, *, role: str, grade: Grade) -> list[User]:
    """So many who may sign in, round the teams."""
    word = make_password(PASSWORD)
    people = User.objects.bulk_create(
        User(username=f"{name}-{number}", first_name="Ines", last_name=f"Falk {number}", password=word)
        for number in range(count)
    )
    group = Group.objects.get(name=role)
    User.groups.through.objects.bulk_create(User.groups.through(user=user, group=group) for user in people)
    teams = list(Team.objects.order_by("pk"))
    Seat.objects.bulk_create(
        Seat(user=user, team=teams[number % TEAMS], grade=grade, duty=Duty.READY) for number, user in enumerate(people)
    )
    return people


def _discount(code: str, campaign_id: int | None, *, by: int, now: datetime, most: int = 20) -> int:
    """Percent off the internet line, `most` of it at most, paid by the campaign if there is one."""
    offer = catalogue.add_offer(
        code=code, kind=OfferKind.PERCENT_OFF, family=Family.RECURRING, icon="", by=by, role="ADMINISTRATOR"
    )
    version = catalogue.new_offer_version(
        offer_id=offer.pk,
        words={"en": {"name": "Loyalty discount", "say": "", "terms": ""}},
        bounds={
            "percent": [5, most, 5],
            "months": [3, 12, 3],
            "scope": "INTERNET",
            "default": {"percent": 10, "months": 6},
        },
        cost_model={},
        eligibility={},
        figures={"accept_percent": 40, "stay_percent": 80},
        campaign_id=campaign_id,
        currency=CURRENCY,
        by=by,
        role="ADMINISTRATOR",
        now=now,
    )
    return version.pk


def _customers(wanted: int) -> list[int]:
    """So many customers of old standing, with internet at the one price that the terms reckon with, and TV."""
    for kind, name, price in (
        (ProductKind.INTERNET, "Fibre 500 internet", PRICE_MINOR),
        (ProductKind.TV, "TV Select", PRICE_MINOR),
    ):
        Product.objects.create(code=f"{kind}-1", kind=kind, name=name, list_price_minor=price, currency=CURRENCY)
    with connection.cursor() as cursor:
        # Many of them, the first nine hundred above all, are too new for a discount; every other one has no TV.
        data.people(cursor, customers=3 * wanted + 900)
    since = datetime.now(UTC).date() - timedelta(days=800)
    found = Customer.objects.filter(customer_since__lt=since, subscriptions__product__kind=ProductKind.TV)
    ids = list(found.order_by("pk").values_list("pk", flat=True)[:wanted])
    if len(ids) < wanted:
        raise RuntimeError(f"{len(ids)} customers instead of {wanted}")
    return ids
