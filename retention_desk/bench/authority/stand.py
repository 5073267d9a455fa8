"""One database of ``bench authority``, in a process of its own: fills it, then measures whatever line it is told.

Orders come as lines of JSON on standard input, answers go as lines of JSON to standard output.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402 (Django is set up above)

from offers.checks import run as run_checks  # noqa: E402
from offers.models import LedgerEntry  # noqa: E402
from retention_desk.bench.authority import cells, counting, exhaustion, ground, past, scripts  # noqa: E402
from retention_desk.bench.authority.cells import Stand  # noqa: E402
from retention_desk.bench.authority.clearing import Clearing  # noqa: E402
from retention_desk.bench.authority.driving import ClientFailed  # noqa: E402
from retention_desk.bench.authority.load import WrongAnswer  # noqa: E402

Order = dict[str, Any]


def fill(order: Order) -> Stand:
    """Lay the ground and its past, and note how everything stands."""
    agents = int(order["agents"])
    at = ground.lay(agents=agents, house=max(64, agents // 4), customers=past.customers_for(order["entries"]))
    first = past.live(at)
    told = past.fill(
        at, first=first, entries=order["entries"], url=os.environ["BENCH_SUPERUSER_URL"], minutes=order["minutes"],
        say=lambda text: print(f"  {text}", file=sys.stderr, flush=True),
    )  # fmt: skip
    with connections["owner"].cursor() as cursor:
        scripts.prepare(cursor)
        plain = scripts.plain_statements(cursor, at, first)
        scripts.leave_rows(cursor, at, first)
        given = {**at.facts, "entries": {"newest": LedgerEntry.objects.latest("pk").pk}, "like": {"proposal": first}}
        for name, facts in given.items():
            cursor.execute("INSERT INTO bench_facts VALUES (%s, %s)", [name, json.dumps(facts)])
    print(json.dumps({"entries": told.entries, "seconds": told.seconds, "in_time": told.in_time}), flush=True)
    return Stand(
        ground=at,
        owner_url=os.environ["DATABASE_OWNER_URL"],
        app_url=os.environ["DATABASE_URL"],
        base=order["base"],
        clearing=Clearing(os.environ["BENCH_SUPERUSER_URL"]),
        plain=plain,
        postgres=order["postgres"],
    )


def measure(stand: Stand, order: Order) -> Order:
    """One cell; what kept a line from being measured is told, not raised."""
    try:
        timing = cells.measure(
            stand,
            order["line"],
            clients=order["clients"],
            seconds=order["seconds"],
            guess=order["guess"],
            web=order["web"],
        )
    except (ClientFailed, WrongAnswer) as failure:
        return {"unmeasured": str(failure)}
    return asdict(timing)


def count(stand: Stand, order: Order) -> Order:
    """Statements and round trips of one act of a line."""
    return counting.of_line(stand, order["line"])


def exhaust(stand: Stand, order: Order) -> Order:
    """The small campaign, drawn on until nobody gets anything any more."""
    return asdict(exhaustion.run(stand, order["code"], clients=order["clients"]))


def profile(stand: Stand, order: Order) -> Order:
    """Where the time of one authorisation through the domain goes."""
    return {"text": counting.profile(stand, times=order["times"])}


def check(stand: Stand, order: Order) -> Order:
    """The ledger's own checks, over everything: what is broken, in words."""
    del stand, order
    findings = list(run_checks())
    broken = [f"{one.check.sentence} {one.count}: {', '.join(one.first)}" for one in findings if one.count]
    return {"checks": len(findings), "broken": broken}


ORDERS: dict[str, Callable[[Stand, Order], Order]] = {
    "measure": measure, "count": count, "exhaust": exhaust, "profile": profile, "check": check,
}  # fmt: skip


def main() -> None:
    """Fill as the first line says, then follow the others until there are no more."""
    stand = fill(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(ORDERS[order["order"]](stand, order)), flush=True)


if __name__ == "__main__":
    main()
