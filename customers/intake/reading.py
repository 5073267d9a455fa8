"""The rows of a file as the text that COPY takes, with flat memory; rows that are no rows are refused by the way.

Fields arrive trimmed, and what is empty then is NULL. Rows go in blocks. A block without anything special is joined and
sent as it is; only one that holds a backslash, a zero byte or a byte of another encoding is looked at row by row.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from customers.intake.inspecting import Inspection, open_text
from customers.intake.refusals import Refusal
from customers.intake.trouble import IntakeTrouble

BLOCK = 2000
SEPARATOR = "\x1f"
"""Between fields in COPY's text; a unit separator hardly ever stands in data, and is escaped where it does."""
_ESCAPES = str.maketrans({"\\": "\\\\", SEPARATOR: "\\\x1f", "\n": "\\n", "\r": "\\r"})
LONGEST_FIELD = 131_072

Row = tuple[int, tuple[str, ...]]


def blocks(
    inspection: Inspection, columns: Sequence[int], *, refuse: Callable[[Refusal], None], first_rows: int = 0
) -> Iterator[tuple[bytes, int]]:
    """Yield COPY text of whole rows and how many lines of the file are behind it.

    Each row is its line number and the fields of `columns`. `first_rows` stops after so many, for a preview.
    """
    pick = _picker(columns)
    rows: list[Row] = []
    line = 0
    for line, fields in _records(inspection, refuse):
        rows.append((line, pick(fields)))
        if len(rows) == first_rows:
            break
        if len(rows) >= BLOCK:
            yield _encode(rows, columns, inspection, refuse), line
            rows = []
    if rows:
        yield _encode(rows, columns, inspection, refuse), line


def _picker(columns: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    if len(columns) == 1:
        only = columns[0]
        return lambda fields: (fields[only],)
    if not columns:
        return lambda _fields: ()
    return itemgetter(*columns)


def _records(inspection: Inspection, refuse: Callable[[Refusal], None]) -> Iterator[tuple[int, list[str]]]:
    """The rows after the header with the line each begins on. A row with a wrong number of fields is refused."""
    name, width = inspection.source.name, len(inspection.header)
    with open_text(inspection.source, inspection.encoding) as file:
        reader = csv.reader(file, delimiter=inspection.delimiter, strict=True)
        next(reader)
        while True:
            line = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                _explain(error, name, line, refuse)
                continue
            except UnicodeError:
                raise IntakeTrouble("NOT_UTF16", file=name) from None
            if len(fields) == width:
                yield line, fields
            elif fields:
                code = "FIELDS_MISSING" if len(fields) < width else "FIELDS_EXTRA"
                text = inspection.delimiter.join(fields)
                refuse(
                    Refusal(
                        file=name,
                        line=line,
                        column="",
                        value=text,
                        code=code,
                        facts={"found": len(fields), "wanted": width},
                    )
                )


def _explain(error: csv.Error, name: str, line: int, refuse: Callable[[Refusal], None]) -> None:
    text = str(error)
    if "field larger" in text:
        raise IntakeTrouble("FIELD_TOO_LONG", file=name, line=line, limit=f"{LONGEST_FIELD:,}") from None
    if "unexpected end" in text:
        raise IntakeTrouble("UNCLOSED_QUOTE", file=name, line=line) from None
    refuse(Refusal(file=name, line=line, column="", value="", code="BAD_QUOTES", facts={}))


# The blanks that tools leave around a value; between the signs that stand around a field they are found all at once.
_BLANKS = tuple(
    (before + blank + after, before + after)
    for blank in (" ", "\t", "\u00a0")
    for before, after in ((SEPARATOR, ""), ("", SEPARATOR), ("", "\n"))
)


def _trim(text: str) -> str:
    for found, trimmed in _BLANKS:
        while found in text:
            text = text.replace(found, trimmed)
    return text


def _encode(
    rows: list[Row], columns: Sequence[int], inspection: Inspection, refuse: Callable[[Refusal], None]
) -> bytes:
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


def _encode_row(row: Row, inspection: Inspection, refuse: Callable[[Refusal], None]) -> bytes:
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
