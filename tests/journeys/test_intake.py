"""An administrator in a real browser: files in, a look at the first rows, the start, and the result while it stands."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from customers.intake.tasks import run_intake
from customers.models import Customer
from tests.accessibility import check
from tests.browser import NewPage
from tests.builders import make_user
from tests.customers.intake.desk import GOOD, MAPPING, write
from tests.journeys.stage import keep_picture, sign_in

pytestmark = [pytest.mark.journeys, pytest.mark.django_db(transaction=True)]


def test_intake_from_upload_to_result(new_page: NewPage, tmp_path: Path) -> None:
    ada = make_user("ada", permissions=("customers.run_intake",), first_name="Ada", last_name="Oyelaran")
    rows = write(tmp_path, "customers.csv", GOOD + "A-3,Al,Ek,forty\nA-4,Yu,Ono,-3\n")
    mapping = write(tmp_path, "map.toml", MAPPING)
    page = new_page(viewport={"width": 1440, "height": 900})
    sign_in(page, ada)

    page.goto("/intake/")
    expect(page.locator("main")).to_contain_text("Nothing has been brought in yet.")
    check(page)
    page.get_by_role("link", name="Bring files in").click()
    page.locator("[name=sources]").set_input_files([rows.path])
    page.locator("[name=mapping]").set_input_files(mapping.path)
    check(page)
    keep_picture(page, "intake-upload")
    page.get_by_role("button", name="Upload and show the first rows").click()

    expect(page.locator("main")).to_contain_text("This is not an amount in USD")
    check(page)
    keep_picture(page, "intake-preview")
    page.get_by_role("button", name="Bring all rows in").click()

    expect(page.locator("#intake-run")).to_contain_text("Waiting for the background worker.")
    check(page)
    # The worker's part; the journey's desk runs none.
    assert run_intake(int(urlsplit(page.url).path.split("/")[2])) == "DONE"

    expect(page.locator("#intake-run")).to_contain_text("Done")
    expect(page.locator("#intake-run")).to_contain_text("2 refused")
    check(page)
    keep_picture(page, "intake-result")
    with page.expect_download() as download:
        page.get_by_role("link", name="Refused rows as CSV").click()
    assert "NOT_AMOUNT" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    page.goto("/intake/")
    check(page)
    assert Customer.objects.count() == 2
