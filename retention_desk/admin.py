"""The administration: Django's admin behind the desk's own log-in, for administrators only, in the desk's frame.

It shows by purpose, not by package, and the only record it keeps is the desk's audit.
"""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.acts import Act as CustomersAct
from offers.acts import Act as OffersAct
from retention_desk.people.acts import Act as PeopleAct
from retention_desk.people.roles import ADMINISTRATOR

# What the index shows, in this order; a model that stands nowhere here comes last.
SECTIONS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("What may be given"), ("offers.offer", "offers.offerversion", "offers.campaign")),
    (
        _("Who may give how much"),
        (
            "offers.schemeversion",
            "offers.budgetplan",
        ),
    ),
    (_("People and places"), ("people.user", "auth.group", "customers.team", "customers.site", "customers.company")),
    (_("The call"), ("customers.reason", "customers.conductpolicy", "customers.product")),
    (
        _("The telephone"),
        (
            "customers.telephoneconnection",
            "customers.telephoneagent",
            "customers.telephoneroute",
            "customers.telephonekey",
            "customers.telephonecall",
        ),
    ),
    (
        _("The record"),
        (
            "customers.auditevent",
            "customers.outboxmessage",
            "customers.intakerun",
            "offers.silentnote",
            "offers.news",
        ),
    ),
)
# The desk has its own pages for these, and nothing here opens windows or completes words.
_LEFT_OUT = {"password_change", "password_change_done", "autocomplete", "view_on_site"}


class DeskAdminSite(AdminSite):
    """The one administration site; `acts` is every act of the audit with its words."""

    site_header = "Retention Desk"
    site_title = "Retention Desk"
    index_title = _("Administration")
    enable_nav_sidebar = False
    empty_value_display = "–"

    @property
    def acts(self) -> dict[str, str]:
        """Every act that the audit knows, with its words in the current language."""
        return {code: str(words) for kind in (CustomersAct, OffersAct, PeopleAct) for code, words in kind.choices}

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in who is active, marked as staff and in the role of an administrator."""
        user = request.user
        return bool(user.is_active and user.is_staff and ADMINISTRATOR in getattr(user, "role_names", ()))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Send who is not signed in to the desk's log-in; who is and may not come in, to the page that says so."""
        checked = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise PermissionDenied
            response: HttpResponse = checked(request, *args, **kwargs)
            return response

        return guarded

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Django's addresses without those that the desk has itself or that nothing uses."""
        return [url for url in super().get_urls() if getattr(url, "name", None) not in _LEFT_OUT]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one log-in page, the desk's."""
        return redirect_to_login(reverse("admin:index", current_app=self.name))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Signing out is in the menu of every page."""
        return HttpResponseRedirect(reverse("home"))

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None) -> Any:
        """There is one index, by purpose."""
        return HttpResponseRedirect(reverse("admin:index", current_app=self.name))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """What this person may see, in sections by purpose."""
        found = {
            f"{label}.{model['object_name'].lower()}": model | {"name": self._plural(model)}
            for label, app in self._build_app_dict(request).items()
            for model in app["models"]
        }
        sections: list[dict[str, Any]] = []
        for place, (title, names) in enumerate(SECTIONS):
            models = [found.pop(name) for name in names if name in found]
            if models:
                sections.append({"name": title, "app_label": f"section-{place}", "app_url": "", "models": models})
        if found:
            rest = list(found.values())
            sections.append({"name": _("Others"), "app_label": "section-rest", "app_url": "", "models": rest})
        return sections

    def _plural(self, model: Any) -> Any:
        """What people call the rows, where their page says so."""
        return getattr(self._registry[model["model"]], "plural", "") or model["name"]
