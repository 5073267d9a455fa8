-- Who may give what: which limit governs, who acts for whom, who knows whom, and the walls of the tables that say so.

CREATE FUNCTION value_tier(p_annual_minor bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN p_annual_minor >= 216000 THEN 'HIGH' WHEN p_annual_minor >= 108000 THEN 'MID' ELSE 'LOW' END
$$;

-- Whole months from one day to another; the last day of a month completes it (January 31 to February 28).
CREATE FUNCTION whole_months(p_since date, p_on date) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT greatest(0, ((extract(year FROM p_on) - extract(year FROM p_since)) * 12 + extract(month FROM p_on)
        - extract(month FROM p_since))::int
        - CASE WHEN extract(day FROM p_on) < extract(day FROM p_since)
                    AND extract(month FROM p_on + 1) = extract(month FROM p_on) THEN 1 ELSE 0 END)
$$;

CREATE FUNCTION grade_rank(p_grade text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_position(ARRAY['NEW', 'AGENT', 'SENIOR', 'SUPERVISOR', 'MANAGER'], p_grade)
$$;

-- The limits that could govern somebody, best first: the person's own, the team's, the grade's; in a storm its signed ones;
-- the narrowest case first. A version that ends its scope and case hides what it takes the place of, and is none itself.
CREATE FUNCTION limits_of(p_user bigint, p_grade text, p_team bigint, p_site bigint, p_currency text, p_tier text, p_tenure int)
    RETURNS SETOF offers_limitversion LANGUAGE sql STABLE AS $$
    SELECT (n.v).* FROM (
        SELECT DISTINCT ON (v.user_id, v.team_id, v.grade, v.family, v.tier, v.tenure_from_months, v.storm_id) v
        FROM offers_limitversion v
        WHERE (v.user_id = p_user OR v.team_id = p_team OR v.grade = p_grade)
          AND v.currency = p_currency AND v.valid_from <= desk_now() AND v.tier IN ('', p_tier) AND v.tenure_from_months <= p_tenure
          AND (v.storm_id IS NULL OR EXISTS (
              SELECT FROM offers_storm s JOIN offers_stormreserve r ON r.id = s.reserve_id
              WHERE s.reserve_id = v.storm_id AND r.site_id = p_site AND s.ended_at IS NULL AND s.ends_at > desk_now()))
        ORDER BY v.user_id, v.team_id, v.grade, v.family, v.tier, v.tenure_from_months, v.storm_id, v.valid_from DESC, v.id DESC
    ) n
    WHERE NOT (n.v).ends
    ORDER BY (n.v).user_id IS NULL, (n.v).team_id IS NULL, (n.v).storm_id IS NULL, (n.v).family = '', (n.v).tier = '',
             (n.v).tenure_from_months DESC
$$;

-- The one limit that governs a person for this family, tier and tenure, now.
DROP FUNCTION limit_in_force(bigint, text);
CREATE FUNCTION limit_in_force(p_user bigint, p_currency text, p_family text DEFAULT '', p_tier text DEFAULT '', p_tenure int DEFAULT 0)
    RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT l.id FROM offers_seat s
    LEFT JOIN customers_team t ON t.id = s.team_id
    CROSS JOIN LATERAL limits_of(s.user_id, s.grade, s.team_id, t.site_id, p_currency, p_tier, p_tenure) WITH ORDINALITY l
    WHERE s.user_id = p_user AND s.is_active AND l.family IN ('', p_family)
    ORDER BY l.ordinality LIMIT 1
$$;

-- The same for one call: tier by the bill the call began with, tenure by the site's date.
CREATE FUNCTION limit_on_call(p_call bigint, p_user bigint, p_family text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT limit_in_force(p_user, u.currency, p_family, value_tier(12 * k.monthly_bill_minor),
        coalesce(whole_months(u.customer_since, (desk_now() AT TIME ZONE s.time_zone)::date), 0))
    FROM customers_call k JOIN customers_customer u ON u.id = k.customer_id JOIN customers_site s ON s.id = k.site_id
    WHERE k.id = p_call
$$;

-- Whose authority a person decides with: somebody's who is away and has delegated more than the person has, else their own.
CREATE FUNCTION authority_of(p_user bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT d.of_id FROM offers_delegation d
        JOIN offers_seat o ON o.user_id = d.of_id AND o.is_active
        JOIN offers_seat s ON s.user_id = d.to_id AND s.is_active
        WHERE d.to_id = p_user AND d.ended_at IS NULL AND d.starts_at <= desk_now() AND d.ends_at > desk_now()
          AND grade_rank(o.grade) > grade_rank(s.grade)
        ORDER BY grade_rank(o.grade) DESC, d.id LIMIT 1), p_user)
$$;

-- How somebody on the desk and a customer know each other: OWN_LINE is this person's, STAFF_LINE a colleague's.
CREATE FUNCTION conflict_of(p_user bigint, p_customer bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM offers_ownline o WHERE o.customer_id = c.id AND o.user_id = p_user AND o.ended_at IS NULL) THEN 'OWN_LINE'
        WHEN c.staff_line OR EXISTS (SELECT FROM offers_ownline o WHERE o.customer_id = c.id AND o.ended_at IS NULL) THEN 'STAFF_LINE'
        WHEN c.street <> '' AND EXISTS (
            SELECT FROM offers_ownline o JOIN customers_customer x ON x.id = o.customer_id
            WHERE o.ended_at IS NULL AND lower(x.street) = lower(c.street) AND x.postcode = c.postcode) THEN 'SAME_ADDRESS'
        WHEN c.family_key <> '' AND c.given_key <> '' AND EXISTS (
            SELECT FROM people_user u JOIN offers_seat s ON s.user_id = u.id AND s.is_active
            WHERE desk_fold(u.last_name) = c.family_key AND desk_fold(u.first_name) = c.given_key) THEN 'SAME_NAME'
        ELSE ''
    END
    FROM customers_customer c WHERE c.id = p_customer
$$;
CREATE INDEX person_by_name ON people_user (desk_fold(last_name), desk_fold(first_name));

-- ── More than before needs a second person and an hour ───────────────────────────────────────────────────────

-- Whether `a` allows anything that `b` does not. Totals of a day, week, month and call are looked at where both may have them.
CREATE FUNCTION limit_exceeds(a offers_limitversion, b offers_limitversion) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT a.max_percent > b.max_percent OR a.max_months > b.max_months OR a.max_monthly_minor > b.max_monthly_minor
        OR a.max_credit_minor > b.max_credit_minor OR a.max_fee_minor > b.max_fee_minor OR a.max_cost_minor > b.max_cost_minor
        OR NOT a.kinds <@ b.kinds OR (a.mode = 'PACING' AND b.mode = 'HARD')
        OR ((a.family, a.tier, a.tenure_from_months) = (b.family, b.tier, b.tenure_from_months) AND (
            coalesce(a.call_count, 2147483647) > coalesce(b.call_count, 2147483647)
            OR coalesce(a.day_count, 2147483647) > coalesce(b.day_count, 2147483647)
            OR coalesce(a.week_count, 2147483647) > coalesce(b.week_count, 2147483647)
            OR coalesce(a.month_count, 2147483647) > coalesce(b.month_count, 2147483647)
            OR coalesce(a.call_cost_minor, 9223372036854775807) > coalesce(b.call_cost_minor, 9223372036854775807)
            OR coalesce(a.day_cost_minor, 9223372036854775807) > coalesce(b.day_cost_minor, 9223372036854775807)
            OR coalesce(a.week_cost_minor, 9223372036854775807) > coalesce(b.week_cost_minor, 9223372036854775807)
            OR coalesce(a.month_cost_minor, 9223372036854775807) > coalesce(b.month_cost_minor, 9223372036854775807)))
$$;

-- Whether a new version gives its scope more than it has: than its last version, else than the wider limit that holds
-- meanwhile. To end a narrower limit counts as more.
CREATE FUNCTION limit_raises(v offers_limitversion) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE v_last offers_limitversion; v_wider offers_limitversion; v_seat record; v_any boolean := false;
BEGIN
    SELECT * INTO v_last FROM offers_limitversion l
    WHERE (l.grade, l.team_id, l.user_id, l.family, l.tier, l.tenure_from_months, l.storm_id, l.currency)
        IS NOT DISTINCT FROM (v.grade, v.team_id, v.user_id, v.family, v.tier, v.tenure_from_months, v.storm_id, v.currency)
      AND l.valid_from <= desk_now()
    ORDER BY l.valid_from DESC, l.id DESC LIMIT 1;
    IF FOUND AND NOT v_last.ends THEN RETURN v.ends OR limit_exceeds(v, v_last); END IF;
    IF v.ends THEN RETURN false; END IF;
    IF v.grade <> '' THEN
        SELECT * INTO v_wider FROM limits_of(NULL, v.grade, NULL, NULL, v.currency, v.tier, v.tenure_from_months) l
        WHERE l.family IN ('', v.family) LIMIT 1;
        RETURN v_wider.id IS NULL OR limit_exceeds(v, v_wider);
    END IF;
    FOR v_seat IN SELECT s.user_id FROM offers_seat s WHERE s.is_active AND (s.user_id = v.user_id OR s.team_id = v.team_id) LOOP
        SELECT * INTO v_wider FROM offers_limitversion
        WHERE id = limit_in_force(v_seat.user_id, v.currency, v.family, v.tier, v.tenure_from_months);
        IF NOT FOUND OR limit_exceeds(v, v_wider) THEN RETURN true; END IF;
        v_any := true;
    END LOOP;
    RETURN NOT v_any;
END
$$;

-- Until the first offer was made the desk is being set up, and one person may write its first limits.
CREATE FUNCTION guard_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.raises := EXISTS (SELECT FROM offers_hold) AND limit_raises(NEW);
    IF NOT NEW.raises THEN RETURN NEW; END IF;
    IF NEW.storm_id IS NOT NULL THEN
        IF NOT EXISTS (SELECT FROM offers_stormreserve r WHERE r.id = NEW.storm_id AND r.countersigned_by_id IS NULL AND r.retired_at IS NULL) THEN
            PERFORM refuse('STORM_SIGNED');
        END IF;
        RETURN NEW; -- in force only while a storm lasts, and that only once two have signed
    END IF;
    IF NOT EXISTS (SELECT FROM offers_limitraise r WHERE r.id = NEW.raised_by_id AND r.state = 'CONFIRMED'
                   AND r.asked_by_id = NEW.recorded_by_id AND r.decided_by_id = NEW.confirmed_by_id AND to_jsonb(NEW) @> r.figures) THEN
        PERFORM refuse('RAISE_NEEDS_SECOND');
    END IF;
    NEW.valid_from := greatest(NEW.valid_from, desk_now() + interval '1 hour');
    RETURN NEW;
END
$$;
CREATE TRIGGER guards_raises BEFORE INSERT ON offers_limitversion FOR EACH ROW EXECUTE FUNCTION guard_limit();

CREATE FUNCTION guard_raise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.asked_at := desk_now();
        IF NEW.state <> 'OPEN' THEN PERFORM refuse('RAISE_NEEDS_SECOND'); END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'OPEN' THEN PERFORM refuse('ALREADY_RESOLVED', jsonb_build_object('state', OLD.state)); END IF;
    IF (NEW.id, NEW.figures, NEW.asked_by_id, NEW.asked_at, NEW.why)
       IS DISTINCT FROM (OLD.id, OLD.figures, OLD.asked_by_id, OLD.asked_at, OLD.why) THEN
        RAISE EXCEPTION 'raise % keeps its figures', OLD.id USING ERRCODE = 'RD010';
    END IF;
    -- Nobody confirms more for themselves, or what they have asked for.
    IF NEW.state = 'CONFIRMED' AND NEW.decided_by_id = (OLD.figures ->> 'user_id')::bigint THEN PERFORM refuse('OWN_LIMIT'); END IF;
    IF NEW.state <> 'OPEN' THEN NEW.decided_at := desk_now(); END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER decided_once BEFORE INSERT OR UPDATE ON offers_limitraise FOR EACH ROW EXECUTE FUNCTION guard_raise();

CREATE FUNCTION guard_delegation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.recorded_at := desk_now();
        IF NEW.ended_at IS NOT NULL OR NEW.ends_at > NEW.starts_at + interval '31 days'
           OR NOT EXISTS (SELECT FROM offers_seat WHERE user_id = NEW.of_id AND is_active AND grade IN ('SUPERVISOR', 'MANAGER'))
           OR NOT EXISTS (SELECT FROM offers_seat WHERE user_id = NEW.to_id AND is_active AND grade_rank(grade) >= grade_rank('SENIOR')) THEN
            PERFORM refuse('NOT_DELEGABLE');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - ARRAY['ended_at', 'ended_by_id'] <> to_jsonb(OLD) - ARRAY['ended_at', 'ended_by_id'] THEN
        RAISE EXCEPTION 'delegation % keeps what it says', OLD.id USING ERRCODE = 'RD010';
    END IF;
    IF NEW.ended_by_id IS NOT NULL THEN NEW.ended_at := desk_now(); END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keeps_what_it_says BEFORE INSERT OR UPDATE ON offers_delegation FOR EACH ROW EXECUTE FUNCTION guard_delegation();

CREATE FUNCTION guard_reserve() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.signed_at := desk_now();
        IF NEW.countersigned_by_id IS NOT NULL OR NEW.retired_at IS NOT NULL THEN PERFORM refuse('RAISE_NEEDS_SECOND'); END IF;
        RETURN NEW;
    END IF;
    IF OLD.retired_at IS NOT NULL OR (OLD.countersigned_by_id IS NOT NULL AND NEW.countersigned_by_id IS DISTINCT FROM OLD.countersigned_by_id)
       OR to_jsonb(NEW) - ARRAY['countersigned_by_id', 'countersigned_at', 'retired_at']
          <> to_jsonb(OLD) - ARRAY['countersigned_by_id', 'countersigned_at', 'retired_at'] THEN
        RAISE EXCEPTION 'reserve % keeps what was signed', OLD.id USING ERRCODE = 'RD010';
    END IF;
    IF NEW.countersigned_by_id IS DISTINCT FROM OLD.countersigned_by_id THEN NEW.countersigned_at := desk_now(); END IF;
    IF NEW.retired_at IS DISTINCT FROM OLD.retired_at THEN NEW.retired_at := desk_now(); END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keeps_what_was_signed BEFORE INSERT OR UPDATE ON offers_stormreserve FOR EACH ROW EXECUTE FUNCTION guard_reserve();

CREATE FUNCTION guard_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['used_at', 'withdrawn_at'] <> to_jsonb(OLD) - ARRAY['used_at', 'withdrawn_at']
       OR OLD.used_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'grant % is used once and keeps its terms', OLD.id USING ERRCODE = 'RD010';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER used_once BEFORE UPDATE ON offers_grant FOR EACH ROW EXECUTE FUNCTION guard_grant();

CREATE FUNCTION guard_own_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - 'ended_at' <> to_jsonb(OLD) - 'ended_at' THEN
        RAISE EXCEPTION 'own line % keeps what it says', OLD.id USING ERRCODE = 'RD010';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keeps_what_it_says BEFORE UPDATE ON offers_ownline FOR EACH ROW EXECUTE FUNCTION guard_own_line();

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['offers_limitraise', 'offers_delegation', 'offers_stormreserve', 'offers_storm', 'offers_grant',
        'offers_approvaldraw', 'offers_ownline']
    LOOP
        EXECUTE format('CREATE TRIGGER never_deleted BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END
$$;

GRANT SELECT ON offers_limitraise, offers_delegation, offers_stormreserve, offers_storm, offers_grant, offers_approvaldraw, offers_ownline
    TO retention_desk_app;
GRANT INSERT, UPDATE ON offers_limitraise, offers_delegation, offers_stormreserve, offers_ownline TO retention_desk_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO retention_desk_app;
