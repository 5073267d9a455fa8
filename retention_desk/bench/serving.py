"""The site as the benchmark serves it: the same pages, a ruler beside them, and a count of statements in a header."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from customers.models import Site


class CountStatements:
    """Middleware that says how many statements a page took, the signed-in person's included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Count while the page is made."""
        counted = 0

        def count(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal counted
            counted += 1
            return execute(*arguments)

        with connection.execute_wrapper(count):
            response = self._get_response(request)
        response["X-Statements"] = str(counted)
        return response


def one_query(request: HttpRequest) -> HttpResponse:
    """The ruler Q: a signed-in page with one ORM query."""
    return HttpResponse(Site.objects.get(pk=int(request.GET["site"])).name)


urlpatterns = [path("bench/one-query/", one_query), path("", include("retention_desk.urls"))]
