-- Which of the two each story is, whose it is, and when in the month before.
INSERT INTO bench_past
SELECT g.n, %s::bigint + CASE WHEN g.n %% %s = 0 THEN 1 ELSE 0 END, %s::bigint + i, %s::bigint + i, %s::bigint + i,
       %s::bigint + i, %s::bigint + g.n %% %s, s.user_id, s.team_id, t.site_id,
       date_trunc('month', now()) - interval '1 month' - now() + make_interval(secs => 60 + g.n * 7919 %% 2300000)
FROM generate_series(0, %s - 1) AS i CROSS JOIN LATERAL (SELECT %s::bigint + i AS n) AS g
JOIN offers_seat s ON s.user_id = %s + g.n %% %s JOIN customers_team t ON t.id = s.team_id
