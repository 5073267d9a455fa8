"""Every key of the desk: where it answers and what it does. The only list of them.

The help, the caps on buttons, the page of one's own keys and the tests read it. A template names a key by how it is
delivered (`data-key="F8"`, `{% key "F8" %}`); a person may have moved it (`retention_desk.keyboard.own`). What a key
does is what its button does: the table has words, the button has the deed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Place(StrEnum):
    """Screens with keys of their own; those of EVERYWHERE answer on all of them."""

    EVERYWHERE = "everywhere"
    CALL = "call"
    LOOKUP = "lookup"
    APPROVALS = "approvals"


PLACE_WORDS: dict[Place, Promise] = {
    Place.EVERYWHERE: _("Everywhere"),
    Place.CALL: _("On a call"),
    Place.LOOKUP: _("Finding a customer"),
    Place.APPROVALS: _("Approvals"),
}

# Keys of the browser, on this or that system; a page that takes them takes something away from the person.
BROWSERS = frozenset({"F1", "F3", "F5", "F6", "F7", "F10", "F11", "F12"})
FUNCTION_KEYS = ("F2", "F4", "F8", "F9")
# What a key may be moved to: on every layout at hand, by its sign or by its place.
FREE = (*FUNCTION_KEYS, *"abcdefghijklmnopqrstuvwxyz", ".")


@dataclass(frozen=True, kw_only=True)
class Action:
    """One key: `key` as markup has it, `words` for the help. With `until` it is the first of several digits."""

    name: str
    key: str
    words: Promise
    places: frozenset[Place] = field(default_factory=lambda: frozenset({Place.CALL}))
    until: str = ""
    fixed: bool = False
    """Stands for something that a keyboard says by itself, and is not moved."""
    grave: bool = False
    """Begins what cannot be taken back: never on one letter."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that it answers to as delivered."""
        return tuple(str(digit) for digit in range(int(self.key), int(self.until) + 1)) if self.until else (self.key,)

    def meets(self, other: "Action") -> bool:
        """Say whether both answer on some screen."""
        return Place.EVERYWHERE in (self.places | other.places) or bool(self.places & other.places)


def _on(*places: Place) -> frozenset[Place]:
    return frozenset(places)


_ALL, _CALL_LOOKUP = _on(Place.EVERYWHERE), _on(Place.CALL, Place.LOOKUP)
_APPROVALS = _on(Place.APPROVALS)

ACTIONS: tuple[Action, ...] = (
    Action(name="cancel", key="F8", words=_("Cancel service"), places=_CALL_LOOKUP, grave=True),
    Action(name="propose", key="F9", words=_("Present to the customer, or ask a supervisor"), grave=True),
    Action(
        name="confirm",
        key="Enter",
        words=_("Do what the screen is about: open, check, confirm"),
        fixed=True,
        # A call that comes in is taken on any screen.
        places=_ALL,
    ),
    Action(name="hold", key="F4", words=_("Put the caller on hold, or take them back")),
    Action(name="offer", key="1", until="9", words=_("Choose an offer and go to its terms"), fixed=True),
    Action(name="reason", key="r", words=_("Reason, then a letter or the arrows"), places=_CALL_LOOKUP),
    Action(name="notes", key="n", words=_("Notes")),
    Action(name="asked", key="k", words=_("The customer asks to cancel, or asks again")),
    Action(name="accepted", key="a", words=_("The customer accepts")),
    Action(name="declined", key="d", words=_("The customer declines")),
    Action(name="counter_asked", key="c", words=_("The customer wants other terms")),
    Action(name="withdraw", key="z", words=_("Withdraw the request, or leave what was granted")),
    Action(name="identity", key="i", words=_("Check who is calling")),
    Action(name="recording", key="e", words=_("The recording notice was given")),
    Action(name="complaint", key="m", words=_("Log or close a complaint")),
    Action(name="seen", key="s", words=_("Put a silent note away")),
    Action(name="hand_over", key="t", words=_("Hand the call over")),
    Action(name="offers", key="o", words=_("Show the offers, on a narrow screen")),
    Action(name="history", key="h", words=_("Show the history, on a narrow screen")),
    Action(name="wrap_up", key="w", words=_("End and wrap up")),
    Action(name="save", key="Ctrl+Enter", words=_("Save and take the next call"), fixed=True),
    Action(name="next", key="j", words=_("Next request"), places=_APPROVALS),
    Action(name="previous", key="k", words=_("Previous request"), places=_APPROVALS),
    Action(name="approve", key="a", words=_("Approve"), places=_APPROVALS),
    Action(name="counter", key="c", words=_("Counter with less"), places=_APPROVALS),
    Action(name="decline", key="d", words=_("Decline"), places=_APPROVALS),
    Action(name="why", key="1", until="4", words=_("Why it is declined"), places=_APPROVALS, fixed=True),
    Action(name="ceiling", key="f", words=_("Let the agent give up to this"), places=_APPROVALS),
    Action(name="pass", key="p", words=_("Pass on to another supervisor"), places=_APPROVALS),
    Action(name="manager", key="m", words=_("Pass on to a manager"), places=_APPROVALS),
    Action(name="away", key="x", words=_("Away, or taking requests again"), places=_APPROVALS),
    Action(name="shift", key="s", words=_("Shift: hand over, news, notes"), places=_APPROVALS),
    Action(name="show", key=".", words=_("Show what is new"), places=_on(Place.CALL, Place.APPROVALS)),
    Action(name="undo", key="u", words=pgettext_lazy("key", "Undo"), places=_on(Place.CALL, Place.APPROVALS)),
    Action(name="find", key="F2", words=_("Find a customer"), places=_ALL),
    Action(name="field", key="/", words=_("Go to the search field"), places=_ALL, fixed=True),
    Action(name="commands", key="Ctrl+k", words=_("Go to the search field"), places=_ALL, fixed=True),
    Action(name="go", key="g", words=_("Go to"), places=_ALL, fixed=True),
    Action(name="back", key="Escape", words=_("Leave a text field, go back, close"), places=_ALL, fixed=True),
    Action(name="help", key="?", words=_("This list"), places=_ALL, fixed=True),
)
BY_NAME = {action.name: action for action in ACTIONS}


def actions_of(place: Place) -> tuple[Action, ...]:
    """The keys that answer on a screen, its own first, then those of everywhere."""
    return tuple(action for action in ACTIONS if action.places & {place, Place.EVERYWHERE})


def place_of(view_name: str) -> Place:
    """The place that a view draws, by the name of its address."""
    space, _colon, _name = view_name.partition(":")
    return {"calls": Place.CALL, "telephone": Place.CALL, "customers": Place.LOOKUP, "offers": Place.APPROVALS}.get(
        space, Place.EVERYWHERE
    )


def caps(key: str) -> tuple[str, ...]:
    """What stands on the caps: `Ctrl+Enter` is two, `Escape` is shortened, letters are capital."""
    return tuple({"Escape": "Esc"}.get(part, part.upper() if len(part) == 1 else part) for part in key.split("+"))


def clashes(actions: Iterable[Action] = ACTIONS) -> list[tuple[str, str]]:
    """Names of two actions that answer to one key on one screen, as delivered."""
    every = list(actions)
    return [
        (one.name, other.name)
        for place, one in enumerate(every)
        for other in every[place + 1 :]
        if one.meets(other) and set(one.keys) & set(other.keys)
    ]
