"""The outside look at ledger and record: silent on what the doors wrote, and loud on every kind of tampering."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from customers import remarks
from customers.choices import DispositionKind
from offers.checks import CHECKS, run
from tests.database import Connection, DeskClock, owner_connection
from tests.retention_desk.reports.log import Log, october, start

AT = datetime(2026, 10, 5, 18, tzinfo=UTC)


def broken() -> set[int]:
    return {finding.check.promise for finding in run() if finding.count}


@pytest.mark.django_db
def test_every_promise_but_visibility_has_a_check() -> None:
    assert {check.promise for check in CHECKS} == set(range(1, 13))


@pytest.mark.django_db
def test_empty_desk_keeps_every_promise(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_ledger")

    assert "every promise is kept" in capsys.readouterr().out


@pytest.mark.django_db
def test_only_the_messages_of_the_shortcut_are_missing_after_a_month_of_calls(desk_clock: DeskClock) -> None:
    # The log's cancellations are rows without the workflow around them, so billing was told of none.
    october(start(desk_clock))
    found = {finding.check.sentence: finding.count for finding in run() if finding.count}

    assert found == {"Every cancellation has one message to billing.": 4}


@pytest.fixture
def log(transactional_db: None, desk_clock: DeskClock) -> Log:
    """One accepted and one declined offer and a typed reason, everything else as the doors left it."""
    log = start(desk_clock)
    log.take("Adler", AT, DispositionKind.SAVED_WITH_OFFER, offer="ACCEPTED")
    log.take("Brandt", AT + timedelta(days=1), DispositionKind.SAVED_WITHOUT, offer="DECLINED")
    remarks.keep("Rivals have gone up")
    return log


def tamper(owner: Connection, statement: str) -> None:
    """Change rows of the table that the statement names first, as only the owner can: with its walls lifted."""
    table = statement.removeprefix("DELETE FROM ").removeprefix("UPDATE ").partition(" ")[0]
    with owner.transaction():
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(statement)
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    ("promise", "statement"),
    [
        (1, "UPDATE offers_budgetaccount SET limit_minor = limit_minor - 1"),
        (2, "UPDATE offers_budgetcounter SET spent_minor = spent_minor + 1"),
        (3, "UPDATE offers_ledgerentry SET held_minor = held_minor + 1 WHERE kind = 'HOLD'"),
        (3, "DELETE FROM offers_ledgerentry WHERE hold_id IS NOT NULL"),
        (4, "UPDATE offers_ledgerentry SET kind = 'VOID', spent_minor = 0, spent_count = 0 WHERE kind = 'POST'"),
        (4, "UPDATE offers_hold SET ended_at = expires_at + interval '1 second' WHERE ended_as = 'POSTED'"),
        (4, "UPDATE offers_hold SET ended_as = '', ended_at = NULL, posted_minor = NULL"),
        (5, "UPDATE offers_concession SET currency = 'EUR'"),
        (6, "UPDATE offers_limitversion SET valid_from = valid_from + interval '5 years'"),
        (7, "UPDATE offers_proposal SET ruling = 'NEEDS_APPROVAL'"),
        (8, "UPDATE customers_usedkey SET object_id = object_id + 1000000 WHERE act = 'PROPOSE'"),
        (9, "UPDATE offers_outcome SET posted_minor = posted_minor - 1 WHERE kind = 'ACCEPTED'"),
        (9, "UPDATE offers_outcome SET kind = 'WITHDRAWN' WHERE kind = 'DECLINED'"),
        (9, "DELETE FROM customers_outboxmessage"),
        (9, "DELETE FROM offers_concession"),
        (10, "UPDATE customers_disposition SET line = 'TV'"),
        (10, "UPDATE customers_disposition SET recorded_at = recorded_at + interval '5 years'"),
        (10, "UPDATE customers_call SET episode_id = (SELECT max(id) FROM customers_call)"),
        (
            11,
            "UPDATE customers_auditevent SET reason = 'new' WHERE id = (SELECT max(id) FROM customers_auditevent)",
        ),
        (11, "DELETE FROM customers_auditevent WHERE id = (SELECT min(id) FROM customers_auditevent)"),
        (11, "DELETE FROM customers_audithead"),
        (11, "UPDATE customers_remark SET words = words || '.'"),
        (12, "UPDATE customers_call SET offers_closed_at = opened_at - interval '1 second'"),
        (12, "UPDATE offers_outcome SET disclosures = '{}'"),
    ],
)
def test_tampering_is_told(log: Log, promise: int, statement: str) -> None:
    assert broken() == set()

    with owner_connection() as owner:
        tamper(owner, statement)

    assert promise in broken()
    with pytest.raises(CommandError, match="found something that must not be"):
        call_command("check_ledger")


def test_wall_that_was_left_down_is_told(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    with owner_connection() as owner:
        owner.execute("ALTER TABLE offers_hold DISABLE TRIGGER ends_once")
        try:
            with pytest.raises(CommandError):
                call_command("check_ledger")
        finally:
            owner.execute("ALTER TABLE offers_hold ENABLE TRIGGER ends_once")

    assert "ends_once on offers_hold" in capsys.readouterr().out
