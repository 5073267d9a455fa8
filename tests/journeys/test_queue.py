"""The supervisor's queue: news does not move what is under the hand, and a counter reaches the agent."""

import pytest
from playwright.sync_api import expect

from customers.choices import CallerRole, OpeningIntent
from offers.models import Proposal
from tests.browser import NewPage
from tests.builders import make_agent, make_customer, make_subscription, new_key
from tests.journeys.stage import sign_in
from tests.retention_desk.scene import AGENT, Scene, set_scene, signed_in

pytestmark = [pytest.mark.journeys]


def ask(scene: Scene, call_id: int) -> None:
    signed_in(scene.ann).post(
        f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "ask", "percent": 35, "months": 12},
    )


def ask_for_another(scene: Scene) -> None:
    """Another agent of the team asks for another customer."""
    bob = make_agent("bob", team=scene.team, permissions=AGENT)
    other = make_customer(given_name="Corvin", family_name="Adeyo")
    make_subscription(other)
    call_id = scene.open_call(
        by=bob, customer_id=other.pk, caller_role=CallerRole.HOLDER, opening_intent=OpeningIntent.CHEAPER
    )
    signed_in(bob).post(
        f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "ask", "percent": 30, "months": 3},
    )


def test_new_request_waits_while_the_list_is_under_the_hand(new_page: NewPage) -> None:
    scene = set_scene()
    ask(scene, scene.open_call())
    page = new_page(viewport={"width": 1440, "height": 900})
    sign_in(page, scene.sue)
    page.goto("/approvals/")
    page.locator("#queue").hover()

    ask_for_another(scene)
    expect(page.get_by_role("button", name="1 new request, show it")).to_be_visible()
    assert page.locator(".req").count() == 1
    page.keyboard.press(".")
    expect(page.locator(".req")).to_have_count(2)


def test_counter_reaches_the_agent_who_presents_it(new_page: NewPage) -> None:
    scene = set_scene()
    call_id = scene.open_call()
    ask(scene, call_id)
    agent, supervisor = new_page(), new_page(viewport={"width": 1440, "height": 900})
    sign_in(agent, scene.ann)
    agent.goto(f"/calls/{call_id}/")
    expect(agent.get_by_role("button", name="Withdraw the request")).to_be_visible()
    sign_in(supervisor, scene.sue)
    supervisor.goto("/approvals/")

    supervisor.locator("#counter-percent").select_option("30")
    supervisor.locator("#counter-months").select_option("6")
    supervisor.get_by_placeholder("Note for the agent").fill("Keep it to half a year")
    supervisor.keyboard.press("Enter")
    expect(supervisor.get_by_role("button", name="Undo")).to_be_visible()

    expect(agent.locator("#offer-panel").get_by_text("Tobias Renn offers 30% for 6 months.")).to_be_visible()
    expect(agent.get_by_text("Keep it to half a year")).to_be_visible()
    # A key does nothing within half a second of news that changed what it does.
    agent.wait_for_timeout(600)
    agent.keyboard.press("F9")
    expect(agent.get_by_text("What did the customer say?")).to_be_visible()

    assert Proposal.objects.get(state="PRESENTED").percent == 30
