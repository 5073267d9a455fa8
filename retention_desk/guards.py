"""Nothing serves while a wall is down: looked at once when web, worker or beat start, and by ``check_guards``.

A wall that is missing ends the process with a sentence that names it and its cure. A database or Valkey that does not
answer yet is another matter: worker and beat wait for it, and the web looks before its first page.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import redis
from django.conf import settings
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from customers import guards as customers
from customers import walls
from customers.walls import Fault
from offers import guards as offers
from retention_desk.refusal import LAST_LINE

log = logging.getLogger(__name__)

TABLES = (*customers.TABLES, *offers.TABLES)
DOORS = (*customers.DOORS, *offers.DOORS)
SECONDS_BETWEEN_TRIES = 1.0

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def database_faults() -> list[Fault]:
    """What does not stand in the database, in one round trip. Raises `OperationalError` when it does not answer."""
    # Only the settings of the tests say so: their server does not wait for the disk.
    durable = not getattr(settings, "THROWAWAY_DATABASE", False)
    try:
        found = walls.read(doors=DOORS)
    finally:
        _let_go(connection)
    return list(walls.faults(found, tables=TABLES, doors=DOORS, durable=durable))


def valkey_faults() -> list[Fault]:
    """Whether Valkey would drop messages for want of room. Raises `redis.RedisError` when it does not answer."""
    with redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=2) as client:
        # INFO and not CONFIG: hosted servers refuse the second.
        policy = client.info("memory").get("maxmemory_policy", "noeviction")
    if policy == "noeviction":
        return []
    what = f"Valkey's maxmemory-policy is {policy}: it drops messages"
    return [Fault(what, "in Valkey: CONFIG SET maxmemory-policy noeviction")]


def sentence(faults: list[Fault]) -> str:
    """What is wrong and what to do about it, for the person at the terminal."""
    count = f"{len(faults)} of its walls do" if len(faults) > 1 else "one of its walls does"
    lines = [f"  {fault.what}\n    cure: {fault.cure}" for fault in faults]
    return "\n".join(
        [
            f"The desk does not serve: {count} not stand.",
            *lines,
            "Cures are SQL as the owner of the tables, unless they say otherwise.",
            LAST_LINE,
        ]
    )


def stand_or_exit() -> None:
    """Worker and beat: wait for the servers, look at the walls, and end the process (code 1) when one is down."""
    faults = [*_patiently(database_faults), *_patiently(valkey_faults)]
    if faults:
        # Celery swallows exceptions of its signals' receivers; this is none.
        raise SystemExit(sentence(faults))


def database_stands_or_exit() -> None:
    """The same for what needs the database only."""
    if faults := _patiently(database_faults):
        raise SystemExit(sentence(faults))


def _patiently(look: Callable[[], list[Fault]]) -> list[Fault]:
    told = False
    while True:
        try:
            return look()
        except (OperationalError, redis.RedisError) as error:
            if not told:
                log.warning("waiting for a server before looking at the walls: %s", type(error).__name__)
            told = True
            time.sleep(SECONDS_BETWEEN_TRIES)


class Guarded:
    """The web's application behind the look at the walls: done when it is made, or else before its first page."""

    def __init__(self, application: Wsgi) -> None:
        self._application = application
        self._standing = False
        try:
            if faults := self._look():
                raise SystemExit(sentence(faults))
        except OperationalError:
            log.warning("the database does not answer yet; the walls are looked at before the first page")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, once the walls have been seen to stand; without a database the desk's own answer says so."""
        if not self._standing:
            try:
                if faults := self._look():
                    sys.stderr.write(sentence(faults) + "\n")
                    sys.stderr.flush()
                    # A thread of the server: leaving it would leave the process.
                    os._exit(1)
            except OperationalError:
                log.warning("the database does not answer")
        return self._application(environ, start_response)

    def _look(self) -> list[Fault]:
        faults = database_faults()
        self._standing = not faults
        if self._standing:
            try:
                for fault in valkey_faults():
                    # Pages, and cancelling above all, need PostgreSQL only.
                    log.warning("%s; cure: %s", fault.what, fault.cure)
            except redis.RedisError as error:
                log.warning("Valkey does not answer: %s", type(error).__name__)
        return faults


def _let_go(used: BaseDatabaseWrapper) -> None:
    """Not the connection of a page: what starts is another thread, or another process, than what serves."""
    if not used.in_atomic_block:
        used.close()
