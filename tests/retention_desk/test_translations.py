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
