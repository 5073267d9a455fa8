-- Everything the call screen shows at first, as one jsonb. Keys are the field names of customers.sheet.
-- Braces name the table of people; without a person in `by` the caller has already been let in.
-- What no rule asks for stands between [shown and shown], and is left out where only rules are asked.
WITH k AS MATERIALIZED (
    SELECT c.*, n.now, (n.now AT TIME ZONE s.time_zone)::date AS today, t.name AS team_name, s.name AS site_name, s.time_zone,
        coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) AS agent_name
    FROM customers_call c
    JOIN customers_team t ON t.id = c.team_id
    JOIN customers_site s ON s.id = c.site_id
    JOIN {user} u ON u.id = c.agent_id
    CROSS JOIN LATERAL (SELECT desk_now() AS now) n
    WHERE c.id = %(call)s AND (%(by)s::bigint IS NULL OR c.agent_id = %(by)s::bigint)
),
happened AS MATERIALIZED (
    SELECT i.id, i.kind, i.occurred_at, i.title, i.detail, i.amount_minor
    FROM customers_interaction i
    WHERE i.customer_id = (SELECT customer_id FROM k) AND i.occurred_at > (SELECT now FROM k) - interval '1 year'
),
complained AS MATERIALIZED (
    SELECT * FROM customers_complaint WHERE customer_id = (SELECT customer_id FROM k)
),
called AS MATERIALIZED (
    SELECT c.id, c.opened_at, c.ended_at, c.state, c.call_back_at, c.call_back_note, coalesce(d.kind, '') AS disposition,
        coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) AS agent_name
    FROM customers_call c
    JOIN {user} u ON u.id = c.agent_id
    LEFT JOIN LATERAL (
        SELECT d.kind FROM customers_disposition d
        WHERE d.call_id = c.id AND d.line = '' AND NOT EXISTS (SELECT FROM customers_disposition x WHERE x.corrects_id = d.id)
    ) d ON true
    WHERE c.customer_id = (SELECT customer_id FROM k) AND c.opened_at < (SELECT opened_at FROM k)
),
priced AS MATERIALIZED (
    SELECT p.id, p.subscription_id, p.changes_on, p.old_minor, p.new_minor, p.cause, r.name
    FROM customers_subscription s
    JOIN customers_pricechange p ON p.subscription_id = s.id
    JOIN customers_product r ON r.id = s.product_id
    WHERE s.customer_id = (SELECT customer_id FROM k)
),
-- [shown
history AS (
    (SELECT 'interaction' AS source, id, kind, occurred_at, title, detail, '' AS code, '' AS status, amount_minor,
        NULL::bigint AS old_minor, NULL::bigint AS new_minor
     FROM customers_interaction WHERE customer_id = (SELECT customer_id FROM k) ORDER BY occurred_at DESC LIMIT 10)
    UNION ALL
    SELECT 'complaint', id, 'COMPLAINT', opened_at, subject, number, kind, status, NULL, NULL, NULL FROM complained
    UNION ALL
    SELECT 'call', id, 'CALL', opened_at, '', agent_name, disposition, state, NULL, NULL, NULL FROM called
    UNION ALL
    SELECT 'price', id, 'PRICE', changes_on::timestamp AT TIME ZONE (SELECT time_zone FROM k), name, '', cause, '', NULL, old_minor, new_minor
    FROM priced WHERE changes_on <= (SELECT today FROM k)
),
-- shown]
line AS (
    SELECT s.id, s.product_id, p.code AS product_code, p.kind AS product_kind, p.name, s.line_key, s.state, s.quantity, s.note,
        s.service_number, s.equipment, s.started_on, s.ends_on, s.list_price_minor, s.promotion_minor, s.promotion_ends_on,
        s.promotion_name, s.bundle_minor, s.price_minor, s.contract_ends_on, s.exit_fee_monthly_minor, s.device_balance_minor,
        p.margin_percent,
        (SELECT to_jsonb(c) FROM priced c WHERE c.subscription_id = s.id AND c.changes_on <= (SELECT today FROM k)
         ORDER BY c.changes_on DESC LIMIT 1) AS last_change,
        (SELECT coalesce(jsonb_agg(c ORDER BY c.changes_on), '[]') FROM priced c
         WHERE c.subscription_id = s.id AND c.changes_on > (SELECT today FROM k)) AS next_changes
    FROM customers_subscription s
    JOIN customers_product p ON p.id = s.product_id
    WHERE s.customer_id = (SELECT customer_id FROM k)
        AND (s.state <> 'ENDED' OR s.ends_on > (SELECT today FROM k) - 365)
),
cancelled AS MATERIALIZED (
    SELECT c.*, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) AS by_name, n.recorded_at AS undone_at,
        (SELECT o.delivered_at FROM customers_outboxmessage o
         WHERE o.key = 'notice.cancellation:' || c.id AND o.last_error = '') AS notice_sent_at,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('subscription_id', l.subscription_id, 'product_kind', p.kind, 'name', p.name,
            'price_minor', l.price_minor) ORDER BY l.id), '[]')
         FROM customers_cancellationline l JOIN customers_subscription s ON s.id = l.subscription_id
         JOIN customers_product p ON p.id = s.product_id WHERE l.cancellation_id = c.id) AS lines
    FROM customers_cancellation c
    JOIN {user} u ON u.id = c.by_id
    LEFT JOIN customers_cancellationundo n ON n.cancellation_id = c.id
    WHERE c.call_id = (SELECT id FROM k) OR c.id = (
        SELECT e.id FROM customers_cancellation e
        WHERE e.customer_id = (SELECT customer_id FROM k) AND e.call_id <> (SELECT id FROM k)
            AND NOT EXISTS (SELECT FROM customers_cancellationundo x WHERE x.cancellation_id = e.id)
            AND EXISTS (SELECT FROM customers_cancellationline l JOIN customers_subscription s ON s.id = l.subscription_id
                        WHERE l.cancellation_id = e.id AND s.state = 'ENDING')
        ORDER BY e.id DESC LIMIT 1)
),
-- What the calls before a transferred one have come to, all together.
leg AS MATERIALIZED (
    SELECT l.call_id, l.back, c.opened_at FROM legs_of((SELECT transferred_from_id FROM k)) l JOIN customers_call c ON c.id = l.call_id
),
travelled AS (
    SELECT jsonb_build_object(
        'call_ids', (SELECT jsonb_agg(call_id ORDER BY back) FROM leg),
        'begun_at', (SELECT min(opened_at) FROM leg),
        'presented', count(*) FILTER (WHERE v.kind = 'PRESENTED' AND v.at >= k.asked_at),
        'refused', count(*) FILTER (WHERE v.kind = 'DECLINED' AND v.at >= k.asked_at),
        'accepted', coalesce(bool_or(v.kind = 'ACCEPTED'), false),
        'settled', coalesce(max(v.at) FILTER (WHERE v.kind = 'ACCEPTED') > coalesce(
            max(v.at) FILTER (WHERE v.kind IN ('ASKED_TO_CANCEL', 'ASKED_AGAIN')), '-infinity'), false),
        'told', coalesce(jsonb_agg(DISTINCT v.detail ->> 'what') FILTER (WHERE v.kind = 'TOLD'), '[]'),
        'events', coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'kind', v.kind, 'at', v.at, 'detail', v.detail, 'by_name', '')
            ORDER BY v.at, v.id) FILTER (WHERE v.id IS NOT NULL), '[]')) AS told
    FROM k LEFT JOIN customers_callevent v ON v.call_id IN (SELECT call_id FROM leg)
    WHERE k.transferred_from_id IS NOT NULL
    GROUP BY k.asked_at
)
SELECT jsonb_build_object(
    'now', k.now,
    'today', k.today,
    'call', to_jsonb(k) || jsonb_build_object('earlier_leg', (
        SELECT jsonb_build_object('call_id', e.id, 'opened_at', e.opened_at, 'ended_at', e.ended_at, 'identity', e.identity,
            'identity_checks', e.identity_checks, 'ask_count', e.ask_count, 'asked_at', e.asked_at,
            'agent_name', coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username)) || t.told
        FROM customers_call e JOIN {user} u ON u.id = e.agent_id CROSS JOIN travelled t WHERE e.id = k.transferred_from_id),
        'line', CASE WHEN k.state = 'OPEN' THEN telephone_line(k.id) END),
    -- [shown
    'noted_wish', (SELECT to_jsonb(w) FROM noted_wish(k.id, k.customer_id) w),
    -- shown]
    'policy', (SELECT to_jsonb(p) FROM customers_conductpolicy p WHERE p.id = k.policy_id),
    'customer', (SELECT to_jsonb(c) || jsonb_build_object('phone_known', k.phone_from <> '' AND k.phone_from IN (c.phone, c.other_phone))
                 FROM customers_customer c WHERE c.id = k.customer_id),
    'lines', (SELECT coalesce(jsonb_agg(l ORDER BY l.state = 'ENDED',
                  array_position(ARRAY['INTERNET', 'TV', 'MOBILE', 'PHONE', 'OTHER'], l.product_kind::text), l.id), '[]') FROM line l),
    -- [shown
    'history', (SELECT coalesce(jsonb_agg(h ORDER BY h.occurred_at DESC, h.source, h.id DESC), '[]') FROM
                (SELECT * FROM history ORDER BY occurred_at DESC, source, id DESC LIMIT 10) h),
    'history_total', (SELECT count(*) FROM customers_interaction WHERE customer_id = k.customer_id)
        + (SELECT count(*) FROM history WHERE source <> 'interaction'),
    'complaints', (SELECT coalesce(jsonb_agg(c ORDER BY c.closed_at IS NOT NULL, c.opened_at DESC), '[]') FROM
                   (SELECT * FROM complained ORDER BY closed_at IS NOT NULL, opened_at DESC LIMIT 20) c),
    -- shown]
    'open_complaints', (SELECT count(*) FROM complained WHERE closed_at IS NULL),
    'events', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'kind', e.kind, 'at', e.at, 'detail', e.detail,
                   'by_name', coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username, '')) ORDER BY e.at, e.id), '[]')
               FROM customers_callevent e LEFT JOIN {user} u ON u.id = e.by_id WHERE e.call_id = k.id),
    'given_reasons', (SELECT coalesce(jsonb_agg(g ORDER BY g.at, g.id), '[]') FROM customers_callreason g WHERE g.call_id = k.id),
    'cancellations', (SELECT coalesce(jsonb_agg(c ORDER BY c.id DESC), '[]') FROM cancelled c WHERE c.call_id = k.id),
    -- [shown
    'earlier_cancellation', (SELECT to_jsonb(c) FROM cancelled c WHERE c.call_id <> k.id),
    'dispositions', (SELECT coalesce(jsonb_agg(to_jsonb(d) || jsonb_build_object(
                         'corrected', EXISTS (SELECT FROM customers_disposition x WHERE x.corrects_id = d.id),
                         'by_name', coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username)) ORDER BY d.id), '[]')
                     FROM customers_disposition d JOIN {user} u ON u.id = d.by_id WHERE d.call_id = k.id),
    'promises', (SELECT coalesce(jsonb_agg(p ORDER BY p.made_at DESC), '[]') FROM (
        (SELECT 'CALL_BACK' AS kind, c.id, c.opened_at AS made_at, c.call_back_at AS due_at, c.call_back_note AS words,
             EXISTS (SELECT FROM called l WHERE l.opened_at > c.opened_at) AS kept
         FROM called c WHERE c.call_back_at IS NOT NULL ORDER BY c.opened_at DESC LIMIT 1)
        UNION ALL
        (SELECT 'COMPLAINT', c.id, c.opened_at, NULL, coalesce(nullif(c.resolution, ''), c.subject), c.closed_at IS NOT NULL
         FROM complained c ORDER BY c.opened_at DESC LIMIT 1)) p),
    'latest', (SELECT coalesce(jsonb_agg(to_jsonb(i) || '{"source": "interaction", "code": "", "status": "", "old_minor": null, "new_minor": null}'
                   ORDER BY i.occurred_at DESC), '[]') FROM (
        SELECT DISTINCT ON (kind) * FROM happened
        WHERE kind IN ('OUTAGE', 'ORDER', 'VISIT') AND occurred_at > k.now - interval '60 days'
        ORDER BY kind, occurred_at DESC) i),
    'credits_12m', (SELECT count(*) FROM happened WHERE kind = 'BILL' AND amount_minor < 0),
    'credits_12m_minor', (SELECT coalesce(-sum(amount_minor), 0) FROM happened WHERE kind = 'BILL' AND amount_minor < 0),
    -- shown]
    'outages_60d', (SELECT count(*) FROM happened WHERE kind = 'OUTAGE' AND occurred_at > k.now - interval '60 days'),
    'cancel_calls_12m', (SELECT count(*) FROM called WHERE opened_at > k.now - interval '1 year'
                         AND disposition NOT IN ('NO_CANCEL_INTENT', 'UNAUTHORISED_CALLER'))
),
-- The reasons by themselves: they are the same for call after call, and their reader knows a text that it has read before.
(SELECT coalesce(jsonb_agg(to_jsonb(r) || jsonb_build_object('name', coalesce(r.words ->> %(language)s,
     r.words ->> split_part(%(language)s, '-', 1), r.words ->> 'en', r.code)) ORDER BY r.position, r.code), '[]')
 FROM customers_reason r WHERE r.active OR r.id IN (k.reason_id, k.reason_detail_id))
FROM k
