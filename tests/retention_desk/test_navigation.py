"""The rail: who sees which page, and that the frame renders whatever is installed."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string

from retention_desk import navigation
from tests.frame import Person, asked


@pytest.fixture
def every_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that every page of the rail is installed."""
    monkeypatch.setattr(navigation, "address", lambda name: f"/{name.replace(':', '/')}/")


def sue(*permissions: str, staff: bool = False) -> Person:
    return Person(granted=frozenset(permissions), is_staff=staff)


def names(request: HttpRequest) -> list[str]:
    return [entry.place.name for entry in navigation.entries(request)]


@pytest.mark.usefixtures("every_address")
@pytest.mark.parametrize(
    ("user", "shown"),
    [
        (AnonymousUser(), []),
        (sue(), ["home"]),
        (sue("customers.take_call"), ["home", "calls:current", "customers:lookup"]),
        (sue("offers.decide_approval"), ["home", "offers:approvals"]),
        (sue("customers.see_record"), ["home", "reports:save-rate", "records:list"]),
        (sue("customers.run_intake", staff=True), ["home", "intake:list", "admin:index"]),
    ],
    ids=["nobody", "no right", "agent", "approver", "reader", "administrator"],
)
def test_rail_shows_what_a_person_may_open(user: object, shown: list[str]) -> None:
    assert names(asked(user)) == shown


def test_rail_leaves_out_pages_that_are_not_installed() -> None:
    assert navigation.address("home") == "/"
    assert navigation.address("nowhere:at-all") == ""


@pytest.mark.usefixtures("every_address")
@pytest.mark.parametrize(
    ("view_name", "current"),
    [
        ("home", ["home"]),
        ("customers:lookup", ["customers:lookup"]),
        ("customers:open", ["customers:lookup"]),
        ("profile", []),
        ("", []),
    ],
)
def test_the_open_page_is_marked_with_its_whole_section(view_name: str, current: list[str]) -> None:
    entries = navigation.entries(asked(sue("customers.take_call"), view_name=view_name))

    assert [entry.place.name for entry in entries if entry.current] == current


def test_no_two_places_share_a_letter() -> None:
    letters = [place.go for place in navigation.PLACES]

    assert len(letters) == len(set(letters))


def test_frame_renders_without_a_request() -> None:
    page = render_to_string("500.html")

    assert 'id="problem"' in page
    assert page.count("<h1>") == 1


def test_frame_carries_the_choices_of_the_person() -> None:
    person = sue("customers.take_call")
    person.theme, person.density, person.single_keys = "dark", "comfortable", False

    page = render_to_string("404.html", request=asked(person))

    assert '<html lang="en" dir="ltr" data-theme="dark" data-density="comfortable" data-single-keys="off">' in page
    assert ">SA</summary>" in page
