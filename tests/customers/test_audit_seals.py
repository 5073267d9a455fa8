"""Seals: what was sealed is exported, stays provable, and cannot be rewritten by whoever holds the database alone."""

import json
import os
import secrets
import sys
import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from pytest_django import Settings

from customers import audit, sealing, seals, tasks
from customers.audit import Fault
from customers.models import AuditSeal, AuditVerification
from customers.seal_proof import Place, SealFault, with_canonical
from customers.seals import Keys, Seal
from retention_desk.prove import audit_trial, tampering
from tests.builders import desk_now
from tests.customers.test_audit import append
from tests.database import DeskClock, owner_connection, superuser_connection

KEY, OLD_KEY = "k" * 40, "o" * 40


@pytest.fixture
def file(tmp_path: Path, settings: Settings) -> Path:
    """Where seals are exported to; signing is set up."""
    settings.AUDIT_SIGNING_KEYS = (KEY,)
    settings.AUDIT_EXPORT_DIR = tmp_path / "seals"
    return seals.configured_file()


def sealed(*numbers: int, by: int | None = 7) -> None:
    """Add these events, then seal."""
    for number in numbers:
        append(by, number)
    sealing.seal_moved_chains()


def superuser() -> "psycopg.Connection[tuple[object, ...]]":
    """Whoever can do everything in the database; the owner of the tables on a server that was given."""
    return superuser_connection() if os.environ.get("DATABASE_SUPERUSER_URL") else owner_connection()


# Sealing.


@pytest.mark.django_db
def test_seal_covers_what_was_added_since_the_last_one(file: Path) -> None:
    sealed(1, 2, 3)
    sealed(4)
    append(None, 5)

    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["number"], line["shard"], line["first"], line["seq"]) for line in lines] == [
        (1, 7, 1, 3),
        (2, 7, 4, 4),
    ]
    assert list(AuditSeal.objects.order_by("number").values_list("first", "seq")) == [(1, 3), (4, 4)]
    assert file.stat().st_mode & 0o077 == file.parent.stat().st_mode & 0o077 == 0
    found = audit.verify(file=file)
    assert found.is_clean
    assert (found.seals, found.unsealed) == (2, 1)


@pytest.mark.django_db
def test_nothing_moved_writes_nothing(file: Path) -> None:
    sealed(1)
    before = file.stat().st_mtime_ns

    assert sealing.seal_moved_chains().seals == 0
    assert file.stat().st_mtime_ns == before


