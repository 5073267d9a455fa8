"""The home page, one's own status and one's own settings."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from customers import calls, dispositions
from customers.choices import DispositionKind
from customers.models import Call, CallBack
from offers.models import Seat
from retention_desk.formats import near_date
from tests.builders import close_call, desk_now, make_agent, make_call, make_customer, make_user, new_key
from tests.database import DeskClock
from tests.retention_desk.scene import AGENT, Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def test_home_shows_the_day_the_limits_and_the_budget(scene: Scene) -> None:
    call_id = scene.open_call()
    calls.end_call(call_id=call_id, by=scene.ann.pk, role="AGENT")
    client = signed_in(scene.ann)
    assert "Ending missing" in client.get("/").content.decode()

    dispositions.close_call(
        call_id=call_id, kind=DispositionKind.SAVED_WITHOUT, lines=None, by=scene.ann.pk, role="AGENT", key=new_key()
    )
    text = client.get("/").content.decode()

    for words in ("Saved without an offer", "up to <b>25%</b>", "$600", "1 call says little"):
        assert words in text


def test_home_of_somebody_without_a_seat_leads_on(scene: Scene) -> None:
    text = signed_in(make_user("max")).get("/").content.decode()

    assert "Where to go" in text
    assert Client().get("/").status_code == 302


def test_duty_is_set_by_a_post_and_only_to_what_one_may_choose(scene: Scene) -> None:
    client = signed_in(scene.ann)

    assert client.post("/duty/", {"duty": "BREAK", "next": "/customers/"}).url == "/customers/"  # type: ignore[attr-defined]
    assert Seat.objects.get(user=scene.ann).duty == "BREAK"
    assert client.post("/duty/", {"duty": "ON_CALL"}).status_code == 404
    assert client.post("/duty/", {"duty": "READY", "next": "https://elsewhere.example/"}).url == "/"  # type: ignore[attr-defined]
    assert client.get("/duty/").status_code == 405
    assert signed_in(make_user("max")).post("/duty/", {"duty": "READY"}).status_code == 404


def test_profile_changes_only_by_post(scene: Scene) -> None:
    client = signed_in(scene.ann)
    assert client.get("/profile/?language=de").status_code == 200
    scene.ann.refresh_from_db()
    assert scene.ann.language == ""

    answer = client.post(
        "/profile/", {"language": "de", "theme": "dark", "density": "comfortable", "next": "/customers/"}
    )

    assert answer.url == "/customers/"  # type: ignore[attr-defined]
    scene.ann.refresh_from_db()
    assert (scene.ann.language, scene.ann.theme, scene.ann.density, scene.ann.single_keys) == (
        "de", "dark", "comfortable", False,
    )  # fmt: skip
    page = client.get("/profile/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-single-keys="off"' in page
    assert 'data-sounds="off"' in page


def test_profile_refuses_what_does_not_exist(scene: Scene) -> None:
    answer = signed_in(scene.ann).post("/profile/", {"language": "xx", "theme": "pink", "density": "compact"})

    assert answer.status_code == 422
    assert Client().get("/profile/").status_code == 302


def test_home_of_an_agent_is_four_statements(scene: Scene, django_assert_num_queries: Any) -> None:
    client = signed_in(scene.ann)
    for _ in range(2):
        call_id = scene.open_call(customer_id=make_customer().pk)
        calls.end_call(call_id=call_id, by=scene.ann.pk, role="AGENT")
        close(scene, call_id)
    promise(scene)
    client.get("/")

    # The session with its person and seat; the day, authority and offers, news, who waits on the telephone.
    with django_assert_num_queries(5):
        client.get("/")


def test_home_says_what_is_owed_and_what_stays_noted(scene: Scene, desk_clock: DeskClock) -> None:
    promise(scene)
    client = signed_in(make_agent("ben", team=scene.team, first_name="Ben", permissions=AGENT))
    text = client.get("/").content.decode()
    for words in ("Marisol Tennant", "promised by Ines Falk", "wish to cancel noted", "next in 2 h", "Take it"):
        assert words in text, words
    assert "Marisol" not in signed_in(scene.sid).get("/").content.decode()

    client.post(f"/mine/call-backs/{CallBack.objects.get().pk}/take/")
    assert "Ring back" in client.get("/?part=promised", headers={"HX-Request": "true"}).content.decode()
    told = signed_in(scene.ann).post(f"/mine/call-backs/{CallBack.objects.get().pk}/ring/", follow=True)
    assert "Ben Holt has taken this call-back on" in told.content.decode()
    desk_clock.advance(timedelta(minutes=121))
    waiting = client.get("/?part=waiting", headers={"HX-Request": "true"}).content.decode()
    assert "1 call overdue" in waiting
    assert "<html" not in waiting
    at = Call.objects.get(call_back_at__isnull=False).call_back_at
    assert at is not None
    due = near_date(at.astimezone(ZoneInfo(scene.team.site.time_zone)).date(), language="en")
    assert f"first was due {due}" not in waiting
    assert "overdue" in signed_in(scene.sue).get("/approvals/unfinished/").content.decode()

    # A time of day says nothing of another day.
    desk_clock.advance(timedelta(days=1))
    assert f"first was due {due}" in client.get("/?part=waiting", headers={"HX-Request": "true"}).content.decode()


def test_day_is_said_with_its_doubt_and_the_team_only_where_it_is_nobodys(scene: Scene) -> None:
    close(scene, scene.open_call())
    client = signed_in(scene.ann)
    assert "1 call says little: likely" in client.get("/").content.decode()
    for name in ("ben", "cleo"):
        agent = make_agent(name, team=scene.team)
        close_call(make_call(agent, make_customer()), "CANCELLED")
        text = client.get("/").content.decode()
        assert ("team 33.3%" in text) is (name == "cleo")


def test_my_calls_name_nobody_of_other_days(scene: Scene, desk_clock: DeskClock) -> None:
    close(scene, scene.open_call())
    client = signed_in(scene.ann)
    assert "Marisol Tennant" in client.get("/mine/calls/").content.decode()

    desk_clock.advance(timedelta(days=2))

    assert "No call in this time." in client.get("/mine/calls/").content.decode()
    text = client.get("/mine/calls/?days=7").content.decode()
    assert "0926-3" in text
    assert "Marisol" not in text
    assert "1 call says little" in text


def test_my_limits_say_what_governs_and_who_can_give_more(scene: Scene) -> None:
    text = signed_in(scene.ann).get("/mine/limits/").content.decode()

    for words in ("My limits", "25%", "Agent budget", "Tobias Renn"):
        assert words in text, words
    assert signed_in(make_user("max")).get("/mine/limits/").status_code == 403


def close(scene: Scene, call_id: int) -> None:
    calls.end_call(call_id=call_id, by=scene.ann.pk, role="AGENT")
    dispositions.close_call(
        call_id=call_id, kind=DispositionKind.SAVED_WITHOUT, lines=None, by=scene.ann.pk, role="AGENT", key=new_key()
    )


def promise(scene: Scene) -> None:
    """Ann's customer wants to cancel, and to be rung back in two hours."""
    call_id = scene.open_call()
    by: dict[str, Any] = {"call_id": call_id, "by": scene.ann.pk, "role": "AGENT"}
    calls.ask_to_cancel(**by)
    calls.promise_call_back(at=desk_now() + timedelta(hours=2, minutes=1), note="Thinking about TV", **by)
    calls.end_call(**by)
    dispositions.close_call(kind=DispositionKind.CALL_BACK, lines=None, key=new_key(), **by)
