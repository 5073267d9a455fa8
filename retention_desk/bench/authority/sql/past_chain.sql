-- Every proposal's record, chained as `audit_append` chains it, but a chain at a time: its head is read and written once.
CREATE FUNCTION bench_chain() RETURNS void LANGUAGE plpgsql AS $$
DECLARE r record; v_shard bigint; v_seq bigint; v_prev bytea; v_hash bytea;
BEGIN
    FOR r IN
        SELECT n.agent_id, n.customer_id, n.call_id, t.id, t.limit_version_id, t.key, t.created_at,
               jsonb_build_object('cost_minor', t.cost_minor, 'state', 'PRESENTED') AS after
        FROM bench_past n JOIN offers_proposal t ON t.id = n.proposal_id ORDER BY n.agent_id, n.n
    LOOP
        IF v_shard IS DISTINCT FROM r.agent_id THEN
            UPDATE customers_audithead SET seq = v_seq, hash = v_prev WHERE shard = v_shard;
            v_shard := r.agent_id;
            INSERT INTO customers_audithead (shard, seq, hash) VALUES (v_shard, 0, '') ON CONFLICT DO NOTHING;
            SELECT seq, hash INTO v_seq, v_prev FROM customers_audithead WHERE shard = v_shard;
        END IF;
        v_seq := v_seq + 1;
        v_hash := sha256(v_prev || audit_canonical(v_shard, v_seq, r.created_at, v_shard, 'AGENT', 'PROPOSE', 'proposal',
            r.id, r.customer_id, r.call_id, r.limit_version_id, NULL, r.after, '', r.key));
        INSERT INTO customers_auditevent (shard, seq, recorded_at, actor_id, actor_role, act, object_kind, object_id,
            customer_id, call_id, limit_version_id, before, after, reason, key, prev_hash, hash)
        VALUES (v_shard, v_seq, r.created_at, v_shard, 'AGENT', 'PROPOSE', 'proposal', r.id, r.customer_id, r.call_id,
            r.limit_version_id, NULL, r.after, '', r.key, v_prev, v_hash);
        v_prev := v_hash;
    END LOOP;
    UPDATE customers_audithead SET seq = v_seq, hash = v_prev WHERE shard = v_shard;
END
$$
