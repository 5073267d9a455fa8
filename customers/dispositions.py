"""How a call ended: exactly one disposition of the call and one for each product line, corrected only by adding."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from customers import audit, call_backs, keys, on_call, queries
from customers.acts import Act
from customers.choices import CallEventKind, CallState, DispositionKind, OpeningIntent, ProductKind
from customers.models import Call, Disposition
from customers.queries import DeskNow
from customers.refusals import NotYours, Refused
from customers.sheet import CallSheet, Line

# A number goes with one of these; of the others "leaving with the number" says nothing.
WITH_NUMBER = (ProductKind.MOBILE, ProductKind.PHONE)
WANTS_TO_LEAVE = (OpeningIntent.DISCONNECT, OpeningIntent.DOWNGRADE, OpeningIntent.CHEAPER)
GONE = (DispositionKind.CANCELLED, DispositionKind.PORTING_OUT)
NOT_BESIDE_A_CANCELLATION = (
    DispositionKind.SAVED_WITH_OFFER,
    DispositionKind.SAVED_WITHOUT,
    DispositionKind.PAUSED,
    DispositionKind.NO_CANCEL_INTENT,
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """The ending that what happened suggests, for the call and line by line."""

    kind: DispositionKind
    lines: Mapping[ProductKind, DispositionKind]


def proposed_disposition(
    sheet: CallSheet, *, accepted: bool, paused: bool = False, downgraded: bool = False
) -> Proposed:
    """Propose how the call ended from what is on its sheet and what the customer accepted. Pure.

    `paused` and `downgraded` tell what kind of offer it was that was accepted. What was accepted before the call was
    handed over counts as well.
    """
    accepted = accepted or bool(sheet.call.earlier_leg and sheet.call.earlier_leg.accepted)
    kind = _kept_kind(sheet, accepted=accepted, paused=paused, downgraded=downgraded)
    gone = _gone_kinds(sheet)
    stays = any(line.can_be_cancelled for line in sheet.lines)
    if sheet.cancellation is not None:
        leaving = DispositionKind.PORTING_OUT if sheet.cancellation.porting_out else DispositionKind.CANCELLED
        kind = DispositionKind.PARTLY_SAVED if gone and stays else leaving
    return Proposed(kind=kind, lines=lines_of(sheet, kind, accepted=accepted))


def _kept_kind(sheet: CallSheet, *, accepted: bool, paused: bool, downgraded: bool) -> DispositionKind:
    """The ending of a call on which nothing was cancelled."""
    call = sheet.call
    if accepted:
        if paused:
            return DispositionKind.PAUSED
        return DispositionKind.PARTLY_SAVED if downgraded else DispositionKind.SAVED_WITH_OFFER
    if call.identity == "FAILED":
        return DispositionKind.UNAUTHORISED_CALLER
    if call.call_back_at is not None:
        return DispositionKind.CALL_BACK
    if call.abandoned_at is not None:
        return DispositionKind.DROPPED
    if call.ask_count == 0 and call.opening_intent not in WANTS_TO_LEAVE:
        return DispositionKind.NO_CANCEL_INTENT
    return DispositionKind.SAVED_WITHOUT


def lines_of(sheet: CallSheet, kind: DispositionKind, *, accepted: bool) -> dict[ProductKind, DispositionKind]:
    """The ending of every product line: cancelled ones are gone, the others share the call's ending or were kept."""
    gone = _gone_kinds(sheet)
    kept = DispositionKind.SAVED_WITH_OFFER if accepted else DispositionKind.SAVED_WITHOUT
    if kind not in (*GONE, DispositionKind.PARTLY_SAVED):
        kept = kind
    lines: dict[ProductKind, DispositionKind] = {}
    for line in sheet.lines:
        if line.product_kind in gone:
            lines[line.product_kind] = gone[line.product_kind]
        elif line.can_be_cancelled:
            lines[line.product_kind] = kept
    return lines


def _gone_kinds(sheet: CallSheet) -> dict[ProductKind, DispositionKind]:
    """Product lines of which nothing stays after the cancellations that stand on this call."""
    standing = [one for one in sheet.cancellations if one.undone_at is None]
    cancelled = {line.product_kind for one in standing for line in one.lines}
    porting = {line.product_kind for one in standing if one.porting_out for line in one.lines}
    if porting & set(WITH_NUMBER):
        porting &= set(WITH_NUMBER)
    gone = {}
    for kind in sorted(cancelled):
        if not any(_stays(line, kind) for line in sheet.lines):
            gone[kind] = DispositionKind.PORTING_OUT if kind in porting else DispositionKind.CANCELLED
    return gone


def _stays(line: Line, kind: ProductKind) -> bool:
    return line.product_kind == kind and line.can_be_cancelled


