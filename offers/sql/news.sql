-- News that stands now for somebody's site; for who has none, that of all sites. Parameters: by.
SELECT coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'title', n.title, 'text', n.text, 'at', n.recorded_at, 'ends_at', n.ends_at,
                                             'by', concat_ws(' ', u.first_name, u.last_name)) ORDER BY n.recorded_at DESC), '[]')
FROM offers_news n
JOIN people_user u ON u.id = n.by_id
WHERE n.ends_at > desk_now() AND NOT EXISTS (SELECT FROM offers_newsend e WHERE e.news_id = n.id)
  AND (n.site_id IS NULL OR n.site_id IN (SELECT t.site_id FROM offers_seat s JOIN customers_team t ON t.id = s.team_id WHERE s.user_id = %(by)s)
       OR EXISTS (SELECT FROM offers_seat s WHERE s.user_id = %(by)s AND s.team_id IS NULL AND s.is_active))
