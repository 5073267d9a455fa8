-- Why money was moved or a storm begun is typed by people: the audit holds a commitment to it (`audit_words`).

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
        jsonb_build_object('limit_minor', v_before), jsonb_build_object('limit_minor', p_amount, 'used_minor', v_used), audit_words(p_why), NULL);
END
$$;

CREATE OR REPLACE FUNCTION transfer_budget(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_key uuid := (p ->> 'key')::uuid; v_body bytea := key_body(p); v_again jsonb; v_by bigint := (p ->> 'by')::bigint;
    v_from offers_budgetaccount; v_to offers_budgetaccount; v_amount bigint := (p ->> 'amount_minor')::bigint;
BEGIN
    v_again := key_claim(v_key, v_body);
    IF v_again IS NOT NULL THEN RETURN v_again; END IF;
    SELECT * INTO v_from FROM offers_budgetaccount WHERE id = (p ->> 'from_id')::bigint;
    SELECT * INTO v_to FROM offers_budgetaccount WHERE id = (p ->> 'to_id')::bigint;
    IF v_from.id IS NULL OR v_to.id IS NULL THEN PERFORM refuse('NOT_YOURS'); END IF;
    IF v_amount IS NULL OR v_amount <= 0 OR v_from.id = v_to.id THEN PERFORM refuse('BOUNDS'); END IF;
    IF v_from.currency <> v_to.currency THEN PERFORM refuse('CURRENCY'); END IF;
    -- A customer's twelve months, a person's limit and a slice of a campaign are nobody's to give away.
    IF v_from.kind IN ('CUSTOMER', 'LIMIT', 'ALLOTMENT') OR v_to.kind IN ('CUSTOMER', 'LIMIT', 'ALLOTMENT') THEN PERFORM refuse('BOUNDS'); END IF;
    IF v_to.kind IN ('AGENT', 'APPROVER') AND v_to.owner_id = v_by THEN PERFORM refuse('OWN_LIMIT'); END IF;
    PERFORM audit_append(v_by, p ->> 'role', 'BUDGET_TRANSFERRED', 'budget', v_to.id, NULL, NULL, NULL,
        jsonb_build_object('from', v_from.id, 'from_limit_minor', v_from.limit_minor, 'to_limit_minor', v_to.limit_minor),
        jsonb_build_object('amount_minor', v_amount), audit_words(p ->> 'why'), v_key);
    PERFORM key_settle(v_key, 'BUDGET_TRANSFERRED', v_by, v_body, 'OK', v_to.id);
    PERFORM budget_move(v_from.id, v_to.id, v_amount, v_by, left(coalesce(p ->> 'why', ''), 200));
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_to.id);
END
$$;

CREATE OR REPLACE FUNCTION top_up_budget(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_key uuid := (p ->> 'key')::uuid; v_body bytea := key_body(p); v_again jsonb; v_by bigint := (p ->> 'by')::bigint;
    v_account offers_budgetaccount; v_amount bigint := (p ->> 'amount_minor')::bigint; v_why text := left(coalesce(p ->> 'why', ''), 200);
BEGIN
    v_again := key_claim(v_key, v_body);
    IF v_again IS NOT NULL THEN RETURN v_again; END IF;
    SELECT * INTO v_account FROM offers_budgetaccount WHERE id = (p ->> 'account_id')::bigint;
    IF NOT FOUND THEN PERFORM refuse('NOT_YOURS'); END IF;
    IF v_amount IS NULL OR v_amount <= 0 OR v_why = '' OR v_account.kind IN ('CUSTOMER', 'LIMIT', 'ALLOTMENT') THEN PERFORM refuse('BOUNDS'); END IF;
    IF v_account.kind IN ('AGENT', 'APPROVER') AND v_account.owner_id = v_by THEN PERFORM refuse('OWN_LIMIT'); END IF;
    PERFORM audit_append(v_by, p ->> 'role', 'BUDGET_TOPPED_UP', 'budget', v_account.id, NULL, NULL, NULL, NULL,
        jsonb_build_object('amount_minor', v_amount), audit_words(v_why), v_key);
    PERFORM key_settle(v_key, 'BUDGET_TOPPED_UP', v_by, v_body, 'OK', v_account.id);
    SELECT * INTO v_account FROM offers_budgetaccount WHERE id = v_account.id FOR UPDATE;
    PERFORM budget_fit(v_account.id, v_account.target_minor + v_amount,
        (SELECT min(most)::int FROM offers_budgetcounter WHERE account_id = v_account.id), v_by, v_why);
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_account.id);
END
$$;

CREATE OR REPLACE FUNCTION start_storm(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_key uuid := (p ->> 'key')::uuid; v_body bytea := key_body(p); v_again jsonb; v_by bigint := (p ->> 'by')::bigint;
    v_r offers_stormreserve; v_id bigint; v_hours int := (p ->> 'hours')::int; v_today date; v_from bigint; v_to bigint;
BEGIN
    v_again := key_claim(v_key, v_body);
    IF v_again IS NOT NULL THEN RETURN v_again; END IF;
    SELECT * INTO v_r FROM offers_stormreserve WHERE id = (p ->> 'reserve_id')::bigint FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM offers_seat WHERE user_id = v_by AND is_active AND grade IN ('SUPERVISOR', 'MANAGER')) THEN
        PERFORM refuse('NOT_YOURS');
    END IF;
    IF v_r.countersigned_by_id IS NULL THEN PERFORM refuse('RAISE_NEEDS_SECOND'); END IF;
    IF v_r.retired_at IS NOT NULL OR EXISTS (SELECT FROM offers_storm WHERE reserve_id = v_r.id AND ended_at IS NULL) THEN
        PERFORM refuse('ALREADY_RESOLVED');
    END IF;
    IF v_hours IS NULL OR v_hours NOT BETWEEN 1 AND 72 OR coalesce(p ->> 'why', '') = '' THEN PERFORM refuse('BOUNDS'); END IF;
    INSERT INTO offers_storm (reserve_id, started_by_id, started_at, ends_at, why)
    VALUES (v_r.id, v_by, desk_now(), desk_now() + make_interval(hours => v_hours), left(p ->> 'why', 200)) RETURNING id INTO v_id;
    PERFORM audit_append(v_by, p ->> 'role', 'STORM_STARTED', 'storm', v_id, NULL, NULL, NULL, NULL,
        jsonb_build_object('reserve', v_r.id, 'hours', v_hours, 'amount_minor', v_r.amount_minor), audit_words(p ->> 'why'), v_key);
    PERFORM key_settle(v_key, 'STORM_STARTED', v_by, v_body, 'OK', v_id);
    SELECT (desk_now() AT TIME ZONE time_zone)::date INTO v_today FROM customers_site WHERE id = v_r.site_id;
    v_from := budget_at('STORM', v_r.id, v_r.currency, v_today);
    IF v_from IS NULL THEN
        v_from := budget_open('STORM', v_r.id, v_r.currency, 'YEAR', v_today, (v_today + interval '1 year')::date, v_r.amount_minor);
    END IF;
    v_to := budget_for('SITE', v_r.site_id, v_r.currency, v_today);
    IF v_to IS NOT NULL THEN PERFORM budget_move(v_from, v_to, NULL, v_by, 'storm'); END IF;
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_id);
END
$$;
