-- The first event of every chain that does not prove itself: its content was changed, the one before it is missing,
-- it does not hang on the one before it, or the chain does not end where its head says.
WITH event AS (
    SELECT shard, seq, id, hash, prev_hash,
        sha256(prev_hash || audit_canonical(shard, seq, recorded_at, actor_id, actor_role, act, object_kind, object_id, customer_id,
            call_id, limit_version_id, before, after, reason, key)) AS worked_out,
        lag(seq, 1, 0::bigint) OVER chain AS seq_before,
        lag(hash, 1, '\x'::bytea) OVER chain AS hash_before
    FROM customers_auditevent
    WHERE %(shard)s::bigint IS NULL OR shard = %(shard)s
    WINDOW chain AS (PARTITION BY shard ORDER BY seq)
),
bad AS (
    SELECT shard, CASE WHEN seq <> seq_before + 1 THEN seq_before + 1 ELSE seq END AS seq,
        CASE WHEN seq <> seq_before + 1 THEN NULL ELSE id END AS id,
        CASE WHEN seq <> seq_before + 1 THEN 'MISSING' WHEN hash <> worked_out THEN 'CHANGED' ELSE 'UNLINKED' END AS fault
    FROM event
    WHERE seq <> seq_before + 1 OR hash <> worked_out OR prev_hash <> hash_before
    UNION ALL
    SELECT coalesce(h.shard, l.shard), CASE WHEN l.seq = h.seq THEN l.seq ELSE least(coalesce(l.seq, 0), coalesce(h.seq, 0)) + 1 END, NULL, 'TAIL'
    FROM (SELECT * FROM customers_audithead WHERE %(shard)s::bigint IS NULL OR shard = %(shard)s) h
    FULL JOIN (SELECT DISTINCT ON (shard) shard, seq, hash FROM event ORDER BY shard, seq DESC) l ON l.shard = h.shard
    WHERE (h.seq, h.hash) IS DISTINCT FROM (l.seq, l.hash)
)
SELECT DISTINCT ON (shard) shard, seq, id, fault FROM bad ORDER BY shard, seq, fault
