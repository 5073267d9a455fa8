-- What was offered last on each of these calls, what was accepted before all else. Parameters: calls, language.
SELECT jsonb_agg(x) FROM (
    SELECT DISTINCT ON (p.call_id) p.call_id, coalesce(v.words -> %(language)s::text, v.words -> 'en') ->> 'name' AS name,
        p.state, CASE WHEN p.state = 'ACCEPTED' THEN p.cost_minor END AS cost_minor, p.currency
    FROM offers_proposal p JOIN offers_offerversion v ON v.id = p.offer_version_id
    WHERE p.call_id = ANY (%(calls)s::bigint[])
    ORDER BY p.call_id, (p.state = 'ACCEPTED') DESC, p.id DESC) x
