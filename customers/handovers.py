"""Handing a live call over to a team, or to one of it first, and taking it over: one does, the second is told.

Handing over ends the agent's own call as transferred, and with it every offer and question that was still open; the
call of whoever takes it over is linked to it and carries what `opening` says: identity, clock, reasons, offers made.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from customers import audit, calls, dispositions, keys, on_call, opening, queries
from customers.acts import Act
from customers.choices import CallerRole, CallEventKind, DispositionKind, OpeningIntent
from customers.models import Call, Handover
from customers.queries import DeskNow
from customers.refusals import NotYours, Refused

# Whoever it was handed to by name has this long before the rest of the team sees it as theirs, too.
FIRST_FOR = timedelta(minutes=2)
# Nobody waits on the line for longer; what nobody has taken by then is the supervisor's to look after.
MISSED_AFTER = timedelta(minutes=15)
NOTE_LENGTH = 300


@transaction.atomic
def transfer(*, call_id: int, to_team_id: int, to_id: int | None, note: str, by: int, role: str, key: UUID) -> int:
    """Hand one's own live call over to a team, with `to_id` to one of it first; answers the hand-over's id.

    The call is closed as transferred, its open offers and questions are let go. `Refused`: CALL_CLOSED when the line is
    down, TO_YOURSELF.
    """
    note = note.strip()[:NOTE_LENGTH]
    body = {"call": call_id, "to_team": to_team_id, "to": to_id, "note": note}
    claim = keys.claim(key=key, act=Act.CALL_HANDED_OVER, by=by, body=body)
    if claim.answer:
        return claim.answer.object_id
    if to_id == by:
        raise Refused("TO_YOURSELF")
    call = on_call.lock_open(call_id, by=by)
    handover = Handover.objects.create(
        call=call, to_team_id=to_team_id, to_agent_id=to_id, note=note, handed_at=call.opened_at
    )
    detail = {"team_id": to_team_id, "for_id": to_id, "count": call.ask_count}
    event = CallEventKind.TRANSFERRED
    on_call.record(call, act=Act.CALL_HANDED_OVER, by=by, role=role, event=event, detail=detail, key=key)
    calls.end_call(call_id=call_id, by=by, role=role)
    # A key of its own: the hand-over has this one.
    own = uuid5(key, Act.CALL_CLOSED)
    kind = DispositionKind.TRANSFERRED
    dispositions.close_call(call_id=call_id, kind=kind, lines=None, by=by, role=role, key=own)
    claim.settle(object_id=handover.pk)
    return handover.pk


@transaction.atomic
def take_over(*, handover_id: int, team_id: int, site_id: int, by: int, role: str, now: datetime, key: UUID) -> int:
    """Take a call over that waits for one's team or oneself; answers the id of the call that goes on.

    Taking over what one has taken already answers the same. `NotYours` for what another team was handed, `Refused`:
    HANDOVER_TAKEN when a colleague was faster, HANDOVER_FOR_ANOTHER while it is somebody else's to take first, and
    what `opening.open_call` refuses.
    """
    found = Handover.objects.select_for_update(of=("self",)).select_related("call")
    handover = found.filter(pk=handover_id).first()
    if handover is None or (team_id != handover.to_team_id and by != handover.to_agent_id):
        raise NotYours(handover_id=handover_id)
    if handover.taken_call_id is not None:
        # Asked for by itself: what a join has read is from before the lock was there.
        taken = Call.objects.get(pk=handover.taken_call_id)
        if taken.agent_id == by:
            return taken.pk
        raise Refused("HANDOVER_TAKEN", by=taken.agent_id)
    if handover.to_agent_id not in (None, by) and queries.desk_now() < handover.handed_at + FIRST_FOR:
        raise Refused("HANDOVER_FOR_ANOTHER", by=handover.to_agent_id)
    earlier = handover.call
    call_id = opening.open_call(
        customer_id=earlier.customer_id,
        phone_from=earlier.phone_from,
        caller_role=CallerRole(earlier.caller_role),
        opening_intent=OpeningIntent(earlier.opening_intent),
        team_id=team_id,
        site_id=site_id,
        by=by,
        role=role,
        now=now,
        key=key,
        transferred_from=earlier.pk,
        transfer_note=handover.note,
    )
    _record(handover, act=Act.CALL_TAKEN_OVER, by=by, role=role, detail={"taken_call": call_id})
    return call_id


def note_missed(*, most: int = 100) -> int:
    """Note, once each, which calls nobody has taken over in time by the database's clock; answers how many."""
    waiting = Handover.objects.filter(taken_at=None, missed_at=None, handed_at__lt=DeskNow() - MISSED_AFTER)
    noted = 0
    for handover_id in list(waiting.order_by("handed_at").values_list("pk", flat=True)[:most]):
        with transaction.atomic():
            locked = waiting.select_for_update(of=("self",), skip_locked=True).select_related("call")
            handover = locked.filter(pk=handover_id).first()
            if handover is not None:
                Handover.objects.filter(pk=handover_id).update(missed_at=DeskNow())
                _record(handover, act=Act.HANDOVER_MISSED, by=None, role="CLOCK", detail={})
                noted += 1
    return noted


def _record(handover: Handover, *, act: Act, by: int | None, role: str, detail: dict[str, object]) -> None:
    audit.append(
        by=by,
        role=role,
        act=act,
        object_kind="handover",
        object_id=handover.pk,
        customer_id=handover.call.customer_id,
        call_id=handover.call_id,
        after={"team_id": handover.to_team_id, **detail},
    )
