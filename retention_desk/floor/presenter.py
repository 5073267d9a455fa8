"""From the queue and one case to what the approvals page prints. Works nothing out that the domain has worked out."""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext

from customers.conduct import Trigger
from customers.refusals import Refused
from offers.approvals import FEW_CASES, Case
from offers.choices import ApprovalState, BudgetKind, DeclineReason
from offers.floor import OnFloor, Queue, RequestState, Waiting
from offers.terms import Range, Terms
from retention_desk import formats
from retention_desk.calls import composer
from retention_desk.calls.composer import Shown
from retention_desk.floor.words import STATUSES, budget_name
from retention_desk.http import digest

DECIDED_SHOWN = 3
# A counter's number is chosen from a list; of a longer range it has every second value, every third, ...
CHOICES_SHOWN = 100
# Of so many agents the floor asks a second less often: a long table costs every supervisor's browser and the desk more.
LONG_FLOOR = 100
# Parts of the time for an answer at which a row's bar changes, in percent; `static/js/clocks.js` has the same.
LATE_STEPS = (100, 75, 40)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One request of the queue, or one that was decided. `short` and `given_short` where there is little room."""

    id: int
    title: str
    terms: str
    given: str
    short: str
    given_short: str
    waiting: Waiting
    due_seconds: int
    late: int
    theirs: bool
    answered_in: int | None


@dataclass(frozen=True, slots=True)
class Undoable:
    """A decision that can still be taken back, until `effective_at` (None: until a second supervisor has said yes)."""

    request_id: int
    state: ApprovalState
    agent: str
    effective_at: datetime | None


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


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the page with what it shows; `seen` in a few signs, for the browser to send when it asks for news."""

    context: dict[str, Any]
    seen: str


def seen(queue: Queue, *, me: str) -> str:
    """What the list shows, in a few signs; the browser sends it back when it asks for news.

    That `me` reads a request is no news to me.
    """
    waiting = [(one.id, one.drawn, "" if one.reader == me else one.reader, one.first_by) for one in queue.waiting]
    return digest(waiting, [(one.id, one.state) for one in queue.decided])


def queue_context(
    queue: Queue, *, open_id: int | None, me: str, shown: Collection[int] | None = None
) -> dict[str, Any]:
    """The left column, the top bar and the budgets. `shown`: the requests that the browser has in its list."""
    rows = [_row(one, queue) for one in queue.waiting]
    return (
        {
            "rows": rows,
            "decided": [_row(one, queue) for one in queue.decided[:DECIDED_SHOWN]],
            "decided_total": len(queue.decided),
            "seen": seen(queue, me=me),
            "shown_ids": ".".join(str(row.id) for row in rows),
            "fresh": None if shown is None else sum(1 for row in rows if row.id not in shown),
            "open_id": open_id,
            "duty": queue.duty,
        }
        | figures(queue).context
        | budgets(queue).context
    )


def just_decided(queue: Queue, request_id: int) -> Undoable | None:
    """The note under which the next request is shown."""
    one = queue.request(request_id)
    return Undoable(one.id, one.state, one.agent, one.effective_at) if one else None


def decided_context(queue: Queue) -> dict[str, Any]:
    """Everything that was decided today, newest first."""
    return {"rows": [_row(one, queue) for one in queue.decided]}


def figures(queue: Queue) -> Area:
    """The top bar."""
    longest = queue.longest
    shown = {
        "waiting_total": len(queue.waiting),
        "longest": longest,
        "longest_due": int((longest.due_at - longest.asked_at).total_seconds()) if longest else 0,
        "longest_late": _late(longest, queue.now) if longest else 0,
        "in_time": queue.in_time_percent,
        "median": queue.median_seconds,
        "approved": queue.count(ApprovalState.APPROVED),
        "countered": queue.count(ApprovalState.COUNTERED) + queue.count(ApprovalState.CEILING),
        "declined": queue.count(ApprovalState.DECLINED),
    }
    told = [longest.id if longest else None, *(shown[name] for name in ("waiting_total", "in_time", "median"))]
    stamp = digest(told, [shown[name] for name in ("approved", "countered", "declined")])
    return Area(shown | {"figures_seen": stamp, "now": queue.now}, stamp)


def budgets(queue: Queue) -> Area:
    """The budgets of the site and the supervisor's own."""
    stamp = digest([(one.kind, one.name, one.used_minor, one.limit_minor, one.plan_percent) for one in queue.budgets])
    return Area({"budgets": [(one, budget_name(one)) for one in queue.budgets], "budgets_seen": stamp}, stamp)


