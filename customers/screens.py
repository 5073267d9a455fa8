"""Rings the screens after a commit: whoever looks at this, ask again.

`doorbell` wakes the worker; this wakes the people who are looking. A ring holds a word and ids, nothing personal. It
is rung when the act has committed, takes no time of the act's, and may be lost: what shows the thing asks by itself
now and then. Whoever carries rings to the browsers connects a bell when the site starts; else nobody is rung.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import transaction


@dataclass(frozen=True, slots=True)
class Ring:
    """What has happened (an act's code), to which things, and by whom (None: by the clock)."""

    what: str
    ids: Mapping[str, int]
    by: int | None = None


Bell = Callable[[Ring], None]

_bells: list[Bell] = []


def connect(bell: Bell) -> None:
    """Let `bell` hear every ring of this process; it must neither wait nor raise."""
    if bell not in _bells:
        _bells.append(bell)


def ring(what: str, /, *, by: int | None = None, **ids: int | None) -> None:
    """Ring when the transaction commits (at once outside of one). `ids` name the things: call, customer, request,
    proposal, person, site. Never raises.
    """
    given = Ring(what, {name: number for name, number in ids.items() if number is not None}, by)

    def ring_all() -> None:
        for bell in _bells:
            bell(given)

    # Robust: what goes wrong here is logged, and the act stays done.
    transaction.on_commit(ring_all, robust=True)
