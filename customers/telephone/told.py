"""The one form in which every telephone system's events come in. Pure: adapters make it, the workflow takes it."""

from dataclasses import dataclass
from datetime import datetime

from customers.choices import TelephoneEventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that a telephone system says has happened.

    `event_id` and `call_id` are the telephone system's own: the first makes an event that is told twice one event, the
    second gathers the events of a call. `agent` is who has the caller from now on, by the name that the telephone
    system has for them, `from_agent` who has handed them over; `sequence` counts where the system counts. What an event
    does not say is blank.
    """

    event_id: str
    call_id: str
    kind: TelephoneEventKind
    occurred_at: datetime
    sequence: int | None = None
    number: str = ""
    line: str = ""
    queue: str = ""
    ivr_choice: str = ""
    language: str = ""
    agent: str = ""
    from_agent: str = ""
