"""The outbox: written with its act, sent at least once, waited for with patience, lost never."""

from datetime import timedelta

import celery
import pytest
from django.db import connection, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from customers import doorbell, notices, outbox
from customers.models import OutboxMessage
from customers.outbox import Message, NotNow, Sent
from tests.database import DeskClock, owner_connection

pytestmark = pytest.mark.django_db


def put(number: int = 1, topic: str = "notice.test") -> None:
    """Write one message."""
    outbox.put(topic=topic, key=f"{topic}:{number}", payload={"number": number})


def test_message_leaves_once_with_what_it_says() -> None:
    put()
    sent: list[Message] = []

    def send(message: Message) -> Sent:
        sent.append(message)
        return Sent.SENT

    assert outbox.deliver_due(senders={"notice.test": send}) == 1
    assert outbox.deliver_due(senders={"notice.test": send}) == 0

    assert [(one.key, one.payload, one.attempts) for one in sent] == [("notice.test:1", {"number": 1}, 1)]
    row = OutboxMessage.objects.get()
    assert row.delivered_at is not None
    assert row.last_error == ""


def test_topic_without_a_sender_waits_and_is_counted() -> None:
    put(1)
    put(1, "billing.cancel")
    put(2, "billing.cancel")

    assert outbox.deliver_due(senders={"notice.test": lambda _: Sent.SENT}) == 1

    assert [(one.topic, one.count) for one in outbox.waiting()] == [("billing.cancel", 2)]


def test_one_in_trouble_is_postponed_longer_each_time_and_keeps_nobody_back(desk_clock: DeskClock) -> None:
    desk_clock.advance(timedelta())
    put(1)
    put(2)

    def send(message: Message) -> Sent:
        if message.payload["number"] == 1:
            raise ConnectionError("mail.example.com refuses ann@example.com")
        return Sent.SENT

    assert outbox.deliver_due(senders={"notice.test": send}) == 1
    row = OutboxMessage.objects.get(key="notice.test:1")
    assert row.last_error == "ConnectionError"
    assert row.due_at == row.created_at + outbox.FIRST_RETRY
    assert outbox.deliver_due(senders={"notice.test": send}) == 0

    waits = []
    for _ in range(12):
        before = OutboxMessage.objects.get(key="notice.test:1").due_at
        desk_clock.set(before)
        outbox.deliver_due(senders={"notice.test": send})
        waits.append(OutboxMessage.objects.get(key="notice.test:1").due_at - before)
    assert waits[:3] == [outbox.FIRST_RETRY * 2, outbox.FIRST_RETRY * 4, outbox.FIRST_RETRY * 8]
    assert waits[-1] == outbox.LAST_RETRY


def test_not_now_says_why() -> None:
    put()

    def send(_: Message) -> Sent:
        raise NotNow("RECEIVER_CLOSED")

    outbox.deliver_due(senders={"notice.test": send})

    assert OutboxMessage.objects.get().last_error == "RECEIVER_CLOSED"


def test_skipped_is_delivered_and_marked() -> None:
    put()

    outbox.deliver_due(senders={"notice.test": lambda _: Sent.SKIPPED})

    row = OutboxMessage.objects.get()
    assert row.delivered_at is not None
    assert row.last_error == "SKIPPED"


def test_killed_relay_gives_its_message_back_after_the_lease(desk_clock: DeskClock) -> None:
    put()

    def killed(_: Message) -> Sent:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outbox.deliver_due(senders={"notice.test": killed})
    assert outbox.deliver_due(senders={"notice.test": lambda _: Sent.SENT}) == 0
    desk_clock.advance(outbox.LEASE + timedelta(seconds=1))

    assert outbox.deliver_due(senders={"notice.test": lambda _: Sent.SENT}) == 1
    assert OutboxMessage.objects.get().attempts == 2


@pytest.mark.django_db(transaction=True)
def test_two_relays_never_take_the_same_message() -> None:
    put(1)
    put(2)
    with owner_connection() as other, other.transaction():
        other.execute("SELECT id FROM customers_outboxmessage WHERE key = 'notice.test:1' FOR UPDATE")

        assert outbox.deliver_due(senders={"notice.test": lambda _: Sent.SENT}) == 1

    assert list(OutboxMessage.objects.filter(delivered_at=None).values_list("key", flat=True)) == ["notice.test:1"]


@pytest.mark.django_db(transaction=True)
def test_message_of_an_act_that_failed_was_never_written() -> None:
    @transaction.atomic
    def act() -> None:
        put()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert not OutboxMessage.objects.exists()


def test_bell_is_rung_after_the_commit_and_rests_when_nobody_hears(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    rung: list[str] = []

    def fails(task: str, **_: object) -> None:
        rung.append(task)
        raise ConnectionError("no broker")

    monkeypatch.setattr(celery.current_app, "send_task", fails)
    monkeypatch.setattr(doorbell, "_resting_until", 0.0)

    with django_capture_on_commit_callbacks(execute=True):
        put(1)
        assert rung == []
        put(2)

    assert rung == ["customers.tasks.relay_outbox"]


def test_topic_has_one_sender() -> None:
    with pytest.raises(ValueError, match="has a sender already"):
        notices.connect("notice.cancellation", lambda _: Sent.SENT)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE customers_outboxmessage SET topic = 'billing.cancel'",
        "UPDATE customers_outboxmessage SET key = 'other'",
        """UPDATE customers_outboxmessage SET delivered_at = now();
           UPDATE customers_outboxmessage SET delivered_at = NULL""",
    ],
)
def test_message_keeps_what_it_says(sql: str) -> None:
    put()

    with pytest.raises(Exception, match="keeps what it says"), transaction.atomic():
        _run(sql)


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        for statement in sql.split(";"):
            cursor.execute(statement)
