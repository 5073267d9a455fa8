"""Browsers that only listen: one thread reads so many streams and notes when what has come."""

import contextlib
import json
import selectors
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PIECE = 1 << 16


@dataclass(slots=True)
class Heard:
    """One stream: whether it lives, and when which events came (by this machine's `perf_counter`)."""

    person: int
    hello: bool = False
    ended: bool = False
    events: list[tuple[float, str, str]] = field(default_factory=list)
    rest: bytes = b""


class Listeners(threading.Thread):
    """Opens a stream for every session and reads them all until it is told to stop."""

    def __init__(self, address: str, sessions: Sequence[tuple[int, str]]) -> None:
        super().__init__(daemon=True)
        self.heard = [Heard(person) for person, _cookie in sessions]
        self._address, self._sessions = urlsplit(address), sessions
        self._over = threading.Event()

    def run(self) -> None:
        """Listen."""
        with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
            for heard, (_person, cookie) in zip(self.heard, self._sessions, strict=True):
                connection = stack.enter_context(self._open(cookie))
                selector.register(connection, selectors.EVENT_READ, heard)
            while not self._over.is_set():
                for key, _events in selector.select(timeout=0.2):
                    assert isinstance(key.fileobj, socket.socket)
                    self._read(key.fileobj, key.data, selector)

    def stop(self) -> None:
        """Go away, all at once."""
        self._over.set()
        self.join()

    def wait_until_open(self, *, seconds: float) -> int:
        """How many streams have said hello, when all have or the time is over."""
        deadline = time.monotonic() + seconds
        while (living := sum(one.hello for one in self.heard)) < len(self.heard) and time.monotonic() < deadline:
            time.sleep(0.05)
        return living

    def _open(self, cookie: str) -> socket.socket:
        connection = socket.create_connection((self._address.hostname or "", self._address.port or 80))
        head = f"GET /live/ HTTP/1.1\r\nHost: {self._address.netloc}\r\nCookie: {cookie}\r\n\r\n"
        connection.sendall(head.encode())
        return connection

    @staticmethod
    def _read(connection: socket.socket, heard: Heard, selector: selectors.BaseSelector) -> None:
        piece = connection.recv(_PIECE)
        now = time.perf_counter()
        if not piece:
            heard.ended = True
            selector.unregister(connection)
            return
        *blocks, heard.rest = (heard.rest + piece).split(b"\n\n")
        for block in blocks:
            fields = dict(line.split(b": ", 1) for line in block.splitlines() if b": " in line)
            kind = fields.get(b"event", b"").decode()
            if kind == "hello":
                heard.hello = True
            elif kind:
                heard.events.append((now, kind, json.loads(fields[b"data"]).get("what", "")))
