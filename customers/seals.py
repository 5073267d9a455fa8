"""What a seal of the audit is: what a chain was at a moment, signed, and chained to the seal before it.

A seal is a row of the table and the same in a line of a file that lives outside the database. This module knows its
form, its signature and the file; `customers.sealing` makes seals, `customers.seal_proof` proves them.

The signature is HMAC-SHA256 with a key that no table and no web process knows: it proves that whoever sealed held the
key. Former keys stay known by their id, so that old seals stay provable.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

# The advisory lock: whoever seals holds it alone; whoever proves, for the moment in which table and file are looked at.
SEALING = 0x5EA1

FILE_NAME = "audit-seals.jsonl"
MARK_BYTES = 8
# One line of the file stays below 50 kB, however much was written since the last seal.
MARKS_MOST = 4096

_ENCODER = json.JSONEncoder(separators=(",", ":"))
_NO_SEAL = b"\x00" * 32


class Unreadable(Exception):
    """A line of the file is not a seal."""


class NoKey(Exception):
    """AUDIT_SIGNING_KEY is not set where something has to be sealed."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Events `first` to `seq` of one chain: the hash of the last, and the first bytes of each (`marks`)."""

    number: int
    shard: int
    first: int
    seq: int
    hash: bytes
    marks: bytes
    sealed_at: datetime
    prev_hash: bytes
    key_id: str
    signature: bytes = b""
    _content: bytes = field(default=b"", init=False, repr=False, compare=False)

    def content(self) -> bytes:
        """What is signed: everything but the signature, in one fixed form. Written once; a year has millions."""
        if not self._content:
            object.__setattr__(self, "_content", _dump(self._told()))
        return self._content

    @property
    def digest(self) -> bytes:
        """What the next seal hangs on."""
        return hashlib.sha256(self.content() + self.signature).digest()

    def line(self) -> bytes:
        """The seal as a line of the file, with its end: what is signed, and the signature in the same object."""
        return b'%s,"signature":"%s"}\n' % (self.content()[:-1], self.signature.hex().encode())

    def _told(self) -> dict[str, object]:
        return {
            "number": self.number,
            "shard": self.shard,
            "first": self.first,
            "seq": self.seq,
            "hash": self.hash.hex(),
            "marks": base64.b64encode(self.marks).decode(),
            "sealed_at": self.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "prev": self.prev_hash.hex(),
            "key": self.key_id,
        }

    @classmethod
    def read(cls, line: bytes) -> "Seal":
        """Read a line of the file. Raises `Unreadable` for what is none, also for one in any other form."""
        try:
            told = json.loads(line)
            seal = cls(
                number=told["number"],
                shard=told["shard"],
                first=told["first"],
                seq=told["seq"],
                hash=bytes.fromhex(told["hash"]),
                marks=base64.b64decode(told["marks"], validate=True),
                sealed_at=datetime.fromisoformat(told["sealed_at"]),
                prev_hash=bytes.fromhex(told["prev"]),
                key_id=told["key"],
                signature=bytes.fromhex(told["signature"]),
            )
            # Written by us, it reads the same again; numbers as words, other spaces or doubled names do not.
            same = seal.line() == line and isinstance(seal.key_id, str)
            same &= all(type(one) is int for one in (seal.number, seal.shard, seal.first, seal.seq))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise Unreadable from error
        if not same:
            raise Unreadable
        return seal


@dataclass(frozen=True, slots=True)
class Keys:
    """The signing keys by their ids; the first one signs."""

    by_id: Mapping[str, bytes]

    @classmethod
    def of(cls, words: Sequence[str]) -> "Keys":
        """Name each key by a hash of it that tells nothing about it."""
        return cls({_key_id(word.encode()): word.encode() for word in words if word})

    @property
    def signing_id(self) -> str:
        """The key of new seals. Raises `NoKey`."""
        for key_id in self.by_id:
            return key_id
        raise NoKey

    def sign(self, seal: Seal) -> Seal:
        """The seal with the present key's signature."""
        named = replace(seal, key_id=self.signing_id, signature=b"")
        return replace(named, signature=self._signature(named))

    def knows(self, seal: Seal) -> bool:
        """Whether the key that the seal names is here."""
        return seal.key_id in self.by_id

    def fits(self, seal: Seal) -> bool:
        """Whether the signature is the one of its content."""
        return self.knows(seal) and hmac.compare_digest(self._signature(seal), seal.signature)

    def _signature(self, seal: Seal) -> bytes:
        return hmac.digest(self.by_id[seal.key_id], seal.content(), "sha256")


