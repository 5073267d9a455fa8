-- The agent's doors as they are from here on, the clockwork, and who may call what.

CREATE FUNCTION family_of(p_version bigint, OUT kind text, OUT family text, OUT currency text, OUT campaign_id bigint, OUT offer_id bigint)
    LANGUAGE sql STABLE AS $$
    SELECT o.kind, o.family, v.currency, v.campaign_id, o.id FROM offers_offerversion v JOIN offers_offer o ON o.id = v.offer_id WHERE v.id = p_version
$$;

CREATE OR REPLACE FUNCTION insert_proposal(p jsonb, p_agent bigint, p_state text, p_ruling text, p_limit bigint, p_counter_of bigint, p_key uuid)
    RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE v_id bigint; v_call customers_call; v_currency text; v_version record;
BEGIN
    SELECT * INTO v_call FROM customers_call WHERE id = (p ->> 'call_id')::bigint;
    SELECT currency INTO v_currency FROM customers_customer WHERE id = v_call.customer_id;
    SELECT v.currency, v.valid_from, v.valid_until, o.active INTO v_version
    FROM offers_offerversion v JOIN offers_offer o ON o.id = v.offer_id WHERE v.id = (p ->> 'offer_version_id')::bigint;
    IF NOT FOUND OR NOT v_version.active OR v_version.valid_from > desk_now() OR v_version.valid_until <= desk_now() THEN
        PERFORM refuse('NOT_IN_FORCE');
    END IF;
    IF v_version.currency <> v_currency THEN PERFORM refuse('CURRENCY'); END IF;
    IF (p ->> 'cost_minor')::bigint < 0 OR (p ->> 'monthly_minor')::bigint < 0 OR (p ->> 'amount_minor')::bigint < 0
       OR (p ->> 'bill_after_minor')::bigint < 0 OR (p ->> 'percent')::int NOT BETWEEN 0 AND 100 OR (p ->> 'months')::int < 0 THEN
        PERFORM refuse('BOUNDS');
    END IF;
    INSERT INTO offers_proposal (key, call_id, customer_id, agent_id, team_id, offer_version_id, counter_of_id, grant_id, position, currency,
        percent, months, amount_minor, product_kind, extra, cost_minor, monthly_minor, bill_before_minor, bill_after_minor,
        starts_on, ends_on, accept_percent, expected_value_minor, ruling, reasons, limit_version_id, scheme_id, state,
        created_at, presented_at)
    VALUES (p_key, v_call.id, v_call.customer_id, p_agent, v_call.team_id, (p ->> 'offer_version_id')::bigint, p_counter_of,
        (p ->> 'grant_id')::bigint, coalesce((p ->> 'position')::int, 0), v_currency, (p ->> 'percent')::int, (p ->> 'months')::int,
        (p ->> 'amount_minor')::bigint, coalesce(p ->> 'product_kind', ''), coalesce(p -> 'extra', '{}'), (p ->> 'cost_minor')::bigint,
        (p ->> 'monthly_minor')::bigint, (p ->> 'bill_before_minor')::bigint, (p ->> 'bill_after_minor')::bigint,
        (p ->> 'starts_on')::date, (p ->> 'ends_on')::date, coalesce((p ->> 'accept_percent')::int, 0),
        coalesce((p ->> 'expected_value_minor')::bigint, 0), p_ruling,
        ARRAY(SELECT jsonb_array_elements_text(coalesce(p -> 'reasons', '[]'))), p_limit, (p ->> 'scheme_id')::bigint, p_state,
        desk_now(), CASE WHEN p_state = 'PRESENTED' THEN desk_now() END)
    RETURNING id INTO v_id;
    RETURN v_id;
END
$$;

