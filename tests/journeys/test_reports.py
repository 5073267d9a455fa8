"""A manager reads the report and a record in a real browser: filters, tables behind the charts, and a correction."""

import pytest
from playwright.sync_api import Page, expect

from tests.accessibility import check
from tests.database import DeskClock
from tests.journeys.stage import FITS, at_each_size, keep_picture, sign_in
from tests.retention_desk.reports.log import Log, october, start

pytestmark = pytest.mark.journeys

OCTOBER = "/reports/save-rate/?since=2026-10-01&until=2026-10-31"


@pytest.fixture
def log(live_desk: str, desk_clock: DeskClock) -> Log:
    log = october(start(desk_clock))
    # The session and the page go by the time that it is.
    desk_clock.restore()
    return log


def test_report_has_no_finding_at_any_width(log: Log, page: Page) -> None:
    sign_in(page, log.greta)

    page.goto(OCTOBER)

    expect(page.get_by_role("heading", name="Save rate", exact=True).first).to_be_visible()
    for width in at_each_size(page):
        check(page)
        assert page.evaluate(FITS)
        keep_picture(page, f"report-{width}")


def test_chart_gives_way_to_its_table_and_filters_to_their_error(log: Log, page: Page) -> None:
    sign_in(page, log.greta)
    page.goto(OCTOBER)
    chart = page.get_by_role("img", name="Save rate over time")
    expect(chart).to_be_visible()

    page.get_by_label("Save rate over time as table").click()

    expect(chart).to_be_hidden()
    expect(page.get_by_role("columnheader", name="Previous").first).to_be_visible()
    check(page)
    page.locator("summary", has_text="Oct 31, 2026").click()
    page.get_by_label("To", exact=True).fill("2026-09-01")
    page.get_by_role("button", name="Show this period").click()
    expect(page.get_by_text("The period ends before it begins.").first).to_be_visible()
    check(page)


def test_record_is_found_and_corrected(log: Log, page: Page) -> None:
    sign_in(page, log.greta)
    page.get_by_role("link", name="Records").first.click()
    page.get_by_label("How it ended").select_option("DROPPED")
    page.get_by_role("button", name="Show").click()
    check(page)
    page.get_by_role("link", name="Call ").last.click()
    check(page)

    page.get_by_text("Correct this").click()
    page.get_by_label("How it really ended").select_option("SAVED_WITHOUT")
    page.get_by_label("Why").fill("He rang again at once")
    page.get_by_role("button", name="Add the correction").click()

    expect(page.get_by_text("He rang again at once")).to_be_visible()
    expect(page.get_by_text("Saved without an offer").first).to_be_visible()
    keep_picture(page, "record-corrected")
