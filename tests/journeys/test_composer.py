"""Clocks and the live sum of an offer."""

import pytest
from django.template import engines
from playwright.sync_api import Page, expect

from tests.bench import COMPOSER, DESK, Bench
from tests.frame import Person, asked

pytestmark = pytest.mark.journeys


def figures(page: Page) -> list[str]:
    return [text.replace("\xa0", " ") for text in page.locator("[data-out]").all_text_contents()]


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["20%", "$179.99", "\N{MINUS SIGN}$16.00", "$96.00", "+$384", "$316.00"]),
        ("de", ["20 %", "179,99 $", "\N{MINUS SIGN}16,00 $", "96,00 $", "+384 $", "316,00 $"]),
    ],
)
def test_composer_sums_as_the_server_does(bench: Bench, language: str, written: list[str]) -> None:
    page = bench.open(COMPOSER, language=language)

    page.click("#more")

    assert figures(page) == written
    expect(page.get_by_text("Within your limit")).to_be_visible()
    expect(page.get_by_text("Needs supervisor")).to_be_hidden()
    assert page.locator("[data-pin]").get_attribute("x") == "34.85"
    assert page.locator("[data-fill]").get_attribute("width") == "40"


def test_composer_shows_the_limit_before_it_is_met(bench: Bench) -> None:
    page = bench.open(COMPOSER)

    page.locator("[value='12']").check()
    expect(page.get_by_text("Needs supervisor")).to_be_visible()
    page.locator("#pct").fill("45")
    expect(page.get_by_text("Not allowed")).to_be_visible()
    page.locator("[value='6']").check()
    page.locator("#pct").fill("25")
    expect(page.get_by_text("Within your limit")).to_be_visible()


def test_server_has_the_last_word_and_its_correction_is_marked(bench: Bench) -> None:
    cost = '<output data-out="cost"></output>'
    asking = f'<p id="sum" hx-get="/preview/" hx-trigger="check" hx-swap="outerHTML">{cost}</p>'
    page = bench.open(COMPOSER.replace(cost, asking))
    bench.answers["/preview/"] = (200, '<p id="sum" data-rules="over"><output data-out="cost">$99.00</output></p>')
    page.click("#more")
    expect(page.locator("[data-out=cost]")).to_have_text("$96.00")

    page.evaluate("htmx.trigger('#sum', 'check')")

    expect(page.locator("[data-out=cost].is-corrected")).to_have_text("$99.00")
    expect(page.get_by_text("Needs supervisor")).to_be_visible()
    expect(page.locator("[data-out=cost]:not(.is-corrected)")).to_be_visible()


def test_steps_stay_within_the_range(bench: Bench) -> None:
    page = bench.open(
        '<input id="months" type="number" min="1" max="3" value="2" aria-label="Months">'
        '<button type="button" id="up" data-for="months" data-step="2">More</button>'
        '<button type="button" id="down" data-for="months" data-step="-9">Less</button>'
    )

    page.click("#up")
    assert page.input_value("#months") == "3"
    page.click("#down")
    assert page.input_value("#months") == "1"


def test_clocks_run_from_the_servers_moments_and_speak_twice(bench: Bench) -> None:
    body = """<b id="up" role="timer" data-since="{{ now|add:"-277" }}">04:30</b>
    <b id="due" role="timer" data-since="{{ now|add:"-85" }}" data-due="120" data-fill="#fill" data-say-75="Nearly due"
       data-say-100="Overdue">01:25</b>
    <svg viewBox="0 0 100 6" aria-hidden="true"><rect id="fill" height="6"/></svg>
    <b id="down" role="timer" data-until="{{ now|add:"20" }}">00:20</b>"""
    page = bench.page
    page.clock.install(time=1_000_000)
    # It runs only when it is told to, however long the browser takes.
    page.clock.pause_at(1_000_001)
    # The computer's clock is far off; the frame says what the server's was.
    frame = engines["django"].from_string(
        "{% extends 'base.html' %}{% block page %}<main id='main'>" + body + "</main>{% endblock %}"
    )
    now = 1_795_000_000
    text = frame.render({"now": now}, asked(Person()))
    start = text.index('name="desk-now" content="') + len('name="desk-now" content="')
    text = text[:start] + str(now) + text[text.index('"', start) :]
    bench.answers["/bench/"] = (200, text)
    page.goto(f"{DESK}/bench/")

    expect(page.locator("#up")).to_have_text("04:37")
    expect(page.locator("#down")).to_have_text("00:20")
    page.clock.run_for(6_000)
    expect(page.locator("#up")).to_have_text("04:43")
    expect(page.locator("#due")).to_have_attribute("data-late", "75")
    expect(page.locator("#announce-polite")).to_have_text("Nearly due")
    page.clock.run_for(30_000)
    expect(page.locator("#due")).to_have_attribute("data-late", "100")
    expect(page.locator("#announce-polite")).to_have_text("Overdue")
    expect(page.locator("#fill")).to_have_attribute("width", "100")
    expect(page.locator("#down")).to_have_text("00:00")
