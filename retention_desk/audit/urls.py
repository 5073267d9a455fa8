"""Addresses of the audit."""

from django.urls import path

from retention_desk.audit import views

app_name = "audit"

urlpatterns = [
    path("", views.events, name="list"),
    path("events.csv", views.events_csv, name="csv"),
]
