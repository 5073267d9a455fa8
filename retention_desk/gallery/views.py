"""The list of states and each of them on a page of its own. Only where the setting GALLERY is on; else not there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from retention_desk.gallery.states import STATES
from retention_desk.keyboard.own import hold, standing_of
from retention_desk.people.sessions import ENDS_AT


def only_where_it_is_on(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Not there for anybody, signed in or not, where the setting is off."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.GALLERY:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@only_where_it_is_on
@login_required
@require_GET
def states(request: HttpRequest) -> HttpResponse:
    """Every state by name."""
    return render(request, "gallery/states.html", {"states": list(STATES.values())})


@only_where_it_is_on
@login_required
@require_GET
def state(request: HttpRequest, slug: str) -> HttpResponse:
    """One state, drawn by its own template."""
    found = STATES.get(slug)
    if found is None:
        raise Http404
    now = timezone.now()
    hold(standing_of(getattr(request.user, "own_keys", ""), found.keys))
    context = dict(found.draw(now)) | {"gallery_script": found.script}
    # Not the session's own, which is neither read nor written here.
    left = found.session_left or settings.SESSION_COOKIE_AGE
    request.session = {ENDS_AT: int(now.timestamp()) + left}  # type: ignore[assignment]
    return render(request, found.template, context, status=found.status)
