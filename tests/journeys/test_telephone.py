"""A call that comes in by itself, as its agent lives it: the bar, the screen, on hold, hung up, wrapped up."""

from contextlib import AbstractContextManager
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from customers.models import Call, TelephoneConnection
from tests import builders
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
