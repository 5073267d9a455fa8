"""The cancel call from ringing to hanging up: who calls, what is asked and said, why they leave. One transaction each.

Every act writes its audit row and, where the customer would remember it, a line of "On this call". Doing an act whose
effect is there already changes nothing. Opening is `customers.opening`, closing is `customers.dispositions`.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from customers import keys, on_call, queries, reading
from customers.acts import Act
from customers.call_backs import promise_call_back
from customers.choices import (
    CallerRole,
    CallEventKind,
    CallState,
    OpeningIntent,
    ProductKind,
    ReasonSource,
)
from customers.models import Call, CallEvent, CallReason, Reason
from customers.opening import check_identity, open_call
from customers.queries import DeskNow
from customers.refusals import NotYours, Refused

__all__ = [
    "abandon_silent",
    "ask_to_cancel",
    "check_identity",
    "close_offers",
    "end_call",
    "hang_up",
    "open_call",
    "promise_call_back",
    "resume",
    "save_notes",
    "set_opening",
    "set_reason",
    "tell",
    "tell_recording",
    "touch",
]

NOTES_MOST = 8000
# How long a call that was cut off may go on; the wall is SQL guard_call.
GOES_ON_FOR = timedelta(minutes=10)


def touch(*, call_id: int, by: int) -> bool:
    """The agent's screen spoke; answers whether the line is still up. `NotYours` for a call of somebody else."""
    mine = Call.objects.filter(pk=call_id, agent_id=by)
    if mine.filter(state=CallState.OPEN).update(seen_at=DeskNow()):
        return True
    if not mine.exists():
        raise NotYours(call_id=call_id)
    return False


@transaction.atomic
def set_opening(*, call_id: int, caller_role: CallerRole, opening_intent: OpeningIntent, by: int, role: str) -> None:
    """Say who is calling and what they first asked for."""
    call = on_call.lock_open(call_id, by=by)
    if (call.caller_role, call.opening_intent) == (caller_role, opening_intent):
        return
    before = {"caller_role": call.caller_role, "opening_intent": call.opening_intent}
    Call.objects.filter(pk=call_id).update(caller_role=caller_role, opening_intent=opening_intent)
    after = {"caller_role": caller_role, "opening_intent": opening_intent}
    on_call.record(call, act=Act.OPENING_SET, by=by, role=role, before=before, detail=after)


@transaction.atomic
def tell_recording(*, call_id: int, by: int, role: str) -> None:
    """The recording notice was given."""
    call = on_call.lock_open(call_id, by=by)
    if call.recording_told_at is not None:
        return
    Call.objects.filter(pk=call_id).update(recording_told_at=DeskNow())
    on_call.record(call, act=Act.RECORDING_TOLD, by=by, role=role, event=CallEventKind.RECORDING_NOTICE)


@transaction.atomic
def tell(*, call_id: int, what: Sequence[str], by: int, role: str) -> None:
    """What had to be said (codes of the policy or of the cancellation) was said; of several the new ones count."""
    codes = list(dict.fromkeys(on_call.code(word) for word in what))
    call = on_call.lock_open(call_id, by=by)
    told = CallEvent.objects.filter(call=call, kind=CallEventKind.TOLD, detail__what__in=codes)
    known = set(told.values_list("detail__what", flat=True))
    for code in codes:
        if code not in known:
            on_call.record(call, act=Act.TOLD, by=by, role=role, event=CallEventKind.TOLD, detail={"what": code})


@transaction.atomic
def ask_to_cancel(*, call_id: int, by: int, role: str, key: UUID | None = None) -> int:
    """The customer asks to cancel, first or again; answers how often they have.

    The first time starts the policy's clock; after a call-back was promised, what was asked before it counts on. Where
    the rules now say that cancelling is a must, offers close for good.
    """
    claim = keys.claim(key=key, act=Act.ASKED_TO_CANCEL, by=by, body={"call": call_id})
    if claim.answer:
        # Whatever has become of the call since then.
        return on_call.lock_own(call_id, by=by).ask_count
    call = on_call.lock_open(call_id, by=by)
    asked = Call.objects.filter(pk=call_id)
    if call.asked_at is None:
        wish = queries.noted_wish(call)
        count = 1 + (wish.ask_count if wish else 0)
        # The database's clock overwrites both stamps.
        asked.update(ask_count=count, asked_at=DeskNow(), must_complete_by=DeskNow())
        event = CallEventKind.ASKED_TO_CANCEL
    else:
        count = call.ask_count + 1
        asked.update(ask_count=count)
        event = CallEventKind.ASKED_AGAIN
    on_call.record(call, act=Act.ASKED_TO_CANCEL, by=by, role=role, event=event, detail={"count": count}, key=key)
    _close_offers_if_a_must(call, by=by, role=role)
    claim.settle(object_id=call_id)
    return count


