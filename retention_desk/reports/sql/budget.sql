-- The budgets of the sites, or of one team, in the period that `until` lies in: their limit, and what was held and spent
-- day by day. Parameters: site, team (either may be NULL: all sites), currency, until (a day), zone.
WITH running AS (
    SELECT a.id, a.starts_on, a.ends_on, a.limit_minor
    FROM offers_budgetaccount a
    -- By kind and owner, as the index has them: customers have accounts, too, one each.
    WHERE a.kind = CASE WHEN %(team)s::bigint IS NULL THEN 'SITE' ELSE 'TEAM' END AND a.currency = %(currency)s
      AND (coalesce(%(team)s::bigint, %(site)s::bigint) IS NULL OR a.owner_id = coalesce(%(team)s::bigint, %(site)s::bigint))
      AND a.starts_on <= %(until)s AND a.ends_on > %(until)s
), period AS (
    -- Budgets of different periods do not add up: the longest is told.
    SELECT starts_on, ends_on FROM running ORDER BY ends_on - starts_on DESC, starts_on LIMIT 1
), chosen AS (
    SELECT r.* FROM running r JOIN period USING (starts_on, ends_on)
), moved AS (
    SELECT greatest((e.recorded_at AT TIME ZONE %(zone)s)::date, c.starts_on) AS day, sum(e.held_minor + e.spent_minor) AS minor
    FROM chosen c
    JOIN offers_budgetcounter n ON n.account_id = c.id
    JOIN offers_ledgerentry e ON e.counter_id = n.id
    GROUP BY 1
)
SELECT jsonb_build_object(
    'starts_on', p.starts_on, 'ends_on', p.ends_on, 'limit_minor', (SELECT sum(limit_minor) FROM chosen),
    'moved', (SELECT coalesce(jsonb_object_agg(day, minor), '{}') FROM moved)
)
FROM period p
