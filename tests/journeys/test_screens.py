"""Every screen that is no state of the gallery, for everybody: the same checks, on a desk in full use.

`manage.py prove reach` looks at all; the suite at a few, chosen by the day or by PROOF_SEED.
"""

import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

from tests.browser import NewPage, pages_of
from tests.database import Seeds, owner_connection
from tests.journeys.filled import Filled, fill
from tests.journeys.reach import look, rounds, seed
from tests.journeys.screens import SCREENS, of_screen
from tests.live import Served

pytestmark = [pytest.mark.journeys]
ROUNDS = rounds(SCREENS, only="PROOF_SCREEN", sample=4)


@pytest.fixture(scope="module")
def filled(_live_served: Served, django_db_blocker: DjangoDbBlocker) -> Iterator[Filled]:
    """The desk in use, committed once for all tests of this file: nothing that they do changes it."""
    with owner_connection() as owner:
        seeds = Seeds(owner)
        with django_db_blocker.unblock():
            found = fill()
        yield found
        seeds.restore()


@pytest.fixture
def open_page(browser: Browser, _live_served: Served) -> Iterator[NewPage]:
    """As `new_page`, beside rows that stay."""
    with pages_of(browser, _live_served.address) as opened:
        yield opened


@pytest.mark.parametrize("part", ROUNDS)
def test_screens_are_for_everybody(open_page: NewPage, filled: Filled, part: str) -> None:
    chosen = ROUNDS[part]
    sys.stdout.write(f"PROOF_SEED={seed()}: {', '.join(visit.name for visit in chosen)}\n")
    wrong = []
    for visit in chosen:
        screen = SCREENS[visit.slug]
        # The checker writes styles into the page; Django's own pages are asked about the policy in test_admin.py.
        page = open_page(bypass_csp=screen.is_admin)
        if screen.who in filled.cookies:
            page.context.add_cookies([filled.cookies[screen.who]])
        if screen.address == "telephone:pop":
            # The page presses its one button by itself, unless the script that does is not there.
            page.route("**/js/incoming*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
        wrong += look(page, of_screen(screen, filled), visit)
        page.context.close()

    assert wrong == [], f"PROOF_SEED={seed()}\n" + "\n".join(wrong)
