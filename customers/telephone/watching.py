"""What is taken in of a telephone system that is watched as a whole: the desk's calls, and none of anybody else's.

A webhook is sent what concerns the desk. Whoever listens to a whole telephone system hears everybody's calls; of those
only what came into a queue of the connection is kept.
"""

from datetime import datetime

from customers.choices import RouteKind, TelephoneEventKind, TelephoneState
from customers.models import TelephoneCall, TelephoneConnection, TelephoneRoute
from customers.telephone import connections
from customers.telephone.receiving import OLDEST, Seats, receive
from customers.telephone.told import Told


def receive_wanted(*, told: Told, connection_id: int, now: datetime, seats: Seats) -> bool:
    """`receive` what concerns the desk; answers whether it did.

    It does when the call is known, or comes into one of the connection's queues (any queue where none is named in
    Lines and queues). Nothing does while the connection is switched off. Raises as `receive` does.
    """
    connection = TelephoneConnection.objects.filter(pk=connection_id, active=True).first()
    if connection is None or not (_is_of_a_queue(told, connection_id) or _is_known(told, connection_id)):
        return False
    receive(told=told, connection_id=connection_id, now=now, seats=seats)
    connections.note_use(connection, now=now)
    return True


def end_missing(*, connection_id: int, there: frozenset[str], at: datetime, now: datetime, seats: Seats) -> int:
    """End the calls that the telephone system no longer has at that moment; answers how many.

    `there` are those that it has, by its own names for them. For what happened while nobody listened.
    """
    up = TelephoneCall.objects.filter(connection_id=connection_id, changed_at__range=(now - OLDEST, at))
    missing = up.exclude(state=TelephoneState.ENDED).exclude(provider_call_id__in=there).order_by("pk")
    ended = 0
    for call_id in list(missing.values_list("provider_call_id", flat=True)):
        told = Told(
            event_id=f"missing:{call_id}:{at.timestamp()}", call_id=call_id, kind=TelephoneEventKind.ENDED,
            occurred_at=at,
        )  # fmt: skip
        receive(told=told, connection_id=connection_id, now=now, seats=seats)
        ended += 1
    return ended


def note_alive(*, connection_id: int, now: datetime) -> None:
    """Note that the telephone system answers, though it had nothing to tell."""
    connection = TelephoneConnection.objects.filter(pk=connection_id, active=True).first()
    if connection is not None:
        connections.note_use(connection, now=now)


def _is_of_a_queue(told: Told, connection_id: int) -> bool:
    if not told.queue:
        return False
    queues = TelephoneRoute.objects.filter(connection_id=connection_id, kind=RouteKind.QUEUE, active=True)
    named = list(queues.values_list("code", flat=True))
    return not named or told.queue in named


def _is_known(told: Told, connection_id: int) -> bool:
    return TelephoneCall.objects.filter(connection_id=connection_id, provider_call_id=told.call_id).exists()
