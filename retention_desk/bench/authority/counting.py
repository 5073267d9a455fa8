"""Statements and round trips of one authorisation, and where its time goes in Python."""

import cProfile
import io
import pstats
from contextlib import closing

from retention_desk.bench.authority import cells, ground, load
from retention_desk.bench.authority.cells import CELLS, Stand
from retention_desk.bench.authority.ground import SPLIT
from retention_desk.bench.authority.tracing import ROUND_TRIPS, counted

REQUESTS = {"q": cells.one_query, "http-door": cells.door, "http-orm": cells.with_orm, "http": cells.authorise}


def of_line(stand: Stand, line: str) -> dict[str, int | None]:
    """`statements` that Python sent and `round_trips` over the wire, for one act of the line."""
    try:
        if line == "domain":
            statements, trips = counted(lambda: ground.propose(stand.ground, 0, SPLIT))
            return {"statements": statements, "round_trips": trips}
        request = REQUESTS[line](stand, 0)
        told = load.header_of(stand.base, load.asking_for(request, ROUND_TRIPS), ROUND_TRIPS)
        statements, trips = (int(one) for one in told.split())
        return {"statements": statements, "round_trips": trips}
    finally:
        if CELLS[line].writes:
            stand.clearing.clear()


def profile(stand: Stand, *, times: int) -> str:
    """The dearest functions of so many authorisations through the domain, by what they cost with all they call."""
    try:
        ground.propose(stand.ground, 0, SPLIT)
        profiler = cProfile.Profile()
        profiler.enable()
        for number in range(1, times + 1):
            ground.propose(stand.ground, number, SPLIT)
        profiler.disable()
    finally:
        stand.clearing.clear()
    with closing(io.StringIO()) as text:
        pstats.Stats(profiler, stream=text).strip_dirs().sort_stats("cumulative").print_stats(40)
        return text.getvalue()