@transaction.atomic
def close_offers(*, call_id: int, by: int, role: str, why: str) -> None:
    """From here on only cancelling is open; `why` a code."""
    call = on_call.lock_open(call_id, by=by)
    _close_offers(call, by=by, role=role, why=[on_call.code(why)])


def _close_offers_if_a_must(call: Call, *, by: int, role: str) -> None:
    """Close offers when the conduct rules say so, by what has happened on the call up to this act."""
    sheet = queries.call_sheet(call_id=call.pk, by=by, language="en")
    offers = reading.offers_so_far(sheet)
    verdict = reading.verdict(
        sheet, presented=offers.presented, refused=offers.refused, settled=offers.settled, now=sheet.now
    )
    if verdict.must_complete:
        _close_offers(call, by=by, role=role, why=[str(trigger) for trigger in verdict.triggers])


def _close_offers(call: Call, *, by: int, role: str, why: list[str]) -> None:
    if Call.objects.filter(pk=call.pk, offers_closed_at=None).update(offers_closed_at=DeskNow()):
        event = CallEventKind.OFFERS_CLOSED
        on_call.record(call, act=Act.OFFERS_CLOSED, by=by, role=role, event=event, detail={"why": why})


@transaction.atomic
def set_reason(
    *,
    call_id: int,
    reason: str,
    detail: str,
    rival: str,
    rival_price_minor: int | None,
    rival_product: str,
    source: ReasonSource,
    by: int,
    role: str,
) -> None:
    """Say why they are leaving, by codes; a blank `reason` takes it back.

    Where the reason makes cancelling a must and the customer has asked for it, offers close for good; a reason that
    only rules offers out does so for as long as it stands. `Refused("REASON_UNKNOWN")`, also for a detail that is not
    one of the reason's, `Refused("BOUNDS")` for a negative price or a product line that there is not.
    """
    if (rival_price_minor is not None and rival_price_minor < 0) or rival_product not in ("", *ProductKind.values):
        raise Refused("BOUNDS")
    call = on_call.lock_unclosed(call_id, by=by)
    chosen = _reason(reason, parent=None)
    chosen_detail = _reason(detail, parent=chosen)
    wanted: dict[str, object] = {
        "reason_id": chosen.pk if chosen else None,
        "reason_detail_id": chosen_detail.pk if chosen_detail else None,
        "rival": rival.strip()[:80],
        "rival_price_minor": rival_price_minor,
        "rival_product": rival_product,
    }
    before = {name: getattr(call, name) for name in wanted}
    if wanted == before:
        return
    Call.objects.filter(pk=call_id).update(**wanted)
    said = [one for one in (chosen, chosen_detail) if one and one.pk not in (call.reason_id, call.reason_detail_id)]
    CallReason.objects.bulk_create(
        CallReason(call=call, reason=one, source=source, at=call.opened_at, by_id=by) for one in said
    )
    on_call.record(
        call,
        act=Act.REASON_SET,
        by=by,
        role=role,
        event=CallEventKind.REASON_SET if said else None,
        detail={"reason": reason, "detail": detail, "source": source, "rival_named": bool(wanted["rival"])},
        before={"reason_id": call.reason_id, "reason_detail_id": call.reason_detail_id},
    )
    if call.state == CallState.OPEN:
        _close_offers_if_a_must(call, by=by, role=role)


def _reason(code: str, *, parent: Reason | None) -> Reason | None:
    if not code:
        return None
    found = Reason.objects.filter(code=code, active=True, parent=parent).first()
    if found is None:
        raise Refused("REASON_UNKNOWN", reason=code)
    return found


