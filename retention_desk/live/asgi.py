"""The event streams' entry point: ``granian --interface asgi retention_desk.live.asgi:application``. No pages.

Answers ``GET /live/`` with a stream and ``/livez`` with a word. A stream holds no thread and no database connection;
pages stay on their fixed threads in processes of their own.
"""

import asyncio
import contextlib
import functools
import os
import random
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import parse_qs

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retention_desk.settings")
os.environ.setdefault("DESK_PROCESS", "live")
django.setup()

# Need finished settings.
from django.conf import settings  # noqa: E402
from django.db import DatabaseError, close_old_connections  # noqa: E402

from retention_desk.live import addresses, door  # noqa: E402
from retention_desk.live.addresses import Rung  # noqa: E402
from retention_desk.live.hub import Hub, Stream, TooMany  # noqa: E402
from retention_desk.live.kinds import Event  # noqa: E402
from retention_desk.live.listener import listen  # noqa: E402
from retention_desk.live.origins import PATH, may_read  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]
Answer = TypeVar("Answer")

SESSIONS_EVERY = 30.0
SLOW = 20.0
"""Seconds in which a browser has to take what it is sent; then its stream ends, and it may come back."""
# Milliseconds until a browser comes back; not all at once when a process has ended.
_RETRY = (1000, 3000)
# At the door, and for what rings concern. Each has its own: who comes in while the database is slow delays no news, and
# the other way round. Nothing that runs there is waited for by the streams that are open, nor by their beats.
_DOOR_THREADS, _RING_THREADS = 2, 1
DOOR = 5.0
"""Seconds that a browser waits at the door before it is sent away; pages ask by themselves until it comes back."""


class Live:
    """One process's streams. Made when the server starts it, ended with it."""

    def __init__(self, url: str) -> None:
        self.hub = Hub()
        self._url = url
        self._door = ThreadPoolExecutor(_DOOR_THREADS, thread_name_prefix="door")
        self._rings = ThreadPoolExecutor(_RING_THREADS, thread_name_prefix="rings")
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the server's start and stop, a stream, or a request for anything else."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == PATH:
            await self._stream(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/livez":
            await _say(send, 200, "alive\n")
        elif scope["type"] == "http":
            await _say(send, 404, "There is nothing here but streams.\n")

    async def start(self) -> None:
        """Begin to listen."""
        self._end_with_the_server()
        self._tasks = [
            asyncio.create_task(listen(self.hub, self._url, self._resolve)),
            asyncio.create_task(self._look_after_sessions()),
        ]

    async def stop(self) -> None:
        """End every stream, and listen no more."""
        self.hub.end_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for threads in (self._door, self._rings):
            threads.shutdown(wait=False, cancel_futures=True)

    def _end_with_the_server(self) -> None:
        """The server waits for open streams before it says that it stops, so they end by the signal itself.

        The server's own handler is the event loop's, which hears of a signal beside the one that is set here.
        """
        loop = asyncio.get_running_loop()

        def end(_number: int, _frame: object) -> None:
            loop.call_soon_threadsafe(self.hub.end_all)

        for number in (signal.SIGTERM, signal.SIGINT):
            # Only in the main thread of a process are signals heard; a test runs elsewhere.
            with contextlib.suppress(ValueError):
                signal.signal(number, end)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["method"] != "GET":
            return await _say(send, 405, "A stream is read.\n")
        if not may_read(headers, secure=scope.get("scheme") == "https"):
            return await _say(send, 403, "Not from there.\n")
        allowed = _cross_origin(headers)
        try:
            async with asyncio.timeout(DOOR):
                visitor = await _in_thread(self._door, functools.partial(door.visitor_of, headers.get("cookie", "")))
        except (DatabaseError, TimeoutError):
            return await _say(send, 503, "The database does not answer.\n", allowed)
        if visitor is None:
            return await _say(send, 401, "Nobody is signed in here.\n", allowed)
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        topics = frozenset(asked.get("topic", ()))
        if not topics <= visitor.topics:
            # Whether it is there is nobody else's business.
            return await _say(send, 404, "There is no such topic.\n", allowed)
        since = headers.get("last-event-id") or asked.get("since", [""])[0]
        try:
            stream = self.hub.open(visitor, topics=topics or None, since=since)
        except TooMany:
            return await _say(send, 429, "Too many streams are open.\n", [*allowed, (b"retry-after", b"60")])
        return await self._carry(stream, receive, send, allowed)

    async def _carry(self, stream: Stream, receive: Receive, send: Send, headers: Headers) -> None:
        """Send until the stream ends or the browser is gone."""
        gone = asyncio.create_task(_until_gone(receive, stream))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [*_STREAM_HEADERS, *headers]})
            await _send(send, b"retry: %d\n\n" % random.randint(*_RETRY))  # noqa: S311 (no secret)
            while text := await stream.next():
                async with asyncio.timeout(SLOW):
                    await _send(send, text)
            await _send(send, b"", more=False)
        except OSError:
            # The browser went while something was sent, or takes nothing any more (a time-out is an OSError).
            return
        finally:
            gone.cancel()
            self.hub.close(stream)

    async def _look_after_sessions(self) -> None:
        """End the streams of those who have signed out, should the ring that says so have been lost."""
        while True:
            await asyncio.sleep(SESSIONS_EVERY)
            sessions = self.hub.sessions()
            if sessions:
                with contextlib.suppress(DatabaseError):
                    living = await _in_thread(self._door, functools.partial(door.living, sessions))
                    # Those who came meanwhile were looked at when they came.
                    self.hub.end_sessions(living | (self.hub.sessions() - sessions))

    async def _resolve(self, rungs: Sequence[Rung]) -> list[Event]:
        return await _in_thread(self._rings, functools.partial(_events_of, rungs)) if rungs else []


_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


async def _in_thread(threads: ThreadPoolExecutor, ask: Callable[[], Answer]) -> Answer:
    return await asyncio.get_running_loop().run_in_executor(threads, ask)


def _events_of(rungs: Sequence[Rung]) -> list[Event]:
    close_old_connections()
    return addresses.events_of(rungs)


def _cross_origin(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """What lets the desk's own pages read an answer from another port; the origin was looked at before."""
    origin = headers.get("origin")
    if not origin:
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


async def _until_gone(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end("gone")


async def _send(send: Send, text: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": more})


async def _say(send: Send, status: int, text: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """A short answer in words."""
    given = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": given})
    await _send(send, text.encode(), more=False)


application = Live(settings.REDIS_URL)
