-- What has been added to every chain since its last seal, in blocks: the hash that each block ends with, the first 8 bytes
-- of every hash in it, and whether it proves itself (each event by its content, hanging on the one before, none missing).
WITH moved AS (
    SELECT head.shard, coalesce(sealed.seq, 0) AS since, coalesce(sealed.hash, '\x') AS since_hash, head.seq, head.hash
    FROM public.customers_audithead head
    LEFT JOIN LATERAL (
        SELECT seq, hash FROM public.customers_auditseal WHERE shard = head.shard ORDER BY seq DESC LIMIT 1
    ) sealed ON true
    WHERE (head.seq, head.hash) IS DISTINCT FROM (sealed.seq, sealed.hash) AND head.seq > 0
),
event AS (
    SELECT shard, seq, hash, (seq - since - 1) / %(block)s AS block,
        seq = lag(seq, 1, since) OVER chain + 1 AND prev_hash = lag(hash, 1, since_hash) OVER chain
            AND hash = sha256(prev_hash || convert_to({canonical}, 'UTF8')) AS proves
    FROM (
        SELECT event.*, moved.since, moved.since_hash
        FROM moved JOIN public.customers_auditevent event
            ON event.shard = moved.shard AND event.seq > moved.since AND event.seq <= moved.seq
    ) added
    WINDOW chain AS (PARTITION BY shard ORDER BY seq)
),
block AS (
    SELECT shard, min(seq) AS first, max(seq) AS seq, (array_agg(hash ORDER BY seq DESC))[1] AS hash,
        string_agg(substr(hash, 1, 8), ''::bytea ORDER BY seq) AS marks, bool_and(proves) AS proves
    FROM event GROUP BY shard, block
)
SELECT moved.shard, block.first, block.seq, block.hash, block.marks,
    coalesce(bool_and(block.proves) OVER (PARTITION BY moved.shard), false)
        AND (max(block.seq) OVER (PARTITION BY moved.shard)) = moved.seq
        AND last_value(block.hash) OVER (PARTITION BY moved.shard ORDER BY block.seq
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) = moved.hash AS proves
FROM moved LEFT JOIN block ON block.shard = moved.shard
ORDER BY moved.shard, block.first