@transaction.atomic
def save_notes(*, call_id: int, notes: str, by: int) -> None:
    """Keep the agent's notes, until the call is closed.

    They are saved second by second while somebody types; the audit tells once, at closing, how long they were.
    `Refused("NOTES_TOO_LONG")` past 8,000 characters.
    """
    if len(notes) > NOTES_MOST:
        raise Refused("NOTES_TOO_LONG", most=NOTES_MOST)
    call = on_call.lock_unclosed(call_id, by=by)
    if call.notes != notes:
        Call.objects.filter(pk=call_id).update(notes=notes.replace("\x00", ""))


@transaction.atomic
def end_call(*, call_id: int, by: int, role: str) -> None:
    """The line is down; the call waits for its disposition. Ending it twice changes nothing."""
    call = on_call.lock_own(call_id, by=by)
    if call.state != CallState.OPEN:
        return
    Call.objects.filter(pk=call_id).update(state=CallState.WRAP_UP, ended_at=DeskNow())
    on_call.record(call, act=Act.CALL_ENDED, by=by, role=role, event=CallEventKind.ENDED)


@transaction.atomic
def hang_up(*, call_id: int, role: str, dropped: bool) -> None:
    """The telephone says that the line is down: as `end_call`, whoever's call it is.

    `dropped`: nobody took the caller over. The agent, who did not end it, may go on with it for ten minutes (`resume`),
    and what was approved for it or waits for an answer stays held as long.
    """
    call = Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=call_id)
    if call.state != CallState.OPEN:
        return
    dropped_at = DeskNow() if dropped else None
    Call.objects.filter(pk=call_id).update(state=CallState.WRAP_UP, ended_at=DeskNow(), dropped_at=dropped_at)
    on_call.record(call, act=Act.CALL_ENDED, by=None, role=role, event=CallEventKind.ENDED)


@transaction.atomic
def resume(*, call_id: int, by: int, role: str) -> None:
    """The agent is back on an open call after the browser had closed, or has the customer back who was cut off.

    `Refused("CALL_CLOSED")` when it is over, for a call that was cut off ten minutes later; `Refused("CALL_OPEN")` when
    the agent is in another one by then.
    """
    call = on_call.lock_own(call_id, by=by)
    if call.state == CallState.OPEN:
        Call.objects.filter(pk=call_id).update(seen_at=DeskNow())
    else:
        _go_on(call, by=by)
    on_call.record(call, act=Act.CALL_RESUMED, by=by, role=role, event=CallEventKind.RESUMED)


def _go_on(call: Call, *, by: int) -> None:
    """Open a call that was cut off again."""
    cut_off = Call.objects.filter(pk=call.pk, state=CallState.WRAP_UP, dropped_at__gt=DeskNow() - GOES_ON_FOR)
    if not cut_off.exists():
        raise Refused("CALL_CLOSED", call_id=call.pk)
    try:
        with transaction.atomic():
            cut_off.update(state=CallState.OPEN, ended_at=None, dropped_at=None, seen_at=DeskNow())
    except IntegrityError as error:
        raise Refused("CALL_OPEN", call_id=queries.open_call_of(by=by)) from error


def abandon_silent(*, silent_for: timedelta, most: int = 100) -> int:
    """End open calls whose screen has been silent for that long by the database's clock; answers how many.

    They wait for their disposition in the supervisor's list. One transaction each, and never two at the same time.
    """
    silent = Call.objects.filter(state=CallState.OPEN, seen_at__lt=DeskNow() - silent_for).order_by("seen_at")
    abandoned = 0
    for call_id in list(silent.values_list("pk", flat=True)[:most]):
        with transaction.atomic():
            call = silent.select_for_update(no_key=True, skip_locked=True).filter(pk=call_id).first()
            if call is None:
                continue
            Call.objects.filter(pk=call_id).update(state=CallState.WRAP_UP, ended_at=DeskNow(), abandoned_at=DeskNow())
            event = CallEventKind.ABANDONED
            detail = {"silent_since": call.seen_at}
            on_call.record(call, act=Act.CALL_ABANDONED, by=None, role="CLOCK", event=event, detail=detail)
            abandoned += 1
    return abandoned
