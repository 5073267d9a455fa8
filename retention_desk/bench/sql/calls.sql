-- A closed call for every ten customers, spread over a year. Times lie in the past, so walls are set aside.
INSERT INTO customers_call (id, customer_id, agent_id, team_id, site_id, episode_id, state, opened_at, seen_at, ended_at, closed_at, phone_from,
    caller_role, opening_intent, identity, identity_checks, transfer_note, policy_id, offers_allowed, minutes_after_intent, ask_count,
    reason_id, rival, rival_product, notes, monthly_bill_minor, lifetime_value_minor, risk_percent, call_back_note)
SELECT k.id, k.customer_id, a.user_id, a.team_id, a.site_id, k.id, 'CLOSED', k.at, k.at, k.at + interval '9 minutes', k.at + interval '10 minutes', '',
       'HOLDER', (ARRAY['DISCONNECT', 'CHEAPER', 'DOWNGRADE'])[1 + k.id %% 3], 'CHECKED', '{PIN}', '', %(policy)s, 1, 3, 0,
       NULL, '', '', '', 12000, 250000, 40, ''
FROM (SELECT nextval(pg_get_serial_sequence('customers_call', 'id')) AS id, c.id AS customer_id,
             now() - make_interval(mins => (c.id * 37 %% 525000)::int + 60) AS at
      FROM customers_customer c WHERE c.id %% 10 = 0 AND c.account_number LIKE '%%-B' ORDER BY 3) k
JOIN LATERAL (SELECT s.user_id, s.team_id, t.site_id FROM offers_seat s JOIN customers_team t ON t.id = s.team_id
              WHERE s.grade = 'AGENT' ORDER BY s.user_id OFFSET k.id %% %(agents)s LIMIT 1) a ON true
