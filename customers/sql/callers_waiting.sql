-- Callers whom nobody has answered yet, by queue, the longest first; NULL where no telephone system is connected.
-- A call of which nothing was heard for so long has ended, and nobody told. Parameters: site (NULL: every site), stale.
SELECT CASE WHEN count(*) > 0 THEN jsonb_build_object('now', desk_now(), 'queues', coalesce((
    SELECT jsonb_agg(to_jsonb(q) ORDER BY q.since, q.name) FROM (
        SELECT coalesce(r.name, t.queue) AS name, count(*) AS callers, min(t.waiting_since) AS since
        FROM customers_telephonecall t
        JOIN customers_telephoneconnection n ON n.id = t.connection_id AND n.active
            AND (n.site_id = %(site)s OR %(site)s::bigint IS NULL)
        LEFT JOIN customers_telephoneroute r
            ON r.connection_id = t.connection_id AND r.kind = 'QUEUE' AND r.code = t.queue AND r.active
        WHERE t.state = 'RINGING' AND t.changed_at > desk_now() - %(stale)s
        GROUP BY coalesce(r.name, t.queue)
    ) q), '[]')) END
FROM customers_telephoneconnection c
WHERE c.active AND (c.site_id = %(site)s OR %(site)s::bigint IS NULL)
