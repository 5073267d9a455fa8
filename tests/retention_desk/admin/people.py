"""People with a role, as the administration meets them."""

from typing import Any

from django.contrib.auth.models import Group

from offers.choices import Grade
from offers.models import Seat
from retention_desk.people.models import User
from retention_desk.people.roles import ADMINISTRATOR, AGENT
from tests.builders import make_user


def make_person(username: str = "ann", role: str = AGENT, *, grade: Grade = Grade.AGENT, **other: Any) -> User:
    """A person in a role, with a seat; an administrator is staff."""
    user = make_user(username, **({"is_staff": role == ADMINISTRATOR} | other))
    user.groups.set([Group.objects.get(name=role)])
    Seat.objects.create(user=user, team=None, grade=grade)
    return user


def make_administrator(username: str = "ada", **other: Any) -> User:
    """Ada keeps the desk."""
    return make_person(username, ADMINISTRATOR, **other)
