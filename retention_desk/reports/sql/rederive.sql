-- The report's counts once more, from other sources and in another way, so that a fault in either shows as a difference:
-- episodes are walked from the calls' times (not read from the stamp), dispositions are followed along their corrections,
-- acceptances are concessions, and money is what the ledger spent on the customers' budgets.
-- Answers rows of (figure, of, key, value) for episodes that began in [starts, ends).
WITH RECURSIVE
numbered AS MATERIALIZED (
    SELECT id, customer_id, opened_at, row_number() OVER (PARTITION BY customer_id ORDER BY opened_at, id) AS nth
    FROM customers_call WHERE customer_id IS NOT NULL
),
walk AS (
    SELECT id, customer_id, nth, id AS first_id, opened_at AS began FROM numbered WHERE nth = 1
    UNION ALL
    SELECT n.id, n.customer_id, n.nth, CASE WHEN n.opened_at - w.began < interval '7 days' THEN w.first_id ELSE n.id END,
           CASE WHEN n.opened_at - w.began < interval '7 days' THEN w.began ELSE n.opened_at END
    FROM walk w JOIN numbered n ON n.customer_id = w.customer_id AND n.nth = w.nth + 1
),
begun AS MATERIALIZED (
    SELECT id, first_id, began FROM walk
    UNION ALL SELECT id, id, opened_at FROM customers_call WHERE customer_id IS NULL
),
chain AS (
    SELECT id, call_id, line, kind, 0 AS depth FROM customers_disposition WHERE corrects_id IS NULL
    UNION ALL
    SELECT n.id, n.call_id, n.line, n.kind, c.depth + 1 FROM chain c JOIN customers_disposition n ON n.corrects_id = c.id
),
yes AS MATERIALIZED (
    SELECT DISTINCT p.call_id FROM offers_concession n JOIN offers_proposal p ON p.id = n.proposal_id
),
last_word AS MATERIALIZED (
    SELECT z.call_id, z.line, z.line = '' AS whole, CASE
        WHEN z.kind = 'SAVED_WITH_OFFER' OR (z.kind = 'MOVED_WITH_US' AND z.call_id IN (SELECT call_id FROM yes)) THEN 'A'
        WHEN z.kind = ANY (ARRAY['SAVED_WITHOUT', 'NAME_TRANSFERRED', 'MOVED_WITH_US']) THEN 'K'
        WHEN z.kind = 'PAUSED' THEN 'P' WHEN z.kind = 'PARTLY_SAVED' THEN 'D'
        WHEN z.kind = ANY (ARRAY['CANCELLED', 'PORTING_OUT']) THEN 'X'
        WHEN z.kind = ANY (ARRAY['CALL_BACK', 'TRANSFERRED', 'DROPPED']) THEN 'U' END AS outcome
    FROM (SELECT DISTINCT ON (call_id, line) call_id, line, kind FROM chain ORDER BY call_id, line, depth DESC) z
),
contact AS MATERIALIZED (
    SELECT b.first_id, b.began, c.*, w.outcome, rank() OVER (
        PARTITION BY b.first_id ORDER BY CASE WHEN w.outcome = 'U' THEN 1 ELSE 0 END, c.opened_at DESC, c.id DESC) AS place
    FROM begun b JOIN customers_call c ON c.id = b.id JOIN last_word w ON w.call_id = c.id AND w.whole
    WHERE w.outcome IS NOT NULL AND b.began >= %(starts)s AND b.began < %(ends)s
),
paid AS (
    SELECT b.first_id, sum(e.spent_minor) AS cost
    FROM offers_ledgerentry e
    JOIN offers_budgetcounter k ON k.id = e.counter_id
    JOIN offers_budgetaccount a ON a.id = k.account_id AND a.kind = 'CUSTOMER'
    JOIN customers_company m ON m.currency = a.currency
    JOIN offers_hold h ON h.id = e.hold_id
    JOIN offers_proposal p ON p.id = h.proposal_id
    JOIN begun b ON b.id = p.call_id
    WHERE e.kind = 'POST' GROUP BY b.first_id
),
episode AS MATERIALIZED (
    SELECT d.first_id, d.outcome, d.customer_id, d.agent_id, d.team_id, d.reason_id, o.opening_intent, d.monthly_bill_minor,
           (d.opened_at AT TIME ZONE %(zone)s)::date AS ended_on, coalesce(p.cost, 0) AS cost,
           NOT EXISTS (SELECT FROM customers_reason r WHERE r.id IN (d.reason_id, d.reason_detail_id) AND NOT r.controllable) AS controllable
    FROM contact d JOIN customers_call o ON o.id = d.first_id LEFT JOIN paid p ON p.first_id = d.first_id
    WHERE d.place = 1
),
seen AS (
    SELECT e.first_id, e.ended_on, least(coalesce(u.left_on, l.left_on), %(today)s::date + 1) AS left_on
    FROM episode e LEFT JOIN customers_customer u ON u.id = e.customer_id
    LEFT JOIN (
        SELECT customer_id, max(ends_on) AS left_on, count(*) FILTER (
            WHERE state NOT IN ('ENDED', 'ENDING') OR coalesce(ends_on > %(today)s, true)) AS running
        FROM customers_subscription GROUP BY customer_id) l ON l.customer_id = e.customer_id AND l.running = 0
    WHERE e.outcome IN ('A', 'K', 'D')
),
stay AS (
    SELECT CASE WHEN left_on <= %(today)s AND left_on >= ended_on THEN left_on - ended_on END AS left_after,
           greatest(%(today)s::date - ended_on, 0) AS known_for FROM seen
),
shown AS (
    SELECT v.offer_id, p.position, n.id IS NOT NULL AS taken
    FROM offers_proposal p JOIN begun b ON b.id = p.call_id JOIN episode e ON e.first_id = b.first_id
    JOIN offers_offerversion v ON v.id = p.offer_version_id LEFT JOIN offers_concession n ON n.proposal_id = p.id
    WHERE p.presented_at IS NOT NULL
),
line_word AS (
    SELECT b.first_id, w.line, w.outcome, row_number() OVER (
        PARTITION BY b.first_id, w.line ORDER BY CASE WHEN w.outcome = 'U' THEN 1 ELSE 0 END, c.opened_at DESC, c.id DESC) AS place
    FROM last_word w JOIN begun b ON b.id = w.call_id JOIN customers_call c ON c.id = w.call_id
    WHERE NOT w.whole AND w.outcome IS NOT NULL AND b.first_id IN (SELECT first_id FROM episode)
),
confirmed AS (
    SELECT c.id, c.must_complete_by, min(x.recorded_at) AS at
    FROM episode e JOIN begun b ON b.first_id = e.first_id JOIN customers_call c ON c.id = b.id
    JOIN customers_cancellation x ON x.call_id = c.id LEFT JOIN customers_cancellationundo u ON u.cancellation_id = x.id
    WHERE u.id IS NULL AND c.asked_at IS NOT NULL GROUP BY c.id, c.must_complete_by
),
counted (figure, "of", key, value) AS (
    SELECT 'episodes ' || outcome || CASE WHEN controllable THEN '' ELSE ' (not controllable)' END, g."of", g.key, count(*)
    FROM episode, LATERAL (VALUES ('all', ''), ('intent', opening_intent), ('reason', coalesce(reason_id::text, '')),
                                  ('agent', agent_id::text), ('team', team_id::text)) g ("of", key)
    GROUP BY outcome, controllable, g."of", g.key
    UNION ALL
    SELECT 'cost', g."of", g.key, sum(cost)
    FROM episode, LATERAL (VALUES ('all', ''), ('intent', opening_intent), ('reason', coalesce(reason_id::text, '')),
                                  ('agent', agent_id::text), ('team', team_id::text)) g ("of", key)
    GROUP BY g."of", g.key
    UNION ALL SELECT 'monthly bills of all', 'all', '', sum(monthly_bill_minor) FROM episode
    UNION ALL SELECT 'monthly bills of the saved', 'all', '', sum(monthly_bill_minor) FROM episode WHERE outcome IN ('A', 'K', 'D')
    UNION ALL SELECT 'presented', 'offer', offer_id::text, count(*) FROM shown GROUP BY offer_id
    UNION ALL SELECT 'accepted', 'offer', offer_id::text, count(*) FROM shown WHERE taken GROUP BY offer_id
    UNION ALL SELECT 'presented', 'place', position::text, count(*) FROM shown GROUP BY position
    UNION ALL SELECT 'accepted', 'place', position::text, count(*) FROM shown WHERE taken GROUP BY position
    UNION ALL SELECT 'line ' || outcome, 'line', line, count(*) FROM line_word WHERE place = 1 GROUP BY outcome, line
    UNION ALL SELECT 'left within ' || n || ' days', 'stays', '', count(*) FROM stay, unnest(ARRAY[30, 60, 90]) n WHERE left_after <= n GROUP BY n
    UNION ALL
    SELECT 'seen for ' || n || ' days', 'stays', '', count(*) FROM stay, unnest(ARRAY[30, 60, 90]) n
    WHERE coalesce(left_after, known_for) >= n GROUP BY n
    UNION ALL SELECT 'cancelled', 'conduct', '', count(*) FROM confirmed
    UNION ALL SELECT 'confirmed in time', 'conduct', '', count(*) FROM confirmed WHERE at <= must_complete_by
)
SELECT figure, "of", key, value::bigint FROM counted WHERE value <> 0
