-- Three entries each, and three hundred for one customer in a thousand.
INSERT INTO customers_interaction (customer_id, kind, occurred_at, title, detail)
SELECT c.id, (ARRAY['CALL', 'CHAT', 'BILL', 'OUTAGE', 'VISIT'])[1 + g %% 5], now() - make_interval(hours => (g * 29 + c.id %% 500)::int),
       'Entry ' || g, ''
FROM customers_customer c CROSS JOIN LATERAL generate_series(1, CASE WHEN c.id %% 1000 = 7 THEN 300 ELSE 3 END) AS g
WHERE c.account_number LIKE '%%-B'
