"""The administration in a real browser: no word of the console, no broken policy; axe asks in `test_screens.py`."""

import pytest
from playwright.sync_api import Page, expect

from customers import setup
from offers.choices import BudgetKind
from offers.models import OfferVersion
from retention_desk.people.models import User
from tests.browser import NewPage
from tests.builders import make_agent, make_company, make_reason, make_team
from tests.journeys.stage import sign_in
from tests.offers.builders import give_budget, make_campaign, make_credit, make_limits, make_offer, make_scheme
from tests.retention_desk.admin.people import make_administrator, make_person

pytestmark = pytest.mark.journeys


@pytest.fixture
def ada(live_desk: str) -> User:
    """The administrator of a desk with a row on most pages."""
    make_company()
    make_reason("PRICE")
    ada = make_administrator(first_name="Ada", last_name="Okafor")
    make_person("nora", first_name="Nora", last_name="Lind")
    ann = make_agent("ann")
    make_scheme()
    make_limits()
    make_offer(campaign=make_campaign())
    make_credit()
    give_budget(BudgetKind.AGENT, ann.pk, 100_000)
    give_budget(BudgetKind.TEAM, make_team().pk, 900_000)
    setup.add_site(name="Tampa", time_zone="America/New_York", by=ada.pk, role="ADMINISTRATOR")
    return ada


@pytest.fixture
def addresses(ada: User) -> list[str]:
    """A list, a form, a record and a row of each sort."""
    version = OfferVersion.objects.all()[0]
    return [
        "",
        "people/user/",
        "people/user/add/",
        f"people/user/{ada.pk}/change/",
        f"people/user/{ada.pk}/history/",
        "offers/offer/",
        f"offers/offer/{version.offer_id}/change/",
        f"offers/offerversion/add/?offer={version.offer_id}",
        f"offers/offerversion/{version.pk}/change/",
        "offers/schemeversion/add/",
        "offers/budgetplan/",
        "offers/budgetplan/add/",
        "customers/auditevent/",
    ]


def test_pages_break_no_policy_and_throw_no_error(ada: User, addresses: list[str], page: Page) -> None:
    sign_in(page, ada)

    for address in addresses:
        page.goto(f"/admin/{address}")
        expect(page.get_by_role("link", name="Back to the desk")).to_be_visible()


def test_mistake_in_a_version_is_told_at_its_field_and_keeps_what_was_typed(ada: User, page: Page) -> None:
    offer = OfferVersion.objects.get(offer__code="LOYALTY20").offer
    sign_in(page, ada)
    page.goto(f"/admin/offers/offer/{offer.pk}/change/")
    page.get_by_role("link", name="New version").click()

    page.locator("[name=bounds]").fill('{"percent": [50, 5, 5], "months": [3, 12, 3]}')
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".field-bounds .errorlist")).to_contain_text("bounds.percent: not a range: 50 to 5 by 5")
    expect(page.locator("[name=bounds]")).to_have_value('{"percent": [50, 5, 5], "months": [3, 12, 3]}')
    assert offer.versions.count() == 1


def test_person_is_shut_out_while_they_look(ada: User, page: Page, new_page: NewPage) -> None:
    nora = new_page()
    sign_in(nora, User.objects.get(username="nora"))
    sign_in(page, ada)

    page.goto("/admin/people/user/")
    page.get_by_role("link", name="Nora Lind").click()
    page.get_by_role("button", name="Deactivate…").click()
    page.get_by_label("Why").fill("Left the company")
    page.get_by_role("button", name="Deactivate").click()

    expect(page.get_by_text("1 person is signed out and shut out.")).to_be_visible()
    nora.goto("/")
    expect(nora).to_have_url("/login/?next=/")
