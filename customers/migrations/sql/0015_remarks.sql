-- What people type as the reason of an act stands beside the audit, which holds a salted commitment to it: erased, the words
-- are gone and no hash of a chain has changed.

CREATE FUNCTION audit_words(p_words text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_words text := left(btrim(coalesce(p_words, '')), 500);
    v_salt bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    v_commitment text;
BEGIN
    IF v_words = '' THEN RETURN ''; END IF;
    -- Half of a SHA-256, as all commitments: two texts with one are not found, and without its salt it tells nothing.
    v_commitment := 'typed:' || encode(substring(sha256(v_salt || convert_to(v_words, 'UTF8')) FOR 16), 'hex');
    INSERT INTO customers_remark (commitment, salt, words) VALUES (v_commitment, v_salt, v_words);
    RETURN v_commitment;
END
$$;

-- Erases what was typed with an event, and says so; answers whether there was something left to erase.
CREATE FUNCTION erase_words(p_event bigint, p_by bigint, p_role text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM customers_remark WHERE commitment = (SELECT reason FROM customers_auditevent WHERE id = p_event);
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM audit_append(p_by, p_role, 'WORDS_ERASED', 'audit_event', p_event);
    RETURN true;
END
$$;

-- They are kept as they were typed or not at all; nobody who serves takes them away without a trace.
CREATE TRIGGER keeps_what_it_says BEFORE UPDATE ON customers_remark FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON customers_remark FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

REVOKE ALL ON FUNCTION audit_words(text), erase_words(bigint, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_words(text), erase_words(bigint, bigint, text) TO retention_desk_app;
GRANT SELECT ON customers_remark TO retention_desk_app;
