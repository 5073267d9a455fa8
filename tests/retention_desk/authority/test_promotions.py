"""More authority for a person on the pages: asked for among the people, confirmed and taken back beside the limits."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from offers import promotions
from offers.choices import Grade
from offers.models import Promotion, Seat
from retention_desk.people.models import User
from tests.builders import desk_now
from tests.database import DeskClock
from tests.retention_desk.authority.ground import Ground, browser, make_ground

pytestmark = pytest.mark.django_db

LIST = reverse("authority:limits")


@pytest.fixture
def ground(db: None) -> Ground:
    return make_ground()


def move(ground: Ground, person: User, **other: Any) -> Any:
    """Ada changes a person's place in the administration."""
    seat = Seat.objects.get(user=person)
    form = {
        "first_name": person.first_name, "last_name": person.last_name, "email": person.email, "language": "",
        "role": "Agent", "team": str(seat.team_id or ""), "grade": seat.grade, "why": "",
    }  # fmt: skip
    address = reverse("admin:people_user_change", args=[person.pk])
    return browser(ground.ada).post(address, form | other, follow=True)


def decide(asked: Promotion, answer: str, by: Client) -> Any:
    return by.post(reverse("authority:promotion", args=[asked.pk]), {"answer": answer})


def asked_for(ground: Ground) -> Promotion:
    move(ground, ground.ann, grade="SENIOR", why="A year of good calls")
    return Promotion.objects.get()


def test_higher_grade_waits_is_confirmed_with_one_press_and_holds_later(ground: Ground, desk_clock: DeskClock) -> None:
    page = move(ground, ground.ann, grade="SENIOR", why="A year of good calls").content.decode()
    asked = Promotion.objects.get()

    assert "It waits for a second person now." in page
    assert Seat.objects.get(user=ground.ann).grade == Grade.AGENT
    own, others = (browser(person).get(LIST).content.decode() for person in (ground.ada, ground.max))
    assert "Somebody else has to confirm it." in own
    assert 'value="confirm"' not in own
    for words in (
        "People who are to get more authority",
        "<s>Agent</s>",
        "<b>Senior agent</b>",
        "A year of good calls",
    ):
        assert words in others
    assert decide(asked, "confirm", browser(ground.max)).status_code == 302
    page = browser(ground.greta).get(LIST).content.decode()
    assert "confirmed by Max Holt" in page
    assert "holds from" in page
    desk_clock.advance(timedelta(hours=1))
    promotions.begin_due()
    assert Seat.objects.get(user=ground.ann).grade == Grade.SENIOR
    assert "People who are to get more authority" not in browser(ground.greta).get(LIST).content.decode()


def test_without_words_it_is_not_asked_for_and_the_field_says_so(ground: Ground) -> None:
    answer = move(ground, ground.ann, grade="SENIOR", role="Supervisor")

    assert "why" in answer.context["adminform"].form.errors
    assert not Promotion.objects.exists()
    assert [group.name for group in ground.ann.groups.all()] == ["Agent"]


def test_lower_grade_holds_at_once_and_lets_go_of_what_was_asked(ground: Ground) -> None:
    asked = asked_for(ground)
    decide(asked, "confirm", browser(ground.max))

    move(ground, ground.ann, grade="NEW")

    assert Seat.objects.get(user=ground.ann).grade == Grade.NEW
    asked.refresh_from_db()
    assert asked.state == "TAKEN_BACK"


@pytest.mark.parametrize(
    ("by", "answer", "status", "state"),
    [
        ("ada", "confirm", 409, "OPEN"),
        ("ada", "refuse", 409, "OPEN"),
        ("ada", "withdraw", 302, "WITHDRAWN"),
        ("max", "withdraw", 409, "OPEN"),
        ("max", "refuse", 302, "REFUSED"),
        ("greta", "confirm", 302, "CONFIRMED"),
        ("max", "shrug", 422, "OPEN"),
        ("sue", "confirm", 403, "OPEN"),
        ("ann", "confirm", 403, "OPEN"),
    ],
)
def test_who_decides(ground: Ground, by: str, answer: str, status: int, state: str) -> None:
    asked = asked_for(ground)

    assert decide(asked, answer, browser(getattr(ground, by))).status_code == status

    asked.refresh_from_db()
    assert asked.state == state


def test_nobody_confirms_their_own_also_with_the_right_to(ground: Ground) -> None:
    Seat.objects.filter(user=ground.max).update(grade=Grade.SENIOR)
    move(ground, ground.max, role="Manager", grade="MANAGER", why="Back from parental leave")
    asked = Promotion.objects.get()

    page = browser(ground.max).get(LIST).content.decode()
    answer = decide(asked, "confirm", browser(ground.max))

    assert reverse("authority:promotion", args=[asked.pk]) not in page
    assert answer.status_code == 409
    assert "Nobody decides about their own authority." in answer.content.decode()


def test_confirmed_one_is_taken_back_by_either_and_answered_once(ground: Ground) -> None:
    asked = asked_for(ground)
    decide(asked, "confirm", browser(ground.max))

    late = decide(asked, "refuse", browser(ground.greta))
    assert late.status_code == 409
    assert "Somebody was faster." in late.content.decode()
    assert decide(asked, "withdraw", browser(ground.max)).status_code == 302

    asked.refresh_from_db()
    assert asked.state == "TAKEN_BACK"
    assert asked.begins_at is not None
    assert asked.begins_at > desk_now()
