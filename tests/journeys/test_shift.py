"""The end of a shift: a request goes to a colleague by name, a note moves nothing, news waits for a call."""

import re

import pytest
from playwright.sync_api import Page, expect

from customers import calls
from offers.choices import Duty
from offers.models import ApprovalRequest, Proposal, Seat, SilentNoteSeen
from tests.browser import NewPage
from tests.builders import close_call, make_supervisor, new_key
from tests.journeys.stage import keep_picture, sign_in
from tests.retention_desk.scene import SUPERVISOR, Scene, set_scene, signed_in

pytestmark = [pytest.mark.journeys]

PLACES = "() => [...document.querySelectorAll('.panel, .btn')].map((el) => JSON.stringify(el.getBoundingClientRect()))"
WIDE = {"width": 1440, "height": 900}


def ask(scene: Scene, call_id: int) -> None:
    signed_in(scene.ann).post(
        f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "ask", "percent": 30, "months": 12, "note": "Has a quote from Lumo"},
    )


def writes_a_note(supervisor: Page, text: str) -> None:
    """Beside the name on the floor, in a place that is always there."""
    supervisor.locator("#floor").get_by_role("link", name="Silent note to Ines Falk").click()
    field = supervisor.locator("#note-bar").get_by_placeholder("Silent note to Ines Falk")
    expect(field).to_be_focused()
    field.fill(text)
    supervisor.keyboard.press("Enter")
    expect(supervisor.locator("#note-bar")).to_contain_text("not seen yet")


def test_request_note_and_news_reach_whom_they_are_for(new_page: NewPage) -> None:
    scene = set_scene()
    call_id = scene.open_call()
    ask(scene, call_id)
    vera_ = make_supervisor("vera", team=scene.team, first_name="Vera", last_name="Lind", permissions=SUPERVISOR)
    ines, tobias, vera = new_page(viewport=WIDE), new_page(viewport=WIDE), new_page(viewport=WIDE)
    for page, user, path in (
        (ines, scene.ann, f"/calls/{call_id}/"),
        (tobias, scene.sue, "/approvals/"),
        (vera, vera_, "/approvals/"),
    ):
        sign_in(page, user)
        page.goto(path)

    # Whoever is not asked sees with whom it is, and has no answers.
    expect(vera.locator(".req")).to_contain_text("with Tobias Renn")
    vera.keyboard.press("j")
    expect(vera.locator("#card-state")).to_contain_text("with Tobias Renn")
    expect(vera.get_by_role("button", name="Approve")).to_have_count(0)
    expect(tobias.get_by_role("button", name="Approve")).to_be_enabled()
    keep_picture(tobias, "shift-approvals")

    # A note comes in its place and goes again; nothing else on the agent's screen moves.
    expect(ines.get_by_role("button", name="Withdraw the request")).to_be_visible()
    ines.evaluate("document.fonts.ready")
    before = ines.evaluate(PLACES)
    writes_a_note(tobias, "Offer the fix first")
    expect(ines.locator("#floor-word")).to_contain_text("Offer the fix first")
    keep_picture(ines, "shift-note")
    after = ines.evaluate(PLACES)
    assert set(before) <= set(after)
    # A key does nothing within half a second of news that changed what it does.
    ines.wait_for_timeout(600)
    ines.keyboard.press("s")
    expect(ines.locator("#floor-word")).not_to_contain_text("Offer the fix first")
    assert SilentNoteSeen.objects.count() == 1
    # Who wrote it is told, and goes on typing.
    expect(tobias.locator("#note-sent")).to_contain_text("seen at")
    expect(tobias.locator("#note-bar input[type=text]")).to_be_focused()

    # In another tab Tobias hands over; in the first the answers are off, and the name is on the row.
    tab = tobias.context.new_page()
    tab.goto("/approvals/shift/")
    tab.get_by_role("button", name=re.compile("^Hand over and go off")).click()
    expect(tab.get_by_text("1 request is with a colleague now.")).to_be_visible()
    tab.close()
    expect(tobias.locator("#card-state")).to_contain_text("with Vera Lind")
    expect(tobias.get_by_role("button", name="Approve")).to_be_disabled()
    expect(tobias.locator(".req")).to_contain_text("with Vera Lind")
    tobias.keyboard.press("a")

    # It is Vera's turn now: her card says so, and her answer is the one that the agent sees.
    vera.get_by_role("link", name="Your turn: answer it").click()
    expect(vera.get_by_role("button", name="Approve")).to_be_enabled()
    vera.wait_for_timeout(600)
    vera.keyboard.press("a")
    expect(vera.get_by_role("button", name="Undo")).to_be_visible()
    expect(vera.locator("#h-d")).to_be_focused()
    expect(ines.get_by_text("Vera Lind")).to_be_visible()
    assert Proposal.objects.get().state == "AUTHORISED"
    assert ApprovalRequest.objects.get().decided_by == vera_

    # News waits for the next call; on the first page it comes by itself.
    home = ines.context.new_page()
    home.goto("/")
    expect(home.locator("html[data-live=on]")).to_have_count(1)
    home.locator("h1").hover()
    vera.goto("/approvals/shift/")
    vera.get_by_label("What is new").fill("Outage in the north")
    vera.get_by_label("Until").fill(vera.evaluate("new Date(Date.now() + 864e5).toISOString().slice(0, 16)"))
    vera.get_by_role("button", name="Post news").click()
    expect(vera.get_by_text("Agents on a call see it at their next one.")).to_be_visible()
    expect(home.locator("#home-news")).to_contain_text("Outage in the north")
    home.close()
    with ines.expect_response(lambda answer: "/word/" in answer.url):
        ines.reload()
    expect(ines.locator("#floor-word")).not_to_contain_text("Outage in the north")
    calls.end_call(call_id=call_id, by=scene.ann.pk, role="AGENT")
    close_call(ApprovalRequest.objects.get().proposal.call)
    ines.goto(f"/calls/{scene.open_call()}/")
    expect(ines.locator("#floor-word")).to_contain_text("Outage in the north")
    assert Seat.objects.get(user=scene.sue).duty == Duty.OFF
