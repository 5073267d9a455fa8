"""Asking the telephone: what is written with the press, what is refused, what the line says until it has answered."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from customers import calls, keeping
from customers.choices import LineWanted
from customers.choices import TelephoneEventKind as Kind
from customers.models import (
    AuditEvent,
    Call,
    OutboxMessage,
    TelephoneCommand,
    TelephoneConnection,
    UsedKey,
)
from customers.refusals import KeyReused, NotYours, Refused
from customers.telephone import connections
from customers.telephone.commanding import want
from customers.telephone.incoming import line_of
from customers.telephone.receiving import claim
from retention_desk.people.models import User
from tests import builders
from tests.customers.calling import open_call
from tests.customers.telephone.telephoning import Telephone, seats
from tests.database import DeskClock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _controlled(telephone: Telephone) -> None:
    TelephoneConnection.objects.update(control_address="https://pbx.example.com/desk")


@pytest.fixture
def call_id(telephone: Telephone) -> int:
    """Ann's call, by telephone."""
    telephone.tell(Kind.ANSWERED, 0, agent="ann")
    return Call.objects.get().pk


def ask(call_id: int, by: User, wanted: LineWanted = LineWanted.HELD, key: UUID | None = None) -> int:
    return want(call_id=call_id, wanted=wanted, by=by.pk, role="AGENT", key=key or builders.new_key())


def line(call_id: int, by: User) -> str:
    return line_of(call_id=call_id, by=by.pk).seen


def written() -> tuple[int, ...]:
    acts = AuditEvent.objects.filter(act__endswith="_WANTED")
    return (
        TelephoneCommand.objects.count(),
        acts.count(),
        OutboxMessage.objects.filter(topic="telephone-command").count(),
    )


def test_press_writes_command_audit_and_message_and_changes_no_line(
    telephone: Telephone, call_id: int, ann: User
) -> None:
    command_id = ask(call_id, ann)

    command = TelephoneCommand.objects.get()
    assert (command.pk, command.wanted) == (command_id, "HELD")
    assert command.good_until == command.asked_at + timedelta(seconds=8)
    event = AuditEvent.objects.get(act="HOLD_WANTED")
    assert (event.actor_id, event.call_id, event.customer_id) == (ann.pk, call_id, Call.objects.get().customer_id)
    message = OutboxMessage.objects.get(topic="telephone-command")
    assert (message.key, message.payload) == (
        f"telephone-command-{command_id}",
        {"command": command_id, "agent": "ann"},
    )
    now = line_of(call_id=call_id, by=ann.pk).telephone
    assert now is not None
    assert (now.held_since, now.is_asking) == (None, True)


def _closed(call_id: int, ann: User, _telephone: Telephone) -> None:
    calls.end_call(call_id=call_id, by=ann.pk, role="AGENT")


def _no_address(*_: object) -> None:
    TelephoneConnection.objects.update(control_address="")


def _switched_off(*_: object) -> None:
    TelephoneConnection.objects.update(active=False)


def _asked(call_id: int, ann: User, _telephone: Telephone) -> None:
    ask(call_id, ann)


def _held(_call_id: int, _ann: User, telephone: Telephone) -> None:
    telephone.tell(Kind.HELD, 5)


def _nothing(*_: object) -> None:
    """As it is."""


