-- So many customers; names of thousands of bearers, a number each.
INSERT INTO customers_customer (account_number, kind, given_name, family_name, phone, other_phone, email, street, town, region,
    postcode, country, jurisdiction, languages, currency, customer_since, left_reason, balance_minor, past_due_minor, autopay,
    payment_method, paid_until, care_needed, do_not_offer, fraud_watch, staff_line, facts, created_at, changed_at)
SELECT lpad(n::text, 9, '0') || '-B', 'PRIVATE',
       (string_to_array(%(given)s, ' '))[1 + n %% 24],
       (string_to_array(%(first)s, ' '))[1 + n * 7 %% 25] || (string_to_array(%(second)s, ' '))[1 + n / 25 %% 10]
           || (string_to_array(%(third)s, ' '))[1 + n / 250 %% 16],
       '+1' || lpad((2000000000 + n * 7919::bigint %% 7999999999)::text, 10, '0'), '', 'bench' || n || '@example.com',
       n %% 900 || ' Cedar Street', 'Town ' || n %% 3000, 'California', lpad((n %% 90000)::text, 5, '0'), 'US', 'US-CA', '{en}', 'USD',
       current_date - n %% 3600, '', 0, 0, n %% 3 > 0, 'card', current_date + n %% 28, false, false, false, false, '{}', now(), now()
FROM generate_series(1, %(customers)s) AS n
