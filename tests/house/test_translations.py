"""Every language keeps what it promises, and nothing in the catalogues is broken or out of date."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from retention_desk import navigation, translations

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


@pytest.mark.parametrize("language", translations.PROMISES)
def test_rail_has_room_for_every_place(language: str) -> None:
    catalog = translations.read(LOCALE / language / "LC_MESSAGES" / "django.po")
    places = translations.messages(ROOT, ("retention_desk/navigation.py",))
    assert len(places) >= len(navigation.PLACES)

    said = [entry.string for message in places if (entry := catalog.get(message.words, message.context)) is not None]

    assert len(said) == len(places)
    assert [words for words in said if translations.width(str(words)) > 10] == []


def test_what_is_promised_is_found_in_the_source() -> None:
    """The rig: a promise is read from Python and from templates, with contexts, plurals and letters to customers."""
    found = translations.messages(ROOT, translations.SERVING)

    for message in (
        translations.Message(None, "Confirm cancellation"),
        translations.Message(None, "On call"),
        translations.Message("outcome", "Accepted"),
        translations.Message(None, "%(number)s customer"),
        translations.Message(None, "Hello %(name)s,"),
        translations.Message(None, "This call is not yours."),
    ):
        assert message in found


@pytest.mark.parametrize("place", translations.SERVING)
def test_every_promised_place_is_there(place: str) -> None:
    assert list(ROOT.glob(place)) != []
