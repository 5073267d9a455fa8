"""The audit of the demo's year, chained in the database by its own canonical form, as `audit_append` would have."""

from django.db.backends.utils import CursorWrapper

from retention_desk.demo.book import AUDIT_STAGE

MAKE_STAGE = f"""
CREATE TEMP TABLE {AUDIT_STAGE} (
    id bigint, recorded_at timestamptz, actor_id bigint, actor_role text, act text, object_kind text, object_id bigint,
    customer_id bigint, call_id bigint, limit_version_id bigint, before jsonb, after jsonb, reason text, key uuid
) ON COMMIT DROP
"""

# Each hash covers the one before it; an aggregate over a window keeps it from row to row.
_CHAIN = (
    """CREATE FUNCTION pg_temp.chain_step(before bytea, canonical bytea) RETURNS bytea
       LANGUAGE sql IMMUTABLE AS 'SELECT sha256($1 || $2)'""",
    "CREATE AGGREGATE pg_temp.chained(bytea) (SFUNC = pg_temp.chain_step, STYPE = bytea, INITCOND = '')",
    f"""
INSERT INTO customers_auditevent (id, shard, seq, recorded_at, actor_id, actor_role, act, object_kind, object_id,
    customer_id, call_id, limit_version_id, before, after, reason, key, prev_hash, hash)
SELECT number, shard, seq, recorded_at, actor_id, actor_role, act, object_kind, object_id, customer_id, call_id,
    limit_version_id, before, after, reason, key,
    coalesce(lag(hash) OVER (PARTITION BY shard ORDER BY seq), ''), hash
FROM (
    SELECT numbered.*, pg_temp.chained(audit_canonical(shard, seq, recorded_at, actor_id, actor_role, act, object_kind,
               object_id, customer_id, call_id, limit_version_id, before, after, reason, key))
           OVER (PARTITION BY shard ORDER BY seq) AS hash
    FROM (
        SELECT staged.*, coalesce(actor_id, 0) AS shard,
               row_number() OVER (PARTITION BY coalesce(actor_id, 0) ORDER BY recorded_at, id) AS seq,
               row_number() OVER (ORDER BY recorded_at, id) AS number
        FROM {AUDIT_STAGE} staged
    ) numbered
) chained
""",  # noqa: S608 (the table's name is ours)
    """INSERT INTO customers_audithead (shard, seq, hash)
       SELECT DISTINCT ON (shard) shard, seq, hash FROM customers_auditevent ORDER BY shard, seq DESC""",
    "DROP AGGREGATE pg_temp.chained(bytea)",
    "DROP FUNCTION pg_temp.chain_step(bytea, bytea)",
)


def chain(cursor: CursorWrapper) -> None:
    """Move the staged events into the audit, chained by actor in the order of their times, and set the heads."""
    for statement in _CHAIN:
        cursor.execute(statement)
