-- What reports and records put names to: currency, the last recorded ending, sites, teams, people, reasons, offers.
SELECT
    (SELECT currency FROM customers_company WHERE id = 1),
    (SELECT max(recorded_at) FROM customers_disposition),
    (SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name) FROM customers_site),
    (SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name, 'site', site_id) ORDER BY name) FROM customers_team),
    (SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name, 'seat', has_seat, 'site', site_id) ORDER BY name)
       FROM (SELECT u.id, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) AS name,
                    s.id IS NOT NULL AS has_seat, t.site_id
             FROM people_user u LEFT JOIN offers_seat s ON s.user_id = u.id LEFT JOIN customers_team t ON t.id = s.team_id) p),
    (SELECT jsonb_agg(jsonb_build_object('id', id, 'code', code, 'words', words, 'top', parent_id IS NULL,
                                         'controllable', controllable) ORDER BY position, code) FROM customers_reason),
    (SELECT jsonb_agg(jsonb_build_object('id', o.id, 'code', o.code, 'words', v.words) ORDER BY o.code)
       FROM offers_offer o
       LEFT JOIN LATERAL (SELECT words FROM offers_offerversion v WHERE v.offer_id = o.id ORDER BY version DESC LIMIT 1) v ON true)
