-- What the guards are compared with, as one jsonb, looked at by the role that serves. Whatever a role that it is a member
-- of may do, it may do itself after SET ROLE.
WITH me AS MATERIALIZED (
    SELECT r.oid, r.rolname::text AS name, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication
    FROM pg_roles r WHERE pg_has_role(session_user, r.oid, 'MEMBER')
), ours AS MATERIALIZED (
    SELECT c.oid, c.relname::text AS name, c.relowner
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
)
SELECT jsonb_build_object(
    'role', session_user,
    'clock', extract(epoch FROM clock_timestamp()),
    'settings', jsonb_build_object(
        'fsync', current_setting('fsync'),
        'full_page_writes', current_setting('full_page_writes'),
        'synchronous_commit', current_setting('synchronous_commit'),
        'session_replication_role', current_setting('session_replication_role')),
    'powers', (
        SELECT coalesce(jsonb_agg(jsonb_build_array(me.name, power) ORDER BY me.name <> session_user), '[]')
        FROM me CROSS JOIN LATERAL unnest(ARRAY[
            CASE WHEN me.rolsuper THEN 'SUPERUSER' END, CASE WHEN me.rolbypassrls THEN 'BYPASSRLS' END,
            CASE WHEN me.rolcreaterole THEN 'CREATEROLE' END, CASE WHEN me.rolreplication THEN 'REPLICATION' END]) power
        WHERE power IS NOT NULL),
    'may_replicate', has_parameter_privilege(session_user, 'session_replication_role', 'SET'),
    'may_create', has_schema_privilege(session_user, 'public', 'CREATE'),
    'owned', (
        SELECT coalesce(jsonb_agg(jsonb_build_array(o.name, pg_get_userbyid(o.relowner)) ORDER BY o.name), '[]')
        FROM ours o WHERE pg_has_role(session_user, o.relowner, 'MEMBER')),
    'rights', (
        SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_array(o.name, p.name)), '[]')
        FROM ours o CROSS JOIN me CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) p (name)
        WHERE CASE WHEN p.name IN ('INSERT', 'UPDATE') THEN has_any_column_privilege(me.oid, o.oid, p.name)
              ELSE has_table_privilege(me.oid, o.oid, p.name) END),
    'triggers', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'table', o.name, 'name', t.tgname, 'runs', f.proname, 'type', t.tgtype, 'enabled', t.tgenabled IN ('O', 'A'),
            'conditional', t.tgqual IS NOT NULL, 'sees', coalesce(t.tgnewtable, ''),
            'columns', (SELECT coalesce(jsonb_agg(a.attname ORDER BY a.attname), '[]') FROM pg_attribute a
                        WHERE a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr)))), '[]')
        FROM pg_trigger t JOIN ours o ON o.oid = t.tgrelid JOIN pg_proc f ON f.oid = t.tgfoid WHERE NOT t.tgisinternal),
    'switched_off', (
        SELECT coalesce(jsonb_agg(DISTINCT o.name), '[]')
        FROM pg_trigger t JOIN ours o ON o.oid = t.tgrelid WHERE t.tgisinternal AND t.tgenabled NOT IN ('O', 'A')),
    'constraints', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'table', o.name, 'name', k.conname, 'kind', k.contype, 'valid', k.convalidated,
            -- A column that PostgreSQL has since 18.
            'enforced', coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true), 'to', r.relname,
            'columns', (SELECT coalesce(jsonb_agg(a.attname ORDER BY a.attname), '[]') FROM pg_attribute a
                        WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)))), '[]')
        FROM pg_constraint k JOIN ours o ON o.oid = k.conrelid LEFT JOIN pg_class r ON r.oid = k.confrelid
        WHERE k.contype IN ('c', 'f')),
    'unique', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'table', o.name, 'name', c.relname, 'valid', i.indisvalid AND i.indisready,
            'where', coalesce(pg_get_expr(i.indpred, i.indrelid), ''),
            'columns', (SELECT coalesce(jsonb_agg(a.attname ORDER BY a.attname), '[]') FROM pg_attribute a
                        WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)))), '[]')
        FROM pg_index i JOIN ours o ON o.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indisunique AND NOT i.indisprimary),
    'doors', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'name', f.proname, 'definer', f.prosecdef, 'owner', pg_get_userbyid(f.proowner),
            'path', (SELECT replace(split_part(s, '=', 2), '"', '') FROM unnest(f.proconfig) s WHERE s LIKE 'search_path=%%'),
            'called', EXISTS (SELECT FROM me WHERE has_function_privilege(me.oid, f.oid, 'EXECUTE')))), '[]')
        FROM pg_proc f WHERE f.pronamespace = 'public'::regnamespace AND (f.prosecdef OR f.proname = ANY (%(doors)s))),
    'owner', (SELECT pg_get_userbyid(o.relowner) FROM ours o WHERE o.name = 'customers_auditevent')
)
