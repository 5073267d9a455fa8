-- Seals are added and never changed, as the events that they seal; so is the record of each verification.

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['customers_auditseal', 'customers_auditverification']
    LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
                        FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END
$$;

CREATE FUNCTION stamp_verified_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.verified_at := desk_now();
    RETURN NEW;
END
$$;
CREATE TRIGGER stamp BEFORE INSERT ON customers_auditverification FOR EACH ROW EXECUTE FUNCTION stamp_verified_at();

GRANT SELECT, INSERT ON customers_auditseal, customers_auditverification TO retention_desk_app;
-- A salt is never changed: with another one the commitments made before would say nothing. It is erased with the person.
GRANT SELECT, INSERT, DELETE ON customers_customersalt TO retention_desk_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO retention_desk_app;
