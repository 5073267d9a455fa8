-- The offers of one call, each with the ruling, the limit it was measured by, the approval and what became of it; and
-- the audit events that name the call. One row of two jsonb columns.
SELECT
    (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.created_at, t.id) FROM (
        SELECT p.id, p.counter_of_id, p.position, p.currency, p.percent, p.months, p.amount_minor, p.product_kind, p.cost_minor,
               p.monthly_minor, p.bill_before_minor, p.bill_after_minor, p.starts_on, p.ends_on, p.accept_percent,
               p.ruling, p.reasons, p.state, p.created_at, p.presented_at, p.ended_at,
               o.code, o.kind, v.version, v.words,
               l.id AS limit_id, l.valid_from AS limit_valid_from, l.grade AS limit_grade, lt.name AS limit_team,
               coalesce(nullif(trim(lu.first_name || ' ' || lu.last_name), ''), lu.username) AS limit_person,
               r.state AS answer, r.asked_at, r.decided_at, r.note, r.decision_reason, r.decision_note, r.limit_version_id AS decider_limit_id,
               coalesce(nullif(trim(du.first_name || ' ' || du.last_name), ''), du.username) AS decider,
               q.kind AS outcome, q.posted_minor, q.disclosures, q.recorded_at AS outcome_at,
               h.ended_as AS hold_ended_as, h.ended_at AS hold_ended_at, h.amount_minor AS held_minor
        FROM offers_proposal p
        JOIN offers_offerversion v ON v.id = p.offer_version_id
        JOIN offers_offer o ON o.id = v.offer_id
        JOIN offers_limitversion l ON l.id = p.limit_version_id
        LEFT JOIN customers_team lt ON lt.id = l.team_id
        LEFT JOIN people_user lu ON lu.id = l.user_id
        LEFT JOIN offers_approvalrequest r ON r.proposal_id = p.id
        LEFT JOIN people_user du ON du.id = r.decided_by_id
        LEFT JOIN offers_outcome q ON q.proposal_id = p.id
        LEFT JOIN LATERAL (SELECT * FROM offers_hold h WHERE h.proposal_id = p.id ORDER BY h.id DESC LIMIT 1) h ON true
        WHERE p.call_id = %(call)s) t),
    (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.id) FROM (
        SELECT e.id, e.recorded_at, e.actor_role, e.act, e.object_kind, e.object_id, e.limit_version_id, e.before, e.after, e.reason,
               coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) AS actor
        FROM customers_auditevent e LEFT JOIN people_user u ON u.id = e.actor_id
        WHERE e.call_id = %(call)s) t)
