"""What the database's clients do: one act of each design, as statements that pgbench and the driver of ours both read.

A statement names its values `:name`; `n` is the number of the act. Those of an act run on one connection.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.backends.utils import CursorWrapper

from offers.models import OfferVersion
from retention_desk.bench.authority.ground import HOT, SPREAD, Ground
from retention_desk.bench.authority.rows import insert_like


@dataclass(frozen=True, slots=True)
class Statement:
    """One round trip. `keeps`: its answer is kept under the names of its columns."""

    text: str
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """One act. `as_owner`: as the role that owns the tables, because the one that serves may not write them.

    `offsets` are further values: each is its number plus `n`. `k` is a number that no other act has.
    """

    statements: tuple[Statement, ...]
    offsets: Mapping[str, int] = field(default_factory=dict)
    as_owner: bool = False

    @property
    def round_trips(self) -> int:
        """How often the client waits for the server."""
        return len(self.statements)

    def for_pgbench(self, *, per_client: int, first: int) -> str:
        """The script as pgbench reads it; a client's acts follow one another from `first + client * per_client`."""
        lines = [
            f"\\set n :done + :client_id * {per_client} + {first}",
            "\\set done :done + 1",
            "\\set k random(1, 9000000000000000000)",
            *(f"\\set {name} :n + {offset}" for name, offset in self.offsets.items()),
            *(f"{one.text}{' ' + chr(92) + 'gset' if one.keeps else ';'}" for one in self.statements),
        ]
        return "\n".join(lines) + "\n"


# The least that anything durable can cost.
FLOOR = Script((Statement("INSERT INTO bench_floor (a, b, c) VALUES (:n, :n, :n)"),), as_owner=True)
AUTHORISE = Script((Statement("SELECT authorise_proposal(body) FROM bench_work WHERE n = :n"),))
# The least that what an authorisation leaves can cost: the same rows, by one function that asks no question.
ROWS = Script((Statement("SELECT bench_rows(body) FROM bench_work WHERE n = :n"),), as_owner=True)
APPROVE = Script((Statement("SELECT decide_approval(body) FROM bench_work WHERE n = :n"),))

_AFTER = json.dumps({"cost_minor": 9_600, "percent": 20, "months": 6, "state": "PRESENTED"})


def prepare(cursor: CursorWrapper) -> None:
    """The tables of the benchmark's own."""
    cursor.execute(
        """CREATE TABLE bench_floor (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a bigint, b bigint, c bigint);
           CREATE TABLE bench_work (n integer PRIMARY KEY, body jsonb NOT NULL);
           CREATE TABLE bench_facts (name text PRIMARY KEY, facts jsonb NOT NULL);
           GRANT SELECT ON bench_work, bench_facts TO retention_desk_app"""
    )


@dataclass(frozen=True, slots=True)
class Inserts:
    """INSERTs of what presenting an offer leaves beside its entries; values carry a prefix (`:call`, `v_call`)."""

    proposal: str
    hold: str
    event: str
    key: str


def _inserts(cursor: CursorWrapper, proposal: int, *, version: object, prefix: str, key: str) -> Inserts:
    """Rows like those that this presented proposal has left."""
    hold, _entry, event = _rows_of(cursor, proposal)
    at = "clock_timestamp()"
    proposed = {
        "key": key, "created_at": at, "presented_at": at, "state": "'PRESENTED'", "ended_at": "NULL",
        "offer_version_id": str(version),
        **{f"{name}_id": f"{prefix}{name}" for name in ("call", "customer", "agent", "team")},
    }  # fmt: skip
    held = {"proposal_id": f"{prefix}proposal", "opened_at": at, "expires_at": f"{at} + '1 day'", "ended_as": "''"}
    held |= {"ended_at": "NULL", "posted_minor": "NULL"}
    told = {"call_id": f"{prefix}call", "by_id": f"{prefix}agent"}
    told["detail"] = f"jsonb_build_object('proposal', {prefix}proposal::bigint)"
    return Inserts(
        insert_like(cursor, "offers_proposal", proposal, proposed),
        insert_like(cursor, "offers_hold", hold, held),
        insert_like(cursor, "customers_callevent", event, told),
        "INSERT INTO customers_usedkey (key, act, actor_id, body_hash, result_code, object_id, recorded_at)"
        f" VALUES ({key}, 'PROPOSE', {prefix}agent, '', 'OK', {prefix}proposal, {at})",
    )


