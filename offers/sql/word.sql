-- What the floor says to the agent of a call: the oldest silent note that they have not seen, and the news that was there when
-- the call began and not yet at their call before. News never comes within a call. Parameters: call, by (the agent).
SELECT jsonb_build_object(
    'note', (SELECT jsonb_build_object('id', n.id, 'text', n.text, 'at', n.recorded_at, 'by', concat_ws(' ', u.first_name, u.last_name))
             FROM offers_silentnote n JOIN people_user u ON u.id = n.by_id
             WHERE n.call_id = k.id AND n.to_id = k.agent_id AND NOT EXISTS (SELECT FROM offers_silentnoteseen e WHERE e.note_id = n.id)
             ORDER BY n.recorded_at, n.id LIMIT 1),
    'news', (SELECT jsonb_agg(jsonb_build_object('id', n.id, 'title', n.title, 'text', n.text, 'at', n.recorded_at, 'ends_at', n.ends_at,
                                                 'by', '') ORDER BY n.recorded_at DESC)
             FROM offers_news n
             WHERE (n.site_id IS NULL OR n.site_id = k.site_id) AND n.ends_at > k.opened_at AND n.recorded_at <= k.opened_at
               AND n.recorded_at > coalesce((SELECT max(c.opened_at) FROM customers_call c WHERE c.agent_id = k.agent_id AND c.opened_at < k.opened_at),
                                            k.opened_at - interval '1 day')
               AND NOT EXISTS (SELECT FROM offers_newsend e WHERE e.news_id = n.id AND e.recorded_at <= k.opened_at)))
FROM customers_call k
WHERE k.id = %(call)s AND k.agent_id = %(by)s
