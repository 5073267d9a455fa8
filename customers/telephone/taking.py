"""Taking a call that the telephone has brought: the agent says that they have it, and their screen follows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from customers.choices import TelephoneState
from customers.models import TelephoneCall, TelephoneLeg
from customers.queries import DeskNow
from customers.refusals import NotYours, Refused
from customers.telephone.parts import Seated, earlier_call, happened, open_part, parts_of, people_of
from customers.telephone.standing import standing_of


class CustomerUnknown(Refused):
    """Nobody, or more than one customer, has the caller's number: the agent has to say who it is."""

    def __init__(self, *, telephone_call_id: int) -> None:
        super().__init__("CUSTOMER_UNKNOWN", telephone_call_id=telephone_call_id)


@transaction.atomic
def take(
    *,
    telephone_call_id: int,
    by: int,
    role: str,
    seated: Seated,
    now: datetime,
    key: UUID | None = None,
    **said: Any,
) -> int:
    """Open the desk's call for the caller whom this agent has now, or find it opened; answers its id.

    With `customer_id` (None: without a customer) and what else `calls.open_call` takes in `said`, the agent has chosen;
    without it the number has to tell. Taking it twice is taking it once.

    `NotYours` for somebody else's call, `CustomerUnknown`, `Refused`: LINE_DOWN when the caller is gone, and what
    `calls.open_call` refuses.
    """
    call = TelephoneCall.objects.select_for_update(no_key=True, of=("self",)).filter(pk=telephone_call_id).first()
    if call is None:
        raise NotYours(telephone_call_id=telephone_call_id)
    standing = standing_of(happened(call))
    parts = parts_of(standing, people_of(call, standing))
    part = parts[-1]
    if part is None or part.agent_id != by:
        raise NotYours(telephone_call_id=telephone_call_id)
    leg = TelephoneLeg.objects.filter(telephone_call=call, agent_id=by, number=part.number).first()
    if leg is None:
        if call.state == TelephoneState.ENDED:
            raise Refused("LINE_DOWN", telephone_call_id=telephone_call_id)
        earlier = earlier_call(call, parts, part)
        if "customer_id" not in said:
            said["customer_id"] = (earlier.customer_id if earlier else None) or call.customer_id
            if said["customer_id"] is None:
                raise CustomerUnknown(telephone_call_id=telephone_call_id)
        leg = open_part(call, part, earlier=earlier, seated=seated, role=role, now=now, key=key, **said)
    TelephoneLeg.objects.filter(pk=leg.pk, shown_at=None).update(shown_at=DeskNow())
    return leg.call_id
