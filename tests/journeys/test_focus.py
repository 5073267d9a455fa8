"""Where the focus goes after each act (design/UX.md 17), what takes none, and what is announced instead."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.bench import NEWS, Bench
from tests.browser import NewPage
from tests.journeys.stage import sign_in
from tests.retention_desk.scene import set_scene

pytestmark = [pytest.mark.journeys]

HEADING = "#offer-panel #h-make"


@dataclass(frozen=True)
class Step:
    """One press of the person, what it brings, and where the focus is then."""

    key: str
    brings: str
    focus: str


CALL = (
    Step("1", "#offer-panel [name=key]", "#offer-panel [data-slider], #offer-panel .ctl input:checked"),
    Step("F9", "#panel-now[value=presented]", HEADING),
    # Accepted without having read anything out: the note.
    Step("a", "[data-refusal=DISCLOSURE_MISSING]", "[data-refusal=DISCLOSURE_MISSING]"),
    Step("c", "#panel-now[value=compose]", "#offer-panel :focus, body"),
    Step("i", "#call-bar", "body, #offer-panel :focus"),
    Step("m", "#panel-now[value=complaint]", HEADING),
    Step("Escape", "#panel-now[value=compose]", "body, #offer-panel :focus"),
    Step("F8", "#panel-now[value=cancel]", HEADING),
    Step("Enter", "#offer-panel [data-number]", HEADING),
    Step("u", "#panel-now[value=compose]", "body, #offer-panel :focus"),
    Step("w", "#work-panel #wrap-form", HEADING),
)


def focused(page: Page, selector: str, after: str = "") -> None:
    """The element that has the focus fits the selector."""
    try:
        page.wait_for_function("selector => document.activeElement?.matches(selector)", arg=selector)
    except PlaywrightTimeout as late:
        where = page.evaluate("document.activeElement?.outerHTML.slice(0, 200)")
        raise AssertionError(f"after {after}: not {selector}, but {where}") from late


def test_focus_follows_each_act_of_a_call(new_page: NewPage) -> None:
    scene = set_scene()
    page = new_page(viewport={"width": 1440, "height": 900})
    sign_in(page, scene.ann)
    page.goto(f"/calls/{scene.open_call()}/")

    for step in CALL:
        page.keyboard.press(step.key)
        expect(page.locator(step.brings).first).to_be_attached()
        focused(page, step.focus, after=step.key)


def test_focus_follows_the_decision_to_the_next_request_and_no_answer_takes_it(new_page: NewPage) -> None:
    scene = set_scene()
    agent = new_page(viewport={"width": 1440, "height": 900})
    sign_in(agent, scene.ann)
    call_id = scene.open_call()
    agent.goto(f"/calls/{call_id}/?offer={scene.offers['discount'].pk}")
    agent.locator("#offer-panel [data-slider]").fill("35")
    expect(agent.locator("#offer-panel [value=ask]")).to_be_visible()
    agent.keyboard.press("F9")
    expect(agent.get_by_role("button", name="Withdraw the request")).to_be_visible()
    focused(agent, HEADING)
    agent.keyboard.press("n")
    focused(agent, "#notes")

    supervisor = new_page(viewport={"width": 1440, "height": 900})
    sign_in(supervisor, scene.sue)
    supervisor.goto("/approvals/")
    expect(agent.get_by_text("Tobias Renn is reading it")).to_be_visible()
    supervisor.keyboard.press("a")
    expect(supervisor.get_by_role("button", name="Undo")).to_be_visible()
    focused(supervisor, "#h-d")

    # The answer takes its place on the agent's screen once it cannot be taken back; the notes keep the focus.
    expect(agent.locator("#panel-now[value=answered]")).to_be_attached()
    focused(agent, "#notes")
    expect(agent.locator("#announce-polite, #offer-panel [role=status]").first).to_be_attached()


def test_form_that_comes_back_has_the_focus_in_the_first_wrong_field(new_page: NewPage) -> None:
    """Also where the whole page is drawn anew."""
    scene = set_scene()
    page = new_page()
    sign_in(page, scene.ann)
    page.goto("/customers/new/")
    page.locator("main form").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")

    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    focused(page, "[aria-invalid=true]")


def test_lost_connection_is_announced_at_once_and_its_return_politely(bench: Bench) -> None:
    page = bench.open(NEWS.format(""))

    expect(page.locator(".offline--lost").first).to_have_attribute("role", "alert")
    expect(page.locator(".offline--back").first).to_have_attribute("role", "status")
    # A clock that spoke every second would be no help.
    assert page.locator("[role=timer][aria-live], [aria-live] [data-offline-clock]").count() == 0
