"""Who acts, in which role and when: what every view hands to the domain. And the doors that views stand behind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language

from customers.refusals import NotYours
from retention_desk.people.models import User
from retention_desk.people.roles import ROLES
from retention_desk.people.seats import SignedInSeat

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting person of one request: keyword arguments of the workflows, read once."""

    by: int
    name: str
    role: str
    now: datetime
    language: str
    seat: SignedInSeat | None


def actor(request: HttpRequest) -> Actor:
    """Read the acting person from a signed-in request."""
    user = request.user
    assert isinstance(user, User)
    seat: SignedInSeat | None = request.seat  # type: ignore[attr-defined]
    return Actor(
        by=user.pk,
        name=user.display_name,
        role=role_of(user, seat),
        now=timezone.now(),
        language=get_language() or "en",
        seat=seat,
    )


def role_of(user: User, seat: SignedInSeat | None) -> str:
    """The code of a person's widest role on the floor, for the record of what they do."""
    held = [name for name in ROLES if name in user.role_names]
    if held:
        return held[-1].upper()
    return seat.grade if seat else "NONE"


def behind(permission: str) -> Callable[[View], View]:
    """Let in who is signed in and has the permission (a 403 page otherwise); what is not theirs is not there (404)."""

    def door(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(permission):
                # The page that says so names the roles that have it.
                raise PermissionDenied(permission)
            try:
                return view(request, *args, **kwargs)
            except NotYours as refused:
                raise Http404 from refused

        return guarded

    return door
