"""Around a request: focus, errors in their place, lost connection, text that is kept, lists that hold still."""

import json

import pytest
from playwright.sync_api import expect

from tests.bench import DESK, NEWS, Bench, clicks_of

pytestmark = pytest.mark.journeys


def test_news_takes_no_focus_and_an_action_gives_it(bench: Bench) -> None:
    go = '<button type="button" id="go" hx-get="/news/" hx-target="#part" hx-swap="outerHTML">Go</button>'
    page = bench.open('<input id="text" aria-label="Text">' + NEWS.format(go))
    bench.answers["/news/"] = (200, NEWS.format(f'<h2 tabindex="-1" data-focus id="head">Done</h2>{go}'))

    page.focus("#text")
    page.evaluate("htmx.trigger('#part', 'news')")
    page.wait_for_selector("#head")
    assert page.evaluate("document.activeElement.id") == "text"
    page.click("#go")
    expect(page.locator("#head")).to_be_focused()


FORM = """<form id="form" hx-post="/save/" hx-target="#form" hx-swap="outerHTML" hx-disabled-elt="find button">
<div data-trouble></div><input type="hidden" name="key" value="once-17">
<label class="field">Name<input name="name" {}></label>
<button class="btn" id="save">Save</button></form>"""


def test_refused_form_comes_back_with_the_focus_in_the_wrong_field(bench: Bench) -> None:
    page = bench.open(FORM.format(""))
    bench.answers["/save/"] = (422, FORM.format('aria-invalid="true" id="wrong"'))

    page.click("#save")

    expect(page.locator("#wrong")).to_be_focused()


def test_failure_stands_by_the_form_and_is_sent_again_with_the_same_key(bench: Bench) -> None:
    page = bench.open(FORM.format('id="name"'))
    bench.answers["/save/"] = (500, "<html><title>no</title><body>broken")
    page.fill("#name", "Tennant")

    page.click("#save")
    note = page.locator("#form [data-trouble] .note")
    expect(note).to_contain_text("That was not saved.")
    expect(note).to_be_focused()
    assert page.input_value("#name") == "Tennant"
    assert page.title() == "Bench – Retention Desk"
    bench.answers["/save/"] = (200, '<p id="saved">Saved</p>')
    note.locator("[data-again]").click()
    page.wait_for_selector("#saved")

    assert [sent["key"] for path, sent in bench.asked if path == "/save/"] == [["once-17"], ["once-17"]]


def test_error_page_gives_its_own_words(bench: Bench) -> None:
    page = bench.open(FORM.format(""))
    bench.answers["/save/"] = (
        403,
        '<html><body><nav>x</nav><div id="problem"><div class="note">Not yours.</div></div>',
    )

    page.click("#save")

    expect(page.locator("#form [data-trouble]")).to_have_text("Not yours.")


def test_expired_session_goes_to_the_login_page_and_back(bench: Bench) -> None:
    page = bench.open(FORM.format(""))
    bench.answers["/save/"] = (302, "", {"Location": "/login/?next=/save/"})
    bench.answers["/login/"] = (200, "<title>Log in</title>")
    # A route cannot answer what follows its own redirect, so the browser is told where it ended.
    page.evaluate(
        """() => document.addEventListener('htmx:beforeSwap', (event) => {
          const told = new URL('/login/?next=/save/', location.href).href;
          Object.defineProperty(event.detail.xhr, 'responseURL', {value: told});
        }, {capture: true})"""
    )
    bench.answers["/save/"] = (200, "<title>Log in</title>")

    page.click("#save")

    expect(page).to_have_url(f"{DESK}/login/?next=%2Fbench%2F")


def test_connection_lost_is_said_until_it_is_back(bench: Bench) -> None:
    page = bench.open(
        FORM.format("") + '<button type="button" id="present" data-online-only>Present</button>'
        '<p id="catch" hx-get="/catch/" hx-trigger="desk:online from:body">Old</p>'
    )
    bench.answers["/catch/"] = (200, "New")
    presented = clicks_of(page, "#present")

    bench.away = True
    page.click("#save")
    expect(page.locator("body [data-offline]").first).to_be_visible()
    expect(page.locator("#live")).to_have_text("Offline")
    expect(page.locator("#present")).to_be_disabled()
    page.locator("#present").click(force=True)
    assert presented() == 0
    bench.away = False
    expect(page.locator("[data-back-online]").first).to_be_visible()
    expect(page.locator("body [data-offline]").first).to_be_hidden()
    expect(page.locator("#catch")).to_have_text("New")
    page.click("#present")
    assert presented() == 1


def test_list_stands_still_under_the_hand_and_offers_the_news(bench: Bench) -> None:
    row = '<div id="queue" data-hold hx-get="/queue/" hx-trigger="news, desk:show" hx-swap="outerHTML">{}</div>'
    page = bench.open(
        row.format('<a href="#one" id="one">One</a>') + '<p data-held="#queue" hidden>'
        '<button type="button" id="show" data-show-held="#queue" data-key=".">1 new</button></p>'
    )
    bench.answers["/queue/"] = (200, row.format('<a href="#one" id="one">One</a> <a href="#two" id="two">Two</a>'))

    page.focus("#one")
    page.evaluate("htmx.trigger('#queue', 'news')")
    expect(page.locator("#show")).to_be_visible()
    assert page.locator("#two").count() == 0
    page.keyboard.press(".")
    expect(page.locator("#two")).to_be_visible()
    expect(page.locator("#show")).to_be_hidden()


