"""Every state of the gallery x language x size: what is drawn, and what is looked at there."""

import datetime as dt
import itertools
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from playwright.sync_api import Page, ViewportSize, expect

from retention_desk.gallery.states import STATES, State
from retention_desk.people.models import User
from tests.accessibility import findings
from tests.journeys.stage import FITS, keep_picture, sign_in

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# The design's sizes, and the first of them at 200 and 400 % zoom.
SIZES: tuple[ViewportSize, ...] = (
    {"width": 1440, "height": 900},
    {"width": 1366, "height": 768},
    {"width": 1280, "height": 800},
    {"width": 1024, "height": 768},
    {"width": 720, "height": 450},
    {"width": 320, "height": 256},
)
# Below this width everything stands in one column and may scroll.
ONE_COLUMN = 900
SAMPLE = 8
CUT = """() => [...document.querySelectorAll('.btn, .pill, .rail a, th')]
    .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.textContent.trim())"""


@dataclass(frozen=True)
class Visit:
    """One state in one language at one size."""

    state: State
    language: str
    size: ViewportSize

    @property
    def name(self) -> str:
        """As it is told and as its picture is called."""
        return f"{self.state.slug}-{self.language}-{self.size['width']}"


def seed() -> int:
    """What chance begins with: PROOF_SEED, else the day, so that the sample goes round."""
    return int(os.environ.get("PROOF_SEED") or dt.date.today().toordinal())  # noqa: DTZ011 (any day will do)


def visits() -> Iterator[Visit]:
    """All with PROOF_ALL=1, those whose names begin with PROOF_STATE; else a sample in which each language is."""
    only = os.environ.get("PROOF_STATE")
    every = [
        Visit(*one)
        for one in itertools.product(
            [state for slug, state in STATES.items() if slug.startswith(only or "")], LANGUAGES, SIZES
        )
    ]
    if os.environ.get("PROOF_ALL") == "1" or only:
        yield from every
        return
    chance = random.Random(seed())
    states = chance.sample(list(STATES.values()), SAMPLE)
    for place, state in enumerate(states):
        yield Visit(state, LANGUAGES[place % len(LANGUAGES)], chance.choice(SIZES))


def enter(page: Page, person: User) -> None:
    """Sign in for the gallery. The made-up call is nowhere: what its page asks for by itself has no answer."""
    sign_in(page, person)
    for nowhere in ("**/calls/0/**", "**/approvals/**"):
        page.route(nowhere, lambda route: route.fulfill(status=204))


def look(page: Page, visit: Visit) -> list[str]:
    """What is wrong with a state as it stands in the browser; one sentence each."""
    state = visit.state
    page.set_viewport_size(visit.size)
    page.set_extra_http_headers({"Accept-Language": visit.language})
    page.goto(f"/gallery/{state.slug}/")
    expect(page.locator("html")).to_have_attribute("lang", visit.language)
    expect(page.locator(f"{state.place} {state.shows}").first).to_be_attached()
    wrong = []
    if not page.evaluate(FITS):
        wrong.append("hangs over the side")
    if visit.size["width"] >= ONE_COLUMN and (cut := page.evaluate(CUT)):
        wrong.append(f"cuts {cut}")
    wrong += findings(page)
    keep_picture(page, visit.name)
    return [f"{visit.name}: {one}" for one in wrong]
