-- One request as a supervisor may open it, with that supervisor's own authority. Parameters: request, by, language.
SELECT jsonb_build_object(
    'call_id', p.call_id, 'agent_id', p.agent_id, 'agent', concat_ws(' ', a.first_name, a.last_name),
    'asks_today', (SELECT count(*) FROM offers_approvalrequest x WHERE x.asked_by_id = p.agent_id AND x.asked_at > desk_now() - interval '12 hours'),
    'state', r.state, 'asked_at', r.asked_at, 'due_at', r.due_at, 'note', r.note, 'decided_by', r.decided_by_id, 'decider', nullif(concat_ws(' ', c.first_name, c.last_name), ''),
    'effective_at', r.effective_at, 'undo_open', r.decided_by_id = s.user_id AND r.effective_at > desk_now(), 'now', desk_now(),
    'proposal_id', p.id, 'version_id', p.offer_version_id, 'percent', p.percent, 'months', p.months, 'amount_minor', p.amount_minor,
    'extra', p.extra, 'cost_minor', p.cost_minor, 'reader', nullif(concat_ws(' ', e.first_name, e.last_name), ''), 'read_by', r.read_by_id,
    'drawn_to', r.drawn_to_id, 'drawn', nullif(concat_ws(' ', w.first_name, w.last_name), ''), 'first_by', nullif(concat_ws(' ', f.first_name, f.last_name), ''),
    'second_above_minor', (SELECT m.second_above_minor FROM offers_schemeversion m WHERE m.valid_from <= desk_now() ORDER BY m.valid_from DESC LIMIT 1),
    'conflict', conflict_of(s.user_id, p.customer_id),
    'limit', (SELECT to_jsonb(l) || jsonb_build_object('grade', g.grade) FROM offers_limitversion l, offers_seat g
              WHERE l.id = (SELECT limit_on_call(p.call_id, z.as_id, o.family)) AND g.user_id = z.as_id),
    'wallet', (SELECT jsonb_build_object('kind', 'APPROVER', 'owner_id', z.as_id, 'ends_on', b.ends_on, 'limit_minor', b.limit_minor,
                   'left_minor', sum(n.ceiling_minor - n.held_minor - n.spent_minor))
               FROM offers_budgetaccount b JOIN offers_budgetcounter n ON n.account_id = b.id
               WHERE b.kind = 'APPROVER' AND b.owner_id = z.as_id AND b.currency = p.currency
                 AND b.starts_on <= (desk_now() AT TIME ZONE i.time_zone)::date AND b.ends_on > (desk_now() AT TIME ZONE i.time_zone)::date
               GROUP BY b.id ORDER BY b.starts_on DESC LIMIT 1),
    -- Of the newest 500 presented in a year, and of the newest 500 presented at least 90 days ago: so many say enough, and
    -- no more are read however long the desk has been there.
    'similar', (SELECT jsonb_build_object('cases', count(*) FILTER (WHERE c.newest),
                    'accepted', count(*) FILTER (WHERE c.newest AND c.state = 'ACCEPTED'),
                    'old_enough', count(*) FILTER (WHERE NOT c.newest AND c.state = 'ACCEPTED'),
                    'still_here', count(*) FILTER (WHERE NOT c.newest AND c.state = 'ACCEPTED' AND (y.left_on IS NULL OR y.left_on > c.created_at::date + 90)))
                FROM (SELECT b.newest, x.* FROM (VALUES (true, desk_now()), (false, desk_now() - interval '90 days')) b (newest, until)
                      CROSS JOIN LATERAL (
                          SELECT n.* FROM offers_offerversion w0 CROSS JOIN LATERAL (
                              SELECT x.state, x.call_id, x.customer_id, x.created_at FROM offers_proposal x
                              WHERE x.offer_version_id = w0.id AND x.presented_at IS NOT NULL
                                AND x.created_at < b.until AND x.created_at > desk_now() - interval '1 year'
                              ORDER BY x.created_at DESC LIMIT 500) n
                          WHERE w0.offer_id = v.offer_id ORDER BY n.created_at DESC LIMIT 500) x) c
                JOIN customers_call k0 ON k0.id = c.call_id AND k0.reason_id IS NOT DISTINCT FROM k.reason_id
                JOIN customers_customer y ON y.id = c.customer_id)
)
FROM offers_approvalrequest r
JOIN offers_proposal p ON p.id = r.proposal_id
JOIN offers_offerversion v ON v.id = p.offer_version_id
JOIN offers_offer o ON o.id = v.offer_id
JOIN customers_call k ON k.id = p.call_id
JOIN people_user a ON a.id = p.agent_id
JOIN offers_seat s ON s.user_id = %(by)s AND s.is_active
CROSS JOIN LATERAL (SELECT authority_of(s.user_id) AS as_id) z
JOIN offers_seat q ON q.user_id = z.as_id AND q.grade IN ('SUPERVISOR', 'MANAGER')
JOIN customers_site i ON i.id = k.site_id
LEFT JOIN customers_team t ON t.id = s.team_id
LEFT JOIN people_user e ON e.id = r.read_by_id
LEFT JOIN people_user w ON w.id = r.drawn_to_id
LEFT JOIN people_user f ON f.id = r.first_by_id
LEFT JOIN people_user c ON c.id = r.decided_by_id
WHERE r.id = %(request)s AND (t.site_id IS NULL OR t.site_id = k.site_id)
