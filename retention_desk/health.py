"""``/livez``: this process answers. ``/readyz``: it can serve, with what is missing said in words.

Both answer before host names, HTTPS and sessions are looked at, so that a load balancer needs no exception elsewhere.
Valkey is reported but does not make the desk unready: the cancel path works without it.
"""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

Check = Callable[[], str]


class HealthMiddleware:
    """Answers the two health addresses and passes everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or pass on."""
        if request.path == "/livez":
            return HttpResponse("alive\n", content_type="text/plain")
        if request.path == "/readyz":
            return readiness()
        return self.get_response(request)


def readiness() -> JsonResponse:
    """Return 200 when the database answers and is migrated, else 503; each part's state is in the body."""
    database = _database_state()
    ready = database == "ok"
    body = {"ready": ready, "database": database, "valkey": _valkey_state()}
    return JsonResponse(body, status=200 if ready else 503)


# Migrations do not become undone while a process lives, so the slow question is asked until the first yes.
_migrated: set[str] = set()


def _database_state() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if connection.alias not in _migrated:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "not migrated"
            _migrated.add(connection.alias)
    except DatabaseError:
        return "does not answer"
    return "ok"


def _valkey_state() -> str:
    try:
        with redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()
    except redis.RedisError:
        return "does not answer"
    return "ok"
