"""Every state of the gallery and every other screen x language x size: what is drawn, and what is looked at there."""

import datetime as dt
import functools
import os
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from playwright.sync_api import Page, ViewportSize, expect

from retention_desk.gallery.states import State
from retention_desk.people.models import User
from tests.accessibility import findings
from tests.journeys.stage import keep_picture, sign_in

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# The design's sizes, and the first of them at 200 and 400 % zoom.
DRAWN: tuple[ViewportSize, ...] = (
    {"width": 1440, "height": 900},
    {"width": 1366, "height": 768},
    {"width": 1280, "height": 800},
    {"width": 1024, "height": 768},
)
SIZES: tuple[ViewportSize, ...] = (*DRAWN, {"width": 720, "height": 450}, {"width": 320, "height": 256})
# Where colours are looked at: in every language at the first size, and in the first language once in each layout. They
# are most of axe's time, and neither depends on the other.
LAYOUTS = (1440, 1024, 320)
# Below this width everything stands in one column and may scroll.
ONE_COLUMN = 900
# What hangs over the side of the page, and is not within something that scrolls.
HANGS = """() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const moves = (one) => getComputedStyle(one).overflowX !== 'visible';
    const scrolls = (one) => one && one !== document.body && (moves(one) || scrolls(one.parentElement));
    const hanging = [...document.querySelectorAll('body *')]
        .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1)
        .filter((one) => one.checkVisibility() && !scrolls(one.parentElement))
        .map((one) => `${one.tagName} ${one.id} ${one.className.baseVal ?? one.className}`);
    return hanging.length ? hanging : ['something that cannot be seen'];
}"""
# Words that their own place cuts off, in what has to be read whole.
CUT = """() => [...document.querySelectorAll('.btn, .pill, .chip, .rail a, th, .say, .conduct p, .note, .acts > *')]
    .filter((one) => one.checkVisibility() && !one.closest('.sr'))
    .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2)
    .filter((one) => getComputedStyle(one).display !== 'inline')
    .map((one) => one.textContent.trim().replace(/\\s+/g, ' '))"""
