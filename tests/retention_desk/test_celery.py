"""The doorbell rings for real: a task sent here is done by a worker in another process."""

import datetime as dt
import subprocess
import time

import kombu.exceptions
import pytest
from celery import current_app
from django.conf import settings
from django.utils import timezone
from pytest_django import Settings

from retention_desk import celery
from retention_desk.people.models import Session
from retention_desk.people.tasks import forget_expired_sessions


@pytest.mark.slow
def test_task_is_done_by_the_worker(live_worker: subprocess.Popen[bytes]) -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - dt.timedelta(days=1))

    forget_expired_sessions.delay()

    deadline = time.monotonic() + 20
    while Session.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Session.objects.exists()


def test_every_tick_names_a_task_that_exists() -> None:
    current_app.loader.import_default_modules()

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - set(current_app.tasks) == set()


def test_missing_broker_is_an_error_at_once_and_not_a_wait() -> None:
    began = time.monotonic()

    with (
        current_app.connection("redis+socket:///nonexistent/valkey.sock") as nowhere,
        pytest.raises(kombu.exceptions.OperationalError),
    ):
        current_app.send_task(forget_expired_sessions.name, connection=nowhere)

    assert time.monotonic() - began < 2


@pytest.mark.parametrize(("keys", "sent"), [(("k" * 40,), ["customers.tasks.seal_audit"]), ((), [])])
def test_worker_that_begins_seals_what_waits(
    keys: tuple[str, ...], sent: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AUDIT_SIGNING_KEYS = keys
    asked: list[str] = []
    monkeypatch.setattr(celery.app, "send_task", asked.append)

    celery.seal_what_waits()

    assert asked == sent
