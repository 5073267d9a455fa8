"""What every view shares: the typed request, and the answer that is a page or one fragment of it."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from customers.refusals import KeyReused, Refused
from retention_desk.people.seats import SignedInSeat

if TYPE_CHECKING:
    from retention_desk.people.models import User


class DeskRequest(HttpRequest):
    """A request after our middleware, for annotations: with ``htmx``, a signed-in ``user`` and a ``seat`` (or None)."""

    htmx: HtmxDetails
    user: "User"
    seat: SignedInSeat | None


def status_of(refused: Refused) -> int:
    """409 where the world is not as the page shows it; 422 for a key of something else: no repeating will help."""
    return 422 if isinstance(refused, KeyReused) else 409


def digest(*shown: object) -> str:
    """What an area shows, in a few signs: the browser sends them back, and what is the same is not sent again."""
    return hashlib.blake2s(repr(shown).encode(), digest_size=8).hexdigest()


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asked for a part of the page (a boosted link or a history miss wants the whole)."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_fragment(
    request: HttpRequest,
    template: str,
    fragment: str,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render ``fragment`` of ``template`` for htmx and the whole page otherwise, under the same address.

    The fragment is a ``{% partialdef %}`` whose name is also the id of its root element.
    """
    name = f"{template}#{fragment}" if wants_fragment(request) else template
    response = render(request, name, dict(context or {}), status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Boosted", "HX-History-Restore-Request"))
    return response
