-- Hand-overs and call-backs: taken once, ended once, and dated by the database.

-- The call itself and, one before the other, those that were handed over to it.
CREATE FUNCTION legs_of(p_call bigint) RETURNS TABLE (call_id bigint, back int) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE leg AS (
        SELECT c.id, c.transferred_from_id, 0 AS back FROM customers_call c WHERE c.id = p_call
        UNION ALL
        SELECT c.id, c.transferred_from_id, leg.back + 1 FROM leg JOIN customers_call c ON c.id = leg.transferred_from_id
    )
    SELECT id, leg.back FROM leg
$$;

-- The wish to cancel that stays noted while a call-back is promised, for the customer's calls until that is settled.
CREATE FUNCTION noted_wish(p_call bigint, p_customer bigint)
    RETURNS TABLE (call_id bigint, asked_at timestamptz, ask_count int, presented bigint) LANGUAGE sql STABLE AS $$
    SELECT p.id, p.asked_at, p.ask_count::int,
           (SELECT count(*) FROM customers_callevent v
            WHERE v.call_id IN (SELECT l.call_id FROM legs_of(p.id) l) AND v.kind = 'PRESENTED' AND v.at >= p.asked_at)
    FROM customers_call p JOIN customers_callback b ON b.call_id = p.id
    WHERE p.customer_id = p_customer AND p.id <> p_call AND p.asked_at IS NOT NULL
      AND (b.ended_at IS NULL OR b.made_call_id IN (SELECT l.call_id FROM legs_of(p_call) l))
      AND NOT EXISTS (SELECT FROM customers_cancellation c WHERE c.call_id = p.id
                      AND NOT EXISTS (SELECT FROM customers_cancellationundo u WHERE u.cancellation_id = c.id))
    ORDER BY p.asked_at LIMIT 1
$$;

-- What had been promised before there was a row for it: the customer's next call has kept the promise, and what is a week
-- old without one is nobody's to keep any more.
INSERT INTO customers_callback (call_id, episode_id, team_id, promised_at, made_call_id, ended_as, ended_at)
SELECT DISTINCT ON (c.episode_id) c.id, c.episode_id, c.team_id, coalesce(c.ended_at, c.opened_at), l.id,
       CASE WHEN l.id IS NOT NULL THEN 'MADE' WHEN c.call_back_at < desk_now() - interval '7 days' THEN 'NOT_NEEDED' ELSE '' END,
       coalesce(l.opened_at, CASE WHEN c.call_back_at < desk_now() - interval '7 days' THEN c.call_back_at END)
FROM customers_call c
LEFT JOIN LATERAL (
    SELECT l.id, l.opened_at FROM customers_call l
    WHERE l.customer_id = c.customer_id AND l.opened_at > c.opened_at ORDER BY l.opened_at LIMIT 1) l ON true
WHERE c.call_back_at IS NOT NULL
ORDER BY c.episode_id, c.opened_at;
SET CONSTRAINTS ALL IMMEDIATE;

-- A call-back is within 72 hours by this clock; one that stands may be kept as it was.
CREATE FUNCTION guard_call_back_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.call_back_at <= desk_now() OR NEW.call_back_at > desk_now() + interval '72 hours' THEN
        RAISE EXCEPTION 'a call-back is within 72 hours' USING ERRCODE = 'RD016';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER call_back_in_time BEFORE UPDATE OF call_back_at ON customers_call FOR EACH ROW
    WHEN (NEW.call_back_at IS DISTINCT FROM OLD.call_back_at) EXECUTE FUNCTION guard_call_back_time();

CREATE FUNCTION stamp_handover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.handed_at := desk_now();
    RETURN NEW;
END
$$;
CREATE TRIGGER stamp BEFORE INSERT ON customers_handover FOR EACH ROW EXECUTE FUNCTION stamp_handover();

CREATE FUNCTION guard_handover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.call_id, NEW.to_team_id, NEW.to_agent_id, NEW.note, NEW.handed_at)
       IS DISTINCT FROM (OLD.id, OLD.call_id, OLD.to_team_id, OLD.to_agent_id, OLD.note, OLD.handed_at)
       OR (OLD.taken_at IS NOT NULL AND NEW IS DISTINCT FROM OLD)
       OR (OLD.missed_at IS NOT NULL AND NEW.missed_at IS DISTINCT FROM OLD.missed_at) THEN
        RAISE EXCEPTION 'hand-over % keeps what it says, and is taken once', OLD.id USING ERRCODE = 'RD017';
    END IF;
    IF NEW.taken_at IS DISTINCT FROM OLD.taken_at THEN NEW.taken_at := desk_now(); END IF;
    IF NEW.missed_at IS DISTINCT FROM OLD.missed_at THEN NEW.missed_at := desk_now(); END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER taken_once BEFORE UPDATE ON customers_handover FOR EACH ROW EXECUTE FUNCTION guard_handover();

-- Whose it is and which calls it belongs to is the call's to say.
CREATE FUNCTION stamp_call_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT episode_id, team_id INTO NEW.episode_id, NEW.team_id FROM customers_call WHERE id = NEW.call_id;
    NEW.promised_at := desk_now();
    RETURN NEW;
END
$$;
CREATE TRIGGER stamp BEFORE INSERT ON customers_callback FOR EACH ROW EXECUTE FUNCTION stamp_call_back();

CREATE FUNCTION guard_call_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.call_id, NEW.episode_id, NEW.team_id, NEW.promised_at)
       IS DISTINCT FROM (OLD.id, OLD.call_id, OLD.episode_id, OLD.team_id, OLD.promised_at)
       OR (OLD.ended_at IS NOT NULL AND NEW IS DISTINCT FROM OLD)
       OR (OLD.overdue_at IS NOT NULL AND NEW.overdue_at IS DISTINCT FROM OLD.overdue_at) THEN
        RAISE EXCEPTION 'call-back % keeps what it says, and ends once', OLD.id USING ERRCODE = 'RD018';
    END IF;
    IF NEW.taken_at IS NOT NULL AND NEW.taken_at IS DISTINCT FROM OLD.taken_at THEN NEW.taken_at := desk_now(); END IF;
    IF NEW.overdue_at IS DISTINCT FROM OLD.overdue_at THEN NEW.overdue_at := desk_now(); END IF;
    IF NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN NEW.ended_at := desk_now(); END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ends_once BEFORE UPDATE ON customers_callback FOR EACH ROW EXECUTE FUNCTION guard_call_back();

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['customers_handover', 'customers_callback'] LOOP
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE ON customers_handover, customers_callback TO retention_desk_app;
GRANT USAGE ON SEQUENCE customers_handover_id_seq, customers_callback_id_seq TO retention_desk_app;
