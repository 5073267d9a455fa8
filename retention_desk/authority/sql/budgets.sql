-- The budgets that run now, of one site or of all: limit, held, spent, saves, their plan and how much of the period is gone.
WITH people AS NOT MATERIALIZED (
    SELECT u.id, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) AS name FROM people_user u
), sites AS (
    SELECT i.id, i.name, i.time_zone, (desk_now() AT TIME ZONE i.time_zone) AS at FROM customers_site i
), owned AS (
    SELECT 'AGENT' AS kind, s.user_id AS owner_id, t.site_id FROM offers_seat s JOIN customers_team t ON t.id = s.team_id
    UNION ALL SELECT 'APPROVER', s.user_id, t.site_id FROM offers_seat s JOIN customers_team t ON t.id = s.team_id
    UNION ALL SELECT 'TEAM', id, site_id FROM customers_team
    UNION ALL SELECT 'SITE', id, id FROM customers_site
    UNION ALL SELECT 'STORM', id, site_id FROM offers_stormreserve
    UNION ALL SELECT 'CAMPAIGN', c.id, NULL FROM offers_campaign c
), clock AS (
    SELECT o.*, coalesce(i.at, (SELECT min(at) FROM sites)) AS at, i.name AS site,
        CASE o.kind WHEN 'TEAM' THEN (SELECT name FROM customers_team WHERE id = o.owner_id)
            WHEN 'SITE' THEN i.name WHEN 'CAMPAIGN' THEN (SELECT name FROM offers_campaign WHERE id = o.owner_id)
            WHEN 'STORM' THEN (SELECT name FROM offers_stormreserve WHERE id = o.owner_id)
            ELSE (SELECT name FROM people WHERE id = o.owner_id) END AS name
    FROM owned o LEFT JOIN sites i ON i.id = o.site_id
    WHERE (%(site)s::bigint IS NULL OR o.site_id = %(site)s) AND (%(kind)s = '' OR o.kind = %(kind)s)
), running AS (
    SELECT a.id, a.kind, a.owner_id, a.currency, a.period, a.starts_on, a.ends_on, a.limit_minor, a.target_minor, a.name, a.site, a.site_id,
        extract(epoch FROM a.at - a.starts_on::timestamp) / extract(epoch FROM a.ends_on::timestamp - a.starts_on::timestamp) AS gone,
        n.held_minor, n.spent_minor, n.saves, n.most, n.frozen, n.slices, p.average_minor, p.amount_minor AS plan_minor, p.carries_over, p.active
    -- Only those that are shown are added up.
    FROM (SELECT a.*, c.name, c.site, c.site_id, c.at FROM clock c
          JOIN offers_budgetaccount a ON a.kind = c.kind AND a.owner_id = c.owner_id AND a.parent_id IS NULL
              AND a.starts_on <= c.at::date AND a.ends_on > c.at::date
          WHERE %(account)s::bigint IS NULL OR a.id = %(account)s
          ORDER BY budget_order(a.kind) DESC, c.name, a.id LIMIT %(most)s) a
    CROSS JOIN LATERAL (
        SELECT sum(x.held_minor)::bigint AS held_minor, sum(x.spent_minor)::bigint AS spent_minor, sum(x.spent_count)::bigint AS saves,
            min(x.most) AS most, bool_or(x.frozen) AS frozen, count(*) FILTER (WHERE b.parent_id IS NOT NULL) AS slices,
            sum(x.ceiling_minor)::bigint AS ceiling_minor
        FROM offers_budgetaccount b JOIN offers_budgetcounter x ON x.account_id = b.id WHERE a.id IN (b.id, b.parent_id)) n
    LEFT JOIN offers_budgetplan p ON p.kind = a.kind AND p.owner_id = a.owner_id AND p.currency = a.currency
    ORDER BY budget_order(a.kind) DESC, a.name, a.id
)
SELECT jsonb_build_object(
    'now', desk_now(),
    'currency', (SELECT currency FROM customers_company LIMIT 1),
    'budgets', (SELECT coalesce(jsonb_agg(to_jsonb(r) || jsonb_build_object(
            'total_minor', CASE WHEN r.slices > 0 THEN (SELECT sum(x.ceiling_minor) FROM offers_budgetaccount b
                JOIN offers_budgetcounter x ON x.account_id = b.id WHERE r.id IN (b.id, b.parent_id)) ELSE r.limit_minor END)), '[]') FROM running r),
    'waiting', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', p.kind, 'name', c.name, 'period', p.period, 'amount_minor', p.amount_minor,
            'currency', p.currency) ORDER BY budget_order(p.kind) DESC, c.name), '[]')
        FROM offers_budgetplan p JOIN clock c ON c.kind = p.kind AND c.owner_id = p.owner_id
        WHERE p.active AND %(account)s::bigint IS NULL AND NOT EXISTS (
            SELECT FROM offers_budgetaccount a WHERE a.kind = p.kind AND a.owner_id = p.owner_id AND a.currency = p.currency
              AND a.parent_id IS NULL AND a.starts_on <= c.at::date AND a.ends_on > c.at::date)),
    'others', CASE WHEN %(account)s::bigint IS NULL THEN '[]' ELSE
        (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'kind', a.kind, 'name', c.name) ORDER BY budget_order(a.kind) DESC, c.name), '[]')
         FROM clock c JOIN offers_budgetaccount a ON a.kind = c.kind AND a.owner_id = c.owner_id AND a.parent_id IS NULL
             AND a.starts_on <= c.at::date AND a.ends_on > c.at::date
         WHERE a.id <> %(account)s) END,
    'entries', (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.id DESC), '[]')
        FROM (SELECT e.id, e.kind, e.held_minor, e.spent_minor, e.ceiling_minor, e.recorded_at, e.why, e.hold_id, p.name AS person, c.part
              FROM offers_budgetcounter c JOIN offers_ledgerentry e ON e.counter_id = c.id LEFT JOIN people p ON p.id = e.by_id
              WHERE c.account_id = %(account)s AND (%(before)s::bigint IS NULL OR e.id < %(before)s)
              ORDER BY e.id DESC LIMIT %(page)s) x)
)
