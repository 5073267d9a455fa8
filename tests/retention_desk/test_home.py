"""The home page, one's own status and one's own settings."""

import pytest
from django.test import Client

from customers import calls, dispositions
from customers.choices import DispositionKind
from offers.models import Seat
from tests.builders import make_user, new_key
from tests.retention_desk.scene import Scene, set_scene, signed_in

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


def test_profile_refuses_what_does_not_exist(scene: Scene) -> None:
    answer = signed_in(scene.ann).post("/profile/", {"language": "xx", "theme": "pink", "density": "compact"})

    assert answer.status_code == 422
    assert Client().get("/profile/").status_code == 302
