"""Sites and teams as somebody types them: a line for each site, its teams after a colon."""

from collections.abc import Sequence
from dataclasses import dataclass

# The most that fit the columns.
_LONGEST = 80


class UnreadablePlaces(ValueError):
    """A line that names no site, or a name that is too long or comes twice; `line` counts from 1."""

    def __init__(self, line: int, code: str) -> None:
        super().__init__(f"line {line}: {code}")
        self.line, self.code = line, code


@dataclass(frozen=True, slots=True)
class Place:
    """One site with its teams; a site without any gets one of its own name."""

    site: str
    teams: tuple[str, ...]


def read(text: str) -> tuple[Place, ...]:
    """Read "Fresno: Team North, Team South", a line for each site. Raises UnreadablePlaces; blank lines are nothing."""
    places: list[Place] = []
    seen: dict[str, set[str]] = {"site": set(), "team": set()}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        site, _colon, rest = line.partition(":")
        site = " ".join(site.split())
        teams = tuple(name for part in rest.split(",") if (name := " ".join(part.split()))) or (site,)
        if not site:
            raise UnreadablePlaces(number, "NO_SITE")
        for kind, names in (("site", (site,)), ("team", teams)):
            _check(number, names, seen[kind])
        places.append(Place(site, teams))
    if not places:
        raise UnreadablePlaces(1, "NO_SITE")
    return tuple(places)


def _check(line: int, names: Sequence[str], seen: set[str]) -> None:
    for name in names:
        if len(name) > _LONGEST:
            raise UnreadablePlaces(line, "TOO_LONG")
        if name.casefold() in seen:
            raise UnreadablePlaces(line, "TWICE")
        seen.add(name.casefold())
