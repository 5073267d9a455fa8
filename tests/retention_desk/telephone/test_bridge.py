"""The bridge to Asterisk: what a manager tells reaches the desk, whatever becomes of the line on the way."""

import asyncio
import itertools
import logging
import signal
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from customers.choices import RouteKind, TelephoneSystem
from customers.models import Call, TelephoneCall, TelephoneConnection, TelephoneEvent, TelephoneRoute
from retention_desk.management.commands.telephone import until_stopped
from retention_desk.telephone.ami import Manager, Patience, block_of, manager_of, written
from retention_desk.telephone.bridge import Bridge, waits
from tests import builders
from tests.customers.telephone.telephoning import make_extension
from tests.retention_desk.scene import Scene
from tests.retention_desk.telephone.pbx import SECRET, Line, Pbx, bridged, event, now_and_then, recorded, run
from tests.retention_desk.telephone.sending import connect

with_database = pytest.mark.django_db(transaction=True)
CALL = {"Linkedid": "17.1", "Uniqueid": "17.1", "CallerIDNum": "+15595550142", "Queue": "cancel"}


@pytest.fixture
def pbx_connection(transactional_db: None, scene: Scene) -> TelephoneConnection:
    """An Asterisk that knows Ann as Local/102@agents."""
    connection = connect(system=TelephoneSystem.ASTERISK)
    make_extension(connection, scene.ann, "Local/102@agents")
    return connection


async def nothing(_number: int, _line: Line) -> None:
    """A manager that has nothing to tell."""


def taken(count: int) -> Any:
    """Whether so many events have been dealt with."""
    return lambda bridge: bridge.counts.heard >= count and bridge.counts.done.total() > count


@with_database
def test_recorded_call_of_a_real_asterisk_goes_its_way_on_the_desk(
    pbx_connection: TelephoneConnection, scene: Scene
) -> None:
    """In pieces of seven bytes, as no network is kind enough to keep blocks whole."""
    bob = builders.make_agent("bob")
    make_extension(pbx_connection, bob, "Local/103@agents")
    builders.make_customer(phone="+15595550142")

    async def script(_number: int, line: Line) -> None:
        await line.tell(recorded(), pieces=7)

    bridge = run(bridged(Pbx(script), pbx_connection.pk, lambda bridge: bridge.counts.done["taken"] >= 10))

    call = TelephoneCall.objects.get()
    assert (call.state, call.number, call.line, call.queue) == ("ENDED", "+15595550142", "5595550100", "billing")
    legs = Call.objects.order_by("pk").values_list("agent__username", "state", "phone_from", "transferred_from")
    first = Call.objects.order_by("pk")[0].pk
    assert list(legs) == [
        ("ann", "WRAP_UP", "+15595550142", None),
        ("bob", "WRAP_UP", "+15595550142", first),
    ]
    assert bridge.counts.done["taken"] == bridge.counts.heard
    pbx_connection.refresh_from_db()
    assert pbx_connection.last_used_at is not None


@with_database
def test_line_that_breaks_within_an_event_is_taken_up_again_and_ends_what_has_gone(
    pbx_connection: TelephoneConnection, scene: Scene
) -> None:
    joined = event("QueueCallerJoin", **CALL | {"CallerIDNum": scene.customer.phone})
    answered = event("AgentConnect", **CALL, Interface="Local/102@agents/n", DestUniqueid="17.2")
    lines: list[Line] = []

    async def script(number: int, line: Line) -> None:
        lines.append(line)
        if number == 0:
            # From the next login on the call is there, from the one after that no more.
            pbx.channels = ("17.1",)
            await line.tell(joined + answered[:40])
            line.writer.transport.abort()
        elif number == 1:
            await line.tell(answered)
        else:
            await line.tell(event("QueueCallerJoin", Linkedid="18.1", Uniqueid="18.1", Queue="cancel"))

    def until(bridge: Bridge) -> bool:
        done = bridge.counts.done
        if done["taken"] == 2 and pbx.channels:
            pbx.channels = ()
            lines[-1].writer.transport.abort()
        return (done["taken"], done["listed"]) == (3, 3)

    pbx = Pbx(script)
    run(bridged(pbx, pbx_connection.pk, until))

    assert list(TelephoneCall.objects.order_by("pk").values_list("provider_call_id", "state")) == [
        ("17.1", "ENDED"), ("18.1", "RINGING"),
    ]  # fmt: skip
    assert Call.objects.get().state == "WRAP_UP"
    assert pbx.tries == [True] * 3


