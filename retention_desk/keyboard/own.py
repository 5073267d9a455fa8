"""The keys that a person has moved: how they are kept, what is wrong with a choice, which hold while a page is drawn.

Kept as text on the person, `cancel=F4 asked=b`: the names are those of the table, a key that stands as delivered is
left out. What is kept but no longer possible is passed over, so that a release which adds a key breaks nobody's page.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from retention_desk.keyboard.table import ACTIONS, BROWSERS, BY_NAME, FREE, Action, Place, actions_of

NOTHING: Mapping[str, str] = MappingProxyType({})


class Fault(StrEnum):
    """Why a key cannot be what somebody wants it to be."""

    UNKNOWN = "UNKNOWN"
    BROWSERS = "BROWSERS"
    ALT = "ALT"
    ONE_LETTER = "ONE_LETTER"
    TAKEN = "TAKEN"


@dataclass(frozen=True, slots=True)
class Standing:
    """Which keys hold on the page that is being drawn: `moved` from the key as delivered to the person's own."""

    place: Place = Place.EVERYWHERE
    moved: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    def key(self, delivered: str) -> str:
        """The key that does what `delivered` did."""
        return self.moved.get(delivered, delivered)


_standing: ContextVar[Standing] = ContextVar("keyboard", default=Standing())  # noqa: B039 (frozen)


def current() -> Standing:
    """Which keys hold on the page that is being drawn."""
    return _standing.get()


def hold(standing: Standing) -> None:
    """Let these keys hold from now on in this thread or task."""
    _standing.set(standing)


def standing_of(kept: str, place: Place) -> Standing:
    """The keys of a person on a screen; `kept` is what stands on the person."""
    return _standing_of(kept, place)


@lru_cache(maxsize=1024)
def _standing_of(kept: str, place: Place) -> Standing:
    chosen = read(kept)
    moved = {action.key: chosen[action.name] for action in actions_of(place) if action.name in chosen}
    return Standing(place, MappingProxyType(moved) if moved else NOTHING)


def read(kept: str) -> dict[str, str]:
    """The moved keys by name of the action. Where one of them is not possible any more, all stand as delivered."""
    pairs = (part.partition("=") for part in kept.split())
    chosen = {name: key for name, _equals, key in pairs if name in BY_NAME and not BY_NAME[name].fixed}
    return {} if faults(chosen) else {name: key for name, key in chosen.items() if key != BY_NAME[name].key}


def write(chosen: Mapping[str, str]) -> str:
    """The text that is kept for a choice without faults."""
    return " ".join(f"{name}={key}" for name, key in chosen.items() if key != BY_NAME[name].key)


def faults(chosen: Mapping[str, str]) -> dict[str, tuple[Fault, Action | None]]:
    """What is wrong with a choice, by name of the action; a key that is taken names the action that has it."""
    keys: dict[str, tuple[str, ...]] = {action.name: (chosen.get(action.name, action.key),) for action in ACTIONS}
    keys |= {action.name: action.keys for action in ACTIONS if action.fixed}
    found: dict[str, tuple[Fault, Action | None]] = {}
    for name, key in chosen.items():
        action = BY_NAME[name]
        other = next(
            (one for one in ACTIONS if one is not action and one.meets(action) and key in keys[one.name]), None
        )
        if key in BROWSERS:
            found[name] = Fault.BROWSERS, None
        elif "Alt" in key:
            found[name] = Fault.ALT, None
        elif key not in FREE:
            found[name] = Fault.UNKNOWN, None
        elif action.grave and len(key) == 1:
            found[name] = Fault.ONE_LETTER, None
        elif other is not None:
            found[name] = Fault.TAKEN, other
    return found
