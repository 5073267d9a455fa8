"""The proof of the seals themselves, and of the audit's chains by what was sealed.

The file and the table are walked one after the other: each seal by its signature and by the one it hangs on; together
they must end with the same. Every seal whose signature fits, wherever it was found, is held against its event.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from customers.seals import MARK_BYTES, Keys, Seal, hangs_on, lines_of
from customers.statements import statement

BATCH = 2000


class Cursor(Protocol):
    """What is needed of a database cursor: Django's own, or psycopg's for whoever proves from outside."""

    def execute(self, sql: Any, params: Any = None, /) -> Any:
        """Run one statement."""

    def fetchall(self) -> list[Any]:
        """All rows of it."""

    def fetchone(self) -> Any:
        """One row of it."""


class Place(StrEnum):
    """Where a seal is kept."""

    FILE = "FILE"
    TABLE = "TABLE"


class SealFault(StrEnum):
    """What is wrong with a seal."""

    NO_FILE = "NO_FILE"
    UNREADABLE = "UNREADABLE"
    MISSING = "MISSING"
    EDITED = "EDITED"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    UNLINKED = "UNLINKED"
    CUT = "CUT"
    DIFFERENT = "DIFFERENT"


@dataclass(frozen=True, slots=True)
class BadSeal:
    """The first seal of the file or the table that does not prove itself; `number` 0: all of them are gone."""

    place: Place
    number: int
    fault: SealFault


@dataclass(frozen=True, slots=True)
class Contradiction:
    """The first event of a chain that is not what was sealed; `event_id` None: it is not there any more."""

    seq: int
    event_id: int | None


@dataclass(slots=True)
class SealProof:
    """What was found: `covered` is the last sealed event of each chain."""

    seals: int = 0
    sealed_at: datetime | None = None
    bad: list[BadSeal] = field(default_factory=list)
    covered: dict[int, int] = field(default_factory=dict)
    contradicted: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Walk:
    """Seals of one place in their order; the first fault is kept, what follows from it is not told."""

    place: Place
    keys: Keys
    last: Seal | None = None
    fault: BadSeal | None = None

    def trusted(self, seals: Iterator[Seal | None]) -> Iterator[Seal]:
        """Those whose signature fits."""
        for seal in seals:
            due = self.last.number + 1 if self.last else 1
            if seal is None:
                self._note(due, SealFault.UNREADABLE)
                continue
            if not self.keys.knows(seal):
                self._note(due, SealFault.UNKNOWN_KEY)
            elif not self.keys.fits(seal):
                self._note(due, SealFault.EDITED)
            else:
                yield seal
            if seal.number > due:
                self._note(due, SealFault.MISSING)
            elif seal.number < due or not hangs_on(seal, self.last):
                self._note(due, SealFault.UNLINKED)
            self.last = seal

    def _note(self, number: int, fault: SealFault) -> None:
        if self.fault is None:
            self.fault = BadSeal(self.place, number, fault)


def prove_seals(
    cursor: Cursor, *, file: Path | None, size: int | None, keys: Keys, shard: int | None = None
) -> SealProof:
    """Walk both copies and hold the seals against the events, of one chain or of all.

    `file` None: there is only the table. `size` None: the file is not there; else how many bytes of it count.
    """
    proof = SealProof()
    written = _Walk(Place.FILE, keys)
    if file is not None and size is not None:
        _compare(cursor, proof, written.trusted(lines_of(file, size=size)), shard=shard)
    kept = _Walk(Place.TABLE, keys)
    # What the file has said already need not be looked up again.
    known = written.last.number if written.last and written.fault is None else 0
    rows = kept.trusted(rows_of(cursor))
    _compare(cursor, proof, (seal for seal in rows if seal.number > known), shard=shard)
    proof.seals = max(walk.last.number if walk.last else 0 for walk in (written, kept))
    proof.bad = [walk.fault for walk in (written, kept) if walk.fault]
    if file is not None and not proof.bad:
        proof.bad = _differences(cursor, written.last, kept.last, file_is_there=size is not None)
    return proof


def first_contradictions(
    cursor: Cursor, shards: Collection[int], *, file: Path | None, size: int | None, keys: Keys
) -> Mapping[int, Contradiction]:
    """The first event of each of these chains whose hash does not begin as it was sealed."""
    # By chain and first event, the marks of one seal.
    marks: dict[int, dict[int, bytes]] = {shard: {} for shard in shards}
    for seals in (lines_of(file, size=size) if file is not None and size is not None else (), rows_of(cursor)):
        for seal in seals:
            if seal is not None and seal.shard in marks and keys.fits(seal):
                marks[seal.shard].setdefault(seal.first, seal.marks)
    found = {shard: _first_difference(cursor, shard, sealed) for shard, sealed in marks.items() if sealed}
    return {shard: one for shard, one in found.items() if one}


def with_canonical(name: str) -> str:
    """A statement of `customers/sql` with the canonical form of an event filled in."""
    return statement(name).replace("{canonical}", f"\n{statement('audit_canonical')}")


def rows_of(cursor: Cursor) -> Iterator[Seal]:
    """The seals of the table in their order, some at a time."""
    number = 0
    while True:
        cursor.execute(
            """SELECT number, shard, first, seq, hash, marks, sealed_at, prev_hash, key_id, signature
               FROM public.customers_auditseal WHERE number > %s ORDER BY number LIMIT %s""",
            [number, BATCH],
        )
        rows = cursor.fetchall()
        for row in rows:
            yield _seal(row)
        if len(rows) < BATCH:
            return
        number = rows[-1][0]


def _seal(row: Sequence[Any]) -> Seal:
    number, shard, first, seq, hash_, marks, sealed_at, prev_hash, key_id, signature = row
    return Seal(
        number=number,
        shard=shard,
        first=first,
        seq=seq,
        hash=bytes(hash_),
        marks=bytes(marks),
        sealed_at=sealed_at,
        prev_hash=bytes(prev_hash),
        key_id=key_id,
        signature=bytes(signature),
    )


def _compare(cursor: Cursor, proof: SealProof, seals: Iterator[Seal], *, shard: int | None) -> None:
    """Look the sealed events up, some at a time: their hashes must be the sealed ones."""
    batch: list[Seal] = []
    for seal in seals:
        proof.sealed_at = max(proof.sealed_at, seal.sealed_at) if proof.sealed_at else seal.sealed_at
        if shard is None or seal.shard == shard:
            proof.covered[seal.shard] = max(seal.seq, proof.covered.get(seal.shard, 0))
            batch.append(seal)
        if len(batch) == BATCH:
            _look_up(cursor, proof, batch)
            batch = []
    if batch:
        _look_up(cursor, proof, batch)


def _look_up(cursor: Cursor, proof: SealProof, batch: Sequence[Seal]) -> None:
    cursor.execute(
        """SELECT DISTINCT sealed.shard
           FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS sealed (shard, seq, hash)
           LEFT JOIN public.customers_auditevent event ON event.shard = sealed.shard AND event.seq = sealed.seq
           WHERE event.hash IS DISTINCT FROM sealed.hash""",
        [[seal.shard for seal in batch], [seal.seq for seal in batch], [seal.hash for seal in batch]],
    )
    proof.contradicted.update(row[0] for row in cursor.fetchall())


def _differences(cursor: Cursor, written: Seal | None, kept: Seal | None, *, file_is_there: bool) -> list[BadSeal]:
    """Two walks without a fault can still end apart, or be two different histories signed with one key."""
    if not file_is_there:
        return [BadSeal(Place.FILE, 0, SealFault.NO_FILE)] if kept else []
    ends = (written.number if written else 0, kept.number if kept else 0)
    if ends[0] > ends[1]:
        return [BadSeal(Place.TABLE, ends[1] + 1, SealFault.CUT)]
    if written is not None:
        cursor.execute(
            """SELECT number, shard, first, seq, hash, marks, sealed_at, prev_hash, key_id, signature
               FROM public.customers_auditseal WHERE number = %s""",
            [written.number],
        )
        if _seal(cursor.fetchone()).digest != written.digest:
            return [BadSeal(Place.FILE, written.number, SealFault.DIFFERENT)]
    return [BadSeal(Place.FILE, ends[0] + 1, SealFault.CUT)] if ends[0] < ends[1] else []


def _first_difference(cursor: Cursor, shard: int, sealed: Mapping[int, bytes]) -> Contradiction | None:
    cursor.execute(
        """SELECT seq, id, substr(hash, 1, %s) FROM public.customers_auditevent WHERE shard = %s ORDER BY seq, id""",
        [MARK_BYTES, shard],
    )
    there: dict[int, tuple[int, bytes]] = {}
    for seq, event_id, mark in cursor.fetchall():
        there.setdefault(seq, (event_id, bytes(mark)))
    for first in sorted(sealed):
        for place in range(len(sealed[first]) // MARK_BYTES):
            event_id, mark = there.get(first + place, (None, b""))
            if mark != sealed[first][place * MARK_BYTES : (place + 1) * MARK_BYTES]:
                return Contradiction(first + place, event_id)
    return None
