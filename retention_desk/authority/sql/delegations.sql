-- Who stands in for whom, now and later, and whose turn is over; of the people of one site or of all.
WITH people AS NOT MATERIALIZED (
    SELECT u.id, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) AS name, s.grade, t.site_id
    FROM people_user u JOIN offers_seat s ON s.user_id = u.id AND s.is_active LEFT JOIN customers_team t ON t.id = s.team_id
    WHERE u.is_active
), told AS (
    SELECT d.id, d.of_id, d.to_id, d.starts_at, d.ends_at, d.ended_at, d.why, o.name AS of, t.name AS to,
        (SELECT coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) FROM people_user u WHERE u.id = d.given_by_id) AS giver,
        d.starts_at <= desk_now() AS began
    FROM offers_delegation d JOIN people o ON o.id = d.of_id JOIN people t ON t.id = d.to_id
    WHERE %(site)s::bigint IS NULL OR %(site)s IN (o.site_id, t.site_id)
)
SELECT jsonb_build_object(
    'now', desk_now(),
    'running', (SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d.starts_at), '[]') FROM told d WHERE d.ended_at IS NULL AND d.ends_at > desk_now()),
    'past', (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.starts_at DESC), '[]')
        FROM (SELECT * FROM told WHERE ended_at IS NOT NULL OR ends_at <= desk_now() ORDER BY starts_at DESC LIMIT 20) x),
    'lenders', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name), '[]') FROM people
        WHERE grade IN ('SUPERVISOR', 'MANAGER') AND (%(site)s::bigint IS NULL OR site_id = %(site)s)),
    'borrowers', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name), '[]') FROM people
        WHERE grade IN ('SENIOR', 'SUPERVISOR', 'MANAGER') AND (%(site)s::bigint IS NULL OR site_id = %(site)s))
)
