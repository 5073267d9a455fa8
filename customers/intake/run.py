"""The workflow of an intake: look at the files, stage them, check every row, enter what stands; all or nothing."""

import contextlib
import datetime as dt
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psycopg
from django.db import DatabaseError, connection, transaction
from django.db.utils import InterfaceError, OperationalError

from customers import audit, names
from customers.acts import Act
from customers.intake import entering
from customers.intake.entering import Counts
from customers.intake.inspecting import Inspection, Source, inspect
from customers.intake.layout import Layout, match_files
from customers.intake.refusals import Refusal, Refusals
from customers.intake.specs import File, IntakeMapping
from customers.intake.staging import Connection, Staging, staging_connection
from customers.intake.translating import Base
from customers.intake.trouble import IntakeCancelled, IntakeTrouble
from customers.models import Company, IntakeRun

# Two intakes at a time would wait for each other's rows; the number is only "intake" to PostgreSQL.
_ONE_AT_A_TIME = 0x1A7A4E


@dataclass(frozen=True)
class Progress:
    """How far it is; `total` 0 is not known.

    `step` is LOOK, READ, CHECK, CUSTOMERS, LINES, COMPLAINTS, INTERACTIONS or FINISH.
    """

    step: str
    done: int
    total: int


OnProgress = Callable[[Progress], None]


@dataclass
class Summary:
    """What an intake did. Row counts are of files' rows; `counts` is by table."""

    files: list[dict[str, object]] = field(default_factory=list)
    rows: int = 0
    refused_rows: int = 0
    refusals: dict[str, int] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)
    unused: dict[str, list[str]] = field(default_factory=dict)
    as_of: str = ""
    products_added: int = 0
    seconds: float = 0.0
    dry_run: bool = False
    first_refusals: list[Refusal] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """For the run's row and the audit: counts only, no value of any row."""
        told = asdict(self)
        del told["first_refusals"]
        return told


def bring_in(
    *,
    files: Sequence[Source],
    mapping: IntakeMapping,
    strict: bool,
    by: int | None,
    role: str,
    now: dt.datetime,
    on_progress: OnProgress = lambda _progress: None,
    run_id: int | None = None,
    refusals_path: Path | None = None,
    dry_run: bool = False,
    on_connections: Callable[[Sequence[Connection]], None] = lambda _both: None,
) -> Summary:
    """Bring files in, in one transaction, with its audit event.

    Refused rows are written to `refusals_path`; with `strict` any of them refuses the whole. `on_connections` is
    handed both connections, so that another thread can stop their statements. Raises IntakeTrouble, and nothing
    was entered then.
    """
    started = time.monotonic()
    with _told_plainly():
        inspected = _inspect_all(files, mapping, on_progress)
        as_of = _as_of(mapping, inspected, now)
        with Refusals(refusals_path) as refusals, staging_connection() as first, transaction.atomic():
            connection.ensure_connection()
            on_connections([first, connection.connection])
            _take_turn()
            _make_room()
            _check_currency(mapping)
            intake = _Intake(mapping, inspected, first, as_of=as_of, on_progress=on_progress)
            intake.read(refusals)
            intake.check(refusals)
            if strict and refusals.rows:
                raise IntakeTrouble("STRICT", count=refusals.rows)
            if refusals.rows and not any(intake.left.values()):
                raise IntakeTrouble("NOTHING_LEFT")
            summary = Summary(as_of=as_of.isoformat(), dry_run=dry_run, unused=intake.layout.unused())
            intake.enter(summary)
            on_progress(Progress("FINISH", 0, 0))
            with connection.cursor() as cursor:
                # References are looked at now rather than at the commit, while trouble can still be told.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            summary.rows = intake.rows_read + intake.refused_while_reading
            summary.files = [
                {"name": seen.source.name, "bytes": seen.size, "sha256": seen.sha256} for _, seen in inspected
            ]
            summary.refused_rows, summary.refusals = refusals.rows, dict(refusals.by_code)
            summary.first_refusals = refusals.first
            summary.seconds = round(time.monotonic() - started, 1)
            _record(summary, mapping, run_id=run_id, by=by, role=role)
            if dry_run:
                transaction.set_rollback(True)
    summary.seconds = round(time.monotonic() - started, 1)
    return summary


@dataclass(frozen=True)
class Preview:
    """The first rows as the mapping understands them. A cell's trouble is found by its row and column's title."""

    tables: list["PreviewTable"]
    refusals: list[Refusal]
    unused: dict[str, list[str]]


@dataclass(frozen=True)
class PreviewTable:
    """The rows of one base file: the names of the mapping, and for each row its line, its values and its refusals."""

    file: str
    names: list[str]
    rows: list["PreviewRow"]


@dataclass(frozen=True)
class PreviewRow:
    """One row; `values` in the order of the table's names."""

    line: int
    values: list[str]
    refusals: list[Refusal]


