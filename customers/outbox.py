"""Messages to the outside world: written with the act that causes them, sent by a relay, found again by its sweep.

Redis only wakes the relay. A message is delivered at least once and carries the same key every time; one whose topic
nobody has connected yet waits and is counted.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection, transaction

from customers import doorbell
from customers.models import OutboxMessage
from customers.statements import as_json

log = logging.getLogger(__name__)

# A sender that takes longer than this is taken for dead, and the message is sent again.
LEASE = timedelta(minutes=2)
FIRST_RETRY = timedelta(seconds=10)
LAST_RETRY = timedelta(hours=1)


class Sent(StrEnum):
    """What a sender did: SENT, or SKIPPED where there was nobody to tell or nothing left to say."""

    SENT = "SENT"
    SKIPPED = "SKIPPED"


class NotNow(Exception):
    """The receiver cannot take the message now; `code` says why, without personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way; `attempts` counts this one."""

    id: int
    topic: str
    key: str
    payload: Mapping[str, object]
    attempts: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages of a topic wait, and since when the oldest."""

    topic: str
    count: int
    oldest_at: datetime


Sender = Callable[[Message], Sent]


def put(*, topic: str, key: str, payload: Mapping[str, object]) -> None:
    """Write one message into the transaction of its act and ring the relay once that has committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO customers_outboxmessage (topic, key, payload, created_at, due_at, attempts, last_error)
               VALUES (%s, %s, %s::jsonb, desk_now(), desk_now(), 0, '')""",
            [topic, key, as_json(payload)],
        )
    transaction.on_commit(doorbell.ring_relay, robust=True)


def deliver_due(*, senders: Mapping[str, Sender], limit: int = 100) -> int:
    """Send what is due, one by one, each committed by itself; answers how many left.

    Only topics with a sender are taken. Two relays never take the same message at the same time.
    """
    left = 0
    for _ in range(limit):
        message = _claim_next(list(senders))
        if message is None:
            break
        left += _deliver(message, senders[message.topic])
    return left


def _claim_next(topics: list[str]) -> Message | None:
    """Lease the message that has waited longest."""
    claimed = OutboxMessage.objects.raw(
        """UPDATE customers_outboxmessage SET lease_until = desk_now() + %(lease)s, attempts = attempts + 1
           WHERE id = (SELECT id FROM customers_outboxmessage
                       WHERE delivered_at IS NULL AND due_at <= desk_now() AND topic = ANY(%(topics)s)
                         AND (lease_until IS NULL OR lease_until <= desk_now())
                       ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING *""",
        {"lease": LEASE, "topics": topics},
    )
    return next(
        (
            Message(id=row.pk, topic=row.topic, key=row.key, payload=row.payload, attempts=row.attempts)
            for row in claimed
        ),
        None,
    )


def _deliver(message: Message, send: Sender) -> int:
    try:
        sent = send(message)
    except NotNow as not_now:
        _postpone(message, not_now.code)
        return 0
    except Exception as trouble:  # noqa: BLE001 (whatever a sender trips over must not keep the others back)
        # Its kind only: what a mail server answers names the person who was written to.
        log.warning("outbox message %s was not sent: %s", message.key, type(trouble).__name__)
        _postpone(message, type(trouble).__name__)
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE customers_outboxmessage SET delivered_at = desk_now(), lease_until = NULL, last_error = %s
               WHERE id = %s AND delivered_at IS NULL""",
            ["" if sent == Sent.SENT else sent.value, message.id],
        )
    return 1


def _postpone(message: Message, code: str) -> None:
    """Give the lease back and wait twice as long as the time before."""
    wait = min(FIRST_RETRY * 2 ** min(message.attempts - 1, 12), LAST_RETRY)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE customers_outboxmessage SET lease_until = NULL, due_at = desk_now() + %s, last_error = %s
               WHERE id = %s AND delivered_at IS NULL""",
            [wait, code[:200], message.id],
        )


def waiting() -> tuple[Waiting, ...]:
    """What has not left yet, by topic, connected or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT topic, count(*), min(created_at) FROM customers_outboxmessage
               WHERE delivered_at IS NULL GROUP BY topic ORDER BY topic"""
        )
        return tuple(Waiting(topic=row[0], count=row[1], oldest_at=row[2]) for row in cursor.fetchall())
