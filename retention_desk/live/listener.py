"""Listens to Valkey for all streams of this process: one connection, one statement for all rings that come together.

Rings lie in a stream of Valkey's own that is trimmed, so one and the same read tells what is new and what was missed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import redis
import redis.asyncio
from django.db import DatabaseError

from retention_desk.live import kinds
from retention_desk.live.addresses import Rung
from retention_desk.live.bell import STREAM
from retention_desk.live.hub import PAST, Hub
from retention_desk.live.kinds import Event

log = logging.getLogger(__name__)

_AT_ONCE = 500
_WAIT_MS = 5000
_PAUSE = 0.5

Resolve = Callable[[Sequence[Rung]], Awaitable[list[Event]]]


async def listen(hub: Hub, url: str, resolve: Resolve) -> None:
    """Tell the hub of every ring, until cancelled. Without Valkey or database it is deaf, and begins anew after."""
    patience = _WAIT_MS / 1000 + 5
    client: redis.asyncio.Redis = redis.asyncio.from_url(url, socket_timeout=patience, socket_connect_timeout=2)
    try:
        while True:
            try:
                await _begin(hub, client, resolve)
                while True:
                    await _hear(hub, client, resolve)
            except (redis.RedisError, OSError, DatabaseError) as trouble:
                if not hub.is_deaf:
                    log.warning("the streams hear nothing: %s; browsers ask by themselves", type(trouble).__name__)
                hub.deafen()
                await asyncio.sleep(_PAUSE)
    finally:
        await client.aclose()


async def _begin(hub: Hub, client: redis.asyncio.Redis, resolve: Resolve) -> None:
    """Take in what Valkey still keeps: those who come back from another process's stream are told the rest."""
    kept: list[Any] = [*reversed(await client.xrevrange(STREAM, count=PAST) or [])]
    rungs = _rungs(kept)
    seconds, micros = await client.time()
    newest = _id(kept[-1][0]) if kept else "0-0"
    # Of what was before the oldest ring nothing can be known: Valkey may have begun anew in between.
    oldest = _id(kept[0][0]) if kept else f"{seconds * 1000 + micros // 1000}-0"
    hub.begin(whole_from=oldest, newest=newest, past=await resolve(rungs))


async def _hear(hub: Hub, client: redis.asyncio.Redis, resolve: Resolve) -> None:
    found = await client.xread({STREAM: hub.newest}, count=_AT_ONCE, block=_WAIT_MS)
    for _stream, entries in cast("list[tuple[bytes, list[Any]]]", found or []):
        hub.publish(await resolve(_rungs(entries)), newest=_id(entries[-1][0]))


def _rungs(entries: Sequence[Any]) -> list[Rung]:
    """The rings among the entries that this version knows."""
    rings = [(_id(entry_id), kinds.from_text(fields[b"ring"])) for entry_id, fields in entries if b"ring" in fields]
    return [(id_, ring) for id_, ring in rings if kinds.is_heard(ring)]


def _id(raw: bytes) -> str:
    return raw.decode("ascii")
