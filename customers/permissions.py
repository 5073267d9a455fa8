"""Who may do what to calls of others. `check_...` raises, `can_...` asks, both from one body."""

from customers.choices import CallState
from customers.models import Call
from customers.queries import Reader
from customers.refusals import Refused


def can_correct_disposition(user: Reader) -> bool:
    """Whether the user may correct how a call ended."""
    return user.has_perm("customers.correct_disposition")


def check_correct_disposition(user: Reader) -> None:
    """`Refused("NOT_ALLOWED")` for whoever may not correct how a call ended."""
    if not can_correct_disposition(user):
        raise Refused("NOT_ALLOWED", permission="customers.correct_disposition")


def can_close_for_agent(user: Reader, call: Call, *, site_id: int | None) -> bool:
    """Whether the user may give the disposition of an ended call that its agent left behind: the floor of its site.

    Of one that was closed meanwhile the act itself says so, or that it was this very act.
    """
    ended = call.state != CallState.OPEN
    return ended and call.site_id == site_id and user.has_perm("customers.see_floor")


def check_close_for_agent(user: Reader, call: Call, *, site_id: int | None) -> None:
    """`Refused("NOT_ALLOWED")` for whoever may not close this call for its agent."""
    if not can_close_for_agent(user, call, site_id=site_id):
        raise Refused("NOT_ALLOWED", permission="customers.see_floor")
