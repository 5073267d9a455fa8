"""What the load was told, held against what is in the database: lost, reverted, done though refused, done twice."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from customers import notices

# What an acknowledged act must have left, by the id that its key keeps; a row for each that is not so.
_LEFT = {
    "open": "SELECT k.key FROM keys k WHERE NOT EXISTS (SELECT FROM customers_call c WHERE c.id = k.object_id)",
    "present": """SELECT k.key FROM keys k WHERE NOT EXISTS (
        SELECT FROM offers_proposal p WHERE p.id = k.object_id AND p.key = k.key AND p.presented_at IS NOT NULL)""",
    "accept": """SELECT k.key FROM keys k WHERE NOT EXISTS (
        SELECT FROM offers_proposal p JOIN offers_outcome o ON o.proposal_id = p.id AND o.kind = 'ACCEPTED'
        JOIN offers_concession n ON n.proposal_id = p.id
        JOIN offers_hold h ON h.proposal_id = p.id AND h.ended_as = 'POSTED'
        WHERE p.id = k.object_id AND p.state = 'ACCEPTED')""",
    "decline": """SELECT k.key FROM keys k WHERE NOT EXISTS (
        SELECT FROM offers_proposal p JOIN offers_outcome o ON o.proposal_id = p.id AND o.kind = 'DECLINED'
        JOIN offers_hold h ON h.proposal_id = p.id AND h.ended_as = 'VOIDED'
        WHERE p.id = k.object_id AND p.state = 'DECLINED')""",
    "ask": """SELECT k.key FROM keys k WHERE NOT EXISTS (
        SELECT FROM offers_proposal p JOIN offers_approvalrequest r ON r.proposal_id = p.id
        WHERE p.id = k.object_id AND p.key = k.key)""",
    "decide": """SELECT k.key FROM keys k WHERE NOT EXISTS (
        SELECT FROM offers_approvalrequest r JOIN offers_proposal p ON coalesce(p.counter_of_id, p.id) = r.proposal_id
        WHERE p.id = k.object_id AND r.decided_by_id = k.actor_id)""",
    "cancel": """SELECT k.key FROM keys k WHERE NOT EXISTS (
        SELECT FROM customers_cancellation c WHERE c.id = k.object_id)""",
    "wrap": """SELECT k.key FROM keys k WHERE NOT EXISTS (
        SELECT FROM customers_disposition d JOIN customers_call c ON c.id = d.call_id AND c.state = 'CLOSED'
        WHERE d.id = k.object_id AND d.line = '')""",
}


def compare(acts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Each list holds keys; all of them must be empty.

    `lost`: acknowledged, and nobody knows the key. `reverted`: its effect is not there (any more). `refused_yet_done`:
    answered with a no, and done. `unasked`: done under a key that nobody has posted.
    """
    done = {kind: [act["key"] for act in acts if act["act"] == kind and act["acknowledged"]] for kind in _LEFT}
    refused = [act["key"] for act in acts if not act["acknowledged"] and act["status"] and act["act"] in _LEFT]
    posted = [act["key"] for act in acts]
    with connection.cursor() as cursor:
        lost = _keys(cursor, "SELECT u FROM unnest(%s::uuid[]) u EXCEPT SELECT key FROM customers_usedkey", _all(done))
        reverted = []
        for kind, left in _LEFT.items():
            known = "WITH keys AS (SELECT key, object_id, actor_id FROM customers_usedkey WHERE key = ANY (%s::uuid[]))"
            reverted += _keys(cursor, f"{known} {left}", done[kind])
        used = "SELECT key FROM customers_usedkey WHERE key = ANY (%s::uuid[])"
        refused_yet_done = _keys(cursor, used, refused)
        unasked = _keys(cursor, "SELECT key FROM customers_usedkey WHERE NOT key = ANY (%s::uuid[])", posted)
    return {"lost": lost, "reverted": reverted, "refused_yet_done": refused_yet_done, "unasked": unasked}


def most_unspent(kind: str) -> int | None:
    """What is left of the fullest budget under test, in minor units; None before any was opened."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT max(rest) FROM (
                   SELECT sum(c.ceiling_minor - c.held_minor - c.spent_minor) AS rest FROM offers_budgetcounter c
                   JOIN offers_budgetaccount a ON a.id = c.account_id WHERE a.kind = %s GROUP BY a.id) r""",
            [kind],
        )
        found = cursor.fetchone()[0]
    return None if found is None else int(found)


def answered() -> dict[str, Any]:
    """Every question by its id and by its proposal: when it was asked, when its answer took effect, in seconds; and how
    many nobody has answered though their time is over.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, proposal_id, extract(epoch FROM asked_at)::float8,
                      extract(epoch FROM coalesce(effective_at, decided_at))::float8 FROM offers_approvalrequest"""
        )
        rows = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM offers_approvalrequest WHERE state = 'OPEN' AND due_at < desk_now()")
        late = cursor.fetchone()[0]
    return {
        "asked": {str(row[0]): row[2] for row in rows},
        "effective": {str(row[1]): row[3] for row in rows if row[3] is not None},
        "late": int(late),
    }


def undelivered() -> int:
    """Messages that wait though there is somebody who sends them; those of topics nobody has connected may wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM customers_outboxmessage WHERE delivered_at IS NULL AND topic = ANY (%s)",
            [list(notices.senders())],
        )
        return int(cursor.fetchone()[0])


def _all(keys: Mapping[str, Sequence[str]]) -> list[str]:
    return [key for some in keys.values() for key in some]


def _keys(cursor: Any, statement: str, keys: Sequence[str]) -> list[str]:
    cursor.execute(statement, [list(keys)])
    return [str(row[0]) for row in cursor.fetchall()]
