-- What a site has promised and not kept: call-backs that are due or late, and calls that nobody took over. Parameters: site, waits.
SELECT jsonb_build_object(
    'now', n.now,
    'call_backs', (SELECT jsonb_agg(x ORDER BY x.due_at) FROM (
        SELECT b.id, c.id AS call_id, c.call_back_at AS due_at, c.call_back_note AS note, t.name AS team, b.overdue_at,
            coalesce(trim(u.given_name || ' ' || u.family_name), '') AS customer,
            coalesce(nullif(trim(p.first_name || ' ' || p.last_name), ''), p.username) AS promised_by,
            coalesce(nullif(trim(w.first_name || ' ' || w.last_name), ''), w.username, '') AS with_name, c.asked_at
        FROM customers_callback b JOIN customers_call c ON c.id = b.call_id JOIN customers_team t ON t.id = b.team_id
        JOIN {user} p ON p.id = c.agent_id LEFT JOIN {user} w ON w.id = b.taken_by_id
        LEFT JOIN customers_customer u ON u.id = c.customer_id
        WHERE b.ended_at IS NULL AND c.state <> 'OPEN' AND c.site_id = %(site)s ORDER BY c.call_back_at LIMIT 100) x),
    'handed_over', (SELECT jsonb_agg(x ORDER BY x.handed_at) FROM (
        SELECT h.id, c.id AS call_id, h.handed_at, h.note, t.name AS team, h.missed_at, c.asked_at,
            coalesce(trim(u.given_name || ' ' || u.family_name), '') AS customer,
            coalesce(nullif(trim(p.first_name || ' ' || p.last_name), ''), p.username) AS from_name
        FROM customers_handover h JOIN customers_call c ON c.id = h.call_id JOIN customers_team t ON t.id = h.to_team_id
        JOIN {user} p ON p.id = c.agent_id LEFT JOIN customers_customer u ON u.id = c.customer_id
        WHERE h.taken_at IS NULL AND h.handed_at > n.now - %(waits)s::interval AND t.site_id = %(site)s
        ORDER BY h.handed_at LIMIT 100) x)
) FROM (SELECT desk_now() AS now) n
