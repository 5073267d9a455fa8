"""Where the streams are, seen from a page, and which pages may read them.

In production a proxy puts them under the pages' own address (``/live/``). The one-command desk has no proxy: there they
have a port of their own, which the policy of each page names, and which only the desk's own pages may read.
"""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host

PATH = "/live/"


def address(host: str) -> str:
    """The address of the streams for a page that was asked for at `host`; empty where there are none."""
    if settings.LIVE_PORT is None:
        return PATH if settings.LIVE_STREAMS else ""
    return f"{_at(host, settings.LIVE_PORT)}{PATH}"


class LiveMiddleware:
    """Names the streams' port in a page's policy, where they have one of their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, and add to what the page may connect to."""
        response = self.get_response(request)
        if settings.LIVE_PORT is not None and response.get("Content-Type", "").startswith("text/html"):
            response._csp_update = {"connect-src": [_at(request.get_host(), settings.LIVE_PORT)]}  # type: ignore[attr-defined]
        return response


def may_read(headers: Mapping[str, str], *, secure: bool) -> bool:
    """Whether a stream may be read from where it is asked for: the desk's own pages, and nothing cross-site.

    Programs that send neither Origin nor Sec-Fetch-Site are no browser, and carry their own cookie.
    """
    host = headers.get("host", "")
    name, _port = split_domain_port(host)
    if not name or not validate_host(name, settings.ALLOWED_HOSTS):
        return False
    if headers.get("sec-fetch-site") == "cross-site":
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    own = {f"{'https' if secure else 'http'}://{host}", f"https://{host}", *settings.CSRF_TRUSTED_ORIGINS}
    if settings.LIVE_PORT is not None:
        own.add(_at(host, settings.PAGES_PORT))
    return origin in own


def _at(host: str, port: int) -> str:
    name, _port = split_domain_port(host)
    return f"http://{name}:{port}"
