-- A supervisor's queue: what waits (least time left first), what was decided today, and the supervisor's own authority.
-- Parameters: by (the supervisor), language.
WITH me AS MATERIALIZED (
    SELECT s.user_id, s.grade, s.duty, t.site_id, i.time_zone, (desk_now() AT TIME ZONE coalesce(i.time_zone, 'UTC'))::date AS today,
           desk_now() - interval '1 day' AS since
    FROM offers_seat s
    LEFT JOIN customers_team t ON t.id = s.team_id
    LEFT JOIN customers_site i ON i.id = t.site_id
    WHERE s.user_id = %(by)s AND s.is_active
      AND EXISTS (SELECT FROM offers_seat a WHERE a.user_id = authority_of(s.user_id) AND a.grade IN ('SUPERVISOR', 'MANAGER'))
),
request AS (
    SELECT r.id, r.state, r.asked_at, r.due_at, r.decided_at, r.effective_at, r.note, r.decided_by_id, r.read_by_id, r.decision_reason,
           concat_ws(' ', e.first_name, e.last_name) AS reader, r.drawn_to_id, concat_ws(' ', w.first_name, w.last_name) AS drawn,
           concat_ws(' ', f.first_name, f.last_name) AS first_by, concat_ws(' ', c.first_name, c.last_name) AS decider,
           g.percent AS given_percent, g.months AS given_months, g.amount_minor AS given_amount_minor,
           p.id AS proposal_id, p.call_id, p.cost_minor, p.currency, p.percent, p.months, p.amount_minor, p.bill_before_minor,
           coalesce(v.words -> %(language)s::text, v.words -> 'en') ->> 'name' AS offer, o.kind, o.icon,
           concat_ws(' ', a.first_name, a.last_name) AS agent, p.agent_id,
           concat_ws(' ', u.given_name, u.family_name) AS customer, k.opened_at, k.must_complete_by, k.ask_count,
           coalesce(n.words ->> %(language)s::text, n.words ->> 'en', '') AS reason,
           coalesce(h.words ->> %(language)s::text, h.words ->> 'en', '') AS detail
    FROM me
    CROSS JOIN LATERAL (
        SELECT * FROM offers_approvalrequest WHERE state = 'OPEN'
        UNION ALL
        SELECT * FROM offers_approvalrequest WHERE state <> 'OPEN' AND decided_at > me.since) r
    -- One by one: joined plainly, all proposals there ever were have been merged with these few.
    CROSS JOIN LATERAL (SELECT * FROM offers_proposal x WHERE x.id = r.proposal_id LIMIT 1) p
    JOIN customers_call k ON k.id = p.call_id AND (me.site_id IS NULL OR k.site_id = me.site_id)
    JOIN offers_offerversion v ON v.id = p.offer_version_id
    JOIN offers_offer o ON o.id = v.offer_id
    JOIN people_user a ON a.id = p.agent_id
    JOIN customers_customer u ON u.id = p.customer_id
    LEFT JOIN customers_reason n ON n.id = k.reason_id
    LEFT JOIN customers_reason h ON h.id = k.reason_detail_id
    LEFT JOIN offers_grant g ON g.request_id = r.id AND g.withdrawn_at IS NULL
    LEFT JOIN people_user c ON c.id = r.decided_by_id
    LEFT JOIN people_user e ON e.id = r.read_by_id
    LEFT JOIN people_user w ON w.id = r.drawn_to_id
    LEFT JOIN people_user f ON f.id = r.first_by_id
)
SELECT jsonb_build_object(
    'now', desk_now(), 'today', me.today, 'grade', me.grade, 'duty', me.duty, 'site_id', me.site_id,
    'waiting', (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.drawn_to_id <> me.user_id, least(r.due_at, r.must_complete_by), r.id) FROM request r
                WHERE r.state = 'OPEN' AND r.due_at > desk_now() AND r.agent_id <> me.user_id),
    'decided', (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.decided_at DESC) FROM request r
                WHERE r.decided_at IS NOT NULL AND (r.decided_at AT TIME ZONE coalesce(me.time_zone, 'UTC'))::date = me.today),
    'median_seconds', (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.decided_at - r.asked_at)) FROM request r
                       WHERE (r.decided_at AT TIME ZONE coalesce(me.time_zone, 'UTC'))::date = me.today),
    'budgets', (SELECT jsonb_agg(jsonb_build_object('kind', b.kind, 'owner_id', b.owner_id, 'name', b.name, 'period', b.period, 'limit_minor', b.limit_minor,
                    'used_minor', b.used_minor, 'starts_on', b.starts_on, 'ends_on', b.ends_on, 'currency', b.currency) ORDER BY b.place, b.name)
                FROM (
                    SELECT a.kind, a.owner_id, a.period, a.limit_minor, a.starts_on, a.ends_on, a.currency,
                           coalesce(t.name, i.name, c.name, '') AS name,
                           array_position(ARRAY['TEAM', 'APPROVER', 'SITE', 'CAMPAIGN'], a.kind::text) AS place,
                           (SELECT sum(n.held_minor + n.spent_minor) FROM offers_budgetcounter n WHERE n.account_id = a.id) AS used_minor
                    FROM offers_budgetaccount a
                    LEFT JOIN customers_team t ON a.kind = 'TEAM' AND t.id = a.owner_id
                    LEFT JOIN customers_site i ON a.kind = 'SITE' AND i.id = a.owner_id
                    LEFT JOIN offers_campaign c ON a.kind = 'CAMPAIGN' AND c.id = a.owner_id
                    -- Of customers and of people's limits there are as many as customers and people.
                    WHERE a.kind IN ('TEAM', 'SITE', 'APPROVER', 'CAMPAIGN') AND a.starts_on <= me.today AND a.ends_on > me.today
                      AND ((a.kind = 'TEAM' AND (me.site_id IS NULL OR t.site_id = me.site_id))
                           OR (a.kind = 'SITE' AND (me.site_id IS NULL OR i.id = me.site_id))
                           OR (a.kind = 'APPROVER' AND a.owner_id = me.user_id) OR a.kind = 'CAMPAIGN')
                ) b)
)
FROM me