@transaction.atomic
def close_call(
    *,
    call_id: int,
    kind: DispositionKind,
    lines: Mapping[ProductKind, DispositionKind] | None,
    by: int,
    role: str,
    key: UUID,
    for_agent: bool = False,
) -> int:
    """Close the call with its disposition; `lines` None derives them. Answers the id of the call's disposition.

    With `for_agent` somebody else closes what the agent left behind (`permissions.check_close_for_agent` first).
    `Refused`: CALL_NOT_ENDED while the line is up, ALREADY_CLOSED, DISPOSITION_NOT_TRUE when it contradicts what is
    recorded: cancelled without a cancellation, saved beside one, saved with an offer that nobody accepted.
    """
    claim = keys.claim(key=key, act=Act.CALL_CLOSED, by=by, body={"call": call_id, "kind": kind})
    if claim.answer:
        return claim.answer.object_id
    call = _lock_any(call_id) if for_agent else on_call.lock_own(call_id, by=by)
    if call.state == CallState.OPEN:
        raise Refused("CALL_NOT_ENDED", call_id=call_id)
    if call.state == CallState.CLOSED:
        raise Refused("ALREADY_CLOSED", call_id=call_id)
    sheet = queries.call_record(call_id=call_id, language="en")
    earlier = sheet.call.earlier_leg
    accepted = any(event.kind == CallEventKind.ACCEPTED for event in sheet.events) or bool(earlier and earlier.accepted)
    _check_true(sheet, kind, accepted=accepted)
    by_line = lines_of(sheet, kind, accepted=accepted) if lines is None else lines
    whole = Disposition.objects.create(call=call, line="", kind=kind, by_id=by, recorded_at=call.opened_at)
    Disposition.objects.bulk_create(
        Disposition(call=call, line=line, kind=line_kind, by_id=by, recorded_at=call.opened_at)
        for line, line_kind in by_line.items()
    )
    Call.objects.filter(pk=call_id).update(state=CallState.CLOSED, closed_at=DeskNow())
    detail = {"kind": kind, "lines": dict(by_line), "notes_length": len(call.notes), "for_agent": for_agent}
    event = CallEventKind.CLOSED
    on_call.record(call, act=Act.CALL_CLOSED, by=by, role=role, event=event, detail=detail, key=key)
    call_backs.settle_promise(call, kind=kind, by=by, role=role)
    claim.settle(object_id=whole.pk)
    return whole.pk


def _lock_any(call_id: int) -> Call:
    call = Call.objects.select_for_update(no_key=True).filter(pk=call_id).first()
    if call is None:
        raise NotYours(call_id=call_id)
    return call


def _check_true(sheet: CallSheet, kind: DispositionKind, *, accepted: bool) -> None:
    """Refuse an ending that the record contradicts: the report is only as good as these rows."""
    cancelled = sheet.cancellation is not None
    untrue = (
        (kind in GONE and not cancelled and sheet.earlier_cancellation is None)
        or (kind in NOT_BESIDE_A_CANCELLATION and cancelled)
        or (kind == DispositionKind.SAVED_WITH_OFFER and not accepted)
    )
    if untrue:
        raise Refused("DISPOSITION_NOT_TRUE", kind=kind)


@transaction.atomic
def correct_disposition(*, disposition_id: int, kind: DispositionKind, why: str, by: int, role: str, key: UUID) -> int:
    """Add a row that corrects the one that stands; answers its id (`permissions.check_correct_disposition` first).

    `Refused`: WHY_MISSING, SAME_DISPOSITION, ALREADY_RESOLVED when the row has been corrected already.
    """
    why = why.strip()[:200]
    if not why:
        raise Refused("WHY_MISSING")
    body = {"disposition": disposition_id, "kind": kind, "why": why}
    claim = keys.claim(key=key, act=Act.DISPOSITION_CORRECTED, by=by, body=body)
    if claim.answer:
        return claim.answer.object_id
    wrong = Disposition.objects.filter(pk=disposition_id).first()
    if wrong is None:
        raise NotYours(disposition_id=disposition_id)
    call = _lock_any(wrong.call_id)
    if Disposition.objects.filter(corrects=wrong).exists():
        raise Refused("ALREADY_RESOLVED", disposition_id=disposition_id)
    if wrong.kind == kind:
        raise Refused("SAME_DISPOSITION", kind=kind)
    right = Disposition.objects.create(
        call=call, line=wrong.line, kind=kind, corrects=wrong, why=why, by_id=by, recorded_at=wrong.recorded_at
    )
    audit.append(
        by=by,
        role=role,
        act=Act.DISPOSITION_CORRECTED,
        object_kind="disposition",
        object_id=right.pk,
        customer_id=call.customer_id,
        call_id=call.pk,
        before={"disposition": wrong.pk, "kind": wrong.kind, "line": wrong.line},
        after={"kind": kind},
        key=key,
    )
    claim.settle(object_id=right.pk)
    return right.pk
