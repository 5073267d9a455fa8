"""What the telephone has brought: to an agent, to a call that is open, to the teams. One statement each, no writes."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Func, JSONField

from customers.choices import CallState, NumberMatch, TelephoneState
from customers.decode import decode
from customers.line import TelephoneLine
from customers.models import Call
from customers.refusals import NotYours
from customers.statements import read_row, statement


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call for one agent that their screen has not followed yet.

    `customer_id` is whom the number tells, or whom a colleague had on the line who handed it over. `call_id` is the
    desk's call where it has opened by itself, `open_call_id` any call that the agent is in.
    """

    id: int
    leg: int
    state: TelephoneState
    number: str
    queue: str
    ivr_choice: str
    language: str
    match: NumberMatch
    customer_id: int | None
    customer_name: str
    town: str
    handed_over_by: str | None
    call_id: int | None
    begun_at: datetime
    open_call_id: int | None

    @property
    def is_answered(self) -> bool:
        """Whether the agent has the caller on the line already."""
        return self.state != TelephoneState.RINGING

    @property
    def in_another_call(self) -> bool:
        """Whether the agent has to end another call first."""
        return self.open_call_id is not None and self.open_call_id != self.call_id

    @property
    def seen(self) -> str:
        """What is shown of it, in a word that changes when that does."""
        flags = "busy" if self.in_another_call else "free"
        return f"{self.id}.{self.leg}.{self.state}.{self.match}.{self.customer_id or 0}.{self.call_id or 0}.{flags}"


def incoming_of(*, by: int) -> Incoming | None:
    """What has come in for this agent; None where nothing has."""
    row = read_row(statement("incoming"), {"by": by})
    return Incoming(*row) if row is not None else None


@dataclass(frozen=True, slots=True)
class Line:
    """How a call stands: `state` of the desk's call, `telephone` while it is up and came by one."""

    state: CallState
    telephone: TelephoneLine | None

    @property
    def seen(self) -> str:
        """In a word that changes when the line does."""
        return self.telephone.seen if self.telephone else str(self.state)


def line_of(*, call_id: int, by: int) -> Line:
    """The line of this agent's call; `NotYours` for a call of somebody else."""
    own = Call.objects.filter(pk=call_id, agent_id=by)
    row = own.values_list("state", Func("pk", function="telephone_line", output_field=JSONField())).first()
    if row is None:
        raise NotYours(call_id=call_id)
    state = CallState(row[0])
    up = row[1] if state == CallState.OPEN else None
    return Line(state=state, telephone=decode(TelephoneLine, up) if up else None)
