"""One key, one effect, for ever. Inside a transaction: claim the key, do the act, settle what was answered.

    claim = keys.claim(key=key, act="CANCEL", by=by, body={...})
    if claim.answer: return claim.answer.object_id
    ...
    claim.settle(object_id=made.pk)

Only hashes, codes and ids are kept, never what was said; the key itself salts its hash, so that nobody can try out what
it was. A refusal rolls the claim back with everything else.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from customers.refusals import InFlight, KeyReused


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered when the key was first used."""

    code: str
    object_id: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A key held until the transaction ends; `answer` is set when its act has been done before."""

    key: UUID | None
    act: str
    by: int | None
    body_hash: bytes
    answer: Answer | None

    def settle(self, *, object_id: int, code: str = "OK") -> None:
        """Keep the answer for whoever comes with the same key."""
        if self.key is None:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT key_settle(%s, %s, %s, %s, %s, %s)",
                [self.key, self.act, self.by, self.body_hash, code, object_id],
            )


def claim(*, key: UUID | None, act: str, by: int | None, body: Mapping[str, object]) -> Claim:
    """Hold `key` for this act; without a key the act is not protected from repeats.

    `KeyReused` when it was used for another act, person or body; `InFlight` while the same is being done elsewhere.
    """
    body_hash = _hash(key=key, act=act, by=by, body=body)
    if key is None:
        return Claim(key=None, act=act, by=by, body_hash=body_hash, answer=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT key_claim(%s, %s)", [key, body_hash])
        found = cursor.fetchone()[0]
    answer = None
    if found is not None:
        told = json.loads(found)
        if told["code"] == "IN_FLIGHT":
            raise InFlight(act=act)
        if told["code"] == "KEY_REUSED":
            raise KeyReused(act=act)
        answer = Answer(code=told["code"], object_id=told["object_id"])
    return Claim(key=key, act=act, by=by, body_hash=body_hash, answer=answer)


def _hash(*, key: UUID | None, act: str, by: int | None, body: Mapping[str, object]) -> bytes:
    text = json.dumps([key, act, by, body], sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).digest()
