"""The demo's rows were written with the walls down; here every promise of the database is looked at again."""

import io
import re

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from customers import audit
from tests.database import Connection

pytestmark = pytest.mark.slow

# What must find nothing, by the promise that it would break.
BREACHES = {
    "no counter is overdrawn": """
        SELECT id FROM offers_budgetcounter
        WHERE held_minor < 0 OR spent_minor < 0 OR held_minor + spent_minor > ceiling_minor""",
    "counters equal their entries": """
        SELECT c.id FROM offers_budgetcounter c LEFT JOIN (
            SELECT counter_id, sum(held_minor) AS held, sum(spent_minor) AS spent, sum(ceiling_minor) AS ceiling
            FROM offers_ledgerentry GROUP BY counter_id) e ON e.counter_id = c.id
        WHERE (c.held_minor, c.spent_minor, c.ceiling_minor) IS DISTINCT FROM (e.held, e.spent, e.ceiling)""",
    "no entry of the year overdraws": """
        SELECT id FROM (SELECT id, sum(held_minor + spent_minor) OVER w AS used, sum(ceiling_minor) OVER w AS ceiling
                        FROM offers_ledgerentry WINDOW w AS (PARTITION BY counter_id ORDER BY id)) e
        WHERE used > ceiling""",
    "ceilings stay within the total": """
        SELECT a.id FROM offers_budgetaccount a JOIN offers_budgetcounter c ON c.account_id = a.id
        GROUP BY a.id HAVING sum(c.ceiling_minor) <> a.limit_minor""",
    "each hold ends once, with an entry for each that it took": """
        SELECT h.id FROM offers_hold h LEFT JOIN offers_ledgerentry e ON e.hold_id = h.id
        GROUP BY h.id HAVING h.ended_as = '' OR
            count(*) FILTER (WHERE e.kind = 'HOLD') <> count(*) FILTER (WHERE e.kind IN ('POST', 'VOID', 'EXPIRE'))""",
    "a posted hold spends its amount on every budget": """
        SELECT h.id FROM offers_hold h JOIN offers_ledgerentry e ON e.hold_id = h.id AND e.kind = 'POST'
        JOIN offers_budgetcounter c ON c.id = e.counter_id
        GROUP BY h.id, c.account_id HAVING sum(e.spent_minor) <> h.posted_minor""",
    "an accepted offer has a posted hold and a concession": """
        SELECT p.id FROM offers_proposal p
        LEFT JOIN offers_hold h ON h.proposal_id = p.id AND h.ended_as = 'POSTED'
        LEFT JOIN offers_concession n ON n.proposal_id = p.id
        WHERE (p.state = 'ACCEPTED') <> (h.id IS NOT NULL) OR (p.state = 'ACCEPTED') <> (n.id IS NOT NULL)""",
    "an ended offer that was put has its outcome, after it was put": """
        SELECT p.id FROM offers_proposal p LEFT JOIN offers_outcome o ON o.proposal_id = p.id
        WHERE (p.presented_at IS NOT NULL) <> (o.id IS NOT NULL) OR o.recorded_at < p.presented_at
           OR (o.id IS NOT NULL AND o.kind <> p.state)""",
    "everything of a call lies within the call": """
        SELECT k.id FROM customers_call k JOIN customers_callevent e ON e.call_id = k.id
        WHERE e.at < k.opened_at OR e.at > k.closed_at""",
    "every closed call has exactly one disposition": """
        SELECT k.id FROM customers_call k LEFT JOIN customers_disposition d ON d.call_id = k.id AND d.line = ''
        WHERE k.state = 'CLOSED' GROUP BY k.id HAVING count(d.id) <> 1""",
    "who has cancelled has a cancellation": """
        SELECT d.id FROM customers_disposition d LEFT JOIN customers_cancellation c ON c.call_id = d.call_id
        WHERE d.line = '' AND d.kind IN ('CANCELLED', 'PORTING_OUT') AND c.id IS NULL""",
    "nothing is offered after the wish to cancel once offers are closed or used up": """
        SELECT k.id FROM customers_call k JOIN offers_proposal p ON p.call_id = k.id
        WHERE p.presented_at > k.offers_closed_at OR p.presented_at > k.must_complete_by
        UNION ALL
        SELECT k.id FROM customers_call k JOIN offers_proposal p ON p.call_id = k.id AND p.presented_at >= k.asked_at
        GROUP BY k.id HAVING count(*) > k.offers_allowed""",
    "nobody decides their own": """
        SELECT id FROM offers_approvalrequest WHERE decided_by_id = asked_by_id OR decided_at > due_at""",
    "an agent is on one call at a time": """
        SELECT id FROM (SELECT id, opened_at, lag(closed_at) OVER (PARTITION BY agent_id ORDER BY opened_at) AS before
                        FROM customers_call) k WHERE opened_at < before""",
    "nobody who has left calls or has a running line": """
        SELECT c.id FROM customers_customer c JOIN customers_call k ON k.customer_id = c.id
        WHERE (k.opened_at AT TIME ZONE 'America/Los_Angeles')::date > c.left_on
        UNION ALL
        SELECT c.id FROM customers_customer c JOIN customers_subscription s ON s.customer_id = c.id
        WHERE c.left_on IS NOT NULL AND s.state = 'ACTIVE'""",
    "nobody is offered anything that they are not to be offered": """
        SELECT p.id FROM offers_proposal p JOIN customers_customer c ON c.id = p.customer_id
        JOIN customers_call k ON k.id = p.call_id
        WHERE c.do_not_offer OR k.identity <> 'CHECKED' OR EXISTS (
            SELECT FROM customers_callreason w JOIN customers_reason r ON r.id = w.reason_id AND NOT r.offers_allowed
            WHERE w.call_id = k.id AND w.at <= p.presented_at)""",
    "an episode is seven days of one customer": """
        SELECT k.id FROM customers_call k JOIN customers_call f ON f.id = k.episode_id
        WHERE f.customer_id <> k.customer_id OR k.opened_at < f.opened_at
           OR k.opened_at - f.opened_at > interval '7 days'""",
    "no message waits to go out": "SELECT id FROM customers_outboxmessage WHERE delivered_at IS NULL",
    "nothing lies in the future": """
        SELECT id FROM customers_call WHERE closed_at > '2026-11-22T03:30Z'
        UNION ALL SELECT id FROM customers_interaction WHERE occurred_at > '2026-11-22T03:30Z'""",
    "telephone numbers are made for fiction": r"""
        SELECT id FROM customers_customer WHERE phone !~ '^\+1[2-9]\d\d55501\d\d$'""",
}


