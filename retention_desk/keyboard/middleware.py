"""Lets a person's own keys hold while their page is drawn."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from retention_desk.keyboard.own import Standing, hold, standing_of
from retention_desk.keyboard.table import place_of

_DELIVERED = Standing()


class KeyboardMiddleware:
    """Knows the person and the screen once the address is resolved; stands below the one that signs people in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and let no key hold for the next request."""
        try:
            return self.get_response(request)
        finally:
            hold(_DELIVERED)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Take up the keys of the person for the screen that the address leads to."""
        match = request.resolver_match
        hold(standing_of(getattr(request.user, "own_keys", ""), place_of(match.view_name if match else "")))
