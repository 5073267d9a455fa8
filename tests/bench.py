"""A bench for the scripts: the frame from the templates, a body and the answers from the test, a real browser.

No server and no database: what the browser asks is answered here, under the policy that the desk sends.
"""

import mimetypes
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.utils import translation
from playwright.sync_api import Browser, Page, Request, Route

from retention_desk.keyboard.own import Standing, hold, standing_of
from retention_desk.keyboard.table import Place
from tests.browser import PATIENCE
from tests.frame import Person, asked

# A name that leads nowhere, over https so that the browser allows the clipboard.
DESK = "https://desk.test"
POLICY = "; ".join(
    f"{name} {' '.join(sources)}" for name, sources in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
)
FRAME = """{% extends "base.html" %}{% block title %}Bench{% endblock %}
{% block scripts %}<script type="module" src="{% static "js/composer.js" %}"></script>
<script type="module" src="{% static "js/approvals.js" %}"></script>{% endblock %}
{% block page %}<div class="page"><header class="topbar"><h1>Bench</h1></header><main id="main">BODY</main></div>
{% endblock %}"""

# A bit of every kind of thing that has a key.
KEYS = """
<input id="text" aria-label="Text">
<button type="button" data-key="F8" data-copy="cancelled">Cancel service{% key "F8" %}</button>
<button type="button" data-key="k" id="again">Asked again{% key "K" %}</button>
<button type="button" data-key="x" disabled>Never</button>
<button type="button" data-key="y" aria-disabled="true">Nor this</button>
<fieldset data-key="r" data-letters><legend>Reason</legend>
  <label><input type="radio" name="reason" value="price" checked>Price</label>
  <label><input type="radio" name="reason" value="moving">Moving</label>
  <label><input type="radio" name="reason" value="money">Money</label></fieldset>
<label><input type="radio" name="offer" value="1" data-key="1" data-then-focus="#slider">First offer</label>
<input type="range" id="slider" aria-label="Discount">
<form id="confirm"><button type="button" data-key="Enter" id="enter">Confirm</button></form>
<form id="other"><label><input type="radio" name="o" id="elsewhere">Elsewhere</label></form>
<button type="button" data-key="Escape" id="back">Back</button>
<ol id="log"></ol>
"""

# An offer: 20 % for 6 months is within the agent's limit, 12 months are not.
COMPOSER = """<form data-composer data-currency="USD" data-bill="19599" data-base="7999" data-own-cost="15000"
 data-own-months="6" data-own-step="25" data-sup-cost="90000" data-sup-months="12" data-sup-step="40"
 data-budget="41200" data-values='{"20x6": 38400}' data-ruling="within">
<div class="range"><svg viewBox="0 0 100 6" aria-hidden="true"><rect data-fill width="40" height="6"/></svg>
<input id="pct" type="range" min="0" max="50" step="5" value="15" data-slider data-unit="percent" aria-label="Discount">
</div>
<button type="button" id="more" data-for="pct" data-step="5">More</button>
<label><input type="radio" name="months" value="6" data-months checked>6</label>
<label><input type="radio" name="months" value="12" data-months>12</label>
<output data-out="slider"></output> <output data-out="bill"></output>
<output data-out="saving" data-signed></output> <output data-out="cost"></output>
<output data-out="value" data-signed data-whole></output> <output data-out="left"></output>
<span data-when="within">Within your limit</span> <span data-when="over">Needs supervisor</span>
<span data-when="never">Not allowed</span>
{% authority_meter 7200 15000 90000 "Your authority" %}</form>"""

# A part that asks for itself when the test says so, as news from the server would come.
NEWS = '<div id="part" hx-get="/news/" hx-trigger="news" hx-swap="outerHTML">{}</div>'

Answer = tuple[int, str] | tuple[int, str, dict[str, str]]


class Bench:
    """A page with a body of the test's choice, and the answers to what it asks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers: dict[str, Answer | Callable[[Request], Answer]] = {}
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.away = False
        self.problems: list[str] = []
        page.route(f"{DESK}/**", self._answer)
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on(
            "console",
            lambda message: self.problems.append(message.text) if "Content Security" in message.text else None,
        )

    def open(
        self, body: str, *, person: Person | None = None, language: str = "en", place: Place = Place.EVERYWHERE
    ) -> Page:
        """Show the frame with this body, as this person, with the keys of this place."""
        who = person or Person()
        request = asked(who, path="/bench/")
        hold(standing_of(who.own_keys, place))
        with translation.override(language):
            template = engines["django"].from_string(FRAME.replace("BODY", body))
            self.answers["/bench/"] = (200, template.render({}, request))
        hold(Standing())
        self.page.goto(f"{DESK}/bench/")
        return self.page

    def _answer(self, route: Route, request: Request) -> None:
        path = urlsplit(request.url).path
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            assert isinstance(found, str), f"{path} is missing"
            route.fulfill(body=Path(found).read_bytes(), content_type=mimetypes.guess_type(found)[0] or "")
            return
        if self.away:
            route.abort("connectionfailed")
            return
        if path == "/livez":
            route.fulfill(status=200, body="ok")
            return
        answer = self.answers[path]
        self.asked.append((path, parse_qs(request.post_data or "")))
        status, text, *headers = answer(request) if callable(answer) else answer
        every = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
        route.fulfill(status=status, body=text, headers=every | (headers[0] if headers else {}))

    def requests_to(self, path: str) -> int:
        """Return how often the page asked for a path."""
        return sum(1 for asked, _sent in self.asked if asked == path)


@pytest.fixture
def bench(browser: Browser) -> Iterator[Bench]:
    """A fresh page; any script error or broken policy fails the test."""
    context = browser.new_context(base_url=DESK, permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE)
    made = Bench(context.new_page())
    yield made
    context.close()
    assert made.problems == []


def clicks_of(page: Page, selector: str) -> Callable[[], int]:
    """Count the clicks on an element from now on."""
    page.eval_on_selector(selector, "el => { el.clicks = 0; el.addEventListener('click', () => el.clicks++) }")
    return lambda: int(page.eval_on_selector(selector, "el => el.clicks"))
