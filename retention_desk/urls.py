"""Every address of the site. ``/livez`` and ``/readyz`` are answered by ``retention_desk.health``."""

from django.contrib.auth import views as auth_views
from django.urls import path

from retention_desk import home

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
]
