-- For everybody a budget of the month before, with one counter.
WITH owner (kind, id) AS (
    SELECT DISTINCT a.kind, a.owner_id FROM offers_hold h JOIN offers_ledgerentry e ON e.hold_id = h.id
    JOIN offers_budgetcounter c ON c.id = e.counter_id JOIN offers_budgetaccount a ON a.id = c.account_id
    WHERE h.proposal_id = %s AND a.kind IN ('SITE', 'CAMPAIGN')
    UNION ALL SELECT DISTINCT 'TEAM', team_id FROM offers_seat WHERE user_id BETWEEN %s AND %s
    UNION ALL SELECT 'AGENT', generate_series(%s::bigint, %s)
    UNION ALL SELECT 'CUSTOMER', id FROM customers_customer WHERE account_number LIKE '%%-B'
), month (starts_on, ends_on) AS (
    SELECT (date_trunc('month', now()) - interval '1 month')::date, date_trunc('month', now())::date
), account AS MATERIALIZED (
    SELECT o.kind, o.id AS owner_id, budget_open(o.kind, o.id, %s, 'MONTH', m.starts_on, m.ends_on, %s) AS id
    FROM owner o CROSS JOIN month m
)
INSERT INTO bench_past_account SELECT kind, owner_id, id FROM account
