"""What the administrator's page does with runs: take files, show them, start, stop, and forget them in time."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import transaction

from customers.choices import IntakeState
from customers.intake import files, runs
from customers.intake.inspecting import Source, told_size
from customers.intake.layout import MOST_FILES
from customers.intake.mapping import read_mapping
from customers.intake.run import Preview, preview
from customers.intake.trouble import IntakeTrouble, trouble_sentence
from customers.models import IntakeRun
from customers.refusals import NotYours

LARGEST_UPLOAD = 1024**3
"""Bytes of one upload with all its files; larger ones come in by the command."""

_STARTABLE = (IntakeState.UPLOADED, IntakeState.PREVIEWED, IntakeState.REFUSED, IntakeState.FAILED)
_NEVER_TAKEN = dt.timedelta(seconds=20)


class Upload(Protocol):
    """One uploaded file, as Django hands it over."""

    name: str | None

    def chunks(self) -> Iterable[bytes]:
        """The file in pieces."""


@dataclass(frozen=True)
class KnownMapping:
    """A mapping that need not be uploaded: a shipped example, or one that was used before. `key` names it in a form."""

    key: str
    title: str
    is_example: bool


@dataclass(frozen=True)
class SeenRun:
    """A run as a page shows it. `trouble` is a sentence, blank when all is well."""

    row: IntakeRun
    trouble: str
    percent: int | None
    is_over: bool
    is_waiting: bool
    """Started, and no worker has taken it yet."""
    is_forgotten: bool
    """Started long enough ago for a worker to have taken it."""
    is_stopping: bool
    can_start: bool
    has_refusals: bool
    refused_rows: int | None
    counts: list[tuple[str, dict[str, int]]]
    """What became of the rows, by table, customers first."""
    command: str


def known_mappings() -> list[KnownMapping]:
    """The shipped examples, and the mappings of earlier runs that succeeded, latest first."""
    found = [
        KnownMapping(
            key=f"example:{path.stem}",
            title=read_mapping(text=path.read_text("utf-8"), file_name=path.name).title,
            is_example=True,
        )
        for path in sorted(_examples())
    ]
    texts = {path.read_text("utf-8") for path in _examples()}
    earlier = (
        IntakeRun.objects.filter(state=IntakeState.DONE).order_by("-id").values_list("id", "mapping_name", "mapping")
    )
    for run_id, name, text in earlier[:50]:
        if text not in texts:
            texts.add(text)
            found.append(KnownMapping(key=f"run:{run_id}", title=name, is_example=False))
    return found


def mapping_of(key: str) -> tuple[str, str]:
    """The name and text of a known mapping. Raises NotYours."""
    kind, _, name = key.partition(":")
    if kind == "example":
        for path in _examples():
            if path.stem == name:
                return path.name, path.read_text("utf-8")
    if kind == "run" and name.isdigit():
        row = IntakeRun.objects.filter(id=int(name)).values_list("mapping_name", "mapping").first()
        if row:
            return row[0], row[1]
    raise NotYours(mapping=key)


def take(*, uploads: Sequence[Upload], mapping_name: str, mapping: str, strict: bool, by: int) -> int:
    """Keep uploaded files with their mapping as a new run; answers its id. Raises IntakeTrouble, keeping nothing."""
    read = read_mapping(text=mapping, file_name=mapping_name)
    if not uploads:
        raise IntakeTrouble("NO_FILE")
    if len(uploads) > MOST_FILES:
        raise IntakeTrouble("TOO_MANY_FILES", count=len(uploads), limit=MOST_FILES)
    made = IntakeRun.objects.create(
        mapping_name=(read.title or mapping_name)[:120], mapping=mapping, strict=strict, created_by_id=by
    )
    try:
        kept = [files.keep_upload(run_id=made.id, name=one.name or "file.csv", chunks=one.chunks()) for one in uploads]
    except OSError as error:
        _drop(made)
        raise IntakeTrouble(
            "NO_SPACE" if error.errno == 28 else "UNREADABLE", file="", why=error.strerror or ""
        ) from error
    except IntakeTrouble:
        _drop(made)
        raise
    IntakeRun.objects.filter(id=made.id).update(files=kept)
    return int(made.id)


def show(*, run_id: int, now: dt.datetime) -> Preview:
    """The first rows of a run as its mapping understands them. Raises IntakeTrouble and NotYours."""
    row = _access(run_id)
    folder = files.folder_of(run_id)
    sources = [Source(name=str(one["name"]), path=folder / str(one.get("path", ""))) for one in row.files]
    if row.state == IntakeState.DONE or not all(source.path.is_file() for source in sources):
        raise IntakeTrouble("GONE")
    return preview(files=sources, mapping=read_mapping(text=row.mapping, file_name=row.mapping_name), now=now)


def start(*, run_id: int, ring: Callable[[int], object]) -> bool:
    """Have a run brought in by whoever answers the bell; answers whether it was started by this call.

    Raises NotYours. A bell that cannot be rung puts the run back, with the command to use instead in its trouble.
    """
    _access(run_id)
    with transaction.atomic():
        # The first of two clicks finds it startable; the second finds it running.
        started = IntakeRun.objects.filter(id=run_id, state__in=_STARTABLE).exclude(files=[]).update(
            state=IntakeState.RUNNING, started_at=None, finished_at=None, trouble={}, step="", rows_read=0,
            rows_total=None,
        )  # fmt: skip
    if not started:
        return False
    try:
        ring(run_id)
    except Exception:  # noqa: BLE001 (whatever the broker's client raises, the run must not hang)
        IntakeRun.objects.filter(id=run_id, state=IntakeState.RUNNING, started_at=None).update(
            state=IntakeState.PREVIEWED, trouble={"code": "NO_WORKER", "facts": {"command": _command(run_id)}}
        )
        return False
    return True


def ask_to_stop(*, run_id: int) -> None:
    """Have a running run taken back; one that nobody has taken yet is stopped at once. Raises NotYours."""
    _access(run_id)
    running = IntakeRun.objects.filter(id=run_id, state=IntakeState.RUNNING)
    if not running.filter(started_at=None).update(state=IntakeState.FAILED, trouble={"code": "CANCELLED", "facts": {}}):
        running.update(trouble={"code": runs.STOP})


def see(*, run_id: int, now: dt.datetime) -> SeenRun:
    """A run as its page shows it. Raises NotYours."""
    return _seen(_access(run_id), now)


def latest(*, now: dt.datetime, limit: int = 30) -> list[SeenRun]:
    """The latest runs, newest first."""
    return [_seen(row, now) for row in IntakeRun.objects.select_related("created_by").order_by("-id")[:limit]]


def refusals_file(*, run_id: int) -> Path:
    """The refused rows of an uploaded run. Raises NotYours."""
    _access(run_id)
    path = files.folder_of(run_id) / files.REFUSALS
    if not path.is_file():
        raise NotYours(run=run_id)
    return path


def forget_old(*, now: dt.datetime) -> int:
    """Delete the files of runs whose time is over, by the rule in `files`; answers how many folders went."""
    gone = 0
    for row in IntakeRun.objects.exclude(state=IntakeState.RUNNING).filter(created_at__lt=now - files.KEPT_UPLOADS):
        if files.folder_of(row.id).is_dir():
            files.forget_uploads(row.id)
            if row.created_at < now - files.KEPT_REFUSALS:
                files.forget_all(row.id)
                gone += 1
    return gone


def _access(run_id: int) -> IntakeRun:
    row = IntakeRun.objects.select_related("created_by").filter(id=run_id).first()
    if row is None:
        raise NotYours(run=run_id)
    return row


def _seen(row: IntakeRun, now: dt.datetime) -> SeenRun:
    code = str(row.trouble.get("code", ""))
    is_running = row.state == IntakeState.RUNNING
    waiting = is_running and row.started_at is None
    total = row.rows_total or 0
    counts = row.summary.get("counts", {})
    return SeenRun(
        row=row,
        trouble=trouble_sentence(code, row.trouble.get("facts", {})) if code and code != runs.STOP else "",
        percent=min(100, row.rows_read * 100 // total) if total and row.rows_read else None,
        is_over=not is_running,
        is_waiting=waiting,
        is_forgotten=waiting and row.created_at < now - _NEVER_TAKEN,
        is_stopping=is_running and code == runs.STOP,
        can_start=row.state in _STARTABLE and bool(row.files) and "path" in row.files[0],
        has_refusals=(files.folder_of(row.id) / files.REFUSALS).is_file(),
        refused_rows=row.summary.get("refused_rows"),
        counts=[
            (name, counts[name]) for name in ("customers", "lines", "complaints", "interactions") if name in counts
        ],
        command=_command(row.id),
    )


def _command(run_id: int) -> str:
    return f"python3 manage.py intake --run {run_id}"


def _drop(row: IntakeRun) -> None:
    files.forget_all(row.id)
    IntakeRun.objects.filter(id=row.id).update(
        state=IntakeState.FAILED, files=[], trouble={"code": "NO_SPACE", "facts": {}}
    )


def _examples() -> list[Path]:
    return sorted((Path(settings.BASE_DIR) / "docs" / "examples" / "intake").glob("*.toml"))


def too_large(size: int) -> IntakeTrouble:
    """The trouble with an upload of so many bytes."""
    return IntakeTrouble("UPLOAD_TOO_BIG", size=told_size(size), limit=told_size(LARGEST_UPLOAD))
