"""The agent asks the telephone to hold their caller, or to take them back. What was asked is no fact of the line: that
the telephone tells by its events, and only they change what the screen says.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from customers import audit, doorbell, keys, outbox
from customers.acts import Act
from customers.choices import CallState, LineWanted
from customers.models import TelephoneAgent, TelephoneCall, TelephoneCommand, TelephoneLeg
from customers.queries import DeskNow
from customers.refusals import Refused
from customers.telephone.control import RELAY, TOPIC
from customers.telephone.incoming import line_of
from customers.telephone.parts import happened
from customers.telephone.standing import CLAIMED, standing_of

_ACTS: Mapping[LineWanted, Act] = {LineWanted.HELD: Act.HOLD_WANTED, LineWanted.RESUMED: Act.RESUME_WANTED}


@transaction.atomic
def want(*, call_id: int, wanted: LineWanted, by: int, role: str, key: UUID) -> int:
    """Ask the telephone of one's own live call for this; answers the id of the command, which the database's clock
    lets lapse.

    `NotYours`; `Refused`: CALL_CLOSED when the call is over, NO_CONTROL when it came by no telephone that the desk can
    ask, LINE_GONE when the caller is not on this line, BEING_ASKED while the telephone has time to answer, LINE_IS_SO
    when the line stands as wanted.
    """
    claim = keys.claim(key=key, act=_ACTS[wanted], by=by, body={"call": call_id})
    if claim.answer:
        return claim.answer.object_id
    call = _locked(call_id, by=by)
    _check(call_id, wanted, call=call, by=by)
    leg = TelephoneLeg.objects.select_related("call").get(call_id=call_id)
    command = TelephoneCommand.objects.create(leg=leg, wanted=wanted, asked_at=DeskNow(), good_until=DeskNow())
    audit.append(
        by=by, role=role, act=_ACTS[wanted], object_kind="telephone_call", object_id=call.pk,
        customer_id=leg.call.customer_id, call_id=call_id, key=key,
    )  # fmt: skip
    payload = {"command": command.pk, "agent": _name_of(call, by=by)}
    outbox.put(topic=TOPIC, key=f"{TOPIC}-{command.pk}", payload=payload)
    transaction.on_commit(lambda: doorbell.ring(RELAY), robust=True)
    claim.settle(object_id=command.pk)
    return command.pk


def _locked(call_id: int, *, by: int) -> TelephoneCall:
    """The telephone call, locked as its events lock it: what is read from here on stays so, and presses queue up."""
    if line_of(call_id=call_id, by=by).state != CallState.OPEN:
        raise Refused("CALL_CLOSED", call_id=call_id)
    calls = TelephoneCall.objects.select_for_update(no_key=True, of=("self",)).select_related("connection")
    call = calls.filter(legs__call_id=call_id).first()
    if call is None:
        raise Refused("NO_CONTROL", call_id=call_id)
    return call


def _check(call_id: int, wanted: LineWanted, *, call: TelephoneCall, by: int) -> None:
    if not (call.connection.active and call.connection.control_address):
        raise Refused("NO_CONTROL", call_id=call_id)
    line = line_of(call_id=call_id, by=by).telephone
    if line is None or not line.may_ask:
        raise Refused("LINE_GONE", call_id=call_id)
    if line.is_asking:
        raise Refused("BEING_ASKED", call_id=call_id)
    if line.can_want != wanted:
        raise Refused("LINE_IS_SO", call_id=call_id)


def _name_of(call: TelephoneCall, *, by: int) -> str:
    """By which name the telephone system knows the agent; blank where it has none for them."""
    told = standing_of(happened(call)).leg.agent
    if told and not told.startswith(CLAIMED):
        return told
    names = TelephoneAgent.objects.filter(connection_id=call.connection_id, user_id=by, active=True)
    return names.order_by("pk").values_list("telephone_id", flat=True).first() or ""
