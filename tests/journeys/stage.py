"""What journeys share: signing in as a person would, and keeping a picture of what was seen."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

from retention_desk.people.models import User

PASSWORD = "a long secret"


def sign_in(page: Page, user: User) -> None:
    """Log in by the form."""
    page.goto("/login/")
    page.get_by_label("User name").or_(page.get_by_label("Username")).fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


def keep_picture(page: Page, name: str, folder: Path) -> Path:
    """Save a picture of the page; in DESK_PICTURES where that is set, for people to compare with the design."""
    place = Path(os.environ.get("DESK_PICTURES") or folder)
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{name}.png"
    # Hiding the caret would be an inline style, which the policy of the page forbids.
    page.screenshot(path=path, caret="initial")
    return path
