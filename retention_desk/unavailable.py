"""What is said when a page broke: a database that does not answer now is a 503 that says when to come again.

So a caller can tell what passes by itself from a fault of the desk's own. Of neither it is known whether the act was
saved; the same key posted again finds out.
"""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views import defaults

SECONDS = 1


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 with Retry-After for a lost, killed or overdue connection to the database, and 500 for all else."""
    if not _is_of_the_database(sys.exc_info()[1]):
        return defaults.server_error(request)
    response = HttpResponse(loader.get_template("503.html").render(), status=503)
    response["Retry-After"] = str(SECONDS)
    return response


def _is_of_the_database(error: BaseException | None) -> bool:
    """Whether it, or what it was raised from, says that the database does not answer."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            return True
        error = error.__cause__ or error.__context__
    return False
