"""A supervisor's answer to what an agent may not give alone: approve, counter with less, or decline, with an undo.

The card compares what was asked with the best smaller offer, with what the agent may give alone and with no offer, by
the same rules and figures as the agent's screen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

from customers import queries as customer_queries
from customers import reading
from customers.refusals import NotYours, Refused
from customers.sheet import CallSheet
from customers.statements import read_json
from offers import ledger, queries
from offers.authorisation import terms_as_json
from offers.choices import ApprovalState, DeclineReason, ReasonCode, RulingCode
from offers.facts import Authority, Limit
from offers.floor import request_state
from offers.offering import Ground, Listed, authorities, draw, ground, problems_of
from offers.rules import rule_on
from offers.standing import Budget, CatalogueEntry, Standing, left, read_budget, read_limit
from offers.terms import Terms

CASE = (Path(__file__).parent / "sql" / "case.sql").read_text(encoding="utf-8")
# Of so few similar cases nothing is said.
FEW_CASES = 30


@dataclass(frozen=True, slots=True)
class Similar:
    """What became of the same offer for the same reason in the last year."""

    cases: int
    accepted: int
    old_enough: int
    still_here: int

    @property
    def few(self) -> bool:
        """Too few to say anything."""
        return self.cases < FEW_CASES


@dataclass(frozen=True, slots=True)
class Case:
    """One request in full, as the supervisor `by` sees it.

    `asked` is ruled on with the supervisor's own authority: WITHIN means they may approve it, otherwise its reasons say
    why not. `best_counter` and `agents_own` may be None. `undo_open`: this supervisor has just decided.
    """

    request_id: int
    state: ApprovalState
    now: datetime
    agent: str
    asks_today: int
    asked_at: datetime
    due_at: datetime
    effective_at: datetime | None
    undo_open: bool
    note: str
    reader: str
    read_by: int | None
    drawn_to: int | None
    drawn: str
    decider: str
    first_by: str
    second_above_minor: int | None
    by: int
    sheet: CallSheet
    ground: Ground
    limit: Limit | None
    wallet: Budget | None
    asked: Listed
    best_counter: Listed | None
    agents_own: Listed | None
    similar: Similar

    @property
    def counter_is_better(self) -> bool:
        """Whether the smaller offer is worth more than what was asked for."""
        return self.best_counter is not None and self.best_counter.value_minor > self.asked.value_minor

    @property
    def is_theirs(self) -> bool:
        """Whether it was drawn to this supervisor, who alone may answer it."""
        return self.drawn_to == self.by

    @property
    def needs_second(self) -> bool:
        """Whether this yes is the first of two."""
        cost = self.asked.priced.cost_minor if self.asked.priced else 0
        return self.second_above_minor is not None and cost > self.second_above_minor and not self.first_by

    @property
    def may_approve(self) -> bool:
        """Whether it is within this supervisor's own limit and budgets."""
        return self.asked.ruling.code == RulingCode.WITHIN


def case(*, request_id: int, by: int, now: datetime, language: str) -> Case:
    """One request with everything a decision needs, in three statements. Raises `NotYours` outside one's site."""
    raw = read_json(CASE, {"request": request_id, "by": by, "language": language})
    if raw is None:
        raise NotYours
    sheet = customer_queries.call_record(call_id=raw["call_id"], language=language)
    standing = queries.on_call(call_id=raw["call_id"], by=raw["agent_id"], language=language)
    return told(
        raw,
        request_id=request_id,
        by=by,
        sheet=sheet,
        standing=standing,
        limit=read_limit(raw["limit"]) if raw["limit"] else None,
        wallet=read_budget(raw["wallet"]) if raw["wallet"] else None,
        now=now,
    )


