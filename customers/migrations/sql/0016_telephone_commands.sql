-- What an agent asked the telephone to do is added and never changed. Nothing is noted of the answer: the telephone's own events say
-- whether it was done, and the database's clock whether there was time enough.

CREATE FUNCTION stamp_telephone_command() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.asked_at := desk_now();
    NEW.good_until := NEW.asked_at + interval '8 seconds';
    RETURN NEW;
END
$$;
CREATE TRIGGER stamp BEFORE INSERT ON customers_telephonecommand FOR EACH ROW EXECUTE FUNCTION stamp_telephone_command();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON customers_telephonecommand
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON customers_telephonecommand
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How the line of a call stands: since when the caller is on hold, whether the telephone can be asked, and what it was asked within the
-- last minute and has not told since. NULL for a call that came by no telephone.
CREATE FUNCTION telephone_line(p_call bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE v_line jsonb; v_leg bigint; v_telephone_call bigint;
BEGIN
    SELECT g.id, t.id, jsonb_build_object(
        'held_since', t.held_since,
        'may_ask', t.state IN ('TALKING', 'HELD') AND (t.agent_id, t.leg) IS NOT DISTINCT FROM (g.agent_id, g.number)
            AND c.active AND c.control_address <> '',
        'asked', NULL)
    INTO v_leg, v_telephone_call, v_line
    FROM customers_telephoneleg g
    JOIN customers_telephonecall t ON t.id = g.telephone_call_id
    JOIN customers_telephoneconnection c ON c.id = t.connection_id
    WHERE g.call_id = p_call;
    IF v_leg IS NULL OR NOT (v_line ->> 'may_ask')::boolean THEN RETURN v_line; END IF;
    RETURN v_line || coalesce((
        SELECT jsonb_build_object('asked', jsonb_build_object('id', w.id, 'wanted', w.wanted, 'late', desk_now() >= w.good_until))
        FROM (SELECT * FROM customers_telephonecommand WHERE leg_id = v_leg ORDER BY id DESC LIMIT 1) w
        WHERE desk_now() < w.asked_at + interval '1 minute'
            AND NOT EXISTS (SELECT FROM customers_telephoneevent e
                            WHERE e.telephone_call_id = v_telephone_call AND e.kind = w.wanted AND e.recorded_at >= w.asked_at)), '{}');
END
$$;

GRANT SELECT, INSERT ON customers_telephonecommand TO retention_desk_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO retention_desk_app;
