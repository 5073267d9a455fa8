"""How people are found: user names and e-mail addresses know no upper and lower case."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import UserManager as DjangoUserManager

if TYPE_CHECKING:
    from retention_desk.people.models import User


class UserManager(DjangoUserManager["User"]):
    """Finds people by user name without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this user name, in any case; used at sign-in."""
        return self.get(username__iexact=username)
