"""The profile page, and staying signed in. Looking changes nothing; a POST saves and goes back to where one was."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, override
from django.views.decorators.http import require_http_methods, require_POST

from retention_desk.http import wants_fragment
from retention_desk.people.models import User
from retention_desk.profile.forms import ProfileForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and save a person's own settings."""
    assert isinstance(request.user, User)
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method != "POST":
        return render(request, "profile.html", {"form": form})
    if not form.is_valid():
        return render(request, "profile.html", {"form": form}, status=422)
    person = form.save()
    # Said in the language that was just chosen, in which the next page is written.
    with override(person.language or None):
        messages.success(request, gettext("Your settings are saved."))
    return redirect(_next_page(request))


@login_required
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Let the session go on: it was about to end, and the person is still there."""
    request.session.stay()  # type: ignore[attr-defined]
    ends_at = int(timezone.now().timestamp()) + request.session.get_expiry_age()
    if wants_fragment(request):
        return render(request, "_parts/session_end.html", {"ends_at": ends_at})
    return redirect(_next_page(request))


def _next_page(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("profile")
