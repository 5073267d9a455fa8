"""Who comes to listen, and what they may hear: the same session, person and seat as for a page, in one statement.

Runs on the few threads that this process keeps for the database; a stream itself holds no connection.
"""

from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import close_old_connections, connection
from django.utils import timezone

from retention_desk.live.hub import Visitor
from retention_desk.live.kinds import EVERY_SITE, EVERYBODY, at_site, of_person, of_site
from retention_desk.people.middleware import identify
from retention_desk.people.models import User
from retention_desk.people.seats import SignedInSeat
from retention_desk.people.sessions import SessionStore

WATCHES = ("offers.decide_approval", "customers.see_floor")


def visitor_of(cookies: str) -> Visitor | None:
    """Whoever is signed in with the session that the Cookie header names."""
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if morsel is None:
        return None
    close_old_connections()
    user, seat = identify(SessionStore(morsel.value))
    if isinstance(user, AnonymousUser):
        return None
    return Visitor(user.pk, morsel.value, topics_of(user, seat))


def topics_of(user: User, seat: SignedInSeat | None) -> frozenset[str]:
    """What a person may hear: their own; a supervisor their site's floor; a manager without a site, every site's."""
    topics = {EVERYBODY, of_person(user.pk)}
    if seat is not None and seat.site_id is not None:
        topics.add(at_site(seat.site_id))
    if seat is not None and any(user.has_perm(permission) for permission in WATCHES):
        topics.add(EVERY_SITE if seat.site_id is None else of_site(seat.site_id))
    return frozenset(topics)


def living(sessions: Collection[str]) -> set[str]:
    """Those of the sessions that are still good. One statement."""
    close_old_connections()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.session_key FROM people_session s JOIN people_user u ON u.id = s.user_id AND u.is_active
               WHERE s.session_key = ANY(%s) AND s.expire_date > %s""",
            [list(sessions), timezone.now()],
        )
        return {row[0] for row in cursor.fetchall()}
