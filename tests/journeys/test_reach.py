"""The call, the approvals and the look-up for everybody: no finding of axe, and a whole call by keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from customers.models import Call, Cancellation
from offers.choices import Grade
from offers.models import LimitVersion, Proposal
from tests.accessibility import check
from tests.browser import NewPage
from tests.builders import make_agent, new_key
from tests.journeys.stage import FITS, SIZES, at_each_size, keep_picture, sign_in
from tests.retention_desk.authority.ground import make_ground
from tests.retention_desk.scene import Scene, set_scene, signed_in

pytestmark = [pytest.mark.journeys]

READS_THE_AUDIT = ("customers.read_audit", "customers.see_record")


def test_no_page_of_a_call_has_a_finding(new_page: NewPage) -> None:
    scene = set_scene()
    page = new_page(viewport={"width": 1440, "height": 900})
    sign_in(page, scene.ann)
    check(page)
    page.goto("/customers/?q=tennant")
    page.get_by_role("link", name="Marisol Tennant").click()
    expect(page.get_by_role("button", name="Open the call")).to_be_visible()
    check(page)
    call_id = scene.open_call(checked=False)
    page.goto(f"/calls/{call_id}/")
    check(page)
    page.get_by_label("Account PIN").check()
    page.get_by_label("Service address").check()
    page.get_by_role("button", name="Checked, open the record").click()
    expect(page.get_by_role("button", name="Present to customer")).to_be_visible()
    check(page)
    for version in scene.offers.values():
        page.goto(f"/calls/{call_id}/?offer={version.pk}")
        check(page)
    page.goto(f"/calls/{call_id}/?panel=complaint")
    check(page)
    page.goto(f"/calls/{call_id}/")
    page.keyboard.press("F9")
    expect(page.get_by_text("What did the customer say?")).to_be_visible()
    check(page)
    page.keyboard.press("F8")
    expect(page.get_by_role("heading", name="Cancel service")).to_be_visible()
    check(page)
    page.keyboard.press("Enter")
    expect(page.locator("[data-number]")).to_be_visible()
    check(page)
    page.goto("/profile/")
    check(page)
    page.goto("/customers/new/")
    check(page)


def test_waiting_and_approvals_have_no_finding(new_page: NewPage) -> None:
    scene = set_scene()
    call_id = scene.open_call()
    ask(scene, call_id)
    agent = new_page(viewport={"width": 1024, "height": 768})
    sign_in(agent, scene.ann)
    agent.goto(f"/calls/{call_id}/")
    expect(agent.get_by_role("button", name="Withdraw the request")).to_be_visible()
    check(agent)
    supervisor = new_page(viewport={"width": 1440, "height": 900})
    sign_in(supervisor, scene.sue)
    supervisor.goto("/approvals/")
    check(supervisor)
    supervisor.keyboard.press("d")
    expect(supervisor.get_by_role("button", name="Another offer fits better.")).to_be_visible()
    check(supervisor)
    supervisor.goto("/approvals/unfinished/")
    check(supervisor)
    _audit_of_it_has_no_finding(new_page, scene)


def _audit_of_it_has_no_finding(new_page: NewPage, scene: Scene) -> None:
    """What was asked above, as a manager reads it."""
    max_ = make_agent("max", team=scene.team, grade=Grade.MANAGER, permissions=READS_THE_AUDIT)
    manager = new_page(viewport=SIZES[0])
    sign_in(manager, max_)
    manager.goto("/audit/")
    expect(manager.get_by_role("cell", name="Asked a supervisor")).to_be_visible()
    keep_picture(manager, "audit")
    for _width in at_each_size(manager):
        assert manager.evaluate(FITS)
        check(manager)
    manager.goto("/audit/?since=soon")
    expect(manager.get_by_text("Nothing was searched.")).to_be_visible()
    check(manager)


def test_agent_finds_out_why_they_may_give_so_much(new_page: NewPage) -> None:
    ground = make_ground()
    agent = new_page(viewport={"width": 1024, "height": 768})
    sign_in(agent, ground.ann)
    agent.goto("/")
    agent.get_by_role("link", name="My limits").click()
    agent.get_by_role("link", name="Why may I give this?").click()
    expect(agent.get_by_role("heading", name="This limit governs")).to_be_visible()


def test_raise_is_confirmed_by_keyboard_alone(page: Page) -> None:
    ground = make_ground()
    ground.raised()
    sign_in(page, ground.max)
    page.goto("/authority/limits/")

    # Before the first key the focus is on the page as a whole, which has every word in it.
    page.keyboard.press("Tab")
    press_until(page, "Tab", "Confirm")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Confirmed. It holds in an hour.")).to_be_visible()
    assert LimitVersion.objects.filter(raises=True, confirmed_by=ground.max).count() == 1


def ask(scene: Scene, call_id: int) -> None:
    signed_in(scene.ann).post(
        f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "ask", "percent": 35, "months": 12, "note": "Has a quote"},
    )


def press_until(page: Page, key: str, name: str) -> None:
    """Go on with one key until the element of that name has the focus."""
    for _ in range(40):
        focused = page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent ?? ''")
        if name in focused or name in (page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''")):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{name} is out of reach of {key}")


def test_whole_call_by_keyboard_alone(page: Page) -> None:
    scene = set_scene()
    sign_in(page, scene.ann)

    page.keyboard.press("F2")
    page.keyboard.type("tennant")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Marisol Tennant")).to_be_visible()
    press_until(page, "Tab", "Marisol Tennant")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Open the call")).to_be_visible()
    press_until(page, "Tab", "Who is speaking?")
    page.keyboard.type("Account holder")
    press_until(page, "Tab", "Account PIN")
    page.keyboard.press("Space")
    press_until(page, "Tab", "Date of birth")
    page.keyboard.press("Space")
    press_until(page, "Tab", "Open the call")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Marisol Tennant")).to_be_visible()

    page.keyboard.press("k")
    expect(page.get_by_text("Asked to cancel: 1")).to_be_visible()
    page.keyboard.press("3")
    expect(page.get_by_role("heading", name="Goodwill credit")).to_be_visible()
    expect(page.get_by_label("Amount", exact=True)).to_be_focused()
    with page.expect_response("**/preview/"):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#offer-figures")).to_contain_text("$25.00")
    page.keyboard.press("F9")
    expect(page.get_by_text("What did the customer say?")).to_be_visible()
    # The way out answers also while something else is on its way.
    page.keyboard.press("d")
    page.keyboard.press("F8")
    expect(page.get_by_role("heading", name="Cancel service")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("[data-number]")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("Leaves for a rival.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/customers/")

    call = Call.objects.get()
    assert (call.state, call.notes) == ("CLOSED", "Leaves for a rival.")
    assert Proposal.objects.get().state == "DECLINED"
    assert Cancellation.objects.count() == 1


def test_two_tabs_book_once(new_page: NewPage) -> None:
    scene = set_scene()
    first = new_page()
    sign_in(first, scene.ann)
    call_id = scene.open_call()
    first.goto(f"/calls/{call_id}/")
    second = first.context.new_page()
    second.goto(f"/calls/{call_id}/")

    first.keyboard.press("F9")
    expect(first.get_by_text("What did the customer say?")).to_be_visible()
    second.keyboard.press("F9")
    expect(second.get_by_text("The customer has not answered yet.")).to_be_visible()
    expect(second.get_by_text("What did the customer say?")).to_be_visible()

    assert Proposal.objects.count() == 1
