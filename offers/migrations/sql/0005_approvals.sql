-- Who answers is drawn by the desk, not chosen by the agent: the one on duty whose authority and budget reach, whose turn it is.

CREATE FUNCTION local_today(p_site bigint) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT (desk_now() AT TIME ZONE time_zone)::date FROM customers_site WHERE id = p_site
$$;

-- How often this supervisor said yes to this agent today.
CREATE FUNCTION pair_today(p_approver bigint, p_agent bigint, p_site bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM offers_approvalrequest r JOIN customers_site s ON s.id = p_site
    WHERE r.decided_by_id = p_approver AND r.asked_by_id = p_agent AND r.state IN ('APPROVED', 'COUNTERED', 'CEILING')
      AND r.decided_at >= (local_today(p_site)::timestamp AT TIME ZONE s.time_zone)
$$;

CREATE FUNCTION end_draw(p_request bigint, p_as text) RETURNS void LANGUAGE sql AS $$
    UPDATE offers_approvaldraw SET ended_as = p_as, ended_at = desk_now() WHERE request_id = p_request AND ended_as = ''
$$;

-- Draws the next supervisor for a question: whoever can say yes to it before those who can only offer less, supervisors
-- before managers, the ready before the busy, the least asked first. NULL when nobody is left; then whoever has it keeps it.
CREATE FUNCTION draw_approver(p_request bigint, p_from_rank int, p_end text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE v_r offers_approvalrequest; v_p record; v_scheme offers_schemeversion; v_user bigint;
BEGIN
    SELECT * INTO v_r FROM offers_approvalrequest WHERE id = p_request FOR UPDATE;
    SELECT p.*, k.site_id, o.kind, o.family INTO v_p FROM offers_proposal p JOIN customers_call k ON k.id = p.call_id
    JOIN offers_offerversion v ON v.id = p.offer_version_id JOIN offers_offer o ON o.id = v.offer_id WHERE p.id = v_r.proposal_id;
    SELECT * INTO v_scheme FROM offers_schemeversion WHERE id = v_p.scheme_id;
    SELECT c.user_id INTO v_user
    FROM (SELECT s.user_id, s.duty, authority_of(s.user_id) AS as_id
          FROM offers_seat s JOIN people_user u ON u.id = s.user_id AND u.is_active LEFT JOIN customers_team t ON t.id = s.team_id
          WHERE s.is_active AND s.duty NOT IN ('OFF', 'BREAK', 'AWAY') AND coalesce(t.site_id, v_p.site_id) = v_p.site_id
            AND grade_rank(s.grade) >= grade_rank('SENIOR')) c
    JOIN offers_seat a ON a.user_id = c.as_id AND a.is_active AND grade_rank(a.grade) >= p_from_rank
    LEFT JOIN offers_limitversion l ON l.id = limit_on_call(v_p.call_id, c.as_id, v_p.family)
    WHERE v_p.agent_id NOT IN (c.user_id, c.as_id) AND c.user_id IS DISTINCT FROM v_r.first_by_id
      AND NOT EXISTS (SELECT FROM offers_approvaldraw d WHERE d.request_id = p_request AND d.user_id = c.user_id)
      AND coalesce(conflict_of(c.user_id, v_p.customer_id), '') <> 'OWN_LINE'
      AND (v_scheme.pair_cap IS NULL OR pair_today(c.user_id, v_p.agent_id, v_p.site_id) < v_scheme.pair_cap)
    ORDER BY NOT coalesce(within_limit(l, v_p.kind, v_p.percent, v_p.months, v_p.monthly_minor, v_p.amount_minor, v_p.cost_minor) IS NULL
                 AND l.id IS NOT NULL AND coalesce(budget_left('APPROVER', c.as_id, v_p.currency, local_today(v_p.site_id)), v_p.cost_minor) >= v_p.cost_minor, false),
             a.grade = 'MANAGER', c.duty <> 'READY',
             (SELECT count(*) FROM offers_approvalrequest q WHERE q.drawn_to_id = c.user_id AND q.state = 'OPEN'),
             (SELECT max(d.drawn_at) FROM offers_approvaldraw d WHERE d.user_id = c.user_id) NULLS FIRST, c.user_id
    LIMIT 1;
    IF v_user IS NULL THEN
        UPDATE offers_approvalrequest SET draw_ends_at = NULL WHERE id = p_request;
        RETURN NULL;
    END IF;
    PERFORM end_draw(p_request, p_end);
    INSERT INTO offers_approvaldraw (request_id, user_id, drawn_at, ended_as) VALUES (p_request, v_user, desk_now(), '');
    UPDATE offers_approvalrequest SET drawn_to_id = v_user, draw_ends_at = desk_now() + make_interval(secs => v_scheme.draw_seconds),
        read_by_id = NULL, read_at = NULL WHERE id = p_request;
    RETURN v_user;
END
$$;

-- PASS ON: the drawn supervisor hands the question to the next, or (`up`) to a manager.
CREATE FUNCTION pass_question(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_by bigint := (p ->> 'approver_id')::bigint; v_r offers_approvalrequest; v_p offers_proposal; v_next bigint;
BEGIN
    SELECT p0.* INTO v_p FROM offers_proposal p0 JOIN offers_approvalrequest r ON r.proposal_id = p0.id WHERE r.id = (p ->> 'request_id')::bigint;
    PERFORM 1 FROM customers_call WHERE id = v_p.call_id FOR NO KEY UPDATE;
    SELECT * INTO v_r FROM offers_approvalrequest WHERE id = (p ->> 'request_id')::bigint FOR UPDATE;
    IF NOT FOUND OR v_r.drawn_to_id IS DISTINCT FROM v_by THEN PERFORM refuse('NOT_DRAWN'); END IF;
    IF v_r.state <> 'OPEN' OR v_r.due_at <= desk_now() THEN PERFORM refuse('REQUEST_EXPIRED'); END IF;
    v_next := draw_approver(v_r.id, CASE WHEN (p ->> 'up')::boolean THEN grade_rank('MANAGER') ELSE grade_rank('SUPERVISOR') END, 'PASSED_ON');
    IF v_next IS NULL THEN PERFORM refuse('NO_SUPERVISOR'); END IF;
    PERFORM audit_append(v_by, p ->> 'role', 'PASSED_ON', 'proposal', v_p.id, v_p.customer_id, v_p.call_id, NULL, NULL,
        jsonb_build_object('request', v_r.id, 'to', v_next), '', NULL);
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_p.id);
END
$$;

-- A supervisor opened the question: the agent sees by whom it is being read, and it is not drawn away from under them.
CREATE OR REPLACE FUNCTION read_question(p_request bigint, p_by bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE offers_approvalrequest SET read_by_id = p_by, read_at = desk_now(), draw_ends_at = NULL
    WHERE id = p_request AND state = 'OPEN' AND read_by_id IS NULL AND drawn_to_id = p_by
$$;

-- Makes the grant of a yes: what was allowed is its ceiling.
CREATE FUNCTION make_grant(p_request offers_approvalrequest, p_proposal offers_proposal, p_by bigint, p_limit bigint, p_terms jsonb,
    p_scheme offers_schemeversion) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO offers_grant (request_id, call_id, agent_id, by_id, limit_version_id, offer_id, currency, percent, months, amount_minor,
        monthly_minor, cost_minor, granted_at, effective_at, expires_at)
    SELECT p_request.id, p_proposal.call_id, p_proposal.agent_id, p_by, p_limit, v.offer_id, p_proposal.currency,
        coalesce((p_terms ->> 'percent')::int, 0), coalesce((p_terms ->> 'months')::int, 0), coalesce((p_terms ->> 'amount_minor')::bigint, 0),
        coalesce((p_terms ->> 'monthly_minor')::bigint, 0), (p_terms ->> 'cost_minor')::bigint, desk_now(),
        desk_now() + make_interval(secs => p_scheme.undo_seconds), desk_now() + make_interval(mins => p_scheme.grant_minutes)
    FROM offers_offerversion v WHERE v.id = p_proposal.offer_version_id
    RETURNING id
$$;

-- DECIDE: approve, counter with less, free the agent up to a ceiling, or decline. Holds at once what has one price; the agent
-- sees it when the undo has run out. Above the scheme's tier the first yes draws a second supervisor.
CREATE OR REPLACE FUNCTION decide_approval(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_by bigint := (p ->> 'approver_id')::bigint; v_key uuid := (p ->> 'key')::uuid; v_body bytea := key_body(p);
    v_decision text := p ->> 'decision'; v_again jsonb; v_r offers_approvalrequest; v_p offers_proposal; v_limit offers_limitversion;
    v_terms jsonb; v_why text; v_scheme offers_schemeversion; v_granted bigint; v_call customers_call; v_offer record; v_as bigint;
BEGIN
    v_again := key_claim(v_key, v_body);
    IF v_again IS NOT NULL THEN RETURN v_again; END IF;
    SELECT * INTO v_p FROM offers_proposal WHERE id = (SELECT proposal_id FROM offers_approvalrequest WHERE id = (p ->> 'request_id')::bigint);
    IF NOT FOUND THEN PERFORM refuse('NOT_YOURS'); END IF;
    SELECT * INTO v_call FROM customers_call WHERE id = v_p.call_id FOR NO KEY UPDATE;
    SELECT * INTO v_r FROM offers_approvalrequest WHERE id = (p ->> 'request_id')::bigint FOR UPDATE;
    v_as := authority_of(v_by);
    IF v_r.asked_by_id IN (v_by, v_as) THEN PERFORM refuse('OWN_PROPOSAL'); END IF;
    IF v_r.state = 'EXPIRED' OR (v_r.state = 'OPEN' AND v_r.due_at <= desk_now()) THEN PERFORM refuse('REQUEST_EXPIRED'); END IF;
    IF v_r.state <> 'OPEN' THEN PERFORM refuse('ALREADY_RESOLVED', jsonb_build_object('state', v_r.state)); END IF;
    -- One decision of one person at a time, so that the pair's cap counts them all.
    PERFORM 1 FROM offers_seat WHERE user_id = v_by AND is_active FOR NO KEY UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM people_user WHERE id = v_by AND is_active)
       OR NOT EXISTS (SELECT FROM offers_seat WHERE user_id = v_as AND is_active AND grade IN ('SUPERVISOR', 'MANAGER')) THEN
        PERFORM refuse('NOT_YOURS');
    END IF;
    IF v_r.drawn_to_id IS DISTINCT FROM v_by THEN PERFORM refuse('NOT_DRAWN'); END IF;
    IF v_decision NOT IN ('APPROVE', 'COUNTER', 'CEILING', 'DECLINE') THEN PERFORM refuse('BOUNDS'); END IF;
    SELECT * INTO v_scheme FROM offers_schemeversion WHERE valid_from <= desk_now() ORDER BY valid_from DESC LIMIT 1;
    v_granted := v_p.id;
    IF v_decision <> 'DECLINE' THEN
        v_why := offering_closed(v_call.id, v_p.agent_id);
        IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
        IF conflict_of(v_by, v_p.customer_id) = 'OWN_LINE' THEN PERFORM refuse('CONFLICT_OF_INTEREST'); END IF;
        IF pair_today(v_by, v_p.agent_id, v_call.site_id) >= v_scheme.pair_cap THEN
            PERFORM refuse('PAIR_CAP', jsonb_build_object('limit', v_scheme.pair_cap));
        END IF;
        SELECT o.kind, o.family INTO v_offer FROM offers_offer o JOIN offers_offerversion v ON v.offer_id = o.id WHERE v.id = v_p.offer_version_id;
        SELECT v.* INTO v_limit FROM offers_limitversion v WHERE v.id = limit_on_call(v_call.id, v_as, v_offer.family);
        IF v_limit.id IS NULL THEN PERFORM refuse('NO_LIMIT'); END IF;
        v_terms := CASE v_decision WHEN 'APPROVE' THEN to_jsonb(v_p) ELSE p -> 'terms' END;
        IF (v_terms ->> 'cost_minor') IS NULL OR (v_terms ->> 'cost_minor')::bigint < 0 THEN PERFORM refuse('BOUNDS'); END IF;
        v_why := within_limit(v_limit, v_offer.kind, (v_terms ->> 'percent')::int, (v_terms ->> 'months')::int,
            (v_terms ->> 'monthly_minor')::bigint, (v_terms ->> 'amount_minor')::bigint, (v_terms ->> 'cost_minor')::bigint);
        IF v_why IS NOT NULL THEN PERFORM refuse('OVER_SUPERVISOR', jsonb_build_object('why', v_why)); END IF;
        IF (v_terms ->> 'cost_minor')::bigint > v_scheme.second_above_minor AND v_r.first_by_id IS NULL THEN
            IF v_decision <> 'APPROVE' THEN
                PERFORM refuse('NEEDS_SECOND', jsonb_build_object('limit_minor', v_scheme.second_above_minor));
            END IF;
            RETURN first_approval(v_r, v_p, v_limit.id, v_by, p, v_key, v_body, v_scheme.approval_seconds);
        END IF;
    END IF;
    IF v_decision = 'APPROVE' THEN
        UPDATE offers_proposal SET state = 'AUTHORISED' WHERE id = v_p.id;
    ELSIF v_decision = 'COUNTER' THEN
        IF (v_terms ->> 'cost_minor')::bigint >= v_p.cost_minor OR coalesce((v_terms ->> 'percent')::int, 0) > coalesce(v_p.percent, 0)
           OR coalesce((v_terms ->> 'amount_minor')::bigint, 0) > coalesce(v_p.amount_minor, 0) THEN
            PERFORM refuse('COUNTER_NOT_LESS');
        END IF;
        UPDATE offers_proposal SET state = 'COUNTERED', ended_at = desk_now() WHERE id = v_p.id;
        v_granted := insert_proposal(v_terms || jsonb_build_object('call_id', v_p.call_id, 'offer_version_id', v_p.offer_version_id,
            'scheme_id', v_p.scheme_id, 'position', v_p.position, 'bill_before_minor', v_p.bill_before_minor,
            'product_kind', v_p.product_kind, 'starts_on', v_p.starts_on), v_p.agent_id, 'AUTHORISED', 'NEEDS_APPROVAL', v_limit.id, v_p.id, v_key);
    ELSIF v_decision = 'CEILING' THEN
        UPDATE offers_proposal SET state = 'COUNTERED', ended_at = desk_now() WHERE id = v_p.id;
    ELSE
        UPDATE offers_proposal SET state = 'REFUSED', ended_at = desk_now() WHERE id = v_p.id;
    END IF;
    UPDATE offers_approvalrequest SET
        state = CASE v_decision WHEN 'APPROVE' THEN 'APPROVED' WHEN 'COUNTER' THEN 'COUNTERED' WHEN 'CEILING' THEN 'CEILING' ELSE 'DECLINED' END,
        decided_by_id = v_by, decided_at = desk_now(), effective_at = desk_now() + make_interval(secs => v_scheme.undo_seconds),
        decision_reason = coalesce(p ->> 'reason', ''), decision_note = left(coalesce(p ->> 'note', ''), 300), limit_version_id = v_limit.id
    WHERE id = v_r.id;
    PERFORM end_draw(v_r.id, 'ANSWERED');
    IF v_decision <> 'DECLINE' THEN PERFORM make_grant(v_r, v_p, v_by, v_limit.id, v_terms, v_scheme); END IF;
    PERFORM audit_append(v_by, p ->> 'role', v_decision, 'proposal', v_granted, v_p.customer_id, v_p.call_id, v_limit.id,
        '{"state": "AWAITING"}', jsonb_build_object('request', v_r.id, 'asked_cost_minor', v_p.cost_minor,
        'cost_minor', (v_terms ->> 'cost_minor')::bigint, 'authority_of', nullif(v_as, v_by)), coalesce(p ->> 'reason', ''), v_key);
    PERFORM call_event(v_p.call_id, 'SUPERVISOR_ANSWERED', v_by, jsonb_build_object('proposal', v_granted, 'decision', v_decision));
    PERFORM key_settle(v_key, v_decision, v_by, v_body, 'OK', v_granted);
    IF v_decision IN ('APPROVE', 'COUNTER') THEN
        PERFORM ledger_hold(v_granted, 'APPROVER', v_as, (p ->> 'customer_cap_minor')::bigint, v_scheme.hold_minutes,
            v_scheme.budget_mode = 'PACING', coalesce((p ->> 'whole')::boolean, false));
    END IF;
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_granted);
END
$$;

-- The first of two yeses: kept on the question, which goes to somebody else with a fresh clock.
CREATE FUNCTION first_approval(p_request offers_approvalrequest, p_proposal offers_proposal, p_limit bigint, p_by bigint, p jsonb, p_key uuid,
    p_body bytea, p_seconds int) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    UPDATE offers_approvalrequest SET first_by_id = p_by, first_at = desk_now(), due_at = desk_now() + make_interval(secs => p_seconds)
    WHERE id = p_request.id;
    IF draw_approver(p_request.id, grade_rank('SUPERVISOR'), 'ANSWERED') IS NULL THEN PERFORM refuse('NO_SECOND'); END IF;
    PERFORM audit_append(p_by, p ->> 'role', 'FIRST_APPROVAL', 'proposal', p_proposal.id, p_proposal.customer_id, p_proposal.call_id, p_limit,
        '{"state": "AWAITING"}', jsonb_build_object('request', p_request.id, 'cost_minor', p_proposal.cost_minor), '', p_key);
    PERFORM call_event(p_proposal.call_id, 'SUPERVISOR_ANSWERED', p_by, jsonb_build_object('proposal', p_proposal.id, 'decision', 'FIRST_APPROVAL'));
    PERFORM key_settle(p_key, 'FIRST_APPROVAL', p_by, p_body, 'OK', p_proposal.id);
    RETURN jsonb_build_object('code', 'OK', 'object_id', p_proposal.id);
END
$$;

-- UNDO: the same supervisor, before the decision has taken effect. The question is open again, and still theirs.
CREATE OR REPLACE FUNCTION undo_decision(p jsonb) RETURNS jsonb
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
