"""One call as a record: its sheet with what offers and audit know of it, in the order in which people read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise

from customers.choices import (
    CallerRole,
    CallEventKind,
    IdentityResult,
    OpeningIntent,
    ProductKind,
    ReasonSource,
)
from customers.sheet import CallSheet, SheetDisposition
from offers.choices import (
    ApprovalState,
    Grade,
    HoldEnd,
    OfferKind,
    OutcomeKind,
    ProposalState,
    ReasonCode,
    RulingCode,
)
from retention_desk.audit.vocabulary import ACTS, reason_words
from retention_desk.audit.words import changes
from retention_desk.records.queries import Belongings

_EVENT_ICONS = {
    CallEventKind.PRESENTED: "gift",
    CallEventKind.ACCEPTED: "thumb-up",
    CallEventKind.DECLINED: "thumb-down",
    CallEventKind.ASKED_SUPERVISOR: "user-question",
    CallEventKind.SUPERVISOR_ANSWERED: "user-check",
    CallEventKind.CANCELLED: "door-exit",
    CallEventKind.CANCEL_UNDONE: "arrow-back-up",
    CallEventKind.ASKED_TO_CANCEL: "hand-stop",
    CallEventKind.ASKED_AGAIN: "hand-stop",
    CallEventKind.OFFERS_CLOSED: "lock",
    CallEventKind.IDENTITY_CHECKED: "shield-check",
    CallEventKind.IDENTITY_FAILED: "shield-x",
    CallEventKind.COMPLAINT_LOGGED: "alert-triangle",
    CallEventKind.COMPLAINT_CLOSED: "circle-check",
    CallEventKind.RECORDING_NOTICE: "player-record",
    CallEventKind.ENDED: "phone-off",
    CallEventKind.ABANDONED: "phone-off",
    CallEventKind.CLOSED: "clipboard-check",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline: what happened, how long into the call, by whom, and which offer it was about."""

    label: str | Promise
    icon: str
    at: datetime
    into: timedelta
    by_name: str
    about: str


@dataclass(frozen=True, slots=True)
class Offered:
    """One proposal with everything that became of it."""

    name: str
    kind: str
    row: Mapping[str, Any]
    state: str | Promise
    ruling: str | Promise
    reasons: list[str | Promise]
    answer: str | Promise
    outcome: str | Promise
    hold_end: str | Promise
    limit_of: str | Promise


@dataclass(frozen=True, slots=True)
class Ending:
    """The dispositions of the call or of one line, oldest first; the last is the one that counts."""

    line: str | Promise
    rows: list[SheetDisposition]

    @property
    def standing(self) -> SheetDisposition:
        """The one that counts."""
        return next(row for row in self.rows if not row.corrected)


@dataclass(frozen=True, slots=True)
class Audited:
    """One audit event in words."""

    label: str | Promise
    at: datetime
    actor: str
    role: str
    change: str
    reason: str
    limit_id: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that the page shows."""

    sheet: CallSheet
    caller: str | Promise
    intent: str | Promise
    identity: str | Promise
    currency: str
    length: timedelta | None
    reasons: list[tuple[str, str | Promise, datetime]]
    moments: list[Moment]
    offers: list[Offered]
    endings: list[Ending]
    audit: list[Audited]


def assemble(sheet: CallSheet, belongings: Belongings, *, language: str) -> Record:
    """Put the words to the rows."""
    offers = [_offered(row, language) for row in belongings.proposals]
    offer_names = {offer.row["id"]: offer.name for offer in offers}
    reason_names = {reason.id: reason.name for reason in sheet.reasons}
    call = sheet.call
    currency = sheet.customer.currency if sheet.customer else ""
    return Record(
        sheet=sheet,
        caller=CallerRole(call.caller_role).label,
        intent=OpeningIntent(call.opening_intent).label,
        identity=IdentityResult(call.identity).label,
        currency=currency,
        length=call.ended_at - call.opened_at if call.ended_at else None,
        reasons=[
            (reason_names.get(given.reason_id, ""), ReasonSource(given.source).label, given.at)
            for given in sheet.given_reasons
        ],
        moments=[
            Moment(
                label=CallEventKind(event.kind).label,
                icon=_EVENT_ICONS.get(CallEventKind(event.kind), "circle-dot"),
                at=event.at,
                into=event.at - call.opened_at,
                by_name=event.by_name,
                about=_about(event.detail, offer_names, reason_names),
            )
            for event in sheet.events
        ],
        offers=offers,
        endings=_endings(sheet.dispositions),
        audit=[_audited(event, currency) for event in belongings.audit],
    )


def _about(detail: Mapping[str, object], offers: Mapping[int, str], reasons: Mapping[int, str]) -> str:
    """The name of what an event is about, where its detail names a thing that has one."""
    proposal, reason = detail.get("proposal"), detail.get("reason")
    if isinstance(proposal, int):
        return offers.get(proposal, "")
    return reasons.get(reason, "") if isinstance(reason, int) else ""


def _offered(row: Mapping[str, Any], language: str) -> Offered:
    words = row["words"] or {}
    named = words.get(language) or words.get(language.split("-", maxsplit=1)[0]) or words.get("en") or {}
    whose = row["limit_person"] or row["limit_team"] or (Grade(row["limit_grade"]).label if row["limit_grade"] else "")
    return Offered(
        name=str(named.get("name") or row["code"]),
        kind=OfferKind(row["kind"]).value,
        row=row,
        state=ProposalState(row["state"]).label,
        ruling=RulingCode(row["ruling"]).label,
        reasons=[ReasonCode(code).label if code in ReasonCode.values else code for code in row["reasons"]],
        answer=ApprovalState(row["answer"]).label if row["answer"] else "",
        outcome=OutcomeKind(row["outcome"]).label if row["outcome"] else "",
        hold_end=HoldEnd(row["hold_ended_as"]).label if row["hold_ended_as"] else "",
        limit_of=whose,
    )


def _endings(dispositions: tuple[SheetDisposition, ...]) -> list[Ending]:
    by_line: dict[str, list[SheetDisposition]] = {}
    for one in sorted(dispositions, key=lambda one: one.id):
        by_line.setdefault(one.line, []).append(one)
    return [
        Ending(ProductKind(line).label if line else "", by_line[line])
        for line in sorted(by_line, key=lambda line: line)
    ]


def _audited(event: Mapping[str, Any], currency: str) -> Audited:
    return Audited(
        label=ACTS.get(event["act"], event["act"]),
        at=event["recorded_at"],
        actor=event["actor"] or "",
        role=event["actor_role"],
        change=changes(event["before"], event["after"], of=event["object_kind"], currency=currency),
        reason=reason_words(event["reason"]),
        limit_id=event["limit_version_id"],
    )