def floor_board(people: Collection[OnFloor]) -> Area:
    """Who does what, and how many of each; those who are off duty are only counted."""
    count = Counter(one.status for one in people)
    here = [one for one in people if one.status != "OFF"]
    stamp = digest([(one.user_id, one.status, one.since, one.calls, one.saved, one.left_minor) for one in people])
    sums = [(status, count[status]) for status in STATUSES if count[status]]
    rest = 1 + len(here) // LONG_FLOOR
    return Area({"floor": here, "floor_sums": sums, "floor_seen": stamp, "floor_rest": rest}, stamp)


def card_state(state: RequestState) -> Area:
    """Where the request of the open card stands."""
    stamp = digest([state.state, state.is_open, state.is_theirs, state.who])
    due = state.due_at - state.asked_at
    shown = {
        "request_state": state,
        "state_seen": stamp,
        "due_seconds": int(due.total_seconds()),
        "waited": (state.now - state.asked_at).total_seconds(),
    }
    return Area(shown, stamp)


def _late(one: Waiting, now: datetime) -> int:
    """The last of `LATE_STEPS` that has been reached, 0 before the first."""
    used = 100 * (now - one.asked_at) / (one.due_at - one.asked_at)
    return next((step for step in LATE_STEPS if used >= step), 0)


def _row(one: Waiting, queue: Queue) -> QueueRow:
    text = _terms(one, one.percent, one.months, one.amount_minor)
    less = one.state in (ApprovalState.COUNTERED, ApprovalState.CEILING)
    return QueueRow(
        id=one.id,
        title=f"{one.offer}, {text}" if text else one.offer,
        terms=text,
        given=_terms(one, one.given_percent, one.given_months, one.given_amount_minor) if less else "",
        short=_short(
            one, one.percent, None if less and one.given_months == one.months else one.months, one.amount_minor
        ),
        given_short=_short(one, one.given_percent, one.given_months, one.given_amount_minor) if less else "",
        waiting=one,
        due_seconds=int((one.due_at - one.asked_at).total_seconds()),
        late=_late(one, queue.now),
        theirs=one.drawn_to == queue.by,
        answered_in=one.answered_in_seconds,
    )


def _terms(one: Waiting, percent: int | None, months: int | None, amount_minor: int | None) -> str:
    return composer.terms_in_words(
        one.kind, Terms(one.kind, one.currency, percent or 0, months or 0, amount_minor or 0)
    )


def _short(one: Waiting, percent: int | None, months: int | None, amount_minor: int | None) -> str:
    """The numbers of the terms: `25%, 6 mo`; of a counter of the same length only what it changes."""
    numbers = (("percent", percent), ("amount_minor", amount_minor), ("months", months))
    return ", ".join(_in_words(name, number, one.currency) for name, number in numbers if number)