@pytest.mark.parametrize("promise", BREACHES)
def test_demo_keeps_the_promise(loaded: Connection, promise: str) -> None:
    assert loaded.execute(BREACHES[promise]).fetchall() == []


def test_breaches_would_be_found(loaded: Connection) -> None:
    with loaded.transaction(force_rollback=True):
        loaded.execute("ALTER TABLE offers_budgetcounter DISABLE TRIGGER USER")
        loaded.execute(
            "UPDATE offers_budgetcounter SET spent_minor = spent_minor + 1 WHERE ceiling_minor > spent_minor"
        )

        assert loaded.execute(BREACHES["counters equal their entries"]).fetchall() != []


def test_audit_proves_itself(loaded: Connection, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        verification = audit.verify()

    assert verification.is_clean
    assert verification.events > 10_000 * 0.2
    assert verification.shards >= 12


@pytest.mark.parametrize("checker", ["check_ledger", "verify_audit", "check_figures"])
def test_desk_s_own_checkers_agree(loaded: Connection, django_db_blocker: DjangoDbBlocker, checker: str) -> None:
    out = io.StringIO()
    with django_db_blocker.unblock():
        call_command(checker, stdout=out)

    assert re.search(r"every promise is kept|all as recorded|difference 0", out.getvalue().splitlines()[-1])


def test_walls_are_up_again(loaded: Connection) -> None:
    down = loaded.execute(
        """SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
           WHERE c.relnamespace = 'public'::regnamespace AND t.tgenabled = 'D'"""
    ).fetchall()

    assert down == []


def test_next_row_gets_the_next_number(loaded: Connection) -> None:
    with loaded.transaction(force_rollback=True):
        made = loaded.execute(
            """INSERT INTO customers_interaction (customer_id, kind, occurred_at, title, detail)
               VALUES (1, 'NOTE', now(), 'Moved', '') RETURNING id"""
        ).fetchone()
        highest = loaded.execute("SELECT max(id) FROM customers_interaction").fetchone()

        assert made == highest
