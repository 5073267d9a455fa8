"""Languages with longer words than English: the screens of a call hold them, and the way out stays in sight."""

import pytest
from django.utils import translation
from django.utils.translation import gettext, to_language
from playwright.sync_api import Page, expect

from retention_desk import translations
from tests.builders import new_key
from tests.journeys.stage import FITS, at_each_size, keep_picture, sign_in
from tests.retention_desk.scene import set_scene, signed_in

pytestmark = [pytest.mark.journeys]

PROMISED = [to_language(locale) for locale in translations.PROMISES]
CUT = """() => [...document.querySelectorAll('.btn, .pill, .rail a, th')]
    .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.textContent.trim())"""


def holds(page: Page, name: str) -> None:
    """Nothing hangs over at any size: neither the page, nor the words of a button, a pill or a column head."""
    for width in at_each_size(page):
        keep_picture(page, f"{name}-{width}")
        assert page.evaluate(FITS)
        assert page.evaluate(CUT) == []


@pytest.mark.parametrize("language", PROMISED)
def test_screens_of_a_call_hold_longer_words(page: Page, language: str) -> None:
    scene = set_scene()
    sign_in(page, scene.ann)
    scene.ann.language = language
    scene.ann.save(update_fields=["language"])
    with translation.override(language):
        asked, cancel, question = (
            gettext("Asked to cancel"),
            gettext("Cancel service"),
            gettext("What did the customer say?"),
        )

    for path, name in (("/", "home"), ("/customers/?q=tennant", "lookup")):
        page.goto(path)
        holds(page, f"{language}-{name}")
    call_id = scene.open_call()
    page.goto(f"/calls/{call_id}/")
    holds(page, f"{language}-call")
    for _width in at_each_size(page):
        expect(page.get_by_role("banner").get_by_role("link", name=cancel)).to_be_in_viewport(ratio=1)
    page.keyboard.press("k")
    expect(page.get_by_text(f"{asked}: 1")).to_be_visible()
    page.keyboard.press("F9")
    expect(page.get_by_text(question)).to_be_visible()
    holds(page, f"{language}-presented")
    page.keyboard.press("F8")
    expect(page.locator(".panel h2", has_text=cancel)).to_be_visible()
    holds(page, f"{language}-cancel")
    page.keyboard.press("Enter")
    expect(page.locator("[data-number]")).to_be_visible()
    holds(page, f"{language}-cancelled")
    page.keyboard.press("w")
    expect(page.locator("#wrap-form")).to_be_visible()
    holds(page, f"{language}-wrap-up")


@pytest.mark.parametrize("language", PROMISED)
def test_supervisors_desk_holds_longer_words(page: Page, language: str) -> None:
    scene = set_scene()
    signed_in(scene.ann).post(
        f"/calls/{scene.open_call()}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "ask", "percent": 35, "months": 12, "note": ""},
    )
    sign_in(page, scene.sue)
    scene.sue.language = language
    scene.sue.save(update_fields=["language"])

    page.goto("/approvals/")

    expect(page.locator("#decide-form")).to_be_visible()
    holds(page, f"{language}-approvals")
