"""The only writer of audit events, and the proof that nobody has touched them since.

An event is written in the transaction of its act and chained to the acting person's event before it. It holds ids,
codes and numbers; names, notes, addresses and typed reasons stay where they can be erased. A chain proves what is in
it; that it was not rewritten as a whole is proved by its seals.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction

from customers import screens
from customers.seal_proof import BadSeal, Cursor, SealProof, first_contradictions, prove_seals, with_canonical
from customers.seals import SEALING, Keys, configured_keys
from customers.statements import as_json


class Fault(StrEnum):
    """What is wrong with an event."""

    CHANGED = "CHANGED"
    MISSING = "MISSING"
    DOUBLED = "DOUBLED"
    UNLINKED = "UNLINKED"
    TAIL = "TAIL"
    REWRITTEN = "REWRITTEN"
    CUT = "CUT"


@dataclass(frozen=True, slots=True)
class BadEvent:
    """The first event of a chain that does not prove itself. `event_id` None: it is not there at all."""

    shard: int
    seq: int
    event_id: int | None
    fault: Fault


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, the first bad event of each chain that has one, and the first bad seal of file and table.

    `unsealed` events were added since the last seal of their chain; the oldest of them has waited for `waited`.
    """

    events: int
    shards: int
    bad: tuple[BadEvent, ...]
    seals: int = 0
    sealed_at: datetime | None = None
    bad_seals: tuple[BadSeal, ...] = ()
    unsealed: int = 0
    waited: timedelta | None = None

    @property
    def is_clean(self) -> bool:
        """Whether every chain and every seal proves itself."""
        return not self.bad and not self.bad_seals


def append(
    *,
    by: int | None,
    role: str,
    act: str,
    object_kind: str,
    object_id: int | None,
    customer_id: int | None = None,
    call_id: int | None = None,
    limit_version_id: int | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
    words: str = "",
    key: UUID | None = None,
) -> int:
    """Add one event to the chain of `by` (None: the desk's own clockwork); answers its id. Screens hear of it.

    `reason` is a code. `words` are what somebody typed instead: they are kept beside the audit, where they can be
    erased (`customers.remarks`).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_append(%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb,"
            " coalesce(nullif(audit_words(%s), ''), %s), %s)",
            [
                by,
                role,
                act,
                object_kind,
                object_id,
                customer_id,
                call_id,
                limit_version_id,
                as_json(before),
                as_json(after),
                words,
                reason,
                key,
            ],
        )
        event_id = int(cursor.fetchone()[0])
    screens.ring(act, by=by, **({"call": call_id, "customer": customer_id} | {object_kind: object_id}))
    return event_id


def verify(
    *, shard: int | None = None, file: Path | None = None, keys: Keys | None = None, cursor: Cursor | None = None
) -> Verification:
    """Work out every hash again from the stored columns, for one chain or for all, and hold them against the seals.

    `file` is the exported seals; None: those of the table alone. With `cursor` the proof is made on that connection as
    it stands; otherwise of one moment of the database, while acts go on. Works in the memory of one chain.
    """
    keys = keys or configured_keys()
    if cursor is not None:
        return _verify(cursor, shard=shard, file=file, size=_size_of(file), keys=keys)
    with _one_moment(file) as (of_that_moment, size):
        return _verify(of_that_moment, shard=shard, file=file, size=size, keys=keys)


def _verify(cursor: Cursor, *, shard: int | None, file: Path | None, size: int | None, keys: Keys) -> Verification:
    cursor.execute("SELECT current_setting('search_path')")
    usual_path = cursor.fetchone()[0]
    # Only what PostgreSQL brings along is called: functions and operators of the database could be somebody's own.
    cursor.execute("SELECT set_config('search_path', 'pg_catalog', true)")
    cursor.execute(with_canonical("verify_audit"), {"shard": shard})
    bad = {
        row[0]: BadEvent(shard=row[0], seq=row[1], event_id=row[2], fault=Fault(row[3])) for row in cursor.fetchall()
    }
    proof = prove_seals(cursor, file=file, size=size, keys=keys, shard=shard)
    # A fault may have begun earlier than where the chain shows it, and the seals know every event.
    doubtful = proof.contradicted | {one for one in bad if one in proof.covered}
    for one, found in first_contradictions(cursor, doubtful, file=file, size=size, keys=keys).items():
        if one not in bad or found.seq < bad[one].seq:
            fault = Fault.CUT if found.event_id is None else Fault.REWRITTEN
            bad[one] = BadEvent(shard=one, seq=found.seq, event_id=found.event_id, fault=fault)
    cursor.execute(
        """SELECT coalesce(sum(events), 0)::bigint, count(*)
           FROM (SELECT count(*) AS events FROM public.customers_auditevent
                 WHERE %(shard)s::bigint IS NULL OR shard = %(shard)s GROUP BY shard) chains""",
        {"shard": shard},
    )
    events, shards = cursor.fetchone()
    unsealed, waited = _unsealed(cursor, proof, shard=shard)
    cursor.execute("SELECT set_config('search_path', %s, true)", [usual_path])
    return Verification(
        events=events,
        shards=shards,
        bad=tuple(bad[one] for one in sorted(bad)),
        seals=proof.seals,
        sealed_at=proof.sealed_at,
        bad_seals=tuple(proof.bad),
        unsealed=unsealed,
        waited=waited,
    )


def _unsealed(cursor: Cursor, proof: SealProof, *, shard: int | None) -> tuple[int, timedelta | None]:
    """How many events are later than the last seal of their chain, and how long the oldest of them has waited."""
    cursor.execute(
        """SELECT coalesce(sum(head.seq - coalesce(sealed.seq, 0)), 0)::bigint,
               clock_timestamp() - min(event.recorded_at)
           FROM public.customers_audithead head
           LEFT JOIN unnest(%(shards)s::bigint[], %(seqs)s::bigint[]) AS sealed (shard, seq)
               ON sealed.shard = head.shard
           LEFT JOIN public.customers_auditevent event
               ON event.shard = head.shard AND event.seq = coalesce(sealed.seq, 0) + 1
           WHERE head.seq > coalesce(sealed.seq, 0) AND (%(shard)s::bigint IS NULL OR head.shard = %(shard)s)""",
        {"shards": list(proof.covered), "seqs": list(proof.covered.values()), "shard": shard},
    )
    found: tuple[int, timedelta | None] = cursor.fetchone()
    return found


@contextmanager
def _one_moment(file: Path | None) -> Iterator[tuple[Cursor, int | None]]:
    """A transaction that sees one moment of the database, and how long the file was at that moment."""
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [SEALING])
            yield cursor, _size_of(file)
        return
    with connection.cursor() as cursor:
        # Nobody seals while table and file are looked at together.
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [SEALING])
        held = True
        try:
            with transaction.atomic():
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                # From its first statement on the transaction sees the database as it is now.
                cursor.execute("SELECT 1")
                size = _size_of(file)
                cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [SEALING])
                held = False
                yield cursor, size
        finally:
            if held:
                cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [SEALING])


def _size_of(file: Path | None) -> int | None:
    try:
        return file.stat().st_size if file else None
    except FileNotFoundError:
        return None
