"""The life of a run: made, started, claimed by one worker only, brought in, ended; whatever happens, told in its row.

A run is claimed by an advisory lock that lives and dies with the worker's transaction, so a worker that was killed
leaves nothing to clean up: whoever asks next gets the lock and starts over. The data, the audit event and the row's
DONE commit together.
"""

import datetime as dt
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import psycopg
import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, connection, transaction
from psycopg.types.json import Jsonb

from customers.choices import IntakeState
from customers.intake import files, run
from customers.intake.inspecting import Source
from customers.intake.mapping import read_mapping
from customers.intake.run import OnProgress, Progress, Summary
from customers.intake.specs import IntakeMapping
from customers.intake.trouble import IntakeCancelled, IntakeTrouble
from customers.models import IntakeRun

log = structlog.get_logger(__name__)

_CLAIM = 0x1A7A4F
_EVERY = 1.0
LONGEST_RUN = 25 * 60
"""Seconds; threads of a worker know no time limit of their own, so the run brings its own."""


def bring_in_files(
    *, sources: Sequence[Source], mapping: IntakeMapping, strict: bool, dry_run: bool, refusals_path: Path,
    now: dt.datetime, on_progress: OnProgress,
) -> Summary:  # fmt: skip
    """Bring files in from the command line, with a row of their own. Raises IntakeTrouble."""
    if dry_run:
        return run.bring_in(
            files=sources, mapping=mapping, strict=strict, by=None, role="", now=now, on_progress=on_progress,
            refusals_path=refusals_path, dry_run=True,
        )  # fmt: skip
    made = IntakeRun.objects.create(
        state=IntakeState.RUNNING, mapping_name=mapping.title[:120], mapping=mapping.text, strict=strict,
        started_at=now,
        files=[{"name": one.name} for one in sources],
    )  # fmt: skip
    try:
        return _bring_in(made, sources, mapping, refusals_path, now, on_progress, role="")
    except IntakeTrouble as trouble:
        _tell_trouble(made.id, trouble)
        raise
    except KeyboardInterrupt:
        _tell_trouble(made.id, IntakeCancelled())
        raise
    except Exception as error:
        # Whoever stands at the terminal gets a sentence; the trace is for whoever asks for it.
        log.error("intake broke off", run=made.id, error=repr(error))
        log.debug("intake broke off", exc_info=True)
        _tell_trouble(made.id, IntakeTrouble("FAILED"))
        raise IntakeTrouble("FAILED") from error


def bring_in_run(
    *, run_id: int, now: dt.datetime, on_progress: OnProgress | None = None
) -> tuple[Summary | None, Path | None]:
    """Bring an uploaded run in, unless somebody else is at it or it is done: then the summary is None.

    Trouble is told in the run's row and raised.
    """
    try:
        return _claimed(run_id, now, on_progress)
    except IntakeTrouble as trouble:
        _tell_trouble(run_id, trouble)
        raise
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        log.exception("intake broke off", run=run_id)
        _tell_trouble(run_id, IntakeTrouble("FAILED"))
        raise IntakeTrouble("FAILED") from None


def _claimed(run_id: int, now: dt.datetime, on_progress: OnProgress | None) -> tuple[Summary | None, Path | None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_CLAIM, run_id])
            if not cursor.fetchone()[0]:
                return None, None
        made = IntakeRun.objects.filter(id=run_id).first()
        if made is None or made.state not in (IntakeState.RUNNING, IntakeState.UPLOADED, IntakeState.PREVIEWED):
            return None, None
        folder = files.folder_of(run_id)
        sources = [Source(name=str(one["name"]), path=folder / str(one["path"])) for one in made.files]
        if not all(source.path.exists() for source in sources):
            raise IntakeTrouble("GONE")
        mapping = read_mapping(text=made.mapping, file_name=made.mapping_name)
        refusals_path = folder / files.REFUSALS
        with _Beside(run_id) as beside:
            beside.note(state=IntakeState.RUNNING, started_at=now, trouble={}, rows_total=None, rows_read=0)

            def both(progress: Progress) -> None:
                beside.progress(progress)
                if on_progress:
                    on_progress(progress)

            try:
                summary = _bring_in(
                    made, sources, mapping, refusals_path, now, both, role="ADMINISTRATOR", beside=beside
                )
            except IntakeCancelled:
                raise beside.why or IntakeCancelled() from None
    files.forget_uploads(run_id)
    return summary, refusals_path if summary.refused_rows else None


