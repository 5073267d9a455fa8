-- One person's authority now: which limits there are for them, which governs, what has been used, who stands in for whom.
WITH people AS NOT MATERIALIZED (
    SELECT u.id, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) AS name, u.is_active FROM people_user u
), me AS (
    SELECT s.user_id, p.name, s.grade, s.duty, s.team_id, t.name AS team, t.site_id, i.name AS site, i.time_zone,
        (desk_now() AT TIME ZONE i.time_zone)::date AS today, (SELECT currency FROM customers_company LIMIT 1) AS currency
    FROM offers_seat s JOIN people p ON p.id = s.user_id
    LEFT JOIN customers_team t ON t.id = s.team_id LEFT JOIN customers_site i ON i.id = t.site_id
    WHERE s.user_id = %(user)s AND s.is_active
), of_call AS (
    SELECT value_tier(12 * k.monthly_bill_minor) AS tier, whole_months(u.customer_since, me.today) AS tenure,
        conflict_of(me.user_id, u.id) AS conflict, NULL::text AS account
    FROM me JOIN customers_call k ON k.id = %(call)s AND k.agent_id = me.user_id JOIN customers_customer u ON u.id = k.customer_id
    UNION ALL
    SELECT value_tier(12 * (SELECT coalesce(sum(b.price_minor), 0)::bigint FROM customers_subscription b
                            WHERE b.customer_id = u.id AND (b.ends_on IS NULL OR b.ends_on > me.today))),
        whole_months(u.customer_since, me.today), conflict_of(me.user_id, u.id), u.account_number
    FROM me JOIN customers_customer u ON u.account_key = desk_account_key(%(account)s) AND %(account)s <> ''
    LIMIT 1
), asked AS (
    SELECT me.*, coalesce(c.tier, %(tier)s) AS tier, coalesce(c.tenure, %(tenure)s) AS tenure, c.conflict, c.account, c.tier IS NOT NULL AS found
    FROM me LEFT JOIN of_call c ON true
), governing AS (
    SELECT a.*, limit_in_force(a.user_id, a.currency, %(family)s, a.tier, a.tenure) AS governs, limit_in_force(a.user_id, a.currency) AS base
    FROM asked a
), storms AS (
    SELECT s.id, r.id AS reserve_id, r.name, s.ends_at FROM offers_storm s JOIN offers_stormreserve r ON r.id = s.reserve_id, me
    WHERE r.site_id = me.site_id AND s.ended_at IS NULL AND s.ends_at > desk_now()
), versions AS (
    SELECT v.*, r.name AS storm, p.name AS recorder, c.name AS confirmer,
        row_number() OVER (PARTITION BY v.user_id, v.team_id, v.grade, v.family, v.tier, v.tenure_from_months, v.storm_id
                           ORDER BY v.valid_from > desk_now(), v.valid_from DESC, v.id DESC) AS place
    FROM offers_limitversion v JOIN governing g ON v.user_id = g.user_id OR v.team_id = g.team_id OR v.grade = g.grade
    LEFT JOIN offers_stormreserve r ON r.id = v.storm_id
    LEFT JOIN people p ON p.id = v.recorded_by_id LEFT JOIN people c ON c.id = v.confirmed_by_id
    WHERE v.currency = g.currency AND r.retired_at IS NULL AND (v.storm_id IS NULL OR r.site_id = g.site_id)
)
SELECT (SELECT to_jsonb(g) || jsonb_build_object(
    'now', desk_now(),
    'limits', (SELECT coalesce(jsonb_agg(to_jsonb(v) || jsonb_build_object(
            'governs', coalesce(v.id = g.governs, false), 'is_base', coalesce(v.id = g.base, false), 'began', v.valid_from <= desk_now(),
            'fits', v.family IN ('', %(family)s) AND v.tier IN ('', g.tier) AND v.tenure_from_months <= g.tenure,
            'storm_runs', v.storm_id IS NULL OR EXISTS (SELECT FROM storms s WHERE s.reserve_id = v.storm_id))
        ORDER BY v.user_id IS NULL, v.team_id IS NULL, v.storm_id IS NULL, v.family = '', v.tier = '', v.tenure_from_months DESC, v.valid_from DESC), '[]')
        FROM versions v WHERE v.place = 1 OR v.valid_from > desk_now()),
    'used', (SELECT coalesce(jsonb_object_agg(a.period, jsonb_build_object('held_minor', c.held_minor, 'spent_minor', c.spent_minor,
                'count', c.held_count + c.spent_count)), '{}')
        FROM offers_budgetaccount a JOIN offers_budgetcounter c ON c.account_id = a.id
        WHERE a.kind = 'LIMIT' AND a.owner_id = g.user_id AND a.currency = g.currency AND a.starts_on <= g.today AND a.ends_on > g.today),
    'storms', (SELECT coalesce(jsonb_agg(to_jsonb(s)), '[]') FROM storms s),
    'budgets', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', b.kind, 'name', b.name, 'period', b.period, 'limit_minor', b.limit_minor,
                'left_minor', b.left_minor) ORDER BY budget_order(b.kind)), '[]')
        FROM (SELECT k.kind, k.name, coalesce(a.period, p.period) AS period, coalesce(a.target_minor, p.amount_minor) AS limit_minor,
                  budget_left(k.kind, k.owner_id, g.currency, g.today) AS left_minor
              FROM (VALUES ('AGENT', g.user_id, g.name), ('APPROVER', g.user_id, g.name), ('TEAM', g.team_id, g.team), ('SITE', g.site_id, g.site))
                   AS k (kind, owner_id, name)
              LEFT JOIN offers_budgetaccount a ON a.id = budget_at(k.kind, k.owner_id, g.currency, g.today)
              LEFT JOIN offers_budgetplan p ON p.kind = k.kind AND p.owner_id = k.owner_id AND p.currency = g.currency AND p.active
              WHERE a.id IS NOT NULL OR p.id IS NOT NULL) b),
    'authority_of', (SELECT p.name FROM people p WHERE p.id = authority_of(g.user_id) AND p.id <> g.user_id),
    'delegations', (SELECT coalesce(jsonb_agg(jsonb_build_object('of', o.name, 'to', t.name, 'is_of', d.of_id = g.user_id, 'starts_at', d.starts_at,
                'ends_at', d.ends_at, 'runs', d.starts_at <= desk_now()) ORDER BY d.starts_at), '[]')
        FROM offers_delegation d JOIN people o ON o.id = d.of_id JOIN people t ON t.id = d.to_id
        WHERE g.user_id IN (d.of_id, d.to_id) AND d.ended_at IS NULL AND d.ends_at > desk_now()),
    'lines', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'account', c.account_number, 'since', o.declared_at) ORDER BY o.declared_at), '[]')
        FROM offers_ownline o JOIN customers_customer c ON c.id = o.customer_id WHERE o.user_id = g.user_id AND o.ended_at IS NULL),
    'raises', (SELECT coalesce(jsonb_agg(jsonb_build_object('figures', l.figures, 'asked_at', l.asked_at, 'why', l.why) ORDER BY l.asked_at), '[]')
        FROM offers_limitraise l WHERE l.state = 'OPEN' AND ((l.figures ->> 'user_id')::bigint = g.user_id
            OR (l.figures ->> 'team_id')::bigint = g.team_id OR l.figures ->> 'grade' = g.grade)),
    'supervisors', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'grade', s.grade, 'duty', s.duty)
                ORDER BY s.duty <> 'READY', grade_rank(s.grade), p.name), '[]')
        FROM offers_seat s JOIN people p ON p.id = s.user_id AND p.is_active JOIN customers_team t ON t.id = s.team_id
        WHERE s.is_active AND t.site_id = g.site_id AND s.user_id <> g.user_id AND grade_rank(s.grade) > grade_rank(g.grade)
          AND s.grade IN ('SUPERVISOR', 'MANAGER')),
    'setters', (SELECT coalesce(jsonb_agg(DISTINCT p.name), '[]')
        FROM auth_permission m JOIN django_content_type c ON c.id = m.content_type_id AND c.app_label = 'offers'
        JOIN auth_group_permissions gp ON gp.permission_id = m.id JOIN people_user_groups ug ON ug.group_id = gp.group_id
        JOIN people p ON p.id = ug.user_id AND p.is_active
        WHERE m.codename = 'add_limitversion' AND p.id <> g.user_id)
)
FROM governing g),
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) ORDER BY p.name), '[]')
     FROM people p JOIN offers_seat s ON s.user_id = p.id AND s.is_active LEFT JOIN customers_team t ON t.id = s.team_id
     WHERE p.is_active AND %(choose)s AND (%(site)s::bigint IS NULL OR t.site_id = %(site)s))
