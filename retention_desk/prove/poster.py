"""One process of the load: agents who open calls, present, hear the answer and wrap up, by posting the desk's forms.

Every post has a key. A post without an answer, or with the server's own error, is posted again with the same key until
its outcome is known. What became of each is written down line by line. Standard library only: many of these run.
"""

import contextlib
import json
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from retention_desk.prove.browser import Answer, Browser, Fields, NoAnswer
from retention_desk.prove.pressing import DONE, press
from retention_desk.prove.terms import PASSWORD, TERMS

CHECKS = ("PIN", "BIRTH_DATE")
DISCLOSURES = ("PRICE_NOW", "PRICE_AFTER", "NEW_TERM", "HOW_TO_CANCEL")
# One press in so many is made twice.
TWICE = 20
ACCEPTS = 0.75
_PROPOSAL = re.compile(r"/proposals/(\d+)/settle/")
_CALL = re.compile(r"^/calls/(\d+)/")


class Lost(Exception):
    """No outcome could be had in all the time that there was."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What one process is told. `posts` None: until the file `stop` is there. `drain`: spend to the last coin."""

    base: str
    agents: list[tuple[str, int]]
    customers: list[int]
    version: int
    posts: int | None
    stop: str
    journal: str
    seed: int
    drain: bool
    patience: float


class Poster:
    """The agents of one process, one after the other."""

    def __init__(self, orders: Orders, journal: TextIO) -> None:
        self.orders = orders
        self.journal = journal
        self.chance = random.Random(orders.seed)
        self.customers = iter(orders.customers)
        self.browsers: dict[str, Browser] = {}
        self.posts = 0
        # Budgets of which not even the smallest offer can be paid.
        self.empty: set[int] = set()

    def run(self) -> None:
        """Make calls until there is nothing left to do."""
        for username, budget in self._turns():
            customer = next(self.customers, None)
            if customer is None:
                return
            self._call(username, budget, customer)

    def _turns(self) -> Iterator[tuple[str, int]]:
        if self.orders.drain:
            for username, budget in self.orders.agents:
                while budget not in self.empty:
                    yield username, budget
            return
        while True:
            for turn in self.orders.agents:
                if self._has_done_enough():
                    return
                yield turn

    def _has_done_enough(self) -> bool:
        if self.orders.posts is None:
            return Path(self.orders.stop).exists()
        return self.posts >= self.orders.posts

    def _call(self, username: str, budget: int, customer: int) -> None:
        """One call from its first to its last form."""
        browser = self._browser(username)
        said = {"customer": str(customer), "opening_intent": "DISCONNECT", "caller_role": "HOLDER", "checks": CHECKS}
        opened = self._act(browser, "open", "/calls/open/", {**said, "then": "screen"})
        found = _CALL.match(opened.location)
        if found is None:
            self._leave(browser)
            return
        page = found.group(0)
        proposal = self._present(browser, page, budget)
        ending = "SAVED_WITHOUT"
        if proposal:
            accepts = self.orders.drain or self.chance.random() < ACCEPTS
            answer = {"answer": "accepted" if accepts else "declined", "disclosures": DISCLOSURES if accepts else ()}
            settle = f"{page}proposals/{proposal}/settle/"
            settled = self._act(browser, "accept" if accepts else "decline", settle, answer, htmx=True)
            ending = "SAVED_WITH_OFFER" if accepts and settled.status in DONE else ending
        self._act(browser, "wrap", f"{page}wrap-up/", {"kind": ending, "notes": "", "next": "home"})

    def _present(self, browser: Browser, page: str, budget: int) -> str:
        """Present something; less and less of it while a budget refuses. Answers the proposal, or nothing."""
        first = 0 if self.orders.drain else self.chance.randrange(len(TERMS))
        first = len(TERMS) - 1 if budget in self.empty else first
        for percent, months in TERMS[first:]:
            terms = {"act": "present", "percent": str(percent), "months": str(months)}
            path = f"{page}offers/{self.orders.version}/"
            answer = self._act(browser, "present", path, terms, htmx=True)
            if answer.status in DONE and (found := _PROPOSAL.search(answer.body)):
                return found.group(1)
        self.empty.add(budget)
        return ""

    def _leave(self, browser: Browser) -> None:
        """A call is open that this process does not know of: end it, so that the next one can be opened."""
        with contextlib.suppress(NoAnswer):
            found = _CALL.match(browser.get("/calls/").location)
            if found:
                self._act(
                    browser, "wrap", f"{found.group(0)}wrap-up/", {"kind": "DROPPED", "notes": "", "next": "home"}
                )

    def _act(self, browser: Browser, act: str, path: str, fields: Fields, *, htmx: bool = False) -> Answer:
        """Post one form until its outcome is known, and write it down. Raises Lost."""
        pressed = press(browser, path, fields, htmx=htmx, patience=self.orders.patience, chance=self.chance)
        key, answer = pressed.key, pressed.answer
        self.posts += len(pressed.troubles) + (answer is not None)
        if answer is None:
            self._write(act, key, 0, 0.0, "", pressed.troubles)
            raise Lost(f"{act} {key}: {pressed.troubles[-1]}")
        refusal = pressed.refusal or self._redirected(act, answer)
        self._write(act, key, answer.status, answer.ms, refusal, pressed.troubles)
        if not self.chance.randrange(TWICE):
            self._again(browser, act, path, fields, key, answer, htmx=htmx)
        return answer

    def _again(
        self, browser: Browser, act: str, path: str, fields: Fields, key: str, first: Answer, *, htmx: bool
    ) -> None:
        """Press once more: the answer is the same. Without an answer nothing is known, and nothing is claimed."""
        with contextlib.suppress(NoAnswer):
            second = browser.post(path, fields, key=key, htmx=htmx)
            self.posts += 1
            if first.status in DONE and second.status < 500 and second.status not in DONE:
                self._write(f"{act} again", key, second.status, second.ms, "NOT_THE_SAME", [])

    def _redirected(self, act: str, answer: Answer) -> str:
        """A look-up page that an opening leads back to is a refusal, and so is the page to sign in."""
        if answer.location.startswith("/login/"):
            return "SIGNED_OUT"
        return "NOT_OPENED" if act == "open" and not _CALL.match(answer.location) else ""

    def _browser(self, username: str) -> Browser:
        if username not in self.browsers:
            until = time.monotonic() + self.orders.patience
            while True:
                browser = Browser(self.orders.base)
                try:
                    browser.sign_in(username, PASSWORD)
                    break
                except (NoAnswer, RuntimeError):
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.2)
            self.browsers[username] = browser
        return self.browsers[username]

    def _write(self, act: str, key: str, status: int, ms: float, refusal: str, troubles: list[str]) -> None:
        line: dict[str, Any] = {"act": act, "key": key, "status": status, "ms": round(ms, 2), "at": time.time()}
        self.journal.write(json.dumps(line | {"refusal": refusal, "troubles": troubles}) + "\n")
        self.journal.flush()


def main(path: str) -> int:
    """Carry the orders in that file out; 1 when an outcome could not be had."""
    told = json.loads(Path(path).read_text(encoding="utf-8"))
    orders = Orders(**{**told, "agents": [(name, budget) for name, budget in told["agents"]]})
    with Path(orders.journal).open("a", encoding="utf-8") as journal:
        try:
            Poster(orders, journal).run()
        except Lost as lost:
            print(lost, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
