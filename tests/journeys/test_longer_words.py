"""Languages with longer words than English: the screens of a call hold them, and the way out stays in sight."""

from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext, to_language
from playwright.sync_api import Page, expect

from retention_desk import translations
from tests.browser import NewPage
from tests.builders import new_key
from tests.journeys.stage import keep_picture, sign_in
from tests.retention_desk.scene import set_scene, signed_in

pytestmark = [pytest.mark.journeys]

PROMISED = [to_language(locale) for locale in translations.PROMISES]
SIZES = {"1440": {"width": 1440, "height": 900}, "1024": {"width": 1024, "height": 768}}
CUT = """() => [...document.querySelectorAll('.btn, .pill, .rail a, th')]
    .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.textContent.trim())"""


def holds(page: Page) -> None:
    """Nothing hangs over: neither the page, nor the words of a button, a pill or a column head."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", PROMISED)
def test_screens_of_a_call_hold_longer_words(new_page: NewPage, tmp_path: Path, language: str, size: str) -> None:
    scene = set_scene()
    page = new_page(viewport=SIZES[size])
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
        keep_picture(page, f"{language}-{name}-{size}", tmp_path)
        holds(page)
    call_id = scene.open_call()
    page.goto(f"/calls/{call_id}/")
    keep_picture(page, f"{language}-call-{size}", tmp_path)
    holds(page)
    expect(page.get_by_role("banner").get_by_role("link", name=cancel)).to_be_in_viewport(ratio=1)
    page.keyboard.press("k")
    expect(page.get_by_text(f"{asked}: 1")).to_be_visible()
    page.keyboard.press("F9")
    expect(page.get_by_text(question)).to_be_visible()
    keep_picture(page, f"{language}-presented-{size}", tmp_path)
    holds(page)
    page.keyboard.press("F8")
    expect(page.locator(".panel h2", has_text=cancel)).to_be_visible()
    keep_picture(page, f"{language}-cancel-{size}", tmp_path)
    holds(page)
    page.keyboard.press("Enter")
    expect(page.locator("[data-number]")).to_be_visible()
    keep_picture(page, f"{language}-cancelled-{size}", tmp_path)
    holds(page)
    page.keyboard.press("w")
    expect(page.locator("#wrap-form")).to_be_visible()
    keep_picture(page, f"{language}-wrap-up-{size}", tmp_path)
    holds(page)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", PROMISED)
def test_supervisors_desk_holds_longer_words(new_page: NewPage, tmp_path: Path, language: str, size: str) -> None:
    scene = set_scene()
    signed_in(scene.ann).post(
        f"/calls/{scene.open_call()}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "ask", "percent": 35, "months": 12, "note": ""},
    )
    page = new_page(viewport=SIZES[size])
    sign_in(page, scene.sue)
    scene.sue.language = language
    scene.sue.save(update_fields=["language"])

    page.goto("/approvals/")

    expect(page.locator("#decide-form")).to_be_visible()
    keep_picture(page, f"{language}-approvals-{size}", tmp_path)
    holds(page)
