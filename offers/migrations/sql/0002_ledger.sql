-- The ledger. Counters move only inside these functions; the serving role may read every table here and write none
-- that holds money. Refusals are raised with SQLSTATE RD1xx and the reason code as the message, so that the whole
-- transaction is gone; everything that can be refused before the first write is.

CREATE FUNCTION refuse(p_code text, p_detail jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', p_code USING ERRCODE = 'RD100', DETAIL = p_detail::text;
END
$$;

-- ── Immutable and append-only ────────────────────────────────────────────────────────────────────────────────

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['offers_limitversion', 'offers_offerversion', 'offers_schemeversion', 'offers_ledgerentry',
        'offers_outcome']
    LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
                        FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['offers_budgetaccount', 'offers_budgetcounter', 'offers_hold', 'offers_proposal',
        'offers_approvalrequest', 'offers_concession']
    LOOP
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I
                        FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END
$$;

CREATE TRIGGER stamp BEFORE INSERT ON offers_limitversion FOR EACH ROW EXECUTE FUNCTION stamp_recorded_at();
CREATE TRIGGER stamp BEFORE INSERT ON offers_schemeversion FOR EACH ROW EXECUTE FUNCTION stamp_recorded_at();
CREATE TRIGGER stamp BEFORE INSERT ON offers_ledgerentry FOR EACH ROW EXECUTE FUNCTION stamp_recorded_at();
CREATE TRIGGER stamp BEFORE INSERT ON offers_outcome FOR EACH ROW EXECUTE FUNCTION stamp_recorded_at();

-- A proposal's terms never change; only its state and the times of its states do, and an ended one not at all
-- (but for a decision taken back within its undo, which reopens what it had ended).
CREATE FUNCTION guard_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['state', 'presented_at', 'ended_at'] <> to_jsonb(OLD) - ARRAY['state', 'presented_at', 'ended_at']
       OR (OLD.presented_at IS NOT NULL AND NEW.presented_at IS DISTINCT FROM OLD.presented_at)
       OR (OLD.state IN ('ACCEPTED', 'DECLINED', 'WITHDRAWN', 'LAPSED'))
       OR (OLD.state IN ('REFUSED', 'COUNTERED') AND NEW.state <> 'AWAITING') THEN
        RAISE EXCEPTION 'proposal % keeps its terms', OLD.id USING ERRCODE = 'RD010';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keeps_its_terms BEFORE UPDATE ON offers_proposal FOR EACH ROW EXECUTE FUNCTION guard_proposal();

CREATE FUNCTION guard_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_as <> '' THEN
        RAISE EXCEPTION 'hold % has ended', OLD.id USING ERRCODE = 'RD101';
    END IF;
    IF NEW.ended_as = 'POSTED' AND OLD.expires_at <= desk_now() THEN
        RAISE EXCEPTION 'hold % has expired', OLD.id USING ERRCODE = 'RD101';
    END IF;
    IF (NEW.proposal_id, NEW.amount_minor, NEW.currency, NEW.opened_at, NEW.expires_at)
       IS DISTINCT FROM (OLD.proposal_id, OLD.amount_minor, OLD.currency, OLD.opened_at, OLD.expires_at) THEN
        RAISE EXCEPTION 'hold % keeps its terms', OLD.id USING ERRCODE = 'RD010';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ends_once BEFORE UPDATE ON offers_hold FOR EACH ROW EXECUTE FUNCTION guard_hold();

-- The parts of a split budget together never exceed its total.
CREATE FUNCTION guard_ceilings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE total bigint;
BEGIN
    SELECT limit_minor INTO total FROM offers_budgetaccount WHERE id = NEW.account_id FOR UPDATE;
    IF (SELECT sum(ceiling_minor) FROM offers_budgetcounter WHERE account_id = NEW.account_id) > total THEN
        RAISE EXCEPTION 'ceilings of account % exceed its total', NEW.account_id USING ERRCODE = 'RD102';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER ceilings_within_total AFTER INSERT OR UPDATE OF ceiling_minor ON offers_budgetcounter
    FOR EACH ROW EXECUTE FUNCTION guard_ceilings();

-- A counter moves by its entries and by nothing else: whatever writes an entry moves the counter with it.
CREATE FUNCTION move_counter() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE offers_budgetcounter
    SET held_minor = held_minor + NEW.held_minor, spent_minor = spent_minor + NEW.spent_minor,
        ceiling_minor = ceiling_minor + NEW.ceiling_minor
    WHERE id = NEW.counter_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER moves_counter AFTER INSERT ON offers_ledgerentry FOR EACH ROW EXECUTE FUNCTION move_counter();

CREATE FUNCTION guard_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 AND (NEW.held_minor, NEW.spent_minor, NEW.ceiling_minor)
       IS DISTINCT FROM (OLD.held_minor, OLD.spent_minor, OLD.ceiling_minor) THEN
        RAISE EXCEPTION 'counters are moved by entries' USING ERRCODE = 'RD102';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER moved_by_entries BEFORE UPDATE ON offers_budgetcounter FOR EACH ROW EXECUTE FUNCTION guard_counter();

CREATE FUNCTION guard_new_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.held_minor, NEW.spent_minor, NEW.ceiling_minor) <> (0, 0, 0) THEN
        RAISE EXCEPTION 'a counter starts at nothing' USING ERRCODE = 'RD102';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER starts_at_nothing BEFORE INSERT ON offers_budgetcounter FOR EACH ROW EXECUTE FUNCTION guard_new_counter();

-- ── Budgets: opened from their plan, raised and lowered ──────────────────────────────────────────────────────

CREATE FUNCTION budget_period(p_period text, p_on date, OUT starts_on date, OUT ends_on date)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT date_trunc(lower(p_period), p_on::timestamp)::date,
           (date_trunc(lower(p_period), p_on::timestamp) + ('1 ' || lower(p_period))::interval)::date
$$;

-- Opens an account with its counters and gives it its first ceiling. Answers the id, also when another was first.
CREATE FUNCTION budget_open(p_kind text, p_owner bigint, p_currency text, p_starts date, p_ends date, p_amount bigint,
    p_parts int, p_by bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE v_id bigint; v_counter bigint; v_part int;
BEGIN
    INSERT INTO offers_budgetaccount (kind, owner_id, currency, starts_on, ends_on, limit_minor, target_minor)
    VALUES (p_kind, p_owner, p_currency, p_starts, p_ends, p_amount, p_amount)
    ON CONFLICT (kind, owner_id, currency, starts_on) DO NOTHING RETURNING id INTO v_id;
    IF v_id IS NULL THEN
        SELECT id INTO v_id FROM offers_budgetaccount
        WHERE kind = p_kind AND owner_id = p_owner AND currency = p_currency AND starts_on = p_starts;
        RETURN v_id;
    END IF;
    FOR v_part IN 0 .. p_parts - 1 LOOP
        INSERT INTO offers_budgetcounter (account_id, part, ceiling_minor, held_minor, spent_minor, frozen)
        VALUES (v_id, v_part, 0, 0, 0, false) RETURNING id INTO v_counter;
        INSERT INTO offers_ledgerentry (counter_id, kind, held_minor, spent_minor, ceiling_minor, recorded_at, by_id, why)
        VALUES (v_counter, 'TOP_UP', 0, 0, p_amount / p_parts + CASE WHEN v_part < p_amount % p_parts THEN 1 ELSE 0 END,
                desk_now(), p_by, '');
    END LOOP;
    RETURN v_id;
END
$$;

-- The account that `p_on` (a date of the site's calendar) falls into, opened from its plan if need be; NULL without a plan.
CREATE FUNCTION budget_for(p_kind text, p_owner bigint, p_currency text, p_on date) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE v_id bigint; v_plan offers_budgetplan; v_starts date; v_ends date;
BEGIN
    SELECT id INTO v_id FROM offers_budgetaccount
    WHERE kind = p_kind AND owner_id = p_owner AND currency = p_currency AND starts_on <= p_on AND ends_on > p_on
    ORDER BY starts_on DESC LIMIT 1;
    IF v_id IS NOT NULL THEN RETURN v_id; END IF;
    SELECT * INTO v_plan FROM offers_budgetplan WHERE kind = p_kind AND owner_id = p_owner AND currency = p_currency;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT * INTO v_starts, v_ends FROM budget_period(v_plan.period, p_on);
    RETURN budget_open(p_kind, p_owner, p_currency, v_starts, v_ends, v_plan.amount_minor, v_plan.parts, NULL);
END
$$;

-- Sets an account's total to `p_amount`. Below what is used the counters freeze at their use until it has drained.
CREATE FUNCTION budget_set(p_account bigint, p_amount bigint, p_by bigint, p_role text, p_why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_account offers_budgetaccount; v_counter offers_budgetcounter; v_parts int; v_share bigint; v_ceiling bigint; v_used bigint;
    v_left bigint;
BEGIN
    IF p_amount < 0 THEN PERFORM refuse('BOUNDS'); END IF;
    SELECT * INTO v_account FROM offers_budgetaccount WHERE id = p_account FOR UPDATE;
    PERFORM 1 FROM offers_budgetcounter WHERE account_id = p_account ORDER BY part FOR UPDATE;
    SELECT count(*), sum(held_minor + spent_minor) INTO v_parts, v_used FROM offers_budgetcounter WHERE account_id = p_account;
    UPDATE offers_budgetaccount SET limit_minor = greatest(v_account.limit_minor, p_amount, v_used), target_minor = p_amount
    WHERE id = p_account;
    v_left := greatest(p_amount - v_used, 0);
    FOR v_counter IN SELECT * FROM offers_budgetcounter WHERE account_id = p_account ORDER BY part LOOP
        v_share := v_left / v_parts + CASE WHEN v_counter.part < v_left % v_parts THEN 1 ELSE 0 END;
        v_ceiling := v_counter.held_minor + v_counter.spent_minor + v_share;
        UPDATE offers_budgetcounter SET frozen = p_amount < v_used WHERE id = v_counter.id;
        IF v_ceiling <> v_counter.ceiling_minor THEN
            INSERT INTO offers_ledgerentry (counter_id, kind, held_minor, spent_minor, ceiling_minor, recorded_at, by_id, why)
            VALUES (v_counter.id, CASE WHEN v_ceiling > v_counter.ceiling_minor THEN 'TOP_UP' ELSE 'LOWER' END, 0, 0,
                    v_ceiling - v_counter.ceiling_minor, desk_now(), p_by, p_why);
        END IF;
    END LOOP;
    UPDATE offers_budgetaccount SET limit_minor = greatest(p_amount, v_used) WHERE id = p_account;
    PERFORM audit_append(p_by, p_role, 'BUDGET_SET', 'budget', p_account, NULL, NULL, NULL,
        jsonb_build_object('limit_minor', v_account.limit_minor), jsonb_build_object('limit_minor', p_amount, 'used_minor', v_used),
        p_why, NULL);
END
$$;

-- ── Hold and end ─────────────────────────────────────────────────────────────────────────────────────────────

-- Takes `p_amount` from one account for a hold.
--
-- A split budget is no single hot row: one part is locked, the caller's own or the fullest. No transaction ever waits for
-- a second part while it holds one, or two of them could wait for each other for good. Where one part is not enough the
-- act is refused as TRY_WHOLE, and done again with `p_whole`: all parts locked, in order, before any is taken from. So the
-- last coins can be spent wherever they lie.
CREATE FUNCTION ledger_take(p_account bigint, p_hold bigint, p_amount bigint, p_start int, p_code text, p_whole boolean)
    RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_counter record; v_rest bigint := p_amount; v_take bigint; v_free bigint; v_parts int; v_id bigint;
BEGIN
    IF p_amount = 0 THEN RETURN; END IF;
    IF p_whole THEN
        PERFORM 1 FROM offers_budgetcounter WHERE account_id = p_account ORDER BY part FOR UPDATE;
    END IF;
    SELECT count(*), coalesce(sum(ceiling_minor - held_minor - spent_minor) FILTER (WHERE NOT frozen), 0) INTO v_parts, v_free
    FROM offers_budgetcounter WHERE account_id = p_account;
    IF v_free < p_amount THEN
        PERFORM refuse(p_code, jsonb_build_object('left_minor', v_free, 'asked_minor', p_amount));
    END IF;
    IF NOT p_whole THEN
        SELECT id INTO v_id FROM offers_budgetcounter WHERE account_id = p_account AND NOT frozen
        ORDER BY part = p_start % v_parts AND ceiling_minor - held_minor - spent_minor >= p_amount DESC,
                 ceiling_minor - held_minor - spent_minor DESC LIMIT 1;
        SELECT ceiling_minor - held_minor - spent_minor AS free, frozen INTO v_counter
        FROM offers_budgetcounter WHERE id = v_id FOR UPDATE;
        IF v_counter.frozen OR v_counter.free < p_amount THEN
            PERFORM refuse(CASE WHEN v_parts > 1 THEN 'TRY_WHOLE' ELSE p_code END,
                jsonb_build_object('left_minor', v_counter.free, 'asked_minor', p_amount));
        END IF;
        INSERT INTO offers_ledgerentry (counter_id, kind, hold_id, held_minor, spent_minor, ceiling_minor, recorded_at, why)
        VALUES (v_id, 'HOLD', p_hold, p_amount, 0, 0, desk_now(), '');
        RETURN;
    END IF;
    FOR v_counter IN
        SELECT id, ceiling_minor - held_minor - spent_minor AS free FROM offers_budgetcounter
        WHERE account_id = p_account AND NOT frozen ORDER BY 2 DESC
    LOOP
        v_take := least(v_counter.free, v_rest);
        IF v_take > 0 THEN
            INSERT INTO offers_ledgerentry (counter_id, kind, hold_id, held_minor, spent_minor, ceiling_minor, recorded_at, why)
            VALUES (v_counter.id, 'HOLD', p_hold, v_take, 0, 0, desk_now(), '');
            v_rest := v_rest - v_take;
        END IF;
        EXIT WHEN v_rest = 0;
    END LOOP;
END
$$;

-- Reserves a proposal's cost on all of its budgets, in the one fixed order: customer, agent (or approver), team, site, campaign.
CREATE FUNCTION ledger_hold(p_proposal bigint, p_wallet text, p_wallet_owner bigint, p_customer_cap bigint, p_minutes int,
    p_whole boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_p record; v_hold bigint; v_today date; v_account bigint; v_now timestamptz := desk_now(); v_cap_starts date;
BEGIN
    SELECT p.*, t.site_id, s.time_zone, v.campaign_id INTO v_p
    FROM offers_proposal p JOIN customers_team t ON t.id = p.team_id JOIN customers_site s ON s.id = t.site_id
    JOIN offers_offerversion v ON v.id = p.offer_version_id WHERE p.id = p_proposal;
    v_today := (v_now AT TIME ZONE v_p.time_zone)::date;
    INSERT INTO offers_hold (proposal_id, amount_minor, currency, opened_at, expires_at, ended_as)
    VALUES (p_proposal, v_p.cost_minor, v_p.currency, v_now, v_now + make_interval(mins => p_minutes), '') RETURNING id INTO v_hold;
    -- A customer's twelve months begin with their first concession.
    SELECT id INTO v_account FROM offers_budgetaccount
    WHERE kind = 'CUSTOMER' AND owner_id = v_p.customer_id AND currency = v_p.currency AND starts_on <= v_today AND ends_on > v_today
    ORDER BY starts_on DESC LIMIT 1;
    IF v_account IS NULL THEN
        v_account := budget_open('CUSTOMER', v_p.customer_id, v_p.currency, v_today, (v_today + interval '1 year')::date,
            p_customer_cap, 1, NULL);
    END IF;
    PERFORM ledger_take(v_account, v_hold, v_p.cost_minor, 0, 'BUDGET_CUSTOMER', p_whole);
    v_account := budget_for(p_wallet, p_wallet_owner, v_p.currency, v_today); -- p_wallet NULL: nobody's own wallet pays
    IF v_account IS NOT NULL THEN
        PERFORM ledger_take(v_account, v_hold, v_p.cost_minor, 0, CASE p_wallet WHEN 'AGENT' THEN 'BUDGET_AGENT' ELSE 'BUDGET_APPROVER' END, p_whole);
    END IF;
    v_account := budget_for('TEAM', v_p.team_id, v_p.currency, v_today);
    IF v_account IS NOT NULL THEN PERFORM ledger_take(v_account, v_hold, v_p.cost_minor, 0, 'BUDGET_TEAM', p_whole); END IF;
    v_account := budget_for('SITE', v_p.site_id, v_p.currency, v_today);
    IF v_account IS NOT NULL THEN PERFORM ledger_take(v_account, v_hold, v_p.cost_minor, v_p.agent_id::int, 'BUDGET_SITE', p_whole); END IF;
    IF v_p.campaign_id IS NOT NULL THEN
        v_account := budget_for('CAMPAIGN', v_p.campaign_id, v_p.currency, v_today);
        IF v_account IS NOT NULL THEN
            PERFORM ledger_take(v_account, v_hold, v_p.cost_minor, v_p.agent_id::int, 'BUDGET_CAMPAIGN', p_whole);
        END IF;
    END IF;
    RETURN v_hold;
END
$$;

-- Locks the counters that these proposals' live holds draw on, in the order in which holds take them.
CREATE FUNCTION ledger_lock(p_proposals bigint[]) RETURNS void LANGUAGE sql AS $$
    SELECT c.id FROM offers_budgetcounter c JOIN offers_budgetaccount a ON a.id = c.account_id
    WHERE c.id IN (SELECT e.counter_id FROM offers_hold h JOIN offers_ledgerentry e ON e.hold_id = h.id
                   WHERE h.proposal_id = ANY (p_proposals) AND h.ended_as = '')
    ORDER BY array_position(ARRAY['CUSTOMER', 'AGENT', 'APPROVER', 'TEAM', 'SITE', 'CAMPAIGN'], a.kind::text), a.id, c.part
    FOR UPDATE OF c
$$;

-- Ends a proposal's live hold, if it has one. POSTED spends `p_posted` (at most what is held) and gives the rest back.
CREATE FUNCTION ledger_end(p_proposal bigint, p_as text, p_posted bigint, p_by bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_hold offers_hold; v_leg record; v_spend bigint; v_account bigint; v_rest bigint;
BEGIN
    SELECT * INTO v_hold FROM offers_hold WHERE proposal_id = p_proposal AND ended_as = '' FOR UPDATE;
    IF NOT FOUND THEN
        IF p_as = 'POSTED' THEN PERFORM refuse('HOLD_ENDED'); END IF;
        RETURN;
    END IF;
    IF p_as = 'POSTED' AND (v_hold.expires_at <= desk_now()) THEN PERFORM refuse('HOLD_EXPIRED'); END IF;
    IF p_as = 'POSTED' AND (p_posted < 0 OR p_posted > v_hold.amount_minor) THEN PERFORM refuse('BOUNDS'); END IF;
    PERFORM ledger_lock(ARRAY[p_proposal]);
    UPDATE offers_hold SET ended_as = p_as, ended_at = desk_now(), posted_minor = CASE WHEN p_as = 'POSTED' THEN p_posted END
    WHERE id = v_hold.id;
    v_account := NULL;
    FOR v_leg IN
        SELECT e.counter_id, e.held_minor, c.account_id FROM offers_ledgerentry e JOIN offers_budgetcounter c ON c.id = e.counter_id
        WHERE e.hold_id = v_hold.id AND e.kind = 'HOLD' ORDER BY e.id
    LOOP
        IF v_account IS DISTINCT FROM v_leg.account_id THEN v_account := v_leg.account_id; v_rest := coalesce(p_posted, 0); END IF;
        v_spend := CASE WHEN p_as = 'POSTED' THEN least(v_rest, v_leg.held_minor) ELSE 0 END;
        v_rest := v_rest - v_spend;
        INSERT INTO offers_ledgerentry (counter_id, kind, hold_id, held_minor, spent_minor, ceiling_minor, recorded_at, by_id, why)
        VALUES (v_leg.counter_id, CASE p_as WHEN 'POSTED' THEN 'POST' WHEN 'VOIDED' THEN 'VOID' ELSE 'EXPIRE' END, v_hold.id,
                -v_leg.held_minor, v_spend, 0, desk_now(), p_by, '');
        -- A frozen counter's ceiling follows its use down; nothing given back can be held again.
        INSERT INTO offers_ledgerentry (counter_id, kind, held_minor, spent_minor, ceiling_minor, recorded_at, by_id, why)
        SELECT id, 'LOWER', 0, 0, held_minor + spent_minor - ceiling_minor, desk_now(), p_by, 'frozen'
        FROM offers_budgetcounter WHERE id = v_leg.counter_id AND frozen AND ceiling_minor > held_minor + spent_minor;
    END LOOP;
END
$$;
