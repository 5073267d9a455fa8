-- Functions that columns and guards are built on, and the role that serves requests.
-- The role is a group: logins that serve are members of it, logins that migrate are not.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'retention_desk_app') THEN
        BEGIN
            CREATE ROLE retention_desk_app NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this server was first
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'the role retention_desk_app is missing and this login may not create it'
                    USING HINT = 'Run CREATE ROLE retention_desk_app NOLOGIN as an administrator of the server, once.';
        END;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA public TO retention_desk_app;

-- The one clock of deadlines and records. Tests replace it as the owner; the serving role cannot.
CREATE FUNCTION desk_now() RETURNS timestamptz
    LANGUAGE sql VOLATILE PARALLEL SAFE AS $$ SELECT clock_timestamp() $$;

-- Lower case without the usual diacritics. Immutable by construction: no locale, no dictionary.
CREATE FUNCTION desk_fold(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT replace(replace(replace(replace(translate(lower(words),
        'àáâãäåāăąçćčďđèéêëēėęěğìíîïīįıłľñńňòóôõöøōőŕřśšşșťțùúûüūůűųýÿźžż''’-',
        'aaaaaaaaacccddeeeeeeeegiiiiiiillnnnoooooooorrssssttuuuuuuuuyyzzz   '),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
$$;

CREATE FUNCTION desk_account_key(account_number text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT upper(regexp_replace(account_number, '[^0-9A-Za-z]', '', 'g'))
$$;

-- Digits from the last to the first, so that "ends with" is a range of an ordinary index.
CREATE FUNCTION desk_phone_tail(phone text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT reverse(regexp_replace(phone, '[^0-9]', '', 'g'))
$$;
