-- What the clock has just brought about: proposals that lapsed, and questions that were drawn anew.
SELECT o.proposal_id, NULL::bigint AS request_id FROM offers_outcome o
WHERE o.kind = 'LAPSED' AND o.recorded_at > desk_now() - interval '15 seconds'
UNION ALL
SELECT NULL, r.id FROM offers_approvalrequest r
WHERE r.state = 'OPEN' AND EXISTS (SELECT FROM offers_approvaldraw d WHERE d.request_id = r.id AND d.drawn_at > desk_now() - interval '15 seconds')
