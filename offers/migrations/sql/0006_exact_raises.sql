-- What was confirmed is exactly what holds afterwards, and a budget is topped up by an amount.

-- Until the first offer was made the desk is being set up, and one person may write its first limits. The version and the
-- raise hold the same figures in both directions: a list in jsonb also contains a shorter one. When it was to begin may be
-- over by the time it is confirmed.
CREATE OR REPLACE FUNCTION guard_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.raises := EXISTS (SELECT FROM offers_hold) AND limit_raises(NEW);
    IF NOT NEW.raises THEN RETURN NEW; END IF;
    IF NEW.storm_id IS NOT NULL THEN
        IF NOT EXISTS (SELECT FROM offers_stormreserve r WHERE r.id = NEW.storm_id AND r.countersigned_by_id IS NULL AND r.retired_at IS NULL) THEN
            PERFORM refuse('STORM_SIGNED');
        END IF;
        RETURN NEW; -- in force only while a storm lasts, and that only once two have signed
    END IF;
    IF NOT EXISTS (SELECT FROM offers_limitraise r WHERE r.id = NEW.raised_by_id AND r.state = 'CONFIRMED'
                   AND r.asked_by_id = NEW.recorded_by_id AND r.decided_by_id = NEW.confirmed_by_id AND to_jsonb(NEW) @> (r.figures - 'valid_from')
                   AND r.figures @> (to_jsonb(NEW) - ARRAY['id', 'valid_from', 'raises', 'raised_by_id', 'recorded_by_id', 'confirmed_by_id',
                                                           'recorded_at', 'why'])) THEN
        PERFORM refuse('RAISE_NEEDS_SECOND');
    END IF;
    NEW.valid_from := greatest(NEW.valid_from, desk_now() + interval '1 hour');
    RETURN NEW;
END
$$;

-- A storm's limits are signed with its reserve: none is added once two have signed, also where it would be less.
CREATE FUNCTION guard_storm_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM offers_stormreserve r WHERE r.id = NEW.storm_id AND r.countersigned_by_id IS NULL AND r.retired_at IS NULL) THEN
        PERFORM refuse('STORM_SIGNED');
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER signed_with_its_reserve BEFORE INSERT ON offers_limitversion FOR EACH ROW WHEN (NEW.storm_id IS NOT NULL)
    EXECUTE FUNCTION guard_storm_limit();

-- TOP UP: adds to what an account may hold and spend, once a key.
CREATE FUNCTION top_up_budget(p jsonb) RETURNS jsonb
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
        jsonb_build_object('amount_minor', v_amount), v_why, v_key);
    PERFORM key_settle(v_key, 'BUDGET_TOPPED_UP', v_by, v_body, 'OK', v_account.id);
    SELECT * INTO v_account FROM offers_budgetaccount WHERE id = v_account.id FOR UPDATE;
    PERFORM budget_fit(v_account.id, v_account.target_minor + v_amount,
        (SELECT min(most)::int FROM offers_budgetcounter WHERE account_id = v_account.id), v_by, v_why);
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_account.id);
END
$$;
REVOKE ALL ON FUNCTION top_up_budget(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION top_up_budget(jsonb) TO retention_desk_app;
