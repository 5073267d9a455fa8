"""One press of a button, to the end: a post without an answer, or with the server's own error, is posted again with the
same key until its outcome is known. Standard library only.
"""

import random
import re
import time
import uuid
from dataclasses import dataclass

from retention_desk.prove.browser import Answer, Browser, Fields, NoAnswer

DONE = frozenset({200, 302})
REFUSED = frozenset({409, 422})
_REFUSAL = re.compile(r'data-refusal="(\w+)"')


@dataclass(frozen=True, slots=True)
class Pressed:
    """What became of it. `answer` None: no outcome could be had. `refusal`: the code of a no. `troubles`: what
    the posts before it were answered with.
    """

    key: str
    answer: Answer | None
    refusal: str
    troubles: list[str]


def press(
    browser: Browser, path: str, fields: Fields, *, htmx: bool, patience: float, chance: random.Random
) -> Pressed:
    """Post a form until its outcome is known, for `patience` seconds."""
    key = str(uuid.uuid4())
    troubles: list[str] = []
    until = time.monotonic() + patience
    while True:
        try:
            answer = browser.post(path, fields, key=key, htmx=htmx)
        except NoAnswer as error:
            troubles.append(str(error))
        else:
            code = _REFUSAL.search(answer.body) if answer.status in REFUSED else None
            refusal = code.group(1) if code else ""
            if answer.status < 500 and refusal != "IN_FLIGHT":
                return Pressed(key, answer, refusal, troubles)
            troubles.append(refusal or (f"labelled {answer.status}" if answer.retry else str(answer.status)))
        if time.monotonic() > until:
            return Pressed(key, None, "", troubles)
        time.sleep(0.05 + 0.2 * chance.random())