@with_database
def test_calls_of_other_queues_and_of_nobody_here_are_not_kept(
    pbx_connection: TelephoneConnection, scene: Scene
) -> None:
    TelephoneRoute.objects.create(
        connection=pbx_connection, kind=RouteKind.QUEUE, code="cancel", name="Cancel", team=builders.make_team()
    )

    async def script(_number: int, line: Line) -> None:
        await line.tell(event("QueueCallerJoin", **CALL | {"Queue": "billing"}))
        await line.tell(event("Hangup", Linkedid="16.1", Uniqueid="16.1"))
        await line.tell(event("Newchannel", Linkedid="16.1", Uniqueid="16.1"))
        await line.tell(event("QueueCallerJoin", **CALL | {"Linkedid": "17.9", "Uniqueid": "17.9"}))

    pbx = Pbx(script)
    pbx.may_list = False
    bridge = run(bridged(pbx, pbx_connection.pk, lambda bridge: bridge.counts.done.total() >= 3))

    assert [call.provider_call_id for call in TelephoneCall.objects.all()] == ["17.9"]
    assert bridge.counts.done == {"not wanted": 2, "taken": 1}


@with_database
def test_event_that_the_database_cannot_take_now_waits(
    pbx_connection: TelephoneConnection, owner_db: psycopg.Cursor[tuple[object, ...]], caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody keeps its table for longer than the desk waits for it."""
    owner_db.execute("BEGIN")
    owner_db.execute("LOCK TABLE customers_telephoneevent IN EXCLUSIVE MODE")

    async def script(_number: int, line: Line) -> None:
        await line.tell(event("AgentConnect", **CALL, Interface="Local/102@agents", DestUniqueid="17.2"))

    def until(bridge: Bridge) -> bool:
        if "the database does not answer" in caplog.text:
            owner_db.execute("ROLLBACK")
        return bridge.counts.done["taken"] == 1

    with caplog.at_level(logging.WARNING):
        run(bridged(Pbx(script), pbx_connection.pk, until))

    assert TelephoneCall.objects.get().state == "TALKING"


@with_database
def test_switched_off_connection_takes_nothing(pbx_connection: TelephoneConnection) -> None:
    TelephoneConnection.objects.update(active=False)

    async def script(_number: int, line: Line) -> None:
        await line.tell(event("QueueCallerJoin", **CALL))

    run(bridged(Pbx(script), pbx_connection.pk, taken(1)))

    assert not TelephoneEvent.objects.exists()


@with_database
def test_wrong_secret_is_said_and_tried_again_and_neither_it_nor_a_number_is_logged(
    pbx_connection: TelephoneConnection, caplog: pytest.LogCaptureFixture
) -> None:
    async def script(_number: int, line: Line) -> None:
        await line.tell(event("QueueCallerJoin", **CALL))
        await line.tell(event("AgentConnect", Uniqueid="17.1", CallerIDNum="+15595550142"))
        await line.tell(event("QueueCallerJoin", **CALL | {"Timestamp": "1.5"}))

    pbx = Pbx(script)
    with caplog.at_level(logging.DEBUG):
        # The former secret first, as while it is being changed; then, in another run, a wrong one alone.
        run(bridged(pbx, pbx_connection.pk, taken(2), secrets=("former", SECRET)))
        said = "knows neither name nor secret"
        wrong = run(bridged(Pbx(nothing), pbx_connection.pk, lambda _: caplog.text.count(said) > 1, secrets=("wrong",)))

    assert pbx.tries == [False, True]
    assert wrong.counts.logins == 0
    assert "not understood: Linkedid" in caplog.text
    assert "do the clocks agree" in caplog.text
    assert [one for one in (SECRET, "former", "5595550142", "133523760") if one in caplog.text] == []


def test_silent_manager_is_asked_and_left_when_it_does_not_answer() -> None:
    pbx = Pbx(nothing)
    pbx.answers_pings = False
    pbx.may_list = False
    patience = Patience(connect=5, answer=0.1, silence=0.1, leave=0.1)

    bridge = run(bridged(pbx, 0, lambda bridge: bridge.counts.logins >= 3, patience=patience))

    assert bridge.counts.heard == 0


@with_database
def test_manager_that_answers_pings_is_noted_as_alive(pbx_connection: TelephoneConnection) -> None:
    pbx = Pbx(nothing)
    patience = Patience(connect=5, answer=5, silence=0.05, leave=1)

    run(bridged(pbx, pbx_connection.pk, lambda bridge: bridge.counts.done["alive"] > 0, patience=patience))

    pbx_connection.refresh_from_db()
    assert pbx_connection.last_used_at is not None
    assert (pbx.tries, pbx.left) == ([True], 1)


@with_database
def test_told_to_stop_it_takes_leave_and_takes_in_what_it_has_heard(pbx_connection: TelephoneConnection) -> None:
    async def script(_number: int, line: Line) -> None:
        await line.tell(event("QueueCallerJoin", **CALL))

    async def stopped(pbx: Pbx) -> Bridge:
        async with pbx.serving() as port:
            manager = Manager("127.0.0.1", port, tls=False, user="desk", secrets=(SECRET,))
            bridge = Bridge(manager, connection_id=pbx_connection.pk)
            serving = asyncio.create_task(until_stopped(bridge))
            async for _ in now_and_then():
                if bridge.counts.heard:
                    break
            signal.raise_signal(signal.SIGTERM)
            await serving
            return bridge

    pbx = Pbx(script)

    assert run(stopped(pbx)).counts.done == {"listed": 1, "taken": 1}
    assert pbx.left == 1
    assert TelephoneCall.objects.get().state == "RINGING"


@pytest.mark.parametrize("greeting", [b"220 mail.example.com ESMTP\r\n", b"x" * 70_000, b""])
def test_whatever_is_no_manager_is_not_listened_to(greeting: bytes, caplog: pytest.LogCaptureFixture) -> None:
    pbx = Pbx(nothing)
    pbx.greeting = greeting or b"\r\n"

    with caplog.at_level(logging.WARNING):
        bridge = run(bridged(pbx, 0, lambda _: "trying again" in caplog.text))

    assert bridge.counts.logins == 0


def test_block_without_end_ends_the_line() -> None:
    async def script(_number: int, line: Line) -> None:
        await line.tell(b"Event: Hangup\r\nX: " + b"x" * 200_000)

    pbx = Pbx(script)
    pbx.may_list = False

    assert run(bridged(pbx, 0, lambda bridge: bridge.counts.logins >= 2)).counts.heard == 0


def test_waits_grow_and_end_growing() -> None:
    found = list(itertools.islice(waits(), 9))

    assert all(0.75 * most <= one <= most for one, most in zip(found, (1, 2, 4, 8, 16, 32, 60, 60, 60), strict=True))


def test_value_cannot_end_a_line() -> None:
    assert written("Login", Username="desk\r\nAction: Command") == (
        b"Action: Login\r\nUsername: desk Action: Command\r\n\r\n"
    )


def test_block_is_read_as_it_is_written() -> None:
    raw = b"Event: X\r\nEmpty:\r\nTwo:\xff a: b\r\nChanVariable: A=1\r\nChanVariable: B=2\r\nno field\r\n\r\n"

    assert block_of(raw) == {"Event": "X", "Empty": "", "Two": "\ufffd a: b", "ChanVariable": "A=1"}


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("tcp://desk@pbx.example.com", ("pbx.example.com", 5038, False, "desk")),
        ("tls://de%40sk@10.0.0.7:15039", ("10.0.0.7", 15039, True, "de@sk")),
    ],
)
def test_address_of_a_manager(address: str, wanted: tuple[object, ...]) -> None:
    found = manager_of(address, ["s"])

    assert (found.host, found.port, found.tls, found.user, found.secrets) == (*wanted, ("s",))


@pytest.mark.parametrize("address", ["pbx.example.com", "http://desk@pbx", "tcp://pbx", "tcp://desk:s3@pbx", ""])
def test_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="is like tcp://"):
        manager_of(address, ["s"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("managers", "secrets", "sentence"),
    [
        ({}, {"PBX": ("s",)}, "TELEPHONE_MANAGERS"),
        ({"PBX": "tcp://desk@pbx"}, {}, "TELEPHONE_SECRETS"),
        ({"PBX": "pbx"}, {"PBX": ("s",)}, "is like tcp://"),
    ],
)
def test_command_says_what_it_lacks(settings: Any, managers: Any, secrets: Any, sentence: str) -> None:
    settings.TELEPHONE_MANAGERS, settings.TELEPHONE_SECRETS = managers, secrets
    connect(system=TelephoneSystem.ASTERISK, name="PBX")

    with pytest.raises(CommandError, match=sentence):
        call_command("telephone", "PBX")
    with pytest.raises(CommandError, match="no telephone connection"):
        call_command("telephone", "Twilio")
