"""What the rail shows: the pages a person may open, in one fixed order, and which of them is open now.

A page whose address is not installed is left out, so that the frame of every page renders whatever is installed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.urls import NoReverseMatch, URLResolver, get_resolver, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from retention_desk.live import origins


@dataclass(frozen=True, kw_only=True)
class Place:
    """A page of the rail: where it is, which permission opens it (empty: everybody), and its keys."""

    name: str
    label: str | Promise
    icon: str
    permission: str = ""
    staff_only: bool = False
    go: str
    """The letter that opens the page after `G`."""
    key: str = ""
    """The key that opens the page from everywhere."""


PLACES = (
    Place(name="home", label=_("Home"), icon="home", go="h"),
    Place(name="calls:current", label=_("Call"), icon="headset", permission="customers.take_call", go="c"),
    Place(name="customers:lookup", label=_("Find"), icon="search", permission="customers.take_call", go="f", key="F2"),
    Place(name="offers:approvals", label=_("Approvals"), icon="checks", permission="offers.decide_approval", go="a"),
    Place(name="authority:budgets", label=_("Authority"), icon="scale", permission="offers.view_budgetaccount", go="b"),
    Place(name="reports:save-rate", label=_("Reports"), icon="chart-line", permission="customers.see_record", go="r"),
    Place(name="records:list", label=_("Records"), icon="list-details", permission="customers.see_record", go="l"),
    Place(
        name="audit:list",
        label=pgettext_lazy("rail", "Audit"),
        icon="fingerprint",
        permission="customers.read_audit",
        go="u",
    ),
    Place(name="intake:list", label=_("Intake"), icon="database-import", permission="customers.run_intake", go="i"),
    Place(name="admin:index", label=_("Admin"), icon="settings", staff_only=True, go="s"),
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A place as the template draws it."""

    place: Place
    url: str
    current: bool

    @property
    def slug(self) -> str:
        """The name as part of an element's id: `offers-approvals`."""
        return self.place.name.replace(":", "-")


def address(name: str) -> str:
    """Return the address of a URL name, or an empty string when no such page is installed."""
    return _address(name, get_resolver(get_urlconf()), get_script_prefix())


@lru_cache(maxsize=256)
def _address(name: str, _resolver: URLResolver, _prefix: str) -> str:
    """The same, kept: the rail of every page asks for every place. What else it depends on is part of the key."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def entries(request: HttpRequest) -> list[Entry]:
    """Return the places this person may open, in the order of the rail; nobody signed in sees none."""
    if not _signed_in(request):
        return []
    user = request.user
    match = getattr(request, "resolver_match", None)
    view_name: str = match.view_name if match else ""
    shown = []
    for place in PLACES:
        if place.staff_only and not user.is_staff:
            continue
        if place.permission and not user.has_perm(place.permission):
            continue
        url = address(place.name)
        if url:
            shown.append(Entry(place=place, url=url, current=_is_open(place.name, view_name)))
    return shown


def _is_open(name: str, view_name: str) -> bool:
    section, colon, _page = name.partition(":")
    return view_name == name or bool(colon and view_name.startswith(f"{section}:"))


def navigation(request: HttpRequest) -> dict[str, Callable[[], object]]:
    """Give templates `nav` (entries of the rail), `profile_url` and `live_address` (of the event streams; empty where
    there are none, and for nobody); all are worked out only when a frame is drawn.
    """
    return {
        "nav": lambda: entries(request),
        "profile_url": lambda: address("profile"),
        "live_address": lambda: origins.address(request.get_host()) if _signed_in(request) else "",
    }


def _signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated
