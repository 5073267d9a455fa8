-- The ledger as it is from here on: counters that also count, periods of a person's limit, budgets that carry over, move
-- and are cut into allotments. Locks are taken in one order: account rows where money moves between accounts, then counters
-- by kind, account and part.

CREATE FUNCTION budget_order(p_kind text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_position(ARRAY['CUSTOMER', 'LIMIT', 'AGENT', 'APPROVER', 'TEAM', 'SITE', 'ALLOTMENT', 'CAMPAIGN', 'STORM'], p_kind)
$$;

-- ── Walls of counters ────────────────────────────────────────────────────────────────────────────────────────

-- A hold changes no ceiling: only what does may wait for the account's row.
DROP TRIGGER ceilings_within_total ON offers_budgetcounter;
CREATE TRIGGER ceilings_within_total AFTER INSERT ON offers_budgetcounter FOR EACH ROW EXECUTE FUNCTION guard_ceilings();
CREATE TRIGGER changed_ceilings_within_total AFTER UPDATE ON offers_budgetcounter FOR EACH ROW
    WHEN (OLD.ceiling_minor IS DISTINCT FROM NEW.ceiling_minor) EXECUTE FUNCTION guard_ceilings();

CREATE OR REPLACE FUNCTION move_counter() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE offers_budgetcounter
    SET held_minor = held_minor + NEW.held_minor, spent_minor = spent_minor + NEW.spent_minor,
        ceiling_minor = ceiling_minor + NEW.ceiling_minor,
        held_count = held_count + NEW.held_count, spent_count = spent_count + NEW.spent_count
    WHERE id = NEW.counter_id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION guard_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 AND (NEW.held_minor, NEW.spent_minor, NEW.ceiling_minor, NEW.held_count, NEW.spent_count)
       IS DISTINCT FROM (OLD.held_minor, OLD.spent_minor, OLD.ceiling_minor, OLD.held_count, OLD.spent_count) THEN
        RAISE EXCEPTION 'counters are moved by entries' USING ERRCODE = 'RD102';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION guard_new_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.held_minor, NEW.spent_minor, NEW.ceiling_minor, NEW.held_count, NEW.spent_count) <> (0, 0, 0, 0, 0) THEN
        RAISE EXCEPTION 'a counter starts at nothing' USING ERRCODE = 'RD102';
    END IF;
    RETURN NEW;
END
$$;

-- What is transferred is neither made nor lost, looked at when the transaction commits.
CREATE FUNCTION guard_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(ceiling_minor) FROM offers_ledgerentry WHERE transfer = NEW.transfer) <> 0 THEN
        RAISE EXCEPTION 'transfer % does not add up', NEW.transfer USING ERRCODE = 'RD102';
    END IF;
    RETURN NULL;
END
$$;
CREATE INDEX entry_of_transfer ON offers_ledgerentry (transfer) WHERE transfer IS NOT NULL;
CREATE CONSTRAINT TRIGGER transfer_adds_up AFTER INSERT ON offers_ledgerentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.transfer IS NOT NULL) EXECUTE FUNCTION guard_transfer();

-- ── Opening, fitting and moving budgets ──────────────────────────────────────────────────────────────────────

