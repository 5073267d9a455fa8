-- Storm reserves with their limits, and how they have been used; of one site or of all.
WITH people AS NOT MATERIALIZED (
    SELECT u.id, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) AS name FROM people_user u
)
SELECT jsonb_build_object(
    'now', desk_now(),
    'currency', (SELECT currency FROM customers_company LIMIT 1),
    'sites', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name), '[]') FROM customers_site
              WHERE %(site)s::bigint IS NULL OR id = %(site)s),
    'reserves', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, 'site', i.name, 'currency', r.currency,
            'amount_minor', r.amount_minor, 'signed_at', r.signed_at, 'signed_by', r.signed_by_id, 'signer', a.name,
            'countersigned_at', r.countersigned_at, 'countersigner', b.name,
            'limits', (SELECT coalesce(jsonb_agg(to_jsonb(v) ORDER BY grade_rank(v.grade)), '[]') FROM offers_limitversion v WHERE v.storm_id = r.id),
            'left_minor', (SELECT sum(c.ceiling_minor - c.held_minor - c.spent_minor)::bigint FROM offers_budgetaccount x
                JOIN offers_budgetcounter c ON c.account_id = x.id WHERE x.kind = 'STORM' AND x.owner_id = r.id),
            'running', (SELECT to_jsonb(s) || jsonb_build_object('starter', p.name) FROM offers_storm s JOIN people p ON p.id = s.started_by_id
                WHERE s.reserve_id = r.id AND s.ended_at IS NULL)) ORDER BY i.name, r.signed_at DESC), '[]')
        FROM offers_stormreserve r JOIN customers_site i ON i.id = r.site_id JOIN people a ON a.id = r.signed_by_id
        LEFT JOIN people b ON b.id = r.countersigned_by_id
        WHERE r.retired_at IS NULL AND (%(site)s::bigint IS NULL OR r.site_id = %(site)s)),
    'past', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]')
        FROM (SELECT s.id, r.name, i.name AS site, s.started_at, s.ended_at, s.why, p.name AS starter, e.name AS ender
              FROM offers_storm s JOIN offers_stormreserve r ON r.id = s.reserve_id JOIN customers_site i ON i.id = r.site_id
              JOIN people p ON p.id = s.started_by_id LEFT JOIN people e ON e.id = s.ended_by_id
              WHERE s.ended_at IS NOT NULL AND (%(site)s::bigint IS NULL OR r.site_id = %(site)s)
              ORDER BY s.started_at DESC LIMIT 20) x)
)
