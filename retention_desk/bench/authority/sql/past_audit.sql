-- Every proposal's record, by the function that chains it.
SELECT count(audit_append(n.agent_id, 'AGENT', 'PROPOSE', 'proposal', n.proposal_id, n.customer_id, n.call_id,
    t.limit_version_id, NULL, jsonb_build_object('cost_minor', t.cost_minor, 'state', 'PRESENTED'), '', t.key))
FROM bench_past n JOIN offers_proposal t ON t.id = n.proposal_id
