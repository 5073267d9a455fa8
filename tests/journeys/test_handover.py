"""A call that goes from one agent to another, and a customer who is rung back: two people, two browsers."""

import pytest
from playwright.sync_api import Page, expect

from customers.models import Call, CallBack, Disposition
from offers.choices import BudgetKind
from retention_desk.people.models import User
from tests.browser import NewPage
from tests.builders import make_agent
from tests.journeys.stage import FITS, at_each_size, keep_picture, sign_in
from tests.offers.builders import give_budget
from tests.retention_desk.scene import AGENT, Scene, set_scene

pytestmark = [pytest.mark.journeys]


def colleague(scene: Scene) -> User:
    ben = make_agent("ben", team=scene.team, first_name="Ben", last_name="Osei", permissions=AGENT)
    give_budget(BudgetKind.AGENT, ben.pk, 60_000)
    return ben


def keep_at_each_size(page: Page, name: str) -> None:
    for width in at_each_size(page):
        assert page.evaluate(FITS), (name, width)
        keep_picture(page, f"{name}-{width}")


def test_call_is_handed_over_rung_back_and_made(new_page: NewPage) -> None:
    scene = set_scene()
    first, second = new_page(), new_page()
    sign_in(first, scene.ann)
    sign_in(second, colleague(scene))
    call_id = scene.open_call()

    first.goto(f"/calls/{call_id}/")
    first.keyboard.press("k")
    expect(first.get_by_text("Asked to cancel: 1")).to_be_visible()
    first.keyboard.press("t")
    expect(first.get_by_role("heading", name="Hand the call over")).to_be_visible()
    first.get_by_label("To whom").select_option(label="Ben Osei (Ready)")
    first.get_by_label("What they should know").fill("Has a written quote from Lumo.")
    keep_at_each_size(first, "hand-over")
    first.get_by_role("button", name="Hand over").click()
    first.wait_for_url("/")
    expect(first.get_by_text("The call is handed over.")).to_be_visible()

    second.goto("/")
    expect(second.get_by_text("Has a written quote from Lumo.")).to_be_visible()
    keep_at_each_size(second, "home-waiting")
    second.get_by_role("button", name="Take over").click()
    expect(second.get_by_role("heading", name="Handed over by Ines Falk")).to_be_visible()
    expect(second.get_by_text("Asked to cancel: 1").first).to_be_visible()
    keep_at_each_size(second, "taken-over")

    second.keyboard.press("w")
    second.get_by_role("radiogroup", name="Outcome").get_by_text("Call-back").click()
    second.get_by_role("button", name="Save and take the next call").click()
    expect(second.get_by_text("Say when to ring back, within 72 hours.")).to_be_visible()
    soon = second.evaluate("new Date(Date.now() + 3 * 3600000).toISOString().slice(0, 16)")
    second.get_by_role("textbox", name="When").fill(soon)
    second.get_by_label("About").fill("Thinking about the TV change")
    keep_at_each_size(second, "promise")
    second.get_by_role("button", name="Save, then a break").click()
    second.wait_for_url("/")
    keep_at_each_size(second, "home-promised")

    first.goto("/")
    expect(first.get_by_text("promised by Ben Osei")).to_be_visible()
    first.get_by_role("button", name="Take it").click()
    expect(first.get_by_role("button", name="Ring back")).to_be_visible()
    second.reload()
    expect(second.get_by_text("with Ines Falk")).to_be_visible()
    first.get_by_role("button", name="Ring back").click()
    expect(first.get_by_role("heading", name="Who is calling?")).to_be_visible()
    expect(first.get_by_text("Wish to cancel noted")).to_be_visible()
    keep_at_each_size(first, "rung-back")

    one, made = CallBack.objects.get(), Call.objects.get(state="OPEN")
    assert (one.ended_as, one.taken_by_id, one.made_call_id) == ("MADE", scene.ann.pk, made.pk)
    endings = Disposition.objects.filter(line="").order_by("id")
    assert list(endings.values_list("kind", flat=True)) == ["TRANSFERRED", "CALL_BACK"]
