-- The call that the telephone has brought to one agent and that their screen has not followed yet; the newest of those
-- that somebody talks on, else of those that ring.
SELECT t.id, t.leg, t.state, t.number, coalesce(r.name, t.queue) AS queue, t.ivr_choice, t.language, t.match,
    coalesce(h.customer_id, t.customer_id) AS customer_id,
    coalesce(trim(c.given_name || ' ' || c.family_name), '') AS customer_name, coalesce(c.town, '') AS town,
    h.agent_name AS handed_over_by, l.call_id, t.begun_at,
    (SELECT k.id FROM customers_call k WHERE k.agent_id = %(by)s AND k.state = 'OPEN') AS open_call_id
FROM customers_telephonecall t
LEFT JOIN customers_telephoneleg l ON l.telephone_call_id = t.id AND l.agent_id = t.agent_id AND l.number = t.leg
LEFT JOIN customers_call o ON o.id = l.call_id
LEFT JOIN LATERAL (
    SELECT k.customer_id, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) AS agent_name
    FROM customers_telephoneleg e JOIN customers_call k ON k.id = e.call_id JOIN {user} u ON u.id = k.agent_id
    WHERE e.telephone_call_id = t.id AND e.agent_id <> t.agent_id ORDER BY e.id DESC LIMIT 1) h ON true
LEFT JOIN customers_customer c ON c.id = coalesce(h.customer_id, t.customer_id)
LEFT JOIN customers_telephoneroute r
    ON r.connection_id = t.connection_id AND r.kind = 'QUEUE' AND r.code = t.queue AND r.active
WHERE t.agent_id = %(by)s AND t.state <> 'ENDED' AND l.shown_at IS NULL AND (o.id IS NULL OR o.state = 'OPEN')
    AND t.changed_at > desk_now() - CASE t.state WHEN 'RINGING' THEN interval '5 minutes' ELSE interval '4 hours' END
ORDER BY (t.state = 'RINGING'), t.changed_at DESC, t.id DESC
LIMIT 1
