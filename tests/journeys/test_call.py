"""A whole call as its agent lives it, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from customers.models import Call, Cancellation, Disposition
from offers.models import Concession, Proposal
from tests.browser import NewPage
from tests.journeys.stage import keep_picture, sign_in
from tests.retention_desk.scene import set_scene

pytestmark = [pytest.mark.journeys]


def ask_to_cancel(page: Page) -> None:
    page.keyboard.press("k")
    expect(page.get_by_text("Asked to cancel: 1")).to_be_visible()


def test_offer_is_found_presented_accepted_and_the_call_wrapped_up(page: Page) -> None:
    scene = set_scene()
    sign_in(page, scene.ann)

    page.get_by_label("Find a customer").fill("(209) 555-" + scene.customer.phone[-4:])
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Marisol Tennant").click()
    page.get_by_text("Disconnect").click()
    page.get_by_label("Who is speaking?").select_option("HOLDER")
    page.get_by_label("Account PIN").check()
    page.get_by_label("Date of birth").check()
    page.get_by_role("button", name="Open the call").click()
    expect(page.get_by_role("heading", name="Marisol Tennant")).to_be_visible()

    with page.expect_response("**/reason/"):
        page.get_by_text("Price", exact=True).click()
    ask_to_cancel(page)
    page.get_by_role("button", name="Less: Discount").click()
    expect(page.get_by_role("status").filter(has_text="15%")).to_be_visible()
    expect(page.locator("#offer-figures")).to_contain_text("$72.00")
    page.get_by_role("button", name="Present to customer").click()
    expect(page.get_by_text("What did the customer say?")).to_be_visible()
    page.get_by_role("button", name="Accepted").click()
    expect(page.get_by_text("Read out what the rules ask for first.")).to_be_visible()
    for box in page.locator("input[name=disclosures]").all():
        box.check()
    page.get_by_role("button", name="Accepted").click()
    expect(page.get_by_role("heading", name="Offer accepted")).to_be_visible()
    # What was typed a moment ago comes along to the wrap-up.
    page.locator("#notes").fill("Stays for the discount.")
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    expect(page.get_by_role("radio", name="Saved with an offer")).to_be_checked()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/customers/")

    call = Call.objects.get()
    assert call.state == "CLOSED"
    assert call.notes == "Stays for the discount."
    assert Disposition.objects.get(line="").kind == "SAVED_WITH_OFFER"
    assert Concession.objects.get().cost_minor == 7_200


def test_cancelling_is_two_keys_and_ends_with_a_number(page: Page) -> None:
    scene = set_scene()
    sign_in(page, scene.ann)
    call_id = scene.open_call()
    page.goto(f"/calls/{call_id}/")

    page.keyboard.press("F8")
    expect(page.get_by_role("heading", name="Cancel service")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("[data-number]")).to_be_visible()

    done = Cancellation.objects.get()
    assert page.locator("[data-number]").inner_text().replace(" ", "") == done.number
    assert done.lines.count() == 4
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="Internet loyalty discount")).to_be_visible()


def test_cancelling_answers_while_typing_and_without_an_identity(page: Page) -> None:
    scene = set_scene()
    sign_in(page, scene.ann)
    call_id = scene.open_call(checked=False)
    page.goto(f"/calls/{call_id}/")
    expect(page.get_by_role("heading", name="Who is calling?")).to_be_visible()
    assert "TV Select with Sports" not in page.content()

    page.locator("#notes").click()
    page.keyboard.press("F8")
    expect(page.get_by_role("heading", name="Note a cancellation")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("[data-number]")).to_be_visible()

    assert Cancellation.objects.get().noted["name"] == "Marisol Tennant"


def test_supervisor_approves_what_is_over_the_limit_and_the_agent_presents_it(new_page: NewPage) -> None:
    scene = set_scene()
    wide = {"width": 1440, "height": 900}
    agent, supervisor = new_page(viewport=wide), new_page(viewport=wide)
    sign_in(agent, scene.ann)
    sign_in(supervisor, scene.sue)
    call_id = scene.open_call()
    agent.goto(f"/calls/{call_id}/")
    supervisor.goto("/approvals/")
    expect(supervisor.get_by_text("Nobody is waiting.")).to_be_visible()

    ask_to_cancel(agent)
    agent.get_by_label("Discount", exact=True).fill("35")
    agent.locator("label").filter(has_text="12").filter(has=agent.locator("[name=months]")).click()
    expect(agent.get_by_role("button", name="Ask supervisor")).to_be_visible()
    expect(agent.locator("#offer-figures")).to_contain_text("$336.00")
    agent.get_by_label("Note for the supervisor").fill("Has a written quote from Lumo at $55.")
    keep_picture(agent, "over-limit")
    agent.keyboard.press("F9")
    expect(agent.get_by_text("Waiting for approval").first).to_be_visible()
    keep_picture(agent, "waiting")

    supervisor.get_by_role("link", name="35% for 12 months").click()
    expect(supervisor.get_by_text("Has a written quote from Lumo")).to_be_visible()
    keep_picture(supervisor, "approvals")
    expect(agent.get_by_text("Tobias Renn is reading it")).to_be_visible()
    supervisor.keyboard.press("a")
    expect(supervisor.get_by_role("button", name="Undo")).to_be_visible()
    keep_picture(supervisor, "approved")

    expect(agent.locator("#offer-panel").get_by_text("Approved by Tobias Renn.")).to_be_visible()
    keep_picture(agent, "answer")
    # A key does nothing within half a second of news that changed what it does.
    agent.wait_for_timeout(600)
    agent.keyboard.press("F9")
    expect(agent.get_by_text("What did the customer say?")).to_be_visible()
    assert Proposal.objects.get().state == "PRESENTED"
