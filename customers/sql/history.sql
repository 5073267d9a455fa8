-- More of a customer's history, newest first and older than a moment; the call is the door to it.
WITH k AS MATERIALIZED (
    SELECT c.id, c.customer_id, c.opened_at, s.time_zone, desk_now() AS now
    FROM customers_call c JOIN customers_site s ON s.id = c.site_id
    WHERE c.id = %(call)s AND (%(by)s::bigint IS NULL OR c.agent_id = %(by)s::bigint AND c.state <> 'CLOSED')
),
history AS (
    (SELECT 'interaction' AS source, id, kind, occurred_at, title, detail, '' AS code, '' AS status, amount_minor,
        NULL::bigint AS old_minor, NULL::bigint AS new_minor
     FROM customers_interaction
     WHERE customer_id = (SELECT customer_id FROM k) AND (%(before)s::timestamptz IS NULL OR occurred_at < %(before)s::timestamptz)
     ORDER BY occurred_at DESC LIMIT %(most)s)
    UNION ALL
    SELECT 'complaint', id, 'COMPLAINT', opened_at, subject, number, kind, status, NULL, NULL, NULL
    FROM customers_complaint WHERE customer_id = (SELECT customer_id FROM k)
    UNION ALL
    SELECT 'call', c.id, 'CALL', c.opened_at, '', coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username),
        coalesce((SELECT d.kind FROM customers_disposition d WHERE d.call_id = c.id AND d.line = ''
                  AND NOT EXISTS (SELECT FROM customers_disposition x WHERE x.corrects_id = d.id)), ''), c.state, NULL, NULL, NULL
    FROM customers_call c JOIN {user} u ON u.id = c.agent_id
    WHERE c.customer_id = (SELECT customer_id FROM k) AND c.opened_at < (SELECT opened_at FROM k)
    UNION ALL
    SELECT 'price', p.id, 'PRICE', p.changes_on::timestamp AT TIME ZONE (SELECT time_zone FROM k), r.name, '', p.cause, '', NULL,
        p.old_minor, p.new_minor
    FROM customers_subscription s JOIN customers_pricechange p ON p.subscription_id = s.id JOIN customers_product r ON r.id = s.product_id
    WHERE s.customer_id = (SELECT customer_id FROM k)
        AND p.changes_on <= ((SELECT now FROM k) AT TIME ZONE (SELECT time_zone FROM k))::date
)
SELECT jsonb_build_object('entries', coalesce((SELECT jsonb_agg(h ORDER BY h.occurred_at DESC, h.source, h.id DESC) FROM (
    SELECT * FROM history WHERE %(before)s::timestamptz IS NULL OR occurred_at < %(before)s::timestamptz
    ORDER BY occurred_at DESC, source, id DESC LIMIT %(most)s) h), '[]')) FROM k
