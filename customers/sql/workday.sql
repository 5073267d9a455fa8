-- An agent's day, as one jsonb: their calls, what waits for them and their team, and the team's day beside theirs.
-- Parameters: by, team, zone, language, first_for, taken_for, waits (intervals), saved, none (dispositions).
WITH me AS MATERIALIZED (
    SELECT desk_now() AS now, date_trunc('day', desk_now() AT TIME ZONE %(zone)s) AT TIME ZONE %(zone)s AS since,
        (SELECT site_id FROM customers_team WHERE id = %(team)s::bigint) AS site_id
),
begun AS (
    SELECT c.* FROM me JOIN customers_call c ON c.agent_id = %(by)s AND c.opened_at >= me.since
    UNION ALL
    SELECT c.* FROM me JOIN customers_call c ON c.site_id = me.site_id AND c.team_id = %(team)s::bigint
        AND c.agent_id <> %(by)s AND c.opened_at >= me.since
),
taken AS MATERIALIZED (
    SELECT c.id, c.agent_id, c.state, c.opened_at, c.ended_at, c.closed_at, c.customer_id, c.reason_id, c.must_complete_by, d.kind
    FROM begun c
    LEFT JOIN LATERAL (
        SELECT d.kind FROM customers_disposition d
        WHERE d.call_id = c.id AND d.line = '' AND NOT EXISTS (SELECT FROM customers_disposition x WHERE x.corrects_id = d.id)
    ) d ON true
),
mine AS (
    SELECT t.*, trim(u.given_name || ' ' || u.family_name) AS name, u.account_key,
        coalesce(r.words ->> %(language)s, r.words ->> 'en', '') AS reason
    FROM taken t LEFT JOIN customers_customer u ON u.id = t.customer_id LEFT JOIN customers_reason r ON r.id = t.reason_id
    WHERE t.agent_id = %(by)s
),
figures AS (
    SELECT t.agent_id = %(by)s AS own, count(DISTINCT t.agent_id) AS agents,
        count(t.kind) FILTER (WHERE NOT t.kind = ANY (%(none)s)) AS calls,
        count(*) FILTER (WHERE t.kind = ANY (%(saved)s)) AS saved,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.ended_at - t.opened_at)) AS call_seconds,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.closed_at - t.ended_at)) AS wrap_seconds
    FROM taken t GROUP BY GROUPING SETS ((t.agent_id = %(by)s), ())
)
SELECT jsonb_build_object(
    'now', me.now,
    'calls', (SELECT jsonb_agg(jsonb_build_object('id', m.id, 'state', m.state, 'opened_at', m.opened_at, 'ended_at', m.ended_at,
                  'customer_id', m.customer_id,
                  'customer', coalesce(m.name, ''), 'account_tail', coalesce(right(m.account_key, 4), ''), 'reason', m.reason,
                  'disposition', m.kind) ORDER BY m.closed_at IS NOT NULL, m.opened_at DESC) FROM mine m),
    'own', (SELECT to_jsonb(f) FROM figures f WHERE f.own),
    'team', (SELECT to_jsonb(f) FROM figures f WHERE f.own IS NULL),
    'cancelled', (SELECT jsonb_build_object('calls', count(*), 'on_time',
                      count(*) FILTER (WHERE m.must_complete_by IS NULL OR n.recorded_at <= m.must_complete_by))
                  FROM mine m CROSS JOIN LATERAL (
                      SELECT min(x.recorded_at) AS recorded_at FROM customers_cancellation x WHERE x.call_id = m.id
                        AND NOT EXISTS (SELECT FROM customers_cancellationundo o WHERE o.cancellation_id = x.id)) n
                  WHERE n.recorded_at IS NOT NULL),
    'handed_over', (SELECT jsonb_agg(x ORDER BY x.handed_at) FROM (
        SELECT h.id, h.note, h.handed_at, c.ask_count, c.must_complete_by, coalesce(trim(u.given_name || ' ' || u.family_name), '') AS customer,
            c.identity = 'CHECKED' AS checked, coalesce(nullif(trim(p.first_name || ' ' || p.last_name), ''), p.username) AS from_name,
            coalesce(h.to_agent_id = %(by)s, false) AS to_me
        FROM customers_handover h JOIN customers_call c ON c.id = h.call_id JOIN {user} p ON p.id = c.agent_id
        LEFT JOIN customers_customer u ON u.id = c.customer_id
        WHERE h.taken_at IS NULL AND h.handed_at > me.now - %(waits)s::interval AND c.agent_id <> %(by)s
          AND (h.to_agent_id = %(by)s OR (h.to_team_id = %(team)s::bigint
               AND (h.to_agent_id IS NULL OR h.handed_at <= me.now - %(first_for)s::interval)))) x),
    'call_backs', (SELECT jsonb_agg(x ORDER BY x.due_at) FROM (
        SELECT b.id, c.call_back_at AS due_at, c.call_back_note AS note, coalesce(trim(u.given_name || ' ' || u.family_name), '') AS customer,
            c.agent_id = %(by)s AS mine, coalesce(nullif(trim(p.first_name || ' ' || p.last_name), ''), p.username) AS promised_by,
            CASE WHEN b.taken_at > me.now - %(taken_for)s::interval THEN b.taken_by_id END AS with_id,
            CASE WHEN b.taken_at > me.now - %(taken_for)s::interval
                THEN coalesce(nullif(trim(w.first_name || ' ' || w.last_name), ''), w.username, '') ELSE '' END AS with_name,
            (SELECT k.asked_at FROM customers_call k WHERE k.id = c.id AND NOT EXISTS (
                SELECT FROM customers_cancellation n WHERE n.call_id = c.id AND NOT EXISTS (
                    SELECT FROM customers_cancellationundo o WHERE o.cancellation_id = n.id))) AS asked_at
        FROM customers_callback b JOIN customers_call c ON c.id = b.call_id JOIN {user} p ON p.id = c.agent_id
        LEFT JOIN customers_customer u ON u.id = c.customer_id LEFT JOIN {user} w ON w.id = b.taken_by_id
        WHERE b.team_id = %(team)s::bigint AND b.ended_at IS NULL AND c.state <> 'OPEN' ORDER BY c.call_back_at LIMIT 50) x)
) FROM me
