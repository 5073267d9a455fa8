"""Every address of the site. ``/livez`` and ``/readyz`` are answered by ``retention_desk.health``."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path
from django.views.i18n import set_language

from retention_desk import home
from retention_desk.firstrun import views as first_run
from retention_desk.keyboard import views as keyboard
from retention_desk.profile import views as profile
from retention_desk.telephone.api import api

handler500 = "retention_desk.unavailable.server_error"
urlpatterns = [
    path("", home.home, name="home"),
    path("login/", first_run.SignIn.as_view(), name="login"),
    path("first-run/", first_run.first_run, name="first-run"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("password/change/", auth_views.PasswordChangeView.as_view(), name="password_change"),
    path("password/changed/", auth_views.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("password/forgotten/", auth_views.PasswordResetView.as_view(), name="password_reset"),
    path("password/sent/", auth_views.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "password/new/<uidb64>/<token>/", auth_views.PasswordResetConfirmView.as_view(), name="password_reset_confirm"
    ),
    path("password/set/", auth_views.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("reports/", include("retention_desk.reports.urls")),
    path("intake/", include("retention_desk.intake.urls")),
    path("records/", include("retention_desk.records.urls")),
    path("audit/", include("retention_desk.audit.urls")),
    path("authority/", include("retention_desk.authority.urls")),
    path("duty/", home.set_duty, name="duty"),
    path("gallery/", include("retention_desk.gallery.urls")),
    path("mine/", include("retention_desk.mine.urls")),
    path("profile/", profile.profile, name="profile"),
    path("profile/stay/", profile.stay, name="stay"),
    path("profile/keys/", keyboard.keys, name="keys"),
    path("", include("retention_desk.telephone.urls")),
    path("api/v1/", api.urls),
    path("calls/", include("retention_desk.calls.urls")),
    path("customers/", include("retention_desk.lookup.urls")),
    path("approvals/", include("retention_desk.floor.urls")),
    path("language/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
]
