-- Customers by telephone, account, e-mail or name. Every branch reads a range of one index, in the index's own order, and
-- stops after a page; branches without anything to look for have empty arrays and read nothing.
WITH hit AS MATERIALIZED (
    SELECT c.id, 'PHONE' AS matched, c.exact AS rank
    FROM unnest(%(tails)s::text[]) t(low) CROSS JOIN LATERAL (
        SELECT id, CASE WHEN phone_tail = t.low COLLATE "C" THEN 0 ELSE 1 END AS exact FROM customers_customer
        WHERE phone <> '' AND phone_tail >= (t.low COLLATE "C") AND phone_tail < ((t.low || ':') COLLATE "C")
        ORDER BY phone_tail LIMIT %(most)s) c
    UNION ALL
    SELECT c.id, 'OTHER_PHONE', c.exact
    FROM unnest(%(tails)s::text[]) t(low) CROSS JOIN LATERAL (
        SELECT id, CASE WHEN other_phone_tail = t.low COLLATE "C" THEN 0 ELSE 1 END AS exact FROM customers_customer
        WHERE other_phone <> '' AND other_phone_tail >= (t.low COLLATE "C") AND other_phone_tail < ((t.low || ':') COLLATE "C")
        ORDER BY other_phone_tail LIMIT %(most)s) c
    UNION ALL
    SELECT c.id, 'ACCOUNT', c.exact
    FROM unnest(%(accounts)s::text[]) t(low) CROSS JOIN LATERAL (
        SELECT id, CASE WHEN account_key = t.low COLLATE "C" THEN 0 ELSE 1 END AS exact FROM customers_customer
        WHERE account_key >= (t.low COLLATE "C") AND account_key < ((t.low || '[') COLLATE "C")
        ORDER BY account_key LIMIT %(most)s) c
    UNION ALL
    SELECT c.id, 'EMAIL', c.exact
    FROM unnest(%(emails)s::text[]) t(low) CROSS JOIN LATERAL (
        SELECT id, CASE WHEN email_key = t.low COLLATE "C" THEN 0 ELSE 1 END AS exact FROM customers_customer
        WHERE email <> '' AND email_key >= (t.low COLLATE "C") AND email_key < ((t.low || %(last)s) COLLATE "C")
        ORDER BY email_key LIMIT %(most)s) c
    UNION ALL
    SELECT c.id, 'NAME', c.exact
    FROM unnest(%(families)s::text[], %(givens)s::text[], %(towns)s::text[]) t(family, given, town) CROSS JOIN LATERAL (
        SELECT id, CASE WHEN family_key = t.family COLLATE "C" THEN 0 ELSE 1 END AS exact FROM customers_customer
        WHERE family_name <> '' AND family_key >= (t.family COLLATE "C") AND family_key < ((t.family || %(last)s) COLLATE "C")
            AND given_key >= (t.given COLLATE "C") AND given_key < ((t.given || %(last)s) COLLATE "C")
            AND starts_with(town_key, t.town)
        ORDER BY family_key, given_key LIMIT %(most)s) c
    UNION ALL
    SELECT c.id, 'NAME', 2
    FROM unnest(%(alone)s::text[]) t(given) CROSS JOIN LATERAL (
        SELECT id FROM customers_customer
        WHERE given_name <> '' AND given_key >= (t.given COLLATE "C") AND given_key < ((t.given || %(last)s) COLLATE "C")
        ORDER BY given_key LIMIT %(most)s) c
),
nearly AS MATERIALIZED (
    SELECT c.id, 'NAME_NEARLY' AS matched, 3 AS rank
    FROM unnest(%(slips)s::jsonb[]) t(slip) CROSS JOIN LATERAL (
        SELECT DISTINCT d.family_key FROM customers_familynamedeletion d
        WHERE d.deletion = ANY (ARRAY(SELECT jsonb_array_elements_text(t.slip -> 'deletions')) COLLATE "C") LIMIT 50) d
    CROSS JOIN LATERAL (
        SELECT id FROM customers_customer
        WHERE family_name <> '' AND family_key = d.family_key
            AND given_key >= ((t.slip ->> 'given') COLLATE "C") AND given_key < (((t.slip ->> 'given') || %(last)s) COLLATE "C")
            AND starts_with(town_key, t.slip ->> 'town')
        ORDER BY given_key LIMIT %(most)s) c
    WHERE NOT EXISTS (SELECT FROM hit)
),
found AS (
    SELECT DISTINCT ON (id) id, matched, rank FROM (SELECT * FROM hit UNION ALL SELECT * FROM nearly) h ORDER BY id, rank, matched
)
SELECT c.id, trim(c.given_name || ' ' || c.family_name), right(c.account_key, 4), right(c.phone, 2), c.town, c.region, f.matched,
    c.kind = 'BUSINESS', c.left_on IS NOT NULL, c.care_needed, c.staff_line,
    coalesce((SELECT coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username)
              FROM customers_call k JOIN {user} u ON u.id = k.agent_id WHERE k.customer_id = c.id AND k.state = 'OPEN' LIMIT 1), '')
FROM found f JOIN customers_customer c ON c.id = f.id
ORDER BY f.rank, c.family_key, c.given_key, c.id
LIMIT %(most)s
