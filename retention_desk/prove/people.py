"""One process of the floor: agents on calls and supervisors who answer them, each a thread with a browser and a stream.

They work at a person's pace: one finds the customer, listens, offers or asks or cancels, hears the answer and wraps up.
With what is between two, a call takes a little over four minutes, so two hundred agents begin about 45 a minute. Their
pages ask by themselves all the while (prove/screen.py). What became of every press is written down as the hammer's
posters do; beside it, when each person first saw what somebody else had done. Standard library only: many of these run.
"""

import json
import queue
import random
import re
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retention_desk.prove.browser import Answer, Browser, Fields, NoAnswer
from retention_desk.prove.poster import CHECKS, DISCLOSURES, Lost
from retention_desk.prove.pressing import DONE, press
from retention_desk.prove.screen import Journal, Part, Stream, next_due
from retention_desk.prove.terms import OVER_THE_LIMIT, PASSWORD, TERMS, account

# What agents do with a call, and how often of twenty.
WAYS = ("present",) * 11 + ("ask",) * 6 + ("cancel",) * 3
# Seconds that each step takes a person, at least and at most.
BETWEEN, FINDING, LISTENING, BUILDING, WRITING = (10, 40), (3, 12), (60, 180), (10, 40), (5, 20)
HEARING, ENDING, WRAPPING, READING = (30, 90), (10, 30), (5, 30), (5, 20)
A_CALL = 260.0
# They come in over a few minutes, and not all of them at once.
COME_IN, COME_IN_SHARE = 120.0, 0.2
PATIENCE = 60.0
# The longest time for an answer, and some more.
ANSWERED_WITHIN = 150.0
UNDO = 6.0
NOTHING = Answer(status=0, location="", body="", retry=False, ms=0.0)
_CALL = re.compile(r"^/calls/(\d+)/")
_PROPOSAL = re.compile(r"/proposals/(\d+)/settle/")
_SEEN = re.compile(r"/answer/\?seen=([\w.:-]+)")
_LINES = re.compile(r'name="lines" value="(\d+)"')
_FLOOR_REST = re.compile(r'id="floor"[^>]* data-rest="(\d+)"')
_ROW = re.compile(r'id="req-(\d+)".*?</li>', re.DOTALL)


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


class Over(Exception):
    """The time is over: whoever is at work leaves it as it is."""


class Person(threading.Thread, ABC):
    """Somebody at work until the time is over."""

    def __init__(self, orders: Orders, username: str, journal: Journal, until: float, chance: random.Random) -> None:
        super().__init__()
        self.orders, self.username, self.journal, self.until, self.chance = orders, username, journal, until, chance
        self.browser = Browser(orders.base)
        self.screen: list[Part] = []
        self.stream: Stream | None = None

    def run(self) -> None:
        """Arrive, sign in and work."""
        time.sleep(self.chance.random() * min(COME_IN, COME_IN_SHARE * self.orders.seconds))
        try:
            began = time.perf_counter()
            self.browser.sign_in(self.username, PASSWORD)
            self.journal.write(look="sign in", status=200, ms=round(1000 * (time.perf_counter() - began), 2))
            self.stream = Stream(self.orders.live, self.browser.cookies, self.journal)
            self.stream.start()
            self.begin()
            while True:
                self.turn()
        except Over:
            pass
        except (Lost, NoAnswer, RuntimeError) as error:
            self.journal.write(trouble=f"{self.username}: {type(error).__name__} {error}")
        finally:
            if self.stream:
                self.stream.end()

    @abstractmethod
    def begin(self) -> None:
        """What comes before the first turn."""

    @abstractmethod
    def turn(self) -> None:
        """One piece of work."""

    def think(self, seconds: tuple[float, float]) -> None:
        """What a person takes before the next press. Raises Over."""
        self.sit(min(time.monotonic() + self.chance.uniform(*seconds) * self.orders.pace, self.until))
        if time.monotonic() >= self.until:
            raise Over

    def sit(self, until: float, *, ready: Callable[[], bool] = lambda: False) -> None:
        """Sit before the page until then, or until what one waits for is there; its parts ask as they hear."""
        assert self.stream is not None
        while not ready() and (left := until - time.monotonic()) > 0:
            part = next_due(self.screen)
            if part is not None and part.due <= time.monotonic():
                part.answered(self.say(part) if part.posts else self.get(part.look, part.address))
                continue
            rest = left if part is None else min(left, part.due - time.monotonic())
            try:
                heard = self.stream.heard.get(timeout=max(0.0, rest))
            except queue.Empty:
                continue
            for one in self.screen:
                one.hear(heard)

    def get(self, look: str, path: str, *, htmx: bool = True) -> Answer:
        """Look at a page or a part of one. Without an answer that is written down, and nothing is there to see."""
        return self._seen(look, lambda: self.browser.get(path, htmx=htmx))

    def say(self, part: Part) -> Answer:
        """Post what a page says by itself."""
        return self._seen(part.look, lambda: self.browser.post(part.path, {}, htmx=True))

    def _seen(self, look: str, ask: Callable[[], Answer]) -> Answer:
        try:
            answer = ask()
        except NoAnswer as error:
            self.journal.write(trouble=f"{look} had no answer: {error}")
            return NOTHING
        self.journal.write(look=look, status=answer.status, ms=round(answer.ms, 2), again=answer.retry)
        return answer

    def act(self, act: str, path: str, fields: Fields, *, htmx: bool = True) -> Answer:
        """Post a form until its outcome is known, and write it down. Raises Lost."""
        pressed = press(self.browser, path, fields, htmx=htmx, patience=PATIENCE, chance=self.chance)
        answer = pressed.answer or NOTHING
        refusal = pressed.refusal or ("NOT_OPENED" if act == "open" and not _CALL.match(answer.location) else "")
        self.journal.write(
            act=act, key=pressed.key, status=answer.status, ms=round(answer.ms, 2), at=time.time(), refusal=refusal,
            troubles=pressed.troubles,
        )  # fmt: skip
        if pressed.answer is None:
            raise Lost(f"{act} {pressed.key}: {pressed.troubles[-1]}")
        return answer


