"""From when a new version holds: now or later, never in a past that others have already decided under."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from customers.keeping import NotValid

# A form says the minute; what was now when it was filled in is still now.
GRACE = timedelta(minutes=5)


def first_moment(valid_from: datetime | None, *, now: datetime) -> datetime:
    """The first moment of a new version; None is now. Raises `NotValid` for what is over."""
    if valid_from is None or now - GRACE <= valid_from <= now:
        return now
    if valid_from < now:
        raise NotValid(
            field="valid_from",
            why=_("What has been in force cannot be changed. Leave it empty for now, or choose later."),
        )
    return valid_from
