-- Where one request stands now, for the supervisor who has it on screen. Parameters: request, by.
SELECT jsonb_build_object(
    'id', r.id, 'state', r.state, 'now', desk_now(), 'asked_at', r.asked_at, 'due_at', r.due_at, 'drawn_to', r.drawn_to_id,
    'drawn', concat_ws(' ', w.first_name, w.last_name), 'decider', concat_ws(' ', c.first_name, c.last_name))
FROM offers_approvalrequest r
JOIN offers_proposal p ON p.id = r.proposal_id
JOIN customers_call k ON k.id = p.call_id
JOIN offers_seat s ON s.user_id = %(by)s AND s.is_active
JOIN offers_seat a ON a.user_id = authority_of(s.user_id) AND a.grade IN ('SUPERVISOR', 'MANAGER')
LEFT JOIN customers_team t ON t.id = s.team_id
LEFT JOIN people_user w ON w.id = r.drawn_to_id
LEFT JOIN people_user c ON c.id = r.decided_by_id
WHERE r.id = %(request)s AND (t.site_id IS NULL OR t.site_id = k.site_id)
