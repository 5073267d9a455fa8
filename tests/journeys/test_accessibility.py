"""No page has a finding of axe, in both themes and in languages with longer and with other letters."""

import pytest
from django.contrib.auth.forms import AuthenticationForm
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import Browser

from tests.accessibility import check, findings
from tests.bench import COMPOSER, DESK, KEYS, Bench
from tests.frame import asked

pytestmark = pytest.mark.journeys

PALE = """<html lang="en"><head><title>Pale in the dark</title><style>
p { background: #fff; color: #000; transition: color 5s; }
@media (prefers-color-scheme: dark) { p { color: #eee; } }
</style></head><body><main><h1>Pale</h1><p>Nobody reads this in the dark.</p></main></body></html>"""


def test_what_cannot_be_read_in_one_theme_is_found(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PALE)

    found = findings(page)
    page.close()

    assert len(found) == 1
    assert "dark: color-contrast" in found[0]


@pytest.mark.parametrize("language", ["en", "de", "th"])
def test_login_and_frame_have_no_finding(bench: Bench, language: str) -> None:
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