# Letters, words and lines set wider by a reader (WCAG 1.4.12). A sheet of its own: the policy allows no inline style.
OF_AN_AGENT = ("calls/call.html", "customers/lookup.html")
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important }
        * { word-spacing: .16em !important }
        p { margin-block-end: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
}"""
NOT_SPACED = "() => (document.adoptedStyleSheets = [])"
# What of a control is left to see when the system draws with its own few colours.
BORDERS = """() => [...document.querySelectorAll('.btn, .pill, .chip, .note, .panel, .input')]
    .filter((one) => one.checkVisibility() && getComputedStyle(one).borderTopWidth === '0px')
    .map((one) => one.className)"""
# The parts that nobody may have to scroll for (design/UX.md 18.3): each is there, and no edge of a window or of a
# scrolled panel cuts it.
IN_SIGHT = """(parts) => parts.filter((part) => {
    const one = [...document.querySelectorAll(part)].find((found) => found.checkVisibility());
    if (!one) return true;
    const box = one.getBoundingClientRect();
    let { top, bottom, left, right } = { top: 0, bottom: innerHeight, left: 0, right: innerWidth };
    for (let around = one.parentElement; around; around = around.parentElement) {
        if (getComputedStyle(around).overflowY === 'visible') continue;
        const edge = around.getBoundingClientRect();
        [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
        [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
    }
    return box.top < top - 1 || box.bottom > bottom + 1 || box.left < left - 1 || box.right > right + 1;
})"""
ALWAYS = (".btn--cancel", "#conduct-strip")
FIGURES = ("#offer-panel .nums", "#offer-panel .acts")
# The states in which the figures of one offer are on the screen while the customer is told about it.
OFFERING = ("within", "over-limit", "presented", "waiting", "approved", "countered")


@dataclass(frozen=True)
class Seen:
    """Something to look at: how it is opened in a language, and what is asked of it beyond what is asked of all."""

    slug: str
    go: Callable[[Page, str], None]
    anew: bool = False
    """Drawn again for each size: only a script brings it about, and it passes."""
    parts: tuple[str, ...] = ()
    """What nobody may have to scroll for."""
    spaced: bool = False
    """Whether letters and lines are set wider as well."""
    asked: tuple[int, ...] = tuple(size["width"] for size in SIZES)
    """At which widths axe is asked."""


@dataclass(frozen=True)
class Visit:
    """One of them in one language, at one size after the other."""

    slug: str
    language: str
    sizes: tuple[ViewportSize, ...]

    @property
    def name(self) -> str:
        """As it is told."""
        return f"{self.slug}-{self.language}-{'+'.join(str(size['width']) for size in self.sizes)}"


def seed() -> int:
    """What chance begins with: PROOF_SEED, else the day, so that the sample goes round."""
    return int(os.environ.get("PROOF_SEED") or dt.date.today().toordinal())  # noqa: DTZ011 (any day will do)


def rounds(slugs: Iterable[str], *, only: str, sample: int) -> dict[str, list[Visit]]:
    """All visits by slug with PROOF_ALL=1, those whose names begin as the variable `only` says; else a sample."""
    begins = os.environ.get(only)
    if os.environ.get("PROOF_ALL") == "1" or begins:
        return {
            slug: [Visit(slug, language, SIZES) for language in LANGUAGES]
            for slug in slugs
            if slug.startswith(begins or "")
        }
    chance = random.Random(seed())
    chosen = chance.sample(sorted(slugs), sample)
    return {
        "sample": [
            Visit(slug, LANGUAGES[place % len(LANGUAGES)], (chance.choice(SIZES),)) for place, slug in enumerate(chosen)
        ]
    }


def enter(page: Page, person: User) -> None:
    """Sign in for the gallery. The made-up call is nowhere: what its page asks for by itself has no answer."""
    sign_in(page, person)
    for nowhere in ("**/calls/0/**", "**/approvals/**"):
        page.route(nowhere, lambda route: route.fulfill(status=204))


def of_state(state: State) -> Seen:
    """A state of the gallery."""
    return Seen(
        slug=state.slug,
        go=functools.partial(go, state=state),
        anew=bool(state.script),
        parts=tuple(parts(state)),
        spaced=state.template in OF_AN_AGENT,
    )


def go(page: Page, language: str, state: State) -> None:
    """Open the state in this language."""
    page.set_extra_http_headers({"Accept-Language": language})
    page.goto(f"/gallery/{state.slug}/")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator(f"{state.place} {state.shows}").first).to_be_attached()


def look(page: Page, seen: Seen, visit: Visit) -> list[str]:
    """What is wrong with it as it stands in the browser; one sentence each.

    A size is a matter of the stylesheet: the page is drawn once for all of them, but for states that only a script
    brings about, of which some pass.
    """
    wrong = []
    for place, size in enumerate(visit.sizes):
        page.set_viewport_size(size)
        if not place or seen.anew:
            seen.go(page, visit.language)
        name = f"{visit.slug}-{visit.language}-{size['width']}"
        colours = len(visit.sizes) == 1 or size["width"] in (LAYOUTS if visit.language == LANGUAGES[0] else LAYOUTS[:1])
        wrong += [f"{name}: {one}" for one in _seen(page, seen, size, colours=colours)]
        keep_picture(page, name)
        page.emulate_media(color_scheme="light")
    return wrong


def _seen(page: Page, seen: Seen, size: ViewportSize, *, colours: bool) -> list[str]:
    wrong = []
    columns = size["width"] >= ONE_COLUMN
    if hanging := page.evaluate(HANGS):
        wrong.append(f"hangs over the side: {hanging}")
    if columns and (cut := page.evaluate(CUT)):
        wrong.append(f"cuts {cut}")
    if columns and (hidden := page.evaluate(IN_SIGHT, list(seen.parts))):
        wrong.append(f"has to be scrolled for {hidden}")
    if not columns:
        # What the bars at the edges lie over is scrolled to; axe looks at it where it is.
        page.set_viewport_size({"width": size["width"], "height": page.evaluate("document.body.scrollHeight")})
    if colours or size["width"] in seen.asked:
        wrong += findings(page, colours=colours)
    page.emulate_media(forced_colors="active")
    if bare := page.evaluate(BORDERS):
        wrong.append(f"has no border in the system's colours: {bare}")
    page.emulate_media(forced_colors="none")
    if not seen.spaced:
        return wrong
    page.set_viewport_size(size)
    page.evaluate(SPACED)
    if not columns and (hanging := page.evaluate(HANGS)):
        wrong.append(f"hangs over the side with wider letters: {hanging}")
    if cut := page.evaluate(CUT):
        wrong.append(f"cuts with wider letters {cut}")
    page.evaluate(NOT_SPACED)
    return wrong


def parts(state: State) -> list[str]:
    """What has to be in sight in a state of a call that goes on."""
    if state.slug in OFFERING:
        return [*ALWAYS, *FIGURES]
    return list(ALWAYS) if state.template == "calls/call.html" and state.slug != "call-dropped" else []
