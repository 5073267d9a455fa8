"""Clockwork: what time alone brings about. Every tick is safe to lose, to repeat and to run twice at once."""

from celery import shared_task

from offers import ledger, promotions


@shared_task
def expire_due() -> dict[str, int]:
    """Let go of questions that nobody answered and of money that nobody used."""
    return dict(ledger.expire_due())


@shared_task
def begin_promotions() -> int:
    """Give people the places that a second person confirmed an hour ago."""
    return promotions.begin_due()


@shared_task
def return_unspent() -> dict[str, int]:
    """Give back to the budgets what concessions of customers who have left will not cost."""
    return dict(ledger.return_unspent())
