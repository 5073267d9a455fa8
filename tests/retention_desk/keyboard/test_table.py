"""The one table of keys: free of the browser's, without clashes, and the same as what the templates carry."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from retention_desk.keyboard.table import (
    ACTIONS,
    BROWSERS,
    BY_NAME,
    FREE,
    Action,
    Place,
    actions_of,
    caps,
    clashes,
    place_of,
)
from retention_desk.navigation import PLACES

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Whose keys the pages of a folder carry; a part of several screens may carry those of any.
FOLDERS = {"calls": Place.CALL, "customers": Place.LOOKUP, "floor": Place.APPROVALS}
COMMENT = re.compile(r"{% comment.*?{% endcomment %}", re.DOTALL)
CARRIED = re.compile(r'data-key="([^"]+)"')
CAP = re.compile(r'{% key "([^"]+)" %}')


def carried(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    """Every key that a template names, with the folder it stands in."""
    return [
        (path.relative_to(TEMPLATES).parts[0], found)
        for path in sorted(TEMPLATES.rglob("*.html"))
        for found in pattern.findall(COMMENT.sub("", path.read_text(encoding="utf-8")))
    ]


def keys_of(folder: str) -> set[str]:
    """The keys that a template of this folder may carry."""
    actions = actions_of(FOLDERS[folder]) if folder in FOLDERS else ACTIONS
    return {key for action in actions for key in action.keys}


def test_no_key_means_two_things_on_one_screen() -> None:
    assert clashes() == []


def test_clash_is_found() -> None:
    """The rig: two places that share a screen, and a digit inside a row of digits."""
    one, other = BY_NAME["asked"], BY_NAME["next"]
    everywhere = Action(name="x", key="j", words=one.words, places=frozenset({Place.EVERYWHERE}))
    digit = Action(name="y", key="3", words=one.words)

    assert clashes([one, other]) == []
    assert clashes([everywhere, other, digit, BY_NAME["offer"]]) == [("x", "next"), ("y", "offer")]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_key_is_nobody_elses(action: Action) -> None:
    for key in action.keys:
        assert key not in BROWSERS
        assert "Alt" not in key
        assert action.fixed or key in FREE
    assert not (action.grave and len(action.key) == 1), "what cannot be taken back does not answer to one letter"


def test_confirming_is_not_a_letter_and_cancelling_is_a_key_of_its_own() -> None:
    assert (BY_NAME["cancel"].key, BY_NAME["cancel"].grave) == ("F8", True)
    assert (BY_NAME["confirm"].key, BY_NAME["confirm"].fixed) == ("Enter", True)


@pytest.mark.parametrize("pattern", [CARRIED, CAP], ids=["data-key", "cap"])
def test_templates_name_no_key_that_the_table_does_not(pattern: re.Pattern[str]) -> None:
    # The first of two caps of one key.
    halves = {"Ctrl", "Esc", "Enter"}
    strangers = [
        (folder, key)
        for folder, key in carried(pattern)
        if "{" not in key and key not in halves and (key.lower() if len(key) == 1 else key) not in keys_of(folder)
    ]

    assert strangers == []


def test_every_key_of_the_table_is_on_a_screen() -> None:
    """What the script itself does has no button; the digits and the rail's key stand in expressions."""
    by_script = {"field", "commands", "go", "help", "next", "previous"}
    in_expressions = {"offer", "why"}

    def is_carried(action: Action) -> bool:
        folders = {folder for folder, key in carried(CARRIED) if key in action.keys}
        return any(
            FOLDERS.get(folder) in (*action.places, None) or action.places == {Place.EVERYWHERE} for folder in folders
        )

    missing = [action.name for action in ACTIONS if not is_carried(action)]

    assert set(missing) == by_script | in_expressions


def test_places_of_the_rail_have_letters_of_their_own_after_g() -> None:
    letters = [place.go for place in PLACES]

    assert len(set(letters)) == len(letters)
    # As the design has them.
    assert {place.name: place.go for place in PLACES if place.go in "hcar"} == {
        "home": "h",
        "calls:current": "c",
        "offers:approvals": "a",
        "reports:save-rate": "r",
    }
    assert [place.key for place in PLACES if place.key] == [BY_NAME["find"].key]


@pytest.mark.parametrize(
    ("view", "place"),
    [
        ("calls:screen", Place.CALL),
        ("customers:lookup", Place.LOOKUP),
        ("offers:case", Place.APPROVALS),
        ("home", Place.EVERYWHERE),
        ("", Place.EVERYWHERE),
    ],
)
def test_view_belongs_to_a_place(view: str, place: Place) -> None:
    assert place_of(view) == place


def test_caps_are_written_as_on_the_keyboard() -> None:
    assert (caps("k"), caps("F8"), caps("Escape"), caps("Ctrl+Enter")) == (
        ("K",),
        ("F8",),
        ("Esc",),
        ("Ctrl", "Enter"),
    )
