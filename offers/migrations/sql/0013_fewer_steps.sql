-- The same acts in fewer statements: starting and ending one costs more than the rows it reads. What reads tables is PL/pgSQL,
-- whose plans are kept; a hold takes all of its counters at once, and one INSERT writes all of its entries.

-- ── Who may give what ────────────────────────────────────────────────────────────────────────────────────────

CREATE OR REPLACE FUNCTION limit_in_force(p_user bigint, p_currency text, p_family text DEFAULT '', p_tier text DEFAULT '', p_tenure int DEFAULT 0)
    RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE v_seat record;
BEGIN
    SELECT s.grade, s.team_id, t.site_id INTO v_seat FROM offers_seat s LEFT JOIN customers_team t ON t.id = s.team_id
    WHERE s.user_id = p_user AND s.is_active;
    IF NOT FOUND THEN RETURN NULL; END IF;
    RETURN (SELECT l.id FROM limits_of(p_user, v_seat.grade, v_seat.team_id, v_seat.site_id, p_currency, p_tier, p_tenure) l
            WHERE l.family IN ('', p_family) LIMIT 1);
END
$$;

CREATE OR REPLACE FUNCTION limit_on_call(p_call bigint, p_user bigint, p_family text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE v record;
BEGIN
    SELECT u.currency, k.monthly_bill_minor, u.customer_since, s.time_zone INTO v
    FROM customers_call k JOIN customers_customer u ON u.id = k.customer_id JOIN customers_site s ON s.id = k.site_id WHERE k.id = p_call;
    RETURN limit_in_force(p_user, v.currency, p_family, value_tier(12 * v.monthly_bill_minor),
        coalesce(whole_months(v.customer_since, (desk_now() AT TIME ZONE v.time_zone)::date), 0));
END
$$;

CREATE OR REPLACE FUNCTION conflict_of(p_user bigint, p_customer bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE c record;
BEGIN
    SELECT id, staff_line, street, postcode, family_key, given_key INTO c FROM customers_customer WHERE id = p_customer;
    IF NOT FOUND THEN RETURN NULL; END IF;
    RETURN CASE
        WHEN EXISTS (SELECT FROM offers_ownline o WHERE o.customer_id = c.id AND o.user_id = p_user AND o.ended_at IS NULL) THEN 'OWN_LINE'
        WHEN c.staff_line OR EXISTS (SELECT FROM offers_ownline o WHERE o.customer_id = c.id AND o.ended_at IS NULL) THEN 'STAFF_LINE'
        WHEN c.street <> '' AND EXISTS (
            SELECT FROM offers_ownline o JOIN customers_customer x ON x.id = o.customer_id
            WHERE o.ended_at IS NULL AND lower(x.street) = lower(c.street) AND x.postcode = c.postcode) THEN 'SAME_ADDRESS'
        WHEN c.family_key <> '' AND c.given_key <> '' AND EXISTS (
            SELECT FROM people_user u JOIN offers_seat s ON s.user_id = u.id AND s.is_active
            WHERE desk_fold(u.last_name) = c.family_key AND desk_fold(u.first_name) = c.given_key) THEN 'SAME_NAME'
        ELSE ''
    END;
END
$$;

CREATE OR REPLACE FUNCTION own_totals(p_call customers_call, p_limit offers_limitversion, p_base offers_limitversion, p_family text, p_campaign bigint,
    p_cost bigint, p_amount bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_count bigint; v_cost bigint; v_amount bigint; v_plan record; v_currency text := p_limit.currency; v_legs bigint[] := ARRAY[p_call.id];
    v_today date;
BEGIN
    -- A call that was handed over is one call.
    IF p_call.transferred_from_id IS NOT NULL THEN v_legs := ARRAY(SELECT l.call_id FROM legs_of(p_call.id) l); END IF;
    SELECT count(*), coalesce(sum(cost_minor), 0) INTO v_count, v_cost FROM offers_proposal
    WHERE call_id = ANY (v_legs) AND ruling = 'WITHIN' AND state IN ('PRESENTED', 'ACCEPTED');
    IF v_count + 1 > p_base.call_count THEN PERFORM refuse('CALL_COUNT', jsonb_build_object('limit', p_base.call_count)); END IF;
    IF v_cost + p_cost > p_base.call_cost_minor THEN
        PERFORM refuse('CALL_COST', jsonb_build_object('limit_minor', p_base.call_cost_minor, 'left_minor', p_base.call_cost_minor - v_cost));
    END IF;
    SELECT coalesce(sum(p.cost_minor), 0), coalesce(sum(p.amount_minor), 0) INTO v_cost, v_amount
    FROM offers_proposal p JOIN customers_call k ON k.id = p.call_id
    JOIN offers_offerversion v ON v.id = p.offer_version_id JOIN offers_offer o ON o.id = v.offer_id
    WHERE p.customer_id = p_call.customer_id AND k.episode_id = p_call.episode_id AND o.family = p_family AND p.ruling = 'WITHIN'
      AND p.state IN ('PRESENTED', 'ACCEPTED');
    IF v_cost + p_cost > p_limit.max_cost_minor AND v_cost > 0 THEN
        PERFORM refuse('OVER_SPLIT', jsonb_build_object('limit_minor', p_limit.max_cost_minor, 'left_minor', p_limit.max_cost_minor - v_cost));
    END IF;
    IF p_family IN ('CREDIT', 'GIFT') AND v_amount > 0 AND v_amount + p_amount > p_limit.max_credit_minor THEN
        PERFORM refuse('OVER_SPLIT', jsonb_build_object('limit_minor', p_limit.max_credit_minor, 'left_minor', p_limit.max_credit_minor - v_amount));
    END IF;
    FOR v_plan IN
        SELECT b.kind, b.owner_id, b.average_minor FROM offers_budgetplan b
        WHERE b.average_minor IS NOT NULL AND b.active AND b.currency = v_currency
          AND (b.kind, b.owner_id) IN (('TEAM', p_call.team_id), ('SITE', p_call.site_id), ('CAMPAIGN', coalesce(p_campaign, 0)))
    LOOP
        v_today := coalesce(v_today, local_today(p_call.site_id));
        SELECT sum(c.spent_minor), sum(c.spent_count) INTO v_cost, v_count FROM offers_budgetcounter c
        WHERE c.account_id = budget_at(v_plan.kind, v_plan.owner_id, v_currency, v_today);
        -- Of fewer saves an average says nothing; and what is cheaper than the average brings it down.
        IF v_count >= 20 AND p_cost > v_plan.average_minor AND v_cost + p_cost > v_plan.average_minor * (v_count + 1) THEN
            PERFORM refuse('OVER_AVERAGE', jsonb_build_object('limit_minor', v_plan.average_minor, 'average_minor', v_cost / v_count));
        END IF;
    END LOOP;
END
$$;

-- ── Hold ─────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE OR REPLACE FUNCTION budget_at(p_kind text, p_owner bigint, p_currency text, p_on date) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT id FROM offers_budgetaccount
            WHERE kind = p_kind AND owner_id = p_owner AND currency = p_currency AND parent_id IS NULL AND starts_on <= p_on AND ends_on > p_on
            ORDER BY starts_on DESC LIMIT 1);
END
$$;

-- All entries of a statement move their counters together.
CREATE OR REPLACE FUNCTION move_counter() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE offers_budgetcounter c
    SET held_minor = c.held_minor + m.held_minor, spent_minor = c.spent_minor + m.spent_minor, ceiling_minor = c.ceiling_minor + m.ceiling_minor,
        held_count = c.held_count + m.held_count, spent_count = c.spent_count + m.spent_count
    FROM (SELECT counter_id, sum(held_minor) AS held_minor, sum(spent_minor) AS spent_minor, sum(ceiling_minor) AS ceiling_minor,
                 sum(held_count) AS held_count, sum(spent_count) AS spent_count
          FROM moved GROUP BY counter_id) m
    WHERE c.id = m.counter_id;
    RETURN NULL;
END
$$;
DROP TRIGGER moves_counter ON offers_ledgerentry;
CREATE TRIGGER moves_counter AFTER INSERT ON offers_ledgerentry REFERENCING NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION move_counter();

DROP FUNCTION ledger_take(bigint, bigint, bigint, int, text, boolean, boolean);
-- Takes `p_amount` and one concession for a hold from every one of these accounts, or refuses. Arrays go together: the account,
-- the code that its want of money is refused with, the part to begin with, and whether it only paces.
--
-- A split budget is no single hot row: one part is locked, the caller's own or the fullest. No transaction ever waits for
-- a second part while it holds one, or two of them could wait for each other for good. Where one part is not enough the
-- act is refused as TRY_WHOLE, and done again with `p_whole`: all parts locked, in order, before any is taken from. So the
-- last coins can be spent wherever they lie. A budget that only paces grows by what is missing; its target stays.
CREATE FUNCTION ledger_take(p_accounts bigint[], p_codes text[], p_starts int[], p_pacing boolean[], p_hold bigint, p_amount bigint, p_whole boolean)
    RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_places int[]; v_counters bigint[]; v_amounts bigint[]; v_firsts int[]; v_c record;
BEGIN
    IF p_whole THEN
        PERFORM 1 FROM unnest(p_accounts) WITH ORDINALITY l (account, place) JOIN offers_budgetcounter c ON c.account_id = l.account
        ORDER BY l.place, c.part FOR UPDATE OF c;
        -- The fullest part first; what all of them lack is asked of it, and refused there.
        SELECT array_agg(place ORDER BY place, nth), array_agg(id ORDER BY place, nth), array_agg((nth = 1)::int ORDER BY place, nth),
               array_agg(least(free, p_amount - before) + CASE WHEN nth = 1 THEN greatest(p_amount - total, 0) ELSE 0 END ORDER BY place, nth)
        INTO v_places, v_counters, v_firsts, v_amounts
        FROM (SELECT f.*, row_number() OVER fullest AS nth, sum(free) OVER fullest - free AS before, sum(free) OVER (PARTITION BY place) AS total
              FROM (SELECT l.place, c.id, c.part,
                           CASE WHEN c.frozen AND NOT p_pacing[l.place] THEN 0 ELSE c.ceiling_minor - c.held_minor - c.spent_minor END AS free
                    FROM unnest(p_accounts) WITH ORDINALITY l (account, place) JOIN offers_budgetcounter c ON c.account_id = l.account) f
              WINDOW fullest AS (PARTITION BY place ORDER BY free DESC, part)) s
        WHERE nth = 1 OR (before < p_amount AND free > 0);
    ELSE
        SELECT array_agg(l.place ORDER BY l.place), array_agg(c.id ORDER BY l.place), array_agg(1), array_agg(p_amount)
        INTO v_places, v_counters, v_firsts, v_amounts
        FROM unnest(p_accounts) WITH ORDINALITY l (account, place) CROSS JOIN LATERAL (
            SELECT n.id FROM offers_budgetcounter n WHERE n.account_id = l.account
            ORDER BY n.part = p_starts[l.place] AND NOT n.frozen AND n.ceiling_minor - n.held_minor - n.spent_minor >= p_amount DESC,
                     n.frozen, n.ceiling_minor - n.held_minor - n.spent_minor DESC LIMIT 1) c;
    END IF;
    FOR v_c IN
        SELECT t.place, t.amount, t.first, c.id, c.account_id, c.frozen, c.ceiling_minor - c.held_minor - c.spent_minor AS free,
               c.most - c.held_count - c.spent_count AS more
        FROM unnest(v_places, v_counters, v_amounts, v_firsts) WITH ORDINALITY t (place, counter, amount, first, nth)
        JOIN offers_budgetcounter c ON c.id = t.counter ORDER BY t.nth FOR UPDATE OF c
    LOOP
        IF v_c.more < v_c.first THEN
            IF NOT p_pacing[v_c.place] THEN
                PERFORM refuse('COUNT_LIMIT', jsonb_build_object('budget', p_codes[v_c.place], 'left_count', 0));
            END IF;
            UPDATE offers_budgetcounter SET most = held_count + spent_count + 1 WHERE id = v_c.id;
        END IF;
        IF v_c.free < v_c.amount OR (v_c.frozen AND v_c.amount > 0) THEN
            IF NOT p_whole AND EXISTS (SELECT FROM offers_budgetcounter WHERE account_id = v_c.account_id AND id <> v_c.id) THEN
                PERFORM refuse('TRY_WHOLE');
            END IF;
            IF NOT p_pacing[v_c.place] THEN
                PERFORM refuse(p_codes[v_c.place], jsonb_build_object('asked_minor', p_amount,
                    'left_minor', CASE WHEN v_c.frozen THEN 0 ELSE greatest(p_amount - v_c.amount + v_c.free, 0) END));
            END IF;
            PERFORM ledger_pace(v_c.account_id, v_c.id, v_c.amount - v_c.free);
        END IF;
    END LOOP;
    INSERT INTO offers_ledgerentry (counter_id, kind, hold_id, held_minor, spent_minor, ceiling_minor, held_count, spent_count, recorded_at, why)
    SELECT t.counter, 'HOLD', p_hold, t.amount, 0, 0, t.first, 0, desk_now(), '' FROM unnest(v_counters, v_amounts, v_firsts) t (counter, amount, first);
END
$$;

DROP FUNCTION ledger_take_limits(bigint, text, date, bigint, bigint, boolean);
-- Reserves a proposal's cost on all of its budgets, in the one fixed order: customer, the giver's limit of the period (accounts
-- like others, fitted to the limit in force), the giver's wallet (agent's or approver's, `p_wallet` NULL: nobody's), team, site,
-- campaign. What costs nothing still counts towards the giver's limit.
CREATE OR REPLACE FUNCTION ledger_hold(p_proposal bigint, p_wallet text, p_giver bigint, p_customer_cap bigint, p_minutes int, p_pacing boolean,
    p_whole boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_p record; v_hold bigint; v_today date; v_now timestamptz := desk_now(); v_limit offers_limitversion; v_line record; v_id bigint;
    v_accounts bigint[] := '{}'; v_codes text[] := '{}'; v_starts int[] := '{}'; v_paces boolean[] := '{}'; v_slice bigint; v_chunk bigint;
BEGIN
    SELECT p.customer_id, p.team_id, p.agent_id, p.cost_minor, p.currency, t.site_id, s.time_zone, v.campaign_id INTO v_p
    FROM offers_proposal p JOIN customers_team t ON t.id = p.team_id JOIN customers_site s ON s.id = t.site_id
    JOIN offers_offerversion v ON v.id = p.offer_version_id WHERE p.id = p_proposal;
    v_today := (v_now AT TIME ZONE v_p.time_zone)::date;
    INSERT INTO offers_hold (proposal_id, amount_minor, currency, opened_at, expires_at, ended_as)
    VALUES (p_proposal, v_p.cost_minor, v_p.currency, v_now, v_now + make_interval(mins => p_minutes), '') RETURNING id INTO v_hold;
    v_id := limit_in_force(p_giver, v_p.currency);
    SELECT * INTO v_limit FROM offers_limitversion WHERE id = v_id;
    FOR v_line IN
        SELECT w.*, a.id AS account, a.target_minor, c.most AS had, c.held_count + c.spent_count AS used, b.parts, b.allotment_minor
        FROM (VALUES ('CUSTOMER', v_p.customer_id, NULL, p_customer_cap, NULL::int),
                     ('LIMIT', p_giver, 'DAY', v_limit.day_cost_minor, v_limit.day_count::int),
                     ('LIMIT', p_giver, 'WEEK', v_limit.week_cost_minor, v_limit.week_count::int),
                     ('LIMIT', p_giver, 'MONTH', v_limit.month_cost_minor, v_limit.month_count::int),
                     (p_wallet, p_giver, NULL, NULL, NULL), ('TEAM', v_p.team_id, NULL, NULL, NULL),
                     ('SITE', v_p.site_id, NULL, NULL, NULL), ('CAMPAIGN', v_p.campaign_id, NULL, NULL, NULL)
             ) w (kind, owner, period, cost, most)
        LEFT JOIN LATERAL (
            SELECT x.id, x.target_minor FROM offers_budgetaccount x
            WHERE x.kind = w.kind AND x.owner_id = w.owner AND x.currency = v_p.currency AND (w.period IS NULL OR x.period = w.period)
              AND x.parent_id IS NULL AND x.starts_on <= v_today AND x.ends_on > v_today ORDER BY x.starts_on DESC LIMIT 1) a ON true
        LEFT JOIN offers_budgetplan b ON b.kind = w.kind AND b.owner_id = w.owner AND b.currency = v_p.currency AND b.active
        LEFT JOIN offers_budgetcounter c ON c.account_id = a.id AND w.kind = 'LIMIT'
        WHERE w.owner IS NOT NULL AND CASE w.kind WHEN 'LIMIT' THEN w.cost IS NOT NULL OR w.most IS NOT NULL ELSE v_p.cost_minor > 0 END
          AND (w.kind IN ('CUSTOMER', 'LIMIT') OR a.id IS NOT NULL OR b.id IS NOT NULL)
        -- As `ledger_lock` takes them; what has to be opened first comes last of its kind.
        ORDER BY budget_order(w.kind), a.id
    LOOP
        v_id := v_line.account;
        IF v_line.kind = 'LIMIT' THEN
            -- No amount is set: none is ever reached.
            v_line.cost := coalesce(v_line.cost, 1000000000000000);
            IF v_id IS NULL THEN
                SELECT budget_open('LIMIT', p_giver, v_p.currency, v_line.period, d.starts_on, d.ends_on, v_line.cost, 1, v_line.most)
                INTO v_id FROM budget_period(v_line.period, v_today) d;
                IF v_id IS NULL THEN PERFORM refuse('IN_FLIGHT'); END IF;
            ELSIF v_line.target_minor <> v_line.cost
                  OR v_line.had IS DISTINCT FROM (CASE WHEN v_line.most IS NOT NULL THEN greatest(v_line.most, v_line.used) END) THEN
                PERFORM budget_fit(v_id, v_line.cost, v_line.most, NULL, 'limit');
            END IF;
        ELSIF v_id IS NULL THEN
            -- A customer's twelve months begin with their first concession; everything else has a plan.
            v_id := CASE WHEN v_line.kind <> 'CUSTOMER' THEN budget_for(v_line.kind, v_line.owner, v_p.currency, v_today) ELSE coalesce(
                budget_open('CUSTOMER', v_line.owner, v_p.currency, 'YEAR', v_today, (v_today + interval '1 year')::date, p_customer_cap),
                budget_at('CUSTOMER', v_line.owner, v_p.currency, v_today)) END;
        END IF;
        IF v_line.allotment_minor IS NOT NULL THEN
            v_slice := v_id;
            v_chunk := v_line.allotment_minor;
            CONTINUE;
        END IF;
        v_accounts := v_accounts || v_id;
        v_codes := v_codes || ('BUDGET_' || v_line.kind);
        v_starts := v_starts || (v_p.agent_id % coalesce(v_line.parts, 1))::int;
        v_paces := v_paces || CASE v_line.kind WHEN 'CUSTOMER' THEN false WHEN 'LIMIT' THEN v_limit.mode = 'PACING' ELSE p_pacing END;
    END LOOP;
    PERFORM ledger_take(v_accounts, v_codes, v_starts, v_paces, v_hold, v_p.cost_minor, p_whole);
    IF v_slice IS NOT NULL THEN PERFORM ledger_take_allotment(v_slice, v_p.agent_id, v_chunk, v_hold, v_p.cost_minor, p_whole); END IF;
    RETURN v_hold;
END
$$;

-- ── End ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- Locks the counters that these proposals' live holds draw on, in the order in which holds take them; with `p_all` every
-- part of those accounts, for whoever is about to hold on them again.
CREATE OR REPLACE FUNCTION ledger_lock(p_proposals bigint[], p_all boolean DEFAULT false) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_counters bigint[];
BEGIN
    v_counters := ARRAY(SELECT e.counter_id FROM offers_hold h JOIN offers_ledgerentry e ON e.hold_id = h.id AND e.kind = 'HOLD'
                        WHERE h.proposal_id = ANY (p_proposals) AND h.ended_as = '');
    IF p_all THEN
        v_counters := ARRAY(SELECT c.id FROM offers_budgetcounter c
                            WHERE c.account_id IN (SELECT x.account_id FROM offers_budgetcounter x WHERE x.id = ANY (v_counters)));
    END IF;
    PERFORM 1 FROM offers_budgetcounter c JOIN offers_budgetaccount a ON a.id = c.account_id WHERE c.id = ANY (v_counters)
    ORDER BY budget_order(a.kind), a.id, c.part FOR UPDATE OF c;
END
$$;

-- Ends a proposal's live hold on all of its budgets: what the customer accepted is spent, the rest given back.
CREATE OR REPLACE FUNCTION ledger_end(p_proposal bigint, p_as text, p_posted bigint, p_by bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_hold offers_hold; v_is_post boolean := p_as = 'POSTED';
BEGIN
    SELECT * INTO v_hold FROM offers_hold WHERE proposal_id = p_proposal AND ended_as = '' FOR UPDATE;
    IF NOT FOUND THEN
        IF v_is_post THEN PERFORM refuse('HOLD_ENDED'); END IF;
        RETURN;
    END IF;
    IF v_is_post AND v_hold.expires_at <= desk_now() THEN PERFORM refuse('HOLD_EXPIRED'); END IF;
    IF v_is_post AND (p_posted < 0 OR p_posted > v_hold.amount_minor) THEN PERFORM refuse('BOUNDS'); END IF;
    PERFORM ledger_lock(ARRAY[p_proposal]);
    UPDATE offers_hold SET ended_as = p_as, ended_at = desk_now(), posted_minor = CASE WHEN v_is_post THEN p_posted END WHERE id = v_hold.id;
    INSERT INTO offers_ledgerentry (counter_id, kind, hold_id, held_minor, spent_minor, ceiling_minor, held_count, spent_count, recorded_at, by_id, why)
    SELECT l.counter_id, CASE p_as WHEN 'POSTED' THEN 'POST' WHEN 'VOIDED' THEN 'VOID' ELSE 'EXPIRE' END, v_hold.id, -l.held_minor,
           CASE WHEN v_is_post THEN least(l.held_minor, greatest(p_posted - l.before, 0)) ELSE 0 END, 0, -l.held_count,
           CASE WHEN v_is_post THEN l.held_count ELSE 0 END, desk_now(), p_by, ''
    -- What lies before a leg in its account is spent first.
    FROM (SELECT e.*, sum(e.held_minor) OVER (PARTITION BY c.account_id ORDER BY e.id) - e.held_minor AS before
          FROM offers_ledgerentry e JOIN offers_budgetcounter c ON c.id = e.counter_id
          WHERE e.hold_id = v_hold.id AND e.kind = 'HOLD') l
    ORDER BY l.id;
    PERFORM ledger_drain(c.id, p_by) FROM offers_ledgerentry e JOIN offers_budgetcounter c ON c.id = e.counter_id AND c.frozen
    WHERE e.hold_id = v_hold.id AND e.kind = 'HOLD';
END
$$;

-- ── Present ──────────────────────────────────────────────────────────────────────────────────────────────────

-- PRESENT: the agent, within their own limit or a supervisor's grant, presents to the customer. One transaction, all budgets or none.
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
    SELECT o.kind, o.family, v.campaign_id, o.id AS offer_id INTO v_offer
    FROM offers_offerversion v JOIN offers_offer o ON o.id = v.offer_id WHERE v.id = (p ->> 'offer_version_id')::bigint;
    SELECT * INTO v_scheme FROM offers_schemeversion WHERE valid_from <= desk_now() ORDER BY valid_from DESC LIMIT 1;
    IF p ? 'grant_id' THEN
        v_grant := use_grant((p ->> 'grant_id')::bigint, v_call.id, v_agent, v_offer.offer_id, p);
        SELECT * INTO v_limit FROM offers_limitversion WHERE id = v_grant.limit_version_id;
    ELSE
        v_id := limit_on_call(v_call.id, v_agent, v_offer.family);
        SELECT * INTO v_limit FROM offers_limitversion WHERE id = v_id;
        IF v_limit.id IS DISTINCT FROM (p ->> 'limit_version_id')::bigint THEN PERFORM refuse('STALE_LIMIT'); END IF;
        v_why := within_limit(v_limit, v_offer.kind, (p ->> 'percent')::int, (p ->> 'months')::int, (p ->> 'monthly_minor')::bigint,
            (p ->> 'amount_minor')::bigint, v_cost);
        IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
        v_why := conflict_of(v_agent, v_call.customer_id);
        IF v_why = 'OWN_LINE' OR (v_why <> '' AND NOT EXISTS (
            SELECT FROM offers_seat WHERE user_id = v_agent AND grade IN ('SUPERVISOR', 'MANAGER'))) THEN
            PERFORM refuse('CONFLICT_OF_INTEREST');
        END IF;
        v_id := limit_in_force(v_agent, v_limit.currency);
        SELECT * INTO v_base FROM offers_limitversion WHERE id = v_id;
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

CREATE OR REPLACE FUNCTION call_event(p_call bigint, p_kind text, p_by bigint, p_detail jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customers_callevent (call_id, kind, at, by_id, detail) VALUES (p_call, p_kind, desk_now(), p_by, p_detail);
END
$$;

REVOKE ALL ON FUNCTION ledger_take FROM PUBLIC;
