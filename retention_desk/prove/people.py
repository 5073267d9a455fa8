"""One process of the floor: agents on calls and supervisors who answer them, each a thread with a browser and a stream.

They work at a person's pace. Every form has a key, and what became of it is written down as the hammer's posters do;
beside it, when each person first saw what somebody else had done. Standard library only: many of these run.
"""

import contextlib
import http.client
import json
import random
import re
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from retention_desk.prove.browser import Answer, Browser, Fields, NoAnswer
from retention_desk.prove.poster import CHECKS, DISCLOSURES, DONE, REFUSED
from retention_desk.prove.terms import OVER_THE_LIMIT, PASSWORD, TERMS

# What agents do with a call, and how often of twenty.
WAYS = ("present",) * 11 + ("ask",) * 6 + ("cancel",) * 3
# Seconds between two looks of somebody whose stream says nothing, as on the pages.
LOOKS_EVERY = 3.0
ANSWERED_WITHIN = 90.0
SILENT = 30.0
# Supervisors stay until the last question has its answer: the undo, and as long as they think about it.
UNDO, THINKING = 6.0, 14.0
_CALL = re.compile(r"^/calls/(\d+)/")
_PROPOSAL = re.compile(r"/proposals/(\d+)/settle/")
_SEEN = re.compile(r"/answer/\?seen=([\w.:-]+)")
_LINES = re.compile(r'name="lines" value="(\d+)"')
_ROW = re.compile(r'id="req-(\d+)".*?</li>', re.DOTALL)
_REFUSAL = re.compile(r'data-refusal="(\w+)"')


@dataclass(frozen=True, slots=True)
class Orders:
    """What one process is told. `seconds` of work; `pace` of 1 is a person's, 0.1 ten times as fast."""

    base: str
    live: str
    agents: list[str]
    supervisors: list[str]
    customers: list[int]
    version: int
    asking: int
    seconds: float
    pace: float
    journal: str
    seed: int


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


class Stream(threading.Thread):
    """The event stream of one person: `news` is set by every event that may concern them."""

    def __init__(self, live: str, cookies: dict[str, str], journal: Journal) -> None:
        super().__init__(daemon=True)
        self.news = threading.Event()
        self.ended = threading.Event()
        self._live, self._journal = live, journal
        self._cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def run(self) -> None:
        """Listen; come back when the line breaks."""
        while not self.ended.is_set():
            try:
                self._listen()
            except (OSError, http.client.HTTPException) as error:
                self._journal.write(trouble=f"stream: {type(error).__name__}")
            self.ended.wait(1)

    def _listen(self) -> None:
        parts = urlsplit(self._live)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SILENT)
        line.request("GET", parts.path, headers={"Cookie": self._cookie, "Accept": "text/event-stream"})
        answer = line.getresponse()
        if answer.status != http.client.OK:
            self._journal.write(trouble=f"stream: {answer.status}")
            self.ended.wait(2)
            return
        with contextlib.closing(line):
            while not self.ended.is_set():
                said = answer.readline()
                if not said:
                    return
                if said.startswith(b"event: request"):
                    # An answer shows when the undo has run out; the page waits as long as it is told.
                    told = json.loads(answer.readline().removeprefix(b"data: ") or "{}")
                    threading.Timer(told.get("wait", 0) / 1000, self.news.set).start()


