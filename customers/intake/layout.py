"""Which file is which of the mapping's, and where each of its columns stands."""

import difflib
import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, field

from customers.intake.inspecting import Inspection, Source
from customers.intake.specs import Column, File, IntakeMapping
from customers.intake.trouble import IntakeTrouble
from customers.intake.values import Cell, without_blanks

MOST_FILES = 20


@dataclass
class StagedFile:
    """A file with its place in the mapping; `used` collects the columns that are read, by index."""

    number: int
    spec: File
    inspection: Inspection
    used: dict[int, str] = field(default_factory=dict)
    key: int | None = None
    """The column that joins it to its base."""
    has_key: bool = False
    """Has a column `k` with the key that customers are looked up by."""

    @property
    def table(self) -> str:
        """Its temporary table."""
        return f"intake_{self.number}"


def match_files(sources: Sequence[Source], mapping: IntakeMapping) -> list[tuple[File, Source]]:
    """Which file of the mapping each source is: by its name's pattern, then by order. Raises IntakeTrouble."""
    if not sources:
        raise IntakeTrouble("NO_FILE")
    if len(sources) > MOST_FILES:
        raise IntakeTrouble("TOO_MANY_FILES", count=len(sources), limit=MOST_FILES)
    left = list(sources)
    chosen: dict[str, Source] = {}
    for spec in mapping.files:
        if spec.match:
            fits = [one for one in left if fnmatch.fnmatchcase(one.name.casefold(), spec.match.casefold())]
            if fits:
                chosen[spec.name] = fits[0]
                left.remove(fits[0])
    open_specs = [spec for spec in mapping.files if spec.name not in chosen]
    lonely = len(mapping.files) == 1 and len(left) == 1
    for spec in open_specs:
        # A single file may have any name: there is nothing to mix it up with.
        if left and (not spec.match or lonely):
            chosen[spec.name] = left.pop(0)
    for spec in mapping.files:
        if spec.name not in chosen and not spec.ignore:
            raise IntakeTrouble("FILE_MISSING", pattern=spec.match or "*", name=spec.name)
    if left:
        raise IntakeTrouble("FILE_NOT_MAPPED", file=left[0].name)
    return [(spec, chosen[spec.name]) for spec in mapping.files if spec.name in chosen and not spec.ignore]


