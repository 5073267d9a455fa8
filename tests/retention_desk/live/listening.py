"""A listener as a browser is one: it opens a stream over a socket, and reads event after event."""

import http.client
import json
import socket
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

PATIENCE = 20.0


def cookie_of(browser: Client) -> str:
    """The Cookie header of a signed-in browser."""
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


class Listener:
    """One stream. `status` is what the desk answered; with 200, `next()` are its events."""

    def __init__(self, address: str, cookie: str, *, path: str = "/live/", **headers: str) -> None:
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        given = {"Cookie": cookie} | {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request("GET", path, headers=given)
        self._answer = self._connection.getresponse()
        self.status = self._answer.status
        self.headers = self._answer.headers
        self.last_id = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Go away."""
        self._answer.close()
        self._connection.close()

    def next(self, *, but: tuple[str, ...] = ("beat",)) -> tuple[str, dict[str, Any]]:
        """Name and data of the next event, those named in `but` passed over; ("", {}) at the end of the stream."""
        fields: dict[str, str] = {}
        for line in iter(self._answer.readline, b""):
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = value
                continue
            if "event" in fields and fields["event"] not in but:
                self.last_id = fields.get("id", self.last_id)
                return fields["event"], json.loads(fields["data"])
            fields = {}
        return "", {}

    def hears_within(self, seconds: float, *, but: tuple[str, ...] = ("beat",)) -> bool:
        """Whether something comes in that time."""
        sock = self._connection.sock
        assert isinstance(sock, socket.socket)
        sock.settimeout(seconds)
        try:
            return bool(self.next(but=but)[0])
        except TimeoutError:
            return False
        finally:
            sock.settimeout(PATIENCE)
