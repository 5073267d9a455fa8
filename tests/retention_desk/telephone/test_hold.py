"""The button of the call bar that asks the telephone: where it stands, what it says, and what the bar never says."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from customers.models import Call, TelephoneCommand, TelephoneConnection
from tests import builders
from tests.database import DeskClock
from tests.retention_desk.forms_of import forms_of
from tests.retention_desk.scene import Scene, signed_in
from tests.retention_desk.telephone.sending import tell

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
BUTTON = re.compile(r'<button class="btn" id="hold-button" ([^>]*)>')
STATE = re.compile(r'<span class="callbar__state">([^<]+)<')
OFF = re.compile(r"<span data-off>[^<]*</span>")
WORDS = re.compile(r'<span class="hold__words">(.*?)<kbd', re.DOTALL)


@pytest.fixture
def ann(scene: Scene, connection: TelephoneConnection) -> Client:
    """Ann's browser, on a call that came by a telephone that can be asked."""
    TelephoneConnection.objects.update(control_address="https://pbx.example.com/desk")
    tell(connection, "answered", "a", number=scene.customer.phone, agent="ann")
    return signed_in(scene.ann)


@pytest.fixture
def call_id(ann: Client) -> int:
    return Call.objects.get().pk


def press(browser: Client, call_id: int, wanted: str = "HELD", **other: Any) -> Any:
    said = {"wanted": wanted, "key": str(builders.new_key())} | other
    return browser.post(f"/calls/{call_id}/hold/", said, headers=HTMX)


def shown(page: str) -> tuple[str, str, bool]:
    """What the bar says: how the line stands, the word on the button, whether it can be pressed."""
    button, words, state = BUTTON.search(page), WORDS.search(page), STATE.search(page)
    assert button
    assert words
    assert state
    word = re.sub(r"<[^>]+>", "", OFF.sub("", words[1]))
    return state[1], word, button[1] == 'data-key="F4" data-in-passing type="submit"'


def line(browser: Client, call_id: int, seen: str) -> Any:
    return browser.get(f"/calls/{call_id}/line/?seen={seen}", headers=HTMX)


def test_bar_follows_the_telephone_and_the_button_what_was_asked(
    ann: Client, call_id: int, connection: TelephoneConnection
) -> None:
    page = ann.get(f"/calls/{call_id}/").content.decode()
    assert shown(page) == ("On call", "Hold", True)
    assert "every 2s" not in page

    asked = press(ann, call_id)
    command = TelephoneCommand.objects.get().pk
    assert asked.status_code == 200
    assert shown(asked.content.decode()) == ("On call", "Asking …", False)
    # It asks for itself while it waits, and the same for whoever opens the page now.
    for drawn in (asked, ann.get(f"/calls/{call_id}/")):
        assert f'seen=OPEN.{command}" hx-trigger="desk:ask, every 2s"' in drawn.content.decode()
    assert line(ann, call_id, f"OPEN.{command}").status_code == 204

    tell(connection, "held", "h")
    held = line(ann, call_id, f"OPEN.{command}").content.decode()
    assert shown(held) == ("On hold", "Take back", True)
    assert 'id="line-note" hx-swap-oob="innerHTML"><span class="sr">On hold</span>' in held
    assert 'name="wanted" value="RESUMED"' in held

    assert shown(press(ann, call_id, "RESUMED").content.decode()) == ("On hold", "Asking …", False)
    tell(connection, "resumed", "r")
    assert shown(ann.get(f"/calls/{call_id}/").content.decode()) == ("On call", "Hold", True)


@pytest.mark.parametrize(
    ("wanted", "says", "state"),
    [
        ("HELD", "Take it that the customer still hears you", ("On call", "Hold", True)),
        ("RESUMED", "Take it that the customer is still on hold", ("On hold", "Take back", True)),
    ],
)
def test_what_is_not_confirmed_is_said_when_the_time_is_over(
    ann: Client,
    call_id: int,
    connection: TelephoneConnection,
    desk_clock: DeskClock,
    wanted: str,
    says: str,
    state: tuple[str, str, bool],
) -> None:
    if wanted == "RESUMED":
        tell(connection, "held", "h")
    press(ann, call_id, wanted)
    seen = f"{'OPEN' if wanted == 'HELD' else 'HELD'}.{TelephoneCommand.objects.get().pk}"

    desk_clock.advance(timedelta(seconds=8))
    late = line(ann, call_id, seen).content.decode()

    assert shown(late) == state
    assert says in late
    assert "on the telephone itself" in late
    assert line(ann, call_id, f"{seen}.late").status_code == 204
    # Said and done with: pressed again, it is being asked again, and nothing is said of the last time.
    again = press(ann, call_id, wanted).content.decode()
    assert says not in again


def test_telephone_without_an_address_has_no_button(ann: Client, call_id: int) -> None:
    TelephoneConnection.objects.update(control_address="")

    page = ann.get(f"/calls/{call_id}/").content.decode()

    assert "hold-button" not in page
    # It is in the list of keys all the same, as what is not there now.
    assert "Put the caller on hold, or take them back" in page
    refused = press(ann, call_id)
    assert refused.status_code == 409
    assert 'data-refusal="NO_CONTROL"' in refused.content.decode()


def test_call_opened_by_hand_has_no_button(scene: Scene) -> None:
    page = signed_in(scene.sue).get(f"/calls/{scene.open_call(by=scene.sue)}/").content.decode()

    assert "hold-button" not in page


def test_refusal_stands_in_its_own_place_and_the_panel_stays(
    ann: Client, call_id: int, connection: TelephoneConnection
) -> None:
    tell(connection, "held", "h")

    refused = press(ann, call_id)
    page = refused.content.decode()

    assert refused.status_code == 409
    assert 'data-refusal="LINE_IS_SO"' in page
    assert shown(page) == ("On hold", "Take back", True)
    assert 'id="offer-panel"' not in page
    assert press(ann, call_id, "SUNG").status_code == 422
    assert press(ann, call_id, key="no").status_code == 422


def test_line_that_is_down_is_shown_as_a_whole(ann: Client, call_id: int, connection: TelephoneConnection) -> None:
    tell(connection, "ended", "e")

    refused = press(ann, call_id)

    assert (refused.status_code, refused.headers["HX-Retarget"]) == (409, "#offer-panel")
    assert "Call ended" in refused.content.decode()
    assert "hold-button" not in refused.content.decode()


def test_without_a_script_the_form_does_the_same(ann: Client, call_id: int, connection: TelephoneConnection) -> None:
    page = f"/calls/{call_id}/"
    (form,) = [one for one in forms_of(ann.get(page).content.decode(), address=page) if one.action == f"{page}hold/"]

    answer = ann.post(form.action, form.hidden)

    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert shown(ann.get(page).content.decode()) == ("On call", "Asking …", False)
    refused = ann.post(form.action, form.hidden | {"key": str(builders.new_key())})
    assert refused.status_code == 409
    assert 'data-refusal="BEING_ASKED"' in refused.content.decode()
    assert "<html" in refused.content.decode()


def test_nobody_holds_somebody_elses_caller(scene: Scene, ann: Client, call_id: int) -> None:
    assert press(signed_in(scene.sue), call_id).status_code == 404
    assert not TelephoneCommand.objects.exists()
