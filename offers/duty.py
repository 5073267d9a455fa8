"""What a seat is doing: set by the person, seen by the floor, and asked before anything is escalated."""

from datetime import datetime

from django.db import transaction

from customers import audit
from customers.refusals import NotYours
from offers.choices import Duty
from offers.models import Seat


def set_duty(*, by: int, role: str, duty: Duty, now: datetime) -> None:
    """Set one's own duty. Setting what it already is changes nothing. Raises `NotYours` without an active seat."""
    with transaction.atomic():
        seat = Seat.objects.select_for_update().filter(user_id=by, is_active=True).first()
        if seat is None:
            raise NotYours
        if seat.duty == duty:
            return
        before, seat.duty, seat.duty_since = seat.duty, duty, now
        seat.save(update_fields=["duty", "duty_since"])
        audit.append(
            by=by,
            role=role,
            act="SET_DUTY",
            object_kind="seat",
            object_id=seat.pk,
            before={"duty": before},
            after={"duty": str(duty)},
        )
