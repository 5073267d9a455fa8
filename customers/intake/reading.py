"""The rows of a file as the text that COPY takes, with flat memory; rows that are no rows are refused by the way.

Fields arrive trimmed, and what is empty then is NULL. The file is taken in pieces of whole rows. A piece without a
quotation mark is split and not parsed, and one without anything else that is special is sent as it is joined; only what
holds a backslash, a zero byte or a byte of another encoding is looked at row by row.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from operator import itemgetter

from customers.intake.inspecting import Inspection, open_text
from customers.intake.refusals import Refusal
from customers.intake.trouble import IntakeTrouble

PIECE = 256 * 1024
"""Characters; a piece ends with the row that they end in."""
SEPARATOR = "\x1f"
"""Between fields in COPY's text; a unit separator hardly ever stands in data, and is escaped where it does."""
_ESCAPES = str.maketrans({"\\": "\\\\", SEPARATOR: "\\\x1f", "\n": "\\n", "\r": "\\r"})
LONGEST_FIELD = 131_072

Row = tuple[int, tuple[str, ...]]
Refuse = Callable[[Refusal], None]


def blocks(
    inspection: Inspection, columns: Sequence[int], *, refuse: Refuse, first_rows: int = 0
) -> Iterator[tuple[bytes, int]]:
    """Yield COPY text of whole rows and how many lines of the file are behind it.

    Each row is its line number and the fields of `columns`. `first_rows` stops after so many, for a preview.
    """
    plain, pick = _Plain(inspection, columns), _picker(columns)
    done = 0
    with open_text(inspection.source, inspection.encoding) as file:
        reader = csv.reader(file, delimiter=inspection.delimiter, strict=True)
        next(reader)
        line = reader.line_num
        # A preview takes line by line, so that nothing is told of rows that it does not show.
        while text := _read(file, 1 if first_rows else PIECE, inspection):
            block, count = plain.block(text, line + 1)
            if block:
                line += count
            else:
                parsed, line = _parsed(text, file, inspection, line, refuse)
                rows = [(number, pick(fields)) for number, fields in parsed]
                block, count = _encode(rows, columns, inspection, refuse), len(rows)
            yield block, line
            done += count
            if first_rows and done >= first_rows:
                return


