"""The web's entry point: ``granian --interface wsgi retention_desk.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retention_desk.settings")
os.environ.setdefault("DESK_PROCESS", "web")

application = get_wsgi_application()
