"""The site as the benchmark serves it: the same pages, a ruler beside them, and a count of statements in a header."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from customers.models import Site
from retention_desk.bench.authority.rulers import ORM, door, with_orm
from retention_desk.bench.authority.tracing import ROUND_TRIPS, counted


class CountStatements:
    """Middleware that says how many statements and how much of the processor a page took, the signed-in person's part
    included.

    Asked for it by `X-Round-Trips`, it says how often the page waited for the database, too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Count while the page is made."""
        if ROUND_TRIPS in request.headers:
            return self._traced(request)
        counted = 0

        def count(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal counted
            counted += 1
            return execute(*arguments)

        began = time.thread_time()
        with connection.execute_wrapper(count):
            response = self._get_response(request)
        response["X-Processor-Ms"] = f"{1000 * (time.thread_time() - began):.3f}"
        response["X-Statements"] = str(counted)
        return response

    def _traced(self, request: HttpRequest) -> HttpResponse:
        made: list[HttpResponse] = []
        using = connections[ORM] if "/orm/" in request.path else connection
        statements, trips = counted(lambda: made.append(self._get_response(request)), using=using)
        made[0][ROUND_TRIPS] = f"{statements} {trips}"
        return made[0]


def one_query(request: HttpRequest) -> HttpResponse:
    """The ruler Q: a signed-in page with one ORM query."""
    return HttpResponse(Site.objects.get(pk=int(request.GET["site"])).name)


urlpatterns = [
    path("bench/one-query/", one_query),
    path("bench/door/<int:call_id>/", door),
    path("bench/orm/<int:call_id>/", with_orm),
    path("", include("retention_desk.urls")),
]
