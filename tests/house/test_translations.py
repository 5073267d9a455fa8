"""Every language keeps what it promises, and nothing in the catalogues is broken or out of date."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from retention_desk import navigation, translations, word_room

ROOT = Path(settings.BASE_DIR)
LOCALE = ROOT / "locale"
EVERY = [to_locale(code) for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def test_catalogues_are_sound_and_compiled() -> None:
    assert translations.problems(LOCALE) == []


def test_every_language_of_the_desk_has_a_catalogue() -> None:
    assert sorted(path.name for path in LOCALE.iterdir()) == sorted(EVERY)
    assert set(translations.PROMISES) <= set(EVERY)


@pytest.mark.parametrize("language", translations.PROMISES)
def test_language_says_all_that_it_promises(language: str) -> None:
    assert translations.behind(ROOT, language, translations.PROMISES[language]) == []


@pytest.mark.parametrize("language", translations.PROMISES)
def test_words_fit_where_they_may_not_wrap(language: str) -> None:
    assert translations.too_long(ROOT, language, translations.PROMISES[language]) == []


def test_english_fits_where_it_may_not_wrap_or_is_known_to_have_room() -> None:
    assert translations.too_long_in_english(ROOT) == []


def test_places_are_found_and_none_is_known_that_is_not_there() -> None:
    """The rig: every kind of place is found, and a sentence that is gone leaves the list of those that have room."""
    placed = word_room.placed(ROOT, sorted((ROOT / "templates").rglob("*.html")))

    assert {one.room for one in placed} == set(word_room.ROOM)
    assert len([one for one in placed if one.room == "rail"]) == len(navigation.PLACES)
    assert {words for group in word_room.WIDER.values() for words in group} <= {one.words for one in placed}


def test_what_is_promised_is_found_in_the_source() -> None:
    """The rig: a promise is read from Python and from templates, with contexts, plurals and letters to customers."""
    found = translations.messages(ROOT, translations.EVERYWHERE)

    for message in (
        translations.Message(None, "Confirm cancellation"),
        translations.Message(None, "On call"),
        translations.Message("outcome", "Accepted"),
        translations.Message(None, "%(number)s customer"),
        translations.Message(None, "Hello %(name)s,"),
        translations.Message(None, "This call is not yours."),
        translations.Message(None, "Opened a call"),
    ):
        assert message in found


@pytest.mark.parametrize("place", translations.EVERYWHERE)
def test_every_promised_place_is_there(place: str) -> None:
    assert list(ROOT.glob(place)) != []
