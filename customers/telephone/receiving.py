"""Taking in what telephone systems tell: once each, in any order, and with one effect on the desk.

Every event is kept, and where the call stands is worked out anew from all of them. What follows from that is done: the
agent who took the call gets it on their desk, a part that is over ends its call. Nothing is undone by a late event.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.db import connection as database
from django.db import transaction
from django.db.models import Exists, OuterRef

from customers import calls, keys, queries, screens
from customers.choices import CallEventKind, CallState, TelephoneEventKind, TelephoneState
from customers.models import CallEvent, TelephoneCall, TelephoneConnection, TelephoneLeg
from customers.refusals import NotYours, Refused
from customers.telephone.callers import in_full, match
from customers.telephone.parts import (
    Part,
    Seated,
    adopt_part,
    earlier_call,
    happened,
    leg_of,
    link_parts,
    open_part,
    parts_of,
    people_of,
)
from customers.telephone.standing import CLAIMED, Standing, standing_of
from customers.telephone.told import Told

# By this the record tells what the telephone did from what the agent did themselves.
ROLE = "TELEPHONE"
# A clock of a telephone system may be a little ahead; what is further ahead, or so old, is not believed.
AHEAD = timedelta(minutes=5)
OLDEST = timedelta(hours=24)

Seats = Callable[[int], Seated | None]


class OutOfTime(Refused):
    """The event is older or newer than a telephone system is believed."""

    def __init__(self) -> None:
        super().__init__("OUT_OF_TIME")


@transaction.atomic
def receive(*, told: Told, connection_id: int, now: datetime, seats: Seats) -> tuple[int, bool]:
    """Take one event in; answers the id of its telephone call, and whether the event was new.

    `seats` answers where a person sits, if they do. `OutOfTime` for an event of another day.
    """
    # A name that only this desk gives.
    told = replace(told, agent=told.agent.removeprefix(CLAIMED), from_agent=told.from_agent.removeprefix(CLAIMED))
    return _receive(told=told, connection_id=connection_id, now=now, seats=seats)


@transaction.atomic
def claim(*, telephone_call_id: int, by: int, now: datetime, seats: Seats) -> None:
    """A signed address says that this caller is this person's, whether or not the telephone system has a name for them.

    It is kept as an event of the call like any other. `NotYours` when the caller is known to be somebody else's,
    `Refused("LINE_DOWN")` when they are gone.
    """
    call = TelephoneCall.objects.select_for_update(no_key=True, of=("self",)).filter(pk=telephone_call_id).first()
    if call is None or call.agent_id not in (None, by):
        raise NotYours(telephone_call_id=telephone_call_id)
    if call.state == TelephoneState.ENDED:
        raise Refused("LINE_DOWN", telephone_call_id=telephone_call_id)
    if call.agent_id == by:
        return
    told = Told(
        event_id=f"pop:{call.pk}:{by}",
        call_id=call.provider_call_id,
        kind=TelephoneEventKind.ANSWERED,
        occurred_at=max(now, call.changed_at),
        agent=f"{CLAIMED}{by}",
    )
    _receive(told=told, connection_id=call.connection_id, now=now, seats=seats)


def _receive(*, told: Told, connection_id: int, now: datetime, seats: Seats) -> tuple[int, bool]:
    if not now - OLDEST <= told.occurred_at <= now + AHEAD:
        raise OutOfTime
    call = _locked(told, connection_id)
    if not _keep(told, call):
        return call.pk, False
    events = happened(call)
    standing = standing_of(events)
    people = people_of(call, standing)
    parts = parts_of(standing, people)
    earlier = standing_of(event for event in events if event.event_id != told.event_id)
    known = call.customer_id
    had = call.agent_id
    # As it was before this event; a call that is new waited nowhere.
    waited = _waits(call) if len(events) > 1 else None
    _note(call, told)
    _place(call, standing, parts[-1])
    call.save()
    for person in {had, call.agent_id} - {None}:
        screens.ring("CALL_INCOMING", person=person)
    if _waits(call) != waited:
        screens.ring("CALLS_WAITING", site=call.connection.site_id)
    taken = _taken(standing, parts)
    if call.customer_id == known:
        # Else whoever had taken the call before it was known whose it is gets it now.
        before = _taken(earlier, parts_of(earlier, people))
        taken = [part for part in taken if part not in before]
    opened = [part for part in taken if _open(call, part, parts, seats=seats, now=now)]
    if opened:
        _link(call, parts, opened)
    _end_what_is_over(call, standing, parts)
    return call.pk, True


@transaction.atomic
def receive_once(
    *, told: Told, connection_id: int, now: datetime, seats: Seats, key: UUID, body: Mapping[str, object]
) -> int:
    """`receive` under a key of the sender's; answers the id of the telephone call, and the same one for a repeat.

    `body` is what was sent. `KeyReused` when the key came with another one, `InFlight`, `OutOfTime`.
    """
    claim = keys.claim(key=key, act=ROLE, by=None, body=body)
    if claim.answer:
        return claim.answer.object_id
    telephone_call_id, _new = receive(told=told, connection_id=connection_id, now=now, seats=seats)
    claim.settle(object_id=telephone_call_id)
    return telephone_call_id


def _locked(told: Told, connection_id: int) -> TelephoneCall:
    """The row of the call, made by its first event; whoever comes at the same time waits here."""
    with database.cursor() as cursor:
        cursor.execute(
            """INSERT INTO customers_telephonecall (connection_id, provider_call_id, number, line, queue, ivr_choice,
                   language, state, leg, match, begun_at, waiting_since, changed_at, recorded_at)
               VALUES (%s, %s, '', '', '', '', '', 'RINGING', 0, 'NOBODY', %s, %s, %s, desk_now())
               ON CONFLICT (connection_id, provider_call_id) DO NOTHING""",
            [connection_id, told.call_id, *([told.occurred_at] * 3)],
        )
    ours = TelephoneCall.objects.select_for_update(no_key=True, of=("self",))
    return ours.get(connection_id=connection_id, provider_call_id=told.call_id)


def _keep(told: Told, call: TelephoneCall) -> bool:
    """Keep the event; False when it was told before."""
    with database.cursor() as cursor:
        cursor.execute(
            """INSERT INTO customers_telephoneevent (connection_id, event_id, telephone_call_id, kind, occurred_at,
                   sequence, agent, from_agent, queue, recorded_at)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, desk_now())
               ON CONFLICT (connection_id, event_id) DO NOTHING""",
            [
                *(call.connection_id, told.event_id, call.pk, told.kind, told.occurred_at),
                *(told.sequence, told.agent, told.from_agent, told.queue),
            ],
        )
        return bool(cursor.rowcount)


def _note(call: TelephoneCall, told: Told) -> None:
    """What is the same for the whole call, from whichever event says it first."""
    call.begun_at = min(call.begun_at, told.occurred_at)
    call.changed_at = max(call.changed_at, told.occurred_at)
    call.line = call.line or told.line
    call.ivr_choice = call.ivr_choice or told.ivr_choice
    call.language = call.language or told.language
    if told.number and not call.number:
        call.number = in_full(told.number)
        call.match, call.customer_id = match(call.number)


def _place(call: TelephoneCall, standing: Standing, present: Part | None) -> None:
    """Where the call stands now, and who has it."""
    call.state = standing.state
    call.queue = standing.queue
    call.held_since = standing.leg.held_since
    call.waiting_since = standing.waiting_since if standing.state == TelephoneState.RINGING else None
    call.agent_id = present.agent_id if present else None
    call.leg = present.number if present else 0


def _waits(call: TelephoneCall) -> tuple[str, datetime] | None:
    """Where and since when the caller waits, if they do."""
    return (call.queue, call.waiting_since) if call.waiting_since is not None else None


def _taken(standing: Standing, parts: Sequence[Part | None]) -> list[Part]:
    """Who has taken the call, in order."""
    return [part for part, leg in zip(parts, standing.legs, strict=True) if part is not None and leg.taken]


def _open(call: TelephoneCall, part: Part, parts: Sequence[Part | None], *, seats: Seats, now: datetime) -> bool:
    """Open the call on the agent's desk if it is known whose it is, and they are ready and in no other; else it waits
    for them to say so. What they have opened by hand for this customer meanwhile is that call. Answers whether there is
    one now that was not known as this part's before.
    """
    earlier = earlier_call(call, parts, part)
    customer_id = (earlier.customer_id if earlier else None) or call.customer_id
    seated = seats(part.agent_id)
    if customer_id is None or seated is None or leg_of(call, part) is not None:
        return False
    if adopt_part(call, part, customer_id=customer_id):
        return True
    if not seated.ready or queries.open_call_of(by=part.agent_id) is not None:
        return False
    if not TelephoneConnection.objects.filter(pk=call.connection_id, site_id=seated.site_id).exists():
        return False
    try:
        open_part(call, part, customer_id=customer_id, earlier=earlier, seated=seated, role=ROLE, now=now)
    except Refused as refused:
        # Opened by hand in the same moment: then that is the call they are in.
        if refused.code != "CALL_OPEN":
            raise
        return False
    return True


def _link(call: TelephoneCall, parts: Sequence[Part | None], opened: Sequence[Part]) -> None:
    """Link the desk's calls of parts that follow each other where one of the two was not known before."""
    known = [part for part in parts if part is not None and leg_of(call, part) is not None]
    for before, after in pairwise(known):
        if before in opened or after in opened:
            link_parts(call, before, after, role=ROLE)


def _end_what_is_over(call: TelephoneCall, standing: Standing, parts: Sequence[Part | None]) -> None:
    """End the desk's calls of the parts that are over. The end of a part may be told before its beginning.

    Whoever took the call without a name that the telephone system has for them has it until it ends.
    """
    over = {part for part, leg in zip(parts, standing.legs, strict=True) if leg.over}
    legs = TelephoneLeg.objects.filter(telephone_call=call, call__state=CallState.OPEN)
    # A call that was cut off and went on has another line by then.
    cut_off = CallEvent.objects.filter(call=OuterRef("call"), kind=CallEventKind.ENDED)
    for agent_id, number, call_id in legs.filter(~Exists(cut_off)).values_list("agent_id", "number", "call_id"):
        part = Part(agent_id, number)
        if standing.ended or part in over:
            handed_over = any(one == part and leg.over for one, leg in zip(parts[:-1], standing.legs[:-1], strict=True))
            calls.hang_up(call_id=call_id, role=ROLE, dropped=not handed_over)
        screens.ring("CALL_CHANGED", person=agent_id, call=call_id)
