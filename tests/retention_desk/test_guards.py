"""What an owner, an administrator or a restored backup may have done to the walls is seen, and named with its cure."""

import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from customers import walls
from retention_desk import guards
from retention_desk.embedded.processes import end, spawn
from retention_desk.embedded.valkey import Valkey
from tests.database import owner_connection, superuser_connection
from tests.live import free_port

pytestmark = pytest.mark.django_db(transaction=True)

Owner = psycopg.Cursor[tuple[object, ...]]

OFF = "ALTER TABLE offers_budgetcounter DISABLE TRIGGER moved_by_entries"
ON = "ALTER TABLE offers_budgetcounter ENABLE TRIGGER moved_by_entries"
APPEND_ONLY = "CREATE TRIGGER append_only BEFORE {} ON customers_auditevent FOR EACH ROW EXECUTE FUNCTION {}()"
NO_APPEND_ONLY = "DROP TRIGGER append_only ON customers_auditevent"
WHOLE = APPEND_ONLY.format("UPDATE OR DELETE", "refuse_change")
COUNTER = "offers_budgetcounter"
OVERDRAWN = "held_minor >= 0 AND spent_minor >= 0 AND held_minor + spent_minor <= ceiling_minor"
NO_OVERDRAWN = f"ALTER TABLE {COUNTER} DROP CONSTRAINT budget_never_overdrawn"
CHECK_OVERDRAWN = f"ALTER TABLE {COUNTER} ADD CONSTRAINT budget_never_overdrawn CHECK ({OVERDRAWN})"
PRESENTED = "CREATE UNIQUE INDEX one_presented_a_call ON offers_proposal (call_id) WHERE state = 'PRESENTED'"
ENTRY_KEY = "ALTER TABLE offers_outcome {} CONSTRAINT offers_outcome_proposal_id_key {}"
SETTLE = "FUNCTION settle_proposal(jsonb)"
PATH = f"ALTER {SETTLE} SET search_path = pg_catalog, public, pg_temp"

# What is done, what undoes it, and what is said of it.
SABOTAGE = {
    "trigger switched off": ([OFF], [ON], "the trigger moved_by_entries on offers_budgetcounter is switched off"),
    "trigger missing": ([NO_APPEND_ONLY], [WHOLE], "the trigger append_only on customers_auditevent is missing"),
    "trigger for less": (
        [NO_APPEND_ONLY, APPEND_ONLY.format("DELETE", "refuse_change")],
        [NO_APPEND_ONLY, WHOLE],
        "append_only on customers_auditevent is not what it was made as: BEFORE DELETE FOR EACH ROW refuse_change",
    ),
    "trigger that does nothing": (
        [NO_APPEND_ONLY, APPEND_ONLY.format("UPDATE OR DELETE", "suppress_redundant_updates_trigger")],
        [NO_APPEND_ONLY, WHOLE],
        "suppress_redundant_updates_trigger",
    ),
    "trigger with a condition": (
        [NO_APPEND_ONLY, WHOLE.replace("EXECUTE", "WHEN (false) EXECUTE")],
        [NO_APPEND_ONLY, WHOLE],
        "FOR EACH ROW WHEN refuse_change",
    ),
    "check missing": (
        [NO_OVERDRAWN],
        [CHECK_OVERDRAWN],
        "the constraint budget_never_overdrawn on offers_budgetcounter is missing",
    ),
    "check not validated": (
        [NO_OVERDRAWN, f"{CHECK_OVERDRAWN} NOT VALID"],
        [f"ALTER TABLE {COUNTER} VALIDATE CONSTRAINT budget_never_overdrawn"],
        "the constraint budget_never_overdrawn on offers_budgetcounter is not validated",
    ),
    "check of nothing": (
        [NO_OVERDRAWN, f"ALTER TABLE {COUNTER} ADD CONSTRAINT budget_never_overdrawn CHECK (true)"],
        [NO_OVERDRAWN, CHECK_OVERDRAWN],
        "the constraint budget_never_overdrawn on offers_budgetcounter looks at nothing",
    ),
    "unique missing": (
        [ENTRY_KEY.format("DROP", "")],
        [ENTRY_KEY.format("ADD", "UNIQUE (proposal_id)")],
        "the unique index offers_outcome_proposal_id_key on offers_outcome is missing",
    ),
    "unique for less": (
        ["DROP INDEX one_presented_a_call", PRESENTED.replace("state = 'PRESENTED'", "position < 0")],
        ["DROP INDEX one_presented_a_call", PRESENTED],
        'the unique index one_presented_a_call on offers_proposal holds only where ("position" < 0)',
    ),
    "function of the caller": (
        [f"ALTER {SETTLE} SECURITY INVOKER"],
        [f"ALTER {SETTLE} SECURITY DEFINER"],
        "the function settle_proposal does not act as the owner",
    ),
    "function that looks anywhere": (
        [f"ALTER {SETTLE} RESET search_path"],
        [PATH],
        "the function settle_proposal does not fix where it looks",
    ),
    "function that looks elsewhere first": (
        [f"ALTER {SETTLE} SET search_path = pg_temp, pg_catalog, public"],
        [PATH],
        "the function settle_proposal does not fix where it looks",
    ),
    "function that may not be called": (
        [f"REVOKE EXECUTE ON {SETTLE} FROM retention_desk_app"],
        [f"GRANT EXECUTE ON {SETTLE} TO retention_desk_app"],
        "may not call settle_proposal",
    ),
    "function for triggers": (
        ["GRANT EXECUTE ON FUNCTION move_counter() TO PUBLIC"],
        ["REVOKE EXECUTE ON FUNCTION move_counter() FROM PUBLIC"],
        "may call move_counter, which is for triggers only",
    ),
} | {
    f"{right} on {table} to {to}": (
        [f"GRANT {right} ON {table} TO {to}"],
        [f"REVOKE {right} ON {table} FROM {to}"],
        f"may {right.split('(')[0].strip()} {table}",
    )
    for right, table, to in (
        ("UPDATE", COUNTER, "retention_desk_app"),
        ("UPDATE (spent_minor)", COUNTER, "retention_desk_app"),
        ("INSERT", "offers_ledgerentry", "retention_desk_app"),
        ("DELETE", "customers_auditevent", "PUBLIC"),
        ("UPDATE", "offers_outcome", "PUBLIC"),
        ("TRUNCATE", "customers_call", "retention_desk_app"),
        # Not a guarded table, but a trigger there runs with whoever comes by, and emptying it is nobody's business.
        ("TRIGGER", "people_user", "retention_desk_app"),
        ("TRUNCATE", "customers_customer", "retention_desk_app"),
    )
}


