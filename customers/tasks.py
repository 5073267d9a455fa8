"""Clockwork in: what Celery's beat and the doorbell start. Each may be lost or run twice; none does more than a bit."""

from datetime import timedelta

from celery import shared_task

from customers import calls, notices, outbox

# A screen says that it is there every 20 s; three minutes of silence are a closed browser and no slow network.
SILENT_FOR = timedelta(minutes=3)


@shared_task(name="customers.tasks.relay_outbox")
def relay_outbox() -> int:
    """Deliver what is due, every 5 s and whenever somebody rings."""
    return outbox.deliver_due(senders=notices.senders(), limit=200)


@shared_task(name="customers.tasks.abandon_silent_calls")
def abandon_silent_calls() -> int:
    """End calls whose screen has gone, every minute."""
    return calls.abandon_silent(silent_for=SILENT_FOR)
