"""What is measured: every line of the table, with what it needs beforehand and how its clients act.

A cell is one line with so many clients for so many acts. Whatever it has written is cleared away afterwards, and looked
at first: nothing may be overdrawn.
"""

import json
import multiprocessing
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from django.db import connections
from django.urls import reverse

from offers import approvals
from retention_desk.bench.authority import driving, ground, load, scripts, telling
from retention_desk.bench.authority.clearing import Clearing
from retention_desk.bench.authority.driving import Acts, steady
from retention_desk.bench.authority.ground import HOT, SPLIT, SPREAD, SUPERVISOR, Ground
from retention_desk.bench.authority.load import Request
from retention_desk.bench.authority.processors import used_by
from retention_desk.bench.authority.scripts import Script
from retention_desk.bench.measure import Timing


@dataclass(frozen=True, slots=True)
class Stand:
    """One database with its server, ready to be measured."""

    ground: Ground
    owner_url: str
    app_url: str
    base: str
    clearing: Clearing
    plain: Script
    postgres: int


class Overdrawn(Exception):
    """A budget gave more than it had: the one thing that no speed makes up for."""


def measure(stand: Stand, line: str, *, clients: int, seconds: float, guess: float, web: int) -> Timing:
    """One cell. `guess`: acts a second that this line was last seen to do, 0 when it was not seen yet; `web` is the
    process that serves.
    """
    cell = CELLS[line]
    most = cell.most(stand.ground) // clients
    fewest = max(telling.FEWEST_EACH, -(-cell.fewest // clients))
    each = min(most, max(fewest, int(guess * seconds / clients) + telling.WARM_UP if guess else 0))
    if cell.prepare is not None:
        cell.prepare(stand, each * clients)
    try:
        leaders = (stand.postgres, web)
        before = [used_by(leader) for leader in leaders]
        timing = cell.run(stand, clients, each)
        after = [used_by(leader) for leader in leaders]
        overdrawn()
    finally:
        if cell.writes:
            stand.clearing.clear()
    used = [_share(since, until, each * clients) for since, until in zip(before, after, strict=True)]
    return replace(timing, name=line, database_ms=used[0], web_ms=used[1])


def _share(since: float | None, until: float | None, acts: int) -> float | None:
    return None if since is None or until is None else (until - since) / acts


def overdrawn() -> None:
    """Raises Overdrawn when any counter is above its ceiling or is not the sum of its entries since the baseline."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """SELECT c.id FROM offers_budgetcounter c
               LEFT JOIN bench_offers_budgetcounter b ON b.id = c.id
               LEFT JOIN (SELECT counter_id, sum(held_minor) AS held, sum(spent_minor) AS spent
                          FROM offers_ledgerentry
                          WHERE id > (SELECT (facts ->> 'newest')::bigint FROM bench_facts WHERE name = 'entries')
                          GROUP BY counter_id) e ON e.counter_id = c.id
               WHERE c.held_minor + c.spent_minor > c.ceiling_minor OR c.held_minor < 0 OR c.spent_minor < 0
                  OR c.held_count + c.spent_count > c.most
                  OR c.held_minor <> coalesce(b.held_minor, 0) + coalesce(e.held, 0)
                  OR c.spent_minor <> coalesce(b.spent_minor, 0) + coalesce(e.spent, 0)"""
        )
        if found := cursor.fetchall():
            raise Overdrawn(f"counters {found[:10]}")


@dataclass(frozen=True, slots=True)
class Cell:
    """How one line is measured: by `fewest` acts or more, `most` before the database has to be cleared."""

    run: Callable[[Stand, int, int], Timing]
    prepare: Callable[[Stand, int], None] | None = None
    most: Callable[[Ground], int] = lambda one: one.agents
    fewest: int = 0
    writes: bool = True


def _at_database(script: Callable[[Stand], Script], driver: driving.Driver) -> Callable[[Stand, int, int], Timing]:
    def run(stand: Stand, clients: int, each: int) -> Timing:
        wanted = script(stand)
        url = stand.owner_url if wanted.as_owner else stand.app_url
        timing = driver("", wanted, url=url, clients=clients, each=each)
        return replace(timing, statements=wanted.round_trips)

    return run


def _work(code: str, *, house: bool = False) -> Callable[[Stand, int], None]:
    def prepare(stand: Stand, count: int) -> None:
        at = stand.ground
        with connections["owner"].cursor() as cursor:
            _hand_out(cursor, at, at.facts[code], skip=at.agents if house else 0, count=count)

    return prepare


def _hand_out(cursor: Any, at: Ground, facts: dict[str, Any], *, skip: int, count: int) -> None:
    """What each of these agents hands to the door: the same facts, but for the call, the agent and the key."""
    cursor.execute("TRUNCATE bench_work")
    cursor.execute(
        """INSERT INTO bench_work SELECT n, %s::jsonb || jsonb_build_object('key', gen_random_uuid(),
               'call_id', %s + n, 'agent_id', %s + n) FROM generate_series(0, %s - 1) n""",
        [json.dumps(facts), at.first_call + skip, at.first_user + skip, count],
    )
    cursor.execute("ANALYZE bench_work")


def _ask_all(stand: Stand, count: int) -> None:
    """So many agents ask a supervisor."""
    with connections["owner"].cursor() as cursor:
        _hand_out(cursor, stand.ground, stand.ground.facts["ask"], skip=0, count=count)
        cursor.execute("SELECT count(ask_approval(body)) FROM bench_work")


def _questions(stand: Stand) -> list[tuple[int, int]]:
    """What has been asked, in the agents' order: the request, and the supervisor whom the desk has drawn for it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """SELECT r.id, r.drawn_to_id FROM offers_approvalrequest r JOIN offers_proposal p ON p.id = r.proposal_id
               WHERE p.agent_id >= %s AND r.state = 'OPEN' ORDER BY p.agent_id""",
            [stand.ground.first_user],
        )
        return [(int(request), int(supervisor)) for request, supervisor in cursor.fetchall()]


def _decisions(stand: Stand, count: int) -> None:
    """What the supervisors drawn hand to the door to say yes."""
    _ask_all(stand, count)
    requests = _questions(stand)
    approve = partial(
        approvals.approve,
        request_id=requests[0][0],
        by=requests[0][1],
        role=SUPERVISOR,
        key=uuid.uuid4(),
    )
    facts = ground.captured("decide_approval", approve)
    with connections["owner"].cursor() as cursor:
        cursor.execute("TRUNCATE bench_work")
        cursor.execute(
            """INSERT INTO bench_work SELECT n - 1, %s::jsonb || jsonb_build_object('key', gen_random_uuid(),
                   'request_id', request, 'approver_id', supervisor)
               FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS r (request, supervisor, n)""",
            [json.dumps(facts), [one for one, _by in requests], [by for _one, by in requests]],
        )


def _in_process(stand: Stand, clients: int, each: int) -> Timing:
    """The domain's own call in forked processes, each with a connection of its own."""

    def act(number: int) -> None:
        ground.propose(stand.ground, number, SPLIT)

    acts: list[Acts] = in_processes(act, clients=clients, each=each)
    return steady("", acts)


def in_processes(act: Callable[[int], Any], *, clients: int, each: int, answers: bool = False) -> list[Any]:
    """`act(0..)` by so many forked processes at the same time; of each its acts' times, or what they answered.

    What `act` raises is told as ClientFailed.
    """
    for connection in connections.all():
        connection.close()
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(clients)
    ends = []
    for client in range(clients):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_client, args=(act, gate, theirs, client * each, each))
        process.start()
        ends.append((process, ours))
    done = []
    for process, ours in ends:
        told = ours.recv()
        process.join()
        if isinstance(told, str):
            raise driving.ClientFailed(told)
        done.append(told[1] if answers else told[0])
    return done


def _client(act: Callable[[int], Any], gate: Any, told: Connection, first: int, each: int) -> None:
    done: Acts = []
    answers = []
    try:
        connections["default"].ensure_connection()
        gate.wait()
        for number in range(first, first + each):
            before = time.perf_counter()
            answers.append(act(number))
            after = time.perf_counter()
            done.append((after, 1000 * (after - before)))
    except Exception as error:  # noqa: BLE001 (told by the process that measures)
        told.send(repr(error))
        return
    told.send((done, answers))


def _over_http(request: Callable[[Stand, int], Request], *, a_second: float = 0) -> Callable[[Stand, int, int], Timing]:
    def run(stand: Stand, clients: int, each: int) -> Timing:
        lists = [[request(stand, client * each + place) for place in range(each)] for client in range(clients)]
        return load.over_http("", stand.base, lists, a_second=a_second)

    return run


def one_query(stand: Stand, number: int) -> Request:
    """The ruler Q, each time by another agent."""
    at = stand.ground
    return load.get(stand.base, "/bench/one-query/?site=1", at.sessions[number % len(at.sessions)])


def door(stand: Stand, number: int) -> Request:
    """The one call alone behind the whole middleware."""
    return _posted(stand, number, f"/bench/door/{stand.ground.first_call + number}/", status=204)


def with_orm(stand: Stand, number: int) -> Request:
    """The same work by the object mapper, with select_for_update."""
    return _posted(stand, number, f"/bench/orm/{stand.ground.first_call + number}/", status=204)


def authorise(stand: Stand, number: int, *, htmx: bool = False) -> Request:
    """The agent presents an offer: as a form that leads back to the page, or with the panel drawn anew."""
    at = stand.ground
    path = reverse("calls:offer", args=[at.first_call + number, at.versions[SPLIT]])
    return _posted(stand, number, path, status=200 if htmx else 302, htmx=htmx)


def _posted(stand: Stand, number: int, path: str, *, status: int, htmx: bool = False) -> Request:
    at = stand.ground
    terms = ground.default_terms(at, SPLIT)
    # As the page's own form: the place is the one that the offer has on the agent's screen.
    fields = {"act": "present", "percent": str(terms.percent), "months": str(terms.months), "place": "1"}
    fields["key"] = str(uuid.uuid4())
    return load.post(stand.base, path, at.sessions[number], fields, status=status, htmx=htmx)


def _approvals(*, htmx: bool) -> Callable[[Stand, int, int], Timing]:
    def run(stand: Stand, clients: int, each: int) -> Timing:
        requests = _questions(stand)
        lists = [
            [decision(stand, *requests[client * each + place], htmx=htmx) for place in range(each)]
            for client in range(clients)
        ]
        return load.over_http("", stand.base, lists)

    return run


def decision(stand: Stand, request: int, supervisor: int, *, htmx: bool) -> Request:
    """A supervisor approves what one of the agents asks for."""
    session = stand.ground.supervisor_sessions[supervisor - stand.ground.first_supervisor]
    fields = {"decision": "approve", "key": str(uuid.uuid4())}
    path = reverse("offers:decide", args=[request])
    return load.post(stand.base, path, session, fields, status=200 if htmx else 302, htmx=htmx)


def cells() -> dict[str, Cell]:
    """Every line by its name. Where the server was packed without pgbench, psycopg is the floor."""
    floor = driving.with_pgbench if driving.pgbench() else driving.with_psycopg
    one_call, other = lambda _: scripts.AUTHORISE, driving.with_psycopg
    return {
        "floor": Cell(_at_database(lambda _: scripts.FLOOR, floor), writes=False, most=lambda _: 40_000),
        "rows": Cell(_at_database(lambda _: scripts.ROWS, floor), _work(SPREAD)),
        "spread": Cell(_at_database(one_call, floor), _work(SPREAD)),
        "hot": Cell(_at_database(one_call, floor), _work(HOT)),
        "split": Cell(_at_database(one_call, floor), _work(SPLIT)),
        "house": Cell(_at_database(one_call, floor), _work(SPLIT, house=True), most=lambda one: one.house),
        "plain": Cell(_at_database(lambda stand: stand.plain, floor)),
        "psycopg": Cell(_at_database(one_call, other), _work(SPLIT)),
        "psycopg-plain": Cell(_at_database(lambda stand: stand.plain, other)),
        "approve-call": Cell(_at_database(lambda _: scripts.APPROVE, floor), _decisions),
        "domain": Cell(_in_process),
        "q": Cell(_over_http(one_query), writes=False, most=lambda _: 20_000),
        "http-door": Cell(_over_http(door)),
        "http-orm": Cell(_over_http(with_orm)),
        "http": Cell(_over_http(authorise)),
        "http-paced": Cell(_over_http(authorise, a_second=telling.PACE), fewest=telling.PACED),
        "http-screen": Cell(_over_http(lambda stand, number: authorise(stand, number, htmx=True))),
        "http-approve": Cell(_approvals(htmx=False), _ask_all),
        "http-approve-screen": Cell(_approvals(htmx=True), _ask_all),
    }


CELLS = cells()
