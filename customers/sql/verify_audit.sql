-- The first event of every chain that does not prove itself: its content was changed, it or the one before it is missing
-- or there twice, it does not hang on the one before it, or the chain does not end where its head says.
WITH changed AS (
    SELECT shard, seq, id, 'CHANGED' AS fault
    FROM public.customers_auditevent
    WHERE (%(shard)s::bigint IS NULL OR shard = %(shard)s)
        AND hash IS DISTINCT FROM sha256(prev_hash || convert_to({canonical}, 'UTF8'))
),
walked AS (
    SELECT shard, seq, id, prev_hash, lag(seq, 1, 0::bigint) OVER chain AS seq_before,
        lag(hash, 1, '\x'::bytea) OVER chain AS hash_before
    FROM public.customers_auditevent
    WHERE %(shard)s::bigint IS NULL OR shard = %(shard)s
    WINDOW chain AS (PARTITION BY shard ORDER BY seq)
),
broken AS (
    SELECT shard, CASE WHEN seq > seq_before + 1 THEN seq_before + 1 ELSE seq END AS seq,
        CASE WHEN seq > seq_before + 1 THEN NULL ELSE id END AS id,
        CASE WHEN seq > seq_before + 1 THEN 'MISSING' WHEN seq <= seq_before THEN 'DOUBLED' ELSE 'UNLINKED' END AS fault
    FROM walked
    WHERE seq <> seq_before + 1 OR prev_hash IS DISTINCT FROM hash_before
),
reached AS (
    SELECT shard, max(seq) AS seq FROM public.customers_auditevent
    WHERE %(shard)s::bigint IS NULL OR shard = %(shard)s GROUP BY shard
),
ended AS (
    SELECT coalesce(head.shard, reached.shard) AS shard,
        CASE WHEN reached.seq = head.seq THEN head.seq ELSE least(coalesce(reached.seq, 0), coalesce(head.seq, 0)) + 1 END AS seq,
        NULL::bigint AS id, 'TAIL' AS fault
    FROM (SELECT * FROM public.customers_audithead WHERE %(shard)s::bigint IS NULL OR shard = %(shard)s) head
    FULL JOIN reached ON reached.shard = head.shard
    LEFT JOIN public.customers_auditevent event ON event.shard = reached.shard AND event.seq = reached.seq
    WHERE head.seq IS DISTINCT FROM reached.seq OR head.hash IS DISTINCT FROM event.hash
)
SELECT DISTINCT ON (shard) shard, seq, id, fault
FROM (SELECT * FROM changed UNION ALL SELECT * FROM broken UNION ALL SELECT * FROM ended) bad
ORDER BY shard, seq, fault
