"""Puts the signed-in person, their seat, language and time zone on the request, from what the session brought along."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare

from retention_desk.people.models import User
from retention_desk.people.seats import SignedInSeat
from retention_desk.people.sessions import SessionStore


class SignedInMiddleware(AuthenticationMiddleware):
    """Django's authentication middleware without its own read of the user; also sets ``request.seat``."""

    def process_request(self, request: HttpRequest) -> None:
        """Set ``request.user`` (a User or AnonymousUser) and ``request.seat`` (a SignedInSeat or None)."""
        super().process_request(request)
        user, seat = identify(request.session)  # type: ignore[arg-type]
        request.user = user
        request.seat = seat  # type: ignore[attr-defined]


class LanguageAndZoneMiddleware:
    """Answers in the person's language (or the browser's) and with times in the zone of the person's site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.languages = frozenset(code for code, _name in settings.LANGUAGES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set language and zone for the time of the request."""
        language = getattr(request.user, "language", "")
        if language not in self.languages:
            language = translation.get_language_from_request(request)
        seat: SignedInSeat | None = request.seat  # type: ignore[attr-defined]
        zone = zoneinfo.ZoneInfo(seat.time_zone) if seat is not None and seat.time_zone else None
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def identify(session: SessionStore) -> tuple[User | AnonymousUser, SignedInSeat | None]:
    """Return who is signed in with ``session`` and their seat, with Django's own checks and without writing.

    A session made with an old password is not honoured; the next sign-in removes it.
    """
    if session.get(SESSION_KEY) is None:  # reads the session, and with it the person
        return AnonymousUser(), None
    user = session.signed_in_user
    if (
        user is None
        or str(user.pk) != session[SESSION_KEY]
        or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS
        or not _made_with_present_password(session, user)
    ):
        return AnonymousUser(), None
    return user, session.seat


def _made_with_present_password(session: SessionStore, user: User) -> bool:
    seal = session.get(HASH_SESSION_KEY, "")
    valid = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(seal, each) for each in valid)
