"""How the line of a call stands by what the telephone told, and what it was asked. Plain rows."""

from dataclasses import dataclass
from datetime import datetime

from customers.choices import LineWanted


@dataclass(frozen=True, slots=True)
class Asked:
    """What the agent asked the telephone and it has not told since; `late`: there was time enough."""

    id: int
    wanted: LineWanted
    late: bool


@dataclass(frozen=True, slots=True)
class TelephoneLine:
    """The line of a call that came by telephone: `held_since` as the telephone told it, whatever was asked.

    `may_ask`: the desk can ask this telephone to hold the caller, and to take them back.
    """

    held_since: datetime | None
    may_ask: bool
    asked: Asked | None

    @property
    def can_want(self) -> LineWanted:
        """What there is to ask for as the line stands."""
        return LineWanted.RESUMED if self.held_since else LineWanted.HELD

    @property
    def is_asking(self) -> bool:
        """Whether the telephone still has time to do it."""
        return self.asked is not None and not self.asked.late

    @property
    def seen(self) -> str:
        """In a word that changes when the line does."""
        state = "HELD" if self.held_since else "OPEN"
        if self.asked is None:
            return state
        return f"{state}.{self.asked.id}{'.late' if self.asked.late else ''}"
