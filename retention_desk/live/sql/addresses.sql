-- Whom rings concern. Parameters: arrays of the same length, numbers (the rings'), requests, proposals, calls, customers, people.
-- A call stands for its latest question. `wait`: seconds until the decision of a question takes effect. `others`: open calls of the customer.
SELECT a.number, r.id, k.id, k.agent_id, k.site_id, t.site_id,
       ceil(extract(epoch FROM CASE WHEN r.decided_at IS NOT NULL THEN greatest(r.effective_at - desk_now(), interval '0') END) * 1000)::int AS wait,
       (SELECT jsonb_object_agg(o.agent_id, o.id) FROM customers_call o WHERE o.customer_id = a.customer AND o.state = 'OPEN') AS others
FROM unnest(%(numbers)s::int[], %(requests)s::bigint[], %(proposals)s::bigint[], %(calls)s::bigint[], %(customers)s::bigint[], %(people)s::bigint[])
     AS a (number, request, proposal, call, customer, person)
LEFT JOIN LATERAL (
    SELECT x.id, x.proposal_id, x.decided_at, x.effective_at FROM offers_approvalrequest x WHERE x.id = a.request
    UNION ALL
    SELECT x.id, x.proposal_id, x.decided_at, x.effective_at FROM offers_approvalrequest x WHERE a.request IS NULL AND x.proposal_id = a.proposal
    UNION ALL
    (SELECT x.id, x.proposal_id, x.decided_at, x.effective_at FROM offers_proposal y JOIN offers_approvalrequest x ON x.proposal_id = y.id
     WHERE a.request IS NULL AND a.proposal IS NULL AND y.call_id = a.call ORDER BY x.id DESC LIMIT 1)
    LIMIT 1
) r ON true
LEFT JOIN offers_proposal p ON p.id = coalesce(a.proposal, r.proposal_id)
LEFT JOIN customers_call k ON k.id = coalesce(a.call, p.call_id)
LEFT JOIN offers_seat s ON s.user_id = a.person
LEFT JOIN customers_team t ON t.id = s.team_id