def said() -> str:
    return "\n".join(fault.what for fault in guards.database_faults())


def test_walls_of_a_migrated_database_stand() -> None:
    assert said() == ""


def test_look_is_one_statement() -> None:
    with CaptureQueriesContext(connection) as seen:
        guards.database_faults()

    assert len(seen) == 1


@pytest.mark.parametrize(("done", "undone", "expected"), SABOTAGE.values(), ids=SABOTAGE.keys())
def test_sabotage_is_named(owner_db: Owner, done: list[str], undone: list[str], expected: str) -> None:
    for statement in done:
        owner_db.execute(statement)
    try:
        found = said()
    finally:
        for statement in undone:
            owner_db.execute(statement)

    assert expected in found
    assert len(found.splitlines()) == 1
    assert said() == ""


def test_cure_of_a_missing_trigger_puts_it_back(owner_db: Owner) -> None:
    owner_db.execute(NO_APPEND_ONLY)

    (fault,) = guards.database_faults()
    owner_db.execute(fault.cure)

    assert said() == ""


def test_foreign_key_that_is_missing_is_named(owner_db: Owner) -> None:
    owner_db.execute(
        """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'
            AND conrelid = 'offers_proposal'::regclass AND confrelid = 'offers_limitversion'::regclass"""
    )
    found = owner_db.fetchone()
    assert found is not None
    owner_db.execute(f"ALTER TABLE offers_proposal DROP CONSTRAINT {found[0]}")
    try:
        assert said() == "the foreign key limit_version_id to offers_limitversion on offers_proposal is missing"
    finally:
        owner_db.execute(f"ALTER TABLE offers_proposal ADD CONSTRAINT {found[0]} {found[1]}")


def test_settings_that_lose_answers_are_named() -> None:
    """The tests' own server is such a one in everything, a given one perhaps in this session alone."""
    lose = ["fsync", "full_page_writes", "synchronous_commit"]
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SELECT name FROM pg_settings WHERE name = ANY (%s) AND setting = 'off' ORDER BY name", [lose])
        off = [row[0] for row in cursor.fetchall()]

    found = [fault.what for fault in walls.faults(walls.read(doors=guards.DOORS), tables=(), doors=(), durable=True)]
    connection.close()

    assert "synchronous_commit" in off
    assert [what.split()[0] for what in found] == off


