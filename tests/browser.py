"""A real Chromium for journeys. A page fails its test on any error in the console, any broken security policy, and any
word with another machine.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Milliseconds that something may take to appear: on a machine with other work a page takes long.
PATIENCE = 20_000
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Chromium reports answers like 409 and 422 as errors; for htmx they are answers that are shown.
_REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
# Some states of the gallery are those of a server that fails.
_BROKEN = re.compile(r"Failed to load resource: the server responded with a status of [45]\d\d")
# What the browser and htmx say when a server is gone.
_LOST = re.compile(r"Failed to load resource: net::ERR_|htmx:(afterRequest|sendError), ")

NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The installed Chromium. Missing: the journey is skipped, or fails where REQUIRE_BROWSER=1."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, but no Chromium is on PATH")
        pytest.skip("NO CHROMIUM ON PATH: this journey was not tested")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs an event loop in this thread, and Django takes that for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=PATIENCE)
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser, live_desk: str) -> Iterator[NewPage]:
    """Open a page as another person: ``new_page(color_scheme="dark")``; own cookies, addresses relative to the desk.

    Takes Playwright's options of a browser context. `servers_go`: the test takes servers away from this page.
    """
    with pages_of(browser, live_desk) as open_page:
        yield open_page


@contextmanager
def pages_of(browser: Browser, desk: str) -> Iterator[NewPage]:
    """How `new_page` opens pages of a desk; what went wrong on one of them is an error at the end."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def note_console(message: ConsoleMessage) -> None:
        path = urlsplit(str(message.location.get("url", ""))).path
        expected = _BROKEN if path.startswith("/gallery/") else _REFUSAL
        if message.type == "error" and (path.startswith("/static/") or not expected.match(message.text)):
            problems.append(f"console: {message.text}")

    def note_request(request: Request) -> None:
        address = urlsplit(request.url)
        # The event streams have another port of the same machine.
        if address.scheme not in ("blob", "about") and address.hostname != urlsplit(desk).hostname:
            problems.append(f"asked another machine: {address.scheme}://{address.netloc}")

    def open_page(*, servers_go: bool = False, **options: Any) -> Page:
        context = browser.new_context(base_url=desk, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: None if servers_go and _LOST.match(message.text) else note_console(message))
        page.on("pageerror", lambda error: problems.append(f"script: {error}"))
        page.on("request", note_request)
        return page

    yield open_page

    for context in contexts:
        context.close()
    assert problems == [], problems


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """One page of one person."""
    return new_page()