def case_context(
    case: Case, *, refused: Refused | None = None, key: str = "", typed: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """One request in full."""
    standing = case.ground.standing
    asked = composer.of_listed(case.asked, standing)
    best = composer.of_listed(case.best_counter, standing) if case.best_counter else None
    own = composer.of_listed(case.agents_own, standing) if case.agents_own else None
    sheet = case.sheet
    gain = best.value_minor - asked.value_minor if best else 0
    is_open = case.state == ApprovalState.OPEN and case.due_at > case.now
    state = RequestState(
        id=case.request_id,
        state=ApprovalState.EXPIRED if case.state == ApprovalState.OPEN and not is_open else case.state,
        asked_at=case.asked_at,
        due_at=case.due_at,
        now=case.now,
        is_open=is_open,
        is_theirs=is_open and case.is_theirs,
        who=case.drawn if is_open else case.decider,
    )
    return {
        "case": case,
        "sheet": sheet,
        "customer": sheet.customer,
        "currency": sheet.currency,
        "worth": case.ground.worth,
        "verdict": case.ground.verdict,
        "asked": asked,
        "best": best,
        "answers": _answers(asked, best, own, stay_without_percent=case.asked.stay_without_percent),
        "gain_minor": gain,
        "less_minor": asked.cost_minor - best.cost_minor if best else 0,
        "suggested": _suggested(case, gain_minor=gain, value_minor=asked.value_minor),
        "fields": _fields(case, typed),
        "reasons": [{"code": code, "key": place} for place, code in enumerate(DeclineReason.values, 1)],
        "is_open": state.is_open,
        "on_line": (case.now - sheet.call.opened_at).total_seconds(),
        "past": _past(standing.past),
        "complaints": _complaints(case),
        "similar": _similar(case),
        "after": _after(case, asked.cost_minor),
        "next_ask_ends": _next_ask_ends(case),
        "why_not": [composer.why(code, case.asked.ruling.checks) for code in case.asked.ruling.reasons],
        "presented": [composer.name_of_made(one) for one in standing.made if one.presented_at],
        "refusal": {"code": str(refused.code), "facts": refused.facts, "why": {"code": str(refused.code)}}
        if refused
        else None,
        "key": key or str(uuid.uuid4()),
        "contract_days": (sheet.contract_ends_on - sheet.today).days if sheet.contract_ends_on else None,
        "undoable": Undoable(case.request_id, case.state, case.agent, case.effective_at) if case.undo_open else None,
    } | card_state(state).context


def _suggested(case: Case, *, gain_minor: int, value_minor: int) -> str:
    """The answer in the main style: the one that is worth most of those that this supervisor may give."""
    if case.best_counter is not None and gain_minor > 0:
        return "counter"
    if value_minor <= 0:
        return "decline"
    if case.may_approve:
        return "approve"
    return "counter" if case.best_counter is not None else "manager"


def _complaints(case: Case) -> dict[str, int]:
    """Open ones with the days that the oldest waits, and closed ones."""
    of = case.sheet.complaints
    waits = [one.days_waiting(case.sheet.today) for one in of if one.is_open]
    return {"open": len(waits), "days": max(waits, default=0), "closed": sum(1 for one in of if not one.is_open)}


def _similar(case: Case) -> dict[str, Any]:
    """Shares of similar customers who said yes, and of those who were still here; None of too few."""
    found = case.similar
    return {
        "cases": found.cases,
        "few": found.few,
        "accepted": found.accepted / found.cases if found.cases else None,
        "stayed": found.still_here / found.old_enough if found.old_enough >= FEW_CASES else None,
    }


def _after(case: Case, cost_minor: int) -> list[dict[str, Any]]:
    """The team's budget and the supervisor's own as they would be after a yes to what was asked."""
    team = case.ground.standing.budget(BudgetKind.TEAM, case.sheet.call.team_id)
    found = [("team", team), ("own", case.wallet)]
    return [
        {
            "whose": whose,
            "used_minor": min(budget.limit_minor, budget.limit_minor - budget.left_minor + cost_minor),
            "limit_minor": budget.limit_minor,
            "share": min(1.0, 1 - (budget.left_minor - cost_minor) / budget.limit_minor),
            "short": cost_minor > budget.left_minor,
        }
        for whose, budget in found
        if budget is not None and budget.limit_minor > 0
    ]


def _next_ask_ends(case: Case) -> bool:
    """Whether offers are over as soon as the customer asks to cancel once more."""
    policy = case.sheet.policy
    if not case.sheet.call.ask_count:
        return False
    return not case.ground.verdict.must_complete and Trigger.SECOND_STATEMENT in policy.must_complete_on


def _answers(asked: Shown, best: Shown | None, own: Shown | None, *, stay_without_percent: int) -> list[Answer]:
    """The comparison, with its bars on one scale and the most valuable answer marked, the first of equals."""
    same = (
        best is not None and own is not None and (best.terms_text, best.cost_minor) == (own.terms_text, own.cost_minor)
    )
    shown = [("asked", asked), ("both" if same else "counter", best), ("own", None if same else own)]
    values = [one.value_minor for _kind, one in shown if one]
    top = max([*values, 1])
    first = next((kind for kind, one in shown if one and one.value_minor == max(values)), "")
    rows = [
        Answer(
            kind=kind,
            terms_text=one.terms_text or one.name,
            accept=one.accept_percent / 100,
            cost_minor=one.cost_minor,
            value_minor=one.value_minor,
            share=max(0.0, one.value_minor / top),
            best=kind == first and one.value_minor > 0,
        )
        for kind, one in shown
        if one
    ]
    # Without an offer nobody accepts; what stands there is who stays anyway.
    return [*rows, Answer("none", "", stay_without_percent / 100, 0, 0, 0, best=max(values) <= 0)]


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
            chosen = (typed or {}).get(name) or value
            choices = [(one, _in_words(name, one, terms.currency)) for one in _choices(limits, chosen)]
            fields.append({"name": name, "value": chosen, "choices": choices})
    return fields


def _choices(limits: Range, chosen: int) -> list[int]:
    """What may be chosen, rising: every value of the range, or as many as a list can hold, and the one that is."""
    stride = limits.step * -(-((limits.high - limits.low) // limits.step) // CHOICES_SHOWN)
    return sorted({*range(limits.low, limits.high + 1, stride), limits.high, limits.nearest(chosen)})


def _in_words(name: str, number: int, currency: str) -> str:
    language = get_language() or "en"
    if name == "percent":
        return formats.percent(number / 100, language=language)
    if name == "amount_minor":
        write = formats.money if number % 100 else formats.money0
        return write(number, currency, language=language)
    return f"{number} {gettext('mo')}"


def _past(past: Any) -> dict[str, int]:
    """Offers of earlier calls in two numbers."""
    accepted = [one for one in past if one.state == "ACCEPTED"]
    return {"accepted": len(accepted), "stayed": sum(1 for one in accepted if one.left_on is None), "all": len(past)}
