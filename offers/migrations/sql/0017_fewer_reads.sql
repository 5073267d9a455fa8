-- The same answers from fewer reads: an act asked three times which limit is in force, a call for the limits of one grade after
-- the other, and the CHECK of an entry was a text of 21 kB that the server read anew at every hold.

-- ── Who may give what ────────────────────────────────────────────────────────────────────────────────────────

-- The limits of a person (NULL: nobody's own), a team and grades, narrowest first; of one grade the newest version counts.
CREATE FUNCTION limits_within(p_user bigint, p_grades text[], p_team bigint, p_site bigint, p_currency text, p_tier text, p_tenure int)
    RETURNS SETOF offers_limitversion LANGUAGE sql STABLE AS $$
    SELECT n.* FROM (
        SELECT DISTINCT ON (v.user_id, v.team_id, v.grade, v.family, v.tier, v.tenure_from_months, v.storm_id) v.*
        FROM offers_limitversion v
        WHERE (v.user_id = p_user OR v.team_id = p_team OR v.grade = ANY (p_grades))
          AND v.currency = p_currency AND v.valid_from <= desk_now() AND v.tier IN ('', p_tier) AND v.tenure_from_months <= p_tenure
          AND (v.storm_id IS NULL OR EXISTS (
              SELECT FROM offers_storm s JOIN offers_stormreserve r ON r.id = s.reserve_id
              WHERE s.reserve_id = v.storm_id AND r.site_id = p_site AND s.ended_at IS NULL AND s.ends_at > desk_now()))
        ORDER BY v.user_id, v.team_id, v.grade, v.family, v.tier, v.tenure_from_months, v.storm_id, v.valid_from DESC, v.id DESC
    ) n
    WHERE NOT n.ends
    ORDER BY n.user_id IS NULL, n.team_id IS NULL, array_position(p_grades, n.grade::text), n.storm_id IS NULL, n.family = '', n.tier = '',
             n.tenure_from_months DESC
$$;

CREATE OR REPLACE FUNCTION limits_of(p_user bigint, p_grade text, p_team bigint, p_site bigint, p_currency text, p_tier text, p_tenure int)
    RETURNS SETOF offers_limitversion LANGUAGE sql STABLE AS $$
    SELECT * FROM limits_within(p_user, ARRAY[p_grade], p_team, p_site, p_currency, p_tier, p_tenure)
$$;

-- ── Ledger ───────────────────────────────────────────────────────────────────────────────────────────────────

-- What an entry of each kind may move. A function's plan is kept; the text of a CHECK is read at every INSERT.
CREATE FUNCTION entry_moves(p_kind text, p_hold bigint, p_transfer uuid, p_held bigint, p_spent bigint, p_ceiling bigint, p_held_count int,
    p_spent_count int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF p_kind IN ('TOP_UP', 'LOWER', 'TRANSFER') THEN
        RETURN p_hold IS NULL AND p_held = 0 AND p_spent = 0 AND p_held_count = 0 AND p_spent_count = 0
            AND (p_transfer IS NOT NULL) = (p_kind = 'TRANSFER')
            AND CASE p_kind WHEN 'TOP_UP' THEN p_ceiling >= 0 WHEN 'LOWER' THEN p_ceiling <= 0 ELSE p_ceiling <> 0 END;
    END IF;
    RETURN p_hold IS NOT NULL AND p_transfer IS NULL AND p_ceiling = 0 AND CASE
        WHEN p_kind = 'HOLD' THEN p_held >= 0 AND p_held_count IN (0, 1) AND p_spent = 0 AND p_spent_count = 0
        WHEN p_kind = 'POST' THEN p_held <= 0 AND p_held_count IN (0, -1) AND p_spent >= 0 AND p_spent_count = -p_held_count
        WHEN p_kind IN ('VOID', 'EXPIRE') THEN p_held <= 0 AND p_held_count IN (0, -1) AND p_spent = 0 AND p_spent_count = 0
        WHEN p_kind = 'RETURN' THEN p_held = 0 AND p_held_count = 0 AND p_spent < 0 AND p_spent_count = 0
        ELSE false END;
END
$$;

DROP FUNCTION ledger_hold(bigint, text, bigint, bigint, int, boolean, boolean);
-- As before, but that what a customer may be given in twelve months (`p_customer_cap`, less if somebody says so) is worked out
-- here; `p_limit` is the giver's limit without a case where the caller has it already.
CREATE FUNCTION ledger_hold(p_proposal bigint, p_wallet text, p_giver bigint, p_customer_cap bigint, p_minutes int, p_pacing boolean,
    p_whole boolean, p_limit offers_limitversion DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_p record; v_hold bigint; v_today date; v_now timestamptz := desk_now(); v_limit offers_limitversion := p_limit; v_line record; v_id bigint;
    v_accounts bigint[] := '{}'; v_codes text[] := '{}'; v_starts int[] := '{}'; v_paces boolean[] := '{}'; v_slice bigint; v_chunk bigint;
BEGIN
    SELECT p.customer_id, p.team_id, p.agent_id, p.cost_minor, p.currency, t.site_id, s.time_zone, v.campaign_id INTO v_p
    FROM offers_proposal p JOIN customers_team t ON t.id = p.team_id JOIN customers_site s ON s.id = t.site_id
    JOIN offers_offerversion v ON v.id = p.offer_version_id WHERE p.id = p_proposal;
    v_today := (v_now AT TIME ZONE v_p.time_zone)::date;
    INSERT INTO offers_hold (proposal_id, amount_minor, currency, opened_at, expires_at, ended_as)
    VALUES (p_proposal, v_p.cost_minor, v_p.currency, v_now, v_now + make_interval(mins => p_minutes), '') RETURNING id INTO v_hold;
    IF v_limit.id IS NULL THEN
        v_id := limit_in_force(p_giver, v_p.currency);
        SELECT * INTO v_limit FROM offers_limitversion WHERE id = v_id;
    END IF;
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
                budget_open('CUSTOMER', v_line.owner, v_p.currency, 'YEAR', v_today, (v_today + interval '1 year')::date,
                    coalesce(p_customer_cap, customer_ceiling(v_line.owner, v_p.currency, v_today), 0)),
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

-- ── Present ──────────────────────────────────────────────────────────────────────────────────────────────────

-- As before: what the act needs to know of the offer, the customer and the agent's place is one read, so are the limits.
CREATE OR REPLACE FUNCTION authorise_proposal(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_agent bigint := (p ->> 'agent_id')::bigint; v_key uuid := (p ->> 'key')::uuid; v_body bytea := key_body(p); v_again jsonb;
    v_limit offers_limitversion; v_base offers_limitversion; v_one offers_limitversion; v_why text; v_id bigint; v_scheme offers_schemeversion; v_offer record;
    v_call customers_call; v_grant offers_grant; v_cost bigint := (p ->> 'cost_minor')::bigint; v_asked bigint;
BEGIN
    v_again := key_claim(v_key, v_body);
    IF v_again IS NOT NULL THEN RETURN v_again; END IF;
    v_why := offering_closed((p ->> 'call_id')::bigint, v_agent);
    IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
    IF v_cost IS NULL OR v_cost < 0 THEN PERFORM refuse('BOUNDS'); END IF;
    SELECT * INTO v_call FROM customers_call WHERE id = (p ->> 'call_id')::bigint;
    SELECT * INTO v_scheme FROM offers_schemeversion WHERE valid_from <= desk_now() ORDER BY valid_from DESC LIMIT 1;
    SELECT o.kind, o.family, v.campaign_id, o.id AS offer_id, u.currency, s.grade, s.team_id, t.site_id, value_tier(12 * v_call.monthly_bill_minor) AS tier,
           coalesce(whole_months(u.customer_since, (desk_now() AT TIME ZONE w.time_zone)::date), 0) AS tenure
    INTO v_offer
    FROM offers_offerversion v JOIN offers_offer o ON o.id = v.offer_id
    JOIN customers_customer u ON u.id = v_call.customer_id JOIN customers_site w ON w.id = v_call.site_id
    LEFT JOIN offers_seat s ON s.user_id = v_agent AND s.is_active LEFT JOIN customers_team t ON t.id = s.team_id
    WHERE v.id = (p ->> 'offer_version_id')::bigint;
    IF NOT FOUND THEN PERFORM refuse('NOT_IN_FORCE'); END IF;
    IF p ? 'grant_id' THEN
        v_grant := use_grant((p ->> 'grant_id')::bigint, v_call.id, v_agent, v_offer.offer_id, p);
        SELECT * INTO v_limit FROM offers_limitversion WHERE id = v_grant.limit_version_id;
    ELSE
        -- Narrowest first: the limit that rules on this offer, and the one without a case, which counts the day and the call.
        FOR v_one IN SELECT * FROM limits_of(v_agent, v_offer.grade, v_offer.team_id, v_offer.site_id, v_offer.currency, v_offer.tier, v_offer.tenure)
        LOOP
            IF v_limit.id IS NULL AND v_one.family IN ('', v_offer.family) THEN v_limit := v_one; END IF;
            IF v_base.id IS NULL AND v_one.family = '' AND v_one.tier = '' AND v_one.tenure_from_months = 0 THEN v_base := v_one; END IF;
        END LOOP;
        IF v_limit.id IS DISTINCT FROM (p ->> 'limit_version_id')::bigint THEN PERFORM refuse('STALE_LIMIT'); END IF;
        v_why := within_limit(v_limit, v_offer.kind, (p ->> 'percent')::int, (p ->> 'months')::int, (p ->> 'monthly_minor')::bigint,
            (p ->> 'amount_minor')::bigint, v_cost);
        IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
        v_why := conflict_of(v_agent, v_call.customer_id);
        IF v_why = 'OWN_LINE' OR (v_why <> '' AND coalesce(v_offer.grade, '') NOT IN ('SUPERVISOR', 'MANAGER')) THEN
            PERFORM refuse('CONFLICT_OF_INTEREST');
        END IF;
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
        coalesce((p ->> 'whole')::boolean, false) OR v_asked IS NOT NULL, v_base);
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_id);
END
$$;

-- ── Decide ───────────────────────────────────────────────────────────────────────────────────────────────────

-- As before, but that whose request it is comes first: nothing has to be read before it is asked.
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
    -- One decision of one person at a time, so that the pair's cap counts them all; another site's desk has no such request.
    PERFORM 1 FROM offers_seat s WHERE s.user_id = v_by AND s.is_active
        AND (s.team_id IS NULL OR EXISTS (SELECT FROM customers_team t WHERE t.id = s.team_id AND t.site_id = v_call.site_id)) FOR NO KEY UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM people_user WHERE id = v_by AND is_active)
       OR NOT EXISTS (SELECT FROM offers_seat WHERE user_id = v_as AND is_active AND grade IN ('SUPERVISOR', 'MANAGER')) THEN
        PERFORM refuse('NOT_YOURS');
    END IF;
    IF v_r.state = 'EXPIRED' OR (v_r.state = 'OPEN' AND v_r.due_at <= desk_now()) THEN PERFORM refuse('REQUEST_EXPIRED'); END IF;
    IF v_r.state <> 'OPEN' THEN PERFORM refuse('ALREADY_RESOLVED', jsonb_build_object('state', v_r.state)); END IF;
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

REVOKE ALL ON FUNCTION entry_moves, ledger_hold FROM PUBLIC;
