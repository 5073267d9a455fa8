"""Refused rows: collected while reading and checking, told in a CSV beside the summary."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from customers.intake.trouble import refusal_sentence

LONGEST_SHOWN = 200
# A cell that begins with one of these would be a formula in a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
HEADER = ("file", "line", "column", "value", "code", "reason")


@dataclass(frozen=True)
class Refusal:
    """One refused row: where, what stood there, and why. `line` is the line of the file where the row begins."""

    file: str
    line: int
    column: str
    value: str
    code: str
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """Why, and the cure."""
        return refusal_sentence(self.code, self.facts)


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula, on one line and not endless."""
    text = " ".join(text.replace("\0", "").splitlines())[:LONGEST_SHOWN]
    return f"'{text}" if text.startswith(_FORMULA) else text


class Refusals:
    """Counts refusals and writes them down as they come; only the first few are kept in memory."""

    KEPT = 50

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.by_code: Counter[str] = Counter()
        self.first: list[Refusal] = []
        self._lines: dict[str, set[int]] = {}
        # With the mark of UTF-8, so that a spreadsheet reads it as such.
        self._file = path.open("w", encoding="utf-8-sig", newline="") if path is not None else None
        self._writer = csv.writer(self._file) if self._file is not None else None
        if self._writer is not None:
            self._writer.writerow(HEADER)

    def add(self, refusal: Refusal) -> None:
        """Take one down."""
        self.by_code[refusal.code] += 1
        self._lines.setdefault(refusal.file, set()).add(refusal.line)
        if len(self.first) < self.KEPT:
            self.first.append(refusal)
        if self._writer is not None:
            self._writer.writerow(
                [
                    safe_cell(refusal.file),
                    refusal.line,
                    safe_cell(refusal.column),
                    safe_cell(refusal.value),
                    refusal.code,
                    refusal.sentence,
                ]
            )

    def add_all(self, refusals: Iterable[Refusal]) -> None:
        """Take many down."""
        for refusal in refusals:
            self.add(refusal)

    @property
    def rows(self) -> int:
        """How many rows were refused; a row with two faults is one."""
        return sum(len(lines) for lines in self._lines.values())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            if self.path is not None and not self.by_code:
                self.path.unlink(missing_ok=True)
