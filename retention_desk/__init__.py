"""The desk itself: settings, people, screens. It may import ``offers`` and ``customers``; nobody imports it.

This file imports nothing, because ``manage.py`` needs ``retention_desk.bootstrap`` before anything is installed.
The Celery application is loaded by ``retention_desk.apps``.
"""
