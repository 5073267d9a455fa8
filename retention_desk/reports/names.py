"""The names that reports and records put to ids, and the choices of their filters; one statement reads them all."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

# One row; `names_of` reads its columns.
STATEMENT = (Path(__file__).parent / "sql" / "names.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Named:
    """One thing with its name; `site_id` where it belongs to a site, `offered` whether a filter offers it.

    `code` is what the record calls a reason or an offer.
    """

    id: int
    name: str
    site_id: int | None = None
    offered: bool = True
    code: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Everything that has a name, by id, in the order in which lists show it."""

    currency: str
    recorded_until: datetime | None
    sites: dict[int, Named]
    teams: dict[int, Named]
    agents: dict[int, Named]
    reasons: dict[int, Named]
    offers: dict[int, Named]

    def choices(self, of: dict[int, Named], site_id: int | None) -> list[Named]:
        """What a filter offers to somebody who reads this site, or every site."""
        return [one for one in of.values() if one.offered and (site_id is None or one.site_id in (None, site_id))]


def read_names(*, language: str) -> Names:
    """Read the names; those of reasons and offers in `language`, else in English."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT)
        return names_of(cursor.fetchone(), language=language)


def names_of(columns: Sequence[Any], *, language: str) -> Names:
    """Read the columns of `STATEMENT`."""
    currency, recorded_until, sites, teams, agents, reasons, offers = columns
    return Names(
        currency=currency or "",
        recorded_until=recorded_until,
        sites={one["id"]: Named(one["id"], one["name"]) for one in _rows(sites)},
        teams={one["id"]: Named(one["id"], one["name"], one["site"]) for one in _rows(teams)},
        agents={
            # Who never had a seat took no calls; who sits at no site belongs to no site's list.
            one["id"]: Named(one["id"], one["name"], one["site"] or 0, offered=one["seat"])
            for one in _rows(agents)
        },
        reasons={
            one["id"]: Named(
                one["id"], _word(one["words"], language) or one["code"], offered=one["top"], code=one["code"]
            )
            for one in _rows(reasons)
        },
        offers={
            one["id"]: Named(one["id"], _offer_name(one["words"] or {}, language) or one["code"], code=one["code"])
            for one in _rows(offers)
        },
    )


def _rows(column: str | None) -> list[dict[str, Any]]:
    """A jsonb column; Django hands it over as text."""
    return json.loads(column) if column else []


def _word(words: dict[str, str], language: str) -> str:
    return words.get(language) or words.get(language.split("-", maxsplit=1)[0]) or words.get("en") or ""


def _offer_name(words: dict[str, dict[str, str]], language: str) -> str:
    return _word({code: of.get("name", "") for code, of in words.items()}, language)