@pytest.mark.django_db
def test_long_chain_is_sealed_in_blocks(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MARKS_MOST", 4)

    sealed(*range(10))

    assert list(AuditSeal.objects.order_by("number").values_list("first", "seq")) == [(1, 4), (5, 8), (9, 10)]
    assert audit.verify(file=file).is_clean


@pytest.mark.django_db
def test_what_nobody_wrote_down_as_sealed_is_not_sealed_without_a_file(file: Path) -> None:
    file.parent.write_text("in the way")
    append(7, 1)

    with pytest.raises(OSError):
        sealing.seal_moved_chains()

    assert not AuditSeal.objects.exists()


def test_chain_that_does_not_prove_itself_is_not_sealed(
    file: Path, owner_db: "psycopg.Cursor[tuple[object, ...]]"
) -> None:
    append(7, 1)
    append(8, 1)
    owner_db.execute("ALTER TABLE customers_auditevent DISABLE TRIGGER USER")
    owner_db.execute("UPDATE customers_auditevent SET act = 'OTHER' WHERE shard = 7")
    owner_db.execute("ALTER TABLE customers_auditevent ENABLE TRIGGER USER")

    with pytest.raises(CommandError, match="chains 7"):
        call_command("seal_audit", stdout=StringIO())

    assert list(AuditSeal.objects.values_list("shard", flat=True)) == [8]


@pytest.mark.django_db(transaction=True)
def test_two_who_seal_at_once_make_one_history(file: Path) -> None:
    for number in range(40):
        append(number % 4, number)
    start = threading.Barrier(3)

    def seal() -> None:
        start.wait()
        sealing.seal_moved_chains()
        connections.close_all()

    threads = [threading.Thread(target=seal) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [seal.number for seal in seals.lines_of(file) if seal] == [1, 2, 3, 4]
    assert audit.verify(file=file).is_clean


@pytest.mark.django_db(transaction=True)
def test_seals_that_a_crash_left_in_the_file_are_taken_over(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed(1, 2)
    append(7, 3)

    def write_and_die(*written: Any) -> None:
        seals.append_lines(*written)
        raise KeyboardInterrupt

    monkeypatch.setattr(sealing, "append_lines", write_and_die)
    with pytest.raises(KeyboardInterrupt):
        sealing.seal_moved_chains()
    monkeypatch.undo()
    assert [(bad.place, bad.number) for bad in audit.verify(file=file).bad_seals] == [(Place.TABLE, 2)]

    assert sealing.seal_moved_chains(keys=Keys.of([KEY]), file=file).taken_over == 1
    assert AuditSeal.objects.count() == 2
    assert audit.verify(file=file, keys=Keys.of([KEY])).is_clean


@pytest.mark.django_db
def test_half_a_line_that_a_crash_left_is_cut_off(file: Path) -> None:
    sealed(1)
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])

    sealed(2)

    assert file.read_bytes().startswith(whole)
    assert audit.verify(file=file).is_clean


@pytest.mark.django_db
def test_file_of_another_desk_is_not_gone_on_with(file: Path) -> None:
    sealed(1)
    stranger = Keys.of([secrets.token_hex(20)]).sign(
        seals.after(sealing.seal_of(AuditSeal.objects.get()))(
            shard=7, first=2, seq=2, hash=b"x", marks=b"12345678", sealed_at=AuditSeal.objects.get().sealed_at
        )
    )
    seals.append_lines(file, [stranger])
    append(7, 2)

    with pytest.raises(CommandError, match="do not fit this database"):
        call_command("seal_audit", stdout=StringIO())


@pytest.mark.django_db
def test_lost_file_is_reported_and_can_be_written_again(file: Path) -> None:
    sealed(1)
    sealed(2)
    written = file.read_bytes()
    file.unlink()
    err = StringIO()

    with pytest.raises(CommandError, match="The seals do not prove themselves"):
        call_command("verify_audit", stderr=err)
    assert "the file of seals is not there" in err.getvalue()

    call_command("seal_audit", "--export-again", stdout=StringIO())
    assert file.read_bytes() == written
    assert audit.verify(file=file).is_clean


@pytest.mark.django_db
def test_without_a_key_nothing_is_sealed(file: Path, settings: Settings) -> None:
    settings.AUDIT_SIGNING_KEYS = ()
    append(7, 1)

    with pytest.raises(CommandError, match="AUDIT_SIGNING_KEY is not set"):
        call_command("seal_audit")
    assert not file.exists()


@pytest.mark.django_db
def test_old_seals_stay_provable_after_the_key_has_changed(file: Path, settings: Settings) -> None:
    settings.AUDIT_SIGNING_KEYS = (OLD_KEY,)
    sealed(1)
    settings.AUDIT_SIGNING_KEYS = (KEY, OLD_KEY)
    sealed(2)

    assert len(set(AuditSeal.objects.values_list("key_id", flat=True))) == 2
    assert audit.verify(file=file).is_clean
    settings.AUDIT_SIGNING_KEYS = (KEY,)
    assert [bad.fault for bad in audit.verify(file=file).bad_seals] == [SealFault.UNKNOWN_KEY] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE customers_auditseal SET seq = 9", "DELETE FROM customers_auditseal"])
def test_role_that_serves_changes_no_seal(file: Path, statement: str) -> None:
    sealed(1)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("line", [b"", b"{}\n", b'{"number":1}\n', b"[1]\n", b"\xff\n", b"null\n"])
def test_line_in_any_other_form_is_no_seal(line: bytes) -> None:
    with pytest.raises(seals.Unreadable):
        Seal.read(line)


# The proof.


@pytest.mark.django_db
def test_statement_spells_the_canonical_form_as_the_chain_was_made() -> None:
    """The proof does not call the database's function; the two must say the same, byte for byte."""
    for number in range(5):
        append(None if number % 2 else 7, number)
    with connection.cursor() as cursor:
        form = with_canonical("audit_canonical")
        cursor.execute(
            f"""SELECT count(*), count(*) FILTER (WHERE convert_to({form}, 'UTF8') = audit_canonical(shard, seq,
                    recorded_at, actor_id, actor_role, act, object_kind, object_id, customer_id, call_id,
                    limit_version_id, before, after, reason, key)) FROM customers_auditevent"""
        )
        assert cursor.fetchone() == (5, 5)


@pytest.mark.django_db(transaction=True)
def test_proof_raises_no_alarm_while_people_work_and_seal(file: Path) -> None:
    going = threading.Event()
    going.set()

    def work(by: int) -> None:
        while going.is_set():
            with transaction.atomic():
                append(by, 1)
        connections.close_all()

    def seal() -> None:
        while going.is_set():
            sealing.seal_moved_chains()
        connections.close_all()

    threads = [threading.Thread(target=work, args=(by,)) for by in (7, 8)] + [threading.Thread(target=seal)]
    for thread in threads:
        thread.start()
    try:
        found = [audit.verify(file=file) for _ in range(25)]
    finally:
        going.clear()
        for thread in threads:
            thread.join()

    assert [one.bad + one.bad_seals for one in found if not one.is_clean] == []
    assert found[-1].seals > found[0].seals


def test_rewritten_chain_is_found_by_the_file_alone(file: Path, owner_db: "psycopg.Cursor[tuple[object, ...]]") -> None:
    """Events, heads and seals of the database made to fit: what was exported still knows."""
    sealed(*range(6))
    for table in ("customers_auditevent", "customers_auditseal"):
        owner_db.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
    owner_db.execute("DELETE FROM customers_auditevent WHERE seq > 4")
    owner_db.execute(
        "UPDATE customers_audithead SET (seq, hash) = (SELECT seq, hash FROM customers_auditevent WHERE seq = 4)"
    )
    owner_db.execute("DELETE FROM customers_auditseal")
    for table in ("customers_auditevent", "customers_auditseal"):
        owner_db.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())

    assert audit.verify().is_clean, "the chain alone cannot know"
    found = audit.verify(file=file)
    assert [(bad.shard, bad.seq, bad.fault) for bad in found.bad] == [(7, 5, Fault.CUT)]
    assert [(bad.place, bad.number, bad.fault) for bad in found.bad_seals] == [(Place.TABLE, 1, SealFault.CUT)]


