"""The keyboard of the desk in a real browser."""

import pytest
from playwright.sync_api import expect

from retention_desk.keyboard.table import Place
from tests.bench import DESK, KEYS, NEWS, Bench, clicks_of
from tests.frame import Person

pytestmark = pytest.mark.journeys


def test_function_keys_work_while_typing_and_letters_do_not(bench: Bench) -> None:
    page = bench.open(KEYS)
    cancelled, again = clicks_of(page, "[data-key=F8]"), clicks_of(page, "#again")

    page.focus("#text")
    page.keyboard.press("k")
    page.keyboard.press("F8")

    assert page.input_value("#text") == "k"
    assert (cancelled(), again()) == (1, 0)


def test_escape_leaves_the_field_first_and_then_goes_back(bench: Bench) -> None:
    page = bench.open(KEYS)
    back = clicks_of(page, "#back")

    page.focus("#text")
    page.keyboard.press("Escape")
    assert back() == 0
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("Escape")
    assert back() == 1


def test_letters_are_found_by_place_where_the_layout_is_not_latin(bench: Bench) -> None:
    page = bench.open(KEYS)
    again = clicks_of(page, "#again")
    press = "init => document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...init}))"

    page.evaluate(press, {"key": "า", "code": "KeyK"})
    assert again() == 1
    page.evaluate(press, {"key": "л", "code": "KeyK", "isComposing": True})
    page.evaluate(press, {"key": "k", "code": "KeyK", "altKey": True})
    page.evaluate(press, {"key": "k", "code": "KeyK", "ctrlKey": True, "altKey": True})
    page.evaluate(press, {"key": "k", "code": "KeyK", "repeat": True})
    assert again() == 1


def test_what_is_off_for_the_mouse_is_off_for_the_key(bench: Bench) -> None:
    page = bench.open(KEYS)
    never, nor = clicks_of(page, "[data-key=x]"), clicks_of(page, "[data-key=y]")

    page.keyboard.press("x")
    page.keyboard.press("y")

    assert (never(), nor()) == (0, 0)


def test_single_keys_can_be_switched_off_and_function_keys_stay(bench: Bench) -> None:
    page = bench.open(KEYS, person=Person(single_keys=False))
    cancelled, again = clicks_of(page, "[data-key=F8]"), clicks_of(page, "#again")

    page.keyboard.press("k")
    page.keyboard.press("F8")

    assert (cancelled(), again()) == (1, 0)


def test_reason_is_picked_by_its_letter_after_r(bench: Bench) -> None:
    page = bench.open(KEYS)

    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.value") == "price"
    page.keyboard.press("m")
    assert page.locator("[value=moving]").is_checked()
    page.keyboard.press("m")
    assert page.locator("[value=money]").is_checked()


def test_offer_key_chooses_and_goes_on_to_the_slider(bench: Bench) -> None:
    page = bench.open(KEYS)

    page.keyboard.press("1")

    assert page.locator("[name=offer]").is_checked()
    assert page.evaluate("document.activeElement.id") == "slider"


def test_enter_confirms_only_where_it_was_meant(bench: Bench) -> None:
    page = bench.open(KEYS)
    confirmed, again = clicks_of(page, "#enter"), clicks_of(page, "#again")

    page.focus("#elsewhere")
    page.keyboard.press("Enter")
    page.focus("#again")
    page.keyboard.press("Enter")
    assert (confirmed(), again()) == (0, 1)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Enter")
    assert confirmed() == 1


def test_help_lists_the_keys_of_this_screen_and_switches_letters_off(bench: Bench) -> None:
    page = bench.open(KEYS, place=Place.CALL)
    again = clicks_of(page, "#again")

    page.keyboard.press("?")
    dialog = page.locator("#keys-help")
    expect(dialog).to_be_visible()
    expect(dialog.locator("[data-keys-list]")).to_contain_text("Cancel service")
    expect(dialog.locator("[data-keys-list]")).to_contain_text("Reason")
    # Nothing on this page wraps up: the key is listed, and said to have nothing to press.
    for keys, off in (("F8", False), ("r", False), ("w", True), ("?", False), ("1 2 3 4 5 6 7 8 9", False)):
        line = dialog.locator(f'[data-for-keys="{keys}"]')
        expect(line.locator("[data-not-now]")).to_be_visible() if off else expect(
            line.locator("[data-not-now]")
        ).to_be_hidden()
    page.keyboard.press("k")
    page.locator("[data-single-keys-switch]").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("k")

    assert again() == 0


def test_g_and_a_letter_open_a_page(bench: Bench) -> None:
    page = bench.open('<a href="/there/" data-go="z">There</a>')
    bench.answers["/there/"] = (200, "<title>There</title>")

    page.keyboard.press("g")
    page.keyboard.press("z")

    expect(page).to_have_url(f"{DESK}/there/")


def test_slash_and_ctrl_k_go_to_the_find_field(bench: Bench) -> None:
    page = bench.open('<input id="q" data-find data-key="F2" aria-label="Find" value="before">')

    for key in ("/", "Control+k", "F2"):
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("after")
    assert page.input_value("#q") == "after"


# In the page, because between two steps of the test half a second may be over.
PRESS_AS_NEWS_COMES = """() => new Promise((done) => {
    document.addEventListener("htmx:afterSettle", () => {
        const ask = document.querySelector("#ask");
        ask.clicks = 0;
        ask.addEventListener("click", () => ask.clicks++);
        document.body.dispatchEvent(new KeyboardEvent("keydown", {bubbles: true, key: "F9", code: "F9"}));
        done();
    }, {once: true});
    htmx.trigger("#part", "news");
})"""
PRESSED = "document.querySelector('#ask').clicks"


def test_key_does_nothing_just_after_news_changed_what_it_does(bench: Bench) -> None:
    page = bench.open(NEWS.format('<button type="button" data-key="F9">Present</button>'))
    bench.answers["/news/"] = (200, NEWS.format('<button type="button" data-key="F9" id="ask">Ask supervisor</button>'))

    page.evaluate(PRESS_AS_NEWS_COMES)
    assert page.evaluate(PRESSED) == 0
    page.wait_for_timeout(600)
    page.keyboard.press("F9")
    assert page.evaluate(PRESSED) == 1


def test_queue_moves_with_j_and_k(bench: Bench) -> None:
    page = bench.open(
        '<ol data-queue><li><a href="#r1" aria-current="true">One</a></li><li><a href="#r2">Two</a></li></ol>'
    )

    page.keyboard.press("j")
    expect(page).to_have_url(f"{DESK}/bench/#r2")
    expect(page.locator("[aria-current]", has_text="Two")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page).to_have_url(f"{DESK}/bench/#r1")


def test_decline_shows_its_reasons_and_they_answer_to_digits(bench: Bench) -> None:
    page = bench.open(
        '<button type="button" data-reveal="#why" aria-expanded="false" data-key="d">Decline</button>'
        '<div id="why" hidden><button type="button" data-key="1" id="first">Too much</button>'
        '<button type="button" data-conceal="#why" data-key="Escape">Back</button></div>'
    )

    page.keyboard.press("1")
    page.keyboard.press("d")
    expect(page.locator("#first")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#first")).to_be_hidden()
    expect(page.locator("[data-reveal]")).to_be_focused()