def _bring_in(
    made: IntakeRun, sources: Sequence[Source], mapping: IntakeMapping, refusals_path: Path, now: dt.datetime,
    on_progress: OnProgress, *, role: str, beside: "_Beside | None" = None,
) -> Summary:  # fmt: skip
    with transaction.atomic():
        summary = run.bring_in(
            files=sources, mapping=mapping, strict=made.strict, by=made.created_by_id, role=role, now=now,
            on_progress=on_progress, run_id=made.id, refusals_path=refusals_path,
            on_connections=beside.watch if beside else lambda _both: None,
        )  # fmt: skip
        if beside:
            beside.stop()
        IntakeRun.objects.filter(id=made.id).update(
            state=IntakeState.DONE, summary=summary.as_json(), rows_read=summary.rows, rows_total=summary.rows, step="",
            refusals_path=str(refusals_path) if summary.refused_rows else "", trouble={}, finished_at=_clock(),
        )  # fmt: skip
    return summary


def give_up(run_id: int, trouble: IntakeTrouble) -> str:
    """Write down what stopped a run from outside; answers its code."""
    _tell_trouble(run_id, trouble)
    return trouble.code


def _tell_trouble(run_id: int, trouble: IntakeTrouble) -> None:
    state = (
        IntakeState.FAILED
        if trouble.code in ("FAILED", "CANCELLED", "NO_DATABASE", "NO_SPACE")
        else IntakeState.REFUSED
    )
    path = files.folder_of(run_id) / files.REFUSALS
    told = IntakeRun.objects.filter(id=run_id).exclude(state=IntakeState.DONE)
    try:
        told.update(
            state=state,
            trouble={"code": trouble.code, "facts": {name: str(one) for name, one in trouble.facts.items()}},
            step="",
            finished_at=_clock(),
            refusals_path=str(path) if path.exists() else "",
        )
    except DatabaseError:
        # The database is what is gone; the run is found without its lock and may be started again.
        log.warning("intake's end could not be written down", run=run_id, code=trouble.code)


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class _Beside:
    """A connection beside the two of the intake: it writes progress that others see at once, and a thread on it looks
    whether somebody asked to stop, and then stops the statements that run.
    """

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self._wrapper = connection.copy()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._deadline = time.monotonic() + LONGEST_RUN
        self.why: IntakeTrouble | None = None
        self._both: Sequence[psycopg.Connection] = ()
        self._thread: threading.Thread | None = None
        self._last = ("", 0.0)

    def __enter__(self) -> Self:
        self._wrapper.ensure_connection()
        self._wrapper.inc_thread_sharing()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        self._wrapper.dec_thread_sharing()
        self._wrapper.close()

    def note(self, **values: object) -> None:
        """Write columns of the run's row, visible at once."""
        names = ", ".join(f"{name} = %s" for name in values)
        given = [Jsonb(one) if isinstance(one, dict) else one for one in values.values()]
        self._execute(f"UPDATE customers_intakerun SET {names} WHERE id = %s", [*given, self.run_id])

    def progress(self, progress: Progress) -> None:
        """Write how far it is, once a second and when a step begins. Raises IntakeCancelled when asked to stop."""
        if self.why is not None:
            raise self.why
        step, at = self._last
        now = dt.datetime.now(dt.UTC).timestamp()
        if progress.step != step or now - at >= _EVERY:
            self._last = (progress.step, now)
            self.note(step=progress.step, rows_read=progress.done, rows_total=progress.total)

    def watch(self, both: Sequence[psycopg.Connection]) -> None:
        """Begin to look whether somebody asked to stop."""
        self._both = both
        self._thread = threading.Thread(target=self._look, name=f"intake-{self.run_id}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write and look no more; the row belongs to the intake's own transaction now."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _look(self) -> None:
        while not self._stopped.wait(_EVERY):
            found = self._execute("SELECT trouble ->> 'code' FROM customers_intakerun WHERE id = %s", [self.run_id])
            if found and found[0] == STOP:
                self.why = IntakeCancelled()
            elif time.monotonic() > self._deadline:
                self.why = IntakeTrouble("TOO_SLOW")
            if self.why is not None:
                for one in self._both:
                    one.cancel_safe(timeout=5)

    def _execute(self, query: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
        with self._lock, self._wrapper.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchone() if cursor.description else None


STOP = "STOP_ASKED"
"""What the page writes into a running run's trouble to have it stopped."""
