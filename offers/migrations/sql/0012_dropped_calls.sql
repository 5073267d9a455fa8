-- Money of a call that was cut off: what was approved or presented stays held while its agent may still go on with the call,
-- ten minutes at the most and never longer than it was held anyway. Nobody is asked about it meanwhile.

CREATE OR REPLACE FUNCTION guard_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_as <> '' THEN
        RAISE EXCEPTION 'hold % has ended', OLD.id USING ERRCODE = 'RD101';
    END IF;
    IF NEW.ended_as = 'POSTED' AND OLD.expires_at <= desk_now() THEN
        RAISE EXCEPTION 'hold % has expired', OLD.id USING ERRCODE = 'RD101';
    END IF;
    -- It may run out sooner, never later.
    IF (NEW.proposal_id, NEW.amount_minor, NEW.currency, NEW.opened_at)
       IS DISTINCT FROM (OLD.proposal_id, OLD.amount_minor, OLD.currency, OLD.opened_at) OR NEW.expires_at > OLD.expires_at THEN
        RAISE EXCEPTION 'hold % keeps its terms', OLD.id USING ERRCODE = 'RD010';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION release_call() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_call bigint; v_let_go text[] := '{AWAITING,AUTHORISED,PRESENTED}';
BEGIN
    IF TG_TABLE_NAME = 'customers_call' THEN
        v_call := NEW.id;
        IF NEW.state = 'WRAP_UP' AND NEW.dropped_at IS NOT NULL AND NEW.offers_closed_at IS NULL THEN
            v_let_go := '{AWAITING}';
            UPDATE offers_hold SET expires_at = least(expires_at, NEW.dropped_at + interval '10 minutes')
            WHERE ended_as = '' AND proposal_id IN (SELECT id FROM offers_proposal WHERE call_id = v_call AND state IN ('AUTHORISED', 'PRESENTED'));
        END IF;
    ELSE
        v_call := NEW.call_id;
    END IF;
    PERFORM lapse_proposals(ARRAY(SELECT id FROM offers_proposal WHERE call_id = v_call AND state = ANY (v_let_go)), 'VOIDED');
    RETURN NULL;
END
$$;

-- No budget stays held for a call on which nothing can be accepted any more, whichever way it got there: it ended by its
-- agent or its silence, was cut off and then given its disposition, or offers closed. A hold that has run out lets go by itself.
DROP TRIGGER releases_proposals ON customers_call;
CREATE TRIGGER releases_proposals AFTER UPDATE ON customers_call FOR EACH ROW
    WHEN ((OLD.state = 'OPEN' AND NEW.state <> 'OPEN')
          OR (OLD.state = 'WRAP_UP' AND NEW.state = 'CLOSED' AND OLD.dropped_at IS NOT NULL)
          OR (OLD.offers_closed_at IS NULL AND NEW.offers_closed_at IS NOT NULL))
    EXECUTE FUNCTION release_call();
