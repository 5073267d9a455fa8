"""What granian runs for the benchmark."""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retention_desk.settings")
settings.ROOT_URLCONF = "retention_desk.bench.serving"
settings.MIDDLEWARE = ["retention_desk.bench.serving.CountStatements", *settings.MIDDLEWARE]
if owner := os.environ.get("BENCH_OWNER"):
    # The object mapper's ruler writes as the role that owns the tables, on a connection that stays open like the other.
    settings.DATABASES["bench_orm"] = {**settings.DATABASES["default"], "USER": owner}
django.setup()
application = get_wsgi_application()
