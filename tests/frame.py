"""What the frame of a page needs of a request and a person, without a database."""

from dataclasses import dataclass
from types import SimpleNamespace

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory


@dataclass
class Person:
    """What the frame reads of a person, with the permissions that a test names."""

    granted: frozenset[str] = frozenset()
    is_staff: bool = False
    is_authenticated: bool = True
    display_name: str = "Sue Adler"
    role_names: frozenset[str] = frozenset({"Supervisor"})
    language: str = ""
    theme: str = "system"
    density: str = "compact"
    single_keys: bool = True
    sounds: bool = True
    thai_particle: str = ""
    own_keys: str = ""

    def has_perm(self, perm: str) -> bool:
        return perm in self.granted


def asked(user: object | None = None, *, path: str = "/", view_name: str = "home") -> HttpRequest:
    """Return a request for a page by this person; without one, by nobody who is signed in."""
    request = RequestFactory().get(path)
    request.user = user or AnonymousUser()  # type: ignore[assignment]
    request.resolver_match = SimpleNamespace(view_name=view_name)  # type: ignore[assignment]
    return request
