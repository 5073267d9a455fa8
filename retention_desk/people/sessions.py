"""The session store. One statement reads the session, its person, their roles, permissions and seat.

Signing in would otherwise cost five statements on every page, as much as the call screen itself. A GET writes nothing.
"""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import router
from django.utils import timezone

from customers.statements import read_row
from retention_desk.people.models import Session, User
from retention_desk.people.seats import SignedInSeat

_USER_FIELDS = tuple(User._meta.concrete_fields)
_USER_COLUMNS = ", ".join(f'u."{field.column}"' for field in _USER_FIELDS)
_STATEMENT = f"""
SELECT s.session_data,
       ARRAY(SELECT g.name FROM people_user_groups ug JOIN auth_group g ON g.id = ug.group_id WHERE ug.user_id = u.id),
       ARRAY(SELECT ct.app_label || '.' || p.codename
               FROM auth_permission p JOIN django_content_type ct ON ct.id = p.content_type_id
              WHERE p.id IN (SELECT up.permission_id FROM people_user_user_permissions up WHERE up.user_id = u.id
                             UNION ALL
                             SELECT gp.permission_id FROM people_user_groups ug
                               JOIN auth_group_permissions gp ON gp.group_id = ug.group_id WHERE ug.user_id = u.id)),
       seat.id, seat.grade, seat.duty, team.id, team.name, site.id, site.name, site.time_zone,
       EXISTS (SELECT FROM customers_telephoneconnection tc WHERE tc.site_id = site.id AND tc.active),
       {_USER_COLUMNS}
  FROM people_session s
  LEFT JOIN people_user u ON u.id = s.user_id AND u.is_active
  LEFT JOIN offers_seat seat ON seat.user_id = u.id AND seat.is_active
  LEFT JOIN customers_team team ON team.id = seat.team_id
  LEFT JOIN customers_site site ON site.id = team.site_id
 WHERE s.session_key = %(key)s AND s.expire_date > %(now)s
"""  # noqa: S608 (the only inserted text is our own column names)


# In the session's data: Unix seconds of its end. A page says it two minutes before.
ENDS_AT = "ends_at"


class SessionStore(DatabaseStore):
    """Django's database sessions, with the person and their seat in the same read."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.signed_in_user: User | None = None
        self.seat: SignedInSeat | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return our session model."""
        return Session

    def load(self) -> dict[str, Any]:
        """Read the session; remember the person and the seat that came with it."""
        row = self._row()
        if row is None:
            self._session_key = None
            return {}
        data, roles, permissions = row[0], row[1], row[2]
        seat, user = row[3:12], row[12:]
        if user[0] is not None:
            self.signed_in_user = _user(user, roles=roles, permissions=permissions)
            self.seat = SignedInSeat(*seat) if seat[0] is not None else None
        decoded: dict[str, Any] = self.decode(data)
        return decoded

    async def aload(self) -> dict[str, Any]:
        """Read the session as ``load`` does, for views that are asynchronous."""
        return await sync_to_async(self.load)()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Write the person's key beside the data, and into the data when the session ends, for the page to say."""
        if SESSION_KEY in data:
            data[ENDS_AT] = int(self.get_expiry_date().timestamp())
        instance = super().create_model_instance(data)
        assert isinstance(instance, Session)
        user_id = data.get(SESSION_KEY)
        instance.user_id = int(user_id) if user_id is not None else None
        return instance

    def stay(self) -> None:
        """Let the session last as long from now on as it did from the log-in; written at the end of the request."""
        self.modified = True

    def stay_if_it_ends_within(self, seconds: int) -> None:
        """The same, where it would end so soon."""
        if self.get(ENDS_AT, 0) - timezone.now().timestamp() < seconds:
            self.stay()

    def _row(self) -> tuple[Any, ...] | None:
        # Prepared: planning these joins costs fourteen times what running them does.
        return read_row(_STATEMENT, {"key": self.session_key, "now": timezone.now()})


def _user(values: tuple[Any, ...], *, roles: list[str], permissions: list[str]) -> User:
    user = User.from_db(router.db_for_read(User), [field.attname for field in _USER_FIELDS], values)
    user.role_names = frozenset(roles)
    if not user.is_superuser:
        # What ModelBackend would fetch on the first has_perm(); a superuser passes without it.
        user._perm_cache = set(permissions)  # type: ignore[attr-defined]
    return user
