"""`check_figures` beside the report: nothing to say of an empty log, and loud when a row was tampered with."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from customers.choices import DispositionKind
from tests.database import Connection, DeskClock, owner_connection
from tests.retention_desk.reports.log import start


def test_check_figures_has_nothing_to_compare_in_an_empty_log(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_figures")

    assert "The log is empty" in capsys.readouterr().out


def tampered(owner: Connection, table: str, statement: str) -> None:
    """What only the owner can do: lift the walls, change a row, and put them back."""
    with owner.transaction():
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(statement)
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("offers_outcome", "UPDATE offers_outcome SET posted_minor = posted_minor + 1 WHERE kind = 'ACCEPTED'"),
        ("offers_outcome", "UPDATE offers_outcome SET kind = 'DECLINED', posted_minor = 0 WHERE kind = 'ACCEPTED'"),
        ("customers_call", "UPDATE customers_call SET episode_id = id"),
    ],
)
def test_check_figures_tells_when_a_row_was_tampered_with(
    transactional_db: None, desk_clock: DeskClock, table: str, statement: str
) -> None:
    log = start(desk_clock)
    log.take("Adler", datetime(2026, 10, 5, 18, tzinfo=UTC), DispositionKind.SAVED_WITH_OFFER, offer="ACCEPTED")
    log.take("Adler", datetime(2026, 10, 6, 18, tzinfo=UTC), DispositionKind.CANCELLED, cancelled_after=20)
    call_command("check_figures")

    with owner_connection() as owner:
        tampered(owner, table, statement)

    with pytest.raises(CommandError, match="does not say what the log says"):
        call_command("check_figures")
