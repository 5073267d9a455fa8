"""Rings the worker after a commit. A bell that nobody hears costs nothing: the sweep comes by every few seconds."""

import logging
import time

from celery import current_app

log = logging.getLogger(__name__)

# With the broker gone every ring would wait for its time-out on somebody's cancel path; so the bell rests for a while.
REST_SECONDS = 30.0
_resting_until = 0.0


def ring_relay() -> None:
    """Ask a worker to deliver the outbox now. Never raises."""
    ring("customers.tasks.relay_outbox")


def ring(task: str) -> None:
    """Ask a worker to run a task without arguments soon. Never raises; after a failure it stays quiet for a while."""
    global _resting_until  # noqa: PLW0603 (one bell a process)
    if time.monotonic() < _resting_until:
        return
    try:
        current_app.send_task(task, expires=60, ignore_result=True, retry=False)
    except Exception:
        _resting_until = time.monotonic() + REST_SECONDS
        log.warning("the worker could not be rung for %s", task, exc_info=True)
