-- Everything that ruling and ranking need of one call, in one statement: who may give what, what is left of it, the catalogue
-- in force, and what this customer has been given. Parameters: call, by (the agent), language.
WITH c AS MATERIALIZED (
    SELECT k.id, k.customer_id, k.agent_id, k.team_id, k.site_id, k.asked_at, u.currency,
           (desk_now() AT TIME ZONE s.time_zone)::date AS today
    FROM customers_call k
    JOIN customers_site s ON s.id = k.site_id
    JOIN customers_customer u ON u.id = k.customer_id
    WHERE k.id = %(call)s AND k.agent_id = %(by)s
),
wallet (kind, owner_id) AS (
    SELECT 'AGENT', agent_id FROM c
    UNION ALL SELECT 'TEAM', team_id FROM c
    UNION ALL SELECT 'SITE', site_id FROM c
    UNION ALL SELECT 'CUSTOMER', customer_id FROM c
    UNION ALL SELECT 'CAMPAIGN', id FROM offers_campaign WHERE active
),
budget AS (
    SELECT w.kind, w.owner_id, b.id, coalesce(b.left_minor, p.amount_minor) AS left_minor,
           coalesce(b.limit_minor, p.amount_minor) AS limit_minor, b.ends_on
    FROM c CROSS JOIN wallet w
    LEFT JOIN LATERAL (
        SELECT a.id, a.limit_minor, a.ends_on,
               sum(CASE WHEN n.frozen THEN 0 ELSE n.ceiling_minor - n.held_minor - n.spent_minor END) AS left_minor
        FROM offers_budgetaccount a JOIN offers_budgetcounter n ON n.account_id = a.id
        WHERE a.kind = w.kind AND a.owner_id = w.owner_id AND a.currency = c.currency
          AND a.starts_on <= c.today AND a.ends_on > c.today
        GROUP BY a.id ORDER BY a.starts_on DESC LIMIT 1
    ) b ON true
    LEFT JOIN offers_budgetplan p ON p.kind = w.kind AND p.owner_id = w.owner_id AND p.currency = c.currency
    WHERE b.id IS NOT NULL OR p.id IS NOT NULL
),
proposal AS (
    SELECT p.*, o.code, o.kind, o.family,
           coalesce(v.words -> %(language)s::text, v.words -> 'en') ->> 'name' AS name,
           -- What a supervisor has decided is not the agent's to see before the supervisor's undo has run out.
           CASE WHEN r.effective_at > desk_now() THEN 'AWAITING' ELSE p.state END AS seen_state,
           CASE WHEN r.effective_at > desk_now() THEN 'OPEN' ELSE r.state END AS answer,
           CASE WHEN r.effective_at <= desk_now() THEN r.decided_at END AS decided_at,
           CASE WHEN r.effective_at <= desk_now() THEN r.decision_reason END AS decision_reason,
           CASE WHEN r.effective_at <= desk_now() THEN r.decision_note END AS decision_note,
           CASE WHEN r.effective_at <= desk_now() THEN concat_ws(' ', d.first_name, d.last_name) END AS decider,
           r.asked_at, r.due_at, r.note, concat_ws(' ', e.first_name, e.last_name) AS reader, h.expires_at,
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
)
SELECT jsonb_build_object(
    'today', c.today,
    'scheme', (SELECT to_jsonb(v) FROM offers_schemeversion v WHERE v.valid_from <= desk_now()
               ORDER BY v.valid_from DESC LIMIT 1),
    'limit', (SELECT to_jsonb(v) || jsonb_build_object('grade', s.grade) FROM offers_limitversion v
              JOIN offers_seat s ON s.user_id = c.agent_id WHERE v.id = (SELECT limit_in_force(c.agent_id, c.currency))),
    'ladder', (SELECT jsonb_agg(to_jsonb(v)) FROM (
                   SELECT DISTINCT ON (grade) * FROM offers_limitversion
                   WHERE grade <> '' AND valid_from <= desk_now() AND currency = c.currency
                   ORDER BY grade, valid_from DESC, id DESC) v),
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
                 SELECT coalesce(v.words -> %(language)s::text, v.words -> 'en') ->> 'name' AS name, p.state, p.percent, p.months,
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
-- The catalogue by itself: it is the same for call after call, and its reader knows a text that it has read before.
(SELECT jsonb_agg(jsonb_build_object('id', v.id, 'code', o.code, 'kind', o.kind, 'family', o.family, 'icon', o.icon,
     'words', coalesce(v.words -> %(language)s::text, v.words -> 'en'), 'bounds', v.bounds, 'cost_model', v.cost_model,
     'eligibility', v.eligibility, 'figures', v.figures, 'campaign_id', v.campaign_id, 'currency', v.currency)
     ORDER BY o.code)
 FROM offers_offer o CROSS JOIN LATERAL (
     SELECT * FROM offers_offerversion v
     WHERE v.offer_id = o.id AND v.valid_from <= desk_now() AND (v.valid_until IS NULL OR v.valid_until > desk_now())
       AND v.currency = c.currency
     ORDER BY v.version DESC LIMIT 1) v
 WHERE o.active)
FROM c
