"""Proves that the translations are whole: placeholders and promises kept, nothing doubtful, compiled files up to date.

Reads and compiles with Babel, so that neither set-up nor checks need the gettext programs. What a language promises
is read from the source, not from the catalogue: a new sentence on the call screen is behind until it is translated.
"""

import io
import math
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.utils.translation.template import templatize

# What is read while a customer is on the line, or by the customer: whole in every promised language.
SERVING = (
    "customers/choices.py",
    "offers/choices.py",
    "retention_desk/calls",
    "retention_desk/floor",
    "retention_desk/formats.py",
    "retention_desk/home.py",
    "retention_desk/lookup",
    "retention_desk/navigation.py",
    "retention_desk/profile",
    "retention_desk/settings.py",
    "templates/*.html",
    "templates/_parts",
    "templates/calls",
    "templates/customers",
    "templates/floor",
    "templates/mail",
    "templates/registration",
)
PROMISES = {"de": SERVING, "pt_BR": SERVING, "ru": SERVING, "th": SERVING}

# Where words may not wrap, and how many characters fit there; English that takes more has 40 % room.
_BUDGETS = {
    "pill": (18, re.compile(r'class="pill[^"]*"[^>]*>(.*?)</(?:span|a|dd|p)>', re.DOTALL)),
    "button": (24, re.compile(r'<(?:button|a)\b[^>]*class="[^"]*\bbtn\b[^"]*"[^>]*>(.*?)</(?:button|a)>', re.DOTALL)),
    "column head": (10, re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)),
}
_UNSEEN = re.compile(r'<span class="sr">.*?</span>', re.DOTALL)
_WORDS = re.compile(r'\{% translate "([^"]*)"(?: context "([^"]*)")? %\}')

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


def behind(root: Path, language: str, places: tuple[str, ...] = SERVING) -> list[str]:
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


def too_long(root: Path, language: str, places: tuple[str, ...] = SERVING) -> list[str]:
    """Return one sentence for each translation that does not fit where it stands: pills, buttons, column heads."""
    catalog = read(root / "locale" / language / "LC_MESSAGES" / "django.po")
    found = {}
    for file in _files(root, places, ".html"):
        page = _UNSEEN.sub("", file.read_text(encoding="utf-8"))
        for kind, (budget, pattern) in _BUDGETS.items():
            for words, context in (pair for part in pattern.findall(page) for pair in _WORDS.findall(part)):
                most = budget if width(words) <= budget else math.ceil(width(words) * 1.4)
                for said in _said(catalog, Message(context or None, words)) or ():
                    if width(said) > most:
                        place = f"{language}: {file.relative_to(root)}"
                        found[kind, said] = f"{place}: {width(said)} characters in a {kind}, {most} fit: {said}"
    return list(found.values())


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
