-- A call may be linked to the one it goes on with after it was opened, once; what travels is then the database's to say.

CREATE OR REPLACE FUNCTION guard_call() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE v_goes_on boolean; v_linked boolean; v_earlier customers_call; v_shown int;
BEGIN
    IF OLD.state = 'CLOSED' THEN
        RAISE EXCEPTION 'call % is closed', OLD.id USING ERRCODE = 'RD011';
    END IF;
    -- Cut off by the telephone, and rung back within ten minutes: the same call goes on. That it ended stays in its events.
    v_goes_on := OLD.state = 'WRAP_UP' AND NEW.state = 'OPEN' AND NEW.ended_at IS NULL AND NEW.dropped_at IS NULL
        AND coalesce(desk_now() < OLD.dropped_at + interval '10 minutes', false);
    -- Whoever handed the caller over may be told of after whoever took them: then it is linked once, and never again.
    v_linked := OLD.transferred_from_id IS NULL AND NEW.transferred_from_id IS NOT NULL;
    IF (NEW.id, NEW.agent_id, NEW.team_id, NEW.site_id, NEW.opened_at, NEW.policy_id, NEW.offers_allowed,
        NEW.minutes_after_intent, NEW.monthly_bill_minor, NEW.lifetime_value_minor, NEW.risk_percent)
       IS DISTINCT FROM
       (OLD.id, OLD.agent_id, OLD.team_id, OLD.site_id, OLD.opened_at, OLD.policy_id, OLD.offers_allowed,
        OLD.minutes_after_intent, OLD.monthly_bill_minor, OLD.lifetime_value_minor, OLD.risk_percent)
       OR (NEW.transferred_from_id IS DISTINCT FROM OLD.transferred_from_id AND NOT v_linked)
       OR (OLD.customer_id IS NOT NULL AND NEW.customer_id IS DISTINCT FROM OLD.customer_id)
       OR (OLD.asked_at IS NOT NULL AND (NEW.asked_at, NEW.must_complete_by) IS DISTINCT FROM (OLD.asked_at, OLD.must_complete_by))
       OR (OLD.offers_closed_at IS NOT NULL AND NEW.offers_closed_at IS DISTINCT FROM OLD.offers_closed_at)
       OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at AND NOT v_goes_on)
       OR (NEW.dropped_at IS DISTINCT FROM OLD.dropped_at AND NOT v_goes_on AND (OLD.state, NEW.state) <> ('OPEN', 'WRAP_UP'))
       OR (OLD.abandoned_at IS NOT NULL AND NEW.abandoned_at IS DISTINCT FROM OLD.abandoned_at)
       OR NEW.ask_count < OLD.ask_count OR (OLD.state = 'WRAP_UP' AND NEW.state = 'OPEN' AND NOT v_goes_on) THEN
        RAISE EXCEPTION 'call % keeps its stamps', OLD.id USING ERRCODE = 'RD012';
    END IF;
    -- Stamps that this update sets are the database's clock, whatever the application said.
    IF NEW.asked_at IS DISTINCT FROM OLD.asked_at THEN
        NEW.asked_at := desk_now();
        NEW.must_complete_by := NEW.asked_at + make_interval(mins => NEW.minutes_after_intent);
    END IF;
    IF NEW.offers_closed_at IS DISTINCT FROM OLD.offers_closed_at THEN NEW.offers_closed_at := desk_now(); END IF;
    IF NEW.ended_at IS DISTINCT FROM OLD.ended_at AND NOT v_goes_on THEN NEW.ended_at := desk_now(); END IF;
    IF NEW.dropped_at IS NOT NULL AND OLD.dropped_at IS NULL THEN NEW.dropped_at := NEW.ended_at; END IF;
    IF NEW.abandoned_at IS DISTINCT FROM OLD.abandoned_at THEN NEW.abandoned_at := desk_now(); END IF;
    IF NEW.closed_at IS DISTINCT FROM OLD.closed_at THEN NEW.closed_at := desk_now(); END IF;
    IF v_linked THEN
        SELECT * INTO v_earlier FROM customers_call WHERE id = NEW.transferred_from_id;
        IF (v_earlier.customer_id IS NOT NULL AND v_earlier.customer_id IS DISTINCT FROM NEW.customer_id)
           OR abs(extract(epoch FROM v_earlier.opened_at - OLD.opened_at)) > 4 * 3600
           OR EXISTS (SELECT FROM legs_of(v_earlier.id) l WHERE l.call_id = OLD.id) THEN
            RAISE EXCEPTION 'call % does not go on with call %', OLD.id, v_earlier.id USING ERRCODE = 'RD012';
        END IF;
        -- What travels makes the rules of this call stricter, whatever has happened on it meanwhile.
        IF v_earlier.asked_at IS NOT NULL THEN
            SELECT count(*) INTO v_shown FROM customers_callevent
            WHERE call_id = v_earlier.id AND kind = 'PRESENTED' AND at >= v_earlier.asked_at;
            NEW.ask_count := OLD.ask_count + v_earlier.ask_count;
            NEW.asked_at := least(v_earlier.asked_at, OLD.asked_at);
            NEW.must_complete_by := least(v_earlier.must_complete_by, OLD.must_complete_by);
            NEW.offers_allowed := greatest(least(OLD.offers_allowed, v_earlier.offers_allowed) - v_shown, 0);
            IF v_earlier.offers_closed_at IS NOT NULL THEN NEW.offers_closed_at := coalesce(OLD.offers_closed_at, desk_now()); END IF;
        END IF;
    END IF;
    RETURN NEW;
END
$$;
