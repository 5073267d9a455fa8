-- Who answers questions at a supervisor's site, in the order of the draw (who may say yes to all comes before that, question by
-- question), with why each may not have the supervisor's own open questions. Parameters: by, language.
WITH me AS MATERIALIZED (
    SELECT s.user_id, t.site_id
    FROM offers_seat s
    LEFT JOIN customers_team t ON t.id = s.team_id
    WHERE s.user_id = %(by)s AND s.is_active
      AND EXISTS (SELECT FROM offers_seat a WHERE a.user_id = authority_of(s.user_id) AND a.grade IN ('SUPERVISOR', 'MANAGER'))
),
mine AS MATERIALIZED (
    SELECT r.id, r.asked_at, r.due_at, concat_ws(' ', a.first_name, a.last_name) AS agent, p.cost_minor, p.currency,
           coalesce(v.words -> %(language)s::text, v.words -> 'en') ->> 'name' AS offer
    FROM me
    JOIN offers_approvalrequest r ON r.drawn_to_id = me.user_id AND r.state = 'OPEN' AND r.due_at > desk_now()
    JOIN offers_proposal p ON p.id = r.proposal_id
    JOIN offers_offerversion v ON v.id = p.offer_version_id
    JOIN people_user a ON a.id = p.agent_id
)
SELECT jsonb_build_object(
    'now', desk_now(),
    'mine', (SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY m.due_at, m.id), '[]') FROM mine m),
    'people', (
        SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY NOT x.on_duty, x.acts_as = 'MANAGER', x.duty <> 'READY', x.open, x.last_at NULLS FIRST, x.user_id), '[]')
        FROM (
            SELECT s.user_id, concat_ws(' ', u.first_name, u.last_name) AS name, s.grade, s.duty, s.duty_since, a.grade AS acts_as,
                   CASE WHEN a.user_id <> s.user_id THEN concat_ws(' ', o.first_name, o.last_name) ELSE '' END AS of_whom,
                   s.duty NOT IN ('OFF', 'BREAK', 'AWAY') AS on_duty,
                   (SELECT count(*) FROM offers_approvalrequest q WHERE q.drawn_to_id = s.user_id AND q.state = 'OPEN') AS open,
                   (SELECT max(d.drawn_at) FROM offers_approvaldraw d WHERE d.user_id = s.user_id) AS last_at,
                   CASE WHEN s.user_id <> me.user_id THEN
                       (SELECT jsonb_object_agg(m.id, coalesce(cannot_answer(m.id, s.user_id), '')) FROM mine m) END AS why
            FROM offers_seat s
            JOIN people_user u ON u.id = s.user_id AND u.is_active
            JOIN offers_seat a ON a.user_id = authority_of(s.user_id) AND a.is_active AND a.grade IN ('SUPERVISOR', 'MANAGER')
            JOIN people_user o ON o.id = a.user_id
            LEFT JOIN customers_team t ON t.id = s.team_id
            WHERE s.is_active AND s.grade IN ('SENIOR', 'SUPERVISOR', 'MANAGER')
              AND (me.site_id IS NULL OR t.site_id IS NULL OR t.site_id = me.site_id)
        ) x),
    'notes', (
        SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.at DESC), '[]')
        FROM (SELECT n.id, n.text, n.recorded_at AS at, e.recorded_at AS seen_at, concat_ws(' ', u.first_name, u.last_name) AS to
              FROM offers_silentnote n JOIN people_user u ON u.id = n.to_id LEFT JOIN offers_silentnoteseen e ON e.note_id = n.id
              WHERE n.by_id = me.user_id AND n.recorded_at > desk_now() - interval '12 hours'
              ORDER BY n.recorded_at DESC LIMIT 20) x))
FROM me