def told(
    raw: Mapping[str, Any],
    *,
    request_id: int,
    by: int,
    sheet: CallSheet,
    standing: Standing,
    limit: Limit | None,
    wallet: Budget | None,
    now: datetime,
) -> Case:
    """The case from what was read of it (`raw`: a row of `CASE`); drawn and ruled on, nothing more is read."""
    here = _ground(sheet, standing, now=now)
    entry = _entry(standing, raw["version_id"])
    authority = _authority(here, entry, limit, wallet, knows=raw["conflict"] == "OWN_LINE")
    asked = _by(here, draw(here, entry, _terms(entry, raw)), authority)
    own = draw(here, entry, asked.terms).ruling.nearest_own
    return Case(
        request_id=request_id,
        state=ApprovalState(raw["state"]),
        now=datetime.fromisoformat(raw["now"]),
        agent=raw["agent"],
        asks_today=raw["asks_today"],
        asked_at=datetime.fromisoformat(raw["asked_at"]),
        due_at=datetime.fromisoformat(raw["due_at"]),
        effective_at=datetime.fromisoformat(raw["effective_at"]) if raw["effective_at"] else None,
        undo_open=bool(raw["undo_open"]),
        note=raw["note"],
        reader=raw["reader"] or "",
        read_by=raw["read_by"],
        drawn_to=raw["drawn_to"],
        drawn=raw["drawn"] or "",
        decider=raw["decider"] or "",
        first_by=raw["first_by"] or "",
        second_above_minor=raw["second_above_minor"],
        by=by,
        sheet=sheet,
        ground=here,
        limit=limit,
        wallet=wallet,
        asked=asked,
        best_counter=_best_counter(here, entry, asked, authority),
        agents_own=draw(here, entry, own) if own else None,
        similar=Similar(**raw["similar"]),
    )


def read(*, request_id: int, by: int) -> None:
    """Tell the agent that this supervisor is reading the request; the first one counts. `NotYours` of another site."""
    request_state(request_id=request_id, by=by)
    ledger.mark_read(request_id=request_id, by=by)


def approve(*, request_id: int, by: int, role: str, key: UUID) -> int:
    """Grant what was asked; the money is held at once, the agent sees it when the undo has run out.

    Raises `NotYours`, `Refused` OWN_PROPOSAL, REQUEST_EXPIRED, ALREADY_RESOLVED, OVER_SUPERVISOR, a budget's code, or
    why offers are closed on the call.
    """
    return _decide("APPROVE", request_id, by=by, role=role, key=key)


def counter(
    *, request_id: int, terms: Terms, note: str, by: int, role: str, now: datetime, language: str, key: UUID
) -> int:
    """Grant less than was asked. Raises as `approve` does, and `Refused` COUNTER_NOT_LESS, BOUNDS, STEP."""
    return _counter("COUNTER", request_id, terms, note=note, by=by, role=role, now=now, language=language, key=key)


def _counter(
    decision: str,
    request_id: int,
    terms: Terms,
    *,
    note: str,
    by: int,
    role: str,
    now: datetime,
    language: str,
    key: UUID,
) -> int:
    one = case(request_id=request_id, by=by, now=now, language=language)
    entry = one.asked.entry
    if problems := problems_of(one.ground, entry, terms):
        raise Refused(problems[0].code, problems=tuple(problems))
    drawn = draw(one.ground, entry, terms)
    if drawn.priced is None:
        raise Refused(ReasonCode.NO_PRODUCT)
    return _decide(decision, request_id, terms=terms_as_json(drawn), note=note, by=by, role=role, key=key)


def ceiling(
    *, request_id: int, terms: Terms, note: str, by: int, role: str, now: datetime, language: str, key: UUID
) -> int:
    """Free the agent for this offer on this call, up to these terms, once.

    Nothing is held before the agent has used it. Raises as `counter` does, but for COUNTER_NOT_LESS.
    """
    return _counter("CEILING", request_id, terms, note=note, by=by, role=role, now=now, language=language, key=key)


def pass_on(*, request_id: int, up: bool, by: int, role: str) -> None:
    """Hand the question to the next supervisor, or (`up`) to a manager.

    Raises `NotYours` of another site, `Refused` NOT_DRAWN, NO_SUPERVISOR, REQUEST_EXPIRED.
    """
    request_state(request_id=request_id, by=by)
    ledger.act("pass_question", {"request_id": request_id, "approver_id": by, "role": role, "up": up})


def decline(*, request_id: int, reason: str, note: str, by: int, role: str, key: UUID) -> int:
    """Say no, with a `DeclineReason` (else WHY_MISSING). Raises as `approve` does, but for what only a yes needs."""
    if reason not in DeclineReason.values:
        raise Refused("WHY_MISSING")
    return _decide("DECLINE", request_id, reason=reason, note=note, by=by, role=role, key=key)


