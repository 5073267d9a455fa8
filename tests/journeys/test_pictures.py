"""Every screen of a call at the design's sizes: nothing hangs over, and the way out is in sight."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.stage import FITS, at_each_size, keep_picture, sign_in
from tests.retention_desk.scene import set_scene

pytestmark = [pytest.mark.journeys]


def pictured(page: Page, name: str) -> None:
    """Keep the screen in each size."""
    for width in at_each_size(page):
        keep_picture(page, f"{name}-{width}")


def in_sight(page: Page, name: str) -> None:
    """Neither the page nor the call bar scrolls sideways, and cancelling is on the screen."""
    for width in at_each_size(page):
        assert page.evaluate(FITS)
        expect(page.get_by_role("banner").get_by_role("link", name="Cancel service")).to_be_in_viewport(ratio=1)
        keep_picture(page, f"{name}-{width}")


def test_call_screen_fits(page: Page) -> None:
    scene = set_scene()
    sign_in(page, scene.ann)
    pictured(page, "home")
    page.goto("/customers/?q=tennant")
    page.get_by_role("link", name="Marisol Tennant").click()
    pictured(page, "lookup")
    call_id = scene.open_call()
    page.goto(f"/calls/{call_id}/")
    in_sight(page, "call")
    page.keyboard.press("k")
    expect(page.get_by_text("Asked to cancel: 1")).to_be_visible()
    page.keyboard.press("F9")
    expect(page.get_by_text("What did the customer say?")).to_be_visible()
    in_sight(page, "presented")
    page.keyboard.press("F8")
    expect(page.get_by_role("heading", name="Cancel service")).to_be_visible()
    pictured(page, "cancel")
    page.keyboard.press("Enter")
    expect(page.locator("[data-number]")).to_be_visible()
    pictured(page, "cancelled")
