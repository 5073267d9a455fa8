-- The walls of the ground floor: what may be added, what may never change, and who may write where.

-- ── Append-only ──────────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'RD010';
END
$$;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['customers_auditevent', 'customers_callevent', 'customers_callreason',
        'customers_cancellation', 'customers_cancellationline', 'customers_cancellationundo',
        'customers_conductpolicy', 'customers_disposition', 'customers_interaction', 'customers_usedkey']
    LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
                        FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END
$$;

-- ── The database's clock writes the times ────────────────────────────────────────────────────────────────────

CREATE FUNCTION stamp_recorded_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.recorded_at := desk_now();
    RETURN NEW;
END
$$;

CREATE FUNCTION stamp_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := desk_now();
    RETURN NEW;
END
$$;

CREATE TRIGGER stamp BEFORE INSERT ON customers_disposition FOR EACH ROW EXECUTE FUNCTION stamp_recorded_at();
CREATE TRIGGER stamp BEFORE INSERT ON customers_cancellation FOR EACH ROW EXECUTE FUNCTION stamp_recorded_at();
CREATE TRIGGER stamp BEFORE INSERT ON customers_cancellationundo FOR EACH ROW EXECUTE FUNCTION stamp_recorded_at();
CREATE TRIGGER stamp BEFORE INSERT ON customers_usedkey FOR EACH ROW EXECUTE FUNCTION stamp_recorded_at();
CREATE TRIGGER stamp BEFORE INSERT ON customers_callevent FOR EACH ROW EXECUTE FUNCTION stamp_at();
CREATE TRIGGER stamp BEFORE INSERT ON customers_callreason FOR EACH ROW EXECUTE FUNCTION stamp_at();

CREATE FUNCTION stamp_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.created_at := desk_now();
    NEW.due_at := greatest(NEW.due_at, NEW.created_at);
    RETURN NEW;
END
$$;
CREATE TRIGGER stamp BEFORE INSERT ON customers_outboxmessage FOR EACH ROW EXECUTE FUNCTION stamp_outbox();

CREATE FUNCTION guard_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.topic, NEW.key, NEW.payload, NEW.created_at) IS DISTINCT FROM (OLD.topic, OLD.key, OLD.payload, OLD.created_at)
        OR (OLD.delivered_at IS NOT NULL AND NEW IS DISTINCT FROM OLD) THEN
        RAISE EXCEPTION 'an outbox message keeps what it says' USING ERRCODE = 'RD010';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keeps_what_it_says BEFORE UPDATE ON customers_outboxmessage FOR EACH ROW EXECUTE FUNCTION guard_outbox();

-- ── A call's life ────────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION open_call() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE first_id bigint;
BEGIN
    NEW.opened_at := desk_now();
    NEW.seen_at := NEW.opened_at;
    -- A customer's calls within 7 days of the first are one episode.
    IF NEW.customer_id IS NOT NULL THEN
        SELECT f.id INTO first_id
        FROM (SELECT episode_id FROM customers_call WHERE customer_id = NEW.customer_id ORDER BY opened_at DESC LIMIT 1) l
        JOIN customers_call f ON f.id = l.episode_id
        WHERE f.opened_at > NEW.opened_at - interval '7 days';
    END IF;
    NEW.episode_id := coalesce(first_id, NEW.id);
    RETURN NEW;
END
$$;
CREATE TRIGGER opens BEFORE INSERT ON customers_call FOR EACH ROW EXECUTE FUNCTION open_call();

