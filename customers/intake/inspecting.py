"""The first look at a file: is it text, in which encoding, cut how, with which header; and what it is, as a hash.

One pass over the bytes, with flat memory. Whatever makes the whole file useless is raised here, before any row is read.
"""

import codecs
import csv
import hashlib
import io
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from customers.intake.trouble import IntakeTrouble

LARGEST_FILE = 4 * 1024**3
LONGEST_LINE = 1024**2
MOST_COLUMNS = 2000
DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1024**2

_PACKED = {
    b"PK\x03\x04": "ZIP or XLSX", b"PK\x05\x06": "ZIP", b"\x1f\x8b": "gzip", b"\xd0\xcf\x11\xe0": "XLS", b"%PDF": "PDF",
    b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7z", b"SQLi": "SQLite",
    b"\x28\xb5\x2f\xfd": "zstd", b"PAR1": "Parquet",
}  # fmt: skip
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class Source:
    """A file to bring in: its name for people, and where it is."""

    name: str
    path: Path


@dataclass(frozen=True)
class Inspection:
    """What is known of a file before its rows are read. `lines` counts line ends, so rows are at most that many."""

    source: Source
    size: int
    sha256: str
    lines: int
    encoding: str
    delimiter: str
    header: tuple[str, ...]

    @property
    def shown_encoding(self) -> str:
        """The encoding as people call it."""
        return {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}.get(
            self.encoding, self.encoding
        )


def inspect(
    source: Source, *, encoding: str = "", delimiter: str = "", on_bytes: Callable[[int], None] | None = None
) -> Inspection:
    """Look at a file. `encoding` and `delimiter` overrule what would be found out. Raises IntakeTrouble."""
    size = _size(source)
    if encoding:
        try:
            codecs.lookup(encoding)
        except (LookupError, ValueError):
            raise IntakeTrouble("BAD_ENCODING_NAME", file=source.name, value=encoding) from None
    try:
        with source.path.open("rb") as file:
            seen = _Pass(source, encoding, file.read(8))
            file.seek(0)
            while chunk := file.read(_CHUNK):
                seen.take(chunk)
                if on_bytes:
                    on_bytes(len(chunk))
    except OSError as error:
        raise IntakeTrouble("UNREADABLE", file=source.name, why=error.strerror or str(error)) from None
    found = seen.finish()
    header, used = _header(source, found, delimiter)
    return Inspection(
        source=source, size=size, sha256=seen.hash.hexdigest(), lines=seen.lines, encoding=found, delimiter=used,
        header=header,
    )  # fmt: skip


def open_text(source: Source, encoding: str) -> io.TextIOWrapper:
    """The file as text whose bad bytes survive as surrogates, so that one bad row does not cost the others."""
    errors = "surrogateescape" if encoding not in ("utf-16", "utf-16-le", "utf-16-be") else "replace"
    return source.path.open(encoding=encoding, errors=errors, newline="")


def _size(source: Source) -> int:
    try:
        found = source.path.stat()
    except FileNotFoundError:
        raise IntakeTrouble("NOT_FOUND", file=source.name) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise IntakeTrouble("UNREADABLE", file=source.name, why=why) from None
    if stat.S_ISDIR(found.st_mode):
        raise IntakeTrouble("DIRECTORY", file=source.name)
    if not stat.S_ISREG(found.st_mode):
        raise IntakeTrouble("UNREADABLE", file=source.name, why="it is not a regular file")
    if found.st_size == 0:
        raise IntakeTrouble("EMPTY", file=source.name)
    if found.st_size > LARGEST_FILE:
        raise IntakeTrouble("TOO_BIG", file=source.name, size=told_size(found.st_size), limit=told_size(LARGEST_FILE))
    return found.st_size


def told_size(size: int) -> str:
    """A number of bytes for people: `10.0 GB`."""
    for unit, factor in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"