@pytest.mark.parametrize(("tamperings", "seed"), [(60, 20261122), (26, None)], ids=["fixed", "made up"])
def test_sixty_tamperings_of_a_superuser_are_found(
    file: Path, transactional_db: None, tamperings: int, seed: int | None
) -> None:
    chosen = secrets.randbelow(10**6) if seed is None else seed
    sys.stdout.write(f"seed {chosen}\n")
    audit_trial.make_audit(chains=10, events=14, times=3, seed=chosen)

    outcome = audit_trial.run(superuser, tamperings=tamperings, seed=chosen, file=file)

    assert outcome.missed == [], f"seed {chosen}"
    assert (outcome.found, outcome.false_alarms) == (tamperings, 0)
    assert len(outcome.ways) == len(tampering.EVERY_WAY)


def test_trial_misses_what_nobody_looks_for(
    file: Path, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rig: where the proof is blind for seals, a rewritten chain is counted as not found."""
    audit_trial.make_audit(chains=6, events=10, times=2)
    verify = audit.verify
    monkeypatch.setattr(audit, "verify", lambda **given: verify(**{**given, "keys": Keys.of([OLD_KEY])}))
    monkeypatch.setattr(audit_trial, "EVERY_WAY", (tampering.rewrite,))

    assert audit_trial.run(superuser, tamperings=3, seed=1, file=file).found == 0


# The clockwork, the command and its record.


@pytest.mark.django_db
def test_first_tick_seals_and_proves_and_the_next_ones_seal(file: Path, desk_clock: DeskClock) -> None:
    append(7, 1)
    assert tasks.seal_audit() == 1
    append(7, 2)
    assert tasks.seal_audit() == 1

    assert AuditVerification.objects.count() == 1
    desk_clock.advance(timedelta(hours=1))
    assert tasks.verify_audit() is True
    assert AuditVerification.objects.count() == 2


@pytest.mark.django_db
def test_proof_that_takes_long_is_not_made_every_hour(file: Path, desk_clock: DeskClock) -> None:
    ten_minutes = 600_000
    AuditVerification.objects.create(verified_at=desk_now(), events=1, shards=1, seals=0, took_ms=ten_minutes)

    desk_clock.advance(timedelta(hours=8))
    tasks.verify_audit()
    assert AuditVerification.objects.count() == 1
    desk_clock.advance(timedelta(minutes=21))
    tasks.verify_audit()
    assert AuditVerification.objects.count() == 2


@pytest.mark.django_db
def test_command_says_how_far_the_seals_reach(file: Path) -> None:
    sealed(1, 2)
    append(8, 1)
    out = StringIO()

    call_command("verify_audit", stdout=out)

    seals_said, events_said = out.getvalue().splitlines()
    assert events_said == "3 events in 2 chains, all as recorded."
    assert seals_said.startswith("1 seals, the last of ")
    assert seals_said.endswith("1 events since then.")
    record = AuditVerification.objects.get()
    assert (record.events, record.shards, record.seals, record.faults) == (3, 2, 1, [])


@pytest.mark.django_db
def test_command_proves_against_another_copy_of_the_file(file: Path, tmp_path: Path) -> None:
    sealed(1)
    kept = tmp_path / "copy.jsonl"
    kept.write_bytes(file.read_bytes())

    call_command("verify_audit", "--seals", str(kept), stdout=StringIO())
    kept.write_bytes(file.read_bytes().replace(b'"shard":7', b'"shard":8'))
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", "--seals", str(kept), stdout=StringIO(), stderr=err)
    assert "the file of seals was changed: seal 1" in err.getvalue()
    with pytest.raises(CommandError, match="There is no file"):
        call_command("verify_audit", "--seals", str(tmp_path / "nowhere"))


@pytest.mark.django_db
def test_command_fails_where_a_seal_is_late(file: Path) -> None:
    append(7, 1)

    call_command("verify_audit", "--sealed-within", "15", stdout=StringIO())
    with pytest.raises(CommandError, match="has waited for its seal"):
        call_command("verify_audit", "--sealed-within", "-1", stdout=StringIO())


@pytest.mark.django_db
def test_record_of_a_proof_names_what_was_bad(file: Path) -> None:
    sealed(1)
    file.write_text("nonsense\n")

    with pytest.raises(CommandError):
        call_command("verify_audit", stderr=StringIO())

    assert AuditVerification.objects.get().faults == [{"place": "FILE", "number": 1, "fault": "UNREADABLE"}]
