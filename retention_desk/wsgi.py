"""The web's entry point: ``granian --interface wsgi retention_desk.wsgi:application``. Serves only behind its walls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retention_desk.settings")
os.environ.setdefault("DESK_PROCESS", "web")

_desk = get_wsgi_application()

# Needs finished settings.
from retention_desk.guards import Guarded  # noqa: E402

application = Guarded(_desk)
