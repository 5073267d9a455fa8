"""A call by keyboard alone on a slow line: each press says at once that it was heard, and counts once however often it
is made; cancelling answers while something else is still on its way.
"""

import pytest
from playwright.sync_api import Page, expect

from customers.models import Call, CallEvent, Cancellation
from offers.models import Proposal
from tests.journeys.stage import sign_in
from tests.retention_desk.scene import set_scene

pytestmark = [pytest.mark.journeys]

# Milliseconds to an answer, and bytes a second.
SLOW = {"offline": False, "latency": 700, "downloadThroughput": 60_000, "uploadThroughput": 20_000}


def press_twice(page: Page, key: str) -> None:
    page.keyboard.press(key)
    page.keyboard.press(key)


def test_call_by_keyboard_on_a_slow_line(page: Page) -> None:
    scene = set_scene()
    sign_in(page, scene.ann)
    call_id = scene.open_call()
    page.goto(f"/calls/{call_id}/")
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)

    press_twice(page, "k")
    expect(page.get_by_text("Asked to cancel: 1")).to_be_visible()
    assert CallEvent.objects.filter(call_id=call_id, kind="ASKED_TO_CANCEL").count() == 1

    press_twice(page, "F9")
    expect(page.locator("#offer-panel [aria-busy=true]")).to_be_visible()
    expect(page.get_by_text("What did the customer say?")).to_be_visible()
    assert Proposal.objects.filter(call_id=call_id).count() == 1

    # The answer is still on its way when the customer wants out.
    page.keyboard.press("d")
    page.keyboard.press("F8")
    expect(page.get_by_role("heading", name="Cancel service")).to_be_visible()
    press_twice(page, "Enter")
    expect(page.locator("[data-number]")).to_be_visible()
    assert Cancellation.objects.filter(call_id=call_id).count() == 1
    assert Proposal.objects.get(call_id=call_id).state == "DECLINED"

    page.keyboard.press("w")
    expect(page.get_by_role("radio", name="Cancelled")).to_be_checked()
    press_twice(page, "Control+Enter")
    page.wait_for_url("**/customers/")
    assert Call.objects.get().state == "CLOSED"
