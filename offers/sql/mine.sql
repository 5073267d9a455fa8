-- What an agent may give and has asked for: limit in force, own budget of this period, today's questions, and what was offered on
-- today's calls. Parameters: by (the agent), language.
WITH me AS MATERIALIZED (
    SELECT s.user_id, s.team_id, s.grade, s.duty, s.duty_since, c.currency, coalesce(i.time_zone, 'UTC') AS time_zone,
           (desk_now() AT TIME ZONE coalesce(i.time_zone, 'UTC'))::date AS today
    FROM offers_seat s
    LEFT JOIN customers_team t ON t.id = s.team_id
    LEFT JOIN customers_site i ON i.id = t.site_id
    LEFT JOIN customers_company c ON true
    WHERE s.user_id = %(by)s AND s.is_active
)
SELECT jsonb_build_object(
    'now', desk_now(), 'today', me.today, 'currency', coalesce(me.currency, ''), 'grade', me.grade, 'duty', me.duty,
    'duty_since', me.duty_since,
    'limit', (SELECT to_jsonb(v) || jsonb_build_object('grade', me.grade) FROM offers_limitversion v
              WHERE v.id = (SELECT limit_in_force(me.user_id, me.currency))),
    'budget', coalesce(
        (SELECT jsonb_build_object('limit_minor', a.limit_minor, 'starts_on', a.starts_on, 'ends_on', a.ends_on,
                    'left_minor', sum(CASE WHEN n.frozen THEN 0 ELSE n.ceiling_minor - n.held_minor - n.spent_minor END))
         FROM offers_budgetaccount a JOIN offers_budgetcounter n ON n.account_id = a.id
         WHERE a.kind = 'AGENT' AND a.owner_id = me.user_id AND a.currency = me.currency
           AND a.starts_on <= me.today AND a.ends_on > me.today
         GROUP BY a.id ORDER BY a.starts_on DESC LIMIT 1),
        (SELECT jsonb_build_object('limit_minor', p.amount_minor, 'left_minor', p.amount_minor,
                    'starts_on', date_trunc(lower(p.period), me.today::timestamp)::date,
                    'ends_on', (date_trunc(lower(p.period), me.today::timestamp) + ('1 ' || lower(p.period))::interval)::date)
         FROM offers_budgetplan p WHERE p.kind = 'AGENT' AND p.owner_id = me.user_id AND p.currency = me.currency)),
    -- What a save has cost this person on average; nothing while they have few.
    'usual_minor', (SELECT sum(n.spent_minor) / nullif(sum(n.spent_count), 0) FROM offers_budgetaccount a
                    JOIN offers_budgetcounter n ON n.account_id = a.id
                    WHERE a.kind = 'AGENT' AND a.owner_id = me.user_id AND a.currency = me.currency AND a.starts_on > me.today - 90
                    HAVING sum(n.spent_count) >= 3),
    'ready', (SELECT count(*) FROM offers_seat s WHERE s.team_id = me.team_id AND s.is_active AND s.duty = 'READY'
                AND NOT EXISTS (SELECT FROM customers_call k WHERE k.agent_id = s.user_id AND k.state = 'OPEN')),
    'answers', (SELECT jsonb_object_agg(x.state, x.number) FROM (
                    SELECT r.state, count(*) AS number FROM offers_approvalrequest r
                    WHERE r.asked_by_id = me.user_id AND (r.asked_at AT TIME ZONE me.time_zone)::date = me.today GROUP BY r.state) x),
    'median_seconds', (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.decided_at - r.asked_at))
                       FROM offers_approvalrequest r WHERE r.asked_by_id = me.user_id AND r.decided_at IS NOT NULL
                         AND (r.asked_at AT TIME ZONE me.time_zone)::date = me.today),
    'offered', (SELECT jsonb_agg(jsonb_build_object('call_id', x.call_id, 'name', x.name, 'state', x.state, 'cost_minor', x.cost_minor,
                    'currency', x.currency))
                FROM (
                    SELECT DISTINCT ON (p.call_id) p.call_id, coalesce(v.words -> %(language)s::text, v.words -> 'en') ->> 'name' AS name,
                           p.state, CASE WHEN p.state = 'ACCEPTED' THEN p.cost_minor END AS cost_minor, p.currency
                    FROM offers_proposal p
                    JOIN customers_call k ON k.id = p.call_id
                    JOIN offers_offerversion v ON v.id = p.offer_version_id
                    WHERE k.agent_id = me.user_id AND (k.opened_at AT TIME ZONE me.time_zone)::date = me.today
                    ORDER BY p.call_id, (p.state = 'ACCEPTED') DESC, p.id DESC) x)
)
FROM me
