"""Proves that the translations are whole: placeholders and promises kept, nothing doubtful, compiled files up to date.

Reads and compiles with Babel, so that neither set-up nor checks need the gettext programs. What a language promises
is read from the source, not from the catalogue: a new sentence on the call screen is behind until it is translated.
"""

import io
import math
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.utils.translation.template import templatize

from retention_desk import word_room

# Where people read words of ours: whole in every promised language.
EVERYWHERE = ("customers", "offers", "retention_desk", "templates")
PROMISES = {"de": EVERYWHERE, "pt_BR": EVERYWHERE, "ru": EVERYWHERE, "th": EVERYWHERE}
# What a translation may take more than English where there is more room.
_MORE = 1.4
_WIDER = frozenset(words for group in word_room.WIDER.values() for words in group)

_CALLS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


class Message(NamedTuple):
    """What a catalogue is asked for: a context, or None, and the English words."""

    context: str | None
    words: str


def problems(locale: Path) -> list[str]:
    """Return one sentence per fault below the directory ``locale``; none if there are no translations yet."""
    found: list[str] = []
    for file in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        name = file.relative_to(locale)
        try:
            catalog = read(file)
        except (PoFileError, UnicodeDecodeError) as error:
            found.append(f"{name}: cannot be read: {error}")
            continue
        found += [f"{name}:{line}: {what}" for line, what in _faults(catalog)]
        compiled = file.with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != compile_catalog(catalog):
            found.append(
                f"{compiled.relative_to(locale)} is not up to date: run pybabel compile -D {file.stem} -d locale"
            )
    return found


def behind(root: Path, language: str, places: tuple[str, ...] = EVERYWHERE) -> list[str]:
    """Return one sentence for each message of the ``places`` below ``root`` that the language does not say."""
    catalog = read(root / "locale" / language / "LC_MESSAGES" / "django.po")
    found = []
    for message, file in messages(root, places).items():
        said = _said(catalog, message)
        if said is None:
            found.append(f"{language}: {file}: not in the catalogue, run manage.py makemessages: {message.words}")
        elif not all(said):
            found.append(f"{language}: {file}: not translated: {message.words}")
    return found


def too_long(root: Path, language: str, places: tuple[str, ...] = EVERYWHERE) -> list[str]:
    """Return one sentence for each translation that does not fit where it stands (`word_room`)."""
    catalog = read(root / "locale" / language / "LC_MESSAGES" / "django.po")
    found = {}
    for room, context, words, file in word_room.placed(root, _files(root, places, ".html")):
        most = word_room.ROOM[room]
        if words in _WIDER:
            most = max(most, math.ceil(_seen(words) * _MORE))
        for said in _said(catalog, Message(context, words)) or ():
            if _seen(said) > most:
                found[room, said] = f"{language}: {file}: {_seen(said)} characters in a {room}, {most} fit: {said}"
    return list(found.values())


def too_long_in_english(root: Path, places: tuple[str, ...] = EVERYWHERE) -> list[str]:
    """Return one sentence for each sentence of the source that is wider than its place and not known to be so."""
    found = {}
    for room, _context, words, file in word_room.placed(root, _files(root, places, ".html")):
        if _seen(words) > word_room.ROOM[room] and words not in _WIDER:
            fits = word_room.ROOM[room]
            found[room, words] = f"en: {file}: {_seen(words)} characters in a {room}, {fits} fit: {words}"
    return list(found.values())


def _seen(words: str) -> int:
    return width(word_room.shown(words))


def messages(root: Path, places: tuple[str, ...]) -> dict[Message, str]:
    """Return what is to be translated in the Python files and templates of ``places``, and in which file it stands."""
    found: dict[Message, str] = {}
    for file in _files(root, places, ".py", ".html", ".txt"):
        code = file.read_text(encoding="utf-8")
        if file.suffix != ".py":
            # What remains of a template is calls of gettext; its indentation means nothing to Python.
            code = "\n".join(line.strip() for line in templatize(code, origin=str(file)).splitlines())
        name = str(file.relative_to(root))
        for _line, words, _comments, context in extract("python", io.BytesIO(code.encode()), keywords=_CALLS):
            found.setdefault(Message(context, words if isinstance(words, str) else words[0]), name)
    return found


def width(words: str) -> int:
    """Return how many characters are seen; marks above and below a Thai letter take no place of their own."""
    return sum(unicodedata.category(letter) not in ("Mn", "Cf") for letter in words)


def compile_catalog(catalog: Catalog) -> bytes:
    """Return the bytes of the ``.mo`` file."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def read(file: Path) -> Catalog:
    """Read one ``.po`` file, which must be well formed."""
    with file.open("rb") as opened:
        return read_po(opened, locale=file.parent.parent.name, abort_invalid=True)


def _faults(catalog: Catalog) -> Iterator[tuple[int, str]]:
    for message in catalog:
        if not message.id:
            continue
        line = message.lineno or 0
        if message.fuzzy:
            yield line, "marked as doubtful (fuzzy)"
        for fault in message.check(catalog):
            yield line, str(fault)


def _files(root: Path, places: tuple[str, ...], *endings: str) -> Iterator[Path]:
    for place in places:
        for found in sorted(root.glob(place)):
            inside = sorted(found.rglob("*")) if found.is_dir() else [found]
            yield from (file for file in inside if file.suffix in endings)


def _said(catalog: Catalog, message: Message) -> tuple[str, ...] | None:
    """Return the translation in all its forms, empty where one is missing; None where nobody has asked for it yet."""
    entry = catalog.get(message.words, message.context)
    if entry is None:
        return None
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ("",))
