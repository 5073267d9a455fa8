"""No page has a finding of axe, in both themes and in languages with longer and with other letters."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.forms import AuthenticationForm
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import Page

from tests.bench import COMPOSER, DESK, KEYS, Bench
from tests.frame import asked

pytestmark = pytest.mark.journeys

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def check(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "de", "th"])
def test_login_and_frame_have_no_finding(bench: Bench, scheme: Literal["light", "dark"], language: str) -> None:
    bench.page.emulate_media(color_scheme=scheme)
    with translation.override(language):
        form = AuthenticationForm(data={"username": "", "password": ""})
        login = render_to_string("registration/login.html", {"form": form, "next": ""}, asked())
    bench.answers["/login/"] = (200, login)

    bench.page.goto(f"{DESK}/login/")
    check(bench.page)
    bench.open(COMPOSER + KEYS, language=language)
    check(bench.page)
    bench.page.locator("[data-menu] summary").click()
    check(bench.page)
    bench.page.keyboard.press("Escape")
    bench.page.keyboard.press("?")
    check(bench.page)
