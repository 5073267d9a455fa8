-- How each of them ended.
INSERT INTO customers_disposition (call_id, line, kind, why, by_id, recorded_at)
SELECT k.id, '', (ARRAY['SAVED_WITHOUT', 'CANCELLED', 'SAVED_WITHOUT', 'PARTLY_SAVED', 'CANCELLED'])[1 + k.id %% 5], '', k.agent_id, k.closed_at
FROM customers_call k
WHERE k.state = 'CLOSED' AND NOT EXISTS (SELECT FROM customers_disposition d WHERE d.call_id = k.id)