class _Pass:
    """What one pass over the bytes finds out."""

    def __init__(self, source: Source, encoding: str, start: bytes) -> None:
        self.source = source
        self.hash = hashlib.sha256()
        self.lines = 0
        for magic, kind in _PACKED.items():
            if start.startswith(magic):
                raise IntakeTrouble("PACKED", file=source.name, kind=kind)
        self.marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "")
        self.wanted = encoding or self.marked
        self.is_wide = self.wanted.replace("_", "-").lower().startswith(("utf-16", "utf-32"))
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._is_utf8 = True
        self._since_line_end = 0
        self._offset = 0

    def take(self, chunk: bytes) -> None:
        self.hash.update(chunk)
        if not self.is_wide and not self._offset:
            # Zero bytes at the start are a binary file; a stray one further on refuses only its row.
            first = chunk[:512].find(b"\0")
            if first >= 0 and chunk[:512].count(b"\0") > 8:
                raise IntakeTrouble("BINARY", file=self.source.name, byte=first + 1)
        line_ends = chunk.count(b"\n")
        if not line_ends:
            line_ends = chunk.count(b"\r")
        self.lines += line_ends
        self._since_line_end = 0 if line_ends else self._since_line_end + len(chunk)
        if self._since_line_end >= LONGEST_LINE:
            columns = max(chunk.count(one.encode()) for one in DELIMITERS) + 1
            if not self.lines and columns > MOST_COLUMNS:
                raise IntakeTrouble("TOO_MANY_COLUMNS", file=self.source.name, count=columns, limit=MOST_COLUMNS)
            raise IntakeTrouble(
                "LINE_TOO_LONG", file=self.source.name, line=self.lines + 1, limit=told_size(LONGEST_LINE)
            )
        if self._is_utf8 and not self.wanted:
            try:
                self._utf8.decode(chunk)
            except UnicodeDecodeError:
                self._is_utf8 = False
        self._offset += len(chunk)

    def finish(self) -> str:
        """The encoding: the declared one, the mark's, UTF-8 where all bytes fit, else Windows-1252."""
        if self.is_wide and self.wanted == "utf-16" and self._offset % 2:
            raise IntakeTrouble("NOT_UTF16", file=self.source.name)
        if self.wanted:
            return (
                self.marked if self.wanted.lower() in ("utf-8", "utf8") and self.marked == "utf-8-sig" else self.wanted
            )
        if self._is_utf8:
            try:
                self._utf8.decode(b"", final=True)
            except UnicodeDecodeError:
                self._is_utf8 = False
        return "utf-8" if self._is_utf8 else "cp1252"


def _header(source: Source, encoding: str, delimiter: str) -> tuple[tuple[str, ...], str]:
    with open_text(source, encoding) as file:
        try:
            first = file.readline(LONGEST_LINE * 4)
        except UnicodeError:
            raise IntakeTrouble("NOT_UTF16", file=source.name) from None
        rest = file.read(4096)
    if len(first) >= LONGEST_LINE * 4:
        raise IntakeTrouble("LINE_TOO_LONG", file=source.name, line=1, limit=told_size(LONGEST_LINE))
    candidates = (delimiter,) if delimiter else DELIMITERS
    counts = {one: first.count(one) for one in candidates}
    used = max(candidates, key=lambda one: counts[one])
    if counts[used] >= MOST_COLUMNS:
        raise IntakeTrouble("TOO_MANY_COLUMNS", file=source.name, count=counts[used] + 1, limit=MOST_COLUMNS)
    try:
        # A quoted title may run over the first line.
        header = tuple(next(csv.reader(io.StringIO(first + rest, newline=""), delimiter=used), ()))
    except csv.Error:
        raise IntakeTrouble("UNCLOSED_QUOTE", file=source.name, line=1) from None
    if not any(title.strip() for title in header):
        raise IntakeTrouble("EMPTY", file=source.name)
    if first.count('"') % 2 and not rest.count('"'):
        raise IntakeTrouble("UNCLOSED_QUOTE", file=source.name, line=1)
    if not rest.strip():
        raise IntakeTrouble("HEADER_ONLY", file=source.name)
    if delimiter and len(header) == 1 and any(first.count(one) for one in DELIMITERS if one != delimiter):
        raise IntakeTrouble("WRONG_DELIMITER", file=source.name, delimiter=delimiter)
    return header, used
