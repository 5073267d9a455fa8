"""The keyboard map on the layouts that people at the desk have: by sign where the sign is Latin, else by place."""

import pytest
from playwright.sync_api import Page, expect

from retention_desk.keyboard.table import Place
from tests.bench import Bench
from tests.frame import Person

pytestmark = pytest.mark.journeys

BODY = """
<input id="text" aria-label="Text"><input id="q" data-find data-key="F2" aria-label="Find">
<button type="button" data-key="F8">Cancel service{% key "F8" %}</button>
<button type="button" data-key="F9">Present{% key "F9" %}</button>
<button type="button" data-key="k">Asked again{% key "K" %}</button>
<button type="button" data-key="z">Withdraw{% key "Z" %}</button>
<button type="button" data-key="a">Accepted{% key "A" %}</button>
<button type="button" data-key=".">Show{% key "." %}</button>
<button type="button" data-key="1">First</button>
<form id="wrap"><button type="button" data-key="Ctrl+Enter">Save</button></form>
<a href="#there" data-go="z" id="there-link">There</a>
"""
Stroke = tuple[str, str]
# What a keyboard sends (key, code) for a key of the table; what is pressed with Shift is marked.
LAYOUTS: dict[str, dict[str, Stroke]] = {
    "en": {"k": ("k", "KeyK"), "z": ("z", "KeyZ"), "a": ("a", "KeyA"), ".": (".", "Period"), "1": ("1", "Digit1")},
    # Z and Y have changed places, and the sign decides.
    "de": {"k": ("k", "KeyK"), "z": ("z", "KeyY"), "a": ("a", "KeyA"), ".": (".", "Period"), "1": ("1", "Digit1")},
    "ru": {"k": ("л", "KeyK"), "z": ("я", "KeyZ"), "a": ("ф", "KeyA"), ".": (".", "Slash"), "1": ("1", "Digit1")},
    "th": {"k": ("า", "KeyK"), "z": ("ผ", "KeyZ"), "a": ("ฟ", "KeyA"), ".": ("ใ", "Period"), "1": ("ๅ", "Digit1")},
}
HELP: dict[str, Stroke] = {"en": ("?", "Slash"), "de": ("?", "Minus"), "ru": ("?", "Digit7"), "th": ("ฦ", "Slash")}
FIELD: dict[str, Stroke] = {"en": ("/", "Slash"), "de": ("/", "Digit7"), "ru": ("/", "Backslash"), "th": ("ฝ", "Slash")}
GO: dict[str, Stroke] = {"en": ("g", "KeyG"), "de": ("g", "KeyG"), "ru": ("п", "KeyG"), "th": ("เ", "KeyG")}
FIND: dict[str, Stroke] = {"en": ("k", "KeyK"), "de": ("k", "KeyK"), "ru": ("л", "KeyK"), "th": ("า", "KeyK")}
# Signs that stand where a letter of the table stands elsewhere, and mean nothing here.
STRANGE: dict[str, list[Stroke]] = {
    "en": [("K", "KeyL")],
    "de": [("y", "KeyZ"), ("ö", "Semicolon"), ("@", "KeyQ")],
    "ru": [("ж", "Semicolon"), ("б", "Comma")],
    "th": [("ง", "Semicolon"), ("ม", "Comma")],
}
PRESSED = """() => { window.pressed = []; document.addEventListener('click', ({target}) => {
    const key = target.closest('[data-key]')?.dataset.key; if (key) window.pressed.push(key); }, true); }"""
PRESS = """init => (document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent('keydown', {bubbles: true, cancelable: true, ...init}))"""


def press(page: Page, stroke: Stroke, **more: bool) -> None:
    """One key as the layout sends it."""
    page.evaluate(PRESS, {"key": stroke[0], "code": stroke[1]} | more)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_key_answers_on_the_layout(bench: Bench, layout: str) -> None:
    page = bench.open(BODY, place=Place.CALL)
    page.evaluate(PRESSED)
    page.evaluate("document.activeElement.blur()")

    for stroke in LAYOUTS[layout].values():
        press(page, stroke)
    assert page.evaluate("window.pressed") == list(LAYOUTS[layout])
    press(page, ("F8", "F8"))
    press(page, ("Enter", "Enter"), ctrlKey=True)
    assert page.evaluate("window.pressed.splice(0)")[-2:] == ["F8", "Ctrl+Enter"]

    # While typing, composing or with Alt a letter is a letter; a function key answers everywhere.
    stroke = LAYOUTS[layout]["k"]
    for more in ({"isComposing": True}, {"altKey": True}, {"ctrlKey": True, "altKey": True}, {"repeat": True}):
        press(page, stroke, **more)
    for strange in STRANGE[layout][layout == "en" :]:
        press(page, strange)
    page.focus("#text")
    press(page, stroke)
    press(page, ("F9", "F9"))
    assert page.evaluate("window.pressed.splice(0)") == ["F9"]

    page.evaluate("document.activeElement.blur()")
    press(page, FIELD[layout], shiftKey=layout in ("de", "ru"))
    assert page.evaluate("document.activeElement.id") == "q"
    page.evaluate("document.activeElement.blur()")
    press(page, FIND[layout], ctrlKey=True)
    assert page.evaluate("document.activeElement.id") == "q"
    page.evaluate("document.activeElement.blur()")
    press(page, GO[layout])
    press(page, LAYOUTS[layout]["z"])
    assert page.evaluate("location.hash") == "#there"
    press(page, HELP[layout], shiftKey=True)
    expect(page.locator("#keys-help")).to_be_visible()


def test_own_keys_answer_and_the_ones_they_came_from_do_not(bench: Bench) -> None:
    person = Person(own_keys="cancel=F4 hold=F8 asked=b accepted=z withdraw=a")
    page = bench.open(BODY, person=person, place=Place.CALL)
    page.evaluate(PRESSED)
    page.evaluate("document.activeElement.blur()")

    for key in ("F4", "b", "z", "a"):
        press(page, (key, key if len(key) > 1 else f"Key{key.upper()}"))
    assert page.evaluate("window.pressed.splice(0)") == ["F8", "k", "a", "z"]
    press(page, ("F8", "F8"))
    press(page, ("k", "KeyK"))
    assert page.evaluate("window.pressed") == []
    # On a layout that is not Latin the own key is found by its place, too.
    press(page, ("и", "KeyB"))
    assert page.evaluate("window.pressed") == ["k"]
    press(page, ("?", "Slash"), shiftKey=True)
    line = page.locator('[data-for-keys="F8"]')
    expect(line.locator("kbd")).to_have_text("F4")
    expect(line.locator("[data-not-now]")).to_be_hidden()
    expect(page.locator("[data-key=F8] kbd")).to_have_text("F4")
