"""What others do lands where it belongs on the screens of those whom it concerns (design/UX.md 13), by itself: within
seconds, where a page that hears nothing would ask after half a minute.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from customers import contacts, handovers, screens
from offers import ledger
from offers.choices import ApprovalState, Duty, Grade
from offers.models import ApprovalRequest
from tests.browser import NewPage
from tests.builders import make_agent, new_key
from tests.database import DeskClock
from tests.journeys.stage import sign_in
from tests.offers.builders import make_limit, make_scheme
from tests.retention_desk.scene import AGENT, Scene, set_scene, signed_in

pytestmark = [pytest.mark.journeys]

WIDE = {"width": 1440, "height": 900}


def opened(page: Page, path: str) -> None:
    """The page is there and has its stream; the hand is on its head."""
    page.goto(path)
    expect(page.locator("html[data-live=on]")).to_have_count(1)
    page.mouse.move(5, 5)


def ask(scene: Scene, call_id: int) -> ApprovalRequest:
    answer = signed_in(scene.ann).post(
        f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "ask", "percent": 35, "months": 12},
    )
    assert answer.status_code == 302
    return ApprovalRequest.objects.latest("pk")


def test_limits_and_customers_change_in_their_place_on_a_call(new_page: NewPage) -> None:
    scene = set_scene()
    page = new_page(viewport=WIDE)
    sign_in(page, scene.ann)
    opened(page, f"/calls/{scene.open_call()}/?offer={scene.offers['discount'].pk}")
    panel, figures = page.locator("#offer-panel"), page.locator("#offer-figures .nums")
    expect(panel.get_by_role("button", name="Present to customer")).to_be_visible()
    before, percent = figures.inner_text(), panel.locator("[data-slider]").input_value()

    # Out of the limit: status and action change, what was worked out with the customer does not.
    make_limit(grade=Grade.AGENT, user=scene.ann, max_percent=5)
    screens.ring("LIMIT_ADDED")
    expect(panel.get_by_role("button", name="Ask supervisor")).to_be_visible()
    expect(panel.get_by_role("button", name="Present to customer")).to_be_hidden()
    expect(panel.locator(".make__head")).to_contain_text("Needs supervisor")
    assert (figures.inner_text(), panel.locator("[data-slider]").input_value()) == (before, percent)

    # Changed elsewhere: a sign on the panel; what is read out stays until it is asked for.
    history, sign = page.locator("#time"), page.get_by_role("button", name="New, show it")
    expect(sign).to_be_hidden()
    shown = history.locator("ul").inner_text()
    contacts.correct_contact(
        customer_id=scene.customer.pk, contact={"town": "Clovis"}, seen_changed_at=scene.customer.changed_at,
        by=scene.sue.pk, role="SUPERVISOR", key=new_key(),
    )  # fmt: skip
    expect(sign).to_be_visible()
    assert history.locator("ul").inner_text() == shown
    sign.click()
    expect(sign).to_be_hidden()


def test_question_that_ends_says_how_on_both_screens(new_page: NewPage, desk_clock: DeskClock) -> None:
    scene = set_scene()
    call_id = scene.open_call()
    request = ask(scene, call_id)
    supervisor, agent = new_page(viewport=WIDE), new_page(viewport=WIDE)
    sign_in(supervisor, scene.sue)
    sign_in(agent, scene.ann)
    opened(supervisor, "/approvals/")
    card, state = supervisor.locator("#card"), supervisor.locator("#card-state")
    title = card.locator("h2").first.inner_text()

    # Withdrawn: the card that is looked at stays, grey, and cannot be answered.
    settle = f"/calls/{call_id}/proposals/{request.proposal_id}/settle/"
    signed_in(scene.ann).post(settle, {"key": str(new_key()), "answer": "withdraw"})
    expect(state).to_contain_text("Withdrawn")
    assert card.locator("h2").first.inner_text() == title
    expect(card.get_by_role("button", name="Approve")).to_be_disabled()
    expect(supervisor.locator(".req")).to_have_count(0)

    # Not answered in time: told in the clock's place, and politely.
    ask(scene, call_id)
    expect(supervisor.locator(".req")).to_have_count(1)
    opened(agent, f"/calls/{call_id}/")
    supervisor.locator(".req").click()
    expect(card.get_by_role("button", name="Approve")).to_be_enabled()
    supervisor.mouse.move(5, 5)
    desk_clock.advance(timedelta(minutes=3))
    assert ledger.expire_due()["question"] == 1
    # A ring that is lost on a busy machine is made up for by the page's own sweep, every 30 s.
    expect(agent.locator("#offer-panel")).to_contain_text("No answer within 01:00.", timeout=45_000)
    expect(agent.locator("#announce-polite")).to_have_text("No answer within 01:00.")
    expect(state).to_contain_text("No answer in time")
    expect(card.get_by_role("button", name="Approve")).to_be_disabled()


def test_question_is_over_when_its_time_is_even_while_the_worker_is_dead(new_page: NewPage) -> None:
    scene = set_scene()
    make_scheme(approval_seconds=8)
    call_id = scene.open_call()
    agent = new_page(viewport=WIDE)
    sign_in(agent, scene.ann)
    request = ask(scene, call_id)
    opened(agent, f"/calls/{call_id}/")
    expect(agent.locator("#waiting-part")).to_be_visible()

    # Nobody lets go of it, nobody rings: the page asks when the time is over, which is before its own sweep of 30 s.
    expect(agent.locator("#offer-panel")).to_contain_text("No answer within 00:08.", timeout=25_000)
    expect(agent.locator("#announce-polite")).to_have_text("No answer within 00:08.")
    request.refresh_from_db()
    assert request.state == ApprovalState.OPEN

    # What is free again can be offered, and the question does not come back with the clockwork.
    assert ledger.expire_due()["question"] == 1
    agent.reload()
    expect(agent.locator("#offer-panel")).to_contain_text("No answer within 00:08.")


def test_call_that_is_handed_over_comes_to_the_first_page_of_the_team(new_page: NewPage) -> None:
    scene = set_scene()
    ben = make_agent("ben", team=scene.team, first_name="Ben", last_name="Osei", permissions=AGENT, duty=Duty.READY)
    call_id = scene.open_call()
    page = new_page(viewport=WIDE)
    sign_in(page, ben)
    opened(page, "/")
    expect(page.locator("#waiting")).to_contain_text("none waiting")

    handovers.transfer(
        call_id=call_id, to_team_id=scene.team.pk, to_id=None, note="Has a written quote.", by=scene.ann.pk,
        role="AGENT", key=new_key(),
    )  # fmt: skip
    expect(page.locator("#waiting")).to_contain_text("Has a written quote.")
