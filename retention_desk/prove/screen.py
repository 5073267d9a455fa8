"""What a page does by itself in somebody's browser: it listens to its stream, and its parts ask upon what they hear.

As static/js/live.js does it: a part asks upon its own kinds of events, not more often than it wants to, and every half
a minute all the same. Standard library only.
"""

import contextlib
import http.client
import json
import queue
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO
from urllib.parse import urlsplit

from retention_desk.prove.browser import Answer

SWEEP = 30.0
SILENT = 30.0
# An answer is asked for that much after its undo is over.
GRACE = 0.05
_SEEN = re.compile(r"[?&](?:amp;)?seen=([\w.:-]+)")


class Journal:
    """Lines of what was done and of what was seen, from all threads."""

    def __init__(self, file: TextIO) -> None:
        self._lock = threading.Lock()
        self._file = file

    def write(self, **line: Any) -> None:
        """Add a line."""
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()


@dataclass(frozen=True, slots=True)
class Heard:
    """One event: its kind, and the call and the request it is about, where it is about one."""

    kind: str
    call: int | None = None
    request: int | None = None


class Stream(threading.Thread):
    """The event stream of one person; what it says waits in `heard`."""

    def __init__(self, live: str, cookies: dict[str, str], journal: Journal) -> None:
        super().__init__(daemon=True)
        self.heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._live, self._journal = live, journal
        self._cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def end(self) -> None:
        """Listen no more."""
        self._ended.set()

    def run(self) -> None:
        """Listen; come back when the line breaks."""
        while not self._ended.is_set():
            try:
                self._listen()
            except (OSError, http.client.HTTPException) as error:
                self._trouble(type(error).__name__)
            self._ended.wait(1)

    def _listen(self) -> None:
        parts = urlsplit(self._live)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SILENT)
        with contextlib.closing(line):
            line.request("GET", parts.path, headers={"Cookie": self._cookie, "Accept": "text/event-stream"})
            answer = line.getresponse()
            if answer.status != http.client.OK:
                self._trouble(str(answer.status))
                return
            while not self._ended.is_set():
                said = answer.readline()
                if not said:
                    self._trouble("ended")
                    return
                if said.startswith(b"event: "):
                    kind = said.removeprefix(b"event: ").strip().decode()
                    self._hear(kind, json.loads(answer.readline().removeprefix(b"data: ") or "{}"))

    def _hear(self, kind: str, told: dict[str, Any]) -> None:
        heard = Heard(kind, told.get("call"), told.get("request"))
        if wait := told.get("wait"):
            # An answer shows when the undo has run out; the page waits as long as it is told.
            threading.Timer(wait / 1000 + GRACE, self.heard.put, (heard,)).start()
        else:
            self.heard.put(heard)

    def _trouble(self, what: str) -> None:
        if not self._ended.is_set():
            self._journal.write(trouble=f"stream: {what}")


@dataclass(slots=True)
class Part:
    """A part of the page that asks. `look`: its name in the journal; `on`: kinds of events, of this `call` or `request`
    only where one is named; `rest`: seconds between two questions at least; `posts`: it says something and
    shows nothing; `took`: what to do with what came.
    """

    look: str
    path: str
    on: frozenset[str]
    rest: float = 0.0
    call: int | None = None
    request: int | None = None
    seen: str = ""
    posts: bool = False
    took: Callable[[str], None] = lambda body: None
    asked: float = field(default_factory=time.monotonic)
    due: float = 0.0

    def __post_init__(self) -> None:
        self.due = self.due or self.asked + SWEEP

    @property
    def address(self) -> str:
        """Where it asks, with what it shows."""
        return f"{self.path}{'&' if '?' in self.path else '?'}seen={self.seen}"

    def hear(self, heard: Heard) -> None:
        """Plan to ask, where this concerns the part."""
        if heard.kind in self.on and self.call in (None, heard.call) and self.request in (None, heard.request):
            self.due = min(self.due, self.asked + self.rest)

    def answered(self, answer: Answer) -> None:
        """It has asked; nothing new came, or this."""
        self.asked = time.monotonic()
        self.due = self.asked + SWEEP
        if answer.status == http.client.OK:
            if found := _SEEN.search(answer.body):
                self.seen = found.group(1)
            self.took(answer.body)


def next_due(parts: Sequence[Part]) -> Part | None:
    """Whichever asks first; of those that are late, the first of the page."""
    now = time.monotonic()
    late = next((part for part in parts if part.due <= now), None)
    return late or min(parts, key=lambda part: part.due, default=None)
