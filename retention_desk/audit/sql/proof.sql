-- How far the audit is sealed, and what its last proof found. One jsonb value.
SELECT jsonb_build_object(
    'now', desk_now(),
    'sealed_at', sealed.sealed_at,
    'newest_at', newest.recorded_at,
    'late', newest.recorded_at > coalesce(sealed.sealed_at, '-infinity')
        AND newest.recorded_at < desk_now() - make_interval(mins => %(late_minutes)s),
    'verified_at', proved.verified_at,
    'events', proved.events,
    'faults', coalesce(proved.faults, '[]')
)
FROM (SELECT max(recorded_at) AS recorded_at FROM customers_auditevent) newest
LEFT JOIN (SELECT sealed_at FROM customers_auditseal ORDER BY number DESC LIMIT 1) sealed ON true
LEFT JOIN (SELECT verified_at, events, faults FROM customers_auditverification ORDER BY verified_at DESC LIMIT 1) proved ON true
