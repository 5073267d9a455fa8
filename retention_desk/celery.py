"""The Celery application. Celery is a doorbell: every task may be lost or run twice, and a sweep finds the work.

Tasks use ``shared_task`` in their application's ``tasks.py``; nobody imports this module for them.
"""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import beat_init, worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retention_desk.settings")

if os.environ.get("DESK_EMBEDDED"):
    # The embedded desk runs as whoever tries it, often root in a container; it listens on this machine only.
    warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("retention_desk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Not an application of its own, so it is named.
app.autodiscover_tasks(["customers.intake"])


@worker_init.connect
@beat_init.connect
def look_at_the_walls(**_: object) -> None:
    """Neither of the two begins its work while a wall is down."""
    from retention_desk import guards  # noqa: PLC0415 (needs finished settings)

    guards.stand_or_exit()


@worker_ready.connect
def seal_what_waits(**_: object) -> None:
    """What was done while no worker ran is sealed as soon as there is one, and not at the next tick."""
    from django.conf import settings  # noqa: PLC0415 (needs finished settings)

    if settings.AUDIT_SIGNING_KEYS:
        app.send_task("customers.tasks.seal_audit")
