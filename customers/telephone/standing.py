"""Where a telephone call stands by all that was told of it: the same, whatever order it was told in. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from customers.choices import TelephoneEventKind, TelephoneState

# What comes first where two events have the same time.
_RANK: Mapping[TelephoneEventKind, int] = {kind: rank for rank, kind in enumerate(TelephoneEventKind)}

# A person of the desk whom a signed address has named; the telephone system may have another name for them, or none.
CLAIMED = "\x1fdesk:"


@dataclass(frozen=True, slots=True)
class Happened:
    """What standing needs of an event."""

    event_id: str
    kind: TelephoneEventKind
    occurred_at: datetime
    sequence: int | None = None
    agent: str = ""
    from_agent: str = ""
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """One agent's part of a call; `agent` blank while nobody in particular is being rung.

    `taken`: an event said in so many words that this agent answered. Whoever was rung and then "somebody answered" may
    be the wrong one as long as events are missing.
    """

    agent: str = ""
    answered: bool = False
    taken: bool = False
    held_since: datetime | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The parts of a call in their order; the last one is the present one, unless the call has ended."""

    legs: tuple[Leg, ...] = (Leg(),)
    queue: str = ""
    ended: bool = False
    waiting_since: datetime | None = None
    """Since when the caller has waited for whoever has the last part; kept when they have answered."""

    @property
    def leg(self) -> Leg:
        """The last part."""
        return self.legs[-1]

    @property
    def state(self) -> TelephoneState:
        """In one word."""
        if self.ended:
            return TelephoneState.ENDED
        if self.leg.held_since is not None:
            return TelephoneState.HELD
        return TelephoneState.TALKING if self.leg.answered else TelephoneState.RINGING


def standing_of(events: Iterable[Happened]) -> Standing:
    """Put the events into the order in which they happened and go through them."""
    standing = Standing()
    for event in in_order(events):
        if standing.ended:
            break
        standing = replace(standing, waiting_since=standing.waiting_since or event.occurred_at)
        standing = _AFTER[event.kind](standing, event)
        if event.queue:
            standing = replace(standing, queue=event.queue)
    return standing


def in_order(events: Iterable[Happened]) -> list[Happened]:
    """As the telephone system counted them, where it counted them all; else by its clock."""
    found = list(events)
    counted = all(event.sequence is not None for event in found)
    return sorted(
        found,
        key=lambda event: (
            event.sequence or 0 if counted else 0,
            event.occurred_at,
            event.sequence or 0,
            _RANK[event.kind],
            event.event_id,
        ),
    )


def _ringing(standing: Standing, event: Happened) -> Standing:
    """Somebody is being rung. While another one talks, that is a question to a colleague and changes nothing."""
    if standing.leg.answered or not event.agent:
        return standing
    return _last(standing, agent=event.agent)


def _answered(standing: Standing, event: Happened) -> Standing:
    """An agent has the caller. Another one than had it before has taken it over."""
    if standing.leg.answered and standing.leg.agent.startswith(CLAIMED):
        return standing
    if standing.leg.answered and event.agent and standing.leg.agent and event.agent != standing.leg.agent:
        standing = _transferred(standing, replace(event, from_agent=""))
    leg = standing.leg
    return _last(standing, agent=event.agent or leg.agent, answered=True, taken=bool(event.agent) or leg.taken)


def _held(standing: Standing, event: Happened) -> Standing:
    """Whoever is on hold has been answered, even where nothing told of it."""
    return _last(
        standing, agent=standing.leg.agent or event.agent, answered=True,
        held_since=standing.leg.held_since or event.occurred_at,
    )  # fmt: skip


def _resumed(standing: Standing, event: Happened) -> Standing:
    return _last(standing, agent=standing.leg.agent or event.agent, answered=True, held_since=None)


def _transferred(standing: Standing, event: Happened) -> Standing:
    """From here on the caller is somebody else's, or waits for somebody; old news where they are already."""
    if event.from_agent and standing.leg.agent and event.from_agent != standing.leg.agent:
        return standing
    over = replace(standing.leg, over=True, held_since=None)
    legs = (*standing.legs[:-1], over, Leg(agent=event.agent))
    return replace(standing, legs=legs, waiting_since=event.occurred_at)


def _ended(standing: Standing, event: Happened) -> Standing:
    """The line is down, unless it is that of an agent who had handed the caller over before."""
    leg = standing.leg
    if event.agent and event.agent != leg.agent and any(event.agent == one.agent for one in standing.legs[:-1]):
        return standing
    return replace(_last(standing, over=True, held_since=None), ended=True)


def _last(standing: Standing, **changed: Any) -> Standing:
    return replace(standing, legs=(*standing.legs[:-1], replace(standing.leg, **changed)))


_AFTER: Mapping[TelephoneEventKind, Callable[[Standing, Happened], Standing]] = {
    TelephoneEventKind.RINGING: _ringing,
    TelephoneEventKind.ANSWERED: _answered,
    TelephoneEventKind.HELD: _held,
    TelephoneEventKind.RESUMED: _resumed,
    TelephoneEventKind.TRANSFERRED: _transferred,
    TelephoneEventKind.ENDED: _ended,
}