DROP FUNCTION budget_open(text, bigint, text, date, date, bigint, int, bigint);
-- Opens an account with its counters and gives it its first ceiling. Answers the id, NULL when another was first.
CREATE FUNCTION budget_open(p_kind text, p_owner bigint, p_currency text, p_period text, p_starts date, p_ends date, p_amount bigint,
    p_parts int DEFAULT 1, p_most int DEFAULT NULL, p_parent bigint DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE v_id bigint; v_counter bigint; v_part int;
BEGIN
    INSERT INTO offers_budgetaccount (kind, owner_id, currency, period, parent_id, starts_on, ends_on, limit_minor, target_minor)
    VALUES (p_kind, p_owner, p_currency, p_period, p_parent, p_starts, p_ends, p_amount, p_amount)
    ON CONFLICT (kind, owner_id, currency, period, starts_on, parent_id) DO NOTHING RETURNING id INTO v_id;
    IF v_id IS NULL THEN RETURN NULL; END IF;
    FOR v_part IN 0 .. p_parts - 1 LOOP
        INSERT INTO offers_budgetcounter (account_id, part, ceiling_minor, held_minor, spent_minor, held_count, spent_count, most, frozen)
        VALUES (v_id, v_part, 0, 0, 0, 0, 0, p_most, false) RETURNING id INTO v_counter;
        INSERT INTO offers_ledgerentry (counter_id, kind, held_minor, spent_minor, ceiling_minor, held_count, spent_count, recorded_at, why)
        VALUES (v_counter, 'TOP_UP', 0, 0, p_amount / p_parts + CASE WHEN v_part < p_amount % p_parts THEN 1 ELSE 0 END, 0, 0, desk_now(), '');
    END LOOP;
    RETURN v_id;
END
$$;

-- The account of an owner that `p_on` falls into, where it has been opened.
CREATE FUNCTION budget_at(p_kind text, p_owner bigint, p_currency text, p_on date) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT id FROM offers_budgetaccount
    WHERE kind = p_kind AND owner_id = p_owner AND currency = p_currency AND parent_id IS NULL AND starts_on <= p_on AND ends_on > p_on
    ORDER BY starts_on DESC LIMIT 1
$$;

-- The same, opened from its plan if need be; NULL without a plan. What the period before it left over comes with it, where
-- the plan says so.
CREATE OR REPLACE FUNCTION budget_for(p_kind text, p_owner bigint, p_currency text, p_on date) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE v_id bigint; v_plan offers_budgetplan; v_starts date; v_ends date; v_before bigint;
BEGIN
    v_id := budget_at(p_kind, p_owner, p_currency, p_on);
    IF v_id IS NOT NULL THEN RETURN v_id; END IF;
    SELECT * INTO v_plan FROM offers_budgetplan
    WHERE kind = p_kind AND owner_id = p_owner AND currency = p_currency AND active;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT * INTO v_starts, v_ends FROM budget_period(v_plan.period, p_on);
    v_id := budget_open(p_kind, p_owner, p_currency, v_plan.period, v_starts, v_ends, v_plan.amount_minor, v_plan.parts, v_plan.most);
    IF v_id IS NULL THEN RETURN budget_at(p_kind, p_owner, p_currency, p_on); END IF;
    IF v_plan.carries_over THEN
        SELECT id INTO v_before FROM offers_budgetaccount
        WHERE kind = p_kind AND owner_id = p_owner AND currency = p_currency AND parent_id IS NULL AND ends_on = v_starts AND id <> v_id
        ORDER BY starts_on DESC LIMIT 1;
        IF v_before IS NOT NULL THEN PERFORM budget_move(v_before, v_id, NULL, NULL, 'carried over'); END IF;
    END IF;
    RETURN v_id;
END
$$;

-- What the account of a plan's running period has left, whether it has been opened or not; NULL without a plan.
CREATE FUNCTION budget_left(p_kind text, p_owner bigint, p_currency text, p_on date) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT sum(CASE WHEN n.frozen THEN 0 ELSE n.ceiling_minor - n.held_minor - n.spent_minor END)
         FROM offers_budgetcounter n JOIN offers_budgetaccount a ON a.id = n.account_id
         WHERE budget_at(p_kind, p_owner, p_currency, p_on) IN (a.id, a.parent_id)),
        (SELECT amount_minor FROM offers_budgetplan
         WHERE kind = p_kind AND owner_id = p_owner AND currency = p_currency AND active))
$$;

