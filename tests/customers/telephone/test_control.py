"""Carrying a command to the telephone: over a real line, to a server that answers well, badly, slowly and elsewhere."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from customers import outbox, tasks
from customers.choices import LineWanted
from customers.choices import TelephoneEventKind as Kind
from customers.models import Call, OutboxMessage, TelephoneCommand, TelephoneConnection
from customers.outbox import Message, Sent
from customers.telephone import connections, control
from customers.telephone.commanding import want
from retention_desk.people.models import User
from tests import builders
from tests.customers.telephone.control_desk import SAID, SILENT, ControlDesk, control_desk
from tests.customers.telephone.telephoning import Telephone
from tests.database import DeskClock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a server on the same machine."""
    monkeypatch.setattr(control, "SECONDS", 1.0)
    monkeypatch.setattr(control, "PAUSE", 0.01)


@pytest.fixture
def desk() -> Iterator[ControlDesk]:
    """What stands at the control address; it takes everything unless the test says otherwise."""
    with control_desk() as running:
        yield running


@pytest.fixture
def command(telephone: Telephone, ann: User, desk: ControlDesk) -> TelephoneCommand:
    """Ann has pressed Hold a moment ago."""
    TelephoneConnection.objects.update(control_address=desk.address)
    telephone.tell(Kind.ANSWERED, 0, agent="ann")
    call_id = Call.objects.get().pk
    want(call_id=call_id, wanted=LineWanted.HELD, by=ann.pk, role="AGENT", key=builders.new_key())
    return TelephoneCommand.objects.get()


def row() -> OutboxMessage:
    return OutboxMessage.objects.get(topic=control.TOPIC)


def test_command_arrives_signed_and_is_understood(
    telephone: Telephone, command: TelephoneCommand, desk: ControlDesk, ann: User
) -> None:
    assert tasks.relay_telephone() == 1
    assert tasks.relay_telephone() == 0

    (got,) = desk.got
    assert got.verified(connections.secret_of(telephone.connection)) == {
        "type": "call.hold_wanted",
        "timestamp": command.asked_at.isoformat(),
        "data": {
            "call_id": telephone.call_id, "agent": "ann", "at": command.asked_at.isoformat(),
            "until": command.good_until.isoformat(),
        },
    }  # fmt: skip
    assert (got.path, got.headers["webhook-id"]) == ("/hold?site=1", f"telephone-command-{command.pk}")
    assert row().last_error == ""
    # Taken is not held: the line is as it was until the telephone tells.
    assert not Call.objects.get().telephone_leg.telephone_call.held_since

    telephone.tell(Kind.HELD, 5)
    want(call_id=Call.objects.get().pk, wanted=LineWanted.RESUMED, by=ann.pk, role="AGENT", key=builders.new_key())
    tasks.relay_telephone()
    assert desk.says() == ["call.hold_wanted", "call.resume_wanted"]


def test_no_relay_of_notices_takes_it(command: TelephoneCommand, desk: ControlDesk) -> None:
    tasks.relay_outbox()

    assert (desk.got, row().attempts) == ([], 0)


@pytest.mark.parametrize(
    ("answers", "asked", "error"),
    [
        ([500, 200], 2, ""),
        ([503, 503, 204], 3, ""),
        ([500], 3, "HTTP_500"),
        ([429], 3, "HTTP_429"),
        ([SILENT, 200], 2, ""),
        ([SILENT], 3, "TIMEOUT"),
        ([302], 1, "HTTP_302"),
        ([307], 1, "HTTP_307"),
        ([401], 1, "HTTP_401"),
        ([404], 1, "HTTP_404"),
    ],
)
def test_trouble_is_tried_again_quickly_and_not_for_long(
    command: TelephoneCommand, desk: ControlDesk, answers: list[int], asked: int, error: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    desk.answers = answers

    with caplog.at_level(logging.DEBUG):
        left = tasks.relay_telephone()

    assert (left, len(desk.got), row().last_error) == (0 if error else 1, asked, error)
    assert (row().delivered_at is None) == bool(error)
    # Every try is the same message, to the same place, and what was answered stands nowhere.
    assert {(one.path, one.headers["webhook-id"], one.body) for one in desk.got} == {
        ("/hold?site=1", desk.got[0].headers["webhook-id"], desk.got[0].body)
    }
    assert SAID not in caplog.text
    assert (f"{row().key} was not taken: {error}" in caplog.text) == bool(error)


def test_nobody_at_the_address(command: TelephoneCommand) -> None:
    TelephoneConnection.objects.update(control_address="http://127.0.0.1:1/")

    assert tasks.relay_telephone() == 0
    assert row().last_error == "ConnectionRefusedError"


def test_twice_delivered_is_one_message_and_what_is_told_of_it_has_one_effect(
    telephone: Telephone, command: TelephoneCommand, desk: ControlDesk
) -> None:
    """A relay that dies after it has sent sends again; whoever answers tells of the hold under one id of an event."""
    message = Message(id=row().pk, topic=row().topic, key=row().key, payload=row().payload, attempts=1)

    assert [control.send(message), control.send(message)] == [Sent.SENT, Sent.SENT]

    first, second = desk.got
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    for _ in desk.got:
        call = telephone.tell(Kind.HELD, 5, event_id=f"held for {first.headers['webhook-id']}")
    assert call.state == "HELD"
    assert call.events.filter(kind="HELD").count() == 1
    # It is done by now, and not asked for again.
    assert control.send(message) == Sent.SKIPPED
    assert len(desk.got) == 2


def test_command_whose_time_is_over_is_never_sent(
    command: TelephoneCommand, desk: ControlDesk, desk_clock: DeskClock
) -> None:
    """The agent has read by then that it was not confirmed."""
    desk_clock.advance(timedelta(seconds=9))

    assert tasks.relay_telephone() == 1
    assert (desk.got, row().last_error) == ([], "SKIPPED")


def test_what_failed_is_over_when_its_turn_comes_again(
    command: TelephoneCommand, desk: ControlDesk, desk_clock: DeskClock
) -> None:
    desk.answers = [500]
    tasks.relay_telephone()
    desk_clock.advance(outbox.FIRST_RETRY + timedelta(seconds=1))

    assert tasks.relay_telephone() == 1
    assert (len(desk.got), row().last_error) == (3, "SKIPPED")


@pytest.mark.parametrize("change", [{"active": False}, {"control_address": ""}])
def test_connection_that_was_switched_off_meanwhile_is_not_asked(
    command: TelephoneCommand, desk: ControlDesk, change: dict[str, object]
) -> None:
    TelephoneConnection.objects.update(**change)

    assert tasks.relay_telephone() == 1
    assert desk.got == []


def test_former_secret_signs_too_for_a_day(
    telephone: Telephone, command: TelephoneCommand, desk: ControlDesk, ann: User
) -> None:
    former = connections.secret_of(telephone.connection)
    changed = connections.new_secret(
        connection_id=telephone.connection.pk, by=ann.pk, role="ADMINISTRATOR", now=builders.desk_now()
    )

    tasks.relay_telephone()

    (got,) = desk.got
    assert got.verified(former) == got.verified(connections.secret_of(changed))
