-- Handing a question over by name, and what is said to the floor.

-- Why this person may not answer a question, as a code; NULL when they may: the rules of the draw, and authority enough.
CREATE FUNCTION cannot_answer(p_request bigint, p_user bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE v_r offers_approvalrequest; v_p record; v_s record; v_cap int; v_limit offers_limitversion;
BEGIN
    SELECT * INTO v_r FROM offers_approvalrequest WHERE id = p_request;
    SELECT p.*, k.site_id, o.kind, o.family INTO v_p FROM offers_proposal p JOIN customers_call k ON k.id = p.call_id
    JOIN offers_offerversion v ON v.id = p.offer_version_id JOIN offers_offer o ON o.id = v.offer_id WHERE p.id = v_r.proposal_id;
    SELECT s.duty, authority_of(s.user_id) AS as_id INTO v_s
    FROM offers_seat s JOIN people_user u ON u.id = s.user_id AND u.is_active LEFT JOIN customers_team t ON t.id = s.team_id
    WHERE s.user_id = p_user AND s.is_active AND s.duty NOT IN ('OFF', 'BREAK', 'AWAY') AND coalesce(t.site_id, v_p.site_id) = v_p.site_id;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM offers_seat a WHERE a.user_id = v_s.as_id AND a.is_active AND a.grade IN ('SUPERVISOR', 'MANAGER')) THEN
        RETURN 'NOT_ON_DUTY';
    END IF;
    IF v_p.agent_id IN (p_user, v_s.as_id) THEN RETURN 'OWN_PROPOSAL'; END IF;
    IF v_r.first_by_id = p_user OR EXISTS (SELECT FROM offers_approvaldraw d WHERE d.request_id = p_request AND d.user_id = p_user) THEN
        RETURN 'HAD_THEIR_TURN';
    END IF;
    IF EXISTS (SELECT FROM offers_ownline w WHERE w.customer_id = v_p.customer_id AND w.user_id = p_user AND w.ended_at IS NULL) THEN
        RETURN 'CONFLICT_OF_INTEREST';
    END IF;
    SELECT pair_cap INTO v_cap FROM offers_schemeversion WHERE id = v_p.scheme_id;
    IF v_cap IS NOT NULL AND pair_today(p_user, v_p.agent_id, v_p.site_id) >= v_cap THEN RETURN 'PAIR_CAP'; END IF;
    SELECT * INTO v_limit FROM offers_limitversion WHERE id = limit_on_call(v_p.call_id, v_s.as_id, v_p.family);
    IF v_limit.id IS NULL
       OR within_limit(v_limit, v_p.kind, v_p.percent, v_p.months, v_p.monthly_minor, v_p.amount_minor, v_p.cost_minor) IS NOT NULL
       OR coalesce(budget_left('APPROVER', v_s.as_id, v_p.currency, local_today(v_p.site_id)), v_p.cost_minor) < v_p.cost_minor THEN
        RETURN 'OVER_SUPERVISOR';
    END IF;
    RETURN NULL;
END
$$;

-- HAND OVER: whoever a question is with gives it to a colleague by name, who has to be one that the desk could have drawn.
CREATE FUNCTION hand_over_question(p jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_by bigint := (p ->> 'approver_id')::bigint; v_to bigint := (p ->> 'to_id')::bigint; v_why text;
    v_r offers_approvalrequest; v_p offers_proposal; v_scheme offers_schemeversion;
BEGIN
    SELECT p0.* INTO v_p FROM offers_proposal p0 JOIN offers_approvalrequest r ON r.proposal_id = p0.id WHERE r.id = (p ->> 'request_id')::bigint;
    PERFORM 1 FROM customers_call WHERE id = v_p.call_id FOR NO KEY UPDATE;
    SELECT * INTO v_r FROM offers_approvalrequest WHERE id = (p ->> 'request_id')::bigint FOR UPDATE;
    IF NOT FOUND OR v_r.drawn_to_id IS DISTINCT FROM v_by THEN PERFORM refuse('NOT_DRAWN'); END IF;
    IF v_r.state <> 'OPEN' OR v_r.due_at <= desk_now() THEN PERFORM refuse('REQUEST_EXPIRED'); END IF;
    v_why := cannot_answer(v_r.id, v_to);
    IF v_why IS NOT NULL THEN PERFORM refuse(v_why); END IF;
    SELECT * INTO v_scheme FROM offers_schemeversion WHERE id = v_p.scheme_id;
    PERFORM end_draw(v_r.id, 'HANDED_OVER');
    INSERT INTO offers_approvaldraw (request_id, user_id, drawn_at, ended_as) VALUES (v_r.id, v_to, desk_now(), '');
    UPDATE offers_approvalrequest SET drawn_to_id = v_to, draw_ends_at = desk_now() + make_interval(secs => v_scheme.draw_seconds),
        read_by_id = NULL, read_at = NULL WHERE id = v_r.id;
    PERFORM audit_append(v_by, p ->> 'role', 'HANDED_OVER', 'proposal', v_p.id, v_p.customer_id, v_p.call_id, NULL, NULL,
        jsonb_build_object('request', v_r.id, 'to', v_to), '', NULL);
    RETURN jsonb_build_object('code', 'OK', 'object_id', v_p.id);
END
$$;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['offers_silentnote', 'offers_silentnoteseen', 'offers_news', 'offers_newsend']
    LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('CREATE TRIGGER stamp BEFORE INSERT ON %I FOR EACH ROW EXECUTE FUNCTION stamp_recorded_at()', name);
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION hand_over_question(jsonb), cannot_answer(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hand_over_question(jsonb), cannot_answer(bigint, bigint) TO retention_desk_app;
GRANT SELECT, INSERT ON offers_silentnote, offers_silentnoteseen, offers_news, offers_newsend TO retention_desk_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO retention_desk_app;
