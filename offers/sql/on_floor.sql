-- One agent of a supervisor's site, to write to: on a call or not, and the last note on it. Parameters: agent, by.
SELECT jsonb_build_object(
    'user_id', u.id, 'name', concat_ws(' ', u.first_name, u.last_name), 'call_id', k.id,
    'note', (SELECT jsonb_build_object('text', n.text, 'at', n.recorded_at, 'seen_at', e.recorded_at)
             FROM offers_silentnote n LEFT JOIN offers_silentnoteseen e ON e.note_id = n.id
             WHERE n.call_id = k.id AND n.by_id = s.user_id ORDER BY n.recorded_at DESC, n.id DESC LIMIT 1))
FROM offers_seat s
LEFT JOIN customers_team t ON t.id = s.team_id
JOIN offers_seat f ON f.user_id = %(agent)s AND f.is_active
JOIN customers_team g ON g.id = f.team_id AND (t.site_id IS NULL OR g.site_id = t.site_id)
JOIN people_user u ON u.id = f.user_id
LEFT JOIN customers_call k ON k.agent_id = u.id AND k.state = 'OPEN'
WHERE s.user_id = %(by)s AND s.is_active
