"""A call that comes in by itself, as its agent lives it: the bar, the screen, on hold, hung up, wrapped up."""

from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from customers import tasks
from customers.models import Call, TelephoneConnection
from customers.telephone import connections
from tests import builders
from tests.customers.telephone.control_desk import control_desk
from tests.database import DeskClock
from tests.journeys.stage import keep_picture, sign_in
from tests.retention_desk.scene import Scene, set_scene
from tests.retention_desk.telephone.sending import connect, events_of, signed, standard

pytestmark = [pytest.mark.journeys]

HELD_BACK = 3_500


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    """Ann and the customer who rings."""
    return set_scene()


@pytest.fixture
def telephone(scene: Scene) -> TelephoneConnection:
    """A telephone system that knows Ann."""
    return connect(scene.ann)


def post(desk: str, telephone: TelephoneConnection, kind: str, **data: Any) -> None:
    """Tell the running desk, as a telephone system does."""
    body = standard(kind, **data)
    headers = signed(telephone, body, message=str(builders.new_key())) | {"Content-Type": "application/json"}
    answered: AbstractContextManager[Any] = urlopen(  # noqa: S310 (the desk of this test)
        Request(desk + events_of(telephone), body.encode(), headers)  # noqa: S310
    )
    with answered as answer:
        assert answer.status == 200


def test_call_comes_in_is_held_hung_up_and_wrapped_up(
    page: Page, live_desk: str, scene: Scene, telephone: TelephoneConnection
) -> None:
    sign_in(page, scene.ann)
    bar = page.get_by_role("region", name="Incoming call")

    post(live_desk, telephone, "ringing", number=scene.customer.phone, queue="Cancel line", agent="ann")
    expect(bar).to_contain_text("Ringing")
    expect(bar).to_contain_text("Marisol Tennant")
    keep_picture(page, "telephone-ringing")
    assert not Call.objects.exists()

    post(live_desk, telephone, "answered", number=scene.customer.phone, agent="ann")
    # Nobody types: the screen follows by itself.
    page.wait_for_url("**/calls/*/")
    expect(page.get_by_role("heading", name="Marisol Tennant")).to_be_visible()
    expect(page.locator("#call-bar")).to_contain_text("On call")
    expect(bar).to_have_count(0)

    page.locator("#notes").fill("Rings about the bill")
    page.locator("#notes").focus()
    post(live_desk, telephone, "held")
    expect(page.locator("#call-bar")).to_contain_text("On hold")
    # Nothing moved under the hand.
    expect(page.locator("#notes")).to_be_focused()
    keep_picture(page, "telephone-held")
    post(live_desk, telephone, "resumed")
    expect(page.locator("#call-bar")).to_contain_text("On call")

    post(live_desk, telephone, "ended")
    expect(page.locator("#call-bar")).to_contain_text("Call ended")
    expect(page.get_by_role("textbox", name="Notes")).to_have_value("Rings about the bill")
    keep_picture(page, "telephone-ended")
    page.get_by_role("radio", name="Did not want to cancel").check(force=True)
    # A key would be dropped for half a second after the news; a hand is not.
    page.get_by_role("button", name="Save and take the next call").click()
    page.wait_for_url("**/customers/")

    call = Call.objects.get()
    assert (call.state, call.notes, call.customer) == ("CLOSED", "Rings about the bill", scene.customer)


def test_screen_stays_while_somebody_types_and_two_customers_are_chosen_from(
    page: Page, live_desk: str, scene: Scene, telephone: TelephoneConnection
) -> None:
    other = builders.make_customer(given_name="Pablo", family_name="Tennant", other_phone=scene.customer.phone)
    sign_in(page, scene.ann)
    bar = page.get_by_role("region", name="Incoming call")
    field = page.get_by_label("Find a customer")
    field.fill("Nobody")

    post(live_desk, telephone, "answered", number=scene.customer.phone, agent="ann")
    expect(bar).to_contain_text("Several customers have this number")
    keep_picture(page, "telephone-maybe")
    # Longer than it takes to follow.
    page.wait_for_timeout(HELD_BACK)
    expect(field).to_have_value("Nobody")
    expect(field).to_be_focused()

    # The search field has the focus; empty, it leaves Enter to the call.
    field.fill("")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Pablo Tennant").click()
    page.get_by_label("Account PIN").check()
    page.get_by_label("Date of birth").check()
    keep_picture(page, "telephone-choose")
    page.get_by_role("button", name="Open the call").click()

    expect(page.get_by_role("heading", name="Pablo Tennant")).to_be_visible()
    assert Call.objects.get().customer == other
    # A second caller waits, and this call stays.
    post(live_desk, telephone, "ringing", call_id="c2", number="+15595550199", agent="ann")
    expect(bar).to_contain_text("End this call first")
    keep_picture(page, "telephone-busy")


def press_hold(page: Page) -> None:
    """Press the key until it answers: it rests for half a second after news, and does nothing while it is asked."""
    for _ in range(20):
        page.keyboard.press("F4")
        with suppress(AssertionError):
            return expect(page.get_by_role("button", name="Asking …")).to_be_visible(timeout=1_000)
    pytest.fail("F4 does nothing")


def test_agent_holds_and_takes_back_by_a_key_and_reads_what_was_not_confirmed(
    page: Page, live_desk: str, scene: Scene, telephone: TelephoneConnection, desk_clock: DeskClock
) -> None:
    """The time that the telephone has is the database's; it stands still here until the end."""
    desk_clock.advance(timedelta())
    sign_in(page, scene.ann)
    state, button, notes = page.locator(".callbar__state"), page.locator("#hold-button"), page.locator("#notes")
    with control_desk() as control:
        TelephoneConnection.objects.update(control_address=control.address)
        post(live_desk, telephone, "answered", number=scene.customer.phone, agent="ann")
        page.wait_for_url("**/calls/*/")
        notes.focus()
        place = button.bounding_box()

        press_hold(page)
        expect(button).to_have_attribute("aria-disabled", "true")
        keep_picture(page, "hold-asked")
        assert tasks.relay_telephone() == 1
        assert control.got[0].verified(connections.secret_of(telephone))["type"] == "call.hold_wanted"
        # It was taken, and nobody has said that it was done.
        expect(state).to_have_text("On call")

        post(live_desk, telephone, "held")
        expect(state).to_have_text("On hold")
        expect(page.get_by_role("button", name="Take back")).to_be_visible()
        # Neither the hand nor what lies under it has moved.
        expect(notes).to_be_focused()
        assert button.bounding_box() == place
        keep_picture(page, "hold-held")

        press_hold(page)
        tasks.relay_telephone()
        post(live_desk, telephone, "resumed")
        expect(state).to_have_text("On call")
        assert control.says() == ["call.hold_wanted", "call.resume_wanted"]

    # Nobody listens at the address any more, and what was told a second ago is no answer.
    desk_clock.advance(timedelta(seconds=1))
    press_hold(page)
    desk_clock.advance(timedelta(seconds=8))
    expect(page.locator("#line-note")).to_contain_text("The telephone has not confirmed the hold.")
    expect(page.get_by_role("button", name="Hold F4")).to_be_visible()
    expect(state).to_have_text("On call")
    expect(notes).to_be_focused()
    assert button.bounding_box() == place
    keep_picture(page, "hold-not-confirmed")
    page.locator("#line-said").get_by_role("button", name="Close").click()
    expect(page.locator("#line-said")).to_be_hidden()
