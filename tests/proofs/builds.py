"""Builds of the ledger that are broken on purpose, one wall each, and which proof has to notice."""

from dataclasses import dataclass
from typing import Literal

import psycopg

Proof = Literal["machine", "race"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One function of the database, with a piece of it replaced; refused where the piece is not there."""

    function: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Build:
    """One broken build: what it lacks, how it is made so, and the proof that catches it."""

    name: str
    proof: Proof
    edits: tuple[Edit, ...] = ()
    statements: tuple[str, ...] = ()


_NO_CHECK = "ALTER TABLE offers_budgetcounter DROP CONSTRAINT budget_never_overdrawn"
# What looks careful: read, compare, then write, with nothing held in between.
_UNLOCKED = Edit("ledger_take", "ORDER BY t.nth FOR UPDATE OF c", "ORDER BY t.nth")

BUILDS = (
    Build("no lock and no CHECK on the counter", "race", (_UNLOCKED,), (_NO_CHECK,)),
    Build(
        "a SUM of the entries instead of the counter",
        "race",
        (
            _UNLOCKED,
            Edit(
                "ledger_take",
                "c.ceiling_minor - c.held_minor - c.spent_minor AS free,\n"
                "               c.most - c.held_count - c.spent_count AS more",
                "c.ceiling_minor - (SELECT coalesce(sum(held_minor + spent_minor), 0) FROM offers_ledgerentry e"
                " WHERE e.counter_id = c.id) AS free, NULL::int AS more",
            ),
        ),
        (_NO_CHECK,),
    ),
    Build(
        "one path that does not look at its budget",
        "machine",
        (
            Edit(
                "ledger_take",
                "IF v_c.free < v_c.amount OR (v_c.frozen AND v_c.amount > 0) THEN",
                "IF p_codes[v_c.place] <> 'BUDGET_APPROVER' AND (v_c.free < v_c.amount OR v_c.frozen) THEN",
            ),
        ),
        (_NO_CHECK,),
    ),
    Build(
        "no memory of keys",
        "machine",
        (Edit("key_claim", "IF NOT FOUND THEN RETURN NULL; END IF;", "RETURN NULL;"),),
        (
            "ALTER TABLE customers_usedkey DROP CONSTRAINT customers_usedkey_pkey CASCADE",
            "ALTER TABLE offers_proposal DROP CONSTRAINT offers_proposal_key_key",
        ),
    ),
    Build(
        "billing told after the commit, not by the outbox",
        "machine",
        (Edit("settle_proposal", "INSERT INTO customers_outboxmessage", "INSERT INTO broken_outbox"),),
        ("CREATE TABLE broken_outbox (LIKE customers_outboxmessage INCLUDING ALL)",),
    ),
    Build(
        "posting without a look at the clock",
        "machine",
        (
            Edit(
                "ledger_end",
                "IF v_is_post AND v_hold.expires_at <= desk_now() THEN PERFORM refuse('HOLD_EXPIRED'); END IF;",
                "",
            ),
            Edit("guard_hold", "IF NEW.ended_as = 'POSTED' AND OLD.expires_at <= desk_now() THEN", "IF false THEN"),
        ),
    ),
    Build(
        "everybody answers their own question",
        "machine",
        (
            Edit(
                "decide_approval", "IF v_r.asked_by_id IN (v_by, v_as) THEN PERFORM refuse('OWN_PROPOSAL'); END IF;", ""
            ),
            Edit(
                "decide_approval",
                "IF v_r.drawn_to_id IS DISTINCT FROM v_by THEN PERFORM refuse('NOT_DRAWN'); END IF;",
                "",
            ),
            Edit("decide_approval", "grade IN ('SUPERVISOR', 'MANAGER'))", "grade <> '')"),
        ),
        (
            "ALTER TABLE offers_approvalrequest DROP CONSTRAINT nobody_decides_their_own",
            "ALTER TABLE offers_grant DROP CONSTRAINT nobody_grants_to_themselves",
        ),
    ),
    Build(
        "an act without its audit",
        "machine",
        (
            Edit(
                "ask_approval",
                "PERFORM audit_append(v_agent, p ->> 'role', 'ASK',",
                "PERFORM concat(v_agent, p ->> 'role', 'ASK',",
            ),
        ),
    ),
    Build(
        "a limit that somebody remembers",
        "machine",
        (
            Edit(
                "authorise_proposal",
                "IF v_limit.id IS DISTINCT FROM (p ->> 'limit_version_id')::bigint"
                " THEN PERFORM refuse('STALE_LIMIT'); END IF;",
                "SELECT * INTO v_limit FROM offers_limitversion WHERE id = (p ->> 'limit_version_id')::bigint;",
            ),
        ),
    ),
    Build(
        "a clock of the application's",
        "machine",
        (
            Edit("expire_next", "desk_now()", "(desk_now() - interval '1 hour')"),
            Edit("decide_approval", "v_r.due_at <= desk_now()", "v_r.due_at <= desk_now() - interval '1 hour'"),
        ),
    ),
    Build(
        "a hold that ends on its first budget only",
        "machine",
        (Edit("ledger_end", "ORDER BY l.id;", "ORDER BY l.id LIMIT 1;"),),
    ),
    Build(
        "what was not posted stays held",
        "machine",
        (
            Edit(
                "ledger_end",
                "v_hold.id, -l.held_minor,",
                "v_hold.id, CASE WHEN v_is_post THEN -least(l.held_minor, p_posted) ELSE -l.held_minor END,",
            ),
        ),
    ),
    Build(
        "a counter that may be more",
        "machine",
        (Edit("decide_approval", "PERFORM refuse('COUNTER_NOT_LESS');", "NULL;"),),
    ),
    Build(
        "no campaign asked",
        "machine",
        (
            Edit(
                "ledger_hold",
                "IF v_line.allotment_minor IS NOT NULL THEN",
                "CONTINUE WHEN v_line.kind = 'CAMPAIGN';\n        IF v_line.allotment_minor IS NOT NULL THEN",
            ),
        ),
    ),
    Build(
        "offers close and the money stays held", "machine", (), ("DROP TRIGGER releases_proposals ON customers_call",)
    ),
    Build(
        "a call that was cut off and holds its money as long as before",
        "machine",
        (Edit("release_call", "least(expires_at, NEW.dropped_at + interval '10 minutes')", "expires_at"),),
    ),
    Build(
        "a limit raised by one person",
        "machine",
        (),
        (
            "DROP TRIGGER guards_raises ON offers_limitversion",
            "ALTER TABLE offers_limitversion DROP CONSTRAINT raise_has_second_person",
        ),
    ),
    Build(
        "a lowered budget that gives on",
        "machine",
        (
            Edit("budget_fit", "frozen = p_amount < v_used", "frozen = false"),
            Edit("budget_fit", "v_left := greatest(p_amount - v_used, 0);", "v_left := abs(p_amount - v_used);"),
            Edit("budget_fit", "limit_minor = greatest(limit_minor, p_amount, v_used)", "limit_minor = 1000000000"),
            Edit("budget_fit", "SET limit_minor = greatest(p_amount, v_used)", "SET limit_minor = limit_minor"),
        ),
    ),
)


def break_it(build: Build, owner: psycopg.Connection[tuple[object, ...]]) -> None:
    """Make the database what that build has. It is not mended again: use one that is thrown away."""
    for edit in build.edits:
        row = owner.execute(
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s", [edit.function]
        ).fetchone()
        if row is None or edit.was not in str(row[0]):
            raise LookupError(f"{build.name}: {edit.function} has no such piece: {edit.was}")
        owner.execute(str(row[0]).replace(edit.was, edit.becomes).encode())
    for statement in build.statements:
        owner.execute(statement.encode())