def configured_keys() -> Keys:
    """The keys of the settings; none in a web process."""
    return Keys.of(settings.AUDIT_SIGNING_KEYS)


def configured_file() -> Path:
    """Where seals are exported to."""
    return Path(settings.AUDIT_EXPORT_DIR) / FILE_NAME


def after(last: Seal | None) -> Callable[..., Seal]:
    """The next seal hangs on `last`: answers what makes it from the rest of its values, unsigned."""
    number, prev_hash = (last.number + 1, last.digest) if last else (1, _NO_SEAL)

    def make(**values: object) -> Seal:
        return Seal(number=number, prev_hash=prev_hash, key_id="", **values)  # type: ignore[arg-type]

    return make


def hangs_on(seal: Seal, last: Seal | None) -> bool:
    """Whether `seal` names `last` (None: no seal at all) as the one before it."""
    return seal.prev_hash == (last.digest if last else _NO_SEAL)


# The file.


def lines_of(file: Path, *, size: int | None = None) -> Iterator[Seal | None]:
    """The seals of a file, line by line; None for a line that is none. `size`: how many bytes of it count."""
    left = file.stat().st_size if size is None else size
    with file.open("rb") as opened:
        for line in opened:
            left -= len(line)
            if left < 0:
                return
            try:
                yield Seal.read(line)
            except Unreadable:
                yield None


def last_line_of(file: Path) -> Seal | None:
    """The last whole line of a file. Raises `Unreadable` when that is no seal, FileNotFoundError without a file."""
    with file.open("rb") as opened:
        end = _whole_lines(opened.fileno())
        if end == 0:
            return None
        begin = _end_of_line_before(opened.fileno(), end - 1)
        return Seal.read(os.pread(opened.fileno(), end - begin, begin))


def append_lines(file: Path, seals: Sequence[Seal]) -> None:
    """Add seals to the end of the file in one write, and return when the disk has them.

    What a crash left of an unfinished line belongs to a transaction that never ended, and is cut off first.
    """
    _make_directory(file.parent)
    is_new = not file.exists()
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end = _whole_lines(descriptor)
        os.ftruncate(descriptor, end)
        os.lseek(descriptor, end, os.SEEK_SET)
        _write(descriptor, b"".join(seal.line() for seal in seals))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        _sync_directory(file.parent)


def replace_file(file: Path, seals: Iterator[Seal]) -> int:
    """Write the file anew beside itself, then put it in place at once; answers how many seals it holds."""
    _make_directory(file.parent)
    unfinished = file.with_suffix(".new")
    count = 0
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:  # noqa: PTH123
        for seal in seals:
            opened.write(seal.line())
            count += 1
        opened.flush()
        os.fsync(opened.fileno())
    unfinished.replace(file)
    _sync_directory(file.parent)
    return count


def _dump(told: Mapping[str, object]) -> bytes:
    return _ENCODER.encode(told).encode()


def _key_id(key: bytes) -> str:
    return hmac.digest(key, b"retention desk audit key", "sha256")[:8].hex()


def _whole_lines(descriptor: int) -> int:
    """Where the last line that has an end, ends."""
    size = os.fstat(descriptor).st_size
    return size if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n" else _end_of_line_before(descriptor, size)


def _end_of_line_before(descriptor: int, end: int) -> int:
    """Behind the last line break before `end`; 0 where there is none."""
    block = 1 << 16
    while end > 0:
        begin = max(0, end - block)
        found = os.pread(descriptor, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _make_directory(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