def test_clock_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 7)

    assert "the clocks of the database and of this machine are 7 s apart" in said()


@pytest.fixture
def administrator(transactional_db: None) -> Iterator[Owner]:
    """A cursor as the server's superuser."""
    with superuser_connection() as opened, opened.cursor() as cursor:
        yield cursor


@pytest.fixture
def serving(administrator: Owner) -> Iterator[str]:
    """A login of its own that the tests' desk serves with, to be made stronger than it may be."""
    role, password = f"serving_{secrets.token_hex(4)}", secrets.token_hex(16)
    administrator.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}' IN ROLE retention_desk_app")
    used = connections["default"]
    before = {name: used.settings_dict[name] for name in ("USER", "PASSWORD")}
    used.close()
    used.settings_dict |= {"USER": role, "PASSWORD": password}
    yield role
    used.close()
    used.settings_dict |= before
    administrator.execute(f"DROP OWNED BY {role}")
    administrator.execute(f"DROP ROLE {role}")


def test_ordinary_login_may_serve(serving: str) -> None:
    assert said() == ""


@pytest.mark.parametrize("power", ["SUPERUSER", "BYPASSRLS", "CREATEROLE", "REPLICATION"])
def test_power_of_the_serving_role_is_named(administrator: Owner, serving: str, power: str) -> None:
    administrator.execute(f"ALTER ROLE {serving} {power}")

    assert f"the role {serving} is {power}" in said()


def test_power_by_membership_is_named(administrator: Owner, serving: str) -> None:
    strong = f"strong_{secrets.token_hex(4)}"
    administrator.execute(f"CREATE ROLE {strong} BYPASSRLS")
    administrator.execute(f"GRANT {strong} TO {serving}")
    try:
        assert f"the role {serving} is a member of {strong}, which is BYPASSRLS" in said()
    finally:
        administrator.execute(f"DROP ROLE {strong}")


def test_member_of_the_owner_is_named_even_where_it_inherits_nothing(administrator: Owner, serving: str) -> None:
    administrator.execute(f"ALTER ROLE {serving} NOINHERIT")
    with owner_connection() as owner:
        name = owner.info.user
    administrator.execute(f"GRANT {name} TO {serving}")

    assert f"the role {serving} is a member of {name}, which owns" in said()


def test_owner_of_a_table_is_named(administrator: Owner, serving: str) -> None:
    administrator.execute("CREATE TABLE made_by_serving (id integer)")
    administrator.execute(f"ALTER TABLE made_by_serving OWNER TO {serving}")

    assert f"the role {serving} owns made_by_serving, so nothing guards it" in said()


def test_right_to_switch_triggers_off_is_named(administrator: Owner, serving: str) -> None:
    administrator.execute(f"GRANT SET ON PARAMETER session_replication_role TO {serving}")

    assert "may set session_replication_role" in said()


def test_triggers_switched_off_for_the_role_are_named(administrator: Owner, serving: str) -> None:
    administrator.execute(f"ALTER ROLE {serving} SET session_replication_role = replica")

    assert "session_replication_role is replica: triggers do not run" in said()


def test_right_to_put_names_before_ours_is_named(administrator: Owner, serving: str) -> None:
    administrator.execute(f"GRANT CREATE ON SCHEMA public TO {serving}")

    assert "may make things in the schema public" in said()


def test_function_of_somebody_else_is_named(administrator: Owner, serving: str) -> None:
    with owner_connection() as owner:
        name = owner.info.user
    somebody = administrator.connection.info.user
    administrator.execute(f"ALTER {SETTLE} OWNER TO {somebody}".encode())
    try:
        assert said() == f"the function settle_proposal belongs to {somebody} and not to the owner of the tables"
    finally:
        administrator.execute(f"ALTER {SETTLE} OWNER TO {name}")


def test_foreign_keys_switched_off_are_named(administrator: Owner) -> None:
    administrator.execute("ALTER TABLE offers_ledgerentry DISABLE TRIGGER ALL")
    try:
        found = said()
    finally:
        administrator.execute("ALTER TABLE offers_ledgerentry ENABLE TRIGGER ALL")

    assert "the foreign keys of offers_ledgerentry are switched off" in found


