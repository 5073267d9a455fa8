"""To whom a live call can be handed over: teams, and who of them is there. Reads only."""

from dataclasses import dataclass
from pathlib import Path

from customers.decode import decode
from customers.statements import read_json
from offers.choices import Duty

RECEIVERS = (Path(__file__).parent / "sql" / "receivers.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody of a team who is on duty; `on_call` while they talk to another customer."""

    id: int
    name: str
    duty: Duty
    on_call: bool

    @property
    def is_free(self) -> bool:
        """Whether they could take a call now."""
        return self.duty == Duty.READY and not self.on_call


@dataclass(frozen=True, slots=True)
class ReceivingTeam:
    """A team with whoever of it is on duty, those who are free first."""

    id: int
    name: str
    site: str
    people: tuple[Receiver, ...]

    @property
    def free(self) -> int:
        """How many could take a call now."""
        return sum(one.is_free for one in self.people)


def receivers(*, by: int) -> tuple[ReceivingTeam, ...]:
    """Every team, one's own first, without oneself."""
    found = read_json(RECEIVERS, {"by": by})
    return tuple(decode(ReceivingTeam, row | {"people": row["people"] or ()}) for row in found or ())
