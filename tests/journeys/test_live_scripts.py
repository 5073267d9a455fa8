"""The scripts that listen and hold still, on a bench: the stream says what the test says; the clock is the test's."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from tests.bench import Bench, clicks_of
from tests.frame import Person

pytestmark = [pytest.mark.journeys]

MORNING = datetime(2026, 11, 22, 9, tzinfo=UTC)
# Stands in for the browser's EventSource: the page listens as to a real one, and the test speaks.
SOURCE = """
window.sources = [];
window.EventSource = class extends EventTarget {
  static CONNECTING = 0; static OPEN = 1; static CLOSED = 2;
  constructor(address) { super(); this.address = String(address); this.readyState = 1; window.sources.push(this); }
  close() { this.readyState = 2; }
};
window.say = (name, data, id = "") => {
  const event = new MessageEvent(name, { data: JSON.stringify(data ?? {}), lastEventId: id });
  window.sources.at(-1).dispatchEvent(event);
};
window.fail = (state) => {
  window.sources.at(-1).readyState = state;
  window.sources.at(-1).dispatchEvent(new Event("error"));
};
Object.defineProperty(Document.prototype, "hidden", { get: () => !!window.isAway });
"""
PART = '<div id="{0}" data-on="{1}" {2} hx-get="/{0}/" hx-trigger="desk:ask" hx-swap="outerHTML">Old</div>'

Open = Callable[[str], Page]


@pytest.fixture
def open_page(bench: Bench, settings: Settings) -> Open:
    """Open a body on the bench, with a clock that stands and a stream that lives."""
    settings.LIVE_STREAMS = True

    def opened(body: str) -> Page:
        bench.page.add_init_script(SOURCE)
        bench.page.clock.install(time=MORNING)
        page = bench.open(body)
        page.clock.pause_at(MORNING + timedelta(minutes=5))
        say(page, "hello")
        # What the page asked before the stream lived depends on how long it took to open.
        page.wait_for_timeout(60)
        bench.asked.clear()
        return page

    return opened


def say(page: Page, name: str, data: dict[str, Any] | None = None, *, id: str = "") -> None:  # noqa: A002
    page.evaluate("([name, data, id]) => say(name, data, id)", [name, data, id])


def asked(bench: Bench, path: str, times: int) -> None:
    """So often was it asked for, and not more."""
    deadline = time.monotonic() + 20
    while bench.requests_to(path) < times and time.monotonic() < deadline:
        bench.page.wait_for_timeout(20)
    # Time for one too many.
    bench.page.wait_for_timeout(60)
    assert bench.requests_to(path) == times


def test_part_asks_upon_its_own_kinds_and_things_only(bench: Bench, open_page: Open) -> None:
    parts = {"list": ("request", ""), "board": ("floor", ""), "mine": ("request", 'data-of-call="7"')}
    for name in parts:
        bench.answers[f"/{name}/"] = (204, "")
    page = open_page("".join(PART.format(name, *given) for name, given in parts.items()))

    say(page, "request", {"call": 8, "request": 5}, id="5-0")
    asked(bench, "/list/", 1)
    asked(bench, "/mine/", 0)
    say(page, "request", {"call": 7, "request": 6}, id="6-0")
    asked(bench, "/list/", 2)
    asked(bench, "/mine/", 1)
    asked(bench, "/board/", 0)


def test_asking_inside_a_part_is_not_the_parts_own(bench: Bench, open_page: Open) -> None:
    bench.answers |= {"/outer/": (204, ""), "/inner/": (204, "")}
    inner = PART.format("inner", "request", "")
    page = open_page(PART.format("outer", "authority", "").replace("Old", inner))

    say(page, "request", {"request": 5})

    asked(bench, "/inner/", 1)
    asked(bench, "/outer/", 0)


def test_answer_is_asked_for_when_its_undo_is_over(bench: Bench, open_page: Open) -> None:
    bench.answers["/list/"] = (204, "")
    page = open_page(PART.format("list", "request", ""))

    say(page, "request", {"request": 5, "wait": 5000})
    page.clock.run_for(4900)
    asked(bench, "/list/", 0)
    page.clock.run_for(300)
    asked(bench, "/list/", 1)


def test_board_asks_at_most_once_a_second_however_much_happens(bench: Bench, open_page: Open) -> None:
    bench.answers["/board/"] = (204, "")
    page = open_page(PART.format("board", "floor", 'data-rest="1"'))

    for _ in range(5):
        say(page, "floor")
    asked(bench, "/board/", 1)
    page.clock.run_for(1100)
    asked(bench, "/board/", 2)


def test_page_asks_by_itself_where_there_is_no_stream_and_seldom_where_there_is(bench: Bench, open_page: Open) -> None:
    bench.answers["/list/"] = (204, "")
    page = open_page(PART.format("list", "request", 'data-ask="3"'))

    page.clock.run_for(14_000)
    asked(bench, "/list/", 0)
    say(page, "beat")
    page.clock.run_for(14_000)
    say(page, "beat")
    page.clock.run_for(3_000)
    # A ring may have been lost.
    asked(bench, "/list/", 1)
    say(page, "deaf")
    asked(bench, "/list/", 2)
    page.clock.run_for(3_600)
    asked(bench, "/list/", 3)
    say(page, "refresh", id="9-0")
    asked(bench, "/list/", 4)
    page.clock.run_for(10_000)
    asked(bench, "/list/", 4)


def test_missed_beat_is_said_while_nobody_answers_and_taken_back(bench: Bench, open_page: Open) -> None:
    bench.answers["/list/"] = (204, "")
    page = open_page(PART.format("list", "request", 'data-ask="3"'))

    bench.away = True
    page.clock.run_for(19_000)
    expect(page.locator("body [data-offline]").first).to_be_hidden()
    page.clock.run_for(2_000)
    expect(page.locator("body [data-offline]").first).to_be_visible()
    page.clock.run_for(12_000)
    expect(page.locator("[data-offline-clock]").first).to_have_text(re.compile(r"00:1\d"))
    bench.away = False
    page.clock.run_for(3_500)
    expect(page.locator("[data-back-online]").first).to_be_visible()
    expect(page.locator("body [data-offline]").first).to_be_hidden()
    page.clock.run_for(5_500)
    expect(page.locator("[data-back-online]").first).to_be_hidden()


def test_stream_comes_back_from_where_it_was(bench: Bench, open_page: Open) -> None:
    bench.answers["/list/"] = (204, "")
    page = open_page(PART.format("list", "request", 'data-ask="3"'))
    assert "since=" in page.evaluate("sources[0].address")
    say(page, "request", {"request": 5}, id="1234-5")

    page.evaluate("fail(2)")
    asked(bench, "/list/", 2)
    expect(page.locator("html[data-live]")).to_have_count(0)
    page.clock.run_for(61_000)

    assert page.evaluate("sources.length") == 2
    assert page.evaluate("sources[1].address").endswith("since=1234-5")
    say(page, "hello")
    expect(page.locator("html[data-live=on]")).to_have_count(1)


def test_hidden_page_says_the_answer_in_its_title_until_it_is_looked_at(bench: Bench, open_page: Open) -> None:
    page = open_page(PART.format("panel", "request", ""))
    bench.answers["/panel/"] = (200, '<div id="panel" data-title="Approved" data-announce="Approved by Sue.">New</div>')
    page.evaluate("window.isAway = true")

    say(page, "request", {"request": 5})

    expect(page).to_have_title(re.compile(r"^Approved – Bench"))
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("mark-news"))
    expect(page.locator("#announce-polite")).to_have_text("Approved by Sue.")
    page.evaluate("window.isAway = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page).to_have_title(re.compile(r"^Bench"))
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile(r"mark\.svg"))


# Stands in for the loudspeaker: `notes` are the pitches that were played.
LOUDSPEAKER = """
window.notes = [];
const quiet = { setValueAtTime() {}, exponentialRampToValueAtTime() {} };
window.AudioContext = class {
  currentTime = 0; destination = {};
  createGain() { return { gain: quiet, connect: (to) => to }; }
  createOscillator() {
    const frequency = {};
    return { frequency, connect: (to) => to, start() { window.notes.push(frequency.value); }, stop() {} };
  }
};
"""


@pytest.mark.parametrize(("sounds", "heard"), [(True, 2), (False, 0)])
def test_answer_has_a_tone_where_it_is_wanted_and_other_news_has_none(
    bench: Bench, settings: Settings, sounds: bool, heard: int
) -> None:
    settings.LIVE_STREAMS = True
    bench.page.add_init_script(SOURCE + LOUDSPEAKER)
    bench.answers |= {
        "/list/": (200, '<div id="list">New</div>'),
        "/panel/": (200, '<p id="panel" data-title="Approved">New</p>'),
    }
    parts = PART.format("list", "floor", "") + PART.format("panel", "request", "")
    page = bench.open(parts, person=Person(sounds=sounds))
    page.mouse.click(700, 700)

    say(page, "floor")
    expect(page.locator("#list")).to_have_text("New")
    say(page, "request", {"request": 5})
    expect(page.locator("#panel")).to_have_text("New")

    assert page.evaluate("notes.length") == heard


def test_answer_that_waits_beside_an_offer_has_one_tone(bench: Bench, settings: Settings) -> None:
    settings.LIVE_STREAMS = True
    bench.page.add_init_script(SOURCE + LOUDSPEAKER)
    bench.answers["/panel/"] = (200, '<p id="panel" data-tone="7" data-title="Approved">New</p>')
    page = bench.open(
        '<section id="panel" data-hold="keep">Offer <p id="bar" data-on="request" hx-get="/panel/"'
        ' hx-trigger="desk:ask" hx-target="#panel" hx-swap="outerHTML">'
        '<b data-held="#panel" hidden>Answer</b></p></section>'
    )
    page.mouse.click(700, 700)

    for times in (1, 2):
        say(page, "request", {"request": 5})
        asked(bench, "/panel/", times)

    expect(page.locator("[data-held]")).to_be_visible()
    expect(page.locator("#panel")).to_contain_text("Offer")
    assert page.evaluate("notes.length") == 2


def test_news_of_a_customer_is_offered_and_replaces_nothing(bench: Bench, open_page: Open) -> None:
    page = open_page('<button id="told" type="button" data-told="customer" data-of-call="7" hidden>New</button>')

    say(page, "customer", {"call": 8})
    expect(page.locator("#told")).to_be_hidden()
    say(page, "customer", {"call": 7})
    expect(page.locator("#told")).to_be_visible()


PANEL = """<section id="panel" data-on="request" hx-get="/panel/" hx-trigger="desk:ask" hx-swap="outerHTML"><h2>{0}</h2>
<div class="acts" data-stay="acts"><button type="button" id="act" data-key="z">{1}</button></div></section>"""


def test_action_under_the_hand_stays_while_the_answer_comes_around_it(bench: Bench, open_page: Open) -> None:
    page = open_page(PANEL.format("Waiting", "Withdraw the request"))
    bench.answers["/panel/"] = (200, PANEL.format("Approved", "Leave it"))
    page.hover("#act")

    say(page, "request", {"request": 5})
    expect(page.locator("#panel h2")).to_have_text("Approved")
    expect(page.locator("#act")).to_have_text("Withdraw the request")
    page.clock.run_for(5_000)
    expect(page.locator("#act")).to_have_text("Withdraw the request")

    page.mouse.move(700, 700)
    page.clock.run_for(1_500)
    expect(page.locator("#act")).to_have_text("Withdraw the request")
    page.clock.run_for(1_000)
    expect(page.locator("#act")).to_have_text("Leave it")


def test_key_rests_when_the_action_under_it_has_just_changed(bench: Bench, open_page: Open) -> None:
    page = open_page(PANEL.format("Waiting", "Withdraw the request"))
    bench.answers["/panel/"] = (200, PANEL.format("Approved", "Leave it"))
    page.focus("#act")
    say(page, "request", {"request": 5})
    expect(page.locator("#panel h2")).to_have_text("Approved")
    # The focus is where it was, on what it was on.
    expect(page.locator("#act")).to_be_focused()

    page.locator("#act").blur()
    page.clock.run_for(2_300)
    expect(page.locator("#act")).to_have_text("Leave it")
    clicks = clicks_of(page, "#act")
    page.keyboard.press("z")
    assert clicks() == 0
    page.clock.run_for(600)
    page.keyboard.press("z")
    assert clicks() == 1


def test_news_beside_an_answer_waits_for_its_own_part(bench: Bench, open_page: Open) -> None:
    offers = '<section id="work" data-hold{0}><a href="#x" id="row">{1}</a></section>'
    page = open_page(PART.format("panel", "request", "") + offers.format("", "Old offers"))
    beside = offers.format(' hx-swap-oob="true"', "New offers")
    bench.answers["/panel/"] = (200, f'<div id="panel">Answered</div>{beside}')
    page.hover("#row")

    say(page, "request", {"request": 5})
    expect(page.locator("#panel")).to_have_text("Answered")
    expect(page.locator("#row")).to_have_text("Old offers")
    page.mouse.move(700, 700)
    page.clock.run_for(2_500)
    expect(page.locator("#row")).to_have_text("New offers")


def test_what_is_being_built_is_never_replaced_and_says_that_news_is_there(bench: Bench, open_page: Open) -> None:
    ask = 'data-on="request" hx-get="/answer/" hx-trigger="desk:ask" hx-target="#built" hx-swap="outerHTML"'
    page = open_page(
        f'<form id="built" data-hold="keep"><div {ask}><b data-held="#built" id="here" hidden>It is here.</b></div>'
        '<input id="typed" aria-label="Note"></form>'
    )
    bench.answers["/answer/"] = (200, '<form id="built">Approved</form>')
    page.fill("#typed", "Half a year")
    page.locator("#typed").blur()
    page.clock.run_for(5_000)

    say(page, "request", {"request": 5})

    expect(page.locator("#here")).to_be_visible()
    expect(page.locator("#typed")).to_have_value("Half a year")


def test_answer_to_a_part_that_is_gone_is_drawn_nowhere(bench: Bench, open_page: Open) -> None:
    beside = '<div id="figures" hx-swap-oob="true">New</div>'
    bench.answers["/list/"] = (200, f'<div id="list">New</div>{beside}')
    page = open_page(PART.format("list", "request", "") + '<div id="figures">Old</div>')
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    # Somebody's own act draws the list anew while it waits.
    page.evaluate(
        """() => {
          say("request", { request: 5 });
          htmx.swap(document.getElementById("list"), '<div id="list">Mine</div>', { swapStyle: "outerHTML" });
        }"""
    )
    page.wait_for_timeout(300)

    expect(page.locator("#list")).to_have_text("Mine")
    expect(page.locator("#figures")).to_have_text("Old")
    assert said == []
