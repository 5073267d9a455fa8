"""The Celery application. Celery is a doorbell: every task may be lost or run twice, and a sweep finds the work.

Tasks use ``shared_task`` in their application's ``tasks.py``; nobody imports this module for them.
"""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retention_desk.settings")

if os.environ.get("DESK_EMBEDDED"):
    # The embedded desk runs as whoever tries it, often root in a container; it listens on this machine only.
    warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("retention_desk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Not an application of its own, so it is named.
app.autodiscover_tasks(["customers.intake"])