SELF_SAVING = """<section data-saves><span class="savehint" data-savehint data-saving="Saving …" data-saved="Saved"
 data-kept="Not saved, kept on this computer"><span>Saved</span></span>
<textarea id="notes" name="notes" data-keep="notes" aria-label="Notes" hx-post="/notes/" hx-trigger="change"
 hx-swap="none">{}</textarea></section>"""


def test_notes_survive_a_lost_connection_and_are_sent_when_it_is_back(bench: Bench) -> None:
    page = bench.open(SELF_SAVING.format(""))
    bench.answers["/notes/"] = (204, "")

    bench.away = True
    page.fill("#notes", "Has a quote from Lumo.")
    page.locator("#notes").blur()
    expect(page.locator("[data-savehint]")).to_have_text("Not saved, kept on this computer")
    bench.away = False
    expect(page.locator("[data-savehint]")).to_have_text("Saved")

    assert bench.asked[-1] == ("/notes/", {"notes": ["Has a quote from Lumo."]})


def test_notes_being_typed_are_not_lost_to_a_swap(bench: Bench) -> None:
    page = bench.open(NEWS.format(SELF_SAVING.format("")))
    bench.answers["/news/"] = (200, NEWS.format(SELF_SAVING.format("old text") + '<i id="swapped"></i>'))

    page.locator("#notes").press_sequentially("half a sen")
    page.evaluate("htmx.trigger('#part', 'news')")
    page.wait_for_selector("#swapped", state="attached")

    assert page.input_value("#notes") == "half a sen"
    # Unsaved text asks before the page is left; the test leaves without saving.
    page.evaluate("window.addEventListener('beforeunload', (e) => e.stopImmediatePropagation(), true)")


def test_notes_saved_a_moment_ago_are_not_lost_to_an_older_answer(bench: Bench) -> None:
    page = bench.open(NEWS.format(SELF_SAVING.format("")))
    bench.answers["/notes/"] = (204, "")
    bench.answers["/news/"] = (200, NEWS.format(SELF_SAVING.format("") + '<i id="older"></i>'))

    page.fill("#notes", "Stays for the discount.")
    # Both are on their way before either is answered.
    page.evaluate("htmx.trigger('#notes', 'change'); htmx.trigger('#part', 'news')")
    page.wait_for_selector("#older", state="attached")

    assert bench.requests_to("/notes/") == 1
    assert page.input_value("#notes") == "Stays for the discount."


def test_notes_of_a_newer_answer_are_shown(bench: Bench) -> None:
    page = bench.open(NEWS.format(SELF_SAVING.format("")))
    bench.answers["/notes/"] = (204, "")
    bench.answers["/news/"] = (200, NEWS.format(SELF_SAVING.format("Typed in another tab.") + '<i id="newer"></i>'))

    page.fill("#notes", "Stays for the discount.")
    page.locator("#notes").blur()
    expect(page.locator("[data-savehint]")).to_have_text("Saved")
    page.evaluate("htmx.trigger('#part', 'news')")
    page.wait_for_selector("#newer", state="attached")

    assert page.input_value("#notes") == "Typed in another tab."


def test_toast_comes_by_header_and_goes_by_itself(bench: Bench) -> None:
    page = bench.page
    page.clock.install()
    bench.open(FORM.format(""))
    told = {"toast": {"text": "Budget <saved>.", "tone": "success"}, "announce": {"text": "Saved"}}
    bench.answers["/save/"] = (204, "", {"HX-Trigger": json.dumps(told)})

    page.click("#save")
    expect(page.locator("#toasts .toast--success")).to_contain_text("Budget <saved>.")
    expect(page.locator("#announce-polite")).to_have_text("Saved")
    page.clock.run_for(7_000)
    expect(page.locator("#toasts [data-toast]")).to_have_count(0)


def test_copy_says_that_it_did(bench: Bench) -> None:
    page = bench.open(
        '<button type="button" data-copy="RD 7K4M 2297" data-copied="Copied"><span data-copy-words>Copy</span></button>'
    )

    page.click("[data-copy]")

    expect(page.locator("[data-copy]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "RD 7K4M 2297"


def test_menu_opens_and_closes_without_the_mouse(bench: Bench) -> None:
    page = bench.open("")
    menu = page.locator("[data-menu]")

    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_form_is_sent_once(bench: Bench) -> None:
    page = bench.open('<form data-once method="post" action="/once/"><button id="send">Send</button></form>')
    bench.answers["/once/"] = (204, "")

    page.click("#send")
    page.click("#send")
    page.wait_for_timeout(200)

    assert bench.requests_to("/once/") == 1
