"""Whose the parts of a telephone call are, and the desk's call for each: opened once, whoever comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from customers import calls, opening, screens
from customers.choices import CallerRole, OpeningIntent, TelephoneEventKind
from customers.models import Call, TelephoneAgent, TelephoneCall, TelephoneEvent, TelephoneLeg
from customers.refusals import Refused
from customers.telephone.standing import CLAIMED, Happened, Standing

# Whoever answers may open the call before the telephone system's first event has come, and clocks differ.
OPENED_BEFORE = timedelta(minutes=1)
_KEYS = UUID("b7a0f0c2-5b0e-5d0a-9d34-0d6a4e6b1f29")


@dataclass(frozen=True, slots=True)
class Seated:
    """Where an agent sits, and whether a call may open there by itself."""

    team_id: int
    site_id: int
    ready: bool


class Part(NamedTuple):
    """One person's part of a telephone call: who, and their how manieth of it (from 1)."""

    agent_id: int
    number: int


def happened(call: TelephoneCall) -> list[Happened]:
    """Every event of the call."""
    rows = TelephoneEvent.objects.filter(telephone_call=call)
    fields = ("event_id", "kind", "occurred_at", "sequence", "agent", "from_agent", "queue")
    return [Happened(event_id, TelephoneEventKind(kind), *rest) for event_id, kind, *rest in rows.values_list(*fields)]


def people_of(call: TelephoneCall, standing: Standing) -> dict[str, int]:
    """The people behind the names that the telephone system, or a signed address, has for its agents."""
    names = {leg.agent for leg in standing.legs if leg.agent}
    claimed = {name: int(name.removeprefix(CLAIMED)) for name in names if name.startswith(CLAIMED)}
    agents = TelephoneAgent.objects.filter(
        connection_id=call.connection_id, telephone_id__in=names, active=True, user__is_active=True
    )
    return dict(agents.values_list("telephone_id", "user_id")) | claimed


def parts_of(standing: Standing, people: dict[str, int]) -> list[Part | None]:
    """Whose the legs are, one for one; None where nobody of the desk is known by that name."""
    counts: dict[int, int] = {}
    found: list[Part | None] = []
    for leg in standing.legs:
        person = people.get(leg.agent)
        if person is not None:
            counts[person] = counts.get(person, 0) + 1
        found.append(Part(person, counts[person]) if person is not None else None)
    return found


def earlier_call(call: TelephoneCall, parts: Sequence[Part | None], part: Part) -> Call | None:
    """The desk's call of the last part before this one that has one: it was handed over."""
    before = list(parts[: parts.index(part)]) if part in parts else list(parts)
    legs = TelephoneLeg.objects.filter(telephone_call=call).select_related("call")
    opened = {Part(leg.agent_id, leg.number): leg.call for leg in legs}
    return next((opened[one] for one in reversed(before) if one in opened), None)


def leg_of(call: TelephoneCall, part: Part) -> TelephoneLeg | None:
    """The desk's call of this part, if it has been opened."""
    return TelephoneLeg.objects.filter(telephone_call=call, agent_id=part.agent_id, number=part.number).first()


def adopt_part(call: TelephoneCall, part: Part, *, customer_id: int) -> bool:
    """Take a call that this person opened by hand for the customer, since the telephone call began, as this part's."""
    since = call.begun_at - OPENED_BEFORE
    theirs = Call.objects.filter(agent_id=part.agent_id, customer_id=customer_id, opened_at__gte=since)
    found = theirs.filter(telephone_leg=None).order_by("-opened_at").first()
    if found is None:
        return False
    TelephoneLeg.objects.create(telephone_call=call, agent_id=part.agent_id, number=part.number, call=found)
    return True


def link_parts(call: TelephoneCall, before: Part, after: Part, *, role: str) -> None:
    """Let the desk's call of a part go on with that of the part before it, whichever was told of first."""
    earlier, later = leg_of(call, before), leg_of(call, after)
    if earlier is None or later is None or later.call.transferred_from_id == earlier.call_id:
        return
    opening.link_late(call_id=later.call_id, earlier_id=earlier.call_id, role=role)
    screens.ring("CALL_CHANGED", person=after.agent_id, call=later.call_id)


def open_part(
    call: TelephoneCall,
    part: Part,
    *,
    customer_id: int | None,
    earlier: Call | None,
    seated: Seated,
    role: str,
    now: datetime,
    key: UUID | None = None,
    **said: Any,
) -> TelephoneLeg:
    """Open the desk's call for this part of a telephone call that the caller has locked; or the one that there is.

    What travels with `earlier` does so where it fits. `said` as for `calls.open_call`, whose refusals come through.
    """
    there = leg_of(call, part)
    if there is not None:
        return there
    given = {
        "customer_id": customer_id,
        "phone_from": call.number,
        "caller_role": CallerRole.UNKNOWN,
        "opening_intent": OpeningIntent.UNKNOWN,
        "team_id": seated.team_id,
        "site_id": seated.site_id,
        "by": part.agent_id,
        "role": role,
        "now": now,
        # Whoever opens it by itself opens it under the same key.
        "key": key or uuid5(_KEYS, f"{call.pk} {part.agent_id} {part.number}"),
    } | said
    try:
        call_id = calls.open_call(**given, transferred_from=earlier.pk if earlier else None)
    except Refused as refused:
        if earlier is None or refused.code != "TRANSFER_NOT_FITTING":
            raise
        call_id = calls.open_call(**given)
    return TelephoneLeg.objects.create(telephone_call=call, agent_id=part.agent_id, number=part.number, call_id=call_id)
