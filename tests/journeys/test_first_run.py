"""An empty desk in a real browser: where the first run is, the page that begins it, and the first administrator."""

import pytest
from playwright.sync_api import Page, expect

from customers.models import Company, Team, TelephoneConnection
from retention_desk.firstrun import link
from retention_desk.people.models import User
from tests.accessibility import check
from tests.journeys.filled import Filled
from tests.journeys.reach import look, rounds, seed
from tests.journeys.screens import OF_AN_EMPTY_DESK, of_screen
from tests.journeys.stage import keep_picture

pytestmark = pytest.mark.journeys
ROUNDS = rounds(OF_AN_EMPTY_DESK, only="PROOF_SCREEN", sample=1)


@pytest.mark.parametrize("part", ROUNDS)
def test_empty_desk_is_for_everybody(page: Page, part: str) -> None:
    desk = Filled({}, {"link": link.make_token()}, TelephoneConnection(), "")

    wrong = [one for visit in ROUNDS[part] for one in look(page, of_screen(OF_AN_EMPTY_DESK[visit.slug], desk), visit)]

    assert wrong == [], f"PROOF_SEED={seed()}\n" + "\n".join(wrong)


def test_first_run_from_an_empty_desk_to_its_administrator(page: Page) -> None:
    page.goto("/")
    expect(page.locator("main")).to_contain_text("first_run --link")
    check(page)

    page.goto(link.path())
    page.locator("[name=company]").fill("Harbor & Vale")
    page.locator("[name=time_zone]").select_option("America/Chicago")
    page.locator("[name=places]").fill("Amarillo: Team North, team north")
    page.locator("[name=username]").fill("ann")
    page.locator("[name=password]").fill("a long secret")
    page.locator("[name=password_again]").fill("a long secret")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("main")).to_contain_text("Line 1 has a name that was there before.")
    check(page)
    keep_picture(page, "first-run")
    assert not User.objects.exists()

    page.locator("[name=places]").fill("Amarillo: Team North, Team South")
    page.locator("[name=password]").fill("a long secret")
    page.locator("[name=password_again]").fill("a long secret")
    page.get_by_role("button", name="Begin").click()

    expect(page).to_have_url("/")
    assert Company.objects.get().name == "Harbor & Vale"
    assert Team.objects.count() == 2
    assert User.objects.get(username="ann").is_staff
