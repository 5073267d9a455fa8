-- Every count and sum of the save-rate report, in one statement and one row of jsonb columns. The rates, intervals and
-- curves are made from them in Python (figures.py). What counts as what is written down in docs/measures.md.
--
-- A call's episode is stamped on it when it opens (the first call of the customer's seven days), so an episode whose
-- first call lies in a period has all of its calls within the period and the seven days after it.
WITH company AS MATERIALIZED (SELECT currency FROM customers_company WHERE id = 1),
standing AS (
    SELECT d.call_id, d.line, d.kind FROM customers_disposition d
    WHERE NOT EXISTS (SELECT FROM customers_disposition n WHERE n.corrects_id = d.id AND n.corrects_id IS NOT NULL)
),
standing_cancellation AS (
    SELECT x.* FROM customers_cancellation x
    WHERE NOT EXISTS (SELECT FROM customers_cancellationundo u WHERE u.cancellation_id = x.id)
),
calls AS MATERIALIZED (
    SELECT c.id, c.episode_id, c.customer_id, c.agent_id, c.team_id, c.site_id, c.opened_at, c.opening_intent, c.asked_at,
           c.must_complete_by, c.offers_closed_at, c.offers_allowed, c.ask_count, c.monthly_bill_minor, c.reason_id,
           c.reason_detail_id, d.kind AS disposition,
           -- Where an episode begins: 0 this period, 1 the one compared with. Other calls have none.
           CASE WHEN c.id <> c.episode_id THEN NULL
                WHEN c.opened_at >= %(now_starts)s AND c.opened_at < %(now_ends)s THEN 0
                WHEN c.opened_at >= %(before_starts)s AND c.opened_at < %(before_ends)s THEN 1 END AS period
    FROM customers_call c LEFT JOIN standing d ON d.call_id = c.id AND d.line = ''
    WHERE (c.opened_at >= %(now_starts)s AND c.opened_at < %(now_ends)s::timestamptz + interval '7 days')
       OR (c.opened_at >= %(before_starts)s AND c.opened_at < %(before_ends)s::timestamptz + interval '7 days')
),
-- Presented proposals with what became of them; `spent` is what was posted, in the company's currency.
proposals AS MATERIALIZED (
    SELECT p.id, p.call_id, c.episode_id, v.offer_id, p.position, p.presented_at, c.asked_at, c.offers_allowed,
           least(c.offers_closed_at, c.must_complete_by) AS closed_at, coalesce(o.kind = 'ACCEPTED', false) AS accepted,
           CASE WHEN o.kind = 'ACCEPTED' AND p.currency = m.currency THEN o.posted_minor ELSE 0 END AS spent,
           coalesce(o.kind = 'ACCEPTED' AND p.currency <> m.currency, false) AS foreign_money
    FROM calls c
    JOIN offers_proposal p ON p.call_id = c.id AND p.presented_at IS NOT NULL
    JOIN offers_offerversion v ON v.id = p.offer_version_id
    LEFT JOIN offers_outcome o ON o.proposal_id = p.id
    CROSS JOIN company m
),
accepted AS MATERIALIZED (SELECT call_id FROM proposals WHERE accepted GROUP BY call_id),
outcomes (disposition, with_offer, outcome) AS (
    VALUES ('SAVED_WITH_OFFER', false, 'A'), ('SAVED_WITH_OFFER', true, 'A'),
           ('SAVED_WITHOUT', false, 'K'), ('SAVED_WITHOUT', true, 'K'),
           ('NAME_TRANSFERRED', false, 'K'), ('NAME_TRANSFERRED', true, 'K'),
           ('MOVED_WITH_US', false, 'K'), ('MOVED_WITH_US', true, 'A'),
           ('PAUSED', false, 'P'), ('PAUSED', true, 'P'),
           ('PARTLY_SAVED', false, 'D'), ('PARTLY_SAVED', true, 'D'),
           ('CANCELLED', false, 'X'), ('CANCELLED', true, 'X'), ('PORTING_OUT', false, 'X'), ('PORTING_OUT', true, 'X'),
           ('CALL_BACK', false, 'U'), ('CALL_BACK', true, 'U'), ('TRANSFERRED', false, 'U'), ('TRANSFERRED', true, 'U'),
           ('DROPPED', false, 'U'), ('DROPPED', true, 'U')
),
-- The last definitive disposition of an episode stands; without one, the last of all. What is no cancel contact
-- (no intent to cancel, a caller without the right) has no outcome and is left out here.
deciding AS (
    SELECT DISTINCT ON (c.episode_id) c.*, o.outcome
    FROM calls c LEFT JOIN accepted a ON a.call_id = c.id
    JOIN outcomes o ON o.disposition = c.disposition AND o.with_offer = (a.call_id IS NOT NULL)
    ORDER BY c.episode_id, (o.outcome = 'U'), c.opened_at DESC, c.id DESC
),
starts AS (
    SELECT id, opening_intent, period, CASE period WHEN 0 THEN width_bucket(opened_at, %(now_edges)s::timestamptz[])
           ELSE width_bucket(opened_at, %(before_edges)s::timestamptz[]) END AS bucket
    FROM calls WHERE period IS NOT NULL
),
spent AS (SELECT episode_id, sum(spent)::bigint AS cost FROM proposals WHERE accepted GROUP BY episode_id),
episodes AS MATERIALIZED (
    SELECT s.period, s.bucket, d.episode_id, d.outcome, coalesce(r.controllable, true) AND coalesce(f.controllable, true) AS controllable,
           s.opening_intent AS intent, d.reason_id AS reason, d.agent_id AS agent, d.team_id AS team, d.customer_id,
           coalesce(m.cost, 0) AS cost, d.monthly_bill_minor AS bill, (d.opened_at AT TIME ZONE %(zone)s)::date AS ended_on, u.left_on
    FROM deciding d
    JOIN starts s ON s.id = d.episode_id
    LEFT JOIN customers_reason r ON r.id = d.reason_id
    LEFT JOIN customers_reason f ON f.id = d.reason_detail_id
    LEFT JOIN spent m ON m.episode_id = d.episode_id
    LEFT JOIN customers_customer u ON u.id = d.customer_id
    WHERE (%(site)s::bigint IS NULL OR d.site_id = %(site)s)
      AND (%(team)s::bigint IS NULL OR d.team_id = %(team)s)
      AND (%(agent)s::bigint IS NULL OR d.agent_id = %(agent)s)
      AND (%(reason)s::bigint IS NULL OR d.reason_id = %(reason)s)
      AND (%(intent)s::text IS NULL OR s.opening_intent = %(intent)s)
      AND (%(kind)s::text IS NULL OR u.kind = %(kind)s)
      AND (%(offer)s::bigint IS NULL OR d.episode_id IN (SELECT episode_id FROM proposals WHERE offer_id = %(offer)s))
),
members AS MATERIALIZED (
    SELECT e.period, c.id, c.episode_id, c.agent_id, c.opened_at, c.asked_at, c.must_complete_by, c.ask_count
    FROM episodes e JOIN calls c ON c.episode_id = e.episode_id
),
counted AS (
    SELECT period, CASE GROUPING(bucket, intent, reason, agent, team)
               WHEN 31 THEN 'all' WHEN 15 THEN 'bucket' WHEN 23 THEN 'intent' WHEN 27 THEN 'reason' WHEN 29 THEN 'agent' ELSE 'team' END AS by,
           coalesce(bucket::text, intent, reason::text, agent::text, team::text) AS key, outcome, controllable,
           count(*) AS n, sum(cost)::bigint AS cost, sum(cost * cost) AS cost_squared
    FROM episodes
    GROUP BY outcome, controllable,
        GROUPING SETS ((period), (period, bucket), (period, intent), (period, reason), (period, agent), (period, team))
),
-- A product line ends as its last definitive disposition within the episode says.
line_endings AS (
    SELECT DISTINCT ON (c.episode_id, d.line) c.period, d.line, o.outcome
    FROM members c
    JOIN standing d ON d.call_id = c.id AND d.line <> ''
    LEFT JOIN accepted a ON a.call_id = c.id
    JOIN outcomes o ON o.disposition = d.kind AND o.with_offer = (a.call_id IS NOT NULL)
    ORDER BY c.episode_id, d.line, (o.outcome = 'U'), c.opened_at DESC, c.id DESC
),
offered AS MATERIALIZED (SELECT e.period, q.* FROM proposals q JOIN episodes e ON e.episode_id = q.episode_id),
-- How long those who were kept have been seen: until they left, or until today; 91 stands for "past day 90".
ended_lines AS (
    SELECT s.customer_id, max(s.ends_on) AS left_on
    FROM customers_subscription s
    WHERE s.customer_id IN (SELECT customer_id FROM episodes WHERE outcome IN ('A', 'K', 'D') AND left_on IS NULL)
    GROUP BY s.customer_id HAVING bool_and(s.state IN ('ENDED', 'ENDING') AND s.ends_on IS NOT NULL AND s.ends_on <= %(today)s)
),
stays AS (
    SELECT e.period, e.episode_id, e.ended_on, coalesce(e.left_on, l.left_on) AS left_on
    FROM episodes e LEFT JOIN ended_lines l ON l.customer_id = e.customer_id WHERE e.outcome IN ('A', 'K', 'D')
),
seen AS MATERIALIZED (
    SELECT period, episode_id, coalesce(left_on <= %(today)s AND left_on - ended_on BETWEEN 0 AND 90, false) AS has_left,
           CASE WHEN left_on <= %(today)s AND left_on - ended_on BETWEEN 0 AND 90 THEN left_on - ended_on
                ELSE least(greatest(%(today)s::date - ended_on, 0), 91) END AS day
    FROM stays
),
cancelled AS (
    SELECT c.period, c.agent_id AS agent, x.at <= c.must_complete_by AS in_time, extract(epoch FROM x.at - c.asked_at) AS seconds,
           c.ask_count
    FROM members c
    JOIN (SELECT call_id, min(recorded_at) AS at FROM standing_cancellation
          WHERE call_id IN (SELECT id FROM members) GROUP BY call_id) x ON x.call_id = c.id
    WHERE c.asked_at IS NOT NULL
)
SELECT
    (SELECT jsonb_agg(to_jsonb(t)) FROM counted t) AS counted,
    (SELECT jsonb_agg(to_jsonb(t)) FROM (
        SELECT period, outcome, count(*) AS n, sum(bill)::bigint AS bill, sum(bill * bill) AS bill_squared
        FROM episodes GROUP BY period, outcome) t) AS revenue,
    (SELECT jsonb_agg(to_jsonb(t)) FROM (
        SELECT period, line, outcome, count(*) AS n FROM line_endings GROUP BY period, line, outcome) t) AS lines,
    (SELECT jsonb_agg(to_jsonb(t)) FROM (
        SELECT period, CASE WHEN GROUPING(offer_id) = 0 THEN 'offer' WHEN GROUPING(position) = 0 THEN 'position' ELSE 'all' END AS by,
               coalesce(offer_id, position) AS key, count(*) AS presented, count(*) FILTER (WHERE accepted) AS accepted,
               sum(spent)::bigint AS cost, sum(spent * spent) AS cost_squared, count(*) FILTER (WHERE foreign_money) AS foreign_money
        FROM offered GROUP BY GROUPING SETS ((period), (period, offer_id), (period, position))) t) AS offers,
    (SELECT jsonb_agg(to_jsonb(t)) FROM (
        SELECT period, NULL::bigint AS offer, day, has_left, count(*) AS n FROM seen GROUP BY period, day, has_left
        UNION ALL
        SELECT 0, w.offer_id, s.day, s.has_left, count(*)
        FROM seen s JOIN (SELECT DISTINCT offer_id, episode_id FROM offered WHERE accepted AND period = 0) w ON w.episode_id = s.episode_id
        GROUP BY w.offer_id, s.day, s.has_left) t) AS stays,
    (SELECT jsonb_agg(to_jsonb(t)) FROM (
        SELECT period, agent, count(*) AS cancelled, count(*) FILTER (WHERE in_time) AS in_time,
               count(*) FILTER (WHERE ask_count > 1) AS confirmed_again, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median_seconds
        FROM cancelled GROUP BY GROUPING SETS ((period), (period, agent))) t) AS cancelled,
    (SELECT jsonb_agg(to_jsonb(t)) FROM (
        SELECT period, count(*) AS asked_again FROM members WHERE ask_count > 1 GROUP BY period) t) AS asked_again,
    (SELECT jsonb_agg(to_jsonb(t)) FROM (
        SELECT period, sum(greatest(past_closing, past_allowed)) AS after_limit
        FROM (SELECT period, call_id, count(*) FILTER (WHERE presented_at > closed_at) AS past_closing,
                     count(*) FILTER (WHERE presented_at >= asked_at) - max(offers_allowed) AS past_allowed
              FROM offered GROUP BY period, call_id) c
        GROUP BY period) t) AS after_limit,
    (SELECT jsonb_agg(to_jsonb(t)) FROM (
        SELECT o.period, count(DISTINCT o.id) AS closed_reason
        FROM offered o
        JOIN customers_callreason w ON w.call_id = o.call_id AND w.at <= o.presented_at
        JOIN customers_reason r ON r.id = w.reason_id AND NOT r.offers_allowed
        GROUP BY o.period) t) AS closed_reason