CREATE FUNCTION guard_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'CLOSED' THEN
        RAISE EXCEPTION 'call % is closed', OLD.id USING ERRCODE = 'RD011';
    END IF;
    IF (NEW.id, NEW.agent_id, NEW.team_id, NEW.site_id, NEW.opened_at, NEW.policy_id, NEW.offers_allowed,
        NEW.minutes_after_intent, NEW.transferred_from_id, NEW.monthly_bill_minor, NEW.lifetime_value_minor, NEW.risk_percent)
       IS DISTINCT FROM
       (OLD.id, OLD.agent_id, OLD.team_id, OLD.site_id, OLD.opened_at, OLD.policy_id, OLD.offers_allowed,
        OLD.minutes_after_intent, OLD.transferred_from_id, OLD.monthly_bill_minor, OLD.lifetime_value_minor, OLD.risk_percent)
       OR (OLD.customer_id IS NOT NULL AND NEW.customer_id IS DISTINCT FROM OLD.customer_id)
       OR (OLD.asked_at IS NOT NULL AND (NEW.asked_at, NEW.must_complete_by) IS DISTINCT FROM (OLD.asked_at, OLD.must_complete_by))
       OR (OLD.offers_closed_at IS NOT NULL AND NEW.offers_closed_at IS DISTINCT FROM OLD.offers_closed_at)
       OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
       OR (OLD.abandoned_at IS NOT NULL AND NEW.abandoned_at IS DISTINCT FROM OLD.abandoned_at)
       OR NEW.ask_count < OLD.ask_count OR (OLD.state = 'WRAP_UP' AND NEW.state = 'OPEN') THEN
        RAISE EXCEPTION 'call % keeps its stamps', OLD.id USING ERRCODE = 'RD012';
    END IF;
    -- Stamps that this update sets are the database's clock, whatever the application said.
    IF NEW.asked_at IS DISTINCT FROM OLD.asked_at THEN
        NEW.asked_at := desk_now();
        NEW.must_complete_by := NEW.asked_at + make_interval(mins => NEW.minutes_after_intent);
    END IF;
    IF NEW.offers_closed_at IS DISTINCT FROM OLD.offers_closed_at THEN NEW.offers_closed_at := desk_now(); END IF;
    IF NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN NEW.ended_at := desk_now(); END IF;
    IF NEW.abandoned_at IS DISTINCT FROM OLD.abandoned_at THEN NEW.abandoned_at := desk_now(); END IF;
    IF NEW.closed_at IS DISTINCT FROM OLD.closed_at THEN NEW.closed_at := desk_now(); END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keeps_its_stamps BEFORE UPDATE ON customers_call FOR EACH ROW EXECUTE FUNCTION guard_call();
CREATE TRIGGER never_deleted BEFORE DELETE ON customers_call FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON customers_call FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- No closed call without a disposition of the whole call, looked at when the transaction commits.
CREATE FUNCTION closed_call_has_disposition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'CLOSED' AND NOT EXISTS (SELECT FROM customers_disposition WHERE call_id = NEW.id AND line = '') THEN
        RAISE EXCEPTION 'call % is closed without a disposition', NEW.id USING ERRCODE = 'RD013';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER has_disposition AFTER INSERT OR UPDATE OF state ON customers_call
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION closed_call_has_disposition();

-- A disposition belongs to a call that has ended, and a correction to the same call and line.
CREATE FUNCTION guard_disposition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.corrects_id IS NULL THEN
        IF NOT EXISTS (SELECT FROM customers_call WHERE id = NEW.call_id AND state <> 'OPEN') THEN
            RAISE EXCEPTION 'call % has not ended', NEW.call_id USING ERRCODE = 'RD014';
        END IF;
    ELSIF NOT EXISTS (SELECT FROM customers_disposition
                      WHERE id = NEW.corrects_id AND call_id = NEW.call_id AND line = NEW.line) THEN
        RAISE EXCEPTION 'a correction keeps the call and the line' USING ERRCODE = 'RD014';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER belongs BEFORE INSERT ON customers_disposition FOR EACH ROW EXECUTE FUNCTION guard_disposition();

-- Taking a cancellation back is for as long as the customer is on the line.
CREATE FUNCTION guard_undo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM customers_cancellation c JOIN customers_call k ON k.id = c.call_id
                   WHERE c.id = NEW.cancellation_id AND k.state = 'OPEN') THEN
        RAISE EXCEPTION 'the call is over' USING ERRCODE = 'RD015';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER while_on_the_line BEFORE INSERT ON customers_cancellationundo FOR EACH ROW EXECUTE FUNCTION guard_undo();

-- ── The audit ────────────────────────────────────────────────────────────────────────────────────────────────

-- What a row's hash covers. Fields are length-prefixed, so that no two events read the same; the verifier uses
-- this same function on the stored columns.
CREATE FUNCTION audit_canonical(shard bigint, seq bigint, recorded_at timestamptz, actor_id bigint, actor_role text,
    act text, object_kind text, object_id bigint, customer_id bigint, call_id bigint, limit_version_id bigint,
    before jsonb, after jsonb, reason text, key uuid) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT convert_to(string_agg(CASE WHEN field IS NULL THEN '-' ELSE length(field) || ':' || field END, '' ORDER BY place), 'UTF8')
    FROM unnest(ARRAY[shard::text, seq::text, (extract(epoch FROM recorded_at) * 1000000)::bigint::text, actor_id::text, actor_role,
        act, object_kind, object_id::text, customer_id::text, call_id::text, limit_version_id::text,
        before::text, after::text, reason, key::text]) WITH ORDINALITY AS f(field, place)
