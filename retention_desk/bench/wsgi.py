"""What granian runs for the benchmark."""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retention_desk.settings")
settings.ROOT_URLCONF = "retention_desk.bench.serving"
settings.MIDDLEWARE = ["retention_desk.bench.serving.CountStatements", *settings.MIDDLEWARE]
django.setup()
application = get_wsgi_application()
