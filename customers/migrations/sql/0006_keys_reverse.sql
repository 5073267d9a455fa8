CREATE OR REPLACE FUNCTION desk_phone_tail(phone text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT reverse(regexp_replace(phone, '[^0-9]', '', 'g'))
$$;

DROP FUNCTION desk_is_phone(text);

CREATE OR REPLACE FUNCTION desk_fold(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT replace(replace(replace(replace(translate(lower(words),
        'àáâãäåāăąçćčďđèéêëēėęěğìíîïīįıłľñńňòóôõöøōőŕřśšşșťțùúûüūůűųýÿźžż''’-',
        'aaaaaaaaacccddeeeeeeeegiiiiiiillnnnoooooooorrssssttuuuuuuuuyyzzz   '),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
$$;
