-- What a telephone system told is added and never changed; a key keeps its digest, a call its name, a leg its call.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON customers_telephoneevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stamp BEFORE INSERT ON customers_telephoneevent FOR EACH ROW EXECUTE FUNCTION stamp_recorded_at();
CREATE TRIGGER stamp BEFORE INSERT ON customers_telephonecall FOR EACH ROW EXECUTE FUNCTION stamp_recorded_at();

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['customers_telephoneevent', 'customers_telephonecall', 'customers_telephonekey',
        'customers_telephoneleg']
    LOOP
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['customers_telephonecall', 'customers_telephonekey', 'customers_telephoneleg']
    LOOP
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I
                        FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END
$$;

CREATE FUNCTION guard_telephone_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.connection_id, NEW.prefix, NEW.digest, NEW.created_by_id, NEW.created_at)
       IS DISTINCT FROM (OLD.id, OLD.connection_id, OLD.prefix, OLD.digest, OLD.created_by_id, OLD.created_at)
       OR (OLD.revoked_at IS NOT NULL
           AND (NEW.revoked_at, NEW.revoked_by_id) IS DISTINCT FROM (OLD.revoked_at, OLD.revoked_by_id)) THEN
        RAISE EXCEPTION 'key % keeps what it is', OLD.id USING ERRCODE = 'RD010';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keeps_what_it_is BEFORE UPDATE ON customers_telephonekey
    FOR EACH ROW EXECUTE FUNCTION guard_telephone_key();

CREATE FUNCTION guard_telephone_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A number may come later and may be forgotten; it never becomes another one.
    IF (NEW.id, NEW.connection_id, NEW.provider_call_id, NEW.recorded_at)
       IS DISTINCT FROM (OLD.id, OLD.connection_id, OLD.provider_call_id, OLD.recorded_at)
       OR (OLD.number <> '' AND NEW.number NOT IN ('', OLD.number)) THEN
        RAISE EXCEPTION 'telephone call % keeps what it is', OLD.id USING ERRCODE = 'RD010';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keeps_what_it_is BEFORE UPDATE ON customers_telephonecall
    FOR EACH ROW EXECUTE FUNCTION guard_telephone_call();

CREATE FUNCTION guard_telephone_leg() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.telephone_call_id, NEW.agent_id, NEW.number, NEW.call_id)
       IS DISTINCT FROM (OLD.id, OLD.telephone_call_id, OLD.agent_id, OLD.number, OLD.call_id)
       OR OLD.shown_at IS NOT NULL THEN
        RAISE EXCEPTION 'leg % keeps its call', OLD.id USING ERRCODE = 'RD010';
    END IF;
    NEW.shown_at := desk_now();
    RETURN NEW;
END
$$;
CREATE TRIGGER keeps_its_call BEFORE UPDATE ON customers_telephoneleg
    FOR EACH ROW EXECUTE FUNCTION guard_telephone_leg();

GRANT SELECT, INSERT ON customers_telephoneevent TO retention_desk_app;
GRANT SELECT, INSERT, UPDATE ON customers_telephoneconnection, customers_telephonekey, customers_telephoneagent,
    customers_telephoneroute, customers_telephonecall, customers_telephoneleg TO retention_desk_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO retention_desk_app;
