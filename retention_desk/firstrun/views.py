"""The first-run page: open with the printed link, as long as nobody may sign in."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from retention_desk.firstrun.begin import AlreadyBegun, begin, has_begun
from retention_desk.firstrun.forms import BeginForm
from retention_desk.firstrun.link import is_good

_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignIn(LoginView):
    """Django's page to sign in; while nobody may, it says how a desk begins instead."""

    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form, or where the first run is."""
        if not has_begun():
            return render(request, "firstrun/no_link.html", {"given": False})
        return super().get(request, *args, **kwargs)


@never_cache
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """Ask for the beginning, make it, and go on as the first administrator. Without the link: say where it is."""
    if has_begun():
        raise Http404
    token = request.POST.get("token") or request.GET.get("token", "")
    if not is_good(token):
        return render(request, "firstrun/no_link.html", {"given": bool(token)}, status=403 if token else 200)
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            admin = begin(form.beginning(), now=timezone.now())
        except AlreadyBegun:
            return redirect("login")
        login(request, admin, backend=_BACKEND)
        return redirect("home")
    status = 422 if form.is_bound else 200
    return render(request, "firstrun/begin.html", {"form": form, "token": token}, status=status)
