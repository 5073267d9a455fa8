-- What one customer may be given in twelve months is worked out here, not believed.

-- The scheme's percent of the annual bill by its tier, more for those who have been here long, less what the last year's
-- concessions came to: what `offers.scheme.customer_year_cap` works out. 0 in a currency that is not the customer's.
CREATE FUNCTION customer_ceiling(p_customer bigint, p_currency text, p_on date) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT greatest(0, cap.minor
        + CASE WHEN coalesce(whole_months(u.customer_since, p_on), 0) > v.long_tenure_months
               THEN (cap.minor * v.long_tenure_extra_percent + 50) / 100 ELSE 0 END
        - (SELECT coalesce(sum(n.cost_minor), 0) FROM offers_concession n WHERE n.customer_id = u.id AND n.starts_on > p_on - 365))::bigint
    FROM customers_customer u
    CROSS JOIN LATERAL (SELECT * FROM offers_schemeversion s WHERE s.valid_from <= desk_now() ORDER BY s.valid_from DESC LIMIT 1) v
    CROSS JOIN LATERAL (SELECT (12 * coalesce(sum(l.price_minor), 0))::bigint AS minor FROM customers_subscription l
                        WHERE l.customer_id = u.id AND l.state <> 'ENDED') year
    CROSS JOIN LATERAL (
        -- Half up, as everywhere: these are whole and never negative.
        SELECT (year.minor * v.customer_year_percents[array_position(ARRAY['LOW', 'MID', 'HIGH'], value_tier(year.minor))]
                + 50) / 100 AS minor) cap
    WHERE u.id = p_customer AND u.currency = p_currency
$$;

-- Whoever serves opens no larger account than that, and nobody enlarges one afterwards; the owner copies histories in.
-- The bill can have changed since it was read: that is a reason to look again.
CREATE FUNCTION guard_customer_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' THEN PERFORM refuse('BOUNDS'); END IF;
    IF NEW.limit_minor > coalesce(customer_ceiling(NEW.owner_id, NEW.currency, NEW.starts_on), 0) THEN PERFORM refuse('STALE_LIMIT'); END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER within_customer_ceiling BEFORE INSERT ON offers_budgetaccount FOR EACH ROW WHEN (NEW.kind = 'CUSTOMER')
    EXECUTE FUNCTION guard_customer_account();
CREATE TRIGGER customer_ceiling_stands BEFORE UPDATE ON offers_budgetaccount FOR EACH ROW
    WHEN (NEW.kind = 'CUSTOMER' AND (NEW.limit_minor > OLD.limit_minor OR NEW.target_minor > OLD.target_minor))
    EXECUTE FUNCTION guard_customer_account();
