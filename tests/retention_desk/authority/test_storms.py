"""The pages of storms and of standing in."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from offers.choices import Grade
from offers.models import Delegation, LimitVersion, Storm, StormReserve
from retention_desk.people.models import User
from tests.builders import make_agent, new_key
from tests.offers.in_use import in_force
from tests.retention_desk.authority.ground import Ground, browser, make_ground

pytestmark = pytest.mark.django_db

STORMS, SIGN, STANDING_IN = (reverse(f"authority:{name}") for name in ("storms", "reserve-new", "standing-in"))


@pytest.fixture
def ground(db: None) -> Ground:
    return make_ground()


def act(person: User, name: str, thing: int, **said: Any) -> Any:
    return browser(person).post(reverse(f"authority:{name}", args=[thing]), said)


def signed(ground: Ground, **other: Any) -> dict[str, Any]:
    """The form of a reserve as it is drawn, and what is said in it."""
    form = browser(ground.greta).get(SIGN).context["form"]
    drawn = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    typed = {
        name: form[name].field.prepare_value(value) if name.endswith("minor") else value
        for name, value in drawn.items()
    }
    return typed | {"site": ground.scene.team.site_id, "name": "Outage", "amount_minor": "500"} | other


def test_reserve_is_signed_countersigned_started_and_ended(ground: Ground) -> None:
    usual = in_force(ground.ann)
    assert browser(ground.greta).post(SIGN, signed(ground, **{"AGENT-max_percent": "40"})).status_code == 302
    reserve = StormReserve.objects.get()
    assert LimitVersion.objects.filter(storm=reserve).count() == 4
    page = browser(ground.greta).get(STORMS).content.decode()
    assert "Somebody else has to sign it too." in page
    assert act(ground.greta, "reserve-countersign", reserve.pk).status_code == 409

    assert act(ground.ada, "reserve-countersign", reserve.pk).status_code == 302
    said = {"hours": "6", "why": "Ring down", "key": str(new_key())}
    assert act(ground.sue, "storm-start", reserve.pk, **said).status_code == 302
    assert act(ground.sue, "storm-start", reserve.pk, **said).status_code == 302

    storm = Storm.objects.get()
    assert in_force(ground.ann) == LimitVersion.objects.get(storm=reserve, grade=Grade.AGENT).pk
    page = browser(ground.sue).get(STORMS).content.decode()
    for words in ("in use", "Started by Tobias Renn", "Ring down"):
        assert words in page
    assert act(ground.sue, "storm-end", storm.pk).status_code == 302
    assert in_force(ground.ann) == usual
    assert "Earlier storms" in browser(ground.sue).get(STORMS).content.decode()
    assert act(ground.sue, "storm-end", storm.pk).status_code == 409


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", {"name": ""}),
        ("amount_minor", {"amount_minor": "-1"}),
        ("AGENT-max_percent", {"AGENT-max_percent": "101"}),
        ("AGENT-max_credit_minor", {"AGENT-max_credit_minor": "9999"}),
        ("site", {"site": "0"}),
    ],
)
def test_wrong_value_of_a_reserve_is_said_at_its_field(ground: Ground, field: str, wrong: dict[str, str]) -> None:
    answer = browser(ground.greta).post(SIGN, signed(ground, **wrong))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not StormReserve.objects.exists()


def test_reserve_of_another_site_is_not_there(ground: Ground) -> None:
    reserve = ground.reserve()
    said = {"hours": "6", "why": "x", "key": str(new_key())}

    assert act(ground.sid, "storm-start", reserve.pk, **said).status_code == 404
    assert "Outage" not in browser(ground.sid).get(STORMS).content.decode()
    assert act(ground.ada, "storm-start", reserve.pk, **said).status_code == 403


def test_storm_needs_hours_and_a_reason(ground: Ground) -> None:
    reserve = ground.reserve()

    for said in ({"hours": "0", "why": "x"}, {"hours": "73", "why": "x"}, {"hours": "6", "why": ""}):
        assert act(ground.sue, "storm-start", reserve.pk, key=str(new_key()), **said).status_code == 422
    assert not Storm.objects.exists()


def test_reserve_in_use_is_not_retired(ground: Ground) -> None:
    storm = ground.storm()
    reserve = Storm.objects.get(pk=storm).reserve_id

    answer = act(ground.greta, "reserve-retire", reserve)

    assert answer.status_code == 409
    assert "This reserve is being used." in answer.content.decode()
    act(ground.sue, "storm-end", storm)
    assert act(ground.greta, "reserve-retire", reserve).status_code == 302
    assert "Outage" not in [row["name"] for row in browser(ground.greta).get(STORMS).context["found"]["reserves"]]


def lent(of: User, to: User, **other: Any) -> dict[str, Any]:
    now = timezone.localtime()
    return {
        "of": of.pk,
        "to": to.pk,
        "starts_at": f"{now:%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + timedelta(days=2):%Y-%m-%dT%H:%M}",
        "why": "Holiday",
        "key": str(new_key()),
    } | other


def test_supervisor_lends_their_own_and_takes_it_back(ground: Ground) -> None:
    sam = make_agent("sam", team=ground.scene.team, grade=Grade.SENIOR)

    assert browser(ground.sue).post(STANDING_IN, lent(ground.sue, sam)).status_code == 302
    given = Delegation.objects.get()
    page = browser(ground.sue).get(STANDING_IN).content.decode()
    assert "Sam Holt" in page
    assert act(ground.sid, "standing-in-end", given.pk).status_code == 404
    assert act(ground.sue, "standing-in-end", given.pk).status_code == 302

    assert Delegation.objects.get().ended_by_id == ground.sue.pk
    assert act(ground.sue, "standing-in-end", given.pk).status_code == 409


def test_supervisor_lends_nobody_elses_authority(ground: Ground) -> None:
    sam = make_agent("sam", team=ground.scene.team, grade=Grade.SENIOR)

    answer = browser(ground.sue).post(STANDING_IN, lent(ground.greta, sam))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["of"]
    assert browser(ground.ada).post(STANDING_IN, lent(ground.greta, sam)).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"ends_at": "2020-01-01T00:00"}, 422),
        ({"ends_at": "2099-01-01T00:00"}, 409),
        ({"why": ""}, 422),
        ({"ends_at": "soon"}, 422),
    ],
)
def test_dates_that_cannot_be_are_refused(ground: Ground, wrong: dict[str, str], status: int) -> None:
    sam = make_agent("sam", team=ground.scene.team, grade=Grade.SENIOR)

    assert browser(ground.sue).post(STANDING_IN, lent(ground.sue, sam, **wrong)).status_code == status
    assert not Delegation.objects.exists()


def test_nobody_takes_authority_for_themselves(ground: Ground) -> None:
    answer = browser(ground.max).post(STANDING_IN, lent(ground.sue, ground.max))

    assert answer.status_code == 409
    assert "Nobody decides about their own authority." in answer.content.decode()


def test_pages_take_two_statements(ground: Ground, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ground.storm()
    ground.delegation()
    client = browser(ground.greta)

    for address in (STORMS, SIGN, STANDING_IN):
        with django_assert_num_queries(2):
            client.get(address)
