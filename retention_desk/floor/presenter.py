"""From the queue and one case to what the approvals page prints. Works nothing out that the domain has worked out."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customers.refusals import Refused
from offers.approvals import Case
from offers.choices import ApprovalState
from offers.floor import Queue, Waiting
from offers.terms import Terms
from retention_desk.calls import composer
from retention_desk.calls.composer import Shown
from retention_desk.floor.words import DECLINE_REASONS

DECIDED_SHOWN = 4
LATE_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One request of the queue, or one that was decided."""

    id: int
    title: str
    waiting: Waiting
    due_seconds: int
    late: bool
    theirs: bool
    answered_in: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of the comparison: what was asked, the best counter, the agent's own, no offer."""

    kind: str
    terms_text: str
    accept: float
    cost_minor: int
    value_minor: int
    share: float
    best: bool


def seen(queue: Queue, *, me: str) -> str:
    """What the list shows, in a few signs; the browser sends it back when it asks for news.

    That `me` reads a request is no news to me.
    """
    readers = (f"{one.id}.{one.drawn}.{'' if one.reader == me else one.reader}" for one in queue.waiting)
    state = "|".join(readers) + f"/{len(queue.decided)}"
    return hashlib.blake2s(state.encode(), digest_size=8).hexdigest()


def queue_context(queue: Queue, *, open_id: int | None, me: str) -> dict[str, Any]:
    """The left column, the top bar and the budgets."""
    return {
        "queue": queue,
        "rows": [_row(one, queue) for one in queue.waiting],
        "decided": [_row(one, queue) for one in queue.decided[:DECIDED_SHOWN]],
        "seen": seen(queue, me=me),
        "open_id": open_id,
        "approved": queue.count(ApprovalState.APPROVED),
        "countered": queue.count(ApprovalState.COUNTERED) + queue.count(ApprovalState.CEILING),
        "declined": queue.count(ApprovalState.DECLINED),
    }


def _row(one: Waiting, queue: Queue) -> QueueRow:
    due = one.due_at - one.asked_at
    text = composer.terms_in_words(
        one.kind, Terms(one.kind, one.currency, one.percent or 0, one.months or 0, one.amount_minor or 0)
    )
    return QueueRow(
        id=one.id,
        title=f"{one.offer}, {text}" if text else one.offer,
        waiting=one,
        due_seconds=int(due.total_seconds()),
        late=queue.now - one.asked_at >= due * LATE_SHARE,
        theirs=one.drawn_to == queue.by,
        answered_in=one.answered_in_seconds,
    )


def case_context(
    case: Case, *, refused: Refused | None = None, key: str = "", typed: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """One request in full."""
    standing = case.ground.standing
    asked = composer.of_listed(case.asked, standing)
    best = composer.of_listed(case.best_counter, standing) if case.best_counter else None
    own = composer.of_listed(case.agents_own, standing) if case.agents_own else None
    sheet = case.sheet
    cost = asked.cost_minor
    return {
        "case": case,
        "sheet": sheet,
        "customer": sheet.customer,
        "currency": sheet.currency,
        "worth": case.ground.worth,
        "verdict": case.ground.verdict,
        "asked": asked,
        "best": best,
        "own": own,
        "answers": _answers(asked, best, own),
        "gain_minor": best.value_minor - asked.value_minor if best else 0,
        "less_minor": cost - best.cost_minor if best else 0,
        "fields": _fields(case, typed),
        "reasons": [{"code": code, "key": place} for place, code in enumerate(DECLINE_REASONS, 1)],
        "is_open": case.state == ApprovalState.OPEN and case.due_at > case.now,
        "due_seconds": int((case.due_at - case.asked_at).total_seconds()),
        "waited": (case.now - case.asked_at).total_seconds(),
        "on_line": (case.now - sheet.call.opened_at).total_seconds(),
        "past": _past(standing.past),
        "wallet_after_minor": max(0, case.wallet.left_minor - cost) if case.wallet else None,
        "why_not": [composer.why(code, case.asked.ruling.checks) for code in case.asked.ruling.reasons],
        "presented": [composer.name_of_made(one) for one in standing.made if one.presented_at],
        "refusal": {"code": str(refused.code), "facts": refused.facts, "why": {"code": str(refused.code)}}
        if refused
        else None,
        "key": key or str(uuid.uuid4()),
        "contract_days": (sheet.contract_ends_on - sheet.today).days if sheet.contract_ends_on else None,
    }


def _answers(asked: Shown, best: Shown | None, own: Shown | None) -> list[Answer]:
    """The comparison, with its bars on one scale and the most valuable answer marked."""
    shown = [("asked", asked), ("counter", best), ("own", own)]
    values = [one.value_minor for _kind, one in shown if one]
    top = max([*values, 1])
    rows = [
        Answer(
            kind=kind,
            terms_text=one.terms_text or one.name,
            accept=one.accept_percent / 100,
            cost_minor=one.cost_minor,
            value_minor=one.value_minor,
            share=max(0.0, one.value_minor / top),
            best=one.value_minor == max(values) and one.value_minor > 0,
        )
        for kind, one in shown
        if one
    ]
    return [*rows, Answer("none", "", 0, 0, 0, 0, best=max(values) <= 0)]


def _fields(case: Case, typed: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The counter's fields: the numbers that the kind has, filled with the best counter or with what was typed."""
    bounds = case.asked.entry.bounds
    terms = case.best_counter.terms if case.best_counter else case.asked.terms
    fields = []
    for name, limits, value in (
        ("percent", bounds.percent, terms.percent),
        ("amount_minor", bounds.amount, terms.amount_minor),
        ("months", bounds.months, terms.months),
    ):
        if limits is not None and limits.low < limits.high:
            kept = (typed or {}).get(name)
            fields.append(
                {"name": name, "low": limits.low, "high": limits.high, "step": limits.step, "value": kept or value}
            )
    return fields


def _past(past: Any) -> dict[str, int]:
    """Offers of earlier calls in two numbers."""
    accepted = [one for one in past if one.state == "ACCEPTED"]
    return {"accepted": len(accepted), "stayed": sum(1 for one in accepted if one.left_on is None), "all": len(past)}
