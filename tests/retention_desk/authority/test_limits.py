"""The pages of limits: what is in force, what waits, and how a raise is confirmed, refused or taken back."""

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from offers.choices import Grade, OfferKind
from offers.models import LimitRaise, LimitVersion
from tests.audits import last_event
from tests.builders import desk_now, make_team, new_key
from tests.offers.builders import make_limit
from tests.offers.in_use import in_force
from tests.retention_desk.authority.ground import Ground, browser, make_ground

pytestmark = pytest.mark.django_db

LIST, NEW = reverse("authority:limits"), reverse("authority:limit-new")
FORM = {
    "whose": "grade:AGENT",
    "max_percent": "20",
    "max_months": "12",
    "max_monthly_minor": "20",
    "max_credit_minor": "50",
    "max_fee_minor": "50",
    "max_cost_minor": "240.00",
    "kinds": [OfferKind.PERCENT_OFF, OfferKind.CREDIT],
    "mode": "HARD",
    "why": "Winter",
}


@pytest.fixture
def ground(db: None) -> Ground:
    return make_ground()


def form(**other: Any) -> dict[str, Any]:
    return FORM | {"key": str(new_key())} | other


def decide(ground: Ground, asked: LimitRaise, answer: str, *, by: str = "max") -> Any:
    return browser(getattr(ground, by)).post(reverse("authority:raise", args=[asked.pk]), {"answer": answer})


def test_list_says_whose_how_much_since_when_by_whom_and_why(ground: Ground) -> None:
    make_limit(grade=Grade.AGENT, team=ground.scene.team, family="CREDIT", recorded_by=ground.ada, why="Pilot")

    page = browser(ground.greta).get(LIST).content.decode()

    for words in ("Senior agent", "$240", "Retention East", "One-off credits", "Ada Holt", "Pilot", "In force"):
        assert words in page


def test_lower_limit_holds_at_once(ground: Ground) -> None:
    answer = browser(ground.greta).post(NEW, form(day_count="8", day_cost_minor="200"))

    assert answer.status_code == 302
    limit = LimitVersion.objects.latest("id")
    assert in_force(ground.ann) == limit.pk
    assert (limit.max_percent, limit.day_count, limit.day_cost_minor) == (20, 8, 20_000)
    assert limit.recorded_by_id == ground.greta.pk
    assert "Times in a day: 8" in browser(ground.greta).get(LIST).content.decode()


def test_same_form_sent_twice_sets_one(ground: Ground) -> None:
    once = form()

    for _ in range(2):
        assert browser(ground.greta).post(NEW, once).status_code == 302

    assert LimitVersion.objects.filter(why="Winter").count() == 1


def test_raise_waits_shows_what_changes_and_is_confirmed_with_one_press(ground: Ground) -> None:
    browser(ground.greta).post(NEW, form(max_percent="30"))
    asked = LimitRaise.objects.get()

    own, others = (browser(person).get(LIST).content.decode() for person in (ground.greta, ground.max))
    assert "Somebody else has to confirm it." in own
    assert 'value="confirm"' not in own
    assert "<s>25%</s>" in others
    assert decide(ground, asked, "confirm").status_code == 302

    version = LimitVersion.objects.get(raised_by=asked)
    assert (version.recorded_by_id, version.confirmed_by_id) == (ground.greta.pk, ground.max.pk)
    assert version.valid_from > desk_now()
    page = browser(ground.ada).get(LIST).content.decode()
    assert "Not yet in force" in page
    assert "confirmed by Max Holt" in page


@pytest.mark.parametrize(
    ("by", "answer", "status", "state"),
    [
        ("greta", "confirm", 409, "OPEN"),
        ("greta", "refuse", 409, "OPEN"),
        ("greta", "withdraw", 302, "WITHDRAWN"),
        ("max", "withdraw", 409, "OPEN"),
        ("max", "refuse", 302, "REFUSED"),
        ("ada", "confirm", 302, "CONFIRMED"),
        ("max", "shrug", 422, "OPEN"),
        ("sue", "confirm", 403, "OPEN"),
    ],
)
def test_who_decides_a_raise(ground: Ground, by: str, answer: str, status: int, state: str) -> None:
    asked = ground.raised()

    assert decide(ground, asked, answer, by=by).status_code == status

    assert LimitRaise.objects.get().state == state


def test_second_press_says_that_somebody_was_faster(ground: Ground) -> None:
    asked = ground.raised()
    decide(ground, asked, "confirm")

    answer = decide(ground, asked, "confirm", by="ada")

    assert answer.status_code == 409
    assert "Somebody was faster." in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("whose", {"whose": "grade:KING"}),
        ("max_percent", {"max_percent": "200"}),
        ("max_credit_minor", {"max_credit_minor": "300"}),
        ("max_monthly_minor", {"max_monthly_minor": "1.005"}),
        ("max_monthly_minor", {"max_monthly_minor": "-1"}),
        ("kinds", {"kinds": []}),
        ("family", {"family": "CREDIT", "day_count": "3"}),
        ("week_count", {"day_count": "9", "week_count": "8"}),
        ("valid_from", {"valid_from": "2020-01-01T00:00"}),
        ("why", {"why": " "}),
        ("key", {"key": "x"}),
    ],
)
def test_wrong_value_is_said_at_its_field(ground: Ground, field: str, wrong: dict[str, Any]) -> None:
    before = LimitVersion.objects.count()

    answer = browser(ground.greta).post(NEW, form(**wrong))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert LimitVersion.objects.count() == before


def test_own_limit_is_refused_at_its_field(ground: Ground) -> None:
    answer = browser(ground.greta).post(NEW, form(whose=f"user:{ground.greta.pk}"))

    assert answer.status_code == 422
    assert "Nobody sets their own limit." in answer.content.decode()


def test_form_starts_from_the_limit_that_is_changed(ground: Ground) -> None:
    limit = LimitVersion.objects.get(grade=Grade.SENIOR)

    page = browser(ground.greta).get(NEW, {"from": limit.pk}).content.decode()

    for typed in (
        'value="grade:SENIOR" selected',
        'name="max_percent" value="30"',
        'name="max_monthly_minor" value="35.00"',
    ):
        assert typed in page


def test_limit_of_a_team_is_ended_and_the_wider_one_holds(ground: Ground) -> None:
    limit = make_limit(grade=Grade.AGENT, team=ground.scene.team)
    wider = LimitVersion.objects.get(grade=Grade.AGENT)
    address = reverse("authority:limit-end", args=[limit.pk])

    assert browser(ground.greta).post(address, {"why": "", "key": str(new_key())}).status_code == 422
    assert browser(ground.greta).post(address, {"why": "Pilot over", "key": str(new_key())}).status_code == 302

    # To end it counts as more, so it waits.
    decide(ground, LimitRaise.objects.get(), "confirm", by="ada")
    assert LimitVersion.objects.latest("id").ends
    assert last_event().act == "LIMIT_ADDED"
    assert wider.pk != limit.pk


def test_pages_take_two_statements(ground: Ground, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ground.raised()
    make_team("Another")
    client = browser(ground.greta)

    for address in (LIST, NEW):
        with django_assert_num_queries(2):
            client.get(address)
