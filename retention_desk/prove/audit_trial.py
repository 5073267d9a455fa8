"""The trial of the audit's proof: an audit written and sealed as the desk does it, touched in every way, and proved."""

import random
import resource
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import psycopg
from django.db import connections, transaction

from customers import audit, sealing
from customers.seals import configured_file, configured_keys
from retention_desk.demo import chain
from retention_desk.demo.book import AUDIT_STAGE
from retention_desk.prove.tampering import EVERY_WAY, Cursor, Scene

# How often the untouched audit is proved in between.
UNTOUCHED_EVERY = 25
CHAINS, EVENTS_A_CHAIN, SEALED_TIMES = 24, 30, 4

Connect = Callable[[], "psycopg.Connection[tuple[object, ...]]"]


@dataclass(slots=True)
class Outcome:
    """What was found: a tampering counts when exactly what was touched was named."""

    tried: int = 0
    found: int = 0
    false_alarms: int = 0
    missed: list[str] = field(default_factory=list)
    ways: Counter[str] = field(default_factory=Counter)

    @property
    def holds(self) -> bool:
        """Whether everything was found and nobody wrongly accused."""
        return self.found == self.tried and not self.false_alarms

    def told(self) -> str:
        """The outcome as a sentence."""
        return f"{self.found}/{self.tried} tamperings found in {len(self.ways)} ways, {self.false_alarms} false alarms."


def prove(superuser: str, *, tamperings: int, seed: int, events: int) -> int:
    """Fill, seal, prove untouched, tamper and prove, saying what is seen; answers the exit code."""
    file = configured_file()
    if events:
        began = time.monotonic()
        _fill(events)
        _say(f"{events:,} events written in {time.monotonic() - began:.0f} s")
        began = time.monotonic()
        done = sealing.seal_moved_chains()
        _say(f"{done.chains} chains sealed with {done.seals} seals in {time.monotonic() - began:.1f} s")
    make_audit(seed=seed)
    if not _time_one_proof(file):
        return 1
    _say(f"{tamperings} tamperings, seed {seed}")

    def connect() -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(superuser)

    outcome = run(connect, tamperings=tamperings, seed=seed, file=file, say=_say)
    _say(outcome.told())
    return 0 if outcome.holds else 1


def _time_one_proof(file: Path) -> bool:
    """Prove the untouched audit once, and say how long it took and in how much memory."""
    began = time.monotonic()
    found = audit.verify(file=file)
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    alarms = len(found.bad) + len(found.bad_seals)
    _say(
        f"{found.events:,} events in {found.shards} chains and {found.seals} seals proved in {seconds:.1f} s"
        f" ({found.events / seconds:,.0f} events a second), {alarms} false alarms, peak memory {peak:.0f} MB"
    )
    return not alarms


def run(
    connect: Connect,
    *,
    tamperings: int,
    seed: int,
    file: Path,
    say: Callable[[str], None] = lambda _line: None,
) -> Outcome:
    """Tamper so many times with the sealed audit of a database, and prove it each time.

    `connect` opens a connection as a superuser (or as the owner of the tables); `file` is the exported seals.
    """
    chance, keys, outcome = random.Random(seed), configured_keys(), Outcome()
    copy = file.with_suffix(".tampered")
    with connect() as connection:
        for number in range(tamperings):
            way = EVERY_WAY[number % len(EVERY_WAY)]
            shutil.copyfile(file, copy)
            with connection.transaction(force_rollback=True), connection.cursor() as cursor:
                _guards_down(cursor)
                touched = way(Scene(cursor, copy, keys, chance))
                named = _named(cursor, copy)
            outcome.tried += 1
            outcome.ways[way.__name__] += 1
            wanted = (touched.chains, {str(place): number for place, number in touched.seals.items()})
            if named == wanted:
                outcome.found += 1
            else:
                outcome.missed.append(f"{way.__name__}: named {named}, touched {wanted}")
                say(f"NOT FOUND (seed {seed}, tampering {number + 1}) {outcome.missed[-1]}")
            outcome.false_alarms += len(named[0].keys() - touched.chains.keys())
            if number % UNTOUCHED_EVERY == 0 or number == tamperings - 1:
                with connection.transaction(force_rollback=True), connection.cursor() as cursor:
                    outcome.false_alarms += _named(cursor, file) != ({}, {})
    copy.unlink(missing_ok=True)
    return outcome


def make_audit(*, chains: int = CHAINS, events: int = EVENTS_A_CHAIN, times: int = SEALED_TIMES, seed: int = 1) -> None:
    """Write an audit of so many chains as the desk would, and seal it so many times on the way."""
    chance = random.Random(seed)
    for part in range(times):
        for number in range(chains * events // times):
            shard = chance.randrange(chains)
            audit.append(
                by=shard + 1000 if shard else None,
                role=chance.choice(("AGENT", "SUPERVISOR", "CLOCK")),
                act=chance.choice(("PROPOSE", "PRESENT", "TOLD", "CALL_CLOSED")),
                object_kind=chance.choice(("proposal", "call", "limit")),
                object_id=chance.randrange(10**6),
                customer_id=chance.choice((None, chance.randrange(10**6))),
                call_id=chance.choice((None, chance.randrange(10**6))),
                limit_version_id=chance.choice((None, 7)),
                before=chance.choice((None, {"state": "AWAITING"})),
                after={"cost_minor": chance.randrange(10**5), "number": number, "part": part},
                reason=chance.choice(("", "Größe: 12 %")),
                key=chance.choice((None, UUID(int=chance.getrandbits(128)))),
            )
        sealing.seal_moved_chains()


def _named(cursor: Cursor, file: Path) -> tuple[dict[int, int], dict[str, int]]:
    """The first bad event of each chain and the first bad seal of each place, as the proof names them."""
    found = audit.verify(file=file, cursor=cursor)
    return {bad.shard: bad.seq for bad in found.bad}, {str(bad.place): bad.number for bad in found.bad_seals}


def _guards_down(cursor: Cursor) -> None:
    """What a superuser does first; the owner of the tables can do as much to them."""
    cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
    row = cursor.fetchone()
    if row and row[0]:
        cursor.execute("SET LOCAL session_replication_role = replica")
        return
    for table in ("customers_auditevent", "customers_auditseal"):
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())


def _fill(events: int) -> None:
    """Write so many events set-wise, chained as the demo's are: 200 people over a year."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(chain.MAKE_STAGE)
        cursor.execute(
            f"""INSERT INTO {AUDIT_STAGE}
                SELECT n, now() - interval '365 days' + n * interval '364 days' / {int(events)}, n %% 200 + 1, 'AGENT',
                    (ARRAY['PROPOSE', 'PRESENT', 'ACCEPTED', 'CALL_CLOSED'])[n %% 4 + 1], 'proposal', n,
                    n %% 50000, n %% 90000, 3,
                    '{{"state": "AWAITING"}}', jsonb_build_object('state', 'PRESENTED', 'cost_minor', n, 'months', 6),
                    '', md5(n::text)::uuid
                FROM generate_series(1, %s) n""",  # noqa: S608 (numbers of our own)
            [events],
        )
        cursor.execute("ALTER TABLE customers_auditevent DISABLE TRIGGER USER")
        chain.chain(cursor)
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('customers_auditevent', 'id'), max(id)) FROM customers_auditevent"
        )
        cursor.execute("ALTER TABLE customers_auditevent ENABLE TRIGGER USER")
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE customers_auditevent")


def _say(line: str) -> None:
    print(line, flush=True)
