"""The page of one's own keys. Looking at it changes nothing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from retention_desk.keyboard.forms import KeysForm
from retention_desk.people.models import User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """Show and move a person's own keys, or put them all back."""
    assert isinstance(request.user, User)
    person = request.user
    if request.method != "POST":
        return render(request, "keys.html", {"form": KeysForm(kept=person.own_keys)})
    if request.POST.get("act") == "reset":
        _keep(person, "")
        messages.success(request, gettext("All keys are as delivered."))
        return redirect("keys")
    form = KeysForm(request.POST, kept=person.own_keys)
    if not form.is_valid():
        return render(request, "keys.html", {"form": form}, status=422)
    _keep(person, form.kept)
    messages.success(request, gettext("Your keys are saved."))
    return redirect("keys")


def _keep(person: User, kept: str) -> None:
    person.own_keys = kept
    person.save(update_fields=["own_keys"])
