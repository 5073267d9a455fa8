-- Internet for everybody, TV for every other one.
INSERT INTO customers_subscription (customer_id, product_id, line_key, state, quantity, note, service_number, equipment, started_on,
    list_price_minor, promotion_minor, promotion_name, bundle_minor, exit_fee_monthly_minor, device_balance_minor)
SELECT c.id, p.id, p.code, 'ACTIVE', 1, '', '', '{}', c.customer_since, p.list_price_minor, 0, '', 0, 0, 0
FROM customers_customer c
JOIN (SELECT DISTINCT ON (kind) id, kind, code, list_price_minor FROM customers_product WHERE kind IN ('INTERNET', 'TV') ORDER BY kind, id) p
    ON p.kind = 'INTERNET' OR c.id %% 2 = 0
WHERE c.account_number LIKE '%%-B'
