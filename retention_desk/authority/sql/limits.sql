-- Every limit in force and to come but those of storms, raises and promotions that wait, and whose limits there can be.
WITH people AS NOT MATERIALIZED (
    SELECT u.id, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) AS name, s.grade, s.team_id, s.is_active AND u.is_active AS active
    FROM people_user u LEFT JOIN offers_seat s ON s.user_id = u.id
), told AS (
    SELECT v.*, p.name AS person, t.name AS team, a.name AS recorder, c.name AS confirmer
    FROM offers_limitversion v
    LEFT JOIN people p ON p.id = v.user_id LEFT JOIN customers_team t ON t.id = v.team_id
    LEFT JOIN people a ON a.id = v.recorded_by_id LEFT JOIN people c ON c.id = v.confirmed_by_id
    WHERE v.storm_id IS NULL
)
SELECT jsonb_build_object(
    'now', desk_now(),
    'currency', (SELECT currency FROM customers_company LIMIT 1),
    'limits', (SELECT coalesce(jsonb_agg(to_jsonb(n) ORDER BY n.user_id IS NOT NULL, n.team_id IS NOT NULL, grade_rank(n.grade), n.team, n.person,
                   n.family, n.tier, n.tenure_from_months), '[]')
        FROM (SELECT DISTINCT ON (user_id, team_id, grade, family, tier, tenure_from_months, currency) * FROM told
              WHERE valid_from <= desk_now()
              ORDER BY user_id, team_id, grade, family, tier, tenure_from_months, currency, valid_from DESC, id DESC) n
        WHERE NOT n.ends),
    'pending', (SELECT coalesce(jsonb_agg(to_jsonb(n) ORDER BY n.valid_from), '[]') FROM told n WHERE n.valid_from > desk_now()),
    'raises', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'figures', l.figures, 'asked_at', l.asked_at, 'asked_by', l.asked_by_id,
                   'asker', a.name, 'why', l.why, 'person', p.name, 'team', t.name) ORDER BY l.asked_at), '[]')
        FROM offers_limitraise l JOIN people a ON a.id = l.asked_by_id
        LEFT JOIN people p ON p.id = (l.figures ->> 'user_id')::bigint LEFT JOIN customers_team t ON t.id = (l.figures ->> 'team_id')::bigint
        WHERE l.state = 'OPEN'),
    'promotions', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'user', m.user_id, 'person', p.name, 'state', m.state,
                       'from_grade', m.from_grade, 'grade', m.grade, 'from_team', f.name, 'team', t.name, 'asked_by', m.asked_by_id, 'asker', a.name,
                       'asked_at', m.asked_at, 'why', m.why, 'confirmer', c.name, 'begins_at', m.begins_at) ORDER BY m.asked_at), '[]')
        FROM offers_promotion m JOIN people p ON p.id = m.user_id JOIN people a ON a.id = m.asked_by_id LEFT JOIN people c ON c.id = m.decided_by_id
        LEFT JOIN customers_team f ON f.id = m.from_team_id LEFT JOIN customers_team t ON t.id = m.team_id
        WHERE m.state IN ('OPEN', 'CONFIRMED')),
    'teams', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name), '[]') FROM customers_team),
    'people', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name), '[]') FROM people WHERE grade IS NOT NULL AND active)
)