class Person(threading.Thread):
    """Somebody at work until the time is over."""

    def __init__(self, orders: Orders, username: str, journal: Journal, until: float, chance: random.Random) -> None:
        super().__init__()
        self.orders, self.username, self.journal, self.until, self.chance = orders, username, journal, until, chance
        self.browser = Browser(orders.base)
        self.stream: Stream | None = None

    def run(self) -> None:
        """Arrive, sign in and work."""
        time.sleep(self.chance.random() * min(20.0, self.orders.seconds / 6) * self.orders.pace)
        try:
            self.browser.sign_in(self.username, PASSWORD)
            self.stream = Stream(self.orders.live, self.browser.cookies, self.journal)
            self.stream.start()
            while time.monotonic() < self.until:
                self.turn()
        except (NoAnswer, RuntimeError) as error:
            self.journal.write(trouble=f"{self.username}: {type(error).__name__} {error}")
        finally:
            if self.stream:
                self.stream.ended.set()

    def turn(self) -> None:
        """One piece of work."""
        raise NotImplementedError

    def think(self, least: float, most: float) -> None:
        """What a person takes before the next press."""
        time.sleep(self.chance.uniform(least, most) * self.orders.pace)

    def news(self) -> None:
        """Wait for the stream to say something, or for the next look."""
        assert self.stream is not None
        self.stream.news.wait(LOOKS_EVERY)
        self.stream.news.clear()

    def get(self, act: str, path: str, *, htmx: bool = True) -> Answer:
        """Look at a page or a part of one."""
        answer = self.browser.get(path, htmx=htmx)
        self.journal.write(look=act, status=answer.status, ms=round(answer.ms, 2))
        return answer

    def act(self, act: str, path: str, fields: Fields, *, htmx: bool = True) -> Answer:
        """Post a form and write down what became of it."""
        key = str(uuid.uuid4())
        answer = self.browser.post(path, fields, key=key, htmx=htmx)
        code = _REFUSAL.search(answer.body) if answer.status in REFUSED else None
        refusal = code.group(1) if code else "NOT_OPENED" if act == "open" and not _CALL.match(answer.location) else ""
        self.journal.write(
            act=act, key=key, status=answer.status, ms=round(answer.ms, 2), at=time.time(), refusal=refusal, troubles=[]
        )
        return answer


class Agent(Person):
    """Takes calls: presents, asks or cancels, and wraps up."""

    def __init__(self, *given: Any, customers: list[int]) -> None:
        super().__init__(*given)
        self.customers = customers

    def turn(self) -> None:
        """One call."""
        self.think(2, 8)
        customer = self.customers.pop()
        said = {"customer": str(customer), "opening_intent": "DISCONNECT", "caller_role": "HOLDER", "checks": CHECKS}
        opened = self.act("open", "/calls/open/", {**said, "then": "screen"}, htmx=False)
        found = _CALL.match(opened.location)
        if found is None:
            return
        page = found.group(0)
        self.get("screen", page, htmx=False)
        self.think(5, 15)
        way = self.chance.choice(WAYS)
        done: Callable[[str], str] = {"present": self.present, "ask": self.ask, "cancel": self.cancel}[way]
        ending = done(page)
        self.think(2, 6)
        self.act("wrap", f"{page}wrap-up/", {"kind": ending, "notes": "", "next": "home"}, htmx=False)

    def present(self, page: str) -> str:
        """Move the slider, present, hear the answer."""
        percent, months = self.chance.choice(TERMS)
        terms = {"percent": str(percent), "months": str(months)}
        offer = f"{page}offers/{self.orders.version}/"
        self.act("preview", f"{offer}preview/", terms)
        self.think(2, 5)
        answer = self.act("present", offer, {**terms, "act": "present", "place": "1"})
        return self.settle(page, answer) if answer.status in DONE else "SAVED_WITHOUT"

    def settle(self, page: str, presented: Answer) -> str:
        """What the customer says."""
        found = _PROPOSAL.search(presented.body)
        if found is None:
            return "SAVED_WITHOUT"
        self.think(4, 12)
        says = "accepted" if self.chance.random() < 0.6 else "declined"
        disclosures = DISCLOSURES if says == "accepted" else ()
        settle = f"{page}proposals/{found.group(1)}/settle/"
        act = "accept" if says == "accepted" else "decline"
        answer = self.act(act, settle, {"answer": says, "disclosures": disclosures})
        return "SAVED_WITH_OFFER" if says == "accepted" and answer.status in DONE else "SAVED_WITHOUT"

    def ask(self, page: str) -> str:
        """Ask for more than one's own, and wait for the answer."""
        percent, months = OVER_THE_LIMIT
        terms = {"percent": str(percent), "months": str(months), "act": "ask", "note": "Has a written quote."}
        asked = self.act("ask", f"{page}offers/{self.orders.asking}/", terms)
        waits, found = _SEEN.search(asked.body), _PROPOSAL.search(asked.body)
        if asked.status not in DONE or waits is None or found is None:
            return "SAVED_WITHOUT"
        until = time.monotonic() + ANSWERED_WITHIN
        while time.monotonic() < until:
            self.news()
            answer = self.get("answer", f"{page}answer/?seen={waits.group(1)}")
            if answer.status == http.client.NO_CONTENT:
                continue
            if again := _SEEN.search(answer.body):
                waits = again
                continue
            self.journal.write(saw="answer", proposal=int(found.group(1)), at=time.time())
            granted = _PROPOSAL.search(answer.body)
            if granted is None or 'value="present"' not in answer.body:
                return "SAVED_WITHOUT"
            settle = f"{page}proposals/{granted.group(1)}/settle/"
            return self.settle(page, self.act("present granted", settle, {"answer": "present"}))
        self.journal.write(trouble=f"no answer about proposal {found.group(1)}")
        return "SAVED_WITHOUT"

    def cancel(self, page: str) -> str:
        """Two presses and a number."""
        step = self.get("cancel step", f"{page}cancel/")
        lines = _LINES.findall(step.body)
        self.act("cancel", f"{page}cancel/", {"lines": lines, "when": "END_OF_PAID_MONTH"})
        return "CANCELLED"


