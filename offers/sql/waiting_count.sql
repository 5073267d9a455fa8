-- How many requests wait at a supervisor's site. Parameters: by.
SELECT to_jsonb(count(*))
FROM offers_seat s
JOIN offers_seat a ON a.user_id = authority_of(s.user_id) AND a.grade IN ('SUPERVISOR', 'MANAGER')
LEFT JOIN customers_team t ON t.id = s.team_id
JOIN offers_approvalrequest r ON r.state = 'OPEN' AND r.due_at > desk_now() AND r.asked_by_id <> s.user_id
JOIN offers_proposal p ON p.id = r.proposal_id
JOIN customers_call k ON k.id = p.call_id AND (t.site_id IS NULL OR k.site_id = t.site_id)
WHERE s.user_id = %(by)s AND s.is_active