@pytest.mark.parametrize(
    ("before", "wanted", "code"),
    [
        (_closed, LineWanted.HELD, "CALL_CLOSED"),
        (_no_address, LineWanted.HELD, "NO_CONTROL"),
        (_switched_off, LineWanted.HELD, "NO_CONTROL"),
        (_asked, LineWanted.HELD, "BEING_ASKED"),
        (_asked, LineWanted.RESUMED, "BEING_ASKED"),
        (_held, LineWanted.HELD, "LINE_IS_SO"),
        (_nothing, LineWanted.RESUMED, "LINE_IS_SO"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_leaves_nothing(
    telephone: Telephone, call_id: int, ann: User, before: Callable[..., None], wanted: LineWanted, code: str
) -> None:
    before(call_id, ann, telephone)
    there, used = written(), UsedKey.objects.count()

    with pytest.raises(Refused) as refused:
        ask(call_id, ann, wanted)

    assert refused.value.code == code
    assert (written(), UsedKey.objects.count()) == (there, used)


def test_somebody_elses_call_is_not_there(call_id: int, bob: User) -> None:
    with pytest.raises(NotYours):
        ask(call_id, bob)
    with pytest.raises(NotYours):
        ask(call_id + 1, bob)
    assert written() == (0, 0, 0)


def test_call_that_was_opened_by_hand_has_no_telephone(telephone: Telephone, bob: User) -> None:
    by_hand = open_call(bob, None)

    with pytest.raises(Refused, match="NO_CONTROL"):
        ask(by_hand, bob)


def test_call_that_goes_on_without_its_line_is_not_asked_for(telephone: Telephone, call_id: int, ann: User) -> None:
    """Cut off, and rung back by hand: the caller is on another line, of which this telephone call knows nothing."""
    telephone.tell(Kind.ENDED, 5)
    calls.resume(call_id=call_id, by=ann.pk, role="AGENT")

    with pytest.raises(Refused, match="LINE_GONE"):
        ask(call_id, ann)


def test_same_key_is_the_same_command_and_another_body_is_refused(call_id: int, ann: User) -> None:
    key = builders.new_key()

    first = ask(call_id, ann, key=key)

    assert ask(call_id, ann, key=key) == first
    for other, wanted in ((call_id, LineWanted.RESUMED), (call_id + 1, LineWanted.HELD)):
        with pytest.raises(KeyReused):
            ask(other, ann, wanted, key)
    assert written() == (1, 1, 1)


def test_only_the_telephone_says_that_the_caller_is_held(telephone: Telephone, call_id: int, ann: User) -> None:
    seen = [line(call_id, ann)]
    hold = ask(call_id, ann)
    seen.append(line(call_id, ann))
    telephone.tell(Kind.HELD, 5)
    seen.append(line(call_id, ann))
    back = ask(call_id, ann, LineWanted.RESUMED)
    seen.append(line(call_id, ann))
    telephone.tell(Kind.RESUMED, 9)
    seen.append(line(call_id, ann))

    assert seen == ["OPEN", f"OPEN.{hold}", "HELD", f"HELD.{back}", "OPEN"]


def test_what_is_not_confirmed_in_time_is_late_by_the_databases_clock_and_may_be_asked_again(
    telephone: Telephone, call_id: int, ann: User, desk_clock: DeskClock
) -> None:
    desk_clock.advance(timedelta())
    hold = ask(call_id, ann)

    desk_clock.advance(timedelta(seconds=7.9))
    assert line(call_id, ann) == f"OPEN.{hold}"
    desk_clock.advance(timedelta(seconds=0.1))
    assert line(call_id, ann) == f"OPEN.{hold}.late"
    again = ask(call_id, ann)
    assert line(call_id, ann) == f"OPEN.{again}"
    # The agent has held on the telephone itself: what was late is done.
    telephone.tell(Kind.HELD, 30)
    assert line(call_id, ann) == "HELD"
    telephone.tell(Kind.RESUMED, 40)
    assert line(call_id, ann) == "OPEN"


def test_old_trouble_is_not_told_for_ever(call_id: int, ann: User, desk_clock: DeskClock) -> None:
    ask(call_id, ann)

    desk_clock.advance(timedelta(seconds=61))

    assert line(call_id, ann) == "OPEN"


def test_confirmation_of_before_confirms_nothing(telephone: Telephone, call_id: int, ann: User) -> None:
    telephone.tell(Kind.HELD, 5)
    telephone.tell(Kind.RESUMED, 9)

    hold = ask(call_id, ann)

    assert line(call_id, ann) == f"OPEN.{hold}"


def test_agent_whom_the_telephone_has_no_name_for_is_asked_for_by_the_one_that_is_known(
    telephone: Telephone, ann: User, bob: User
) -> None:
    """Bob's telephone opened a page; which extension that was nobody has told."""
    call = telephone.tell(Kind.RINGING, 0)
    claim(telephone_call_id=call.pk, by=bob.pk, now=builders.desk_now(), seats=seats)

    ask(Call.objects.get(agent=bob).pk, bob)

    assert OutboxMessage.objects.get(topic="telephone-command").payload["agent"] == "bob"


@pytest.mark.parametrize(
    "sql", ["UPDATE customers_telephonecommand SET wanted = 'RESUMED'", "DELETE FROM customers_telephonecommand"]
)
def test_what_was_asked_stays_asked(call_id: int, ann: User, sql: str) -> None:
    ask(call_id, ann)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# The address


@pytest.mark.parametrize(
    "address",
    [
        "", "https://pbx.example.com/desk?line=1", "https://10.0.0.4:8443", "http://127.0.0.1:8099/hold",
        "http://localhost/hold", "http://[::1]:8099/", "  https://pbx.example.com  ",
    ],
)  # fmt: skip
def test_address_is_kept_and_audited(address: str, ann: User) -> None:
    connection = TelephoneConnection.objects.get()
    kept: dict[str, Any] = {"connection_id": connection.pk, "name": connection.name, "active": True}

    connections.change_connection(**kept, control_address=address, by=ann.pk, role="ADMINISTRATOR")

    connection.refresh_from_db()
    assert connection.control_address == address.strip()
    event = AuditEvent.objects.get(act="CHANGED", object_kind="telephone_connection")
    assert event.after == {"control_address": address.strip()}


@pytest.mark.parametrize(
    "address",
    [
        "pbx.example.com", "http://pbx.example.com/desk", "http://10.0.0.4/", "ftp://pbx.example.com", "https://",
        "https://desk:secret@pbx.example.com/", "https://pbx.example.com/#x", "https://pbx.example.com/a b",
        "https://pbx.example.com:99999/", "http://127.0.0.1.example.com/", "https://pbx.example.com/\nX: y", "//pbx",
        "https://pbx.example.com/" + "a" * 300,
    ],
)  # fmt: skip
def test_address_that_commands_are_not_sent_to_is_not_kept(address: str, ann: User) -> None:
    site_id = TelephoneConnection.objects.get().site_id
    with pytest.raises(keeping.NotValid) as wrong:
        connections.add_connection(
            name="New", site_id=site_id, system="STANDARD", active=True, control_address=address, by=ann.pk,
            role="ADMINISTRATOR",
        )  # fmt: skip
    assert wrong.value.facts["field"] == "control_address"
    assert not TelephoneConnection.objects.filter(name="New").exists()