class Supervisor(Person):
    """Watches the queue, and answers what the desk has drawn them for."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.seen: set[str] = set()
        self.answered: set[str] = set()

    def turn(self) -> None:
        """Look at the queue, and answer one request."""
        queue = self.get("queue", "/approvals/queue/?seen=&open=&shown=")
        rows = {found.group(1): found.group(0) for found in _ROW.finditer(queue.body)}
        for request in rows.keys() - self.seen:
            self.seen.add(request)
            self.journal.write(saw="request", request=int(request), at=time.time())
        for request, row in rows.items():
            # "With ..." says that it is somebody else's.
            if request not in self.answered and "req__who" not in row:
                self.answered.add(request)
                self.answer(request)
                return
        self.news()

    def answer(self, request: str) -> None:
        """Read it and decide."""
        self.get("card", f"/approvals/{request}/")
        self.act("read", f"/approvals/{request}/read/", {})
        self.think(3, 8)
        yes = self.chance.random() < 0.75
        said = {"decision": "approve"} if yes else {"reason": "TOO_COSTLY"}
        self.act("decide", f"/approvals/{request}/decide/", said)


def main(path: str) -> int:
    """Let everybody in that file work until the time is over."""
    orders = Orders(**json.loads(Path(path).read_text(encoding="utf-8")))
    with Path(orders.journal).open("a", encoding="utf-8") as file:
        people = _people(orders, Journal(file))
        for person in people:
            person.start()
        for person in people:
            person.join()
    return 0


def _people(orders: Orders, journal: Journal) -> list[Person]:
    until = time.monotonic() + orders.seconds
    agents = [
        Agent(
            orders, name, journal, until, _chance(orders, name), customers=orders.customers[place :: len(orders.agents)]
        )
        for place, name in enumerate(orders.agents)
    ]
    until += UNDO + THINKING * orders.pace
    supervisors = [Supervisor(orders, name, journal, until, _chance(orders, name)) for name in orders.supervisors]
    return [*agents, *supervisors]


def _chance(orders: Orders, name: str) -> random.Random:
    return random.Random(f"{orders.seed} {name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
