"""The audit: chained per person, proved on demand, and found out when anybody has touched it."""

import threading
from collections.abc import Callable
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from customers import audit
from customers.audit import Fault
from customers.models import AuditEvent, AuditHead
from tests import builders

Tamper = Callable[["psycopg.Cursor[tuple[object, ...]]"], None]


def append(by: int | None, number: int) -> int:
    """Add one event."""
    return audit.append(
        by=by,
        role="AGENT",
        act="TOLD",
        object_kind="call",
        object_id=number,
        call_id=number,
        before=None,
        after={"number": number, "word": "Größe", "at": builders.desk_now()},
        reason="a: b",
    )


@pytest.mark.django_db
def test_chain_of_each_person_proves_itself() -> None:
    for number in range(5):
        append(7, number)
        append(None, number)

    found = audit.verify()

    assert found.is_clean
    assert (found.events, found.shards) == (10, 2)
    assert audit.verify(shard=7).events == 5
    assert list(AuditEvent.objects.filter(shard=7).order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4, 5]
    assert AuditHead.objects.get(shard=0).seq == 5


@pytest.mark.django_db(transaction=True)
def test_events_of_one_person_from_many_sides_stay_one_chain() -> None:
    def write() -> None:
        for number in range(10):
            with transaction.atomic():
                append(7, number)
        connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert audit.verify().is_clean
    assert AuditHead.objects.get(shard=7).seq == 40


def sql(text: str) -> Tamper:
    """Run one statement as the owner with the guards down."""

    def run(cursor: "psycopg.Cursor[tuple[object, ...]]") -> None:
        cursor.execute(text.encode())

    return run


TAMPERING: dict[str, tuple[Tamper, int, Fault]] = {
    "edit": (
        sql("UPDATE customers_auditevent SET after = '{\"number\": 9}' WHERE shard = 7 AND seq = 3"),
        3,
        Fault.CHANGED,
    ),
    "edit time": (
        sql(
            """UPDATE customers_auditevent SET recorded_at = recorded_at + interval '1 microsecond'
               WHERE shard = 7 AND seq = 2"""
        ),
        2,
        Fault.CHANGED,
    ),
    "move text between fields": (
        sql("UPDATE customers_auditevent SET act = 'TOLDcall', object_kind = '' WHERE shard = 7 AND seq = 2"),
        2,
        Fault.CHANGED,
    ),
    "delete": (sql("DELETE FROM customers_auditevent WHERE shard = 7 AND seq = 3"), 3, Fault.MISSING),
    "delete the first": (sql("DELETE FROM customers_auditevent WHERE shard = 7 AND seq = 1"), 1, Fault.MISSING),
    "swap": (
        sql(
            """UPDATE customers_auditevent a SET seq = -b.seq FROM customers_auditevent b
               WHERE a.shard = 7 AND b.shard = 7 AND a.seq + b.seq = 7 AND a.seq IN (3, 4);
               UPDATE customers_auditevent SET seq = -seq WHERE seq < 0"""
        ),
        3,
        Fault.CHANGED,
    ),
    "insert": (
        sql(
            """INSERT INTO customers_auditevent (shard, seq, recorded_at, actor_id, actor_role, act, object_kind,
                   reason, prev_hash, hash)
               SELECT 7, 7, now(), 7, '', 'TOLD', 'call', '', hash, sha256(hash || audit_canonical(7, 7, now(), 7, '',
                   'TOLD', 'call', NULL, NULL, NULL, NULL, NULL, NULL, '', NULL))
               FROM customers_auditevent WHERE shard = 7 AND seq = 6"""
        ),
        7,
        Fault.TAIL,
    ),
    "rehash the last": (
        sql(
            """UPDATE customers_auditevent SET act = 'OTHER' WHERE shard = 7 AND seq = 6;
               UPDATE customers_auditevent SET hash = sha256(prev_hash || audit_canonical(shard, seq, recorded_at,
                   actor_id, actor_role, act, object_kind, object_id, customer_id, call_id, limit_version_id, before,
                   after, reason, key))
               WHERE shard = 7 AND seq = 6"""
        ),
        6,
        Fault.TAIL,
    ),
    "cut the tail": (sql("DELETE FROM customers_auditevent WHERE shard = 7 AND seq > 4"), 5, Fault.TAIL),
    "remove a whole chain": (sql("DELETE FROM customers_auditevent WHERE shard = 7"), 1, Fault.TAIL),
    "rehash one": (
        sql(
            """UPDATE customers_auditevent SET act = 'OTHER' WHERE shard = 7 AND seq = 3;
               UPDATE customers_auditevent SET hash = sha256(prev_hash || audit_canonical(shard, seq, recorded_at,
                   actor_id, actor_role, act, object_kind, object_id, customer_id, call_id, limit_version_id, before,
                   after, reason, key))
               WHERE shard = 7 AND seq = 3"""
        ),
        4,
        Fault.UNLINKED,
    ),
}


@pytest.mark.parametrize("how", list(TAMPERING))
def test_every_touch_is_found_and_the_first_bad_event_named(
    how: str, owner_db: "psycopg.Cursor[tuple[object, ...]]"
) -> None:
    tamper, seq, fault = TAMPERING[how]
    for number in range(6):
        append(7, number)
        append(8, number)
    owner_db.execute("ALTER TABLE customers_auditevent DISABLE TRIGGER USER")
    tamper(owner_db)
    owner_db.execute("ALTER TABLE customers_auditevent ENABLE TRIGGER USER")

    found = audit.verify()

    assert [(bad.shard, bad.seq, bad.fault) for bad in found.bad] == [(7, seq, fault)]
    assert audit.verify(shard=8).is_clean


@pytest.mark.django_db
def test_command_says_that_all_is_as_recorded() -> None:
    append(7, 1)
    out = StringIO()

    call_command("verify_audit", stdout=out)

    assert out.getvalue().splitlines()[-1] == "1 events in 1 chains, all as recorded."
    assert "Nothing is sealed yet" in out.getvalue()


def test_command_fails_and_names_the_event(owner_db: "psycopg.Cursor[tuple[object, ...]]") -> None:
    append(7, 1)
    owner_db.execute("ALTER TABLE customers_auditevent DISABLE TRIGGER USER")
    owner_db.execute("UPDATE customers_auditevent SET actor_role = 'MANAGER'")
    owner_db.execute("ALTER TABLE customers_auditevent ENABLE TRIGGER USER")
    err = StringIO()

    with pytest.raises(CommandError, match="1 of 1 chains"):
        call_command("verify_audit", stderr=err)

    assert "chain 7, event 1" in err.getvalue()
