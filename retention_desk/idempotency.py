"""An ``Idempotency-Key`` header is the one-time key of whatever form is posted with it.

Every form that acts has a key made by the server. A program that posts has none drawn for it, and sends its own: the
same key with the same body is the same act for ever, with another body it is refused (422), and while the first is
under way as well (409). What the keys do is ``customers.keys`` and the ledger; here only two names become one.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

HEADER = "Idempotency-Key"
FIELD = "key"


class IdempotencyKeyMiddleware:
    """Puts the header's key where the forms look for theirs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _arguments: tuple[Any, ...], _named: dict[str, Any]
    ) -> None:
        """Two keys that differ are no key: then the form is refused as one without (422)."""
        given = request.headers.get(HEADER)
        # A view that is exempt reads the body in its own way, and has no key.
        if given is None or request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        posted = request.POST.copy()
        own = posted.get(FIELD)
        posted[FIELD] = given if own is None or _same(own, given) else ""
        posted._mutable = False
        request.POST = posted  # type: ignore[assignment]


def _same(one: str, other: str) -> bool:
    try:
        return UUID(one) == UUID(other)
    except ValueError:
        return False
