"""A manager as Asterisk's: its greeting, its log-in, what it says of its channels, and what a test lets it tell."""

import asyncio
import contextlib
import hashlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

from retention_desk.telephone.ami import Block, Manager, Patience, block_of
from retention_desk.telephone.bridge import Bridge

Answer = TypeVar("Answer")

RECORDED = (Path(settings.BASE_DIR) / "docs/examples/telephone/asterisk-manager-session.txt").read_bytes()
"""What an Asterisk 16.28 told of one call: queue, agent, blind transfer, second queue, agent, hung up."""
SECRET = "s-9217"
CHALLENGE = "133523760"
QUICK = Patience(connect=5, answer=5, silence=5, leave=1)


def recorded() -> bytes:
    """The recording, as if its last event were a second ago."""
    times = [float(found) for found in re.findall(rb"Timestamp: ([\d.]+)", RECORDED)]
    later = time.time() - 1 - max(times)
    return re.sub(rb"Timestamp: ([\d.]+)", lambda found: b"Timestamp: %.6f" % (float(found[1]) + later), RECORDED)


def event(name: str, **fields: str) -> bytes:
    """An event on the wire."""
    said = {"Event": name, "Timestamp": f"{time.time():.6f}"} | fields
    return ("".join(f"{key}: {value}\r\n" for key, value in said.items()) + "\r\n").encode()


def at_once(*_: float) -> Iterator[float]:
    """Waits for a test: none to speak of, for ever."""
    while True:
        yield 0.01


async def now_and_then() -> AsyncIterator[None]:
    """Again and again, with room for everybody else in between."""
    while True:
        yield
        await asyncio.sleep(0.01)


class Line:
    """One connection to the manager, as the manager sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self._reader = reader

    async def action(self) -> Block:
        """The next action that is sent; empty when the other side has gone."""
        try:
            return block_of(await self._reader.readuntil(b"\r\n\r\n"))
        except (EOFError, OSError):
            return {}

    async def tell(self, said: bytes, *, pieces: int = 0) -> None:
        """Say something, in pieces of so many bytes that each leave by themselves."""
        for start in range(0, len(said), pieces or len(said)):
            self.writer.write(said[start : start + (pieces or len(said))])
            await self.writer.drain()
            await asyncio.sleep(0)


class Pbx:
    """The manager: serves one line after the other by what `script` says once somebody has logged in."""

    def __init__(self, script: Callable[[int, Line], Awaitable[None]], *, secret: str = SECRET) -> None:
        self.channels: tuple[str, ...] = ()
        self.may_list = True
        self.answers_pings = True
        self.greeting = b"Asterisk Call Manager/5.0.4\r\n"
        self.tries: list[bool] = []
        self.left = 0
        self._script = script
        self._secret = secret

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        """Listen; answers the port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(reader, writer)
        with contextlib.suppress(OSError):
            await line.tell(self.greeting)
            playing: asyncio.Task[None] | None = None
            while action := await line.action():
                playing = await self._answer(line, action) or playing
            if playing is not None:
                playing.cancel()
        writer.close()

    async def _answer(self, line: Line, action: Block) -> "asyncio.Task[None] | None":
        match action["Action"]:
            case "Challenge":
                await line.tell(f"Response: Success\r\nChallenge: {CHALLENGE}\r\n\r\n".encode())
            case "Login":
                key = hashlib.md5((CHALLENGE + self._secret).encode(), usedforsecurity=False).hexdigest()
                self.tries.append((action["Username"], action["Key"]) == ("desk", key))
                if not self.tries[-1]:
                    await line.tell(b"Response: Error\r\nMessage: Authentication failed\r\n\r\n")
                    line.writer.close()
                else:
                    await line.tell(b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n")
            case "CoreShowChannels":
                await self._list(line, action["ActionID"])
                number = sum(self.tries) - 1
                return asyncio.ensure_future(self._script(number, line))
            case "Ping" if self.answers_pings:
                await line.tell(b"Response: Success\r\nPing: Pong\r\n\r\n")
            case "Logoff":
                self.left += 1
                line.writer.close()
        return None

    async def _list(self, line: Line, action_id: str) -> None:
        if not self.may_list:
            await line.tell(f"Response: Error\r\nActionID: {action_id}\r\nMessage: Permission denied\r\n\r\n".encode())
            return
        await line.tell(f"Response: Success\r\nActionID: {action_id}\r\nEventList: start\r\n\r\n".encode())
        for linked in self.channels:
            await line.tell(event("CoreShowChannel", ActionID=action_id, Linkedid=linked))
        await line.tell(event("CoreShowChannelsComplete", ActionID=action_id, EventList="Complete"))


def run(work: Coroutine[Any, Any, Answer]) -> Answer:
    """As `asyncio.run`; a browser that an earlier test has opened leaves its loop running in this thread."""
    outer = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return asyncio.run(work)
    finally:
        asyncio._set_running_loop(outer)


async def bridged(
    pbx: Pbx,
    connection_id: int,
    until: Callable[[Bridge], bool],
    *,
    secrets: tuple[str, ...] = (SECRET,),
    patience: Patience = QUICK,
    seconds: float = 20,
) -> Bridge:
    """Let a bridge hear the manager until something has become true, and stop it."""
    async with pbx.serving() as port:
        manager = Manager("127.0.0.1", port, tls=False, user="desk", secrets=secrets)
        bridge = Bridge(manager, connection_id=connection_id, patience=patience, wait=at_once)
        running = asyncio.create_task(bridge.run())
        try:
            async with asyncio.timeout(seconds):
                async for _ in now_and_then():
                    if until(bridge) or running.done():
                        break
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        return bridge
