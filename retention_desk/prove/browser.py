"""One signed-in browser of the load: keeps its connection and its cookies, and posts forms. Standard library only."""

import http.client
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

Fields = Mapping[str, str | Sequence[str]]
SECONDS = 20
# A connection that has rested may have been closed on the other side meanwhile; browsers then open another.
RESTED = 5.0


class NoAnswer(Exception):
    """The connection broke: nobody on this side knows whether anything was done."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `retry`: the server said when to come again, so a 503 is one that it means."""

    status: int
    location: str
    body: str
    retry: bool
    ms: float


@dataclass(slots=True)
class Browser:
    """A person's browser. Not signed in until `sign_in`."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None
    _used: float = 0.0

    def sign_in(self, username: str, password: str) -> None:
        """Sign in by the desk's own page. Raises NoAnswer, RuntimeError when it is refused."""
        self.get("/login/")
        answer = self.post("/login/", {"username": username, "password": password})
        if answer.status != http.client.FOUND or "sessionid" not in self.cookies:
            raise RuntimeError(f"{username} was not signed in: {answer.status}")

    def get(self, path: str, *, htmx: bool = False) -> Answer:
        """Ask for a page, or for a part of one as htmx does."""
        return self._send("GET", path, None, {"HX-Request": "true"} if htmx else {})

    def post(self, path: str, fields: Fields, *, key: str = "", htmx: bool = False) -> Answer:
        """Post a form; `key` goes with it as its Idempotency-Key."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if key:
            headers["Idempotency-Key"] = key
        if htmx:
            headers["HX-Request"] = "true"
        said = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **fields}
        return self._send("POST", path, urlencode(said, doseq=True), headers)

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        began = time.perf_counter()
        try:
            if self._connection is not None and time.monotonic() - self._used > RESTED:
                self._connection.close()
                self._connection = None
            if self._connection is None:
                parts = urlsplit(self.base)
                self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
            self._connection.request(method, path, body, {**headers, "Cookie": cookie})
            answer = self._connection.getresponse()
            text = answer.read().decode(errors="replace")
            self._used = time.monotonic()
        except (OSError, http.client.HTTPException) as error:
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            raise NoAnswer(type(error).__name__) from error
        for given in answer.msg.get_all("Set-Cookie") or ():
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(
            status=answer.status,
            location=answer.getheader("Location") or "",
            body=text,
            retry=answer.getheader("Retry-After") is not None,
            ms=1000 * (time.perf_counter() - began),
        )
