"""Every screen of a call at the design's sizes, in both themes: nothing hangs over, and the way out is in sight."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser import NewPage
from tests.journeys.stage import keep_picture, sign_in
from tests.retention_desk.scene import set_scene

pytestmark = [pytest.mark.journeys]

SIZES = {"1440": {"width": 1440, "height": 900}, "1024": {"width": 1024, "height": 768}}


def in_sight(page: Page) -> None:
    """Neither the page nor the call bar scrolls sideways, and cancelling is on the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    expect(page.get_by_role("banner").get_by_role("link", name="Cancel service")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_call_screen_fits(new_page: NewPage, tmp_path: Path, size: str, scheme: Literal["light", "dark"]) -> None:
    scene = set_scene()
    page = new_page(viewport=SIZES[size], color_scheme=scheme)
    sign_in(page, scene.ann)
    keep_picture(page, f"home-{size}-{scheme}", tmp_path)
    page.goto("/customers/?q=tennant")
    page.get_by_role("link", name="Marisol Tennant").click()
    keep_picture(page, f"lookup-{size}-{scheme}", tmp_path)
    call_id = scene.open_call()
    page.goto(f"/calls/{call_id}/")
    in_sight(page)
    keep_picture(page, f"call-{size}-{scheme}", tmp_path)
    page.keyboard.press("k")
    expect(page.get_by_text("Asked to cancel: 1")).to_be_visible()
    page.keyboard.press("F9")
    expect(page.get_by_text("What did the customer say?")).to_be_visible()
    in_sight(page)
    keep_picture(page, f"presented-{size}-{scheme}", tmp_path)
    page.keyboard.press("F8")
    expect(page.get_by_role("heading", name="Cancel service")).to_be_visible()
    keep_picture(page, f"cancel-{size}-{scheme}", tmp_path)
    page.keyboard.press("Enter")
    expect(page.locator("[data-number]")).to_be_visible()
    keep_picture(page, f"cancelled-{size}-{scheme}", tmp_path)