def leave_rows(cursor: CursorWrapper, ground: Ground, proposal: int) -> None:
    """The function behind `ROWS`: rows like those of this presented proposal, without a question."""
    facts = ground.facts[SPREAD]
    rows = _inserts(cursor, proposal, version=facts["offer_version_id"], prefix="v_", key="v_key")
    cursor.execute(
        f"""CREATE FUNCTION bench_rows(p jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE
            v_call bigint := (p ->> 'call_id')::bigint; v_agent bigint := (p ->> 'agent_id')::bigint;
            v_key uuid := (p ->> 'key')::uuid; v_customer bigint; v_team bigint; v_proposal bigint; v_hold bigint;
        BEGIN
            SELECT customer_id, team_id INTO v_customer, v_team FROM customers_call WHERE id = v_call;
            {rows.proposal} RETURNING id INTO v_proposal;
            {rows.hold} RETURNING id INTO v_hold;
            INSERT INTO offers_ledgerentry (counter_id, kind, hold_id, held_minor, held_count, recorded_at, spent_minor,
                                            ceiling_minor, why)
            SELECT c.id, 'HOLD', v_hold, {facts["cost_minor"]}, 1, clock_timestamp(), 0, 0, ''
            FROM offers_budgetaccount a JOIN offers_budgetcounter c ON c.account_id = a.id
            WHERE (a.kind, a.owner_id) IN (('CUSTOMER', v_customer), ('LIMIT', v_agent), ('AGENT', v_agent))
              AND a.currency = 'USD' AND a.starts_on <= current_date AND a.ends_on > current_date;
            PERFORM audit_append(v_agent, 'AGENT', 'PROPOSE', 'proposal', v_proposal, v_customer, v_call, NULL, NULL,
                '{_AFTER}'::jsonb, '', v_key);
            {rows.event};
            {rows.key};
            RETURN v_proposal;
        END
        $$"""
    )


def plain_statements(cursor: CursorWrapper, ground: Ground, proposal: int) -> Script:
    """The same reads and writes as a program with an object mapper sends them: row by row, what is drawn on locked.

    `proposal` is a presented one; what is written is like its rows, for the hot campaign. The walls of the tables
    stand here too, so an entry moves its counter, and the audit is one call of `audit_append`.
    """
    facts = ground.facts[HOT]
    _hold, entry, _event = _rows_of(cursor, proposal)
    campaign = OfferVersion.objects.get(pk=facts["offer_version_id"]).campaign_id
    budgets = {"customer": ("CUSTOMER", ":customer"), "agent": ("AGENT", ":agent"), "campaign": ("CAMPAIGN", campaign)}
    key = "lpad(to_hex(:k::bigint), 32, '0')::uuid"
    rows = _inserts(cursor, proposal, version=facts["offer_version_id"], prefix=":", key=key)
    entries = [{"hold_id": ":hold", "counter_id": f":counter_{name}"} for name in budgets]
    return Script(
        (
            Statement("BEGIN"),
            _kept(f"SELECT count(*) AS used FROM customers_usedkey WHERE key = {key}"),
            _kept("SELECT customer_id AS customer, team_id AS team FROM customers_call WHERE id = :call FOR UPDATE"),
            _kept("SELECT count(*) AS cancelled FROM customers_cancellation WHERE call_id = :call"),
            _kept(
                "SELECT o.kind AS kind FROM offers_offerversion v JOIN offers_offer o ON o.id = v.offer_id"
                f" WHERE v.id = {facts['offer_version_id']}"
            ),
            _kept(
                "SELECT v.id AS lim FROM offers_seat s JOIN offers_limitversion v ON v.user_id = s.user_id OR"
                " v.team_id = s.team_id OR v.grade = s.grade WHERE s.user_id = :agent AND s.is_active"
                " ORDER BY v.valid_from DESC LIMIT 1"
            ),
            _kept("SELECT hold_minutes AS minutes FROM offers_schemeversion ORDER BY valid_from DESC LIMIT 1"),
            _kept("SELECT currency AS money FROM customers_customer WHERE id = :customer"),
            _kept(
                "SELECT s.time_zone AS zone FROM customers_team t JOIN customers_site s ON s.id = t.site_id"
                " WHERE t.id = :team"
            ),
            *(
                _kept(
                    f"SELECT c.id AS counter_{name} FROM offers_budgetaccount a JOIN offers_budgetcounter c"
                    f" ON c.account_id = a.id WHERE a.kind = '{kind}' AND a.owner_id = {owner} AND a.currency = 'USD'"
                    " AND a.starts_on <= current_date AND a.ends_on > current_date"
                    f" AND c.ceiling_minor - c.held_minor - c.spent_minor >= {facts['cost_minor']} FOR UPDATE OF c"
                )
                for name, (kind, owner) in budgets.items()
            ),
            _kept(f"{rows.proposal} RETURNING id AS proposal"),
            _kept(f"{rows.hold} RETURNING id AS hold"),
            *(Statement(insert_like(cursor, "offers_ledgerentry", entry, taken)) for taken in entries),
            _kept(
                "SELECT audit_append(:agent, 'AGENT', 'PROPOSE', 'proposal', :proposal, :customer, :call, :lim, NULL,"
                f" '{_AFTER}'::jsonb, '', {key}) AS audited"
            ),
            Statement(rows.event),
            Statement(rows.key),
            Statement("COMMIT"),
        ),
        offsets={"call": ground.first_call, "agent": ground.first_user},
        as_owner=True,
    )  # fmt: skip


def _kept(text: str) -> Statement:
    return Statement(text, keeps=True)


def _rows_of(cursor: CursorWrapper, proposal: int) -> tuple[int, int, int]:
    """The hold, the first entry and the event that presenting this proposal has left."""
    cursor.execute(
        """SELECT h.id, e.id, k.id FROM offers_hold h JOIN offers_ledgerentry e ON e.hold_id = h.id
           JOIN offers_proposal p ON p.id = h.proposal_id JOIN customers_callevent k ON k.call_id = p.call_id
           WHERE p.id = %s AND k.kind = 'PRESENTED' AND e.kind = 'HOLD' ORDER BY e.id LIMIT 1""",
        [proposal],
    )
    hold, entry, event = cursor.fetchone()
    return int(hold), int(entry), int(event)
