"""Beside its doors the ledger has none: neither the application's own SQL nor the owner's gets past its walls."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from offers import ledger
from tests.offers.desk import Desk

pytestmark = pytest.mark.django_db

RAW = [
    "UPDATE offers_budgetcounter SET ceiling_minor = 999999",
    """INSERT INTO offers_ledgerentry (counter_id, kind, held_minor, spent_minor, ceiling_minor, recorded_at, why)
       SELECT id, 'TOP_UP', 0, 0, 100, now(), '' FROM offers_budgetcounter LIMIT 1""",
    "UPDATE offers_hold SET expires_at = now() + interval '1 day'",
    "UPDATE offers_proposal SET cost_minor = 1",
    "UPDATE offers_approvalrequest SET decided_by_id = asked_by_id",
    "DELETE FROM offers_outcome",
    "UPDATE offers_limitversion SET max_percent = 100",
    "TRUNCATE offers_ledgerentry CASCADE",
    "ALTER TABLE offers_budgetcounter DISABLE TRIGGER USER",
    "DROP TRIGGER ends_once ON offers_hold",
    "SET session_replication_role = replica",
    "SELECT ledger_end(1, 'VOIDED', NULL, NULL)",
    "SELECT ledger_take(1, 1, 1, 0, 'X')",
    "SELECT lapse_proposals('{1}', 'VOIDED')",
    "CREATE OR REPLACE FUNCTION desk_now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz '2020-01-01' $$",
    "INSERT INTO customers_auditevent (shard, seq) VALUES (1, 1)",
]


@pytest.mark.parametrize("statement", RAW)
def test_raw_sql_of_the_application_is_refused(desk: Desk, statement: str) -> None:
    ledger.act("authorise_proposal", desk.facts())

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE offers_budgetcounter SET held_minor = held_minor + 1",
        "UPDATE offers_budgetcounter SET ceiling_minor = held_minor - 1",
        "UPDATE offers_hold SET ended_as = 'VOIDED', ended_at = now() WHERE ended_as <> ''",
        "UPDATE offers_proposal SET percent = 1",
        "UPDATE offers_ledgerentry SET held_minor = 0",
        "DELETE FROM offers_hold",
        "TRUNCATE offers_outcome",
    ],
)
def test_even_the_owner_is_refused(owner_db: Any, desk: Desk, statement: str) -> None:
    proposal = ledger.act("authorise_proposal", desk.facts())
    ledger.act("settle_proposal", desk.outcome(proposal, "DECLINED"))

    with pytest.raises(Exception, match=r"append-only|keeps its terms|has ended|moved by entries|never_overdrawn"):
        owner_db.execute(statement)