class Layout:
    """All files of one intake. Asking for a column marks it as used, so that only those are staged."""

    def __init__(self, files: Sequence[tuple[File, Inspection]]) -> None:
        self.files = [StagedFile(number, spec, seen) for number, (spec, seen) in enumerate(files)]
        self.by_name = {file.spec.name: file for file in self.files}

    def bases(self) -> list[StagedFile]:
        """The files whose rows make something."""
        return [file for file in self.files if not file.spec.joins]

    def joined_to(self, base: str) -> list[StagedFile]:
        """The files that hang on a base, directly or over another, in the mapping's order."""
        names, found = {base}, []
        for file in self.files:
            if file.spec.joins in names:
                names.add(file.spec.name)
                found.append(file)
        return found

    def find(self, column: Column, base: str) -> Cell | None:
        """Where a column stands for the rows of a base; None if it is optional and missing."""
        base_file = self.by_name[base]
        reach = [base_file, *self.joined_to(base)]
        if column.file:
            file = self.by_name.get(column.file)
            if file is None or file not in reach:
                raise IntakeTrouble("COLUMN_ELSEWHERE", column=_name(column), name=column.file, base=base)
            index = self._index(file, column)
            return self._missing(column, file) if index is None else self._cell(file, index)
        here = self._index(base_file, column)
        if here is not None:
            return self._cell(base_file, here)
        if column.position:
            return self._missing(column, base_file)
        found = [(file, index) for file in reach[1:] if (index := self._index(file, column)) is not None]
        if len(found) > 1:
            names = ", ".join(file.inspection.source.name for file, _ in found)
            raise IntakeTrouble("COLUMN_IN_TWO_FILES", column=column.title, files=names)
        if found:
            return self._cell(*found[0])
        if not column.optional:
            for file in self.files:
                if file not in reach and self._index(file, column) is not None:
                    raise IntakeTrouble("COLUMN_ELSEWHERE", column=column.title, name=file.spec.name, base=base)
        return self._missing(column, base_file)

    def key_of(self, file: StagedFile) -> str:
        """The SQL of a joined file's own key, without an alias."""
        assert file.spec.key is not None
        index = self._index(file, file.spec.key)
        if index is None:
            self._missing(Column(title=file.spec.key.title, position=file.spec.key.position), file)
            raise AssertionError
        file.key = index
        file.used[index] = file.inspection.header[index].strip() or f"({index + 1})"
        return f"upper({without_blanks(f'c{index}', ())})"

    def texts_sql(self, base: str, only: str = "") -> str:
        """The rows of a base with everything that hangs on it, as trimmed texts: a column `t<file>_<n>` for each."""
        reach = [self.by_name[base], *self.joined_to(base)]
        joins, lines = f"FROM {reach[0].table}", []
        for file in reach:
            lines.append(f"{file.table}.line AS {_line(file)}")
            if file.spec.joins:
                joins += f" LEFT JOIN {file.table} ON {file.table}.k = {self.target_key(file)}"
        texts = [
            f"{without_blanks(f'{file.table}.c{index}', file.spec.blank)} AS t{file.number}_{index}"
            for file in reach
            for index in sorted(file.used)
        ]
        key = [f"{reach[0].table}.k"] if reach[0].has_key else []
        if only:
            joins += f" WHERE {reach[0].table}.line IN ({only})"
        # OFFSET keeps the planner from working every text out again wherever it is used.
        return f"SELECT {', '.join([*lines, *key, *texts])} {joins} OFFSET 0"

    def target_key(self, file: StagedFile) -> str:
        """The SQL of what a joined file's key must be equal to, over the table of the file that it hangs on."""
        assert file.spec.to is not None
        return f"upper({self._raw(file.spec.to, file.spec.to.file or file.spec.joins)})"

    def resolve_joins(self) -> None:
        """Find the columns that files are joined on, so that they are staged, too."""
        for file in self.files:
            if file.spec.joins:
                self.key_of(file)
                self.target_key(file)

    def _raw(self, column: Column, name: str) -> str:
        file = self.by_name[name]
        index = self._index(file, column)
        if index is None:
            self._missing(Column(title=column.title, position=column.position), file)
            raise AssertionError
        file.used[index] = file.inspection.header[index].strip() or f"({index + 1})"
        return without_blanks(f"{file.table}.c{index}", ())

    def unused(self) -> dict[str, list[str]]:
        """The columns that the mapping does not read, by file."""
        found = {}
        for file in self.files:
            titles = [
                title.strip() or f"({n})" for n, title in enumerate(file.inspection.header, 1) if n - 1 not in file.used
            ]
            if titles:
                found[file.inspection.source.name] = titles
        return found

    @staticmethod
    def _cell(file: StagedFile, index: int) -> Cell:
        title = file.inspection.header[index].strip() or f"({index + 1})"
        file.used[index] = title
        return Cell(sql=f"t{file.number}_{index}", line=_line(file), file=file.number, title=title)

    @staticmethod
    def _index(file: StagedFile, column: Column) -> int | None:
        header = file.inspection.header
        if column.position:
            return column.position - 1 if column.position <= len(header) else None
        exact = [index for index, title in enumerate(header) if title == column.title]
        loose = exact or [index for index, title in enumerate(header) if _loose(title) == _loose(column.title)]
        if len(loose) > 1:
            raise IntakeTrouble("COLUMN_TWICE", file=file.inspection.source.name, column=column.title)
        return loose[0] if loose else None

    @staticmethod
    def _missing(column: Column, file: StagedFile) -> None:
        if column.optional:
            return
        name, header = file.inspection.source.name, file.inspection.header
        if column.position:
            raise IntakeTrouble("POSITION_MISSING", file=name, position=column.position, count=len(header))
        titles = {_loose(title): title.strip() for title in header}
        near = difflib.get_close_matches(_loose(column.title), titles, n=1)
        if near:
            raise IntakeTrouble("COLUMN_MISSING_NEAR", file=name, column=column.title, near=titles[near[0]])
        shown = ", ".join(title.strip()[:40] for title in header[:12]) + (" …" if len(header) > 12 else "")
        raise IntakeTrouble("COLUMN_MISSING", file=name, column=column.title, columns=shown)


def _line(file: StagedFile) -> str:
    return f"l{file.number}" if file.spec.joins else "line"


def _loose(title: str) -> str:
    return " ".join(title.replace("\u00a0", " ").split()).casefold()


def _name(column: Column) -> str:
    return column.title or f"({column.position})"
