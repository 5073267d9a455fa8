"""Proves that the translations are whole: placeholders kept, nothing doubtful, compiled files up to date.

Reads and compiles with Babel, so that neither set-up nor checks need the gettext programs.
"""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po


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
