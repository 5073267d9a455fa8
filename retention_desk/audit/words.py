"""One audit event in words: what was done, to what, and each value before and after as people write it.

Amounts are money, percentages and dates are written in the reader's language, ids have the names of what they point
to. What stayed as it was, and what is nothing, is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from retention_desk import formats
from retention_desk.audit.vocabulary import ACTS, OBJECTS, ROLES, SILENT, field_words, reason_words, value_words
from retention_desk.reports.names import Names

# Of a list longer than this the rest is counted.
LISTED_MOST = 8


@dataclass(frozen=True, slots=True)
class Change:
    """One value that an event changed; `was` empty: it is told for the first time."""

    name: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Told:
    """An event in words."""

    act: str
    object: str
    role: str
    changes: list[Change]
    reason: str

    @property
    def sentence(self) -> str:
        """What changed, in one line."""
        return "; ".join(
            f"{one.name}: {one.was} → {one.now}" if one.was else f"{one.name}: {one.now}" for one in self.changes
        )


def tell(event: Mapping[str, Any], *, currency: str, names: Names | None = None) -> Told:
    """Put an event (its columns by name) into words; `currency` that of amounts for which the event names none."""
    kind = event["object_kind"]
    label = str(OBJECTS.get(kind, kind))
    named = _name_of(kind, event["object_id"], names)
    return Told(
        act=str(ACTS.get(event["act"], event["act"])),
        object=f"{label} {named or event['object_id'] or ''}".strip(),
        role=str(ROLES.get(event["actor_role"], event["actor_role"])),
        changes=changes_of(event["before"], event["after"], of=kind, currency=currency, names=names),
        reason=reason_words(event["reason"], event.get("typed")),
    )


def changes_of(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    *,
    of: str = "",
    currency: str,
    names: Names | None = None,
) -> list[Change]:
    """Each value that differs between before and after, in the order of their names."""
    was, now = before or {}, after or {}
    money = next((one for one in (now.get("currency"), was.get("currency")) if isinstance(one, str) and one), currency)
    owner = _OWNERS.get(str(now.get("kind") or was.get("kind") or ""), "")
    teller = _Teller(of=of, currency=money, names=names, owner=owner)
    found = [
        Change(capfirst(name), teller.told(path[0], old), teller.told(path[0], new))
        for path, old, new in _differences(was, now, ())
        if (name := teller.name(path))
    ]
    return [one for one in found if one.now != one.was]


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *, of: str = "", currency: str) -> str:
    """The same in one line; empty when an event only says that something happened."""
    found = changes_of(before, after, of=of, currency=currency)
    return ", ".join(f"{one.name}: {one.was} → {one.now}" if one.was else f"{one.name}: {one.now}" for one in found)


def _differences(
    was: Mapping[str, Any], now: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """What differs, each with the way to it through objects within objects."""
    for name in sorted(now):
        old, new = was.get(name), now[name]
        if old == new or name in SILENT:
            continue
        if isinstance(new, Mapping) and not _is_a_list_of_words(new):
            yield from _differences(old if isinstance(old, Mapping) else {}, new, (*path, name))
        elif old not in (None, "", {}, []) or new not in (None, "", 0, {}, [], False):
            yield (*path, name), old, new


def _is_a_list_of_words(value: Mapping[str, Any]) -> bool:
    """Codes by codes, as the endings of lines are."""
    return bool(value) and all(isinstance(one, str) and name.isupper() for name, one in value.items())


@dataclass(frozen=True, slots=True)
class _Teller:
    """Writes values of one event."""

    of: str
    currency: str
    names: Names | None
    owner: str
    """What kind of thing an `owner_id` is."""

    def name(self, path: tuple[str, ...]) -> str:
        """What a value is called; within an object by the object's name first."""
        first, *rest = path
        return " · ".join([field_words(first, of=self.of), *(field_words(one) for one in rest)])

    def told(self, name: str, value: Any) -> str:
        """A value as people write it; empty for nothing."""
        if value in (None, "", [], {}):
            return ""
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if isinstance(value, int):
            return self._number(name, value)
        if isinstance(value, Mapping):
            return "; ".join(
                f"{self._word(name, one)} {self._word(name, other)}" for one, other in sorted(value.items())
            )
        if isinstance(value, list):
            return self._list(name, value)
        if isinstance(value, float):
            return formats.number(value, 1, language=get_language() or "en")
        return self._moment(name, value) or self._named(name, value) or self._word(name, str(value))

    def _number(self, name: str, value: int) -> str:
        language = get_language() or "en"
        if name.endswith("_minor") and self.currency:
            return formats.money(value, self.currency, language=language)
        if "percent" in name:
            return formats.percent(Decimal(value) / 100, language=language)
        if name.endswith("_id"):
            kind = self.owner if name == "owner_id" else _POINTS_TO.get(name, "")
            return _name_of(kind, value, self.names) or str(value)
        if name in ("asked_by", "authority_of", "to"):
            return _name_of("person", value, self.names) or str(value)
        return formats.number(value, language=language)

    def _list(self, name: str, value: list[Any]) -> str:
        # A list of numbers is a list of ids, but for percentages.
        if all(isinstance(one, int) for one in value) and "percent" not in name:
            return formats.number(len(value), language=get_language() or "en")
        said = [self.told(name, one) for one in value[:LISTED_MOST]]
        more = len(value) - LISTED_MOST
        return ", ".join(said) + (f" + {more}" if more > 0 else "")

    def _moment(self, name: str, value: Any) -> str:
        """A date or a time, where the field is one."""
        is_time = name == "at" or name.endswith(("_at", "_on", "_from", "_until", "_since"))
        if not isinstance(value, str) or not is_time:
            return ""
        language = get_language() or "en"
        try:
            moment, day = parse_datetime(value), parse_date(value)
        except ValueError:
            return ""
        if isinstance(moment, datetime) and "T" in value:
            local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
            return f"{formats.long_date(local.date(), language=language)}, {formats.time_of_day(local)}"
        return formats.long_date(day, language=language) if isinstance(day, date) else ""

    def _named(self, name: str, value: Any) -> str:
        """The name of a reason that is told by its code."""
        if self.names is None or name not in ("reason", "detail"):
            return ""
        return next((one.name for one in self.names.reasons.values() if one.code == value), "")

    def _word(self, name: str, code: str) -> str:
        return value_words(name, code, of=self.of)


# Whose a budget of this kind is.
_OWNERS: Mapping[str, str] = {"AGENT": "person", "APPROVER": "person", "TEAM": "team", "SITE": "site"}
_POINTS_TO: Mapping[str, str] = {
    "confirmed_by_id": "person",
    "of_id": "person",
    "to_id": "person",
    "parent_id": "reason",
    "raised_by_id": "person",
    "site_id": "site",
    "team_id": "team",
    "user_id": "person",
}


def _name_of(kind: str, key: int | None, names: Names | None) -> str:
    """The name of what an id points to, where it has one."""
    if names is None or key is None:
        return ""
    table = {
        "offer": names.offers,
        "person": names.agents,
        "reason": names.reasons,
        "site": names.sites,
        "team": names.teams,
    }.get(kind, {})
    return table[key].name if key in table else ""
