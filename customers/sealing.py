"""The tick that seals the audit: what was added to every chain since its last seal is signed, exported and recorded.

A chain that does not prove itself is not sealed: a seal says that its maker has looked. First the file has the seals on
disk, then the transaction ends; what a crash leaves in between is found in the file and taken over by the next tick.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from django.db import connection, transaction

from customers.models import AuditSeal
from customers.seal_proof import with_canonical
from customers.seals import (
    MARKS_MOST,
    SEALING,
    Keys,
    Seal,
    Unreadable,
    after,
    append_lines,
    configured_file,
    configured_keys,
    hangs_on,
    last_line_of,
    lines_of,
    replace_file,
)

BATCH = 500


class FileGoesOn(Exception):
    """The file holds seals that the table does not know and that do not fit: it is not the file of this database."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one tick did: how many seals, of how many chains; the chains that did not prove themselves."""

    seals: int
    chains: int
    refused: tuple[int, ...]
    taken_over: int


def seal_moved_chains(*, keys: Keys | None = None, file: Path | None = None) -> Sealed:
    """Seal every chain that has moved. Nothing moved: nothing is written.

    Raises `seals.NoKey`, `FileGoesOn`, or OSError where the file cannot be written; then nothing is sealed.
    """
    keys, file = keys or configured_keys(), file or configured_file()
    # Asked first: without a key there is nothing to do.
    _ = keys.signing_id
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING])
        last = _last_seal()
        taken_over = _take_over(last, keys=keys, file=file)
        last = taken_over[-1] if taken_over else last
        cursor.execute(with_canonical("moved_chains"), {"block": MARKS_MOST})
        rows = cursor.fetchall()
        cursor.execute("SELECT desk_now()")
        now = cursor.fetchone()[0]
        made: list[Seal] = []
        refused = []
        for shard, blocks in groupby(rows, key=lambda row: row[0]):
            for _shard, first, seq, hash_, marks, proves in blocks:
                if not proves:
                    refused.append(shard)
                    break
                make = after(made[-1] if made else last)
                fresh = make(shard=shard, first=first, seq=seq, hash=bytes(hash_), marks=bytes(marks), sealed_at=now)
                made.append(keys.sign(fresh))
        if made:
            _insert(made)
            append_lines(file, made)
    return Sealed(
        seals=len(made), chains=len({seal.shard for seal in made}), refused=tuple(refused), taken_over=len(taken_over)
    )


def export_again(*, file: Path | None = None) -> int:
    """Write the whole file anew from the table, for a new disk; answers how many seals it holds."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING])
        rows = AuditSeal.objects.order_by("number").iterator(chunk_size=BATCH)
        return replace_file(file or configured_file(), (seal_of(row) for row in rows))


def seal_of(row: AuditSeal) -> Seal:
    """A row of the table as a seal."""
    return Seal(
        number=row.number,
        shard=row.shard,
        first=row.first,
        seq=row.seq,
        hash=bytes(row.hash),
        marks=bytes(row.marks),
        sealed_at=row.sealed_at,
        prev_hash=bytes(row.prev_hash),
        key_id=row.key_id,
        signature=bytes(row.signature),
    )


def _last_seal() -> Seal | None:
    row = AuditSeal.objects.order_by("-number").first()
    return seal_of(row) if row else None


def _take_over(last: Seal | None, *, keys: Keys, file: Path) -> list[Seal]:
    """Record the seals that a tick wrote to the file before it was cut off."""
    known = last.number if last else 0
    try:
        newest = last_line_of(file)
    except (FileNotFoundError, Unreadable):
        # Lost or damaged: nothing to take over. The proof of the seals tells of it; sealing goes on meanwhile.
        return []
    if newest is None or newest.number <= known:
        return []
    found: list[Seal] = []
    for seal in lines_of(file):
        if seal is None or seal.number <= known:
            continue
        before = found[-1] if found else last
        if seal.number != (before.number if before else 0) + 1 or not hangs_on(seal, before) or not keys.fits(seal):
            raise FileGoesOn
        found.append(seal)
    _insert(found)
    return found


def _insert(seals: Sequence[Seal]) -> None:
    AuditSeal.objects.bulk_create(
        (
            AuditSeal(
                number=seal.number,
                shard=seal.shard,
                first=seal.first,
                seq=seal.seq,
                hash=seal.hash,
                marks=seal.marks,
                sealed_at=seal.sealed_at,
                prev_hash=seal.prev_hash,
                key_id=seal.key_id,
                signature=seal.signature,
            )
            for seal in seals
        ),
        batch_size=BATCH,
    )
