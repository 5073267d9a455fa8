-- The floor of a supervisor's site: each agent's status, since when, calls and saves today, what is left of the budget.
-- What is usual: of the site's newest 300 calls of four weeks nine in ten took no longer; of fewer than 30 nothing is said.
-- Parameters: by (the supervisor).
WITH me AS MATERIALIZED (
    SELECT s.user_id, t.site_id, coalesce(i.time_zone, 'UTC') AS time_zone
    FROM offers_seat s
    LEFT JOIN customers_team t ON t.id = s.team_id
    LEFT JOIN customers_site i ON i.id = t.site_id
    WHERE s.user_id = %(by)s AND s.is_active
      AND EXISTS (SELECT FROM offers_seat a WHERE a.user_id = authority_of(s.user_id) AND a.grade IN ('SUPERVISOR', 'MANAGER'))
),
day AS (SELECT me.*, (date_trunc('day', desk_now() AT TIME ZONE time_zone) AT TIME ZONE time_zone) AS begins FROM me),
usual AS MATERIALIZED (
    SELECT CASE WHEN count(*) >= 30 THEN extract(epoch FROM percentile_disc(0.9) WITHIN GROUP (ORDER BY n.ended_at - n.opened_at))::int END AS on_call,
           CASE WHEN count(*) >= 30 THEN extract(epoch FROM percentile_disc(0.9) WITHIN GROUP (ORDER BY n.closed_at - n.ended_at))::int END AS wrap_up
    FROM (SELECT c.opened_at, c.ended_at, c.closed_at FROM customers_call c
          WHERE c.site_id = (SELECT site_id FROM me) AND c.opened_at > desk_now() - interval '28 days'
            AND c.state = 'CLOSED' AND c.abandoned_at IS NULL
          ORDER BY c.opened_at DESC LIMIT 300) n
)
SELECT coalesce(jsonb_agg(to_jsonb(f)), '[]')
FROM (
    SELECT u.id, concat_ws(' ', u.first_name, u.last_name) AS name, s.grade, t.name AS team,
           CASE WHEN r.id IS NOT NULL THEN 'WAITING' WHEN k.state = 'OPEN' THEN 'ON_CALL' WHEN k.state = 'WRAP_UP' THEN 'WRAP_UP'
                ELSE s.duty END AS status,
           -- Ready again since the last call was wrapped up, not since the morning.
           coalesce(r.asked_at, CASE WHEN k.state = 'OPEN' THEN k.opened_at ELSE k.ended_at END,
                    CASE WHEN s.duty = 'READY' THEN greatest(s.duty_since, l.closed_at) ELSE s.duty_since END) AS since,
           CASE WHEN r.id IS NOT NULL THEN NULL WHEN k.state = 'OPEN' THEN usual.on_call WHEN k.state = 'WRAP_UP' THEN usual.wrap_up END AS usual_seconds,
           desk_now() AS now, CASE WHEN k.state = 'OPEN' THEN k.id END AS call_id, d.calls, d.saved, w.left_minor, w.currency
    FROM day
    CROSS JOIN usual
    JOIN customers_team t ON day.site_id IS NULL OR t.site_id = day.site_id
    JOIN offers_seat s ON s.team_id = t.id AND s.is_active AND s.grade NOT IN ('SUPERVISOR', 'MANAGER')
    JOIN people_user u ON u.id = s.user_id AND u.is_active
    LEFT JOIN LATERAL (SELECT id, state, opened_at, ended_at FROM customers_call
                       WHERE agent_id = u.id AND state <> 'CLOSED' AND abandoned_at IS NULL ORDER BY opened_at DESC LIMIT 1) k ON true
    LEFT JOIN LATERAL (SELECT r.id, r.asked_at FROM offers_proposal p JOIN offers_approvalrequest r ON r.proposal_id = p.id
                       WHERE p.call_id = k.id AND p.state = 'AWAITING' AND (r.state <> 'OPEN' OR r.due_at > desk_now()) LIMIT 1) r ON true
    LEFT JOIN LATERAL (SELECT max(c.closed_at) AS closed_at FROM customers_call c
                       WHERE c.agent_id = u.id AND c.opened_at >= day.begins) l ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS calls,
               count(*) FILTER (WHERE x.kind IN ('SAVED_WITH_OFFER', 'SAVED_WITHOUT', 'PARTLY_SAVED', 'MOVED_WITH_US', 'NAME_TRANSFERRED')) AS saved
        FROM customers_call c JOIN customers_disposition x ON x.call_id = c.id AND x.line = ''
        WHERE c.agent_id = u.id AND c.opened_at >= day.begins
          AND NOT EXISTS (SELECT FROM customers_disposition y WHERE y.corrects_id = x.id)
          AND x.kind NOT IN ('NO_CANCEL_INTENT', 'UNAUTHORISED_CALLER')
    ) d ON true
    LEFT JOIN LATERAL (
        SELECT sum(n.ceiling_minor - n.held_minor - n.spent_minor) AS left_minor, min(a.currency) AS currency
        FROM offers_budgetaccount a JOIN offers_budgetcounter n ON n.account_id = a.id
        WHERE a.kind = 'AGENT' AND a.owner_id = u.id
          AND a.starts_on <= (desk_now() AT TIME ZONE day.time_zone)::date AND a.ends_on > (desk_now() AT TIME ZONE day.time_zone)::date
    ) w ON true
    ORDER BY array_position(ARRAY['WAITING', 'ON_CALL', 'WRAP_UP', 'READY', 'BREAK', 'AWAY', 'OFF'],
             CASE WHEN r.id IS NOT NULL THEN 'WAITING' WHEN k.state = 'OPEN' THEN 'ON_CALL' WHEN k.state = 'WRAP_UP' THEN 'WRAP_UP'
                  ELSE s.duty END::text), since
) f
