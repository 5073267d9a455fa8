-- What earlier migrations left slow or out of order, for databases that have them already.

-- The customers' keys are compared as "C"; an index in another collation was never looked at, and every name was folded.
DROP INDEX person_by_name;
CREATE INDEX person_by_name ON people_user (desk_fold(last_name) COLLATE "C", desk_fold(first_name) COLLATE "C");

-- Only the supervisor's own line keeps them from being drawn; the rest of `conflict_of` was asked for nothing.
-- Draws the next supervisor for a question: whoever can say yes to it before those who can only offer less, supervisors
-- before managers, the ready before the busy, the least asked first. NULL when nobody is left; then whoever has it keeps it.
CREATE OR REPLACE FUNCTION draw_approver(p_request bigint, p_from_rank int, p_end text) RETURNS bigint LANGUAGE plpgsql AS $$
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
      AND NOT EXISTS (SELECT FROM offers_ownline w WHERE w.customer_id = v_p.customer_id AND w.user_id = c.user_id AND w.ended_at IS NULL)
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

CREATE OR REPLACE FUNCTION budget_set(p_account bigint, p_amount bigint, p_by bigint, p_role text, p_why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_before bigint; v_used bigint;
BEGIN
    IF p_amount < 0 THEN PERFORM refuse('BOUNDS'); END IF;
    -- Everybody locks the chain before the counters.
    PERFORM 1 FROM customers_audithead WHERE shard = p_by FOR UPDATE;
    SELECT limit_minor INTO v_before FROM offers_budgetaccount WHERE id = p_account FOR UPDATE;
    IF NOT FOUND THEN PERFORM refuse('NOT_YOURS'); END IF;
    v_used := budget_fit(p_account, p_amount, (SELECT min(most)::int FROM offers_budgetcounter WHERE account_id = p_account), p_by, p_why);
    PERFORM audit_append(p_by, p_role, 'BUDGET_SET', 'budget', p_account, NULL, NULL, NULL,
        jsonb_build_object('limit_minor', v_before), jsonb_build_object('limit_minor', p_amount, 'used_minor', v_used), p_why, NULL);
END
$$;
