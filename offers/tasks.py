"""Clockwork: what time alone brings about. Every tick is safe to lose, to repeat and to run twice at once."""

from celery import shared_task

from offers import ledger


@shared_task
def expire_due() -> dict[str, int]:
    """Let go of questions that nobody answered and of money that nobody used."""
    return dict(ledger.expire_due())
