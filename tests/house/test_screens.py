"""Every page of the desk is looked at for everybody: as a state of the gallery, or in the table of screens."""

import pytest
from django.contrib import admin
from django.db import transaction

from retention_desk.gallery.states import STATES
from tests.house.matrix import World, make_world, names, url_of
from tests.house.test_role_matrix import ROWS, THINGS, Row, admin_rows
from tests.journeys.screens import HISTORY, OF_AN_EMPTY_DESK, SCREENS
from tests.offers.builders import make_campaign

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_every_page_is_a_state_or_a_screen() -> None:
    pages = _pages()
    drawn = {state.template for state in STATES.values()}
    looked_at = {screen.address for screen in SCREENS.values()}

    missing = {name for name, templates in pages.items() if name not in looked_at and not templates & drawn}

    assert "profile.html" in pages["profile"]
    assert {name for name in missing if not _is_history(name)} == set(), "not in tests/journeys/screens.py"
    assert HISTORY in looked_at


def test_every_screen_has_its_address() -> None:
    addresses = {screen.address for screen in (*SCREENS.values(), *OF_AN_EMPTY_DESK.values())}

    assert addresses - names().keys() == set()


def _is_history(name: str) -> bool:
    return name.startswith("admin:") and name.endswith("_history")


def _pages() -> dict[str, set[str]]:
    """The templates of everything that is a whole page for somebody, by the name of its address."""
    world, takes = make_world(), names()
    make_campaign()
    for model in admin.site._registry:
        world.things[f"{model._meta.app_label}_{model._meta.model_name}"] = str(
            model._default_manager.values_list("pk", flat=True)[0]
        )
    found = {}
    for name, rows in (ROWS | admin_rows()).items():
        for row in (row for row in rows if row.method == "GET"):
            if templates := _drawn_by(world, row, name, takes[name]):
                found[name] = templates
    return found


def _drawn_by(world: World, row: Row, name: str, takes: list[str]) -> set[str]:
    """The templates of the page that the first of those gets who get one; empty when nobody does."""
    things = world.things | THINGS | {what: world.things[other] for what, other in row.of.items()}
    url = url_of(name, takes, things)
    for client, answer in zip(world.clients.values(), row.answers.split(), strict=True):
        if answer != "ok":
            continue
        with transaction.atomic():
            page = client.get(url)
            transaction.set_rollback(True)
        if page.status_code == 200 and not page.streaming and page.content.lstrip()[:9].lower() == b"<!doctype":
            return {str(template.name) for template in page.templates}
    return set()
