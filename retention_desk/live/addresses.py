"""From rings to events: whom each concerns, read from the database in one statement for all that came together."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from customers.screens import Ring
from retention_desk.live.kinds import CLOCK, EVERY_SITE, EVERYBODY, HEARD, Event, Kind, at_site, of_person, of_site

_SQL = Path(__file__).parent / "sql"
ADDRESSES = (_SQL / "addresses.sql").read_text(encoding="utf-8")
CLOCKWORK = (_SQL / "clock.sql").read_text(encoding="utf-8")

Rung = tuple[str, Ring]
"""A ring and the id it has in Valkey, which becomes its events' id."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of the things that a ring names."""

    request: int | None = None
    call: int | None = None
    agent: int | None = None
    site: int | None = None
    persons_site: int | None = None
    wait_ms: int | None = None
    others: tuple[tuple[int, int], ...] = ()


def events_of(rings: Sequence[Rung]) -> list[Event]:
    """The events that these rings are, in their order; a ring that concerns nobody is none."""
    whole = [each for one in rings for each in (_by_clock(one) if one[1].what == CLOCK else (one,))]
    places = _places([ring for _id, ring in whole])
    return [event for (id_, ring), place in zip(whole, places, strict=True) for event in _events(id_, ring, place)]


def _by_clock(one: Rung) -> list[Rung]:
    with connection.cursor() as cursor:
        cursor.execute(CLOCKWORK)
        found = cursor.fetchall()
    return [
        (one[0], Ring(CLOCK, {"proposal": proposal} if proposal else {"request": request}))
        for proposal, request in found
    ]


def _places(rings: Sequence[Ring]) -> list[Place]:
    places = [Place()] * len(rings)
    asked = [(number, ring) for number, ring in enumerate(rings) if ring.ids or ring.by is not None]
    if not asked:
        return places

    def column(name: str) -> list[int | None]:
        return [ring.ids.get(name) for _number, ring in asked]

    with connection.cursor() as cursor:
        cursor.execute(
            ADDRESSES,
            {
                "numbers": [number for number, _ring in asked],
                "requests": column("request"),
                "proposals": column("proposal"),
                "calls": column("call"),
                "customers": [
                    ring.ids.get("customer") if Kind.CUSTOMER in HEARD[ring.what] else None for _number, ring in asked
                ],
                "people": [ring.ids.get("person", ring.by) for _number, ring in asked],
            },
        )
        for row in cursor.fetchall():
            places[row[0]] = _place(row)
    return places


def _place(row: Sequence[Any]) -> Place:
    others = json.loads(row[7]) if isinstance(row[7], str) else row[7]
    return Place(
        request=row[1],
        call=row[2],
        agent=row[3],
        site=row[4],
        persons_site=row[5],
        wait_ms=row[6],
        others=tuple((int(agent), call) for agent, call in (others or {}).items()),
    )


def _events(id_: str, ring: Ring, place: Place) -> Iterator[Event]:
    for kind in HEARD[ring.what]:
        if kind == Kind.CUSTOMER:
            for agent, call in place.others:
                if agent != ring.by:
                    yield Event(id_, kind, frozenset({of_person(agent)}), {"call": call})
            continue
        topics = _topics(kind, ring, place)
        if topics:
            yield Event(id_, kind, topics, _data(kind, ring, place))


def _topics(kind: Kind, ring: Ring, place: Place) -> frozenset[str]:
    """Who hears an event of this kind."""
    site = place.site or ring.ids.get("site") or place.persons_site
    of_sites = {of_site(site), EVERY_SITE} if site else set()
    # One's own screen shows already what one did oneself.
    agent = {of_person(place.agent)} if place.agent is not None and place.agent != ring.by else set()
    person = ring.ids.get("person")
    heard: dict[Kind, set[str]] = {
        Kind.REQUEST: of_sites | agent if place.request is not None else agent,
        Kind.FLOOR: of_sites,
        Kind.AUTHORITY: {EVERYBODY},
        Kind.CALL: {of_person(person)} if person is not None else agent,
        Kind.WAITING: {at_site(site)} if site else set(),
        Kind.QUEUES: {at_site(site), *of_sites} if site else set(),
        Kind.NEWS: {at_site(site)} if ring.ids.get("site") and site else {EVERYBODY},
        Kind.NOTE: {of_person(person)} if person is not None else set(),
        Kind.SESSION: {of_person(person)} if person is not None else set(),
    }
    return frozenset(heard[kind])


def _data(kind: Kind, ring: Ring, place: Place) -> dict[str, int | str]:
    """Ids, what happened, and how long to wait before it shows."""
    told: dict[str, int | str | None] = {"what": ring.what.lower()}
    if kind in (Kind.REQUEST, Kind.CALL, Kind.NOTE):
        told |= {"call": place.call}
    if kind == Kind.REQUEST:
        told |= {"request": place.request, "wait": place.wait_ms or None}
    return {name: value for name, value in told.items() if value is not None}