-- Fits an account to a new total. Below what is used the counters freeze at their use until it has drained.
CREATE FUNCTION budget_fit(p_account bigint, p_amount bigint, p_most int, p_by bigint, p_why text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE v_counter offers_budgetcounter; v_parts int; v_share bigint; v_ceiling bigint; v_used bigint; v_left bigint;
BEGIN
    PERFORM 1 FROM offers_budgetaccount WHERE id = p_account FOR UPDATE;
    PERFORM 1 FROM offers_budgetcounter WHERE account_id = p_account ORDER BY part FOR UPDATE;
    SELECT count(*), sum(held_minor + spent_minor) INTO v_parts, v_used FROM offers_budgetcounter WHERE account_id = p_account;
    UPDATE offers_budgetaccount SET limit_minor = greatest(limit_minor, p_amount, v_used), target_minor = p_amount WHERE id = p_account;
    v_left := greatest(p_amount - v_used, 0);
    FOR v_counter IN SELECT * FROM offers_budgetcounter WHERE account_id = p_account ORDER BY part LOOP
        v_share := v_left / v_parts + CASE WHEN v_counter.part < v_left % v_parts THEN 1 ELSE 0 END;
        v_ceiling := v_counter.held_minor + v_counter.spent_minor + v_share;
        UPDATE offers_budgetcounter SET frozen = p_amount < v_used,
            most = CASE WHEN p_most IS NOT NULL THEN greatest(p_most, held_count + spent_count) END
        WHERE id = v_counter.id;
        IF v_ceiling <> v_counter.ceiling_minor THEN
            INSERT INTO offers_ledgerentry (counter_id, kind, held_minor, spent_minor, ceiling_minor, held_count, spent_count, recorded_at, by_id, why)
            VALUES (v_counter.id, CASE WHEN v_ceiling > v_counter.ceiling_minor THEN 'TOP_UP' ELSE 'LOWER' END, 0, 0,
                    v_ceiling - v_counter.ceiling_minor, 0, 0, desk_now(), p_by, p_why);
        END IF;
    END LOOP;
    UPDATE offers_budgetaccount SET limit_minor = greatest(p_amount, v_used) WHERE id = p_account;
    RETURN v_used;
END
$$;

CREATE OR REPLACE FUNCTION budget_set(p_account bigint, p_amount bigint, p_by bigint, p_role text, p_why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_before bigint; v_used bigint;
BEGIN
    IF p_amount < 0 THEN PERFORM refuse('BOUNDS'); END IF;
    SELECT limit_minor INTO v_before FROM offers_budgetaccount WHERE id = p_account FOR UPDATE;
    IF NOT FOUND THEN PERFORM refuse('NOT_YOURS'); END IF;
    v_used := budget_fit(p_account, p_amount, (SELECT min(most)::int FROM offers_budgetcounter WHERE account_id = p_account), p_by, p_why);
    PERFORM audit_append(p_by, p_role, 'BUDGET_SET', 'budget', p_account, NULL, NULL, NULL,
        jsonb_build_object('limit_minor', v_before), jsonb_build_object('limit_minor', p_amount, 'used_minor', v_used), p_why, NULL);
END
$$;

-- Moves what nobody has used (NULL: all of it) from one account to another. Answers how much.
CREATE FUNCTION budget_move(p_from bigint, p_to bigint, p_amount bigint, p_by bigint, p_why text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE v_free bigint; v_rest bigint; v_take bigint; v_moved bigint; v_counter record; v_transfer uuid := gen_random_uuid(); v_parts int; v_share bigint;
BEGIN
    PERFORM 1 FROM offers_budgetaccount WHERE id IN (p_from, p_to) ORDER BY id FOR UPDATE;
    PERFORM 1 FROM offers_budgetcounter c JOIN offers_budgetaccount a ON a.id = c.account_id WHERE a.id IN (p_from, p_to)
    ORDER BY budget_order(a.kind), a.id, c.part FOR UPDATE OF c;
    SELECT coalesce(sum(ceiling_minor - held_minor - spent_minor), 0) INTO v_free FROM offers_budgetcounter WHERE account_id = p_from;
    v_moved := coalesce(p_amount, v_free);
    IF v_moved > v_free THEN PERFORM refuse('TRANSFER_TOO_MUCH', jsonb_build_object('left_minor', v_free, 'asked_minor', v_moved)); END IF;
    IF v_moved <= 0 THEN RETURN 0; END IF;
    v_rest := v_moved;
    FOR v_counter IN SELECT id, ceiling_minor - held_minor - spent_minor AS free FROM offers_budgetcounter
                     WHERE account_id = p_from ORDER BY 2 DESC LOOP
        v_take := least(v_counter.free, v_rest);
        EXIT WHEN v_take <= 0;
        INSERT INTO offers_ledgerentry (counter_id, kind, held_minor, spent_minor, ceiling_minor, held_count, spent_count, transfer, recorded_at, by_id, why)
        VALUES (v_counter.id, 'TRANSFER', 0, 0, -v_take, 0, 0, v_transfer, desk_now(), p_by, p_why);
        v_rest := v_rest - v_take;
    END LOOP;
    UPDATE offers_budgetaccount SET limit_minor = limit_minor - v_moved, target_minor = greatest(target_minor - v_moved, 0) WHERE id = p_from;
    UPDATE offers_budgetaccount SET limit_minor = limit_minor + v_moved, target_minor = target_minor + v_moved WHERE id = p_to;
    SELECT count(*) INTO v_parts FROM offers_budgetcounter WHERE account_id = p_to;
    FOR v_counter IN SELECT id, part FROM offers_budgetcounter WHERE account_id = p_to ORDER BY part LOOP
        v_share := v_moved / v_parts + CASE WHEN v_counter.part < v_moved % v_parts THEN 1 ELSE 0 END;
        CONTINUE WHEN v_share = 0;
        INSERT INTO offers_ledgerentry (counter_id, kind, held_minor, spent_minor, ceiling_minor, held_count, spent_count, transfer, recorded_at, by_id, why)
        VALUES (v_counter.id, 'TRANSFER', 0, 0, v_share, 0, 0, v_transfer, desk_now(), p_by, p_why);
    END LOOP;
    RETURN v_moved;
END
$$;

-- TRANSFER between two running budgets of one currency.
CREATE FUNCTION transfer_budget(p jsonb) RETURNS jsonb
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
        jsonb_build_object('amount_minor', v_amount), coalesce(p ->> 'why', ''), v_key);
    PERFORM key_settle(v_key, 'BUDGET_TRANSFERRED', v_by, v_body, 'OK', v_to.id);
    PERFORM budget_move(v_from.id, v_to.id, v_amount, v_by, left(coalesce(p ->> 'why', ''), 200));
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_to.id);
END
$$;

-- ── Hold ─────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION ledger_entry(p_counter bigint, p_kind text, p_hold bigint, p_held bigint, p_spent bigint, p_held_count int, p_spent_count int,
    p_by bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO offers_ledgerentry (counter_id, kind, hold_id, held_minor, spent_minor, ceiling_minor, held_count, spent_count, recorded_at, by_id, why)
    VALUES (p_counter, p_kind, p_hold, p_held, p_spent, 0, p_held_count, p_spent_count, desk_now(), p_by, '')
$$;

DROP FUNCTION ledger_take(bigint, bigint, bigint, int, text, boolean);
-- Takes `p_amount` and one concession from one account for a hold.
--
-- A split budget is no single hot row: one part is locked, the caller's own or the fullest. No transaction ever waits for
-- a second part while it holds one, or two of them could wait for each other for good. Where one part is not enough the
-- act is refused as TRY_WHOLE, and done again with `p_whole`: all parts locked, in order, before any is taken from. So the
-- last coins can be spent wherever they lie. A budget that only paces grows by what is missing; its target stays.
CREATE FUNCTION ledger_take(p_account bigint, p_hold bigint, p_amount bigint, p_start int, p_code text, p_whole boolean, p_pacing boolean)
    RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_counter record; v_rest bigint := p_amount; v_take bigint; v_free bigint; v_parts int; v_id bigint; v_count int := 1;
BEGIN
    IF p_whole THEN
        PERFORM 1 FROM offers_budgetcounter WHERE account_id = p_account ORDER BY part FOR UPDATE;
    END IF;
    SELECT count(*), coalesce(sum(ceiling_minor - held_minor - spent_minor) FILTER (WHERE NOT frozen), 0) INTO v_parts, v_free
    FROM offers_budgetcounter WHERE account_id = p_account;
    IF v_free < p_amount AND NOT p_pacing THEN
        PERFORM refuse(p_code, jsonb_build_object('left_minor', v_free, 'asked_minor', p_amount));
    END IF;
    IF NOT p_whole OR v_parts = 1 THEN
        SELECT id INTO v_id FROM offers_budgetcounter WHERE account_id = p_account AND (NOT frozen OR p_pacing)
        ORDER BY part = p_start % v_parts AND ceiling_minor - held_minor - spent_minor >= p_amount DESC,
                 ceiling_minor - held_minor - spent_minor DESC LIMIT 1;
        SELECT ceiling_minor - held_minor - spent_minor AS free, frozen, most - held_count - spent_count AS more INTO v_counter
        FROM offers_budgetcounter WHERE id = v_id FOR UPDATE;
        IF v_counter.more < 1 THEN
            IF NOT p_pacing THEN PERFORM refuse('COUNT_LIMIT', jsonb_build_object('budget', p_code, 'left_count', 0)); END IF;
            UPDATE offers_budgetcounter SET most = held_count + spent_count + 1 WHERE id = v_id;
        END IF;
        IF v_counter.frozen OR v_counter.free < p_amount THEN
            IF v_parts > 1 THEN PERFORM refuse('TRY_WHOLE'); END IF;
            IF NOT p_pacing THEN
                PERFORM refuse(p_code, jsonb_build_object('left_minor', greatest(v_counter.free, 0), 'asked_minor', p_amount));
            END IF;
            PERFORM ledger_pace(p_account, v_id, p_amount - v_counter.free);
        END IF;
        PERFORM ledger_entry(v_id, 'HOLD', p_hold, p_amount, 0, 1, 0, NULL);
        RETURN;
    END IF;
    IF v_free < p_amount THEN
        SELECT id INTO v_id FROM offers_budgetcounter WHERE account_id = p_account ORDER BY frozen, part LIMIT 1;
        PERFORM ledger_pace(p_account, v_id, p_amount - v_free);
    END IF;
    FOR v_counter IN
        SELECT id, ceiling_minor - held_minor - spent_minor AS free FROM offers_budgetcounter
        WHERE account_id = p_account AND (NOT frozen OR p_pacing) ORDER BY 2 DESC
    LOOP
        v_take := least(v_counter.free, v_rest);
        EXIT WHEN v_take <= 0;
        PERFORM ledger_entry(v_counter.id, 'HOLD', p_hold, v_take, 0, v_count, 0, NULL);
        v_rest := v_rest - v_take;
        v_count := 0;
    END LOOP;
END
$$;

-- A budget that only warns grows by what is missing, and says so; its target stays what was planned.
CREATE FUNCTION ledger_pace(p_account bigint, p_counter bigint, p_missing bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE offers_budgetaccount SET limit_minor = limit_minor + p_missing WHERE id = p_account;
    INSERT INTO offers_ledgerentry (counter_id, kind, held_minor, spent_minor, ceiling_minor, held_count, spent_count, recorded_at, why)
    VALUES (p_counter, 'TOP_UP', 0, 0, p_missing, 0, 0, desk_now(), 'over plan');
END
$$;

-- Takes from an agent's own slice of a campaign. Where it does not reach, the slice grows from what the campaign has left,
-- then from what other agents have left of theirs; all of it is locked in order before any moves.
CREATE FUNCTION ledger_take_allotment(p_campaign bigint, p_agent bigint, p_chunk bigint, p_hold bigint, p_amount bigint, p_whole boolean)
    RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_own bigint; v_counter record; v_parent offers_budgetaccount; v_free bigint; v_need bigint; v_other record; v_pool bigint;
BEGIN
    SELECT id INTO v_own FROM offers_budgetaccount WHERE kind = 'ALLOTMENT' AND parent_id = p_campaign AND owner_id = p_agent;
    IF NOT p_whole THEN
        SELECT c.id, c.ceiling_minor - c.held_minor - c.spent_minor AS free INTO v_counter
        FROM offers_budgetcounter c WHERE c.account_id = v_own FOR UPDATE;
        IF v_own IS NULL OR v_counter.free < p_amount THEN PERFORM refuse('TRY_WHOLE'); END IF;
        PERFORM ledger_entry(v_counter.id, 'HOLD', p_hold, p_amount, 0, 1, 0, NULL);
        RETURN;
    END IF;
    SELECT * INTO v_parent FROM offers_budgetaccount WHERE id = p_campaign FOR UPDATE;
    IF v_own IS NULL THEN
        v_own := budget_open('ALLOTMENT', p_agent, v_parent.currency, v_parent.period, v_parent.starts_on, v_parent.ends_on, 0, 1, NULL, p_campaign);
    END IF;
    PERFORM 1 FROM offers_budgetaccount WHERE parent_id = p_campaign ORDER BY id FOR UPDATE;
    PERFORM 1 FROM offers_budgetcounter c JOIN offers_budgetaccount a ON a.id = c.account_id WHERE p_campaign IN (a.id, a.parent_id)
    ORDER BY budget_order(a.kind), a.id, c.part FOR UPDATE OF c;
    SELECT ceiling_minor - held_minor - spent_minor INTO v_free FROM offers_budgetcounter WHERE account_id = v_own;
    SELECT sum(CASE WHEN c.frozen THEN 0 ELSE c.ceiling_minor - c.held_minor - c.spent_minor END) INTO v_pool
    FROM offers_budgetcounter c JOIN offers_budgetaccount a ON a.id = c.account_id WHERE p_campaign IN (a.id, a.parent_id);
    IF v_pool < p_amount THEN
        PERFORM refuse('BUDGET_CAMPAIGN', jsonb_build_object('left_minor', v_pool, 'asked_minor', p_amount));
    END IF;
    v_need := p_amount - v_free;
    IF v_need > 0 THEN
        SELECT sum(CASE WHEN frozen THEN 0 ELSE ceiling_minor - held_minor - spent_minor END) INTO v_pool
        FROM offers_budgetcounter WHERE account_id = p_campaign;
        v_need := v_need - budget_move(p_campaign, v_own, least(v_pool, greatest(v_need, p_chunk)), NULL, 'allotment');
    END IF;
    FOR v_other IN
        SELECT a.id, c.ceiling_minor - c.held_minor - c.spent_minor AS free
        FROM offers_budgetaccount a JOIN offers_budgetcounter c ON c.account_id = a.id
        WHERE a.parent_id = p_campaign AND a.id <> v_own ORDER BY 2 DESC, a.id
    LOOP
        EXIT WHEN v_need <= 0 OR v_other.free <= 0;
        v_need := v_need - budget_move(v_other.id, v_own, least(v_other.free, v_need), NULL, 'clawed back');
    END LOOP;
    PERFORM ledger_entry((SELECT id FROM offers_budgetcounter WHERE account_id = v_own), 'HOLD', p_hold, p_amount, 0, 1, 0, NULL);
END
$$;

-- What a person's own limit allows in a day, a week and a month: accounts like others, fitted to the limit in force.
CREATE FUNCTION ledger_take_limits(p_user bigint, p_currency text, p_on date, p_hold bigint, p_amount bigint, p_whole boolean) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE v_limit offers_limitversion; v_line record; v_account bigint; v_cost bigint;
BEGIN
    SELECT * INTO v_limit FROM offers_limitversion WHERE id = limit_in_force(p_user, p_currency);
    FOR v_line IN
        SELECT * FROM (VALUES ('DAY', v_limit.day_cost_minor, v_limit.day_count), ('WEEK', v_limit.week_cost_minor, v_limit.week_count),
                              ('MONTH', v_limit.month_cost_minor, v_limit.month_count)) l (period, cost, most)
        WHERE cost IS NOT NULL OR most IS NOT NULL
    LOOP
        v_cost := coalesce(v_line.cost, 1000000000000000);
        SELECT a.id INTO v_account FROM offers_budgetaccount a, budget_period(v_line.period, p_on) b
        WHERE a.kind = 'LIMIT' AND a.owner_id = p_user AND a.currency = p_currency AND a.period = v_line.period AND a.starts_on = b.starts_on;
        IF v_account IS NULL THEN
            SELECT budget_open('LIMIT', p_user, p_currency, v_line.period, b.starts_on, b.ends_on, v_cost, 1, v_line.most::int)
            INTO v_account FROM budget_period(v_line.period, p_on) b;
            IF v_account IS NULL THEN PERFORM refuse('IN_FLIGHT'); END IF;
        ELSIF EXISTS (SELECT FROM offers_budgetaccount a JOIN offers_budgetcounter c ON c.account_id = a.id WHERE a.id = v_account
                      AND (a.target_minor <> v_cost OR c.most IS DISTINCT FROM
                           CASE WHEN v_line.most IS NOT NULL THEN greatest(v_line.most, c.held_count + c.spent_count) END)) THEN
            PERFORM budget_fit(v_account, v_cost, v_line.most::int, NULL, 'limit');
        END IF;
        PERFORM ledger_take(v_account, p_hold, p_amount, 0, 'BUDGET_LIMIT', p_whole, v_limit.mode = 'PACING');
    END LOOP;
END
$$;

DROP FUNCTION ledger_hold(bigint, text, bigint, bigint, int, boolean);
-- Reserves a proposal's cost on all of its budgets, in the one fixed order: customer, the giver's limit of the period, the
-- giver's wallet (agent's or approver's, `p_wallet` NULL: nobody's), team, site, campaign.
CREATE FUNCTION ledger_hold(p_proposal bigint, p_wallet text, p_giver bigint, p_customer_cap bigint, p_minutes int, p_pacing boolean,
    p_whole boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_p record; v_hold bigint; v_today date; v_account bigint; v_now timestamptz := desk_now(); v_chunk bigint; v_cost bigint;
BEGIN
    SELECT p.*, t.site_id, s.time_zone, v.campaign_id INTO v_p
    FROM offers_proposal p JOIN customers_team t ON t.id = p.team_id JOIN customers_site s ON s.id = t.site_id
    JOIN offers_offerversion v ON v.id = p.offer_version_id WHERE p.id = p_proposal;
    v_today := (v_now AT TIME ZONE v_p.time_zone)::date;
    v_cost := v_p.cost_minor;
    INSERT INTO offers_hold (proposal_id, amount_minor, currency, opened_at, expires_at, ended_as)
    VALUES (p_proposal, v_cost, v_p.currency, v_now, v_now + make_interval(mins => p_minutes), '') RETURNING id INTO v_hold;
    IF v_cost > 0 THEN
        -- A customer's twelve months begin with their first concession.
        v_account := budget_at('CUSTOMER', v_p.customer_id, v_p.currency, v_today);
        IF v_account IS NULL THEN
            v_account := coalesce(
                budget_open('CUSTOMER', v_p.customer_id, v_p.currency, 'YEAR', v_today, (v_today + interval '1 year')::date, p_customer_cap),
                budget_at('CUSTOMER', v_p.customer_id, v_p.currency, v_today));
        END IF;
        PERFORM ledger_take(v_account, v_hold, v_cost, 0, 'BUDGET_CUSTOMER', p_whole, false);
    END IF;
    PERFORM ledger_take_limits(p_giver, v_p.currency, v_today, v_hold, v_cost, p_whole);
    IF v_cost = 0 THEN RETURN v_hold; END IF;
    v_account := CASE WHEN p_wallet IS NOT NULL THEN budget_for(p_wallet, p_giver, v_p.currency, v_today) END;
    IF v_account IS NOT NULL THEN PERFORM ledger_take(v_account, v_hold, v_cost, 0, 'BUDGET_' || p_wallet, p_whole, p_pacing); END IF;
    v_account := budget_for('TEAM', v_p.team_id, v_p.currency, v_today);
    IF v_account IS NOT NULL THEN PERFORM ledger_take(v_account, v_hold, v_cost, v_p.agent_id::int, 'BUDGET_TEAM', p_whole, p_pacing); END IF;
    v_account := budget_for('SITE', v_p.site_id, v_p.currency, v_today);
    IF v_account IS NOT NULL THEN PERFORM ledger_take(v_account, v_hold, v_cost, v_p.agent_id::int, 'BUDGET_SITE', p_whole, p_pacing); END IF;
    v_account := CASE WHEN v_p.campaign_id IS NOT NULL THEN budget_for('CAMPAIGN', v_p.campaign_id, v_p.currency, v_today) END;
    IF v_account IS NOT NULL THEN
        SELECT allotment_minor INTO v_chunk FROM offers_budgetplan
        WHERE kind = 'CAMPAIGN' AND owner_id = v_p.campaign_id AND currency = v_p.currency;
        IF v_chunk IS NULL THEN
            PERFORM ledger_take(v_account, v_hold, v_cost, v_p.agent_id::int, 'BUDGET_CAMPAIGN', p_whole, p_pacing);
        ELSE
            PERFORM ledger_take_allotment(v_account, v_p.agent_id, v_chunk, v_hold, v_cost, p_whole);
        END IF;
    END IF;
    RETURN v_hold;
END
$$;

-- ── End ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- Locks the counters that these proposals' live holds draw on, in the order in which holds take them; with `p_all` every
-- part of those accounts, for whoever is about to hold on them again.
DROP FUNCTION ledger_lock(bigint[]);
CREATE FUNCTION ledger_lock(p_proposals bigint[], p_all boolean DEFAULT false) RETURNS void LANGUAGE sql AS $$
    SELECT c.id FROM offers_budgetcounter c JOIN offers_budgetaccount a ON a.id = c.account_id
    WHERE EXISTS (SELECT FROM offers_hold h JOIN offers_ledgerentry e ON e.hold_id = h.id
                  JOIN offers_budgetcounter x ON x.id = e.counter_id
                  WHERE h.proposal_id = ANY (p_proposals) AND h.ended_as = ''
                    AND CASE WHEN p_all THEN x.account_id = c.account_id ELSE x.id = c.id END)
    ORDER BY budget_order(a.kind), a.id, c.part
    FOR UPDATE OF c
$$;

CREATE OR REPLACE FUNCTION ledger_end(p_proposal bigint, p_as text, p_posted bigint, p_by bigint) RETURNS void LANGUAGE plpgsql AS $$
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
    FOR v_leg IN
        SELECT e.counter_id, e.held_minor, e.held_count, c.account_id
        FROM offers_ledgerentry e JOIN offers_budgetcounter c ON c.id = e.counter_id
        WHERE e.hold_id = v_hold.id AND e.kind = 'HOLD' ORDER BY e.id
    LOOP
        IF v_account IS DISTINCT FROM v_leg.account_id THEN v_account := v_leg.account_id; v_rest := coalesce(p_posted, 0); END IF;
        v_spend := CASE WHEN p_as = 'POSTED' THEN least(v_rest, v_leg.held_minor) ELSE 0 END;
        v_rest := v_rest - v_spend;
        PERFORM ledger_entry(v_leg.counter_id, CASE p_as WHEN 'POSTED' THEN 'POST' WHEN 'VOIDED' THEN 'VOID' ELSE 'EXPIRE' END, v_hold.id,
            -v_leg.held_minor, v_spend, -v_leg.held_count, CASE WHEN p_as = 'POSTED' THEN v_leg.held_count ELSE 0 END, p_by);
        PERFORM ledger_drain(v_leg.counter_id, p_by);
    END LOOP;
END
$$;

-- A frozen counter's ceiling follows its use down; nothing given back can be held again until the new total is reached.
CREATE FUNCTION ledger_drain(p_counter bigint, p_by bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO offers_ledgerentry (counter_id, kind, held_minor, spent_minor, ceiling_minor, held_count, spent_count, recorded_at, by_id, why)
    SELECT id, 'LOWER', 0, 0, held_minor + spent_minor - ceiling_minor, 0, 0, desk_now(), p_by, 'frozen'
    FROM offers_budgetcounter WHERE id = p_counter AND frozen AND ceiling_minor > held_minor + spent_minor
$$;

-- A concession that ends early gives its unspent days back to the budgets that paid for it, once.
CREATE FUNCTION concession_return(p_concession bigint, p_on date, p_by bigint, p_role text, p_why text) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE v_n offers_concession; v_p offers_proposal; v_leg record; v_back bigint; v_all bigint := 0;
BEGIN
    SELECT * INTO v_n FROM offers_concession WHERE id = p_concession;
    SELECT * INTO v_p FROM offers_proposal WHERE id = v_n.proposal_id FOR UPDATE;
    SELECT * INTO v_n FROM offers_concession WHERE id = p_concession FOR UPDATE;
    IF v_n.ended_early_on IS NOT NULL OR v_n.ends_on IS NULL OR p_on >= v_n.ends_on THEN PERFORM refuse('ALREADY_RESOLVED'); END IF;
    UPDATE offers_concession SET ended_early_on = greatest(p_on, starts_on) WHERE id = p_concession;
    PERFORM audit_append(p_by, p_role, 'CONCESSION_ENDED', 'proposal', v_p.id, v_n.customer_id, v_p.call_id, NULL,
        jsonb_build_object('ends_on', v_n.ends_on), jsonb_build_object('ends_on', greatest(p_on, v_n.starts_on)), p_why, NULL, v_p.agent_id);
    FOR v_leg IN
        SELECT c.id, e.hold_id, e.spent_minor FROM offers_hold h
        JOIN offers_ledgerentry e ON e.hold_id = h.id AND e.kind = 'POST'
        JOIN offers_budgetcounter c ON c.id = e.counter_id JOIN offers_budgetaccount a ON a.id = c.account_id
        WHERE h.proposal_id = v_p.id AND h.ended_as = 'POSTED' AND e.spent_minor > 0
        ORDER BY budget_order(a.kind), a.id, c.part FOR UPDATE OF c
    LOOP
        v_back := v_leg.spent_minor * (v_n.ends_on - greatest(p_on, v_n.starts_on)) / greatest(v_n.ends_on - v_n.starts_on, 1);
        CONTINUE WHEN v_back = 0;
        PERFORM ledger_entry(v_leg.id, 'RETURN', v_leg.hold_id, 0, -v_back, 0, 0, p_by);
        PERFORM ledger_drain(v_leg.id, p_by);
        v_all := greatest(v_all, v_back);
    END LOOP;
    RETURN v_all;
END
$$;

-- The clockwork: ends one concession of a customer who has left, and gives back what it will not cost. NULL when none is left.
CREATE INDEX concession_running ON offers_concession (ends_on) WHERE ended_early_on IS NULL AND ends_on IS NOT NULL;
CREATE FUNCTION return_next() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_due record;
BEGIN
    SELECT n.id, u.left_on INTO v_due FROM offers_concession n JOIN customers_customer u ON u.id = n.customer_id
    WHERE n.ended_early_on IS NULL AND n.ends_on > current_date AND u.left_on < n.ends_on AND u.left_on <= current_date LIMIT 1;
    IF NOT FOUND THEN RETURN NULL; END IF;
    PERFORM concession_return(v_due.id, v_due.left_on, NULL, 'CLOCK', 'LEFT');
    RETURN 'concession';
END
$$;

-- ── Storms ───────────────────────────────────────────────────────────────────────────────────────────────────

-- Starts using a reserve that two have signed: its limits hold at once, its money goes to the site.
CREATE FUNCTION start_storm(p jsonb) RETURNS jsonb
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
        jsonb_build_object('reserve', v_r.id, 'hours', v_hours, 'amount_minor', v_r.amount_minor), p ->> 'why', v_key);
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

-- Ends a storm; what the site has not used of the reserve goes back to it.
CREATE FUNCTION storm_over(p_storm bigint, p_by bigint, p_role text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_s offers_storm; v_r offers_stormreserve; v_from bigint; v_to bigint; v_today date; v_moved bigint; v_free bigint;
BEGIN
    SELECT * INTO v_s FROM offers_storm WHERE id = p_storm FOR UPDATE;
    IF NOT FOUND THEN PERFORM refuse('NOT_YOURS'); END IF;
    IF v_s.ended_at IS NOT NULL THEN PERFORM refuse('ALREADY_RESOLVED'); END IF;
    SELECT * INTO v_r FROM offers_stormreserve WHERE id = v_s.reserve_id;
    UPDATE offers_storm SET ended_at = desk_now(), ended_by_id = p_by WHERE id = p_storm;
    PERFORM audit_append(p_by, p_role, 'STORM_ENDED', 'storm', p_storm, NULL, NULL, NULL, NULL, jsonb_build_object('reserve', v_r.id), '', NULL);
    SELECT (desk_now() AT TIME ZONE time_zone)::date INTO v_today FROM customers_site WHERE id = v_r.site_id;
    SELECT id INTO v_to FROM offers_budgetaccount WHERE kind = 'STORM' AND owner_id = v_r.id ORDER BY starts_on DESC LIMIT 1;
    v_from := budget_at('SITE', v_r.site_id, v_r.currency, v_today);
    IF v_from IS NULL OR v_to IS NULL THEN RETURN; END IF;
    SELECT coalesce(-sum(e.ceiling_minor), 0) INTO v_moved FROM offers_ledgerentry e JOIN offers_budgetcounter c ON c.id = e.counter_id
    WHERE c.account_id = v_to AND e.kind = 'TRANSFER';
    SELECT coalesce(sum(ceiling_minor - held_minor - spent_minor), 0) INTO v_free FROM offers_budgetcounter WHERE account_id = v_from;
    PERFORM budget_move(v_from, v_to, greatest(least(v_moved, v_free), 0), p_by, 'storm over');
END
$$;

CREATE FUNCTION end_storm(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM storm_over((p ->> 'storm_id')::bigint, (p ->> 'by')::bigint, p ->> 'role');
    RETURN jsonb_build_object('code', 'OK', 'object_id', (p ->> 'storm_id')::bigint);
END
$$;