class Agent(Person):
    """Takes calls: presents, asks or cancels, and wraps up."""

    def __init__(self, *given: Any, customers: list[int]) -> None:
        super().__init__(*given)
        self.customers = customers
        self.outcome = ""

    def begin(self) -> None:
        """Not all are at the same point of a call."""
        self.home()
        self.think((0, A_CALL))

    def home(self) -> None:
        """The first page, where one waits for the next call."""
        self.get("home", "/", htmx=False)
        self.screen = [
            Part("home: waiting", "/?part=waiting", frozenset({"waiting"}), rest=2),
            Part("home: queues", "/telephone/queues/", frozenset({"queues"}), rest=1),
            Part("home: promised", "/?part=promised", frozenset({"waiting"}), rest=2),
            Part("home: mine", "/", frozenset({"authority", "request"}), rest=5),
        ]

    def turn(self) -> None:
        """One call."""
        customer = self.customers.pop()
        self.get("look up", f"/customers/?q={account(customer)}")
        self.think(FINDING)
        said = {"customer": str(customer), "opening_intent": "DISCONNECT", "caller_role": "HOLDER", "checks": CHECKS}
        opened = self.act("open", "/calls/open/", {**said, "then": "screen"}, htmx=False)
        found = _CALL.match(opened.location)
        if found is None:
            return
        page = found.group(0)
        self.get("screen", page, htmx=False)
        self.screen = [
            Part("word", f"{page}word/", frozenset({"call"}), call=int(found.group(1))),
            # A call whose screen has fallen silent is given up after a while.
            Part("still there", f"{page}touch/", frozenset(), posts=True),
        ]
        self.think(LISTENING)
        way = self.chance.choice(WAYS)
        if way == "ask" and time.monotonic() > self.until - 2 * READING[1] * self.orders.pace:
            # Nobody would be there any more to answer.
            way = "present"
        done: Callable[[str], str] = {"present": self.present, "ask": self.ask, "cancel": self.cancel}[way]
        ending = done(page)
        self.think(WRAPPING)
        self.act("wrap", f"{page}wrap-up/", {"kind": ending, "notes": "", "next": "home"}, htmx=False)
        self.home()
        self.think(BETWEEN)

    def present(self, page: str) -> str:
        """Move the slider, present, hear the answer."""
        percent, months = self.chance.choice(TERMS)
        terms = {"percent": str(percent), "months": str(months)}
        offer = f"{page}offers/{self.orders.version}/"
        self.get("offer", offer)
        self.think(BUILDING)
        self.act("preview", f"{offer}preview/", terms)
        answer = self.act("present", offer, {**terms, "act": "present", "place": "1"})
        return self.settle(page, answer) if answer.status in DONE else "SAVED_WITHOUT"

    def settle(self, page: str, presented: Answer) -> str:
        """What the customer says."""
        found = _PROPOSAL.search(presented.body)
        if found is None:
            return "SAVED_WITHOUT"
        self.think(HEARING)
        says = "accepted" if self.chance.random() < 0.6 else "declined"
        disclosures = DISCLOSURES if says == "accepted" else ()
        settle = f"{page}proposals/{found.group(1)}/settle/"
        act = "accept" if says == "accepted" else "decline"
        answer = self.act(act, settle, {"answer": says, "disclosures": disclosures})
        return "SAVED_WITH_OFFER" if says == "accepted" and answer.status in DONE else "SAVED_WITHOUT"

    def ask(self, page: str) -> str:
        """Ask for more than one's own, and wait for the answer."""
        percent, months = OVER_THE_LIMIT
        self.get("offer", f"{page}offers/{self.orders.asking}/")
        self.think(WRITING)
        terms = {"percent": str(percent), "months": str(months), "act": "ask", "note": "Has a written quote."}
        asked = self.act("ask", f"{page}offers/{self.orders.asking}/", terms)
        waits, found = _SEEN.search(asked.body), _PROPOSAL.search(asked.body)
        if asked.status not in DONE or waits is None or found is None:
            return "SAVED_WITHOUT"
        self.outcome = ""
        call = int(page.split("/")[2])
        answer = Part("answer", f"{page}answer/", frozenset({"request"}), call=call, seen=waits[1], took=self._answered)
        self.screen = [answer, *self.screen]
        self.sit(time.monotonic() + ANSWERED_WITHIN, ready=lambda: bool(self.outcome))
        self.screen.remove(answer)
        if not self.outcome:
            self.journal.write(trouble=f"no answer about proposal {found.group(1)}")
            return "SAVED_WITHOUT"
        self.journal.write(saw="answer", proposal=int(found.group(1)), at=time.time())
        granted = _PROPOSAL.search(self.outcome)
        if granted is None or 'value="present"' not in self.outcome:
            return "SAVED_WITHOUT"
        self.think(WRITING)
        settle = f"{page}proposals/{granted.group(1)}/settle/"
        return self.settle(page, self.act("present granted", settle, {"answer": "present"}))

    def _answered(self, body: str) -> None:
        """What is no more than who reads it is no answer."""
        if not _SEEN.search(body):
            self.outcome = body

    def cancel(self, page: str) -> str:
        """Two presses and a number."""
        step = self.get("cancel step", f"{page}cancel/")
        lines = _LINES.findall(step.body)
        self.act("cancel", f"{page}cancel/", {"lines": lines, "when": "END_OF_PAID_MONTH"})
        self.think(ENDING)
        return "CANCELLED"


