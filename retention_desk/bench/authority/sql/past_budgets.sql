-- For everybody budgets of the month before, each with one counter, of the kinds that the two stories draw on.
WITH kind AS (
    SELECT DISTINCT a.kind, a.period, a.currency, CASE WHEN a.kind IN ('SITE', 'CAMPAIGN') THEN a.owner_id END AS owner_id
    FROM offers_hold h JOIN offers_ledgerentry e ON e.hold_id = h.id
    JOIN offers_budgetcounter c ON c.id = e.counter_id JOIN offers_budgetaccount a ON a.id = c.account_id
    WHERE h.proposal_id = %s
), owner (kind, id) AS (
    SELECT DISTINCT 'TEAM', team_id FROM offers_seat WHERE user_id BETWEEN %s AND %s
    UNION ALL SELECT k, u FROM unnest(ARRAY['AGENT', 'LIMIT']) AS k CROSS JOIN generate_series(%s::bigint, %s) AS u
    UNION ALL SELECT 'CUSTOMER', id FROM customers_customer WHERE account_number LIKE '%%-B'
    UNION ALL SELECT kind, owner_id FROM kind WHERE owner_id IS NOT NULL
), account AS MATERIALIZED (
    SELECT k.kind, k.period, o.id AS owner_id,
           budget_open(k.kind, o.id, k.currency, k.period, (date_trunc('month', now()) - interval '1 month')::date,
               date_trunc('month', now())::date, %s) AS id
    FROM kind k JOIN owner o ON o.kind = k.kind
)
INSERT INTO bench_past_account SELECT kind, period, owner_id, id FROM account
