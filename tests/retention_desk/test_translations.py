"""Faults in a translation are found before a customer hears them."""

from pathlib import Path

import pytest

from retention_desk import translations

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: de\\n"\n\n'


def write(locale: Path, body: str, *, compiled: bool = True) -> Path:
    file = locale / "de" / "LC_MESSAGES" / "django.po"
    file.parent.mkdir(parents=True)
    file.write_text(HEAD + body, encoding="utf-8")
    if compiled:
        file.with_suffix(".mo").write_bytes(translations.compile_catalog(translations.read(file)))
    return file


def test_no_translations_have_no_faults(tmp_path: Path) -> None:
    assert translations.problems(tmp_path / "absent") == []


def test_whole_translation_has_no_faults(tmp_path: Path) -> None:
    write(tmp_path, '#, python-format\nmsgid "%(n)s left"\nmsgstr "noch %(n)s"\n')

    assert translations.problems(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('#, python-format\nmsgid "%(n)s left"\nmsgstr "noch %(m)s"\n', "unknown named placeholder"),
        ('#, fuzzy\nmsgid "save"\nmsgstr "retten"\n', "fuzzy"),
    ],
)
def test_fault_is_named_with_its_place(tmp_path: Path, body: str, said: str) -> None:
    write(tmp_path, body)

    (found,) = translations.problems(tmp_path)

    assert found.startswith("de/LC_MESSAGES/django.po:")
    assert said in found


def test_old_and_missing_compiled_files_are_found(tmp_path: Path) -> None:
    file = write(tmp_path, 'msgid "save"\nmsgstr "halten"\n', compiled=False)
    assert "not up to date" in translations.problems(tmp_path)[0]

    file.with_suffix(".mo").write_bytes(b"old")
    assert "not up to date" in translations.problems(tmp_path)[0]


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, 'msgid "save"\nrubbish\n', compiled=False)

    assert "cannot be read" in translations.problems(tmp_path)[0]


PAGE = """{% comment %}A page.{% endcomment %}
<span class="pill"><i></i>{% translate "Waiting" context "request" %}</span>
<button class="btn">{% translate "Save" %}<span class="sr">{% translate "and go on to the next call" %}</span></button>
    <p>{% blocktranslate trimmed count n=n %}
      {{ n }} call{% plural %}{{ n }} calls
  {% endblocktranslate %}</p>
"""


def room(root: Path, body: str) -> Path:
    """A project with one page, one module and a catalogue."""
    for folder in ("templates/calls", "desk"):
        (root / folder).mkdir(parents=True)
    (root / "templates/calls/page.html").write_text(PAGE, encoding="utf-8")
    (root / "desk/words.py").write_text("from x import gettext_lazy as _\n\nREADY = _('Ready')\n", encoding="utf-8")
    write(root / "locale", body)
    return root


WHOLE = """msgctxt "request"\nmsgid "Waiting"\nmsgstr "Wartet"\n
msgid "Save"\nmsgstr "Speichern"\n
msgid "and go on to the next call"\nmsgstr "und weiter zum nächsten Gespräch"\n
#, python-format\nmsgid "%(n)s call"\nmsgid_plural "%(n)s calls"
msgstr[0] "%(n)s Gespräch"\nmsgstr[1] "%(n)s Gespräche"\n
msgid "Ready"\nmsgstr "Bereit"\n"""


def test_messages_are_read_from_templates_and_modules(tmp_path: Path) -> None:
    found = translations.messages(room(tmp_path, WHOLE), ("desk", "templates/calls"))

    assert found == {
        translations.Message(None, "Ready"): "desk/words.py",
        translations.Message("request", "Waiting"): "templates/calls/page.html",
        translations.Message(None, "Save"): "templates/calls/page.html",
        translations.Message(None, "and go on to the next call"): "templates/calls/page.html",
        translations.Message(None, "%(n)s call"): "templates/calls/page.html",
    }


def test_language_that_says_everything_is_not_behind(tmp_path: Path) -> None:
    root = room(tmp_path, WHOLE)

    assert translations.behind(root, "de", ("desk", "templates/calls")) == []
    assert translations.too_long(root, "de", ("desk", "templates/calls")) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('msgid "Ready"\nmsgstr "Bereit"', 'msgid "Ready"\nmsgstr ""', "desk/words.py: not translated: Ready"),
        ('msgid "Ready"', 'msgid "Readily"', "desk/words.py: not in the catalogue"),
        ('msgctxt "request"\n', "", "not in the catalogue, run manage.py makemessages: Waiting"),
        ('msgstr[1] "%(n)s Gespräche"', 'msgstr[1] ""', "not translated: %(n)s call"),
    ],
)
def test_language_that_is_behind_is_told_what_is_missing(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in WHOLE
    root = room(tmp_path, WHOLE.replace(old, new))

    (found,) = translations.behind(root, "de", ("desk", "templates/calls"))

    assert said in found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"Wartet"', '"Wartet auf die Freigabe"', "23 characters in a pill, 18 fit: Wartet auf die Freigabe"),
        ('"Speichern"', '"Speichern und zum nächsten"', "26 characters in a button, 24 fit"),
    ],
)
def test_words_that_do_not_fit_are_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    root = room(tmp_path, WHOLE.replace(old, new))

    (found,) = translations.too_long(root, "de", ("templates/calls",))

    assert said in found


def test_marks_above_thai_letters_take_no_room() -> None:
    assert translations.width("ยืนยัน") == 4
    assert translations.width("Kündigen") == 8
