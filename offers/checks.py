"""The promises of the ledger and the record, looked at from outside: one statement a promise, each listing offenders.

Nothing here relies on the triggers and constraints that keep the promises; it only reads the tables. It finds what a
fault, a restored backup or somebody with the owner's rights has left behind.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true; `offenders` selects one text column naming every row for which it is not."""

    promise: int
    sentence: str
    offenders: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: how many offenders, and the first of them."""

    check: Check
    count: int
    first: tuple[str, ...]


CHECKS = (
    Check(
        1,
        "No budget is overdrawn: nothing is negative, and held and spent together stay within the ceiling.",
        """SELECT format('counter %s', id) FROM offers_budgetcounter
           WHERE held_minor < 0 OR spent_minor < 0 OR ceiling_minor < 0 OR held_minor + spent_minor > ceiling_minor""",
    ),
    Check(
        1,
        "The parts of a budget together stay within its total.",
        """SELECT format('account %s', a.id) FROM offers_budgetaccount a
           JOIN offers_budgetcounter c ON c.account_id = a.id
           GROUP BY a.id HAVING sum(c.ceiling_minor) > a.limit_minor""",
    ),
    Check(
        2,
        "Every counter is the sum of its entries.",
        """SELECT format('counter %s', c.id) FROM offers_budgetcounter c
           LEFT JOIN (SELECT counter_id, sum(held_minor) AS held, sum(spent_minor) AS spent,
                             sum(ceiling_minor) AS ceiling
                      FROM offers_ledgerentry GROUP BY counter_id) e ON e.counter_id = c.id
           WHERE (c.held_minor, c.spent_minor, c.ceiling_minor)
              <> (coalesce(e.held, 0), coalesce(e.spent, 0), coalesce(e.ceiling, 0))""",
    ),
    Check(
        3,
        "A hold reserves its whole amount on every budget it draws on.",
        """SELECT format('hold %s', h.id) FROM offers_hold h
           JOIN offers_ledgerentry e ON e.hold_id = h.id AND e.kind = 'HOLD'
           JOIN offers_budgetcounter c ON c.id = e.counter_id
           GROUP BY h.id, h.amount_minor, c.account_id HAVING sum(e.held_minor) <> h.amount_minor""",
    ),
    Check(
        3,
        "Every hold of money draws on its customer's budget.",
        """SELECT format('hold %s', h.id) FROM offers_hold h JOIN offers_proposal p ON p.id = h.proposal_id
           WHERE h.amount_minor > 0 AND NOT EXISTS (
               SELECT FROM offers_ledgerentry e JOIN offers_budgetcounter c ON c.id = e.counter_id
               JOIN offers_budgetaccount a ON a.id = c.account_id
               WHERE e.hold_id = h.id AND e.kind = 'HOLD' AND a.kind = 'CUSTOMER' AND a.owner_id = p.customer_id)""",
    ),
    Check(
        4,
        "A hold ends exactly once on each counter it took from, with what it took, and a live one not at all.",
        """SELECT format('hold %s', h.id) FROM offers_hold h
           JOIN offers_ledgerentry t ON t.hold_id = h.id AND t.kind = 'HOLD'
           LEFT JOIN offers_ledgerentry e ON e.hold_id = h.id AND e.counter_id = t.counter_id
               AND e.kind IN ('POST', 'VOID', 'EXPIRE')
           GROUP BY h.id, h.ended_as, t.id, t.held_minor
           HAVING count(e.id) <> CASE WHEN h.ended_as = '' THEN 0 ELSE 1 END
               OR bool_or(e.held_minor <> -t.held_minor)
               OR bool_or(e.kind <> CASE h.ended_as WHEN 'POSTED' THEN 'POST' WHEN 'VOIDED' THEN 'VOID'
                                        ELSE 'EXPIRE' END)""",
    ),
    Check(
        4,
        "What is posted is never more than what was held, and each budget spent exactly that.",
        """SELECT format('hold %s', h.id) FROM offers_hold h
           LEFT JOIN offers_ledgerentry e ON e.hold_id = h.id AND e.kind = 'POST'
           LEFT JOIN offers_budgetcounter c ON c.id = e.counter_id
           WHERE h.ended_as = 'POSTED' GROUP BY h.id, c.account_id
           HAVING h.posted_minor > h.amount_minor OR h.posted_minor < 0
               OR (c.account_id IS NOT NULL AND sum(e.spent_minor) <> h.posted_minor)""",
    ),
    Check(
        4,
        "Nothing was posted after its hold had run out.",
        "SELECT format('hold %s', id) FROM offers_hold WHERE ended_as = 'POSTED' AND ended_at > expires_at",
    ),
    Check(
        4,
        "Only a proposal on which something can still be accepted has a live hold.",
        """SELECT format('hold %s', h.id) FROM offers_hold h JOIN offers_proposal p ON p.id = h.proposal_id
           WHERE h.ended_as = '' AND p.state NOT IN ('AUTHORISED', 'PRESENTED')""",
    ),
    Check(
        5,
        "Money is stored in whole minor units everywhere.",
        """SELECT format('%s.%s', table_name, column_name) FROM information_schema.columns
           WHERE table_schema = 'public' AND column_name LIKE '%\\_minor' AND data_type NOT IN ('bigint', 'integer')""",
    ),
    Check(
        5,
        "A concession is in its proposal's and its customer's currency.",
        """SELECT format('concession %s', n.id) FROM offers_concession n JOIN offers_proposal p ON p.id = n.proposal_id
           JOIN customers_customer u ON u.id = n.customer_id
           WHERE n.currency <> p.currency OR n.currency <> u.currency OR n.customer_id <> p.customer_id""",
    ),
    Check(
        6,
        "Every proposal names a limit that was in force for it, in its currency.",
        """SELECT format('proposal %s', p.id) FROM offers_proposal p
           LEFT JOIN offers_limitversion l ON l.id = p.limit_version_id
           WHERE l.id IS NULL OR l.valid_from > p.created_at OR l.currency <> p.currency
              OR (p.ruling = 'WITHIN' AND l.user_id IS NOT NULL AND l.user_id <> p.agent_id)
              OR (p.ruling = 'WITHIN' AND l.team_id IS NOT NULL AND l.team_id <> p.team_id)""",
    ),
    Check(
        7,
        "Nobody decided their own proposal, and a decision names when and under which limit.",
        """SELECT format('request %s', r.id) FROM offers_approvalrequest r
           JOIN offers_proposal p ON p.id = r.proposal_id
           WHERE r.decided_by_id IN (r.asked_by_id, p.agent_id) OR r.asked_by_id <> p.agent_id
              OR (r.decided_by_id IS NULL) <> (r.decided_at IS NULL)
              OR (r.state IN ('APPROVED', 'COUNTERED') AND (r.decided_by_id IS NULL OR r.limit_version_id IS NULL))""",
    ),
    Check(
        7,
        "What was over the agent's limit was presented only after an approval.",
        """SELECT format('proposal %s', p.id) FROM offers_proposal p
           LEFT JOIN offers_approvalrequest r ON r.proposal_id = coalesce(p.counter_of_id, p.id)
           WHERE p.presented_at IS NOT NULL AND p.ruling = 'NEEDS_APPROVAL'
             AND (r.state IS NULL OR r.state NOT IN ('APPROVED', 'COUNTERED') OR r.decided_at > p.presented_at)""",
    ),
    Check(
        7,
        "A proposal was countered at most once, and with less.",
        """SELECT format('proposal %s', p.id) FROM offers_proposal p JOIN offers_proposal c ON c.counter_of_id = p.id
           WHERE c.state <> 'WITHDRAWN' GROUP BY p.id, p.cost_minor
           HAVING count(*) > 1 OR max(c.cost_minor) >= p.cost_minor""",
    ),
    Check(
        8,
        "A key that has made a proposal names exactly that proposal.",
        """SELECT format('key %s', k.key) FROM customers_usedkey k LEFT JOIN offers_proposal p ON p.key = k.key
           WHERE k.act IN ('PROPOSE', 'ASK', 'COUNTER') AND k.result_code = 'OK'
             AND p.id IS DISTINCT FROM k.object_id""",
    ),
    Check(
        8,
        "No key has two effects.",
        """SELECT format('key %s', key) FROM (
               SELECT key FROM customers_usedkey GROUP BY key HAVING count(*) > 1
               UNION ALL SELECT key FROM offers_proposal GROUP BY key HAVING count(*) > 1) k""",
    ),
    Check(
        9,
        "An acceptance has exactly one concession of what was posted, and nothing else has one.",
        """SELECT format('proposal %s', p.id) FROM offers_proposal p
           LEFT JOIN offers_outcome o ON o.proposal_id = p.id LEFT JOIN offers_concession n ON n.proposal_id = p.id
           LEFT JOIN offers_hold h ON h.proposal_id = p.id AND h.ended_as = 'POSTED'
           GROUP BY p.id
           HAVING count(DISTINCT o.id) > 1 OR count(DISTINCT n.id) > 1 OR count(DISTINCT h.id) > 1
               OR (p.state = 'ACCEPTED') <> coalesce(bool_or(o.kind = 'ACCEPTED'), false)
               OR (p.state = 'ACCEPTED') <> (count(n.id) > 0)
               OR coalesce(bool_or(n.cost_minor <> o.posted_minor), false)
               OR coalesce(bool_or(h.posted_minor <> o.posted_minor), false)
               OR (p.state = 'ACCEPTED' AND p.cost_minor > 0 AND count(h.id) = 0)""",
    ),
    Check(
        9,
        "A proposal that has ended has exactly one outcome that says the same, and a live one has none.",
        """SELECT format('proposal %s', p.id) FROM offers_proposal p LEFT JOIN offers_outcome o ON o.proposal_id = p.id
           WHERE (p.state IN ('ACCEPTED', 'DECLINED', 'WITHDRAWN', 'LAPSED') AND o.kind IS DISTINCT FROM p.state)
              OR (p.state IN ('AWAITING', 'AUTHORISED', 'PRESENTED') AND o.id IS NOT NULL)""",
    ),
    Check(
        9,
        "Every concession has one message to billing, and every such message its concession.",
        """SELECT coalesce(format('concession %s', n.id), 'message ' || m.key) FROM offers_concession n
           FULL JOIN (SELECT max(key) AS key, (payload ->> 'proposal')::bigint AS proposal_id, count(*) AS messages
                      FROM customers_outboxmessage WHERE topic = 'billing.concession' GROUP BY 2) m
               ON m.proposal_id = n.proposal_id
           WHERE n.id IS NULL OR m.key IS NULL OR m.messages <> 1""",
    ),
    Check(
        9,
        "Every cancellation has one message to billing.",
        """SELECT format('cancellation %s', c.id) FROM customers_cancellation c
           LEFT JOIN (SELECT (payload ->> 'cancellation')::bigint AS id, count(*) AS messages
                      FROM customers_outboxmessage WHERE topic = 'billing.cancel' GROUP BY 1) m ON m.id = c.id
           WHERE c.customer_id IS NOT NULL AND coalesce(m.messages, 0) <> 1""",
    ),
    Check(
        10,
        "Every closed call has exactly one disposition, and none that is still open has one.",
        """SELECT format('call %s', c.id) FROM customers_call c
           LEFT JOIN customers_disposition d ON d.call_id = c.id AND d.line = '' AND d.corrects_id IS NULL
           GROUP BY c.id HAVING count(d.id) <> CASE WHEN c.state = 'CLOSED' THEN 1 ELSE 0 END""",
    ),
    Check(
        10,
        "Every disposition is corrected at most once, on its own call and line, with a reason.",
        """SELECT format('disposition %s', n.id) FROM customers_disposition n
           JOIN customers_disposition o ON o.id = n.corrects_id
           WHERE n.call_id <> o.call_id OR n.line <> o.line OR n.why = ''
              OR EXISTS (SELECT FROM customers_disposition x WHERE x.corrects_id = o.id AND x.id <> n.id)""",
    ),
    Check(
        10,
        "A call's episode is one of the same customer's calls, at most seven days older.",
        """SELECT format('call %s', c.id) FROM customers_call c LEFT JOIN customers_call f ON f.id = c.episode_id
           WHERE f.id IS NULL OR f.customer_id IS DISTINCT FROM c.customer_id OR f.episode_id <> f.id
              OR c.opened_at < f.opened_at OR c.opened_at - f.opened_at >= interval '7 days'""",
    ),
    Check(
        10,
        "Nothing was recorded in the future.",
        """SELECT what FROM (
               SELECT format('disposition %s', id) AS what, recorded_at AS at FROM customers_disposition
               UNION ALL SELECT format('outcome %s', id), recorded_at FROM offers_outcome
               UNION ALL SELECT format('audit event %s', id), recorded_at FROM customers_auditevent
               UNION ALL SELECT format('entry %s', id), recorded_at FROM offers_ledgerentry) r
           WHERE at > desk_now() + interval '1 minute'""",
    ),
    Check(
        10,
        "Every wall of the database stands: no trigger is switched off.",
        """SELECT format('%s on %s', t.tgname, c.relname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
           WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal AND t.tgenabled <> 'O'""",
    ),
    Check(
        11,
        "Every proposal is in the audit.",
        """SELECT format('proposal %s', p.id) FROM offers_proposal p WHERE NOT EXISTS (
               SELECT FROM customers_auditevent e WHERE e.object_kind = 'proposal' AND e.object_id = p.id)""",
    ),
    Check(
        11,
        "The audit's chains are whole: no gap, no changed event, and each ends where its head says.",
        """SELECT format('shard %s, event %s', shard, seq) FROM (
               SELECT e.*, lag(hash, 1, ''::bytea) OVER w AS before_hash, row_number() OVER w AS place
               FROM customers_auditevent e WINDOW w AS (PARTITION BY shard ORDER BY seq)) e
           WHERE seq <> place OR prev_hash <> before_hash
              OR hash <> sha256(prev_hash || audit_canonical(shard, seq, recorded_at, actor_id, actor_role, act,
                  object_kind, object_id, customer_id, call_id, limit_version_id, before, after, reason, key))
           UNION ALL
           SELECT format('head of shard %s', h.shard) FROM customers_audithead h
           LEFT JOIN (SELECT DISTINCT ON (shard) shard, seq, hash FROM customers_auditevent ORDER BY shard, seq DESC) l
               ON l.shard = h.shard
           WHERE (h.seq, h.hash) IS DISTINCT FROM (l.seq, l.hash)
           UNION ALL
           SELECT format('shard %s without a head', e.shard) FROM (SELECT DISTINCT shard FROM customers_auditevent) e
           WHERE NOT EXISTS (SELECT FROM customers_audithead h WHERE h.shard = e.shard)""",
    ),
    Check(
        12,
        "Nothing was presented after offers had closed or cancelling had become a must.",
        """SELECT format('proposal %s', p.id) FROM offers_proposal p JOIN customers_call c ON c.id = p.call_id
           WHERE p.presented_at > least(c.offers_closed_at, c.must_complete_by)
              OR (p.state = 'ACCEPTED' AND p.ended_at > c.offers_closed_at)""",
    ),
    Check(
        11,
        "What was typed as a reason is what the audit has committed to.",
        """SELECT format('remark %s', commitment) FROM customers_remark
           WHERE commitment
              <> 'typed:' || encode(substring(sha256(salt || convert_to(words, 'UTF8')) FOR 16), 'hex')""",
    ),
    Check(
        12,
        "No more offers were presented after the wish to cancel than the call's policy allows.",
        """SELECT format('call %s', c.id) FROM customers_call c JOIN offers_proposal p ON p.call_id = c.id
           WHERE p.presented_at >= c.asked_at GROUP BY c.id HAVING count(*) > c.offers_allowed""",
    ),
    Check(
        12,
        "What the policy wants read out was read out before every acceptance.",
        """SELECT format('proposal %s', p.id) FROM offers_proposal p JOIN offers_outcome o ON o.proposal_id = p.id
           JOIN customers_call c ON c.id = p.call_id JOIN customers_conductpolicy y ON y.id = c.policy_id
           WHERE o.kind = 'ACCEPTED'
             AND NOT coalesce(y.rules -> 'disclosures_before_accept', '[]') <@ to_jsonb(o.disclosures)""",
    ),
)


def run() -> Iterator[Finding]:
    """Run every check, one after the other."""
    for check in CHECKS:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*), (array_agg(what ORDER BY what))[1:{SHOWN}] FROM ({check.offenders}) o (what)"  # noqa: S608 (our own text)
            )
            count, first = cursor.fetchone()
        yield Finding(check, count, tuple(first or ()))
