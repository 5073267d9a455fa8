"""The Celery application. Celery is a doorbell: every task may be lost or run twice, and a sweep finds the work.

Tasks use ``shared_task`` in their application's ``tasks.py``; nobody imports this module for them.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retention_desk.settings")

app = Celery("retention_desk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
