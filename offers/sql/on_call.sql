-- Everything that ruling and ranking need of one call, in one statement: who may give what, what is left of it, the catalogue
-- in force, and what this customer has been given. Parameters: call, by (the agent), language, known (marks of the catalogue).
WITH c AS MATERIALIZED (
    SELECT k.id, k.customer_id, k.agent_id, k.team_id, k.site_id, k.episode_id, k.asked_at, u.currency, l.today,
           value_tier(12 * k.monthly_bill_minor) AS tier, coalesce(whole_months(u.customer_since, l.today), 0) AS tenure
    FROM customers_call k
    JOIN customers_site s ON s.id = k.site_id
    JOIN customers_customer u ON u.id = k.customer_id
    CROSS JOIN LATERAL (SELECT (desk_now() AT TIME ZONE s.time_zone)::date AS today) l
    WHERE k.id = %(call)s AND k.agent_id = %(by)s
),
-- A call that was handed over is one call.
leg AS MATERIALIZED (SELECT l.call_id FROM c CROSS JOIN LATERAL legs_of(c.id) l),
wallet (kind, owner_id) AS (
    SELECT 'AGENT', agent_id FROM c
    UNION ALL SELECT 'TEAM', team_id FROM c
    UNION ALL SELECT 'SITE', site_id FROM c
    UNION ALL SELECT 'CUSTOMER', customer_id FROM c
    UNION ALL SELECT 'CAMPAIGN', id FROM offers_campaign WHERE active
),
budget AS (
    SELECT w.kind, w.owner_id, b.id, coalesce(b.left_minor, p.amount_minor) + coalesce(x.left_minor, 0) AS left_minor,
           coalesce(b.limit_minor, p.amount_minor) + coalesce(x.limit_minor, 0) AS limit_minor, b.ends_on, p.average_minor,
           coalesce(b.spent_minor, 0) + coalesce(x.spent_minor, 0) AS spent_minor, coalesce(b.saves, 0) + coalesce(x.saves, 0) AS saves
    FROM c CROSS JOIN wallet w
    LEFT JOIN LATERAL (
        SELECT a.id, a.limit_minor, a.ends_on, sum(n.spent_minor) AS spent_minor, sum(n.spent_count) AS saves,
               sum(CASE WHEN n.frozen THEN 0 ELSE n.ceiling_minor - n.held_minor - n.spent_minor END) AS left_minor
        FROM offers_budgetaccount a JOIN offers_budgetcounter n ON n.account_id = a.id
        WHERE a.kind = w.kind AND a.owner_id = w.owner_id AND a.currency = c.currency AND a.parent_id IS NULL
          AND a.starts_on <= c.today AND a.ends_on > c.today
        GROUP BY a.id ORDER BY a.starts_on DESC LIMIT 1
    ) b ON true
    LEFT JOIN offers_budgetplan p ON p.kind = w.kind AND p.owner_id = w.owner_id AND p.currency = c.currency AND p.active
    -- What lies in agents' slices of a campaign is still the campaign's to give.
    LEFT JOIN LATERAL (
        SELECT sum(a.limit_minor) AS limit_minor, sum(n.spent_minor) AS spent_minor, sum(n.spent_count) AS saves,
               sum(n.ceiling_minor - n.held_minor - n.spent_minor) AS left_minor
        FROM offers_budgetaccount a JOIN offers_budgetcounter n ON n.account_id = a.id
        WHERE a.parent_id = b.id AND p.allotment_minor IS NOT NULL
    ) x ON true
    WHERE b.id IS NOT NULL OR p.id IS NOT NULL
),
proposal AS (
    SELECT p.*, o.code, o.kind, o.family,
           coalesce(v.words -> %(language)s::text, v.words -> 'en') ->> 'name' AS name,
           -- What a supervisor has decided is not the agent's to see before the supervisor's undo has run out.
           -- A question whose time is over is over, whether or not the clockwork has come by to say so.
           CASE WHEN r.effective_at > desk_now() THEN 'AWAITING' WHEN r.state = 'OPEN' AND r.due_at <= desk_now() THEN 'LAPSED'
                ELSE p.state END AS seen_state,
           CASE WHEN r.effective_at > desk_now() THEN 'OPEN' WHEN r.state = 'OPEN' AND r.due_at <= desk_now() THEN 'EXPIRED'
                ELSE r.state END AS answer,
           CASE WHEN r.effective_at <= desk_now() THEN r.decided_at END AS decided_at,
           CASE WHEN r.effective_at <= desk_now() THEN r.decision_reason END AS decision_reason,
           CASE WHEN r.effective_at <= desk_now() THEN r.decision_note END AS decision_note,
           CASE WHEN r.effective_at <= desk_now() THEN concat_ws(' ', d.first_name, d.last_name) END AS decider,
           r.asked_at, r.due_at, r.note, concat_ws(' ', e.first_name, e.last_name) AS reader, h.expires_at,
           r.read_at,
           q.effective_at > desk_now() AS hidden
    FROM c
    JOIN offers_proposal p ON p.call_id = c.id
    JOIN offers_offerversion v ON v.id = p.offer_version_id
    JOIN offers_offer o ON o.id = v.offer_id
    LEFT JOIN offers_approvalrequest r ON r.proposal_id = p.id
    LEFT JOIN offers_approvalrequest q ON q.proposal_id = p.counter_of_id
    LEFT JOIN people_user d ON d.id = r.decided_by_id
    LEFT JOIN people_user e ON e.id = r.read_by_id
    LEFT JOIN offers_hold h ON h.proposal_id = p.id AND h.ended_as = ''
),
-- Versions never change; of an offer the row that was written last tells whether it has.
in_force AS MATERIALIZED (
    SELECT o.code, o.kind, o.family, o.icon, o.xmin::text AS written, v.*
    FROM c CROSS JOIN offers_offer o CROSS JOIN LATERAL (
        SELECT * FROM offers_offerversion v
        WHERE v.offer_id = o.id AND v.valid_from <= desk_now() AND (v.valid_until IS NULL OR v.valid_until > desk_now())
          AND v.currency = c.currency
        ORDER BY v.version DESC LIMIT 1) v
    WHERE o.active
)
SELECT jsonb_build_object(
    'today', c.today,
    'scheme', (SELECT to_jsonb(v) FROM offers_schemeversion v WHERE v.valid_from <= desk_now()
               ORDER BY v.valid_from DESC LIMIT 1),
    -- Best first: of one family the first that is for it, or for all, governs.
    'limits', (SELECT jsonb_agg(to_jsonb(l) || jsonb_build_object('grade', s.grade) ORDER BY l.ordinality)
               FROM offers_seat s LEFT JOIN customers_team t ON t.id = s.team_id
               CROSS JOIN LATERAL limits_of(s.user_id, s.grade, s.team_id, t.site_id, c.currency, c.tier, c.tenure) WITH ORDINALITY l
               WHERE s.user_id = c.agent_id AND s.is_active),
    'ladder', (SELECT jsonb_agg(to_jsonb(l) ORDER BY l.ordinality)
               FROM limits_within(NULL, ARRAY['NEW', 'AGENT', 'SENIOR', 'SUPERVISOR', 'MANAGER'], NULL, c.site_id, c.currency, c.tier,
                                  c.tenure) WITH ORDINALITY l),
    'totals', (SELECT jsonb_build_object('call_most', v.call_count, 'call_most_minor', v.call_cost_minor, 'mode', v.mode, 'periods', (
                   SELECT jsonb_agg(jsonb_build_object('period', t.period, 'limit_minor', t.cost, 'most', t.most,
                              'used_minor', coalesce(n.held_minor + n.spent_minor, 0), 'used_count', coalesce(n.held_count + n.spent_count, 0)))
                   FROM (VALUES ('DAY', v.day_cost_minor, v.day_count), ('WEEK', v.week_cost_minor, v.week_count),
                                ('MONTH', v.month_cost_minor, v.month_count)) t (period, cost, most)
                   CROSS JOIN LATERAL budget_period(t.period, c.today) b
                   LEFT JOIN offers_budgetaccount a ON a.kind = 'LIMIT' AND a.owner_id = c.agent_id AND a.currency = c.currency
                       AND a.period = t.period AND a.starts_on = b.starts_on
                   LEFT JOIN offers_budgetcounter n ON n.account_id = a.id
                   WHERE t.cost IS NOT NULL OR t.most IS NOT NULL))
               FROM offers_limitversion v WHERE v.id = (SELECT limit_in_force(c.agent_id, c.currency))),
    'before', (SELECT jsonb_agg(to_jsonb(x)) FROM (
                   SELECT o.family, sum(p.cost_minor) AS cost_minor,
                          sum(CASE WHEN o.family IN ('CREDIT', 'GIFT') THEN p.amount_minor ELSE 0 END) AS amount_minor,
                          count(*) FILTER (WHERE p.call_id IN (SELECT call_id FROM leg)) AS on_call,
                          coalesce(sum(p.cost_minor) FILTER (WHERE p.call_id IN (SELECT call_id FROM leg)), 0) AS on_call_minor
                   FROM offers_proposal p JOIN customers_call k ON k.id = p.call_id
                   JOIN offers_offerversion v ON v.id = p.offer_version_id JOIN offers_offer o ON o.id = v.offer_id
                   WHERE p.customer_id = c.customer_id AND k.episode_id = c.episode_id AND p.ruling = 'WITHIN'
                     AND p.state IN ('PRESENTED', 'ACCEPTED')
                   GROUP BY o.family) x),
    'conflict', conflict_of(c.agent_id, c.customer_id),
    'grants', (SELECT jsonb_agg(jsonb_build_object('id', g.id, 'code', o.code, 'limit_version_id', g.limit_version_id, 'percent', g.percent,
                   'months', g.months, 'amount_minor', g.amount_minor, 'monthly_minor', g.monthly_minor, 'cost_minor', g.cost_minor,
                   'currency', g.currency, 'expires_at', g.expires_at, 'by', concat_ws(' ', u.first_name, u.last_name),
                   'is_ceiling', r.state = 'CEILING') ORDER BY g.id)
               FROM offers_grant g JOIN offers_offer o ON o.id = g.offer_id JOIN people_user u ON u.id = g.by_id
               JOIN offers_approvalrequest r ON r.id = g.request_id
               WHERE g.call_id = c.id AND g.used_at IS NULL AND g.withdrawn_at IS NULL AND g.effective_at <= desk_now()
                 AND g.expires_at > desk_now()),
    'supervisors', (SELECT count(*) FROM offers_seat s JOIN customers_team t ON t.id = s.team_id
                    WHERE t.site_id = c.site_id AND s.is_active AND s.grade IN ('SUPERVISOR', 'MANAGER')
                      AND s.duty NOT IN ('OFF', 'BREAK', 'AWAY') AND s.user_id <> c.agent_id),
    'budgets', (SELECT jsonb_agg(to_jsonb(b)) FROM budget b),
    'concessions', (SELECT jsonb_agg(jsonb_build_object('family', n.family, 'starts_on', n.starts_on,
                        'ends_on', coalesce(n.ended_early_on, n.ends_on), 'monthly_minor', n.monthly_minor,
                        'cost_minor', n.cost_minor, 'proposal_id', n.proposal_id,
                        'name', coalesce(v.words -> %(language)s::text, v.words -> 'en') ->> 'name'))
                    FROM offers_concession n
                    JOIN offers_proposal p ON p.id = n.proposal_id JOIN offers_offerversion v ON v.id = p.offer_version_id
                    WHERE n.customer_id = c.customer_id
                      AND (n.starts_on > c.today - interval '1 year' OR n.ends_on IS NULL OR n.ends_on > c.today)),
    'proposals', (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.id) FROM proposal p WHERE p.hidden IS NOT TRUE),
    'past', (SELECT jsonb_agg(to_jsonb(x)) FROM (
                 SELECT p.call_id IN (SELECT call_id FROM leg) AS this_call, p.offer_version_id,
                        coalesce(v.words -> %(language)s::text, v.words -> 'en') ->> 'name' AS name, p.state, p.percent, p.months,
                        p.amount_minor, p.presented_at, n.ends_on, coalesce(n.ended_early_on, u.left_on) AS left_on, p.currency
                 FROM offers_proposal p JOIN offers_offerversion v ON v.id = p.offer_version_id
                 JOIN customers_customer u ON u.id = p.customer_id
                 LEFT JOIN offers_concession n ON n.proposal_id = p.id
                 WHERE p.customer_id = c.customer_id AND p.call_id <> c.id AND p.presented_at IS NOT NULL
                 ORDER BY p.created_at DESC LIMIT 10) x),
    'presented', (SELECT count(*) FROM proposal WHERE presented_at >= c.asked_at),
    'refused', (SELECT count(*) FROM proposal WHERE presented_at >= c.asked_at AND state = 'DECLINED'),
    'settled', EXISTS (SELECT FROM proposal WHERE state = 'ACCEPTED' AND ended_at > coalesce(
                   (SELECT max(at) FROM customers_callevent WHERE call_id = c.id AND kind IN ('ASKED_TO_CANCEL', 'ASKED_AGAIN')),
                   c.asked_at, '-infinity'))
),
-- The catalogue by itself: it is the same for call after call, and only sent to a reader that does not know it yet.
m.mark,
CASE WHEN m.mark = ANY (%(known)s::text[]) THEN NULL ELSE (
    SELECT jsonb_agg(jsonb_build_object('id', v.id, 'code', v.code, 'kind', v.kind, 'family', v.family, 'icon', v.icon,
        'words', coalesce(v.words -> %(language)s::text, v.words -> 'en'), 'bounds', v.bounds, 'cost_model', v.cost_model,
        'eligibility', v.eligibility, 'figures', v.figures, 'campaign_id', v.campaign_id, 'currency', v.currency)
        ORDER BY v.code)
    FROM in_force v) END
FROM c CROSS JOIN (SELECT coalesce(string_agg(v.id || '.' || v.written, ' ' ORDER BY v.code), '') AS mark FROM in_force v) m
