"""How many statements something sends, and how often it waits for the database."""

import tempfile
from collections.abc import Callable
from typing import Any

from django.db import connection

ROUND_TRIPS = "X-Round-Trips"


def counted(act: Callable[[], object], *, using: Any = None) -> tuple[int, int]:
    """How many statements `act` sends, and how often it waits for the server, as the protocol's own trace tells it."""
    used = using or connection
    used.ensure_connection()
    statements = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*arguments)

    protocol = used.connection.pgconn
    with tempfile.NamedTemporaryFile("r") as trace:
        protocol.trace(trace.fileno())
        with used.execute_wrapper(count):
            act()
        protocol.untrace()
        trace.seek(0)
        return statements, trace.read().count("ReadyForQuery")