def _picker(columns: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    if len(columns) == 1:
        only = columns[0]
        return lambda fields: (fields[only],)
    if not columns:
        return lambda _fields: ()
    return itemgetter(*columns)


def _read(file: io.TextIOBase, size: int, inspection: Inspection) -> str:
    """So many characters and the rest of their line."""
    try:
        return file.read(size) + file.readline()
    except UnicodeError:
        raise IntakeTrouble("NOT_UTF16", file=inspection.source.name) from None


_SPECIAL = ('"', "\\", "\0", "\r", SEPARATOR)


class _Plain:
    """The quick way, for pieces without anything special in which every line is a row. Lines are cut no further than
    fields have to be left out: to make a text of each field takes longer than all the rest.
    """

    def __init__(self, inspection: Inspection, columns: Sequence[int]) -> None:
        self.delimiter = inspection.delimiter
        self.delimiters = len(inspection.header) - 1
        # From here to the end of the line every field is wanted, or none.
        self.cuts = self.delimiters + 1
        while self.cuts and (self.cuts - 1 in columns) == (self.delimiters in columns):
            self.cuts -= 1
        before = [column for column in columns if column < self.cuts]
        self.pick = _picker([*before, self.cuts] if self.delimiters in columns else before)

    def block(self, text: str, line: int) -> tuple[bytes, int]:
        """The piece as COPY takes it, and how many lines it had; nothing where it needs to be parsed."""
        text = text.replace("\r\n", "\n")
        if any(sign in text for sign in _SPECIAL):
            return b"", 0
        lines = text.replace(self.delimiter, SEPARATOR).split("\n")
        if not lines[-1]:
            lines.pop()
        pick, cuts, delimiters = self.pick, self.cuts, self.delimiters
        rows = [
            f"{number}{SEPARATOR}{SEPARATOR.join(pick(row.split(SEPARATOR, cuts)))}\n"
            for number, row in enumerate(lines, line)
            if row and row.count(SEPARATOR) == delimiters and len(row) <= LONGEST_FIELD
        ]
        if len(rows) < len(lines):
            return b"", 0
        try:
            return _trim("".join(rows)).encode(), len(rows)
        except UnicodeEncodeError:
            return b"", 0


def _parsed(
    text: str, file: io.TextIOBase, inspection: Inspection, before: int, refuse: Refuse
) -> tuple[list[tuple[int, list[str]]], int]:
    """The rows of a piece with the line that each begins on, and how many lines are behind it: the last row may go on
    in lines of the file behind the piece. A row with a wrong number of fields is refused.
    """
    name, width = inspection.source.name, len(inspection.header)
    piece = io.StringIO(text, newline="")
    reader = csv.reader(chain(piece, file), delimiter=inspection.delimiter, strict=True)
    rows = []
    while piece.tell() < len(text):
        line = before + reader.line_num + 1
        try:
            fields = next(reader)
        except csv.Error as error:
            _explain(error, name, line, refuse)
            continue
        except UnicodeError:
            raise IntakeTrouble("NOT_UTF16", file=name) from None
        if len(fields) == width:
            rows.append((line, fields))
        elif fields:
            code = "FIELDS_MISSING" if len(fields) < width else "FIELDS_EXTRA"
            shown = inspection.delimiter.join(fields)
            refuse(
                Refusal(
                    file=name,
                    line=line,
                    column="",
                    value=shown,
                    code=code,
                    facts={"found": len(fields), "wanted": width},
                )
            )
    return rows, before + reader.line_num


def _explain(error: csv.Error, name: str, line: int, refuse: Refuse) -> None:
    text = str(error)
    if "field larger" in text:
        raise IntakeTrouble("FIELD_TOO_LONG", file=name, line=line, limit=f"{LONGEST_FIELD:,}") from None
    if "unexpected end" in text:
        raise IntakeTrouble("UNCLOSED_QUOTE", file=name, line=line) from None
    refuse(Refusal(file=name, line=line, column="", value="", code="BAD_QUOTES", facts={}))


_AROUND = ((SEPARATOR, ""), ("", SEPARATOR), ("", "\n"))
# The blanks that tools leave around a value; between the signs that stand around a field they are found all at once.
_BLANKS = {
    blank: tuple((before + blank + after, before + after) for before, after in _AROUND)
    for blank in (" ", "\t", "\u00a0")
}


def _trim(text: str) -> str:
    for blank, around in _BLANKS.items():
        # One sign is looked for much faster than two.
        if blank in text:
            for found, trimmed in around:
                while found in text:
                    text = text.replace(found, trimmed)
    return text


def _encode(rows: list[Row], columns: Sequence[int], inspection: Inspection, refuse: Refuse) -> bytes:
    text = "".join([f"{line}{SEPARATOR}{SEPARATOR.join(fields)}\n" for line, fields in rows])
    plain = (
        "\\" not in text and "\0" not in text and "\r" not in text
        and text.count("\n") == len(rows) and text.count(SEPARATOR) == len(rows) * len(columns)
    )  # fmt: skip
    if plain:
        try:
            return _trim(text).encode()
        except UnicodeEncodeError:
            pass
    return b"".join(_encode_row(row, inspection, refuse) for row in rows)


def _encode_row(row: Row, inspection: Inspection, refuse: Refuse) -> bytes:
    line, fields = row
    for code, wrong in (("NUL_BYTE", _has_nul), ("BAD_ENCODING", _has_bad_bytes)):
        place = next((index for index, field in enumerate(fields) if wrong(field)), None)
        if place is not None:
            shown = fields[place].replace("\0", "\\0").encode("utf-8", "replace").decode()
            refuse(
                Refusal(
                    file=inspection.source.name,
                    line=line,
                    column="",
                    value=shown,
                    code=code,
                    facts={"encoding": inspection.shown_encoding},
                )
            )
            return b""
    return f"{line}{SEPARATOR}{SEPARATOR.join(field.strip().translate(_ESCAPES) for field in fields)}\n".encode()


def _has_nul(field: str) -> bool:
    return "\0" in field


def _has_bad_bytes(field: str) -> bool:
    # A UTF-16 file has no surrogates to tell by; its reader puts the sign for "no character" there.
    return "\ufffd" in field or any("\ud800" <= letter <= "\udfff" for letter in field)
