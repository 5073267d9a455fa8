"""Call-backs: promised once, within 72 hours, owned by the team, taken by one of it, made or not needed any more.

A call-back never stands in the way of cancelling: the wish that was said stays noted with its time (`noted_wish` in the
database), and whichever call of the customer comes next goes on from there.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from customers import audit, on_call, queries
from customers.acts import Act
from customers.choices import CallBackEnd, CallerRole, CallEventKind, DispositionKind, OpeningIntent
from customers.models import Call, CallBack
from customers.opening import open_call
from customers.queries import DeskNow
from customers.refusals import NotYours, Refused

WITHIN = timedelta(hours=72)
# Who has taken one and does not ring leaves it to the others.
TAKEN_FOR = timedelta(minutes=15)
NOTE_LENGTH = 200
# How a call ends that leaves the promise of an earlier one standing.
UNDECIDED = frozenset(
    {
        DispositionKind.CALL_BACK,
        DispositionKind.TRANSFERRED,
        DispositionKind.DROPPED,
        DispositionKind.NO_CANCEL_INTENT,
        DispositionKind.UNAUTHORISED_CALLER,
    }
)


@transaction.atomic
def promise_call_back(*, call_id: int, at: datetime, note: str, by: int, role: str) -> None:
    """Promise to ring back; until the call is closed its time may still be changed.

    `Refused`: CALL_BACK_TOO_LATE past 72 hours by the database's clock, CALL_BACK_PAST, CALL_BACK_ONCE when another
    call of the episode has promised one.
    """
    call = on_call.lock_unclosed(call_id, by=by)
    note = note.strip()[:NOTE_LENGTH]
    if (call.call_back_at, call.call_back_note) == (at, note):
        return
    if at != call.call_back_at:
        now = queries.desk_now()
        if at <= now:
            raise Refused("CALL_BACK_PAST")
        if at > now + WITHIN:
            raise Refused("CALL_BACK_TOO_LATE", hours=int(WITHIN.total_seconds() // 3600))
    # Two calls of an episode that promise at the same moment: the episode's first call is the one lock of both.
    episode = Call.objects.select_for_update(no_key=True).get(pk=call.episode_id or call.pk)
    if CallBack.objects.filter(episode=episode).exclude(call=call).exists():
        raise Refused("CALL_BACK_ONCE")
    Call.objects.filter(pk=call_id).update(call_back_at=at, call_back_note=note)
    if not CallBack.objects.filter(call=call).exists():
        # The database copies whose it is from the call, and stamps it.
        CallBack.objects.create(call=call, episode=episode, team_id=call.team_id, promised_at=call.opened_at)
    on_call.record(
        call,
        act=Act.CALL_BACK_PROMISED,
        by=by,
        role=role,
        event=CallEventKind.TOLD,
        detail={"what": "CALL_BACK", "at": at, "count": call.ask_count},
        before={"at": call.call_back_at},
    )


@transaction.atomic
def take_call_back(*, call_back_id: int, team_id: int, by: int, role: str) -> None:
    """Take one of the team's call-backs on; taking one's own again changes nothing.

    `NotYours` for another team's. `Refused`: CALL_BACK_TAKEN while a colleague has it (for 15 minutes at a time),
    CALL_BACK_OVER.
    """
    one = _lock(call_back_id, team_id=team_id)
    now = queries.desk_now()
    if _is_with(one, now=now) == by:
        return
    _check_free(one, by=by, now=now)
    CallBack.objects.filter(pk=one.pk).update(taken_by_id=by, taken_at=DeskNow())
    _record(one, act=Act.CALL_BACK_TAKEN, by=by, role=role)


@transaction.atomic
def give_back_call_back(*, call_back_id: int, team_id: int, by: int, role: str) -> None:
    """Leave a call-back that one has taken to the team again; `NotYours` when one has not."""
    one = _lock(call_back_id, team_id=team_id)
    if one.taken_by_id != by or one.ended_at is not None:
        raise NotYours(call_back_id=call_back_id)
    CallBack.objects.filter(pk=one.pk).update(taken_by=None, taken_at=None)
    _record(one, act=Act.CALL_BACK_GIVEN_BACK, by=by, role=role)


@transaction.atomic
def make_call_back(
    *, call_back_id: int, team_id: int, site_id: int, by: int, role: str, now: datetime, key: UUID
) -> int:
    """Ring back: open the call that keeps the promise; answers its id, and the same for whoever has made it already.

    Who is on the line has to be checked again. Raises what `take_call_back` and `opening.open_call` refuse.
    """
    one = _lock(call_back_id, team_id=team_id)
    if one.made_call_id is not None and Call.objects.filter(pk=one.made_call_id, agent_id=by).exists():
        return one.made_call_id
    _check_free(one, by=by, now=queries.desk_now())
    promised = one.call
    call_id = open_call(
        customer_id=promised.customer_id,
        phone_from=promised.phone_from,
        caller_role=CallerRole(promised.caller_role),
        opening_intent=OpeningIntent(promised.opening_intent),
        team_id=team_id,
        site_id=site_id,
        by=by,
        role=role,
        now=now,
        key=key,
    )
    CallBack.objects.filter(pk=one.pk).update(
        made_call_id=call_id, ended_as=CallBackEnd.MADE, ended_at=DeskNow(), taken_by_id=by, taken_at=DeskNow()
    )
    _record(one, act=Act.CALL_BACK_MADE, by=by, role=role, detail={"made_call": call_id})
    return call_id


def settle_promise(call: Call, *, kind: DispositionKind, by: int, role: str) -> None:
    """Inside the closing of another call of the customer: what that has decided needs no ringing back any more."""
    if kind in UNDECIDED or call.customer_id is None:
        return
    still_open = CallBack.objects.filter(call__customer_id=call.customer_id, ended_at=None).exclude(call=call)
    for one in still_open.select_for_update(of=("self",)).select_related("call"):
        CallBack.objects.filter(pk=one.pk).update(ended_as=CallBackEnd.NOT_NEEDED, ended_at=DeskNow())
        _record(one, act=Act.CALL_BACK_NOT_NEEDED, by=by, role=role, detail={"kind": kind})


def note_overdue(*, most: int = 100) -> int:
    """Note, once each, which call-backs are late by the database's clock; answers how many were found."""
    late = CallBack.objects.filter(ended_at=None, overdue_at=None, call__call_back_at__lt=DeskNow())
    noted = 0
    for call_back_id in list(late.order_by("call__call_back_at").values_list("pk", flat=True)[:most]):
        with transaction.atomic():
            locked = late.select_for_update(of=("self",), skip_locked=True).select_related("call")
            one = locked.filter(pk=call_back_id).first()
            if one is not None:
                CallBack.objects.filter(pk=one.pk).update(overdue_at=DeskNow())
                _record(one, act=Act.CALL_BACK_OVERDUE, by=None, role="CLOCK")
                noted += 1
    return noted


def _lock(call_back_id: int, *, team_id: int) -> CallBack:
    found = CallBack.objects.select_for_update(of=("self",)).select_related("call")
    one = found.filter(pk=call_back_id, team_id=team_id).first()
    if one is None:
        raise NotYours(call_back_id=call_back_id)
    return one


def _is_with(one: CallBack, *, now: datetime) -> int | None:
    """Who has taken it and may still ring."""
    return one.taken_by_id if one.taken_at and one.taken_at > now - TAKEN_FOR else None


def _check_free(one: CallBack, *, by: int, now: datetime) -> None:
    if one.ended_at is not None:
        raise Refused("CALL_BACK_OVER", ended_as=one.ended_as)
    if _is_with(one, now=now) not in (None, by):
        raise Refused("CALL_BACK_TAKEN", by=one.taken_by_id)


def _record(
    one: CallBack,
    *,
    act: Act,
    by: int | None,
    role: str,
    detail: dict[str, object] | None = None,
) -> None:
    audit.append(
        by=by,
        role=role,
        act=act,
        object_kind="call_back",
        object_id=one.pk,
        customer_id=one.call.customer_id,
        call_id=one.call_id,
        after={"at": one.call.call_back_at, **(detail or {})},
    )