def preview(*, files: Sequence[Source], mapping: IntakeMapping, now: dt.datetime, rows: int = 20) -> Preview:
    """Show the first rows of each base file as mapped, with what would be refused. Raises IntakeTrouble."""
    with _told_plainly():
        inspected = _inspect_all(files, mapping, lambda _progress: None)
        with Refusals() as refusals, staging_connection() as first:
            _check_currency(mapping)
            intake = _Intake(
                mapping, inspected, first, as_of=_as_of(mapping, inspected, now), on_progress=lambda _progress: None
            )
            intake.read(refusals, first_rows=rows)
            tables = intake.show(refusals)
            unused = intake.layout.unused()
    return Preview(tables=tables, refusals=refusals.first, unused=unused)


class _Intake:
    """One intake between its two connections."""

    def __init__(
        self,
        mapping: IntakeMapping,
        inspected: list[tuple[File, Inspection]],
        first: Connection,
        *,
        as_of: dt.date,
        on_progress: OnProgress,
    ) -> None:
        self.mapping = mapping
        self.layout = Layout(inspected)
        self.as_of = as_of
        self.on_progress = on_progress
        bases = [Base(mapping, self.layout, file.spec.name, as_of=as_of.isoformat()) for file in self.layout.bases()]
        # Customers first: what hangs on them needs their ids.
        self.bases = sorted((base for base in bases if base.makes_something), key=lambda base: base.customer is None)
        for base in self.bases:
            base.rows.file.has_key = base.customer is not None
        self.layout.resolve_joins()
        self.staging = Staging(first, self.layout, self.bases)
        self.rows_read = 0
        self.refused_while_reading = 0
        self.known = 0
        self.left: dict[str, int] = {}

    def read(self, refusals: Refusals, *, first_rows: int = 0) -> None:
        """Stage every file; for a preview the first rows of each base, and of joined files all."""
        self.staging.check_patterns(self.mapping)
        self.staging.make_tables()
        total = sum(file.inspection.lines for file in self.layout.files)
        before = 0

        def refuse(refusal: Refusal) -> None:
            refusals.add(refusal)
            self.refused_while_reading += 1

        for file in self.layout.files:
            rows = self.staging.fill(
                file, refuse=refuse, first_rows=0 if file.spec.joins else first_rows,
                on_lines=self._lines(before, total),
            )  # fmt: skip
            before += file.inspection.lines
            self.rows_read += rows

    def check(self, refusals: Refusals) -> None:
        """Work every row out, refuse what does not fit, and give new customers their ids."""
        self.on_progress(Progress("CHECK", 0, 0))
        refusals.add_all(self.staging.check_joins(unmatched=True))
        for base in self.bases:
            refusals.add_all(self.staging.work_out(base))
            self.left[base.name] = self.staging.clear(base)
            if base.customer:
                self.known = self.staging.known(base)

    def show(self, refusals: Refusals) -> list[PreviewTable]:
        """The staged rows as the mapping understands them, each with its refusals."""
        refusals.add_all(self.staging.check_joins(unmatched=False))
        tables = []
        for base in self.bases:
            refusals.add_all(self.staging.work_out(base))
            name = base.rows.file.inspection.source.name
            query = f"SELECT b.line, {', '.join(base.shown.values())} FROM {base.rows.table} AS b ORDER BY b.line"
            rows = [
                PreviewRow(
                    line=row[0],
                    values=["" if value is None else str(value) for value in row[1:]],
                    refusals=[one for one in refusals.first if one.file == name and one.line == row[0]],
                )
                for row in self.staging.connection.execute(query)
            ]
            tables.append(PreviewTable(file=name, names=list(base.shown), rows=rows))
            self.staging.clear(base)
        return tables

    def enter(self, summary: Summary) -> None:
        """Write everything, customers first."""
        first = self.staging.connection
        named = [
            (str(code), str(kind), str(name))
            for base in self.bases if base.lines
            for query in base.lines.new_products()
            for code, kind, name in first.execute(query)
        ]  # fmt: skip
        ids, summary.products_added = entering.add_products(
            dict(self.mapping.products), named, currency=self.mapping.currency
        )
        for base in self.bases:
            self._enter_base(base, dict(ids), summary.counts)

    def _enter_base(self, base: Base, ids: dict[str, int], counts: dict[str, Counts]) -> None:
        first = self.staging.connection
        may_be_known = self.known > 0 or base.customer is None
        if base.customer:
            done = entering.enter(
                first,
                base.customers(),
                may_be_known=may_be_known,
                on_rows=self._rows("CUSTOMERS", self.left[base.name]),
            )
            _add(counts, "customers", done)
            if base.family_name and done.inserted + done.changed:
                names.remember_names([row[0] for row in first.execute(base.family_names()) if row[0]])
        if base.lines:
            done = entering.enter(
                first, base.lines.target(ids), may_be_known=may_be_known, on_rows=self._rows("LINES", 0)
            )
            ended = base.lines.ended() if self.known else None
            done.ended = entering.end_lines(first, ended, on=self.as_of.isoformat()) if ended else 0
            _add(counts, "lines", done)
        for target in base.complaints():
            _add(
                counts,
                "complaints",
                entering.enter(first, target, may_be_known=True, on_rows=self._rows("COMPLAINTS", 0)),
            )
        for target in base.interactions():
            _add(
                counts,
                "interactions",
                entering.enter(first, target, may_be_known=True, on_rows=self._rows("INTERACTIONS", 0)),
            )

    def _lines(self, before: int, total: int) -> Callable[[int], None]:
        return lambda line: self.on_progress(Progress("READ", before + line, total))

    def _rows(self, step: str, total: int) -> Callable[[int], None]:
        self.on_progress(Progress(step, 0, total))
        return lambda done: self.on_progress(Progress(step, done, total))


