"""Signing in and out in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.builders import make_agent, make_company

pytestmark = pytest.mark.journeys


def test_sign_in_opens_the_desk_and_sign_out_closes_it(page: Page) -> None:
    make_company()
    make_agent("ann", first_name="Ann", last_name="Reyes")

    page.goto("/customers/")
    expect(page).to_have_url("/login/?next=/customers/")
    page.get_by_label("User name").or_(page.get_by_label("Username")).fill("ann")
    page.get_by_label("Password").fill("a long secret")
    page.keyboard.press("Enter")

    expect(page).to_have_url("/customers/")
    expect(page.locator("body")).to_contain_text("Ann Reyes")

    page.locator("[data-menu] summary").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto("/customers/")
    expect(page).to_have_url("/login/?next=/customers/")
