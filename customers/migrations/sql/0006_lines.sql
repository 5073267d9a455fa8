-- A line's customer and product are looked for once a statement, not once a line: a file brings in two million lines, and
-- a foreign key asks twice for each. The promise is the same: no line without its customer and its product, ever.

-- Whoever inserts: all new lines at once. Planned anew each time, because one line wants an index and a million a hash.
CREATE FUNCTION line_has_its_rows() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE missing text;
BEGIN
    EXECUTE $query$
        SELECT coalesce(
            (SELECT 'customer ' || min(f.customer_id) FROM fresh f
             WHERE NOT EXISTS (SELECT FROM customers_customer c WHERE c.id = f.customer_id)),
            (SELECT 'product ' || min(f.product_id) FROM fresh f
             WHERE NOT EXISTS (SELECT FROM customers_product p WHERE p.id = f.product_id)))
    $query$ INTO missing;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'a line without its %', missing USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER has_its_rows AFTER INSERT ON customers_subscription REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION line_has_its_rows();

-- Whoever changes: hardly ever, and then line by line.
CREATE FUNCTION line_keeps_its_rows() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM customers_customer WHERE id = NEW.customer_id)
        OR NOT EXISTS (SELECT FROM customers_product WHERE id = NEW.product_id) THEN
        RAISE EXCEPTION 'a line without its customer % or product %', NEW.customer_id, NEW.product_id
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER keeps_its_rows AFTER UPDATE OF customer_id, product_id ON customers_subscription FOR EACH ROW
    WHEN ((NEW.customer_id, NEW.product_id) IS DISTINCT FROM (OLD.customer_id, OLD.product_id))
    EXECUTE FUNCTION line_keeps_its_rows();

-- Whoever deletes what lines stand on (the owner; nobody else may) waits until nobody adds lines, and keeps everybody
-- from it until the end: so neither of two can miss the other.
CREATE FUNCTION line_stands_on_it() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE stands boolean;
BEGIN
    LOCK TABLE customers_subscription IN SHARE MODE;
    IF TG_OP = 'TRUNCATE' THEN
        stands := EXISTS (SELECT FROM customers_subscription);
    ELSIF TG_TABLE_NAME = 'customers_product' THEN
        stands := EXISTS (SELECT FROM customers_subscription WHERE product_id = OLD.id);
    ELSE
        stands := EXISTS (SELECT FROM customers_subscription WHERE customer_id = OLD.id);
    END IF;
    IF stands THEN
        RAISE EXCEPTION '% has lines: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER not_under_lines BEFORE DELETE ON customers_customer
    FOR EACH ROW EXECUTE FUNCTION line_stands_on_it();
CREATE TRIGGER keeps_its_id BEFORE UPDATE OF id ON customers_customer
    FOR EACH ROW WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION line_stands_on_it();
CREATE TRIGGER not_under_lines BEFORE DELETE ON customers_product
    FOR EACH ROW EXECUTE FUNCTION line_stands_on_it();
CREATE TRIGGER keeps_its_id BEFORE UPDATE OF id ON customers_product
    FOR EACH ROW WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION line_stands_on_it();
CREATE TRIGGER not_truncated_under_lines BEFORE TRUNCATE ON customers_customer
    FOR EACH STATEMENT EXECUTE FUNCTION line_stands_on_it();
CREATE TRIGGER not_truncated_under_lines BEFORE TRUNCATE ON customers_product
    FOR EACH STATEMENT EXECUTE FUNCTION line_stands_on_it();
