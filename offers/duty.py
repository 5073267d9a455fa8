"""What a seat is doing: set by the person, seen by the floor, asked before anything is escalated. Whoever leaves takes
no open question along: it goes to a colleague by name, or back to the desk, which draws the next one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from customers import audit
from customers.queries import DeskNow
from customers.refusals import NotYours, Refused
from offers import ledger
from offers.choices import ApprovalState, Duty
from offers.models import ApprovalRequest, Seat

LEAVING = frozenset({Duty.OFF, Duty.BREAK, Duty.AWAY})


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a supervisor's open questions: how many somebody else has now, and why which ones stay."""

    done: int = 0
    kept: Mapping[int, str] | None = None

    @property
    def left(self) -> int:
        """How many are still with them."""
        return len(self.kept or {})


def set_duty(*, by: int, role: str, duty: Duty) -> Moved:
    """Set one's own duty; leaving passes one's open questions on. Setting what it already is changes nothing.

    Each question is passed on by itself, after the duty is set: a question is locked before a seat, everywhere. Raises
    `NotYours` without an active seat.
    """
    with transaction.atomic():
        seat = Seat.objects.select_for_update().filter(user_id=by, is_active=True).first()
        if seat is None:
            raise NotYours
        if seat.duty == duty:
            return Moved()
        Seat.objects.filter(pk=seat.pk).update(duty=duty, duty_since=DeskNow())
        audit.append(
            by=by,
            role=role,
            act="SET_DUTY",
            object_kind="seat",
            object_id=seat.pk,
            before={"duty": seat.duty},
            after={"duty": str(duty)},
        )
    if duty not in LEAVING:
        return Moved()
    return _each(
        _open_questions(by),
        lambda question: ledger.act(
            "pass_question", {"request_id": question, "approver_id": by, "role": role, "up": False}
        ),
    )


def hand_over(*, request_ids: Collection[int], to: int, by: int, role: str) -> Moved:
    """Give open questions of one's own to a colleague on duty who may answer them; each goes or stays by itself.

    A question stays (`Moved.kept`, with the code) when the colleague is not on duty at its site, has had their turn,
    knows the customer too well, or has too little authority or budget for it, and when it is over or not one's own.
    """
    mine = set(_open_questions(by))
    moved = _each(
        [question for question in sorted(request_ids) if question in mine],
        lambda question: ledger.act(
            "hand_over_question", {"request_id": question, "approver_id": by, "role": role, "to_id": to}
        ),
    )
    gone = {question: "NOT_DRAWN" for question in request_ids if question not in mine}
    return Moved(moved.done, {**(moved.kept or {}), **gone})


def _open_questions(by: int) -> list[int]:
    drawn = ApprovalRequest.objects.filter(drawn_to_id=by, state=ApprovalState.OPEN, due_at__gt=DeskNow())
    return list(drawn.order_by("due_at").values_list("pk", flat=True))


def _each(questions: Collection[int], move: Any) -> Moved:
    """Move one after the other, each in a transaction of its own."""
    done, kept = 0, {}
    for question in questions:
        try:
            move(question)
        except Refused as refused:
            kept[question] = str(refused.code)
        else:
            done += 1
    return Moved(done, kept)