-- Why an agent may not give this on their own authority after all: what the call has had, what the episode has had of the
-- same family (so that one large offer is not given as two small ones), and what saves have cost here on average.
CREATE FUNCTION own_totals(p_call customers_call, p_limit offers_limitversion, p_base offers_limitversion, p_family text, p_campaign bigint,
    p_cost bigint, p_amount bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_count bigint; v_cost bigint; v_amount bigint; v_plan record; v_currency text := p_limit.currency;
BEGIN
    SELECT count(*), coalesce(sum(cost_minor), 0) INTO v_count, v_cost FROM offers_proposal
    WHERE call_id = p_call.id AND ruling = 'WITHIN' AND state IN ('PRESENTED', 'ACCEPTED');
    IF v_count + 1 > p_base.call_count THEN PERFORM refuse('CALL_COUNT', jsonb_build_object('limit', p_base.call_count)); END IF;
    IF v_cost + p_cost > p_base.call_cost_minor THEN
        PERFORM refuse('CALL_COST', jsonb_build_object('limit_minor', p_base.call_cost_minor, 'left_minor', p_base.call_cost_minor - v_cost));
    END IF;
    SELECT coalesce(sum(p.cost_minor), 0), coalesce(sum(p.amount_minor), 0) INTO v_cost, v_amount
    FROM offers_proposal p JOIN customers_call k ON k.id = p.call_id, LATERAL family_of(p.offer_version_id) f
    WHERE p.customer_id = p_call.customer_id AND k.episode_id = p_call.episode_id AND f.family = p_family AND p.ruling = 'WITHIN'
      AND p.state IN ('PRESENTED', 'ACCEPTED');
    IF v_cost + p_cost > p_limit.max_cost_minor AND v_cost > 0 THEN
        PERFORM refuse('OVER_SPLIT', jsonb_build_object('limit_minor', p_limit.max_cost_minor, 'left_minor', p_limit.max_cost_minor - v_cost));
    END IF;
    IF p_family IN ('CREDIT', 'GIFT') AND v_amount > 0 AND v_amount + p_amount > p_limit.max_credit_minor THEN
        PERFORM refuse('OVER_SPLIT', jsonb_build_object('limit_minor', p_limit.max_credit_minor, 'left_minor', p_limit.max_credit_minor - v_amount));
    END IF;
    FOR v_plan IN
        SELECT b.average_minor, sum(c.spent_minor) AS spent, sum(c.spent_count) AS saves
        FROM offers_budgetplan b
        JOIN offers_budgetaccount a ON a.id = budget_at(b.kind, b.owner_id, b.currency, local_today(p_call.site_id))
        JOIN offers_budgetcounter c ON c.account_id = a.id
        WHERE b.average_minor IS NOT NULL AND b.active AND b.currency = v_currency
          AND (b.kind, b.owner_id) IN (('TEAM', p_call.team_id), ('SITE', p_call.site_id), ('CAMPAIGN', coalesce(p_campaign, 0)))
        GROUP BY b.id, b.average_minor
    LOOP
        -- Of fewer saves an average says nothing; and what is cheaper than the average brings it down.
        IF v_plan.saves >= 20 AND p_cost > v_plan.average_minor AND v_plan.spent + p_cost > v_plan.average_minor * (v_plan.saves + 1) THEN
            PERFORM refuse('OVER_AVERAGE', jsonb_build_object('limit_minor', v_plan.average_minor, 'average_minor', v_plan.spent / v_plan.saves));
        END IF;
    END LOOP;
END
$$;

-- PRESENT: the agent, within their own limit or under a supervisor's grant, presents to the customer. One transaction, all
-- budgets or none.
CREATE OR REPLACE FUNCTION authorise_proposal(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_agent bigint := (p ->> 'agent_id')::bigint; v_key uuid := (p ->> 'key')::uuid; v_body bytea := key_body(p); v_again jsonb;
    v_limit offers_limitversion; v_base offers_limitversion; v_why text; v_id bigint; v_scheme offers_schemeversion; v_offer record;
    v_call customers_call; v_grant offers_grant; v_cost bigint := (p ->> 'cost_minor')::bigint; v_asked bigint;
BEGIN
    v_again := key_claim(v_key, v_body);
    IF v_again IS NOT NULL THEN RETURN v_again; END IF;
    v_why := offering_closed((p ->> 'call_id')::bigint, v_agent);
    IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
    IF v_cost IS NULL OR v_cost < 0 THEN PERFORM refuse('BOUNDS'); END IF;
    SELECT * INTO v_call FROM customers_call WHERE id = (p ->> 'call_id')::bigint;
    SELECT * INTO v_offer FROM family_of((p ->> 'offer_version_id')::bigint);
    SELECT * INTO v_scheme FROM offers_schemeversion WHERE valid_from <= desk_now() ORDER BY valid_from DESC LIMIT 1;
    IF p ? 'grant_id' THEN
        v_grant := use_grant((p ->> 'grant_id')::bigint, v_call.id, v_agent, v_offer.offer_id, p);
        SELECT * INTO v_limit FROM offers_limitversion WHERE id = v_grant.limit_version_id;
    ELSE
        SELECT v.* INTO v_limit FROM offers_limitversion v WHERE v.id = limit_on_call(v_call.id, v_agent, v_offer.family);
        IF v_limit.id IS DISTINCT FROM (p ->> 'limit_version_id')::bigint THEN PERFORM refuse('STALE_LIMIT'); END IF;
        v_why := within_limit(v_limit, v_offer.kind, (p ->> 'percent')::int, (p ->> 'months')::int, (p ->> 'monthly_minor')::bigint,
            (p ->> 'amount_minor')::bigint, v_cost);
        IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
        IF conflict_of(v_agent, v_call.customer_id) <> '' AND NOT EXISTS (
            SELECT FROM offers_seat WHERE user_id = v_agent AND grade IN ('SUPERVISOR', 'MANAGER')
              AND conflict_of(v_agent, v_call.customer_id) <> 'OWN_LINE') THEN
            PERFORM refuse('CONFLICT_OF_INTEREST');
        END IF;
        SELECT * INTO v_base FROM offers_limitversion WHERE id = limit_in_force(v_agent, v_limit.currency);
        PERFORM own_totals(v_call, v_limit, v_base, v_offer.family, v_offer.campaign_id, v_cost, coalesce((p ->> 'amount_minor')::bigint, 0));
    END IF;
    IF v_scheme.id IS DISTINCT FROM (p ->> 'scheme_id')::bigint THEN PERFORM refuse('STALE_LIMIT'); END IF;
    IF v_grant.id IS NOT NULL THEN
        -- What was granted as it stood is given up for the smaller terms.
        SELECT a.id INTO v_asked FROM offers_approvalrequest r JOIN offers_proposal a ON coalesce(a.counter_of_id, a.id) = r.proposal_id
        WHERE r.id = v_grant.request_id AND a.state = 'AUTHORISED' FOR UPDATE OF a;
        IF v_asked IS NOT NULL THEN
            UPDATE offers_proposal SET state = 'WITHDRAWN', ended_at = desk_now() WHERE id = v_asked;
            INSERT INTO offers_outcome (proposal_id, kind, posted_minor, disclosures, by_id, recorded_at)
            VALUES (v_asked, 'WITHDRAWN', 0, '{}', v_agent, desk_now());
        END IF;
    END IF;
    v_id := insert_proposal(p, v_agent, 'PRESENTED', CASE WHEN v_grant.id IS NULL THEN 'WITHIN' ELSE 'NEEDS_APPROVAL' END, v_limit.id, NULL, v_key);
    PERFORM audit_append(v_agent, p ->> 'role', 'PROPOSE', 'proposal', v_id, v_call.customer_id, v_call.id, v_limit.id, NULL,
        jsonb_build_object('cost_minor', v_cost, 'percent', (p ->> 'percent')::int, 'months', (p ->> 'months')::int,
        'state', 'PRESENTED', 'grant', v_grant.id), '', v_key);
    PERFORM call_event(v_call.id, 'PRESENTED', v_agent, jsonb_build_object('proposal', v_id));
    PERFORM key_settle(v_key, 'PROPOSE', v_agent, v_body, 'OK', v_id);
    IF v_asked IS NOT NULL THEN
        PERFORM ledger_lock(ARRAY[v_asked], true);
        PERFORM ledger_end(v_asked, 'VOIDED', NULL, v_agent);
    END IF;
    -- A small goodwill credit stays open when the agent's own wallet is empty; the team, site and campaign still pay for it.
    PERFORM ledger_hold(v_id,
        CASE WHEN v_grant.id IS NOT NULL THEN 'APPROVER'
             WHEN v_offer.kind = 'CREDIT' AND v_cost <= v_scheme.goodwill_minor AND (p ->> 'skip_wallet')::boolean THEN NULL ELSE 'AGENT' END,
        CASE WHEN v_grant.id IS NOT NULL THEN authority_of(v_grant.by_id) ELSE v_agent END,
        (p ->> 'customer_cap_minor')::bigint, v_scheme.hold_minutes, v_scheme.budget_mode = 'PACING',
        coalesce((p ->> 'whole')::boolean, false) OR v_asked IS NOT NULL);
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_id);
END
$$;

-- Uses a grant for terms that are not more than it allows; anything more has to be asked for again.
CREATE FUNCTION use_grant(p_grant bigint, p_call bigint, p_agent bigint, p_offer bigint, p jsonb) RETURNS offers_grant LANGUAGE plpgsql AS $$
DECLARE v offers_grant;
BEGIN
    SELECT * INTO v FROM offers_grant WHERE id = p_grant FOR UPDATE;
    IF NOT FOUND OR v.agent_id <> p_agent OR v.call_id <> p_call OR v.offer_id <> p_offer THEN PERFORM refuse('NOT_YOURS'); END IF;
    IF v.used_at IS NOT NULL OR v.withdrawn_at IS NOT NULL OR v.expires_at <= desk_now() THEN PERFORM refuse('GRANT_ENDED'); END IF;
    IF v.effective_at > desk_now() THEN PERFORM refuse('TOO_EARLY'); END IF;
    IF coalesce((p ->> 'percent')::int, 0) > v.percent OR coalesce((p ->> 'months')::int, 0) > v.months
       OR coalesce((p ->> 'amount_minor')::bigint, 0) > v.amount_minor OR coalesce((p ->> 'monthly_minor')::bigint, 0) > v.monthly_minor
       OR (p ->> 'cost_minor')::bigint > v.cost_minor THEN
        PERFORM refuse('OVER_GRANT', jsonb_build_object('percent', v.percent, 'months', v.months, 'limit_minor', v.cost_minor));
    END IF;
    UPDATE offers_grant SET used_at = desk_now() WHERE id = v.id;
    RETURN v;
END
$$;

-- ASK: over the agent's own limit. Nothing is held until a supervisor has answered; an open question is replaced. What was
-- declined on this call is not asked for again unless it has become less.
CREATE OR REPLACE FUNCTION ask_approval(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_agent bigint := (p ->> 'agent_id')::bigint; v_key uuid := (p ->> 'key')::uuid; v_body bytea := key_body(p); v_offer record;
    v_again jsonb; v_limit bigint; v_why text; v_id bigint; v_request bigint; v_seconds int; v_open bigint; v_call bigint := (p ->> 'call_id')::bigint;
BEGIN
    v_again := key_claim(v_key, v_body);
    IF v_again IS NOT NULL THEN RETURN v_again; END IF;
    v_why := offering_closed(v_call, v_agent);
    IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
    SELECT * INTO v_offer FROM family_of((p ->> 'offer_version_id')::bigint);
    v_limit := limit_on_call(v_call, v_agent, v_offer.family);
    IF v_limit IS NULL THEN PERFORM refuse('NO_LIMIT'); END IF;
    IF v_limit IS DISTINCT FROM (p ->> 'limit_version_id')::bigint THEN PERFORM refuse('STALE_LIMIT'); END IF;
    IF EXISTS (SELECT FROM offers_proposal x JOIN offers_approvalrequest r ON r.proposal_id = x.id
               WHERE x.call_id = v_call AND x.offer_version_id = (p ->> 'offer_version_id')::bigint AND r.state = 'DECLINED'
                 AND (p ->> 'cost_minor')::bigint >= x.cost_minor) THEN
        PERFORM refuse('ASKED_BEFORE');
    END IF;
    SELECT approval_seconds INTO v_seconds FROM offers_schemeversion WHERE id = (p ->> 'scheme_id')::bigint;
    SELECT id INTO v_open FROM offers_proposal WHERE call_id = v_call AND state = 'AWAITING' FOR UPDATE;
    IF v_open IS NOT NULL THEN PERFORM withdraw_question(v_open, v_agent, p ->> 'role'); END IF;
    v_id := insert_proposal(p, v_agent, 'AWAITING', 'NEEDS_APPROVAL', v_limit, NULL, v_key);
    INSERT INTO offers_approvalrequest (proposal_id, asked_by_id, asked_at, due_at, note, state, decision_reason, decision_note)
    VALUES (v_id, v_agent, desk_now(), desk_now() + make_interval(secs => v_seconds), left(coalesce(p ->> 'note', ''), 300), 'OPEN', '', '')
    RETURNING id INTO v_request;
    IF draw_approver(v_request, grade_rank('SUPERVISOR'), 'CLOSED') IS NULL THEN PERFORM refuse('NO_SUPERVISOR'); END IF;
    PERFORM audit_append(v_agent, p ->> 'role', 'ASK', 'proposal', v_id, (SELECT customer_id FROM offers_proposal WHERE id = v_id), v_call,
        v_limit, NULL, jsonb_build_object('cost_minor', (p ->> 'cost_minor')::bigint, 'percent', (p ->> 'percent')::int,
        'months', (p ->> 'months')::int, 'reasons', p -> 'reasons', 'state', 'AWAITING'), '', v_key);
    PERFORM call_event(v_call, 'ASKED_SUPERVISOR', v_agent, jsonb_build_object('proposal', v_id));
    PERFORM key_settle(v_key, 'ASK', v_agent, v_body, 'OK', v_id);
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_id, 'request_id', v_request);
END
$$;

CREATE OR REPLACE FUNCTION withdraw_question(p_proposal bigint, p_by bigint, p_role text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_draw(id, 'CLOSED') FROM offers_approvalrequest WHERE proposal_id = p_proposal;
    UPDATE offers_approvalrequest SET state = 'WITHDRAWN' WHERE proposal_id = p_proposal AND state = 'OPEN';
    UPDATE offers_proposal SET state = 'WITHDRAWN', ended_at = desk_now() WHERE id = p_proposal;
    INSERT INTO offers_outcome (proposal_id, kind, posted_minor, disclosures, by_id, recorded_at)
    VALUES (p_proposal, 'WITHDRAWN', 0, '{}', p_by, desk_now());
    PERFORM audit_append(p_by, p_role, 'WITHDRAW', 'proposal', p_proposal, customer_id, call_id, NULL, NULL, '{"state": "WITHDRAWN"}', '', NULL)
    FROM offers_proposal WHERE id = p_proposal;
    PERFORM call_event(call_id, 'WITHDRAWN', p_by, jsonb_build_object('proposal', p_proposal)) FROM offers_proposal WHERE id = p_proposal;
END
$$;

CREATE OR REPLACE FUNCTION present_proposal(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_agent bigint := (p ->> 'agent_id')::bigint; v_p offers_proposal; v_why text; v_grant offers_grant;
BEGIN
    SELECT * INTO v_p FROM offers_proposal WHERE id = (p ->> 'proposal_id')::bigint;
    IF NOT FOUND OR v_p.agent_id <> v_agent THEN PERFORM refuse('NOT_YOURS'); END IF;
    v_why := offering_closed(v_p.call_id, v_agent);
    SELECT * INTO v_p FROM offers_proposal WHERE id = v_p.id FOR UPDATE;
    IF v_p.state = 'PRESENTED' THEN RETURN jsonb_build_object('code', 'OK', 'object_id', v_p.id, 'again', true); END IF;
    IF v_p.state <> 'AUTHORISED' THEN PERFORM refuse('ALREADY_RESOLVED', jsonb_build_object('state', v_p.state)); END IF;
    IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
    SELECT g.* INTO v_grant FROM offers_grant g JOIN offers_approvalrequest r ON r.id = g.request_id
    WHERE r.proposal_id = coalesce(v_p.counter_of_id, v_p.id) AND g.withdrawn_at IS NULL FOR UPDATE OF g;
    IF v_grant.effective_at > desk_now() THEN PERFORM refuse('TOO_EARLY'); END IF;
    IF v_grant.id IS NULL OR v_grant.used_at IS NOT NULL OR v_grant.expires_at <= desk_now() THEN PERFORM refuse('GRANT_ENDED'); END IF;
    IF EXISTS (SELECT FROM offers_proposal WHERE call_id = v_p.call_id AND state = 'PRESENTED') THEN PERFORM refuse('ANSWER_FIRST'); END IF;
    IF NOT EXISTS (SELECT FROM offers_hold WHERE proposal_id = v_p.id AND ended_as = '' AND expires_at > desk_now()) THEN
        PERFORM refuse('HOLD_EXPIRED');
    END IF;
    UPDATE offers_grant SET used_at = desk_now() WHERE id = v_grant.id;
    UPDATE offers_proposal SET state = 'PRESENTED', presented_at = desk_now() WHERE id = v_p.id;
    PERFORM audit_append(v_agent, p ->> 'role', 'PRESENT', 'proposal', v_p.id, v_p.customer_id, v_p.call_id, v_p.limit_version_id,
        '{"state": "AUTHORISED"}', jsonb_build_object('state', 'PRESENTED', 'grant', v_grant.id), '', NULL);
    PERFORM call_event(v_p.call_id, 'PRESENTED', v_agent, jsonb_build_object('proposal', v_p.id));
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_p.id);
END
$$;

CREATE OR REPLACE FUNCTION lapse_proposals(p_proposals bigint[], p_hold_end text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_p offers_proposal; v_lapsed bigint[] := '{}'; v_id bigint;
BEGIN
    FOR v_p IN SELECT * FROM offers_proposal WHERE id = ANY (p_proposals) AND state IN ('AWAITING', 'AUTHORISED', 'PRESENTED')
               ORDER BY id FOR UPDATE LOOP
        PERFORM end_draw(id, CASE WHEN due_at <= desk_now() THEN 'TIMED_OUT' ELSE 'CLOSED' END)
        FROM offers_approvalrequest WHERE proposal_id = v_p.id AND state = 'OPEN';
        UPDATE offers_approvalrequest SET state = CASE WHEN due_at <= desk_now() THEN 'EXPIRED' ELSE 'WITHDRAWN' END
        WHERE proposal_id = v_p.id AND state = 'OPEN';
        UPDATE offers_proposal SET state = 'LAPSED', ended_at = desk_now() WHERE id = v_p.id;
        INSERT INTO offers_outcome (proposal_id, kind, posted_minor, disclosures, by_id, recorded_at)
        VALUES (v_p.id, 'LAPSED', 0, '{}', NULL, desk_now());
        PERFORM audit_append(NULL, 'CLOCK', 'LAPSE', 'proposal', v_p.id, v_p.customer_id, v_p.call_id, v_p.limit_version_id,
            jsonb_build_object('state', v_p.state), '{"state": "LAPSED"}', '', NULL, v_p.agent_id);
        v_lapsed := v_lapsed || v_p.id;
    END LOOP;
    PERFORM ledger_lock(v_lapsed);
    FOREACH v_id IN ARRAY v_lapsed LOOP
        PERFORM ledger_end(v_id, p_hold_end, NULL, NULL);
    END LOOP;
END
$$;

-- The clockwork: lets one question that nobody answered, one hold that nobody used or one storm go, or draws the next
-- supervisor for a question that the last did not look at. Answers which, or NULL when no more is due. One at a time, so that
-- no transaction holds the budgets of several calls.
CREATE OR REPLACE FUNCTION expire_next() RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_due record;
BEGIN
    FOR v_due IN
        SELECT r.proposal_id, p.call_id, r.id, 'question' AS what, r.due_at AS since
        FROM offers_approvalrequest r JOIN offers_proposal p ON p.id = r.proposal_id WHERE r.state = 'OPEN' AND r.due_at <= desk_now()
        UNION ALL
        SELECT h.proposal_id, p.call_id, h.id, 'hold', h.expires_at
        FROM offers_hold h JOIN offers_proposal p ON p.id = h.proposal_id WHERE h.ended_as = '' AND h.expires_at <= desk_now()
        UNION ALL
        SELECT r.proposal_id, p.call_id, r.id, 'draw', r.draw_ends_at
        FROM offers_approvalrequest r JOIN offers_proposal p ON p.id = r.proposal_id
        WHERE r.state = 'OPEN' AND r.due_at > desk_now() AND r.draw_ends_at <= desk_now()
        UNION ALL
        SELECT NULL, NULL, s.id, 'storm', s.ends_at FROM offers_storm s WHERE s.ended_at IS NULL AND s.ends_at <= desk_now()
        ORDER BY 5
    LOOP
        IF v_due.what = 'storm' THEN
            PERFORM storm_over(v_due.id, NULL, 'CLOCK');
            RETURN v_due.what;
        END IF;
        -- The same order as everybody: the call first. One that is busy now is taken on a later tick.
        PERFORM 1 FROM customers_call WHERE id = v_due.call_id FOR NO KEY UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        IF v_due.what = 'draw' THEN
            PERFORM draw_approver(v_due.id, grade_rank('SUPERVISOR'), 'TIMED_OUT');
        ELSE
            PERFORM lapse_proposals(ARRAY[v_due.proposal_id], 'EXPIRED');
        END IF;
        RETURN v_due.what;
    END LOOP;
    RETURN NULL;
END
$$;

DO $$
DECLARE v_function regprocedure;
BEGIN
    -- What has been made here is nobody's to call until it is a door.
    FOR v_function IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname IN (
        'budget_open', 'budget_for', 'budget_fit', 'budget_set', 'budget_move', 'transfer_budget', 'ledger_entry', 'ledger_take', 'ledger_pace',
        'ledger_take_allotment', 'ledger_take_limits', 'ledger_hold', 'ledger_lock', 'ledger_end', 'ledger_drain', 'concession_return',
        'return_next', 'start_storm', 'storm_over', 'end_storm', 'end_draw', 'draw_approver', 'pass_question', 'make_grant', 'use_grant',
        'first_approval', 'own_totals', 'decide_approval', 'undo_decision', 'authorise_proposal', 'ask_approval', 'withdraw_question',
        'present_proposal', 'lapse_proposals', 'expire_next', 'read_question', 'move_counter')
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', v_function);
    END LOOP;
    FOR v_function IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname IN (
        'budget_set', 'transfer_budget', 'return_next', 'start_storm', 'end_storm', 'pass_question', 'decide_approval', 'undo_decision',
        'authorise_proposal', 'ask_approval', 'present_proposal', 'expire_next', 'read_question',
        -- Reads use these two; they look at nothing that the role may not read.
        'budget_period', 'budget_at')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO retention_desk_app', v_function);
    END LOOP;
END
$$;