@pytest.fixture
def forgetful(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[str]:
    """A Valkey that drops what it has no room for."""
    directory = tmp_path_factory.mktemp("valkey")
    valkey = Valkey(directory)
    valkey.start(log=directory / "log")
    with redis.from_url(valkey.url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
    settings.REDIS_URL = valkey.url
    yield valkey.url
    valkey.stop()


def test_valkey_that_drops_messages_is_named(forgetful: str) -> None:
    (fault,) = guards.valkey_faults()

    assert fault.what == "Valkey's maxmemory-policy is allkeys-lru: it drops messages"
    with redis.from_url(forgetful) as client:
        client.execute_command(*fault.cure.removeprefix("in Valkey: ").split())
    assert guards.valkey_faults() == []


def test_check_guards_says_what_stands_and_what_does_not(owner_db: Owner, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_guards")
    assert "doors stand." in capsys.readouterr().out

    owner_db.execute(OFF)
    try:
        with pytest.raises(CommandError, match="one of its walls does not stand") as refused:
            call_command("check_guards")
    finally:
        owner_db.execute(ON)

    assert f"cure: {ON}" in str(refused.value)


@pytest.fixture
def environment(live_environment: dict[str, str]) -> dict[str, str]:
    return live_environment


def process(command: list[str], told: dict[str, str], log: Path) -> int:
    """Start it, and answer how it ended by itself."""
    started = spawn([sys.executable, "-m", *command], env=told, cwd=settings.BASE_DIR, log=log)
    try:
        return started.wait(timeout=60)
    finally:
        end(started, with_signal=signal.SIGKILL, seconds=5)


def web(port: int) -> list[str]:
    return [
        *("granian", "--interface", "wsgi", "--port", str(port), "--workers", "1", "--blocking-threads", "1"),
        *("--http", "1", "--no-ws", "retention_desk.wsgi:application"),
    ]


@pytest.mark.slow
def test_web_does_not_start_without_a_wall(owner_db: Owner, environment: dict[str, str], tmp_path: Path) -> None:
    owner_db.execute(OFF)
    try:
        code = process(web(free_port()), environment | {"DESK_PROCESS": "web"}, tmp_path / "log")
    finally:
        owner_db.execute(ON)

    text = (tmp_path / "log").read_text(encoding="utf-8")
    assert code != 0
    assert "the trigger moved_by_entries on offers_budgetcounter is switched off" in text
    assert f"cure: {ON}" in text


@pytest.mark.slow
def test_worker_does_not_start_beside_a_valkey_that_forgets(
    forgetful: str, environment: dict[str, str], tmp_path: Path
) -> None:
    command = ["celery", "-A", "retention_desk.celery", "--quiet", "worker", "-P", "threads", "-c", "1"]

    code = process(command, environment | {"DESK_PROCESS": "worker", "REDIS_URL": forgetful}, tmp_path / "log")

    assert code == 1
    assert "maxmemory-policy is allkeys-lru" in (tmp_path / "log").read_text(encoding="utf-8")


class Pages:
    """An application that answers, and says how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, environ: dict[str, object], start: Callable[..., object]) -> list[bytes]:
        self.asked += 1
        return [b"page"]


def test_web_that_finds_no_database_looks_before_its_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    used = connections["default"]
    host = used.settings_dict["HOST"]
    used.close()
    used.settings_dict["HOST"] = "/nonexistent"
    pages = Pages()
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    try:
        guarded = guards.Guarded(pages)
        assert list(guarded({}, print)) == [b"page"]
    finally:
        used.close()
        used.settings_dict["HOST"] = host
    with owner_connection() as owner:
        owner.execute(OFF)
        try:
            guarded({}, print)
        finally:
            owner.execute(ON)
        assert ended == [1]
        guarded({}, print)
        owner.execute(OFF)
        try:
            guarded({}, print)
        finally:
            owner.execute(ON)

    assert ended == [1], "looked at once, when the database had answered"
    assert pages.asked == 4


def test_worker_waits_for_a_database_that_does_not_answer_yet(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    used = connections["default"]
    host = used.settings_dict["HOST"]
    waited: list[float] = []

    def comes_back(seconds: float) -> None:
        waited.append(seconds)
        used.settings_dict["HOST"] = host

    used.close()
    used.settings_dict["HOST"] = "/nonexistent"
    monkeypatch.setattr(time, "sleep", comes_back)
    try:
        guards.stand_or_exit()
    finally:
        used.settings_dict["HOST"] = host

    assert len(waited) == 1
    assert "waiting for a server before looking at the walls: OperationalError" in caplog.text


def test_healthy_parts_are_only_told_by_the_web(forgetful: str, caplog: pytest.LogCaptureFixture) -> None:
    guards.Guarded(Pages())

    assert "maxmemory-policy is allkeys-lru" in caplog.text
    with pytest.raises(SystemExit, match="drops messages"):
        guards.stand_or_exit()
