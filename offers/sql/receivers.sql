-- Teams and who of them is on duty; managers take no calls. Parameters: by (who asks, and is left out).
SELECT jsonb_agg(x ORDER BY x.is_own DESC, x.name) FROM (
    SELECT t.id, t.name, i.name AS site, t.id = (SELECT team_id FROM offers_seat WHERE user_id = %(by)s) AS is_own,
        (SELECT jsonb_agg(jsonb_build_object('id', u.id, 'name', coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''),
                    u.username), 'duty', s.duty, 'on_call', k.id IS NOT NULL)
                ORDER BY s.duty <> 'READY', k.id IS NOT NULL, u.first_name, u.last_name)
         FROM offers_seat s JOIN people_user u ON u.id = s.user_id
         LEFT JOIN customers_call k ON k.agent_id = u.id AND k.state = 'OPEN'
         WHERE s.team_id = t.id AND s.is_active AND u.is_active AND s.grade <> 'MANAGER' AND s.duty <> 'OFF' AND u.id <> %(by)s
        ) AS people
    FROM customers_team t JOIN customers_site i ON i.id = t.site_id) x
