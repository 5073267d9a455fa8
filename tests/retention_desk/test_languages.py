"""Pages are written in the reader's language: all their words, and numbers as the language writes them."""

import functools
import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import to_language

from retention_desk import translations
from tests.retention_desk.scene import Scene, set_scene, signed_in

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# The scene's own data, in English, that happen to read like words of the desk.
DATA = {"Home phone", "No offer made", "Goodwill credit", "Technician visit", "Pause service"}
PROMISED = [to_language(locale) for locale in translations.PROMISES]


@pytest.fixture
def scene(db: None) -> Scene:
    return set_scene()


def words_of(page: str) -> str:
    """What a reader sees or hears of a page: its text, with what is only an attribute left out."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " | ", page)))


@functools.cache
def sentences() -> list[translations.Message]:
    """What is promised in every language, as it stands in the source; a single word may be a customer's data."""
    found = translations.messages(Path(settings.BASE_DIR), translations.EVERYWHERE)
    return [one for one in found if " " in one.words and "%(" not in one.words and one.words not in DATA]


def english_left(page: str, language: str) -> list[str]:
    """Return the sentences of the source that stand on the page although the language says them otherwise."""
    text = words_of(page)
    with translation.override(language):
        return [one.words for one in sentences() if f"| {one.words} |" in text and said(one) != one.words]


def said(message: translations.Message) -> str:
    """Return the words of the active language."""
    if message.context:
        return translation.pgettext(message.context, message.words)
    return translation.gettext(message.words)


def speaks(scene: Scene, language: str) -> Client:
    """Ann's browser, with her language set."""
    scene.ann.language = language
    scene.ann.save(update_fields=["language"])
    return signed_in(scene.ann)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.django_db
def test_log_in_is_written_as_the_browser_asks(language: str) -> None:
    set_scene()

    answer = Client().get("/login/", headers={"Accept-Language": language})

    page = answer.content.decode()
    assert f'<html lang="{language}"' in page
    assert answer["Content-Language"] == language


@pytest.mark.parametrize("language", PROMISED)
@pytest.mark.parametrize(
    "path", ["/", "/customers/", "/customers/?q=Tennant", "/calls/{call}/", "/calls/{call}/cancel/"]
)
def test_page_has_no_english_left(scene: Scene, language: str, path: str) -> None:
    call_id = scene.open_call()
    client = speaks(scene, language)

    answer = client.get(path.format(call=call_id))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in page
    assert answer["Content-Language"] == language
    assert english_left(page, language) == []


@pytest.mark.parametrize("language", PROMISED)
def test_approvals_have_no_english_left(scene: Scene, language: str) -> None:
    scene.sue.language = language
    scene.sue.save(update_fields=["language"])

    page = signed_in(scene.sue).get("/approvals/").content.decode()

    assert english_left(page, language) == []


@pytest.mark.parametrize("language", PROMISED)
@pytest.mark.parametrize("path", ["/login/", "/password/forgotten/", "/password/sent/"])
def test_pages_before_the_log_in_have_no_english_left(scene: Scene, language: str, path: str) -> None:
    page = Client().get(path, headers={"Accept-Language": language}).content.decode()

    assert english_left(page, language) == []


def test_english_left_is_found(scene: Scene) -> None:
    """The rig: an English page is full of it when a German one is expected."""
    page = speaks(scene, "en").get("/customers/").content.decode()

    assert "Find a customer" in english_left(page, "de")


@pytest.mark.parametrize("language", PROMISED)
def test_refusal_is_said_in_the_language(scene: Scene, language: str) -> None:
    call_id = scene.open_call()
    client = speaks(scene, language)
    client.post(f"/calls/{call_id}/end/")

    answer = client.post(f"/calls/{call_id}/wrap-up/", {"kind": ""})

    assert english_left(answer.content.decode(), language) == []


def test_choosing_a_language_changes_the_next_page(scene: Scene) -> None:
    client = speaks(scene, "")
    assert '<html lang="en"' in client.get("/customers/").content.decode()

    client.post("/profile/", {"language": "de", "theme": "system", "density": "compact", "single_keys": "on"})

    scene.ann.refresh_from_db()
    page = client.get("/customers/").content.decode()
    assert scene.ann.language == "de"
    assert '<html lang="de"' in page
    assert "Kunden finden" in page or "Suchen" in page


def test_own_language_goes_before_the_browser(scene: Scene) -> None:
    page = speaks(scene, "de").get("/customers/", headers={"Accept-Language": "th"}).content.decode()

    assert '<html lang="de"' in page


def test_language_of_the_log_in_page_can_be_chosen(scene: Scene) -> None:
    client = Client()

    client.post("/language/", {"language": "pt-br", "next": "/login/"})

    assert '<html lang="pt-br"' in client.get("/login/").content.decode()


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["$195.99", "6 yr 2 mo"]),
        ("de", ["195,99\xa0$", "6 Jahre 2 Mon."]),
        ("pt-br", ["US$\xa0195,99", "6 anos 2 meses"]),
        ("ru", ["195,99\xa0$"]),
        ("th", ["195.99"]),
    ],
)
def test_call_screen_writes_numbers_as_the_language_does(scene: Scene, language: str, written: list[str]) -> None:
    call_id = scene.open_call()

    page = unescape(speaks(scene, language).get(f"/calls/{call_id}/").content.decode())

    for part in written:
        assert part in page