$$;

CREATE FUNCTION audit_append(p_actor bigint, p_role text, p_act text, p_object_kind text, p_object_id bigint,
    p_customer bigint DEFAULT NULL, p_call bigint DEFAULT NULL, p_limit bigint DEFAULT NULL, p_before jsonb DEFAULT NULL,
    p_after jsonb DEFAULT NULL, p_reason text DEFAULT '', p_key uuid DEFAULT NULL, p_shard bigint DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_shard bigint := coalesce(p_shard, p_actor, 0);
    v_seq bigint;
    v_prev bytea;
    v_hash bytea;
    v_at timestamptz := desk_now();
    v_id bigint;
BEGIN
    INSERT INTO customers_audithead (shard, seq, hash) VALUES (v_shard, 0, '\x') ON CONFLICT DO NOTHING;
    SELECT seq + 1, hash INTO v_seq, v_prev FROM customers_audithead WHERE shard = v_shard FOR UPDATE;
    v_hash := sha256(v_prev || audit_canonical(v_shard, v_seq, v_at, p_actor, coalesce(p_role, ''), p_act, p_object_kind,
        p_object_id, p_customer, p_call, p_limit, p_before, p_after, coalesce(p_reason, ''), p_key));
    INSERT INTO customers_auditevent (shard, seq, recorded_at, actor_id, actor_role, act, object_kind, object_id,
        customer_id, call_id, limit_version_id, before, after, reason, key, prev_hash, hash)
    VALUES (v_shard, v_seq, v_at, p_actor, coalesce(p_role, ''), p_act, p_object_kind, p_object_id,
        p_customer, p_call, p_limit, p_before, p_after, coalesce(p_reason, ''), p_key, v_prev, v_hash)
    RETURNING id INTO v_id;
    UPDATE customers_audithead SET seq = v_seq, hash = v_hash WHERE shard = v_shard;
    RETURN v_id;
END
$$;

-- ── One key, one effect ──────────────────────────────────────────────────────────────────────────────────────

-- Claims a key for the transaction. Answers NULL when it is new; otherwise what was answered before
-- ({"code", "object_id"}), or {"code": "KEY_REUSED"} for another body, or {"code": "IN_FLIGHT"}.
CREATE FUNCTION key_claim(p_key uuid, p_body bytea) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE used customers_usedkey;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended(p_key::text, 0)) THEN
        RETURN jsonb_build_object('code', 'IN_FLIGHT');
    END IF;
    SELECT * INTO used FROM customers_usedkey WHERE key = p_key;
    IF NOT FOUND THEN RETURN NULL; END IF;
    IF used.body_hash <> p_body THEN RETURN jsonb_build_object('code', 'KEY_REUSED'); END IF;
    RETURN jsonb_build_object('code', used.result_code, 'object_id', used.object_id, 'again', true);
END
$$;

CREATE FUNCTION key_settle(p_key uuid, p_act text, p_actor bigint, p_body bytea, p_code text, p_object bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO customers_usedkey (key, act, actor_id, body_hash, result_code, object_id, recorded_at)
    VALUES (p_key, p_act, p_actor, p_body, p_code, p_object, desk_now())
$$;

-- ── Who may write where ──────────────────────────────────────────────────────────────────────────────────────

GRANT SELECT ON ALL TABLES IN SCHEMA public TO retention_desk_app;
GRANT INSERT ON customers_callevent, customers_callreason, customers_cancellation, customers_cancellationline,
    customers_cancellationundo, customers_conductpolicy, customers_disposition, customers_interaction TO retention_desk_app;
GRANT INSERT, UPDATE ON customers_call, customers_complaint, customers_company, customers_customer, customers_intakerun,
    customers_outboxmessage, customers_pricechange, customers_product, customers_reason, customers_site,
    customers_subscription, customers_team TO retention_desk_app;
GRANT DELETE ON customers_pricechange TO retention_desk_app;
GRANT INSERT ON customers_familynamedeletion TO retention_desk_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO retention_desk_app;
REVOKE ALL ON FUNCTION audit_append, key_claim, key_settle FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append, key_claim, key_settle TO retention_desk_app;
