"""Rows that tests need, made by plain functions with believable defaults. Everything may be said otherwise."""

import itertools
import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection, transaction

from customers.choices import CallerRole, OpeningIntent, ProductKind
from customers.models import (
    Call,
    Company,
    Complaint,
    ConductPolicy,
    Customer,
    Interaction,
    PriceChange,
    Product,
    Reason,
    Site,
    Subscription,
    Team,
)
from offers.choices import Duty, Grade
from offers.models import Seat
from retention_desk.people.models import User

_numbers = itertools.count(1)


def make_company(**other: Any) -> Company:
    """The one company."""
    return Company.objects.get_or_create(
        id=1, defaults={"name": "Harbor Cable", "currency": "USD", "country": "US"} | other
    )[0]


def make_site(name: str = "Fresno", time_zone: str = "America/Los_Angeles") -> Site:
    """A site; the same name is the same site."""
    return Site.objects.get_or_create(name=name, defaults={"time_zone": time_zone})[0]


def make_team(name: str = "Retention East", site: Site | None = None) -> Team:
    """A team; the same name is the same team."""
    return Team.objects.get_or_create(name=name, defaults={"site": site or make_site()})[0]


def make_user(username: str = "ann", *, permissions: tuple[str, ...] = (), **other: Any) -> User:
    """A person who may sign in; `permissions` as `app.codename`."""
    defaults = {"first_name": username.capitalize(), "last_name": "Holt", "email": f"{username}@example.com"}
    user = User.objects.create_user(username, password="a long secret", **(defaults | other))
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def make_agent(
    username: str = "ann",
    *,
    team: Team | None = None,
    grade: Grade = Grade.AGENT,
    duty: Duty = Duty.READY,
    permissions: tuple[str, ...] = ("customers.take_call",),
    **other: Any,
) -> User:
    """A person with a seat in a team."""
    user = make_user(username, permissions=permissions, **other)
    Seat.objects.create(user=user, team=team or make_team(), grade=grade, duty=duty)
    return user


def make_supervisor(username: str = "sue", **other: Any) -> User:
    """A supervisor with a seat and the rights of the floor."""
    rights = ("customers.take_call", "customers.see_floor", "customers.see_record", "customers.correct_disposition")
    return make_agent(username, **({"grade": Grade.SUPERVISOR, "permissions": rights} | other))


def make_customer(**other: Any) -> Customer:
    """A private customer in Fresno, known for three years."""
    number = next(_numbers)
    given = {
        "account_number": f"8842-{number:04d}-77",
        "given_name": "Marlene",
        "family_name": "Tennant",
        # Of an area of their own: what a test writes out is nobody's by accident.
        "phone": f"+1209555{100 + number % 100:04d}",
        "email": f"marlene.tennant{number}@example.com",
        "street": "18 Orchard Lane",
        "town": "Fresno",
        "region": "California",
        "postcode": "93650",
        "country": "US",
        "jurisdiction": "US-CA",
        "languages": ["en"],
        "currency": "USD",
        "customer_since": date(2023, 4, 2),
        "paid_until": date(2026, 11, 30),
        "autopay": True,
    }
    return Customer.objects.create(**(given | other))


def make_product(kind: ProductKind = ProductKind.INTERNET, **other: Any) -> Product:
    """A product of the price list; the same code is the same product."""
    given = {
        "code": f"{kind}-PLUS",
        "kind": kind,
        "name": f"{kind.label} Plus",
        "list_price_minor": 8999,
        "currency": "USD",
    } | other
    return Product.objects.get_or_create(code=given["code"], defaults=given)[0]


def make_subscription(customer: Customer, kind: ProductKind = ProductKind.INTERNET, **other: Any) -> Subscription:
    """One line of a customer at the list price of its product."""
    product = other.pop("product", None) or make_product(kind)
    given = {
        "customer": customer,
        "product": product,
        "line_key": f"line-{next(_numbers)}",
        "list_price_minor": product.list_price_minor,
        "started_on": date(2023, 4, 2),
    }
    line = Subscription.objects.create(**(given | other))
    line.refresh_from_db()
    return line


def make_price_change(
    line: Subscription, changes_on: date, old_minor: int, new_minor: int, **other: Any
) -> PriceChange:
    """One change of a line's price."""
    return PriceChange.objects.create(
        subscription=line, changes_on=changes_on, old_minor=old_minor, new_minor=new_minor, **other
    )


def make_complaint(customer: Customer | None, **other: Any) -> Complaint:
    """An open complaint about a bill."""
    given = {
        "number": f"C-{next(_numbers):06d}",
        "customer": customer,
        "kind": "BILLING",
        "subject": "Charged twice for October",
        "opened_at": desk_now() - timedelta(days=20),
    }
    return Complaint.objects.create(**(given | other))


def make_interaction(customer: Customer, **other: Any) -> Interaction:
    """One entry of the timeline."""
    given = {
        "customer": customer,
        "kind": "CHAT",
        "occurred_at": desk_now() - timedelta(days=9),
        "title": "Asked about the bill",
    }
    return Interaction.objects.create(**(given | other))


def make_reason(code: str = "PRICE", **other: Any) -> Reason:
    """A reason of the catalogue; the same code is the same reason."""
    given = {"code": code, "words": {"en": code.capitalize()}} | other
    return Reason.objects.get_or_create(code=code, defaults=given)[0]


def make_call(agent: User, customer: Customer | None, **other: Any) -> Call:
    """An open call as the table takes it, without the workflow around it (`customers.calls.open_call`)."""
    seat = Seat.objects.select_related("team").get(user=agent)
    assert seat.team is not None
    policy = other.pop("policy", None) or ConductPolicy.objects.get(code="DEFAULT", version=1)
    now = desk_now()
    given = {
        "customer": customer,
        "agent": agent,
        "team": seat.team,
        "site_id": seat.team.site_id,
        "opened_at": now,
        "seen_at": now,
        "phone_from": customer.phone if customer else "",
        "caller_role": CallerRole.HOLDER,
        "opening_intent": OpeningIntent.DISCONNECT,
        "policy": policy,
        "offers_allowed": policy.offers_allowed,
        "minutes_after_intent": policy.minutes_after_intent,
    }
    call = Call.objects.create(**(given | other))
    call.refresh_from_db()
    return call


def close_call(call: Call, kind: str = "SAVED_WITHOUT") -> Call:
    """End and close a call with this disposition, as its agent."""
    with transaction.atomic():
        Call.objects.filter(pk=call.pk, state="OPEN").update(state="WRAP_UP", ended_at=desk_now())
        call.dispositions.create(kind=kind, by_id=call.agent_id, recorded_at=desk_now())
        Call.objects.filter(pk=call.pk).update(state="CLOSED", closed_at=desk_now())
    call.refresh_from_db()
    return call


def desk_now() -> datetime:
    """The database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT desk_now()")
        found = cursor.fetchone()[0]
    assert isinstance(found, datetime)
    return found


def new_key() -> uuid.UUID:
    """A key that nobody has used."""
    return uuid.uuid4()
