"""Clockwork of people: sessions that nobody can use any more are removed."""

from celery import shared_task
from django.utils import timezone

from retention_desk.people.models import Session


@shared_task
def forget_expired_sessions() -> int:
    """Remove sessions past their end; return how many."""
    removed, _by_model = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return removed
