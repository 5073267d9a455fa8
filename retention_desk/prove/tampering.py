"""Every way to touch an audit that a superuser of the database, or whoever can write the file of seals, has.

Each is a function that does it to a random place and says what the proof must name: the first bad event of each chain,
and the first bad seal of each place. What it does to the database is rolled back by whoever called it; the file is a
copy.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import psycopg

from customers.seal_proof import Place
from customers.seals import Keys, Seal

Cursor = psycopg.Cursor[tuple[object, ...]]

COLUMNS = """shard, seq, recorded_at, actor_id, actor_role, act, object_kind, object_id, customer_id, call_id,
    limit_version_id, before, after, reason, key"""
CANONICAL = f"audit_canonical({COLUMNS})"


@dataclass(slots=True)
class Scene:
    """What is tampered with: a cursor with the guards down, a copy of the file, and chance."""

    cursor: Cursor
    file: Path
    keys: Keys
    chance: random.Random

    def chain(self, *, at_least: int = 4) -> tuple[int, int]:
        """Some chain and the number of its last event."""
        self.cursor.execute("SELECT shard, seq FROM customers_audithead WHERE seq >= %s ORDER BY shard", [at_least])
        shard, seq = self.chance.choice(self.cursor.fetchall())
        assert isinstance(shard, int)
        assert isinstance(seq, int)
        return shard, seq

    def event(self, *, first: int = 1, spare: int = 0) -> tuple[int, int, int]:
        """Some event: its chain, its number, and the number of the chain's last; `spare` events come after it."""
        shard, last = self.chain(at_least=first + spare + 1)
        return shard, self.chance.randint(first, last - spare), last

    def run(self, sql: str, *values: object) -> None:
        """One statement."""
        self.cursor.execute(sql.encode(), values)

    def change(self, shard: int, seq: int) -> None:
        """Let an event tell something else; its hashes stay."""
        column, value = self.chance.choice(_CHANGES)
        self.run(f"UPDATE customers_auditevent SET {column} = {value} WHERE shard = %s AND seq = %s", shard, seq)

    def rehash(self, shard: int, first: int, *, head: bool = True) -> None:
        """Work hashes out anew from an event to the end of its chain, and let the head follow."""
        self.cursor.execute(
            "SELECT hash FROM customers_auditevent WHERE shard = %s AND seq < %s ORDER BY seq DESC LIMIT 1",
            [shard, first],
        )
        row = self.cursor.fetchone()
        before = row[0] if row else b""
        self.cursor.execute(
            "SELECT id, seq FROM customers_auditevent WHERE shard = %s AND seq >= %s ORDER BY seq", [shard, first]
        )
        last = first - 1
        for event_id, seq in self.cursor.fetchall():
            self.cursor.execute(
                f"""UPDATE customers_auditevent SET prev_hash = %s, hash = sha256(%s::bytea || {CANONICAL})
                    WHERE id = %s RETURNING hash""".encode(),
                [before, before, event_id],
            )
            found = self.cursor.fetchone()
            assert found is not None
            before = found[0]
            assert isinstance(seq, int)
            last = seq
        if head:
            self.run("UPDATE customers_audithead SET seq = %s, hash = %s WHERE shard = %s", last, before, shard)

    def shift(self, shard: int, first: int, by: int) -> None:
        """Give the events from `first` on other numbers; twice, because a number is unique."""
        self.run("UPDATE customers_auditevent SET seq = -seq WHERE shard = %s AND seq >= %s", shard, first)
        self.run("UPDATE customers_auditevent SET seq = %s - seq WHERE shard = %s AND seq < 0", by, shard)

    def forge(self, shard: int, seq: int) -> None:
        """Add an event that was never written, with the right hash for its place."""
        self.run(
            """INSERT INTO customers_auditevent (shard, seq, recorded_at, actor_id, actor_role, act, object_kind,
                   object_id, before, after, reason, key, prev_hash, hash)
               SELECT %s, %s, max(recorded_at), %s, 'AGENT', 'TOLD', 'call', 1, NULL, '{"forged": true}', '', %s, '', ''
               FROM customers_auditevent WHERE shard = %s""",
            *(shard, seq, shard, UUID(int=self.chance.getrandbits(128)), shard),
        )

    def lines(self) -> list[str]:
        """The lines of the file."""
        return self.file.read_text(encoding="utf-8").splitlines(keepends=True)

    def write(self, lines: list[str]) -> None:
        """Put other lines into the file."""
        self.file.write_text("".join(lines), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Tampered:
    """What the proof must name: chains with their first bad event, places with their first bad seal."""

    chains: dict[int, int] = field(default_factory=dict)
    seals: dict[Place, int] = field(default_factory=dict)


_CHANGES = (
    ("act", "act || 'X'"),
    ("actor_role", "CASE actor_role WHEN 'MANAGER' THEN 'AGENT' ELSE 'MANAGER' END"),
    ("actor_id", "coalesce(actor_id, 0) + 1"),
    ("object_id", "coalesce(object_id, 0) + 1"),
    ("object_kind", "object_kind || ' '"),
    ("customer_id", "coalesce(customer_id, 0) + 1"),
    ("call_id", "coalesce(call_id, 0) + 1"),
    ("limit_version_id", "coalesce(limit_version_id, 0) + 1"),
    ("before", """coalesce(before, '{}') || '{"touched": 1}'"""),
    ("after", "CASE WHEN after IS NULL THEN '{}'::jsonb END"),
    ("reason", "reason || '.'"),
    ("key", "CASE WHEN key IS NULL THEN gen_random_uuid() END"),
    ("recorded_at", "recorded_at + interval '1 microsecond'"),
    ("hash", "sha256(hash)"),
    ("prev_hash", "sha256(prev_hash)"),
)


# Events, with the hashes as they were.


def edit(scene: Scene) -> Tampered:
    """Any column of any event."""
    shard, seq, _last = scene.event()
    scene.change(shard, seq)
    return Tampered({shard: seq})


def delete(scene: Scene) -> Tampered:
    """Some events in a row."""
    shard, seq, last = scene.event()
    scene.run(
        "DELETE FROM customers_auditevent WHERE shard = %s AND seq BETWEEN %s AND %s",
        *(shard, seq, scene.chance.randint(seq, last)),
    )
    return Tampered({shard: seq})


def swap(scene: Scene) -> Tampered:
    """Two events change places."""
    shard, one, last = scene.event(spare=1)
    other = scene.chance.randint(one + 1, last)
    scene.run("UPDATE customers_auditevent SET seq = -seq WHERE shard = %s AND seq IN (%s, %s)", shard, one, other)
    scene.run("UPDATE customers_auditevent SET seq = %s + seq WHERE shard = %s AND seq < 0", one + other, shard)
    return Tampered({shard: one})


def insert(scene: Scene) -> Tampered:
    """A forged event between two true ones, with the right hash for itself."""
    shard, seq, _last = scene.event()
    scene.shift(shard, seq, 1)
    scene.forge(shard, seq)
    scene.cursor.execute("SELECT hash FROM customers_auditevent WHERE shard = %s AND seq = %s", [shard, seq - 1])
    before = scene.cursor.fetchone()
    scene.run(
        f"""UPDATE customers_auditevent SET prev_hash = %s, hash = sha256(%s::bytea || {CANONICAL})
            WHERE shard = %s AND seq = %s""",
        *(before[0] if before else b"", before[0] if before else b"", shard, seq),
    )
    return Tampered({shard: seq})


def double(scene: Scene) -> Tampered:
    """An event a second time, where the table does not forbid it any more."""
    shard, seq, _last = scene.event()
    scene.run("ALTER TABLE customers_auditevent DROP CONSTRAINT audit_seq_unique")
    scene.run(
        f"""INSERT INTO customers_auditevent ({COLUMNS}, prev_hash, hash)
            SELECT {COLUMNS}, prev_hash, hash FROM customers_auditevent WHERE shard = %s AND seq = %s""",
        *(shard, seq),
    )
    return Tampered({shard: seq})


def append(scene: Scene) -> Tampered:
    """A forged event at the end that the head does not know."""
    shard, last = scene.chain()
    scene.forge(shard, last + 1)
    scene.rehash(shard, last + 1, head=False)
    return Tampered({shard: last + 1})


def truncate(scene: Scene) -> Tampered:
    """The end of a chain is gone, the head stays."""
    shard, seq, _last = scene.event()
    scene.run("DELETE FROM customers_auditevent WHERE shard = %s AND seq >= %s", shard, seq)
    return Tampered({shard: seq})


def move_to_another_chain(scene: Scene) -> Tampered:
    """An event is hung to the end of somebody else's chain."""
    (shard, seq, _last), (other, end) = scene.event(), scene.chain()
    while other == shard:
        other, end = scene.chain()
    scene.run(
        "UPDATE customers_auditevent SET shard = %s, seq = %s WHERE shard = %s AND seq = %s", other, end + 1, shard, seq
    )
    return Tampered({shard: seq, other: end + 1})


def move_head(scene: Scene) -> Tampered:
    """The head says something else than the chain."""
    shard, last = scene.chain()
    how, first = scene.chance.choice(
        [("SET seq = seq + 1", last + 1), ("SET seq = seq - 1", last), ("SET hash = sha256(hash)", last)]
    )
    scene.run(f"UPDATE customers_audithead {how} WHERE shard = %s", shard)
    return Tampered({shard: first})


def replace_function(scene: Scene) -> Tampered:
    """The database's own canonical form is made blind for what is then changed."""
    shard, seq, _last = scene.event()
    scene.run("ALTER FUNCTION audit_canonical RENAME TO audit_canonical_true")
    scene.change(shard, seq)
    return Tampered({shard: seq})


# Events, with everything in the database made to fit: only the seals know.


def rewrite(scene: Scene) -> Tampered:
    """An event and all hashes after it, head and all."""
    shard, seq, _last = scene.event()
    scene.change(shard, seq)
    scene.run('UPDATE customers_auditevent SET after = \'{"was": "never"}\' WHERE shard = %s AND seq = %s', shard, seq)
    scene.rehash(shard, seq)
    return Tampered({shard: seq})


def rewrite_one(scene: Scene) -> Tampered:
    """An event and its own hash alone."""
    shard, seq, last = scene.event()
    scene.run("UPDATE customers_auditevent SET act = act || 'X' WHERE shard = %s AND seq = %s", shard, seq)
    scene.run(
        f"UPDATE customers_auditevent SET hash = sha256(prev_hash || {CANONICAL}) WHERE shard = %s AND seq = %s",
        shard,
        seq,
    )
    if seq == last:
        scene.rehash(shard, seq)
    return Tampered({shard: seq})


def cut(scene: Scene) -> Tampered:
    """The end of a chain, and the head with it."""
    shard, seq, _last = scene.event(first=2)
    scene.run("DELETE FROM customers_auditevent WHERE shard = %s AND seq >= %s", shard, seq)
    scene.rehash(shard, seq - 1)
    return Tampered({shard: seq})


def close_the_gap(scene: Scene) -> Tampered:
    """An event is gone, and those after it have moved up."""
    shard, seq, _last = scene.event(first=2)
    scene.run("DELETE FROM customers_auditevent WHERE shard = %s AND seq = %s", shard, seq)
    scene.shift(shard, seq + 1, -1)
    scene.rehash(shard, seq - 1)
    return Tampered({shard: seq})


def smuggle(scene: Scene) -> Tampered:
    """A forged event between two true ones, and everything after it made to fit."""
    shard, seq, _last = scene.event()
    scene.shift(shard, seq, 1)
    scene.forge(shard, seq)
    scene.rehash(shard, seq)
    return Tampered({shard: seq})


def swap_and_rewrite(scene: Scene) -> Tampered:
    """Two events change places, and everything from the first on is made to fit."""
    found = swap(scene)
    for shard, seq in found.chains.items():
        scene.rehash(shard, seq)
    return found


def remove_chain(scene: Scene) -> Tampered:
    """A person's whole chain, and that there ever was one."""
    shard, _last = scene.chain()
    scene.run("DELETE FROM customers_auditevent WHERE shard = %s", shard)
    scene.run("DELETE FROM customers_audithead WHERE shard = %s", shard)
    return Tampered({shard: 1})


def rewrite_and_unseal(scene: Scene) -> Tampered:
    """A chain rewritten, and every seal from the first that knew better gone from the table."""
    found = rewrite(scene)
    ((shard, seq),) = found.chains.items()
    scene.cursor.execute("SELECT min(number) FROM customers_auditseal WHERE shard = %s AND seq >= %s", [shard, seq])
    row = scene.cursor.fetchone()
    assert row is not None
    assert isinstance(row[0], int)
    scene.run("DELETE FROM customers_auditseal WHERE number >= %s", row[0])
    return Tampered(found.chains, {Place.TABLE: row[0]})


def rewrite_and_seal_again(scene: Scene) -> Tampered:
    """A chain rewritten, and the seals of the table made anew with a key of one's own."""
    found = rewrite(scene)
    ((shard, seq),) = found.chains.items()
    forged = Keys.of(["a key that somebody made for this"])
    numbers = []
    for line in scene.lines():
        seal = Seal.read(line.encode())
        if seal.shard == shard and seal.seq >= seq:
            scene.cursor.execute(
                "SELECT hash FROM customers_auditevent WHERE shard = %s AND seq = %s", [shard, seal.seq]
            )
            row = scene.cursor.fetchone()
            assert row is not None
            signed = forged.sign(seal)
            scene.run(
                "UPDATE customers_auditseal SET hash = %s, key_id = %s, signature = %s WHERE number = %s",
                *(row[0], signed.key_id, signed.signature, seal.number),
            )
            numbers.append(seal.number)
    return Tampered(found.chains, {Place.TABLE: numbers[0]})


# Seals.


def edit_seal(scene: Scene) -> Tampered:
    """Any column of a seal in the table."""
    number = _some_seal(scene)
    column, value = scene.chance.choice(_SEAL_CHANGES)
    scene.run(f"UPDATE customers_auditseal SET {column} = {value} WHERE number = %s", number)
    return Tampered(seals={Place.TABLE: number})


def delete_seals(scene: Scene) -> Tampered:
    """Some seals in a row, up to all of them."""
    number = _some_seal(scene)
    last = scene.chance.randint(number, len(scene.lines()))
    scene.run("DELETE FROM customers_auditseal WHERE number BETWEEN %s AND %s", number, last)
    return Tampered(seals={Place.TABLE: number})


def edit_file(scene: Scene) -> Tampered:
    """One letter of the file."""
    lines, number = scene.lines(), _some_seal(scene)
    line = lines[number - 1]
    place = scene.chance.randrange(len(line) - 1)
    other = scene.chance.choice([letter for letter in "0123456789abcdef," if letter != line[place]])
    lines[number - 1] = line[:place] + other + line[place + 1 :]
    scene.write(lines)
    return Tampered(seals={Place.FILE: number})


def cut_file(scene: Scene) -> Tampered:
    """The end of the file, up to all of it; between two lines or within one."""
    lines, number = scene.lines(), _some_seal(scene)
    rest = lines[: number - 1]
    if scene.chance.random() < 0.5:
        rest.append(lines[number - 1][: scene.chance.randrange(1, len(lines[number - 1]))])
    scene.write(rest)
    return Tampered(seals={Place.FILE: number})


def thin_file(scene: Scene) -> Tampered:
    """A line from the middle of the file."""
    lines = scene.lines()
    number = scene.chance.randrange(1, len(lines))
    scene.write(lines[: number - 1] + lines[number:])
    return Tampered(seals={Place.FILE: number})


def mix_file(scene: Scene) -> Tampered:
    """Two lines of the file change places."""
    lines = scene.lines()
    one = scene.chance.randrange(1, len(lines))
    other = scene.chance.randrange(one + 1, len(lines) + 1)
    lines[one - 1], lines[other - 1] = lines[other - 1], lines[one - 1]
    scene.write(lines)
    return Tampered(seals={Place.FILE: one})


def remove_file(scene: Scene) -> Tampered:
    """The whole file."""
    scene.file.unlink()
    return Tampered(seals={Place.FILE: 0})


def _some_seal(scene: Scene) -> int:
    return scene.chance.randint(1, len(scene.lines()))


_SEAL_CHANGES = (
    ("shard", "shard + 100000"),
    ("first", "first + 1"),
    ("hash", "sha256(hash)"),
    ("marks", "substr(marks, 2)"),
    ("sealed_at", "sealed_at - interval '1 day'"),
    ("prev_hash", "sha256(prev_hash)"),
    ("signature", "sha256(signature)"),
)

EVERY_WAY: tuple[Callable[[Scene], Tampered], ...] = (
    *(edit, delete, swap, insert, double, append, truncate, move_to_another_chain, move_head, replace_function),
    *(rewrite, rewrite_one, cut, close_the_gap, smuggle, swap_and_rewrite, remove_chain),
    *(rewrite_and_unseal, rewrite_and_seal_again),
    *(edit_seal, delete_seals, edit_file, cut_file, thin_file, mix_file, remove_file),
)
