"""Which limit governs: person, then team, then grade; in a storm its own; the narrowest case; the newest in force."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from offers.choices import Grade
from offers.models import LimitVersion
from retention_desk.people.models import User
from tests.builders import desk_now, make_agent
from tests.offers.builders import make_limit
from tests.offers.in_use import in_force

pytestmark = pytest.mark.django_db

Scope = dict[str, Any]
PERSON, TEAM, GRADE = "person", "team", "grade"


@pytest.fixture
def ann() -> User:
    return make_agent("ann")


@pytest.fixture
def make(ann: User) -> Callable[..., LimitVersion]:
    """A limit of Ann, of her team or of her grade."""

    def limit(of: str, **other: Any) -> LimitVersion:
        scope: dict[str, Scope] = {
            PERSON: {"user": ann},
            TEAM: {"team": ann.seat_row.team},
            GRADE: {},
        }
        given = {"valid_from": desk_now() - timedelta(days=1)} | scope[of] | other
        return make_limit(grade=Grade.AGENT, **given)

    return limit


# What there is, which of it governs (by place), and for which family, tier and months as a customer it is asked.
CASES: list[tuple[list[tuple[str, dict[str, Any]]], int | None, tuple[str, str, int]]] = [
    ([], None, ("", "", 0)),
    ([(GRADE, {})], 0, ("RECURRING", "MID", 24)),
    ([(GRADE, {}), (TEAM, {})], 1, ("", "", 0)),
    ([(GRADE, {}), (TEAM, {}), (PERSON, {})], 2, ("", "", 0)),
    # The scope comes before the case: a person's limit for everything before the team's for credits.
    ([(PERSON, {}), (TEAM, {"family": "CREDIT"})], 0, ("CREDIT", "", 0)),
    ([(GRADE, {}), (GRADE, {"family": "CREDIT"})], 1, ("CREDIT", "", 0)),
    ([(GRADE, {}), (GRADE, {"family": "CREDIT"})], 0, ("RECURRING", "", 0)),
    ([(GRADE, {"family": "CREDIT"})], None, ("RECURRING", "", 0)),
    ([(GRADE, {}), (GRADE, {"tier": "HIGH"})], 1, ("", "HIGH", 0)),
    ([(GRADE, {}), (GRADE, {"tier": "HIGH"})], 0, ("", "LOW", 0)),
    ([(GRADE, {"family": "CREDIT"}), (GRADE, {"tier": "HIGH"})], 0, ("CREDIT", "HIGH", 0)),
    ([(GRADE, {"tier": "HIGH"}), (GRADE, {"tenure_from_months": 24})], 0, ("", "HIGH", 30)),
    ([(GRADE, {}), (GRADE, {"tenure_from_months": 24})], 1, ("", "", 24)),
    ([(GRADE, {}), (GRADE, {"tenure_from_months": 24})], 0, ("", "", 23)),
    ([(GRADE, {"tenure_from_months": 24}), (GRADE, {"tenure_from_months": 60})], 1, ("", "", 61)),
    ([(GRADE, {}), (GRADE, {"in": timedelta(hours=-2)})], 1, ("", "", 0)),
    ([(GRADE, {}), (GRADE, {"in": timedelta(minutes=5)})], 0, ("", "", 0)),
    ([(GRADE, {}), (GRADE, {"in": timedelta(hours=-2)}), (PERSON, {"ends": True})], 1, ("", "", 0)),
    ([(GRADE, {}), (PERSON, {}), (PERSON, {"ends": True, "in": timedelta(hours=-1)})], 0, ("", "", 0)),
    (
        [(GRADE, {}), (GRADE, {"tier": "LOW"}), (GRADE, {"tier": "LOW", "ends": True, "in": timedelta(hours=-1)})],
        0,
        ("", "LOW", 0),
    ),
    # An end that has not begun takes nothing away yet.
    ([(GRADE, {}), (PERSON, {}), (PERSON, {"ends": True, "in": timedelta(hours=1)})], 1, ("", "", 0)),
    ([(GRADE, {"currency": "EUR"})], None, ("", "", 0)),
]


@pytest.mark.parametrize(("there", "governs", "asked"), CASES)
def test_governing_limit(
    ann: User,
    make: Callable[..., LimitVersion],
    there: list[tuple[str, dict[str, Any]]],
    governs: int | None,
    asked: tuple[str, str, int],
) -> None:
    made = []
    for of, other in there:
        begins = {"valid_from": desk_now() + other["in"]} if "in" in other else {}
        made.append(make(of, **{name: value for name, value in other.items() if name != "in"}, **begins))

    family, tier, tenure = asked
    found = in_force(ann, family, tier, tenure)

    assert found == (made[governs].pk if governs is not None else None)


def test_who_left_the_desk_has_no_limit(ann: User, make: Callable[..., LimitVersion]) -> None:
    make(GRADE)
    ann.seat_row.is_active = False
    ann.seat_row.save()

    assert in_force(ann) is None
