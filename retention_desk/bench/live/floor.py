"""The people of the floor, what they do, and what was heard of it. Runs in a process of its own; its last line is JSON.

Each act is a real one: a status is set by its workflow, with its audit, and commits. What is measured is the time from
the moment after that commit to the event in the socket of somebody else, who is told through Valkey and the streams.
"""

import json
import os
import sys
import threading
import time
from dataclasses import asdict
from itertools import cycle
from typing import Any

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402 (Django is set up above)
from django.db import connections, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from redis import Redis  # noqa: E402

from customers import screens  # noqa: E402
from customers.models import Site, Team  # noqa: E402
from offers.choices import Duty, Grade  # noqa: E402
from offers.duty import set_duty  # noqa: E402
from offers.models import Seat  # noqa: E402
from retention_desk.bench.live.listening import Heard, Listeners  # noqa: E402
from retention_desk.bench.measure import Timing, over_http  # noqa: E402
from retention_desk.bench.scale import session_of  # noqa: E402
from retention_desk.people.models import User  # noqa: E402
from retention_desk.people.roles import AGENT, SUPERVISOR  # noqa: E402

SUPERVISORS = 20
# Two hundred agents who each do something every ten seconds.
ACTS_A_SECOND = 20
PATIENCE = 10.0
_DOING: dict[int, Duty] = {}


def people(number: int) -> list[User]:
    """So many who take calls at one site, the first of them its supervisors."""
    team = Team.objects.order_by("pk")[0]
    made = User.objects.bulk_create(User(username=f"listens-{n}", password="!") for n in range(number))  # noqa: S106
    seats, roles = [], []
    groups = {name: Group.objects.get(name=name).pk for name in (AGENT, SUPERVISOR)}
    for n, user in enumerate(made):
        watches = n < SUPERVISORS
        grade = Grade.SUPERVISOR if watches else Grade.AGENT
        seats.append(Seat(user=user, team=team, grade=grade, duty=Duty.READY, duty_since=timezone.now()))
        roles.append(User.groups.through(user_id=user.pk, group_id=groups[SUPERVISOR if watches else AGENT]))
    Seat.objects.bulk_create(seats)
    User.groups.through.objects.bulk_create(roles)
    return made


def statuses(agents: list[User], acts: int) -> list[float]:
    """Set statuses at the pace of a floor; the moments after each commit."""
    moments: list[float] = []
    began = time.perf_counter()
    for number, user in zip(range(acts), cycle(agents), strict=False):
        due = began + number / ACTS_A_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        with transaction.atomic():
            # The first to run once it has committed.
            transaction.on_commit(lambda: moments.append(time.perf_counter()))
            # Setting what it already is would be no act.
            _DOING[user.pk] = Duty.BREAK if _DOING.get(user.pk) != Duty.BREAK else Duty.READY
            set_duty(by=user.pk, role="AGENT", duty=_DOING[user.pk])
    return moments


def news(times: int) -> list[float]:
    """Something for everybody, again and again."""
    moments = []
    for _ in range(times):
        moments.append(time.perf_counter())
        screens.ring("NEWS")
        time.sleep(0.5)
    return moments


def waits(heard: list[Heard], what: str, moments: list[float], name: str) -> Timing:
    """From each moment to each listener's event, in their order; what did not come is counted as failed."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(_count(one, what) < len(moments) for one in heard):
        time.sleep(0.05)
    found = []
    for one in heard:
        # What was done before the streams were open may still come.
        came = [at for at, _kind, said in one.events if said == what and at >= moments[0]]
        found += [1000 * (at - moment) for at, moment in zip(came, moments, strict=False)]
    lost = len(heard) * len(moments) - len(found)
    return Timing(name, tuple(found), max(moments[-1] - moments[0], 0.001), failed=lost)


def _count(one: Heard, what: str) -> int:
    return sum(said == what for _at, _kind, said in one.events)


def main(arguments: list[str]) -> None:
    """Numbers of streams, acts, news and pages; addresses of pages and of the streams."""
    number, acts, told, asked = map(int, arguments[:4])
    base, streams = arguments[4:]
    before = os.getloadavg()[0]
    known = people(number)
    path = f"/bench/one-query/?site={Site.objects.order_by('pk')[0].pk}"
    cookies = [(user.pk, session_of(user)) for user in known]

    def pages(name: str) -> Timing:
        return over_http(name, base=base, cookie=cookies[0][1], paths=[path], requests=asked, clients=1, whole=True)

    agents = known[SUPERVISORS:] or known

    def pages_beside_acts(name: str) -> Timing:
        busy = threading.Thread(target=statuses, args=(agents, acts))
        busy.start()
        timing = pages(name)
        busy.join()
        return timing

    timings = [pages("Q: one-query page, no stream"), pages_beside_acts("Q beside 20 acts a second, no stream")]
    listeners = Listeners(streams, cookies)
    began = time.perf_counter()
    listeners.start()
    opened = listeners.wait_until_open(seconds=60)
    said = [f"{opened} of {number} streams open after {time.perf_counter() - began:.1f} s"]
    timings.append(pages("Q, all streams open"))
    supervisors = listeners.heard[:SUPERVISORS]
    timings.append(waits(supervisors, "set_duty", statuses(agents, acts), "a status, to 20 supervisors"))
    timings.append(waits(listeners.heard, "news", news(told), f"news, to all {number}"))
    timings.append(pages_beside_acts("Q beside 20 acts a second, all streams open"))
    said += [_connections(), f"{sum(one.ended for one in listeners.heard)} streams had ended before they were let go"]
    print(json.dumps({"said": said, "timings": [asdict(one) for one in timings]}), flush=True)
    # The memory is looked at while all are open.
    sys.stdin.readline()
    listeners.stop()
    print(
        f"load average {before:.1f} before, {os.getloadavg()[0]:.1f} after, on {os.cpu_count()} processors", flush=True
    )


def _connections() -> str:
    """What pages and streams hold open, without this process's own."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND usename = 'desk_app' AND pid <> %s""",
            [own],
        )
        sessions = cursor.fetchone()[0]
    told: Any = Redis.from_url(os.environ["REDIS_URL"]).info("clients")
    return (
        f"{sessions} sessions of pages and streams in the database, {told['connected_clients']} connections to Valkey"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
