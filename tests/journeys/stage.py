"""What journeys share: signing in, the sizes of the design, and keeping a picture of what was seen."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Page, ViewportSize

from retention_desk.people.models import User

SIZES: tuple[ViewportSize, ...] = ({"width": 1440, "height": 900}, {"width": 1024, "height": 768})
# Nothing hangs over the side of the page.
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
_THEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")


def sign_in(page: Page, user: User) -> None:
    """Open the desk as this person, with the cookie of a session; the log-in form has a journey of its own."""
    page.context.add_cookies([cookie_of(user)])
    page.goto("/")
    assert urlsplit(page.url).path == "/"


def cookie_of(user: User) -> SetCookieParam:
    """The cookie of a new session of this person."""
    browser = Client()
    browser.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": browser.cookies[name].value, "domain": "127.0.0.1", "path": "/"}


def at_each_size(page: Page) -> Iterator[int]:
    """Give the page each size that the design has, and its width; the last one stays."""
    for size in reversed(SIZES):
        page.set_viewport_size(size)
        yield size["width"]


def keep_picture(page: Page, name: str) -> None:
    """Save a picture in both themes for people to compare with the design, where DESK_PICTURES names a folder."""
    folder = os.environ.get("DESK_PICTURES")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for theme in _THEMES:
        page.emulate_media(color_scheme=theme)
        # Hiding the caret would be an inline style, which the policy of the page forbids.
        page.screenshot(path=Path(folder) / f"{name}-{theme}.png", caret="initial")
