-- A budget that was lowered below its use thaws as soon as its use has come down to the new total.

CREATE INDEX counter_frozen ON offers_budgetcounter (account_id) WHERE frozen;

-- What is given back to a frozen counter lowers its ceiling with it, down to the new total and no further. Of a split
-- budget no part knows the others: its ceilings follow their use, and the clockwork fits the whole when it has drained.
CREATE OR REPLACE FUNCTION ledger_drain(p_counter bigint, p_by bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v record; v_ceiling bigint;
BEGIN
    SELECT c.id, c.account_id, c.held_minor + c.spent_minor AS used, c.ceiling_minor, a.target_minor,
           (SELECT count(*) FROM offers_budgetcounter x WHERE x.account_id = a.id) AS parts
    INTO v FROM offers_budgetcounter c JOIN offers_budgetaccount a ON a.id = c.account_id WHERE c.id = p_counter AND c.frozen;
    IF NOT FOUND THEN RETURN; END IF;
    v_ceiling := CASE WHEN v.parts = 1 THEN greatest(v.target_minor, v.used) ELSE v.used END;
    IF v_ceiling <> v.ceiling_minor THEN
        INSERT INTO offers_ledgerentry (counter_id, kind, held_minor, spent_minor, ceiling_minor, held_count, spent_count, recorded_at, by_id, why)
        VALUES (v.id, 'LOWER', 0, 0, v_ceiling - v.ceiling_minor, 0, 0, desk_now(), p_by, 'frozen');
    END IF;
    IF v.parts = 1 THEN
        UPDATE offers_budgetcounter SET frozen = v.used > v.target_minor WHERE id = v.id;
        UPDATE offers_budgetaccount SET limit_minor = v_ceiling WHERE id = v.account_id;
    END IF;
END
$$;

-- The clockwork: fits one split budget that has drained to its new total. NULL when there is none.
CREATE FUNCTION thaw_next() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_account bigint; v_target bigint;
BEGIN
    SELECT a.id, a.target_minor INTO v_account, v_target
    FROM offers_budgetaccount a JOIN offers_budgetcounter c ON c.account_id = a.id
    WHERE a.id IN (SELECT account_id FROM offers_budgetcounter WHERE frozen) AND a.ends_on > current_date - 1
    GROUP BY a.id HAVING sum(c.held_minor + c.spent_minor) <= a.target_minor LIMIT 1;
    IF NOT FOUND THEN RETURN NULL; END IF;
    PERFORM budget_fit(v_account, v_target, (SELECT min(most)::int FROM offers_budgetcounter WHERE account_id = v_account), NULL, 'thawed');
    RETURN 'thaw';
END
$$;
REVOKE ALL ON FUNCTION ledger_drain, thaw_next FROM PUBLIC;
GRANT EXECUTE ON FUNCTION thaw_next TO retention_desk_app;

-- UNDO: the same supervisor, before the decision has taken effect. The question is open again, and still theirs; on a call
-- where offers have closed meanwhile it stays as it is.
CREATE OR REPLACE FUNCTION undo_decision(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_by bigint := (p ->> 'approver_id')::bigint; v_r offers_approvalrequest; v_counter bigint; v_p offers_proposal; v_why text;
BEGIN
    PERFORM 1 FROM customers_call WHERE id = (SELECT a.call_id FROM offers_proposal a JOIN offers_approvalrequest r ON r.proposal_id = a.id
                                              WHERE r.id = (p ->> 'request_id')::bigint) FOR NO KEY UPDATE;
    SELECT * INTO v_r FROM offers_approvalrequest WHERE id = (p ->> 'request_id')::bigint FOR UPDATE;
    IF NOT FOUND OR v_r.decided_by_id IS DISTINCT FROM v_by THEN PERFORM refuse('NOT_YOURS'); END IF;
    IF v_r.effective_at <= desk_now() THEN PERFORM refuse('TOO_LATE'); END IF;
    SELECT * INTO v_p FROM offers_proposal WHERE id = v_r.proposal_id FOR UPDATE;
    IF v_p.state NOT IN ('AUTHORISED', 'REFUSED', 'COUNTERED')
       OR EXISTS (SELECT FROM offers_proposal WHERE call_id = v_p.call_id AND state = 'AWAITING') THEN
        PERFORM refuse('ALREADY_RESOLVED', jsonb_build_object('state', v_p.state));
    END IF;
    v_why := offering_closed(v_p.call_id, v_p.agent_id);
    IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
    SELECT id INTO v_counter FROM offers_proposal WHERE counter_of_id = v_p.id AND state <> 'WITHDRAWN';
    IF v_counter IS NOT NULL THEN
        -- A proposal is never deleted: the counter stays, as withdrawn.
        UPDATE offers_proposal SET state = 'WITHDRAWN', ended_at = desk_now() WHERE id = v_counter;
        INSERT INTO offers_outcome (proposal_id, kind, posted_minor, disclosures, by_id, recorded_at)
        VALUES (v_counter, 'WITHDRAWN', 0, '{}', v_by, desk_now());
    END IF;
    UPDATE offers_grant SET withdrawn_at = desk_now() WHERE request_id = v_r.id AND withdrawn_at IS NULL AND used_at IS NULL;
    UPDATE offers_proposal SET state = 'AWAITING', ended_at = NULL WHERE id = v_p.id;
    UPDATE offers_approvalrequest SET state = 'OPEN', decided_by_id = NULL, decided_at = NULL, effective_at = NULL, decision_reason = '',
        decision_note = '', limit_version_id = NULL, due_at = greatest(due_at, desk_now() + interval '30 seconds') WHERE id = v_r.id;
    UPDATE offers_approvaldraw SET ended_as = '', ended_at = NULL WHERE request_id = v_r.id AND user_id = v_by;
    PERFORM audit_append(v_by, p ->> 'role', 'UNDO_DECISION', 'proposal', v_p.id, v_p.customer_id, v_p.call_id, NULL,
        jsonb_build_object('state', v_r.state), '{"state": "AWAITING"}', '', NULL);
    PERFORM ledger_end(coalesce(v_counter, v_p.id), 'VOIDED', NULL, v_by);
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_p.id);
END
$$;
