-- One request as a supervisor may open it, with that supervisor's own authority. Parameters: request, by, language.
SELECT jsonb_build_object(
    'call_id', p.call_id, 'agent_id', p.agent_id, 'agent', concat_ws(' ', a.first_name, a.last_name),
    'asks_today', (SELECT count(*) FROM offers_approvalrequest x WHERE x.asked_by_id = p.agent_id AND x.asked_at > desk_now() - interval '12 hours'),
    'state', r.state, 'asked_at', r.asked_at, 'due_at', r.due_at, 'note', r.note, 'decided_by', r.decided_by_id,
    'effective_at', r.effective_at, 'undo_open', r.decided_by_id = s.user_id AND r.effective_at > desk_now(), 'now', desk_now(),
    'proposal_id', p.id, 'version_id', p.offer_version_id, 'percent', p.percent, 'months', p.months, 'amount_minor', p.amount_minor,
    'extra', p.extra, 'cost_minor', p.cost_minor, 'reader', nullif(concat_ws(' ', e.first_name, e.last_name), ''), 'read_by', r.read_by_id,
    'limit', (SELECT to_jsonb(v) || jsonb_build_object('grade', s.grade) FROM offers_limitversion v WHERE v.id = (SELECT limit_in_force(s.user_id, p.currency))),
    'wallet', (SELECT jsonb_build_object('kind', 'APPROVER', 'owner_id', s.user_id, 'ends_on', b.ends_on, 'limit_minor', b.limit_minor,
                   'left_minor', sum(n.ceiling_minor - n.held_minor - n.spent_minor))
               FROM offers_budgetaccount b JOIN offers_budgetcounter n ON n.account_id = b.id
               WHERE b.kind = 'APPROVER' AND b.owner_id = s.user_id AND b.currency = p.currency
                 AND b.starts_on <= (desk_now() AT TIME ZONE i.time_zone)::date AND b.ends_on > (desk_now() AT TIME ZONE i.time_zone)::date
               GROUP BY b.id ORDER BY b.starts_on DESC LIMIT 1),
    'similar', (SELECT jsonb_build_object('cases', count(*), 'accepted', count(*) FILTER (WHERE x.state = 'ACCEPTED'),
                    'old_enough', count(*) FILTER (WHERE x.state = 'ACCEPTED' AND x.created_at < desk_now() - interval '90 days'),
                    'still_here', count(*) FILTER (WHERE x.state = 'ACCEPTED' AND x.created_at < desk_now() - interval '90 days'
                        AND (y.left_on IS NULL OR y.left_on > x.created_at::date + 90)))
                FROM offers_proposal x JOIN offers_offerversion w ON w.id = x.offer_version_id JOIN customers_customer y ON y.id = x.customer_id
                JOIN customers_call z ON z.id = x.call_id
                WHERE w.offer_id = v.offer_id AND x.presented_at IS NOT NULL AND z.reason_id IS NOT DISTINCT FROM k.reason_id
                  AND x.created_at > desk_now() - interval '1 year')
)
FROM offers_approvalrequest r
JOIN offers_proposal p ON p.id = r.proposal_id
JOIN offers_offerversion v ON v.id = p.offer_version_id
JOIN customers_call k ON k.id = p.call_id
JOIN people_user a ON a.id = p.agent_id
JOIN offers_seat s ON s.user_id = %(by)s AND s.is_active AND s.grade IN ('SUPERVISOR', 'MANAGER')
JOIN customers_site i ON i.id = k.site_id
LEFT JOIN customers_team t ON t.id = s.team_id
LEFT JOIN people_user e ON e.id = r.read_by_id
WHERE r.id = %(request)s AND (t.site_id IS NULL OR t.site_id = k.site_id)
