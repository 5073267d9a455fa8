"""A past for the ledger: two stories that were really lived, told again until it has as many entries as are wanted.

One offer declined and one accepted are worked through the domain on calls that are then closed. Their rows are copied
set-wise with other people, customers, budgets and times, by the superuser with the walls set aside; only the
chain of the audit is worked out anew. `check_ledger` says afterwards whether all of it fits.
"""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import connections
from django.db.backends.utils import CursorWrapper

from customers import calls, dispositions
from customers.choices import DispositionKind
from customers.models import Call, Customer
from offers import outcomes
from offers.models import Proposal
from retention_desk.bench.authority.ground import AGENT, PLENTY, SPLIT, Ground, propose
from retention_desk.bench.authority.rows import columns_of

BATCH = 50_000
ACCEPTED_EVERY = 4
# About so many: what it took from each of its budgets, and how that ended.
ENTRIES_A_STORY = 10
STORIES_A_CUSTOMER = 10
# Tables whose rows a story consists of, each with SQL for what differs; `n` is the new story and `t` the row copied.
# An id that nobody refers to is left to the table.
_CALL = {"call_id": "n.call_id"}
_OF_PROPOSAL = {"proposal_id": "n.proposal_id"}
_KEY = "md5(t.key::text || n.n)::uuid"
_WHO = {"agent_id": "n.agent_id", "team_id": "n.team_id"}
TABLES: Mapping[str, Mapping[str, str]] = {
    "customers_call": {
        "id": "n.call_id", "customer_id": "n.customer_id", "site_id": "n.site_id", "episode_id": "n.call_id", **_WHO,
    },
    "customers_disposition": {**_CALL, "by_id": "n.agent_id"},
    "customers_callevent": {
        **_CALL, "by_id": "n.agent_id",
        "detail": "t.detail || jsonb_build_object('proposal', n.proposal_id)",
    },
    "customers_usedkey": {"key": _KEY, "actor_id": "n.agent_id", "object_id": "n.proposal_id"},
    "offers_proposal": {"id": "n.proposal_id", "key": _KEY, **_CALL, "customer_id": "n.customer_id", **_WHO},
    "offers_hold": {"id": "n.hold_id", **_OF_PROPOSAL},
    "offers_ledgerentry": {
        "hold_id": "n.hold_id", "by_id": "CASE WHEN t.by_id IS NULL THEN NULL ELSE n.agent_id END",
        "counter_id": """(SELECT c.id FROM offers_budgetcounter o JOIN offers_budgetaccount a ON a.id = o.account_id
            JOIN bench_past_counter c ON c.kind = a.kind AND c.period = a.period
                AND c.owner_id = CASE a.kind WHEN 'CUSTOMER' THEN n.customer_id
                WHEN 'AGENT' THEN n.agent_id WHEN 'LIMIT' THEN n.agent_id WHEN 'TEAM' THEN n.team_id ELSE a.owner_id END
            WHERE o.id = t.counter_id)""",
    },
    "offers_outcome": {**_OF_PROPOSAL, "by_id": "n.agent_id"},
    "offers_concession": {"id": "n.concession_id", **_OF_PROPOSAL, "customer_id": "n.customer_id"},
    "customers_outboxmessage": {
        "key": "split_part(t.key, ':', 1) || ':' || n.proposal_id",
        "payload": """t.payload || jsonb_build_object('proposal', n.proposal_id, 'customer', n.customer_id)
            || CASE WHEN t.payload ? 'concession' THEN jsonb_build_object('concession', n.concession_id)
                    ELSE '{}' END""",
        "delivered_at": "t.created_at + n.shift",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What was built, and how long it took."""

    entries: int
    seconds: float
    in_time: bool


def customers_for(entries: int) -> int:
    """How many customers a past of so many entries is spread over."""
    return max(200, entries // ENTRIES_A_STORY // STORIES_A_CUSTOMER)


def live(ground: Ground) -> int:
    """Work the two stories through the domain; the id of the declined proposal. The accepted one's is the next."""
    first = 0
    for place, said in enumerate(("declined", "accepted")):
        number = ground.agents + ground.house + place
        by, call_id = ground.first_user + number, ground.first_call + number
        made = propose(ground, number, SPLIT)
        first = first or made.proposal_id
        if said == "declined":
            outcomes.decline(proposal_id=made.proposal_id, by=by, role=AGENT, key=uuid.uuid4())
        else:
            wanted = Call.objects.select_related("policy").get(pk=call_id).policy.rules["disclosures_before_accept"]
            outcomes.accept(proposal_id=made.proposal_id, disclosures=wanted, by=by, role=AGENT, key=uuid.uuid4())
        kind = DispositionKind.SAVED_WITH_OFFER if said == "accepted" else DispositionKind.SAVED_WITHOUT
        calls.end_call(call_id=call_id, by=by, role=AGENT)
        dispositions.close_call(call_id=call_id, kind=kind, lines=None, by=by, role=AGENT, key=uuid.uuid4())
    return first


def fill(ground: Ground, *, first: int, entries: int, url: str, minutes: float, say: Callable[[str], None]) -> Told:
    """Tell the stories from `first` on again until the ledger has `entries`, or the minutes are over."""
    began = time.monotonic()
    customers = list(Customer.objects.filter(account_number__endswith="-B").order_by("pk").values_list("pk", flat=True))
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM offers_ledgerentry")
        there = int(cursor.fetchone()[0])
        told = [_copying(cursor, table) for table in TABLES]
    done = 0
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("SET synchronous_commit = off")
        each = _lay_out(server, ground, first)
        stories = max(0, (entries - there) // each)
        server.execute("SET session_replication_role = replica")
        indexes = _drop_indexes(server) if stories > BATCH else []
        while done < stories and time.monotonic() - began < 60 * minutes:
            count = min(BATCH, stories - done)
            _batch(server, ground, told, begin=done, count=count, customers=(customers[0], len(customers)))
            done += count
            say(f"{there + done * each:,} entries after {time.monotonic() - began:.0f} s")
        for index in indexes:
            server.execute(index)
        _add_up(server)
        server.execute("DROP FUNCTION bench_chain()")
        server.execute("DROP TABLE bench_past, bench_past_account, bench_past_counter")
        for table in TABLES:
            server.execute(f"DROP TABLE bench_like_{table}")  # our own text
        server.execute("VACUUM ANALYZE")
    return Told(there + done * each, time.monotonic() - began, done >= stories)


def _lay_out(server: psycopg.Connection[tuple[object, ...]], ground: Ground, first: int) -> int:
    """For everybody the budgets of the month before, and the rows of the two stories; the entries of one of them."""
    story = Proposal.objects.get(pk=first + 1)
    server.execute(_sql("past_tables"))
    server.execute(_sql("past_chain"))
    calls_told = [ground.first_call + ground.agents + ground.house + place for place in (0, 1)]
    for table, found in _OF_CALL.items():
        server.execute(
            f"CREATE TABLE bench_like_{table} AS SELECT n.story, t.* FROM unnest(%s::bigint[]) AS n (story)"
            f" JOIN {table} t ON {found}",
            [calls_told],
        )
    agents = (ground.first_user, ground.first_user + ground.agents - 1)
    server.execute(_sql("past_budgets"), [story.pk, *agents, *agents, PLENTY])
    server.execute(
        "INSERT INTO bench_past_counter SELECT a.kind, a.period, a.owner_id, c.id FROM bench_past_account a"
        " JOIN offers_budgetcounter c ON c.account_id = a.id"
    )
    row = server.execute("SELECT count(*) / 2 FROM bench_like_offers_ledgerentry").fetchone()
    assert row is not None
    return int(str(row[0]))


def _batch(
    server: psycopg.Connection[tuple[object, ...]],
    ground: Ground,
    told: Sequence[str],
    *,
    begin: int,
    count: int,
    customers: tuple[int, int],
) -> None:
    """So many stories: their people and times first, then a statement a table, and each proposal's record."""
    first = (ground.agents + ground.house, ground.first_call)
    with server.transaction():
        server.execute("TRUNCATE bench_past")
        bases = [_reserve(server, table, count) for table in _NUMBERED]
        server.execute(
            _sql("past_stories"),
            [
                first[0] + first[1], ACCEPTED_EVERY, *bases, *customers, count, begin, ground.first_user, ground.agents,
            ],
        )  # fmt: skip
        for text in told:
            server.execute(text)  # our own text
        server.execute("SELECT bench_chain()")


_NUMBERED = ("customers_call", "offers_proposal", "offers_hold", "offers_concession")
_PROPOSAL = "(SELECT id FROM offers_proposal WHERE call_id = n.story)"
# How a table's rows are found from the call whose story they tell.
_OF_CALL = {
    "customers_call": "t.id = n.story",
    "customers_disposition": "t.call_id = n.story",
    "customers_callevent": "t.call_id = n.story AND t.kind IN ('PRESENTED', 'ACCEPTED', 'DECLINED')",
    "customers_usedkey": f"t.object_id = {_PROPOSAL} AND t.act IN ('PROPOSE', 'ACCEPTED', 'DECLINED')",
    "offers_proposal": "t.call_id = n.story",
    "offers_hold": f"t.proposal_id = {_PROPOSAL}",
    "offers_ledgerentry": f"t.hold_id = (SELECT id FROM offers_hold WHERE proposal_id = {_PROPOSAL})",
    "offers_outcome": f"t.proposal_id = {_PROPOSAL}",
    "offers_concession": f"t.proposal_id = {_PROPOSAL}",
    "customers_outboxmessage": f"(t.payload ->> 'proposal')::bigint = {_PROPOSAL}",
}


def _copying(cursor: CursorWrapper, table: str) -> str:
    """The statement that copies this table's rows of a story to every new one."""
    changes = TABLES[table]
    names, values = [], []
    for name, kind in columns_of(cursor, table).items():
        if name == "id" and "id" not in changes:
            continue
        names.append(name)
        usual = f"t.{name} + n.shift" if kind == "timestamp with time zone" else f"t.{name}"
        values.append(changes.get(name, usual))
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
        f" FROM bench_past n JOIN bench_like_{table} t ON t.story = n.story"
    )


def _reserve(server: psycopg.Connection[tuple[object, ...]], table: str, count: int) -> object:
    row = server.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table]).fetchone()
    assert row is not None
    server.execute(
        "SELECT setval(s::regclass, currval(s::regclass) + %(count)s) FROM pg_get_serial_sequence(%(table)s, 'id') s",
        {"table": table, "count": count},
    )
    return row[0]


def _drop_indexes(server: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """Drop what only finds rows; the statements that make it again. Each would be written millions of times."""
    found = server.execute(
        """SELECT pg_get_indexdef(i.indexrelid), i.indexrelid::regclass::text FROM pg_index i
           WHERE i.indrelid = ANY (%s::regclass[]) AND NOT i.indisprimary
             AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)""",
        [[*TABLES, "customers_auditevent"]],
    ).fetchall()
    for _text, name in found:
        server.execute(f"DROP INDEX {name}")  # PostgreSQL's own name
    return [str(text) for text, _name in found]


def _add_up(server: psycopg.Connection[tuple[object, ...]]) -> None:
    """Every counter of the past is the sum of its entries."""
    server.execute(
        """UPDATE offers_budgetcounter c SET held_minor = e.held, spent_minor = e.spent, held_count = e.holds,
               spent_count = e.saves
           FROM (SELECT counter_id, sum(held_minor) AS held, sum(spent_minor) AS spent, sum(held_count) AS holds,
                        sum(spent_count) AS saves
                 FROM offers_ledgerentry WHERE counter_id IN (SELECT id FROM bench_past_counter) GROUP BY counter_id) e
           WHERE e.counter_id = c.id"""
    )


def _sql(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
