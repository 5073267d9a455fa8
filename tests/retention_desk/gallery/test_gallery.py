"""The gallery of states: there only where it is switched on, drawn from facts, in every language."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

import pytest
from django.conf import LazySettings, settings
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from retention_desk.gallery.made_up import made_up
from retention_desk.gallery.states import STATES, State
from tests.frame import Person, asked
from tests.retention_desk.scene import Scene, set_scene, signed_in

EVERY = pytest.mark.parametrize("state", STATES.values(), ids=STATES)


@pytest.fixture
def scene(db: None) -> Scene:
    return set_scene()


def test_gallery_is_not_there_where_it_is_off(scene: Scene) -> None:
    assert settings.GALLERY is False
    for client in (Client(), signed_in(scene.ann), signed_in(scene.sue)):
        assert client.get("/gallery/").status_code == 404
        assert client.get("/gallery/presented/").status_code == 404


def test_gallery_lists_every_state_and_shows_it_without_reading(scene: Scene, settings: LazySettings) -> None:
    settings.GALLERY = True
    ann = signed_in(scene.ann)

    page = ann.get("/gallery/").content.decode()

    assert re.findall(r'href="/gallery/([\w-]+)/"', page) == list(STATES)
    assert ann.get("/gallery/no-such-state/").status_code == 404
    assert Client().get("/gallery/").status_code == 302


@EVERY
def test_state_is_drawn_by_its_own_template_from_facts(state: State) -> None:
    """Without a database: what a state shows is made up for it, by the templates of the application."""
    page = render_to_string(state.template, dict(state.draw(timezone.now())), asked(Person()))

    assert "{{" not in page
    assert state.place.startswith(("body", "main")) or f'id="{state.place.removeprefix("#")}"' in page


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_states_are_drawn_in_every_language(language: str) -> None:
    with translation.override(language):
        for state in STATES.values():
            page = render_to_string(state.template, dict(state.draw(timezone.now())), asked(Person()))
            assert f'<html lang="{language}"' in page


def test_page_of_a_state_keeps_the_session_as_it_is(scene: Scene, settings: LazySettings) -> None:
    settings.GALLERY = True
    ann = signed_in(scene.ann)
    before = dict(ann.session)

    page = ann.get("/gallery/session-ends/").content.decode()

    ends_at = int(re.findall(r'data-session-ends="(\d+)"', page)[0])
    assert ends_at - timezone.now().timestamp() < timedelta(seconds=101).total_seconds()
    assert dict(ann.session) == before


class Colour(Enum):
    RED = "RED"
    BLUE = "BLUE"


@dataclass(frozen=True)
class Inner:
    name: str


@dataclass(frozen=True)
class Row:
    number: int
    words: str
    maybe: Inner | None
    many: tuple[int, ...]
    colour: Colour
    kept: str = "kept"


def test_made_up_row_is_empty_but_for_what_is_given() -> None:
    assert made_up(Row, number=3) == Row(3, "", None, (), Colour.RED, "kept")


def test_row_that_cannot_be_empty_is_told() -> None:
    @dataclass(frozen=True)
    class Strange:
        inner: Inner

    with pytest.raises(TypeError, match="there is no empty"):
        made_up(Strange)