def _add(counts: dict[str, Counts], name: str, more: Counts) -> None:
    have = counts.setdefault(name, Counts())
    have.inserted += more.inserted
    have.changed += more.changed
    have.unchanged += more.unchanged
    have.ended += more.ended


def _inspect_all(
    files: Sequence[Source], mapping: IntakeMapping, on_progress: OnProgress
) -> list[tuple[File, Inspection]]:
    matched = match_files(files, mapping)
    on_progress(Progress("LOOK", 0, 0))
    return [(spec, inspect(source, encoding=spec.encoding, delimiter=spec.delimiter)) for spec, source in matched]


def _as_of(mapping: IntakeMapping, inspected: list[tuple[File, Inspection]], now: dt.datetime) -> dt.date:
    """The day that "months ago" counts from: the mapping's, else today; but the same files with the same mapping keep
    the day on which they first came in, so that bringing them in once more changes nothing.
    """
    if mapping.as_of:
        return mapping.as_of
    hashes = sorted(seen.sha256 for _, seen in inspected)
    before = (
        IntakeRun.objects.filter(state="DONE", mapping=mapping.text).order_by("id").values_list("summary", flat=True)
    )
    for summary in before:
        if sorted(str(one.get("sha256")) for one in summary.get("files", [])) == hashes and not summary.get("dry_run"):
            return dt.date.fromisoformat(summary["as_of"])
    return now.date()


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            raise IntakeTrouble("BUSY")


def _make_room() -> None:
    """Memory for what the writing connection looks at all at once: new lines, and rows that differ."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")


def _check_currency(mapping: IntakeMapping) -> None:
    company = Company.objects.values_list("currency", flat=True).first()
    if company and mapping.currency and company != mapping.currency:
        raise IntakeTrouble("WRONG_CURRENCY", currency=mapping.currency, company=company)


def _record(summary: Summary, mapping: IntakeMapping, *, run_id: int | None, by: int | None, role: str) -> None:
    """The audit event, in the same transaction; it holds counts and no value of any row."""
    audit.append(
        by=by, role=role, act=Act.INTAKE, object_kind="intake_run", object_id=run_id,
        after=json.loads(json.dumps({"mapping": mapping.title, **summary.as_json(), "unused": None})),
    )  # fmt: skip


@contextlib.contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what the database and the disk say into trouble with a sentence."""
    try:
        yield
    except (DatabaseError, psycopg.Error) as error:
        cause = error if isinstance(error, psycopg.Error) else error.__cause__
        raise _trouble(cause, error) from error
    except InterfaceError as error:
        raise IntakeTrouble("NO_DATABASE") from error
    except OSError as error:
        code = "NO_SPACE" if error.errno == 28 else "UNREADABLE"
        raise IntakeTrouble(code, file=error.filename or "", why=error.strerror or "") from error


def _trouble(cause: BaseException | None, error: Exception) -> IntakeTrouble:
    match cause:
        case psycopg.errors.QueryCanceled() if "statement timeout" in str(cause):
            return IntakeTrouble("TOO_SLOW")
        case psycopg.errors.QueryCanceled():
            return IntakeCancelled()
        case psycopg.errors.UniqueViolation():
            return IntakeTrouble("CLASH")
        case psycopg.errors.LockNotAvailable() | psycopg.errors.DeadlockDetected():
            return IntakeTrouble("LOCKED")
        case psycopg.errors.DiskFull():
            return IntakeTrouble("NO_SPACE")
        case psycopg.OperationalError() | None if isinstance(error, OperationalError | psycopg.OperationalError):
            return IntakeTrouble("NO_DATABASE")
        case psycopg.Error():
            why = cause.diag.message_primary if isinstance(cause, psycopg.Error) else ""
            return IntakeTrouble("DATABASE_REFUSED", why=(why or "").replace("\n", " ")[:200])
    return IntakeTrouble("FAILED")
