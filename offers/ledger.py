"""The one door to the ledger's SQL functions: calls them, and turns their refusals into `Refused`.

It decides nothing. Whatever a function refuses is rolled back by the database as a whole.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, Literal

from django.db import DatabaseError, OperationalError, connection, transaction
from psycopg.types.json import Jsonb

from customers import screens
from customers.refusals import InFlight, KeyReused, NotYours, Refused

Door = Literal[
    "authorise_proposal",
    "ask_approval",
    "decide_approval",
    "undo_decision",
    "present_proposal",
    "settle_proposal",
    "pass_question",
    "hand_over_question",
    "top_up_budget",
    "transfer_budget",
    "start_storm",
    "end_storm",
]

REFUSED = "RD100"
TRY_WHOLE = "TRY_WHOLE"
# A serialisation failure, a deadlock, a lock not had in time: the database gave this act up so that others could go on.
_GIVEN_UP = frozenset({"40001", "40P01", "55P03"})
_TRIES = 3
_PAUSE_SECONDS = (0.005, 0.05)
# Walls that are constraints, and what it means to run into them: another tab of the same call was first.
_WALLS = {"one_presented_a_call": "ANSWER_FIRST"}
# Refusals that callers tell apart by their class.
_CLASSES = {"IN_FLIGHT": InFlight, "KEY_REUSED": KeyReused, "NOT_YOURS": NotYours}
# For the screens: who acts, on what, and which doors leave a proposal that was not there before.
_WHO = ("approver_id", "agent_id", "by")
_THINGS = ("request", "call", "proposal")
_MAKE_PROPOSALS = frozenset({"authorise_proposal", "ask_approval"})


def act(door: Door, facts: Mapping[str, Any]) -> int:
    """Do one act of the ledger, whole or not at all, and return the id of what it leaves: a proposal, account or storm.

    The same key and body again returns the same id without a second effect. Raises `Refused` with the ledger's
    reason code, IN_FLIGHT while the first request is not answered yet, KEY_REUSED for another body under the key.
    """
    try:
        answer = _ask(f"SELECT {door}(%s)", Jsonb(dict(facts)))
    except Refused as refused:
        if refused.code != TRY_WHOLE:
            raise
        # No single part of a split budget has enough; the transaction is gone, and the next one takes them all.
        answer = _ask(f"SELECT {door}(%s)", Jsonb({**facts, "whole": True}))
    if answer["code"] in _CLASSES:
        raise _CLASSES[answer["code"]]
    object_id = int(answer["object_id"])
    _tell_the_screens(door, facts, made=object_id if door in _MAKE_PROPOSALS else None)
    return object_id


def _tell_the_screens(door: Door, facts: Mapping[str, Any], *, made: int | None) -> None:
    by = next((int(facts[name]) for name in _WHO if name in facts), None)
    things = {name: int(facts[f"{name}_id"]) for name in _THINGS if f"{name}_id" in facts}
    screens.ring(door, by=by, **({"proposal": made} | things))


def expire_due(*, most: int = 200) -> Counter[str]:
    """Let go of what is over by the database's clock, draw anew, thaw what has drained; each in its own transaction.

    Returns how many of each ("question", "hold", "draw", "storm", "thaw").
    """
    done = _one_by_one("expire_next", most) + _one_by_one("thaw_next", most)
    if done:
        screens.ring("expire_due")
    return done


def return_unspent(*, most: int = 200) -> Counter[str]:
    """End the concessions of customers who have left, and give back what they will not cost."""
    return _one_by_one("return_next", most)


def _one_by_one(function: Literal["expire_next", "thaw_next", "return_next"], most: int) -> Counter[str]:
    done: Counter[str] = Counter()
    for _ in range(most):
        what = _ask(f"SELECT to_jsonb({function}())")
        if what is None:
            break
        done[what] += 1
    return done


def set_budget(*, account_id: int, amount_minor: int, by: int, role: str, why: str) -> None:
    """Set what an account may hold and spend in all; below its use it freezes. Raises `Refused` BOUNDS."""
    _ask("SELECT budget_set(%s, %s, %s, %s, %s)", account_id, amount_minor, by, role, why)
    screens.ring("budget_set", by=by)


def mark_read(*, request_id: int, by: int) -> None:
    """Note who reads a question first, so that the agent can be told."""
    _ask("SELECT read_question(%s, %s)", request_id, by)
    screens.ring("read_question", by=by, request=request_id)


@contextmanager
def heard() -> Iterator[None]:
    """Whatever the database's own guards refuse inside is `Refused`, with their code; wrap the transaction in it."""
    try:
        yield
    except DatabaseError as error:
        cause: Any = error.__cause__
        if wall := _WALLS.get(getattr(getattr(cause, "diag", None), "constraint_name", None) or ""):
            raise Refused(wall) from None
        if getattr(cause, "sqlstate", None) != REFUSED:
            raise
        raise _refusal(cause) from None


def _ask(statement: str, *values: Any) -> Any:
    """Run one act and return its answer; tried again, by chance a little later, when the database gave it up.

    Inside somebody's transaction nothing is tried again: the whole of it would have to be.
    """
    for again in reversed(range(_TRIES)):
        try:
            return _once(statement, values)
        except OperationalError as error:
            if not again or connection.in_atomic_block or getattr(error.__cause__, "sqlstate", None) not in _GIVEN_UP:
                raise
            time.sleep(random.uniform(*_PAUSE_SECONDS))  # noqa: S311  # spreads those who wait, and keeps no secret
    raise AssertionError("unreachable: the last try returns or raises")


def _once(statement: str, values: tuple[Any, ...]) -> Any:
    # One statement is a transaction by itself; BEGIN and COMMIT around it are two more ways to the server and back.
    whole = transaction.atomic() if connection.in_atomic_block else nullcontext()
    with heard(), whole, connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    # Django's connections hand jsonb over as text, for its own fields to decode.
    return json.loads(row[0]) if row and isinstance(row[0], str) and row[0] else None


def _refusal(cause: Any) -> Refused:
    """The ledger's own words: the code is the message, its numbers are the detail."""
    code, facts = cause.diag.message_primary, json.loads(cause.diag.message_detail or "{}")
    return _CLASSES[code](**facts) if code in _CLASSES else Refused(code, **facts)
