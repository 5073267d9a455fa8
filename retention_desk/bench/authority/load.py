"""Browsers for the load: one thread that keeps so many connections busy, each with its next request as soon as the
last is answered. Requests are written beforehand, so that the load takes as little as it can from the server's cores.
"""

import heapq
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from retention_desk.bench.authority.driving import Acts, steady
from retention_desk.bench.measure import Timing

_TOKEN = "benchbenchbenchbenchbenchbench32"  # noqa: S105 (of a database that is thrown away)


class WrongAnswer(Exception):
    """The server answered something else than was expected; the text is the beginning of it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as bytes, and the status that it must be answered with."""

    sent: bytes
    status: int


def get(base: str, path: str, session: str, *, status: int = 200) -> Request:
    """A GET by the signed-in person."""
    return Request(_head("GET", base, path, session, "") + b"\r\n", status)


def post(base: str, path: str, session: str, fields: dict[str, str], *, status: int, htmx: bool = False) -> Request:
    """A form, with the token that every form carries."""
    body = urlencode({"csrfmiddlewaretoken": _TOKEN, **fields}).encode()
    more = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    return Request(
        _head("POST", base, path, session, more + ("HX-Request: true\r\n" if htmx else "")) + b"\r\n" + body, status
    )


def asking_for(request: Request, header: str) -> Request:
    """The same request with one more header, for the server to answer."""
    line, rest = request.sent.split(b"\r\n", 1)
    return Request(line + f"\r\n{header}: 1\r\n".encode() + rest, request.status)


def _head(method: str, base: str, path: str, session: str, more: str) -> bytes:
    cookies = f"sessionid={session}; csrftoken={_TOKEN}"
    return f"{method} {path} HTTP/1.1\r\nHost: {urlsplit(base).netloc}\r\nCookie: {cookies}\r\n{more}".encode()


class _Connection:
    """One browser's connection and what it has still to ask."""

    def __init__(self, base: str, requests: Sequence[Request]) -> None:
        parts = urlsplit(base)
        self.socket = socket.create_connection((parts.hostname or "", parts.port or 80))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.acts: Acts = []
        self.headers = b""
        self._requests = iter(requests)
        self._asked: Request | None = None
        self.began = 0.0
        self._answer = b""

    def ask(self, *, since: float | None = None) -> bool:
        """Send the next request, if there is one. Its time counts from `since`, when it was due, or from now."""
        self._asked = next(self._requests, None)
        if self._asked is None:
            return False
        self._answer, self.began = b"", time.perf_counter() if since is None else since
        self.socket.sendall(self._asked.sent)
        return True

    def heard(self) -> bool:
        """Read what has come; whether the answer is whole. Raises WrongAnswer."""
        piece = self.socket.recv(1 << 18)
        self._answer += piece
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            if not piece:
                raise WrongAnswer("the server hung up")
            return False
        if len(body) < _length(head):
            return False
        now = time.perf_counter()
        self.acts.append((now, 1000 * (now - self.began)))
        self.headers = head
        assert self._asked is not None
        if int(head[9:12]) != self._asked.status:
            asked = self._asked.sent.partition(b" HTTP")[0].decode()
            raise WrongAnswer(f"{asked} was answered {head[9:12].decode()} instead of {self._asked.status}")
        return True


def over_http(name: str, base: str, requests: Sequence[Sequence[Request]], *, a_second: float = 0) -> Timing:
    """Each list by a connection of its own. Statements are those that the last answer counted.

    With `a_second` so many are due in every second, evenly and whatever the server does; each one's time counts from
    when it was due, so that a server which falls behind is not spared. Else the next follows the answer.
    """
    connections = [_Connection(base, mine) for mine in requests if mine]
    apart, now = (1 / a_second if a_second else 0.0), time.perf_counter()
    due = [(now + place * apart, place) for place in range(len(connections))]
    busy = len(connections)
    with selectors.DefaultSelector() as selector:
        for place, connection in enumerate(connections):
            selector.register(connection.socket, selectors.EVENT_READ, place)
        while busy:
            now = time.perf_counter()
            while due and due[0][0] <= now:
                at, place = heapq.heappop(due)
                connection = connections[place]
                if connection.ask(since=at if a_second else None):
                    continue
                selector.unregister(connection.socket)
                connection.socket.close()
                busy -= 1
            for key, _events in selector.select(max(0.0, due[0][0] - now) if due else None) if busy else ():
                if connections[key.data].heard():
                    after = connections[key.data].began + apart * len(connections) if a_second else now
                    heapq.heappush(due, (after, key.data))
    timing = steady(name, [connection.acts for connection in connections])
    counted = _header(connections[0].headers, b"x-statements")
    return Timing(name, timing.times, timing.seconds, int(counted) if counted else None)


def header_of(base: str, request: Request, name: str) -> str:
    """One header of the answer to one request."""
    connection = _Connection(base, [request])
    connection.ask()
    while not connection.heard():
        pass
    connection.socket.close()
    return _header(connection.headers, name.lower().encode()).decode()


def _length(head: bytes) -> int:
    return int(_header(head, b"content-length") or 0)


def _header(head: bytes, name: bytes) -> bytes:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(name + b":"):
            return line.partition(b":")[2].strip()
    return b""
