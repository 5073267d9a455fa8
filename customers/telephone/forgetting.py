"""Callers' numbers are forgotten when nobody needs them any more; who called whom when stays."""

from datetime import timedelta

from customers.models import TelephoneCall
from customers.queries import DeskNow

KEPT_FOR = timedelta(days=30)


def forget_numbers(*, kept_for: timedelta = KEPT_FOR, most: int = 5_000) -> int:
    """Blank the numbers of telephone calls that were recorded longer ago than that; answers how many."""
    old = TelephoneCall.objects.filter(recorded_at__lt=DeskNow() - kept_for).exclude(number="")
    chosen = list(old.order_by("recorded_at").values_list("pk", flat=True)[:most])
    return TelephoneCall.objects.filter(pk__in=chosen).update(number="")
