"""The only writer of audit events, and the proof that nobody has touched them since.

An event is written in the transaction of its act and chained to the acting person's event before it. It holds ids,
codes and numbers; names, notes and addresses stay where they can be erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import connection

from customers.statements import as_json, statement


class Fault(StrEnum):
    """What is wrong with an event."""

    CHANGED = "CHANGED"
    MISSING = "MISSING"
    UNLINKED = "UNLINKED"
    TAIL = "TAIL"


@dataclass(frozen=True, slots=True)
class BadEvent:
    """The first event of a chain that does not prove itself. `event_id` None: it is not there at all."""

    shard: int
    seq: int
    event_id: int | None
    fault: Fault


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and the first bad event of each chain that has one."""

    events: int
    shards: int
    bad: tuple[BadEvent, ...]

    @property
    def is_clean(self) -> bool:
        """Whether every chain proves itself."""
        return not self.bad


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
    key: UUID | None = None,
) -> int:
    """Add one event to the chain of `by` (None: the desk's own clockwork); answers its id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_append(%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s)",
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
                reason,
                key,
            ],
        )
        return int(cursor.fetchone()[0])


def verify(*, shard: int | None = None) -> Verification:
    """Work out every hash again in the database, from the stored columns, for one chain or for all."""
    with connection.cursor() as cursor:
        cursor.execute(statement("verify_audit"), {"shard": shard})
        bad = tuple(
            BadEvent(shard=row[0], seq=row[1], event_id=row[2], fault=Fault(row[3])) for row in cursor.fetchall()
        )
        cursor.execute(
            """SELECT count(*), count(DISTINCT shard) FROM customers_auditevent
               WHERE %(shard)s::bigint IS NULL OR shard = %(shard)s""",
            {"shard": shard},
        )
        events, shards = cursor.fetchone()
    return Verification(events=events, shards=shards, bad=bad)
