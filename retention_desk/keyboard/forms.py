"""A person's own keys as a form: one choice for each key that may be moved."""

from typing import Any

from django import forms
from django.utils.translation import gettext

from retention_desk.keyboard.own import Fault, faults, read, write
from retention_desk.keyboard.table import ACTIONS, BY_NAME, FREE, PLACE_WORDS, Action, Place, caps

MOVABLE = tuple(action for action in ACTIONS if not action.fixed)


class KeysForm(forms.Form):
    """Every key that may be moved, by name of its action. Reports where a choice meets another."""

    def __init__(self, data: Any = None, *, kept: str) -> None:
        super().__init__(data)
        chosen = read(kept)
        for action in MOVABLE:
            choices = [(key, _words_of(key, action)) for key in FREE if not (action.grave and len(key) == 1)]
            initial = chosen.get(action.name, action.key)
            self.fields[action.name] = forms.ChoiceField(
                label=str(action.words),
                choices=choices,
                initial=initial,
                error_messages={"invalid_choice": gettext("This key cannot be used.")},
            )

    def clean(self) -> dict[str, Any]:
        """Say of every key that meets another which one it is."""
        said = {name: key for name, key in self.cleaned_data.items() if name in BY_NAME}
        for name, (fault, other) in faults(said).items():
            self.add_error(name, _words_for(fault, other))
        return self.cleaned_data

    @property
    def kept(self) -> str:
        """What is kept of a valid choice."""
        return write(self.cleaned_data)

    @property
    def groups(self) -> list[tuple[Place, Any, list[forms.BoundField]]]:
        """The fields by screen; a key of two screens stands with the first."""
        by_place: dict[Place, list[forms.BoundField]] = {place: [] for place in Place}
        for action in MOVABLE:
            by_place[next(place for place in Place if place in action.places)].append(self[action.name])
        return [(place, PLACE_WORDS[place], by_place[place]) for place in Place if by_place[place]]


def _words_of(key: str, action: Action) -> str:
    cap = "+".join(caps(key))
    return gettext("%(key)s (as delivered)") % {"key": cap} if key == action.key else cap


def _words_for(fault: Fault, other: Action | None) -> str:
    if fault is Fault.TAKEN and other is not None:
        return gettext("On the same screen this key is for “%(what)s”.") % {"what": other.words}
    return {
        Fault.BROWSERS: gettext("This key belongs to the browser."),
        Fault.ALT: gettext("Alt types signs on many keyboards."),
        Fault.ONE_LETTER: gettext("What cannot be taken back does not answer to one letter."),
    }.get(fault, gettext("This key cannot be used."))
