"""The rows of a file as COPY takes them: the quick way and the careful one read the same, wherever a piece ends."""

from pathlib import Path

import pytest

from customers.intake import reading
from customers.intake.inspecting import inspect
from customers.intake.reading import SEPARATOR, blocks
from customers.intake.refusals import Refusal
from tests.customers.intake.desk import write

PLAIN = "id,a,b,c\n1, x ,y\t,z\n2,,\u00a0é,\n3,one two,3,4\n"
WILD = (
    'id,a,b,c\r\n1,"x, y",b,c\r\n\r\n2,"two\r\nlines",b,c\r\n3,back\\slash,b,c\r\n4,only three,c\r\n'
    '5,said "so",b,c\r\n6,a\x1fb,b,c\r\n7,"x"y,b,c\r\n8,last,b,c'
)
LONG = "id,a,b,c\n" + "".join(f"{n},{'x' * (n % 7)},b{n},{n * n}\n" for n in range(500))


def read(folder: Path, text: str, columns: list[int], *, first_rows: int = 0) -> tuple[list[list[str]], list[Refusal]]:
    """The rows as COPY reads them back, the line first, and the refusals."""
    source = write(folder, "rows.csv", text.encode())
    refused: list[Refusal] = []
    found = b"".join(
        block for block, _ in blocks(inspect(source), columns, refuse=refused.append, first_rows=first_rows)
    )
    return [row.split(SEPARATOR) for row in found.decode().splitlines()], refused


def test_fields_are_trimmed_and_told_with_their_line(tmp_path: Path) -> None:
    rows, refused = read(tmp_path, PLAIN, [0, 1, 2, 3])

    assert rows == [["2", "1", "x", "y", "z"], ["3", "2", "", "é", ""], ["4", "3", "one two", "3", "4"]]
    assert refused == []


@pytest.mark.parametrize("columns", [[0], [3], [0, 3], [1, 2], [0, 2, 3], [1, 2, 3], [0, 1, 2, 3]])
def test_only_the_wanted_fields_are_kept(tmp_path: Path, columns: list[int]) -> None:
    every, _ = read(tmp_path, PLAIN, [0, 1, 2, 3])

    rows, _ = read(tmp_path, PLAIN, columns)

    assert rows == [[row[0], *(row[column + 1] for column in columns)] for row in every]


def test_quotes_blank_lines_and_odd_signs_are_read_with_care(tmp_path: Path) -> None:
    rows, refused = read(tmp_path, WILD, [0, 1])

    assert [row[:2] for row in rows] == [["2", "1"], ["4", "2"], ["6", "3"], ["8", "5"], ["9", "6"], ["11", "8"]]
    assert [row[2] for row in rows[:4]] == ["x, y", r"two\r\nlines", r"back\\slash", 'said "so"']
    assert [(one.line, one.code) for one in refused] == [(7, "FIELDS_MISSING"), (10, "BAD_QUOTES")]


@pytest.mark.parametrize("text", [PLAIN, WILD, LONG])
@pytest.mark.parametrize("size", [1, 7, 40, 1000])
def test_it_does_not_matter_where_a_piece_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, size: int
) -> None:
    whole = read(tmp_path, text, [0, 1, 3])
    monkeypatch.setattr(reading, "PIECE", size)

    rows, refused = read(tmp_path, text, [0, 1, 3])

    assert rows == whole[0]
    assert sorted(refused, key=lambda one: one.line) == sorted(whole[1], key=lambda one: one.line)


def test_preview_reads_no_further_than_it_shows(tmp_path: Path) -> None:
    rows, refused = read(tmp_path, WILD, [0], first_rows=3)

    assert [row[1] for row in rows] == ["1", "2", "3"]
    assert refused == []
