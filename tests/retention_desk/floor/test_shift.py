"""The team leader's tools by their addresses: hand-over, leaving, silent notes and news."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from offers.choices import Duty
from offers.models import ApprovalRequest, News, Seat, SilentNote
from retention_desk.people.models import User
from tests.builders import make_supervisor, new_key
from tests.retention_desk.scene import SUPERVISOR, Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def scene() -> Scene:
    return set_scene()


@pytest.fixture
def sue(scene: Scene) -> Client:
    return signed_in(scene.sue)


@pytest.fixture
def vera(scene: Scene, request_id: int) -> User:
    """A colleague of Sue's, on duty since the request is with Sue."""
    return make_supervisor("vera", team=scene.team, first_name="Vera", last_name="Lind", permissions=SUPERVISOR)


@pytest.fixture
def call_id(scene: Scene) -> int:
    return scene.open_call()


@pytest.fixture
def request_id(scene: Scene, call_id: int) -> int:
    said = {"key": str(new_key()), "act": "ask", "percent": 35, "months": 12}
    signed_in(scene.ann).post(f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/", said)
    return ApprovalRequest.objects.get().pk


def news_of(**changed: Any) -> dict[str, Any]:
    until = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    return {"key": str(new_key()), "title": "Outage in the north", "text": "Until noon", "ends_at": until} | changed


def test_shift_says_who_decides_next_in_a_few_statements(
    sue: Client, vera: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # The session, the roster and the news.
    with django_assert_num_queries(3):
        text = sue.get("/approvals/shift/").content.decode()

    assert text.index('<th scope="row"><b>Vera Lind') < text.index('<th scope="row"><b>Tobias Renn')
    assert "may answer 1 of 1" in text


def test_hand_over_and_going_off_duty_is_one_button(scene: Scene, sue: Client, vera: User, request_id: int) -> None:
    said = {"request": [request_id], "to": vera.pk, "then": "off"}

    answer = sue.post("/approvals/shift/hand-over/", said, follow=True)

    assert "1 request is with a colleague now." in answer.content.decode()
    assert ApprovalRequest.objects.get().drawn_to == vera
    assert Seat.objects.get(user=scene.sue).duty == Duty.OFF


def test_hand_over_says_what_stays(scene: Scene, sue: Client, vera: User, request_id: int) -> None:
    Seat.objects.filter(user=vera).update(duty=Duty.AWAY)

    answer = sue.post("/approvals/shift/hand-over/", {"request": [request_id], "to": vera.pk}, follow=True)

    assert "1 request stays with you" in answer.content.decode()
    assert sue.post("/approvals/shift/hand-over/", {"request": [request_id]}).status_code == 422


def test_away_passes_requests_on_and_says_so(sue: Client, vera: User, request_id: int) -> None:
    answer = sue.post("/duty/", {"duty": "AWAY", "next": "/approvals/"}, follow=True)

    assert "1 request is with a colleague now." in answer.content.decode()
    assert ApprovalRequest.objects.get().drawn_to == vera


def test_note_is_written_beside_the_floor_and_read_on_the_call(scene: Scene, sue: Client, call_id: int) -> None:
    ann, address = signed_in(scene.ann), f"/approvals/note/{scene.ann.pk}/"
    assert address in sue.get("/approvals/floor/", headers=HTMX).content.decode()
    assert "Silent note to Ines Falk" in sue.get(address, headers=HTMX).content.decode()

    sent = sue.post(address, {"key": str(new_key()), "text": "Offer the fix first"}, headers=HTMX)
    assert "not seen yet" in sent.content.decode()
    shown = ann.get(f"/calls/{call_id}/word/", headers=HTMX).content.decode()
    assert "Offer the fix first" in shown
    stamp = re.search(r"seen=(\w+)", shown)
    assert stamp
    assert ann.get(f"/calls/{call_id}/word/?seen={stamp.group(1)}", headers=HTMX).status_code == 204
    away = ann.post(f"/calls/{call_id}/notes/{SilentNote.objects.get().pk}/seen/", headers=HTMX)
    assert "Offer the fix first" not in away.content.decode()
    assert "seen at" in sue.get(address, headers=HTMX).content.decode()


def test_note_without_a_call_is_refused_in_its_place(scene: Scene, sue: Client) -> None:
    address = f"/approvals/note/{scene.ann.pk}/"

    answer = sue.post(address, {"key": str(new_key()), "text": "Hello"}, headers=HTMX)

    assert answer.status_code == 409
    assert "not on a call" in answer.content.decode()
    assert sue.post(address, {"key": str(new_key()), "text": " "}, headers=HTMX).status_code == 422
    assert SilentNote.objects.count() == 0


def test_note_works_without_script(scene: Scene, sue: Client, call_id: int) -> None:
    address = f"/approvals/note/{scene.ann.pk}/"
    assert "<h1>Silent note</h1>" in sue.get(address).content.decode()

    answer = sue.post(address, {"key": str(new_key()), "text": "Offer the fix first"}, follow=True)

    assert "The note is on their screen." in answer.content.decode()


def test_news_stands_on_the_home_page_until_it_is_taken_back(scene: Scene, sue: Client) -> None:
    ann, sid = signed_in(scene.ann), signed_in(scene.sid)
    assert sue.post("/approvals/shift/news/", news_of()).status_code == 302

    assert "Outage in the north" in ann.get("/").content.decode()
    news = ann.get("/?part=news", headers=HTMX).content.decode()
    assert "Outage in the north" in news
    assert "My calls today" not in news
    assert "Outage in the north" not in sid.get("/").content.decode()
    back = f"/approvals/shift/news/{News.objects.get().pk}/take-back/"
    assert sid.post(back).status_code == 404
    assert sue.post(back).status_code == 302
    assert "Outage in the north" not in ann.get("/").content.decode()


def test_news_that_cannot_be_kept_is_marked_at_its_field(sue: Client) -> None:
    answer = sue.post("/approvals/shift/news/", news_of(ends_at="2020-01-01T10:00"))

    assert answer.status_code == 422
    assert "The end is still to come" in answer.content.decode()
    assert sue.post("/approvals/shift/news/", news_of(title="")).status_code == 422
    assert News.objects.count() == 0


def test_news_from_before_the_call_is_shown_on_it_and_later_news_is_not(scene: Scene, sue: Client) -> None:
    sue.post("/approvals/shift/news/", news_of())
    call_id = scene.open_call()
    sue.post("/approvals/shift/news/", news_of(title="Too late for this call"))

    text = signed_in(scene.ann).get(f"/calls/{call_id}/word/", headers=HTMX).content.decode()

    assert "Outage in the north" in text
    assert "Too late for this call" not in text