class Supervisor(Person):
    """Watches the queue and the floor, and answers what the desk has drawn them for."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.rows: dict[str, str] = {}
        self.seen: set[str] = set()
        self.answered: set[str] = set()

    def begin(self) -> None:
        """The approvals page, and what of it asks."""
        page = self.get("approvals", "/approvals/", htmx=False)
        self._look(page.body)
        request, floor = frozenset({"request"}), frozenset({"floor", "request"})
        queue = Part("queue", "/approvals/queue/?open=&shown=", request, took=self._look, due=time.monotonic())
        self.areas = [
            queue,
            Part("queue figures", "/approvals/figures/", request, rest=1, due=time.monotonic()),
            Part("rail count", "/approvals/count/", request, rest=1, due=time.monotonic()),
            Part("floor", "/approvals/floor/", floor, rest=self._rest(page.body), due=time.monotonic()),
            Part("budgets", "/approvals/budgets/", frozenset({"authority", "floor"}), rest=2, due=time.monotonic()),
        ]
        self.screen = self.areas

    def turn(self) -> None:
        """Wait for a request that is one's own, and answer it."""
        self.sit(self.until, ready=lambda: self._next() is not None)
        request = self._next()
        if request is None:
            raise Over
        self.answered.add(request)
        self.answer(request)

    def answer(self, request: str) -> None:
        """Read it and decide."""
        self.get("card", f"/approvals/{request}/")
        self.act("read", f"/approvals/{request}/read/", {})
        state = Part("card state", f"/approvals/{request}/state/", frozenset({"request"}), request=int(request))
        self.screen = [*self.areas, state]
        self.think(READING)
        yes = self.chance.random() < 0.75
        said = {"decision": "approve"} if yes else {"reason": "TOO_COSTLY"}
        self.act("decide", f"/approvals/{request}/decide/", said)
        self.screen = self.areas

    def _rest(self, body: str) -> float:
        """How often the floor wants to ask at most; it says so itself."""
        found = _FLOOR_REST.search(body)
        return float(found[1]) if found else 1

    def _look(self, body: str) -> None:
        """What stands in the list now."""
        self.rows = {found.group(1): found.group(0) for found in _ROW.finditer(body)}
        for request in self.rows.keys() - self.seen:
            self.seen.add(request)
            self.journal.write(saw="request", request=int(request), at=time.time())

    def _next(self) -> str | None:
        """A request of one's own; "With ..." says that it is somebody else's."""
        mine = (one for one, row in self.rows.items() if one not in self.answered and "req__who" not in row)
        return next(mine, None)


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
    # Supervisors stay until the last question has its answer.
    until += UNDO + READING[1] * orders.pace
    supervisors = [Supervisor(orders, name, journal, until, _chance(orders, name)) for name in orders.supervisors]
    return [*agents, *supervisors]


def _chance(orders: Orders, name: str) -> random.Random:
    return random.Random(f"{orders.seed} {name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
