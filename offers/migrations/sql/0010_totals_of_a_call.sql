-- A call that was handed over is one call: what was given on it before counts on.

-- Why an agent may not give this on their own authority after all: what the call has had, what the episode has had of the
-- same family (so that one large offer is not given as two small ones), and what saves have cost here on average.
CREATE OR REPLACE FUNCTION own_totals(p_call customers_call, p_limit offers_limitversion, p_base offers_limitversion, p_family text, p_campaign bigint,
    p_cost bigint, p_amount bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_count bigint; v_cost bigint; v_amount bigint; v_plan record; v_currency text := p_limit.currency;
BEGIN
    SELECT count(*), coalesce(sum(cost_minor), 0) INTO v_count, v_cost FROM offers_proposal
    WHERE call_id IN (SELECT l.call_id FROM legs_of(p_call.id) l) AND ruling = 'WITHIN' AND state IN ('PRESENTED', 'ACCEPTED');
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
