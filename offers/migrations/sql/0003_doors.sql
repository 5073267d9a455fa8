-- The doors of the ledger: what the serving role may call. Each takes one jsonb with the key of the act, looks again at
-- the walls (call, conduct, limit in force, budgets), and either does the whole act or raises RD100 with a reason code.
-- The rules themselves (eligibility, cost, ranking) are Python's; what is checked here must hold for raw SQL too.

-- The limit that holds for a user now: the person's own, else the team's, else the grade's; newest in force.
CREATE FUNCTION limit_in_force(p_user bigint, p_currency text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT v.id FROM offers_seat s
    JOIN offers_limitversion v ON v.user_id = s.user_id OR v.team_id = s.team_id OR v.grade = s.grade
    WHERE s.user_id = p_user AND s.is_active AND v.valid_from <= desk_now() AND v.currency = p_currency
    ORDER BY (v.user_id IS NOT NULL) DESC, (v.team_id IS NOT NULL) DESC, v.valid_from DESC, v.id DESC LIMIT 1
$$;

CREATE FUNCTION within_limit(p_limit offers_limitversion, p_kind text, p_percent int, p_months int, p_monthly bigint, p_amount bigint,
    p_cost bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN NOT p_kind = ANY (p_limit.kinds) THEN 'KIND_NOT_ALLOWED'
        WHEN p_kind IN ('PERCENT_OFF', 'REPLACEMENT_COUPON') AND coalesce(p_percent, 0) > p_limit.max_percent THEN 'OVER_PERCENT'
        WHEN p_kind IN ('PERCENT_OFF', 'AMOUNT_OFF', 'REPLACEMENT_COUPON') AND coalesce(p_months, 0) > p_limit.max_months THEN 'OVER_MONTHS'
        WHEN p_kind IN ('PERCENT_OFF', 'AMOUNT_OFF', 'REPLACEMENT_COUPON') AND p_monthly > p_limit.max_monthly_minor THEN 'OVER_MONTHLY'
        WHEN p_kind = 'WAIVED_FEE' AND coalesce(p_amount, 0) > p_limit.max_fee_minor THEN 'OVER_CREDIT'
        WHEN p_kind IN ('CREDIT', 'GIFT') AND coalesce(p_amount, 0) > p_limit.max_credit_minor THEN 'OVER_CREDIT'
        WHEN p_cost > p_limit.max_cost_minor THEN 'OVER_COST'
    END
$$;

-- Locks the call for this transaction and says why nothing may be offered on it, if so.
CREATE FUNCTION offering_closed(p_call bigint, p_agent bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE v_call customers_call; v_shown int;
BEGIN
    SELECT * INTO v_call FROM customers_call WHERE id = p_call FOR NO KEY UPDATE;
    IF NOT FOUND OR v_call.agent_id <> p_agent OR v_call.customer_id IS NULL THEN RETURN 'NOT_YOURS'; END IF;
    IF v_call.state <> 'OPEN' THEN RETURN 'CALL_CLOSED'; END IF;
    IF v_call.offers_closed_at IS NOT NULL OR v_call.must_complete_by <= desk_now() THEN RETURN 'CONDUCT_CLOSED'; END IF;
    IF EXISTS (SELECT FROM customers_cancellation c WHERE c.call_id = p_call
               AND NOT EXISTS (SELECT FROM customers_cancellationundo u WHERE u.cancellation_id = c.id)) THEN
        RETURN 'ALREADY_CANCELLED';
    END IF;
    IF v_call.asked_at IS NOT NULL THEN
        SELECT count(*) INTO v_shown FROM offers_proposal
        WHERE call_id = p_call AND presented_at >= v_call.asked_at;
        IF v_shown >= v_call.offers_allowed THEN RETURN 'CONDUCT_MAX_OFFERS'; END IF;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION insert_proposal(p jsonb, p_agent bigint, p_state text, p_ruling text, p_limit bigint, p_counter_of bigint, p_key uuid)
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
    INSERT INTO offers_proposal (key, call_id, customer_id, agent_id, team_id, offer_version_id, counter_of_id, position, currency,
        percent, months, amount_minor, product_kind, extra, cost_minor, monthly_minor, bill_before_minor, bill_after_minor,
        starts_on, ends_on, accept_percent, expected_value_minor, ruling, reasons, limit_version_id, scheme_id, state,
        created_at, presented_at)
    VALUES (p_key, v_call.id, v_call.customer_id, p_agent, v_call.team_id, (p ->> 'offer_version_id')::bigint, p_counter_of,
        coalesce((p ->> 'position')::int, 0), v_currency, (p ->> 'percent')::int, (p ->> 'months')::int,
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

CREATE FUNCTION call_event(p_call bigint, p_kind text, p_by bigint, p_detail jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO customers_callevent (call_id, kind, at, by_id, detail) VALUES (p_call, p_kind, desk_now(), p_by, p_detail)
$$;

-- Body of a key: everything that was asked for; `whole` only says how the ledger is to take it.
CREATE FUNCTION key_body(p jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to((p - 'key' - 'whole')::text, 'UTF8'))
$$;

-- PRESENT: the agent, within their own limit, presents to the customer. One transaction, all budgets or none.
CREATE FUNCTION authorise_proposal(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_agent bigint := (p ->> 'agent_id')::bigint; v_key uuid := (p ->> 'key')::uuid; v_body bytea := key_body(p);
    v_again jsonb; v_limit offers_limitversion; v_why text; v_id bigint; v_scheme offers_schemeversion; v_kind text;
BEGIN
    v_again := key_claim(v_key, v_body);
    IF v_again IS NOT NULL THEN RETURN v_again; END IF;
    v_why := offering_closed((p ->> 'call_id')::bigint, v_agent);
    IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
    SELECT kind INTO v_kind FROM offers_offer o JOIN offers_offerversion v ON v.offer_id = o.id WHERE v.id = (p ->> 'offer_version_id')::bigint;
    SELECT v.* INTO v_limit FROM offers_limitversion v
    WHERE v.id = limit_in_force(v_agent, (SELECT currency FROM offers_offerversion WHERE id = (p ->> 'offer_version_id')::bigint));
    IF v_limit.id IS DISTINCT FROM (p ->> 'limit_version_id')::bigint THEN PERFORM refuse('STALE_LIMIT'); END IF;
    v_why := within_limit(v_limit, v_kind, (p ->> 'percent')::int, (p ->> 'months')::int, (p ->> 'monthly_minor')::bigint,
        (p ->> 'amount_minor')::bigint, (p ->> 'cost_minor')::bigint);
    IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
    SELECT * INTO v_scheme FROM offers_schemeversion WHERE valid_from <= desk_now() ORDER BY valid_from DESC LIMIT 1;
    IF v_scheme.id IS DISTINCT FROM (p ->> 'scheme_id')::bigint THEN PERFORM refuse('STALE_LIMIT'); END IF;
    v_id := insert_proposal(p, v_agent, 'PRESENTED', 'WITHIN', v_limit.id, NULL, v_key);
    PERFORM audit_append(v_agent, p ->> 'role', 'PROPOSE', 'proposal', v_id, (SELECT customer_id FROM offers_proposal WHERE id = v_id),
        (p ->> 'call_id')::bigint, v_limit.id, NULL, jsonb_build_object('cost_minor', (p ->> 'cost_minor')::bigint,
        'percent', (p ->> 'percent')::int, 'months', (p ->> 'months')::int, 'state', 'PRESENTED'), '', v_key);
    PERFORM call_event((p ->> 'call_id')::bigint, 'PRESENTED', v_agent, jsonb_build_object('proposal', v_id));
    PERFORM key_settle(v_key, 'PROPOSE', v_agent, v_body, 'OK', v_id);
    -- A small goodwill credit stays open when the agent's own wallet is empty; the team, site and campaign still pay for it.
    PERFORM ledger_hold(v_id, CASE WHEN v_kind = 'CREDIT' AND (p ->> 'cost_minor')::bigint <= v_scheme.goodwill_minor
        AND (p ->> 'skip_wallet')::boolean THEN NULL ELSE 'AGENT' END, v_agent, (p ->> 'customer_cap_minor')::bigint, v_scheme.hold_minutes,
        coalesce((p ->> 'whole')::boolean, false));
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_id);
END
$$;

-- ASK: over the agent's own limit. Nothing is held until a supervisor has answered; an open question is replaced.
CREATE FUNCTION ask_approval(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_agent bigint := (p ->> 'agent_id')::bigint; v_key uuid := (p ->> 'key')::uuid; v_body bytea := key_body(p);
    v_again jsonb; v_limit bigint; v_why text; v_id bigint; v_request bigint; v_seconds int; v_open bigint; v_call bigint := (p ->> 'call_id')::bigint;
BEGIN
    v_again := key_claim(v_key, v_body);
    IF v_again IS NOT NULL THEN RETURN v_again; END IF;
    v_why := offering_closed(v_call, v_agent);
    IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
    v_limit := limit_in_force(v_agent, (SELECT currency FROM offers_offerversion WHERE id = (p ->> 'offer_version_id')::bigint));
    IF v_limit IS NULL THEN PERFORM refuse('NO_LIMIT'); END IF;
    IF v_limit IS DISTINCT FROM (p ->> 'limit_version_id')::bigint THEN PERFORM refuse('STALE_LIMIT'); END IF;
    SELECT approval_seconds INTO v_seconds FROM offers_schemeversion WHERE id = (p ->> 'scheme_id')::bigint;
    SELECT id INTO v_open FROM offers_proposal WHERE call_id = v_call AND state = 'AWAITING' FOR UPDATE;
    IF v_open IS NOT NULL THEN PERFORM withdraw_question(v_open, v_agent, p ->> 'role'); END IF;
    v_id := insert_proposal(p, v_agent, 'AWAITING', 'NEEDS_APPROVAL', v_limit, NULL, v_key);
    INSERT INTO offers_approvalrequest (proposal_id, asked_by_id, asked_at, due_at, note, state, decision_reason, decision_note)
    VALUES (v_id, v_agent, desk_now(), desk_now() + make_interval(secs => v_seconds), left(coalesce(p ->> 'note', ''), 300), 'OPEN', '', '')
    RETURNING id INTO v_request;
    PERFORM audit_append(v_agent, p ->> 'role', 'ASK', 'proposal', v_id, (SELECT customer_id FROM offers_proposal WHERE id = v_id), v_call,
        v_limit, NULL, jsonb_build_object('cost_minor', (p ->> 'cost_minor')::bigint, 'percent', (p ->> 'percent')::int,
        'months', (p ->> 'months')::int, 'reasons', p -> 'reasons', 'state', 'AWAITING'), '', v_key);
    PERFORM call_event(v_call, 'ASKED_SUPERVISOR', v_agent, jsonb_build_object('proposal', v_id));
    PERFORM key_settle(v_key, 'ASK', v_agent, v_body, 'OK', v_id);
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_id, 'request_id', v_request);
END
$$;

CREATE FUNCTION withdraw_question(p_proposal bigint, p_by bigint, p_role text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE offers_approvalrequest SET state = 'WITHDRAWN' WHERE proposal_id = p_proposal AND state = 'OPEN';
    UPDATE offers_proposal SET state = 'WITHDRAWN', ended_at = desk_now() WHERE id = p_proposal;
    INSERT INTO offers_outcome (proposal_id, kind, posted_minor, disclosures, by_id, recorded_at)
    VALUES (p_proposal, 'WITHDRAWN', 0, '{}', p_by, desk_now());
    PERFORM audit_append(p_by, p_role, 'WITHDRAW', 'proposal', p_proposal, customer_id, call_id, NULL, NULL, '{"state": "WITHDRAWN"}', '', NULL)
    FROM offers_proposal WHERE id = p_proposal;
    PERFORM call_event(call_id, 'WITHDRAWN', p_by, jsonb_build_object('proposal', p_proposal)) FROM offers_proposal WHERE id = p_proposal;
END
$$;

-- DECIDE: approve, counter with less, or decline. Holds at once; the agent sees it when the undo has run out.
CREATE FUNCTION decide_approval(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_by bigint := (p ->> 'approver_id')::bigint; v_key uuid := (p ->> 'key')::uuid; v_body bytea := key_body(p);
    v_decision text := p ->> 'decision'; v_again jsonb; v_r offers_approvalrequest; v_p offers_proposal; v_limit offers_limitversion;
    v_terms jsonb; v_why text; v_scheme offers_schemeversion; v_granted bigint; v_seat offers_seat; v_call customers_call; v_kind text;
BEGIN
    v_again := key_claim(v_key, v_body);
    IF v_again IS NOT NULL THEN RETURN v_again; END IF;
    SELECT * INTO v_p FROM offers_proposal WHERE id = (SELECT proposal_id FROM offers_approvalrequest WHERE id = (p ->> 'request_id')::bigint);
    IF NOT FOUND THEN PERFORM refuse('NOT_YOURS'); END IF;
    SELECT * INTO v_call FROM customers_call WHERE id = v_p.call_id FOR NO KEY UPDATE;
    SELECT * INTO v_r FROM offers_approvalrequest WHERE id = (p ->> 'request_id')::bigint FOR UPDATE;
    IF v_r.asked_by_id = v_by THEN PERFORM refuse('OWN_PROPOSAL'); END IF;
    IF v_r.state = 'EXPIRED' OR (v_r.state = 'OPEN' AND v_r.due_at <= desk_now()) THEN PERFORM refuse('REQUEST_EXPIRED'); END IF;
    IF v_r.state <> 'OPEN' THEN PERFORM refuse('ALREADY_RESOLVED', jsonb_build_object('state', v_r.state)); END IF;
    SELECT * INTO v_seat FROM offers_seat WHERE user_id = v_by AND is_active AND grade IN ('SUPERVISOR', 'MANAGER');
    IF NOT FOUND THEN PERFORM refuse('NOT_YOURS'); END IF;
    SELECT * INTO v_scheme FROM offers_schemeversion WHERE valid_from <= desk_now() ORDER BY valid_from DESC LIMIT 1;
    v_granted := v_p.id;
    IF v_decision IN ('APPROVE', 'COUNTER') THEN
        v_why := offering_closed(v_call.id, v_p.agent_id);
        IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
        SELECT v.* INTO v_limit FROM offers_limitversion v WHERE v.id = limit_in_force(v_by, v_p.currency);
        IF v_limit.id IS NULL THEN PERFORM refuse('NO_LIMIT'); END IF;
        SELECT o.kind INTO v_kind FROM offers_offer o JOIN offers_offerversion v ON v.offer_id = o.id WHERE v.id = v_p.offer_version_id;
    END IF;
    IF v_decision = 'APPROVE' THEN
        v_why := within_limit(v_limit, v_kind, v_p.percent, v_p.months, v_p.monthly_minor, v_p.amount_minor, v_p.cost_minor);
        IF v_why IS NOT NULL THEN PERFORM refuse('OVER_SUPERVISOR', jsonb_build_object('why', v_why)); END IF;
        UPDATE offers_proposal SET state = 'AUTHORISED' WHERE id = v_p.id;
    ELSIF v_decision = 'COUNTER' THEN
        v_terms := p -> 'terms' || jsonb_build_object('call_id', v_p.call_id, 'offer_version_id', v_p.offer_version_id,
            'scheme_id', v_p.scheme_id, 'position', v_p.position, 'bill_before_minor', v_p.bill_before_minor,
            'product_kind', v_p.product_kind, 'starts_on', v_p.starts_on);
        IF (v_terms ->> 'cost_minor')::bigint >= v_p.cost_minor OR coalesce((v_terms ->> 'percent')::int, 0) > coalesce(v_p.percent, 0)
           OR coalesce((v_terms ->> 'amount_minor')::bigint, 0) > coalesce(v_p.amount_minor, 0) THEN
            PERFORM refuse('COUNTER_NOT_LESS');
        END IF;
        v_why := within_limit(v_limit, v_kind, (v_terms ->> 'percent')::int, (v_terms ->> 'months')::int, (v_terms ->> 'monthly_minor')::bigint,
            (v_terms ->> 'amount_minor')::bigint, (v_terms ->> 'cost_minor')::bigint);
        IF v_why IS NOT NULL THEN PERFORM refuse('OVER_SUPERVISOR', jsonb_build_object('why', v_why)); END IF;
        UPDATE offers_proposal SET state = 'COUNTERED', ended_at = desk_now() WHERE id = v_p.id;
        v_granted := insert_proposal(v_terms, v_p.agent_id, 'AUTHORISED', 'NEEDS_APPROVAL', v_limit.id, v_p.id, v_key);
    ELSIF v_decision = 'DECLINE' THEN
        UPDATE offers_proposal SET state = 'REFUSED', ended_at = desk_now() WHERE id = v_p.id;
    ELSE
        PERFORM refuse('BOUNDS');
    END IF;
    UPDATE offers_approvalrequest SET state = CASE v_decision WHEN 'APPROVE' THEN 'APPROVED' WHEN 'COUNTER' THEN 'COUNTERED' ELSE 'DECLINED' END,
        decided_by_id = v_by, decided_at = desk_now(), effective_at = desk_now() + make_interval(secs => v_scheme.undo_seconds),
        decision_reason = coalesce(p ->> 'reason', ''), decision_note = left(coalesce(p ->> 'note', ''), 300), limit_version_id = v_limit.id
    WHERE id = v_r.id;
    PERFORM audit_append(v_by, p ->> 'role', v_decision, 'proposal', v_granted, v_p.customer_id, v_p.call_id, v_limit.id,
        '{"state": "AWAITING"}', jsonb_build_object('request', v_r.id, 'asked_cost_minor', v_p.cost_minor,
        'cost_minor', (SELECT cost_minor FROM offers_proposal WHERE id = v_granted)), coalesce(p ->> 'reason', ''), v_key);
    PERFORM call_event(v_p.call_id, 'SUPERVISOR_ANSWERED', v_by, jsonb_build_object('proposal', v_granted, 'decision', v_decision));
    PERFORM key_settle(v_key, v_decision, v_by, v_body, 'OK', v_granted);
    IF v_decision <> 'DECLINE' THEN
        PERFORM ledger_hold(v_granted, 'APPROVER', v_by, (p ->> 'customer_cap_minor')::bigint, v_scheme.hold_minutes,
        coalesce((p ->> 'whole')::boolean, false));
    END IF;
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_granted);
END
$$;

-- UNDO: the same supervisor, before the decision has taken effect. The question is open again with the time it had.
CREATE FUNCTION undo_decision(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_by bigint := (p ->> 'approver_id')::bigint; v_r offers_approvalrequest; v_counter bigint; v_p offers_proposal;
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
    SELECT id INTO v_counter FROM offers_proposal WHERE counter_of_id = v_p.id AND state <> 'WITHDRAWN';
    IF v_counter IS NOT NULL THEN
        -- A proposal is never deleted: the counter stays, as withdrawn.
        UPDATE offers_proposal SET state = 'WITHDRAWN', ended_at = desk_now() WHERE id = v_counter;
        INSERT INTO offers_outcome (proposal_id, kind, posted_minor, disclosures, by_id, recorded_at)
        VALUES (v_counter, 'WITHDRAWN', 0, '{}', v_by, desk_now());
    END IF;
    UPDATE offers_proposal SET state = 'AWAITING', ended_at = NULL WHERE id = v_p.id;
    UPDATE offers_approvalrequest SET state = 'OPEN', decided_by_id = NULL, decided_at = NULL, effective_at = NULL, decision_reason = '',
        decision_note = '', limit_version_id = NULL, due_at = greatest(due_at, desk_now() + interval '30 seconds') WHERE id = v_r.id;
    PERFORM audit_append(v_by, p ->> 'role', 'UNDO_DECISION', 'proposal', v_p.id, v_p.customer_id, v_p.call_id, NULL,
        jsonb_build_object('state', v_r.state), '{"state": "AWAITING"}', '', NULL);
    PERFORM ledger_end(coalesce(v_counter, v_p.id), 'VOIDED', NULL, v_by);
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_p.id);
END
$$;

-- PRESENT an approved proposal to the customer.
CREATE FUNCTION present_proposal(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_agent bigint := (p ->> 'agent_id')::bigint; v_p offers_proposal; v_why text; v_effective timestamptz;
BEGIN
    SELECT * INTO v_p FROM offers_proposal WHERE id = (p ->> 'proposal_id')::bigint;
    IF NOT FOUND OR v_p.agent_id <> v_agent THEN PERFORM refuse('NOT_YOURS'); END IF;
    v_why := offering_closed(v_p.call_id, v_agent);
    SELECT * INTO v_p FROM offers_proposal WHERE id = v_p.id FOR UPDATE;
    IF v_p.state = 'PRESENTED' THEN RETURN jsonb_build_object('code', 'OK', 'object_id', v_p.id, 'again', true); END IF;
    IF v_p.state <> 'AUTHORISED' THEN PERFORM refuse('ALREADY_RESOLVED', jsonb_build_object('state', v_p.state)); END IF;
    IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
    SELECT effective_at INTO v_effective FROM offers_approvalrequest WHERE proposal_id = coalesce(v_p.counter_of_id, v_p.id) AND decided_at IS NOT NULL;
    IF v_effective > desk_now() THEN PERFORM refuse('TOO_EARLY'); END IF;
    IF EXISTS (SELECT FROM offers_proposal WHERE call_id = v_p.call_id AND state = 'PRESENTED') THEN PERFORM refuse('ANSWER_FIRST'); END IF;
    IF NOT EXISTS (SELECT FROM offers_hold WHERE proposal_id = v_p.id AND ended_as = '' AND expires_at > desk_now()) THEN
        PERFORM refuse('HOLD_EXPIRED');
    END IF;
    UPDATE offers_proposal SET state = 'PRESENTED', presented_at = desk_now() WHERE id = v_p.id;
    PERFORM audit_append(v_agent, p ->> 'role', 'PRESENT', 'proposal', v_p.id, v_p.customer_id, v_p.call_id, v_p.limit_version_id,
        '{"state": "AUTHORISED"}', '{"state": "PRESENTED"}', '', NULL);
    PERFORM call_event(v_p.call_id, 'PRESENTED', v_agent, jsonb_build_object('proposal', v_p.id));
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_p.id);
END
$$;

-- SETTLE: what the customer said (ACCEPTED, DECLINED), or the agent takes it back (WITHDRAWN).
CREATE FUNCTION settle_proposal(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_agent bigint := (p ->> 'agent_id')::bigint; v_key uuid := (p ->> 'key')::uuid; v_body bytea := key_body(p); v_kind text := p ->> 'outcome';
    v_again jsonb; v_p offers_proposal; v_call customers_call; v_family text; v_posted bigint; v_disclosures text[]; v_wanted jsonb;
    v_concession bigint;
BEGIN
    v_again := key_claim(v_key, v_body);
    IF v_again IS NOT NULL THEN RETURN v_again; END IF;
    SELECT * INTO v_p FROM offers_proposal WHERE id = (p ->> 'proposal_id')::bigint;
    IF NOT FOUND OR v_p.agent_id <> v_agent THEN PERFORM refuse('NOT_YOURS'); END IF;
    SELECT * INTO v_call FROM customers_call WHERE id = v_p.call_id FOR NO KEY UPDATE;
    IF v_call.state <> 'OPEN' THEN PERFORM refuse('CALL_CLOSED'); END IF;
    SELECT * INTO v_p FROM offers_proposal WHERE id = v_p.id FOR UPDATE;
    IF v_kind = 'WITHDRAWN' AND v_p.state = 'AWAITING' THEN
        PERFORM withdraw_question(v_p.id, v_agent, p ->> 'role');
        PERFORM key_settle(v_key, 'WITHDRAW', v_agent, v_body, 'OK', v_p.id);
        RETURN jsonb_build_object('code', 'OK', 'object_id', v_p.id);
    END IF;
    IF v_p.state <> 'PRESENTED' AND NOT (v_kind = 'WITHDRAWN' AND v_p.state = 'AUTHORISED') THEN
        PERFORM refuse('ALREADY_RESOLVED', jsonb_build_object('state', v_p.state));
    END IF;
    IF v_kind NOT IN ('ACCEPTED', 'DECLINED', 'WITHDRAWN') THEN PERFORM refuse('BOUNDS'); END IF;
    v_disclosures := ARRAY(SELECT jsonb_array_elements_text(coalesce(p -> 'disclosures', '[]')));
    v_posted := CASE WHEN v_kind = 'ACCEPTED' THEN coalesce((p ->> 'posted_minor')::bigint, v_p.cost_minor) ELSE 0 END;
    IF v_kind = 'ACCEPTED' THEN
        IF v_call.offers_closed_at IS NOT NULL THEN PERFORM refuse('CONDUCT_CLOSED'); END IF;
        SELECT rules -> 'disclosures_before_accept' INTO v_wanted FROM customers_conductpolicy WHERE id = v_call.policy_id;
        IF NOT coalesce(v_wanted, '[]') <@ to_jsonb(v_disclosures) THEN
            PERFORM refuse('DISCLOSURE_MISSING', jsonb_build_object('wanted', v_wanted));
        END IF;
    END IF;
    UPDATE offers_proposal SET state = v_kind, ended_at = desk_now() WHERE id = v_p.id;
    INSERT INTO offers_outcome (proposal_id, kind, posted_minor, disclosures, by_id, recorded_at)
    VALUES (v_p.id, v_kind, v_posted, v_disclosures, v_agent, desk_now());
    IF v_kind = 'ACCEPTED' THEN
        SELECT o.family INTO v_family FROM offers_offer o JOIN offers_offerversion v ON v.offer_id = o.id WHERE v.id = v_p.offer_version_id;
        INSERT INTO offers_concession (proposal_id, customer_id, family, currency, monthly_minor, cost_minor, starts_on, ends_on, created_at)
        VALUES (v_p.id, v_p.customer_id, v_family, v_p.currency, v_p.monthly_minor, v_posted, v_p.starts_on, v_p.ends_on, desk_now())
        RETURNING id INTO v_concession;
        INSERT INTO customers_outboxmessage (topic, key, payload, created_at, due_at, attempts, last_error)
        VALUES ('billing.concession', 'concession:' || v_p.id, jsonb_build_object('proposal', v_p.id, 'concession', v_concession,
                'customer', v_p.customer_id), desk_now(), desk_now(), 0, ''),
               ('notice.terms', 'terms:' || v_p.id, jsonb_build_object('proposal', v_p.id, 'customer', v_p.customer_id), desk_now(), desk_now(), 0, '');
    END IF;
    PERFORM audit_append(v_agent, p ->> 'role', v_kind, 'proposal', v_p.id, v_p.customer_id, v_p.call_id, v_p.limit_version_id,
        jsonb_build_object('state', v_p.state), jsonb_build_object('state', v_kind, 'posted_minor', v_posted, 'disclosures', v_disclosures), '', v_key);
    PERFORM call_event(v_p.call_id, v_kind, v_agent, jsonb_build_object('proposal', v_p.id));
    PERFORM key_settle(v_key, v_kind, v_agent, v_body, 'OK', v_p.id);
    PERFORM ledger_end(v_p.id, CASE v_kind WHEN 'ACCEPTED' THEN 'POSTED' ELSE 'VOIDED' END, v_posted, v_agent);
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_p.id);
END
$$;

-- Lets live proposals of one call go: it ended, service was cancelled, offers closed, or the clock ran out. The record of
-- it stands in the chain of the call's agent, so that everybody locks chain before counters.
CREATE FUNCTION lapse_proposals(p_proposals bigint[], p_hold_end text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_p offers_proposal; v_lapsed bigint[] := '{}'; v_id bigint;
BEGIN
    FOR v_p IN SELECT * FROM offers_proposal WHERE id = ANY (p_proposals) AND state IN ('AWAITING', 'AUTHORISED', 'PRESENTED')
               ORDER BY id FOR UPDATE LOOP
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

CREATE FUNCTION release_call() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_call bigint;
BEGIN
    IF TG_TABLE_NAME = 'customers_call' THEN v_call := NEW.id; ELSE v_call := NEW.call_id; END IF;
    PERFORM lapse_proposals(ARRAY(SELECT id FROM offers_proposal WHERE call_id = v_call
                                  AND state IN ('AWAITING', 'AUTHORISED', 'PRESENTED')), 'VOIDED');
    RETURN NULL;
END
$$;
-- No budget stays held for a call on which nothing can be accepted any more, whichever way it got there.
CREATE TRIGGER releases_proposals AFTER UPDATE ON customers_call FOR EACH ROW
    WHEN ((OLD.state = 'OPEN' AND NEW.state <> 'OPEN') OR (OLD.offers_closed_at IS NULL AND NEW.offers_closed_at IS NOT NULL))
    EXECUTE FUNCTION release_call();
CREATE TRIGGER releases_proposals AFTER INSERT ON customers_cancellation FOR EACH ROW EXECUTE FUNCTION release_call();

-- The clockwork: lets one question that nobody answered, or one hold that nobody used, go. Answers which, or NULL when no
-- more is due. One at a time, so that no transaction holds the budgets of several calls.
CREATE FUNCTION expire_next() RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_due record;
BEGIN
    FOR v_due IN
        SELECT r.proposal_id, p.call_id, 'question' AS what, r.due_at AS since
        FROM offers_approvalrequest r JOIN offers_proposal p ON p.id = r.proposal_id WHERE r.state = 'OPEN' AND r.due_at <= desk_now()
        UNION ALL
        SELECT h.proposal_id, p.call_id, 'hold', h.expires_at
        FROM offers_hold h JOIN offers_proposal p ON p.id = h.proposal_id WHERE h.ended_as = '' AND h.expires_at <= desk_now()
        ORDER BY 4
    LOOP
        -- The same order as everybody: the call first. One that is busy now is taken on a later tick.
        PERFORM 1 FROM customers_call WHERE id = v_due.call_id FOR NO KEY UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        PERFORM lapse_proposals(ARRAY[v_due.proposal_id], 'EXPIRED');
        RETURN v_due.what;
    END LOOP;
    RETURN NULL;
END
$$;

-- A supervisor opened the question: the agent sees by whom it is being read.
CREATE FUNCTION read_question(p_request bigint, p_by bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE offers_approvalrequest SET read_by_id = p_by, read_at = desk_now()
    WHERE id = p_request AND state = 'OPEN' AND read_by_id IS NULL AND asked_by_id <> p_by
$$;

-- ── Who may call what ────────────────────────────────────────────────────────────────────────────────────────

GRANT SELECT ON ALL TABLES IN SCHEMA public TO retention_desk_app;
GRANT INSERT, UPDATE ON offers_seat, offers_campaign, offers_offer, offers_budgetplan TO retention_desk_app;
GRANT INSERT ON offers_limitversion, offers_offerversion, offers_schemeversion TO retention_desk_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO retention_desk_app;
DO $$
DECLARE v_function text;
BEGIN
    FOREACH v_function IN ARRAY ARRAY['budget_period', 'budget_open', 'budget_for', 'budget_set', 'ledger_take', 'ledger_hold', 'ledger_end',
        'insert_proposal', 'withdraw_question', 'lapse_proposals', 'ledger_lock', 'authorise_proposal', 'ask_approval', 'decide_approval', 'undo_decision',
        'present_proposal', 'settle_proposal', 'expire_next', 'read_question', 'move_counter', 'release_call', 'offering_closed', 'call_event']
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %I FROM PUBLIC', v_function);
    END LOOP;
    FOREACH v_function IN ARRAY ARRAY['budget_set', 'authorise_proposal', 'ask_approval', 'decide_approval', 'undo_decision',
        'present_proposal', 'settle_proposal', 'expire_next', 'read_question']
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %I TO retention_desk_app', v_function);
    END LOOP;
END
$$;
