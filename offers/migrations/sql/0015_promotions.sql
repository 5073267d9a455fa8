-- More for one person by a higher grade, or by another team, needs a second person and an hour, as a raised limit does.

-- Whether a place (grade and team) gives more than another: a higher grade, or for any case a limit that allows what the
-- other does not. Storms are left out: their limits were signed by two.
CREATE FUNCTION place_exceeds(p_user bigint, p_grade text, p_team bigint, p_from_grade text, p_from_team bigint) RETURNS boolean
    LANGUAGE sql STABLE AS $$
    SELECT grade_rank(p_grade) > grade_rank(p_from_grade) OR EXISTS (
        SELECT FROM (SELECT DISTINCT currency, family, tier, tenure_from_months FROM offers_limitversion WHERE storm_id IS NULL) c
        CROSS JOIN LATERAL (
            SELECT l FROM limits_of(p_user, p_grade, p_team, NULL, c.currency, c.tier, c.tenure_from_months) l
            WHERE l.family IN ('', c.family) LIMIT 1) wanted (place)
        LEFT JOIN LATERAL (
            SELECT l FROM limits_of(p_user, p_from_grade, p_from_team, NULL, c.currency, c.tier, c.tenure_from_months) l
            WHERE l.family IN ('', c.family) LIMIT 1) had (place) ON true
        WHERE (had.place).id IS NULL OR limit_exceeds(wanted.place, had.place))
$$;

-- A promotion keeps what was asked for; a second person's yes begins to hold an hour later, and until then is taken back.
CREATE FUNCTION guard_promotion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.asked_at := desk_now();
        IF NEW.state <> 'OPEN' THEN PERFORM refuse('RAISE_NEEDS_SECOND'); END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.user_id, NEW.from_grade, NEW.from_team_id, NEW.grade, NEW.team_id, NEW.asked_by_id, NEW.asked_at, NEW.why)
       IS DISTINCT FROM (OLD.id, OLD.user_id, OLD.from_grade, OLD.from_team_id, OLD.grade, OLD.team_id, OLD.asked_by_id, OLD.asked_at, OLD.why) THEN
        RAISE EXCEPTION 'promotion % keeps what was asked for', OLD.id USING ERRCODE = 'RD010';
    END IF;
    IF OLD.state = 'OPEN' AND NEW.state IN ('CONFIRMED', 'REFUSED', 'WITHDRAWN') THEN
        NEW.decided_at := desk_now();
        NEW.begins_at := CASE WHEN NEW.state = 'CONFIRMED' THEN NEW.decided_at + interval '1 hour' END;
        NEW.ended_at := NULL;
    ELSIF OLD.state = 'CONFIRMED' AND NEW.state IN ('DONE', 'TAKEN_BACK')
          AND (NEW.decided_by_id, NEW.decided_at, NEW.begins_at) IS NOT DISTINCT FROM (OLD.decided_by_id, OLD.decided_at, OLD.begins_at) THEN
        IF NEW.state = 'DONE' AND OLD.begins_at > desk_now() THEN PERFORM refuse('RAISE_NEEDS_SECOND'); END IF;
        NEW.ended_at := desk_now();
    ELSE
        PERFORM refuse('ALREADY_RESOLVED', jsonb_build_object('state', OLD.state));
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER decided_once BEFORE INSERT OR UPDATE ON offers_promotion FOR EACH ROW EXECUTE FUNCTION guard_promotion();
CREATE TRIGGER never_deleted BEFORE DELETE ON offers_promotion FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON offers_promotion FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A seat is one person's for ever, and gives more only by a promotion whose hour is over; that is used up by it. Until the
-- first offer was made the desk is being set up.
CREATE FUNCTION guard_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.user_id <> OLD.user_id THEN RAISE EXCEPTION 'seat % keeps its person', OLD.id USING ERRCODE = 'RD010'; END IF;
    IF NOT EXISTS (SELECT FROM offers_hold) OR NOT place_exceeds(OLD.user_id, NEW.grade, NEW.team_id, OLD.grade, OLD.team_id) THEN
        RETURN NEW;
    END IF;
    UPDATE offers_promotion SET state = 'DONE'
    WHERE user_id = OLD.user_id AND state = 'CONFIRMED' AND begins_at <= desk_now()
      AND (from_grade, from_team_id, grade, team_id) IS NOT DISTINCT FROM (OLD.grade, OLD.team_id, NEW.grade, NEW.team_id);
    IF NOT FOUND THEN PERFORM refuse('RAISE_NEEDS_SECOND'); END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER gives_no_more BEFORE UPDATE ON offers_seat FOR EACH ROW
    WHEN ((NEW.user_id, NEW.grade, NEW.team_id) IS DISTINCT FROM (OLD.user_id, OLD.grade, OLD.team_id)) EXECUTE FUNCTION guard_seat();

GRANT SELECT, INSERT, UPDATE ON offers_promotion TO retention_desk_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO retention_desk_app;