def undo(*, request_id: int, by: int, role: str) -> None:
    """Take one's own decision back before it has taken effect.

    Raises `NotYours`, `Refused` TOO_LATE, ALREADY_RESOLVED.
    """
    ledger.act("undo_decision", {"request_id": request_id, "approver_id": by, "role": role})


def _decide(decision: str, request_id: int, *, by: int, role: str, key: UUID, **further: Any) -> int:
    return ledger.act(
        "decide_approval",
        {"key": str(key), "approver_id": by, "role": role, "request_id": request_id, "decision": decision, **further},
    )


def _ground(sheet: CallSheet, standing: Standing, *, now: datetime) -> Ground:
    verdict = reading.verdict(
        sheet, presented=standing.presented, refused=standing.refused, settled=standing.settled, now=now
    )
    return ground(sheet=sheet, standing=standing, worth=reading.worth(sheet), verdict=verdict)


def _authority(
    here: Ground, entry: CatalogueEntry, limit: Limit | None, wallet: Budget | None, *, knows: bool
) -> Authority:
    """The supervisor's own limit and wallet, and the budgets everybody shares."""
    _, shared = authorities(here, entry)
    budgets = shared.budgets if shared and shared.budgets is not None else ()
    own = (left(wallet, here.standing.mode),) if wallet else ()
    return Authority(limit, (*own, *budgets), conflict_of_interest=knows)


def _by(here: Ground, listed: Listed, authority: Authority) -> Listed:
    """The same offer and terms, ruled on for that authority."""
    ruling = rule_on(
        terms=listed.terms,
        bounds=listed.entry.bounds,
        bill=here.bill,
        eligibility=listed.entry.eligibility,
        facts=here.facts,
        own=authority,
        approver=None,
        ladder=here.standing.ladder_for(listed.entry.family),
        scheme=here.standing.scheme,
    )
    return replace(listed, ruling=ruling)


def _best_counter(here: Ground, entry: CatalogueEntry, asked: Listed, authority: Authority) -> Listed | None:
    """The smaller terms of the same offer that are worth most, within the supervisor's authority."""
    if asked.priced is None:
        return None
    smaller = [
        drawn
        for terms in _smaller(entry, asked.terms)
        if (drawn := draw(here, entry, terms, in_full=False)).priced
        and drawn.priced.cost_minor < asked.priced.cost_minor
    ]
    smaller.sort(key=lambda one: (-one.value_minor, one.priced.cost_minor if one.priced else 0))
    ruled = (_by(here, one, authority) for one in smaller)
    return next((one for one in ruled if one.ruling.code == RulingCode.WITHIN), None)


def _smaller(entry: CatalogueEntry, asked: Terms) -> Iterator[Terms]:
    """Every bookable combination of terms in which nothing is more than was asked for."""
    bounds = entry.bounds
    percents = bounds.percent.up_to(asked.percent) if bounds.percent else (asked.percent,)
    months = bounds.months.up_to(asked.months) if bounds.months else (asked.months,)
    amounts = bounds.amount.up_to(asked.amount_minor) if bounds.amount else (asked.amount_minor,)
    for percent, month, amount in product(percents, months, amounts):
        terms = replace(asked, percent=percent, months=month, amount_minor=amount)
        if terms != asked:
            yield terms


def _entry(standing: Standing, version_id: int) -> CatalogueEntry:
    for entry in standing.catalogue:
        if entry.version_id == version_id:
            return entry
    raise Refused(ReasonCode.NOT_IN_FORCE)


def _terms(entry: CatalogueEntry, raw: Mapping[str, Any]) -> Terms:
    extra = raw["extra"]
    return Terms(
        kind=entry.kind,
        currency=entry.bounds.currency,
        percent=raw["percent"] or 0,
        months=raw["months"] or 0,
        amount_minor=raw["amount_minor"] or 0,
        product=extra.get("product", ""),
        words=extra.get("words", ""),
        fix_by=date.fromisoformat(extra["fix_by"]) if extra.get("fix_by") else None,
    )
