"""Every state of the screens for everybody: axe, size, zoom, language, theme; a sample that goes round, or all of them.

`manage.py prove reach` looks at all; the suite at a few, chosen by the day or by PROOF_SEED.
"""

import sys

import pytest
from playwright.sync_api import Route, expect

from retention_desk.gallery.states import STATES
from retention_desk.keyboard.table import Place
from tests.bench import DESK, Bench
from tests.browser import NewPage
from tests.journeys.reach import BORDERS, DRAWN, IN_SIGHT, OFFERING, enter, go, look, of_state, parts, rounds, seed
from tests.journeys.stage import keep_picture
from tests.retention_desk.scene import set_scene

pytestmark = [pytest.mark.journeys]
ROUNDS = rounds(STATES, only="PROOF_STATE", sample=5)


@pytest.mark.parametrize("part", ROUNDS)
def test_states_are_for_everybody(new_page: NewPage, part: str) -> None:
    scene = set_scene()
    page = new_page()
    enter(page, scene.ann)
    chosen = ROUNDS[part]
    sys.stdout.write(f"PROOF_SEED={seed()}: {', '.join(visit.name for visit in chosen)}\n")

    wrong = [one for visit in chosen for one in look(page, of_state(STATES[visit.slug]), visit)]

    assert wrong == [], f"PROOF_SEED={seed()}\n" + "\n".join(wrong)


@pytest.mark.parametrize("language", ["en", "de", "th"])
def test_nobody_scrolls_for_the_way_out_the_rule_the_figures_or_the_action(new_page: NewPage, language: str) -> None:
    """At every size of the design (design/UX.md 18.3)."""
    scene = set_scene()
    page = new_page()
    enter(page, scene.ann)

    hidden = []
    for slug in OFFERING:
        go(page, language, STATES[slug])
        for size in DRAWN:
            page.set_viewport_size(size)
            hidden += [f"{slug} {size['width']}: {part}" for part in page.evaluate(IN_SIGHT, parts(STATES[slug]))]

    assert hidden == []


INK = "() => getComputedStyle(document.documentElement).getPropertyValue('--ink-3').trim()"


def test_system_colours_and_more_contrast_leave_nothing_out(new_page: NewPage) -> None:
    scene = set_scene()
    page = new_page(viewport={"width": 1440, "height": 900})
    enter(page, scene.ann)
    page.goto("/gallery/presented/")
    ordinary = page.evaluate(INK)

    page.emulate_media(forced_colors="active")
    assert page.evaluate(BORDERS) == []
    chosen = page.locator(".offer:has(:checked)")
    assert chosen.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    keep_picture(page, "forced-colours")
    page.emulate_media(forced_colors="none", contrast="more")
    assert page.evaluate(INK) != ordinary


def test_way_out_stays_in_sight_at_every_zoom(new_page: NewPage) -> None:
    """At 400 % the page is one long column; cancelling stays on top of it however far it is scrolled."""
    scene = set_scene()
    page = new_page(viewport={"width": 320, "height": 256})
    enter(page, scene.ann)
    page.goto("/gallery/presented/")
    way_out = page.get_by_role("banner").get_by_role("link", name="Cancel service")

    expect(way_out).to_be_in_viewport(ratio=0.9)
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    expect(way_out).to_be_in_viewport(ratio=0.9)
    # What has the focus is not under the bar.
    page.get_by_role("button", name="Accepted").focus()
    expect(page.get_by_role("button", name="Accepted")).to_be_in_viewport(ratio=0.5)


def test_mirrored_screen_reads_from_the_right(new_page: NewPage) -> None:
    """No language of the desk is written so yet; the screen is ready for one."""
    scene = set_scene()
    page = new_page(viewport={"width": 1440, "height": 900})
    enter(page, scene.ann)
    page.goto("/gallery/presented/")
    page.evaluate("document.documentElement.dir = 'rtl'")

    boxes = {name: page.locator(name).bounding_box() for name in (".rail", ".col--side", ".col--act")}

    assert all(boxes.values())
    assert boxes[".rail"]["x"] > boxes[".col--side"]["x"] > boxes[".col--act"]["x"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.locator(".callbar__who bdi").get_attribute("dir") == "ltr"
    keep_picture(page, "mirrored")


PANEL = """<section class="panel" id="offer-panel"><p>Before</p></section>
<a href="/slow/" id="ask" hx-get="/slow/" hx-target="#offer-panel" hx-swap="outerHTML">Ask</a>"""


def test_slow_panel_shows_grey_bars_in_its_size_and_then_itself(bench: Bench) -> None:
    page = bench.open(PANEL, place=Place.CALL)
    held: list[Route] = []
    page.route(f"{DESK}/slow/", lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks its handlers)
    before = page.locator("#offer-panel").bounding_box()

    page.locator("#ask").click()

    expect(page.locator("#offer-panel[data-loading][aria-busy=true]")).to_be_visible()
    assert page.locator("#offer-panel").bounding_box() == before
    held[0].fulfill(body='<section class="panel" id="offer-panel"><p>After</p></section>', content_type="text/html")
    expect(page.locator("#offer-panel")).to_have_text("After")
    expect(page.locator("[data-loading]")).to_have_count(0)


def test_session_that_ends_is_said_and_then_leads_to_the_login(bench: Bench) -> None:
    ends = "{% now 'U' as now %}{% include '_parts/session_end.html' with ends_at=now|add:100 %}"
    page = bench.open(ends)
    bar = page.locator("#session-end")
    expect(bar).to_be_visible()
    expect(bar.get_by_role("timer")).to_contain_text("01:")

    bench.answers["/profile/stay/"] = (200, '<form id="session-end" data-session-ends="9999999999" hidden></form>')
    bar.get_by_role("button", name="Stay").click()
    expect(bar).to_be_hidden()
    bench.answers["/login/"] = (200, "<title>Log in</title>")
    page.eval_on_selector("#session-end", "bar => (bar.dataset.sessionEnds = '1')")
    page.wait_for_url("**/login/?next=%2Fbench%2F")
