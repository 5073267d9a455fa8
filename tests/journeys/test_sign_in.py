"""Signing in and out in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from retention_desk.people.models import User

pytestmark = pytest.mark.journeys


def test_sign_in_opens_the_desk_and_sign_out_closes_it(page: Page) -> None:
    User.objects.create_user("ann", "ann@example.com", "a long secret", first_name="Ann", last_name="Reyes")

    page.goto("/")
    page.locator("[name=username]").fill("ann")
    page.locator("[name=password]").fill("a long secret")
    page.locator("[name=password]").press("Enter")

    expect(page).to_have_url("/")
    expect(page.locator("body")).to_contain_text("Ann Reyes")
