"""Who waits on the telephone, as a part of the pages that show it."""

from typing import Any

from customers.telephone.queues import callers_waiting
from retention_desk.acting import Actor
from retention_desk.http import digest


def queues_context(who: Actor) -> dict[str, Any]:
    """What telephone/queues.html needs for this person's site. One statement."""
    waiting = callers_waiting(site_id=who.seat.site_id if who.seat else None)
    return {"callers_waiting": waiting, "queues_seen": digest(waiting.queues if waiting else None)}
