"""What axe finds on a page in both themes, by the rules of WCAG 2.2 up to AA."""

from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# All that a theme changes is colours; the other rules are asked once.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
_ASKED: tuple[tuple[Literal["dark", "light"], list[str]], ...] = (("dark", OF_COLOUR), ("light", TAGS))
# Axe describes every element that passed too, unless told not to, and that is three quarters of its time.
_RUN = """([only, off]) => axe.run({runOnly: only, resultTypes: ['violations'],
    rules: Object.fromEntries(off.map((rule) => [rule, {enabled: false}]))}).then(({violations}) => violations)"""
_SETTLE = "document.getAnimations().filter((one) => one instanceof CSSTransition).forEach((one) => one.finish())"


def findings(page: Page, *, colours: bool = True) -> list[str]:
    """Return each broken rule with its theme and elements; the page is left in the light theme.

    The page must go by the theme of the system, as everybody's does who has chosen none. Colours are three quarters of
    the time; without them one theme says it all.
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    found: list[str] = []
    for scheme, rules in _ASKED if colours else _ASKED[-1:]:
        page.emulate_media(color_scheme=scheme)
        page.evaluate(_SETTLE)
        asked = [rules, [] if colours else OF_COLOUR]
        found += (f"{page.url} {scheme}: {_told(one)}" for one in page.evaluate(_RUN, asked))
    return found


def check(page: Page) -> None:
    """Fail with everything that axe finds on the page."""
    found = findings(page)
    assert not found, "\n".join(found)


def _told(violation: dict[str, Any]) -> str:
    return f"{violation['id']}, {violation['help']}: {[node['target'] for node in violation['nodes']]}"
