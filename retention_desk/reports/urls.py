"""Addresses of the reports."""

from django.urls import path

from retention_desk.reports import views

app_name = "reports"

urlpatterns = [
    path("save-rate/", views.save_rate, name="save-rate"),
    path("save-rate.csv", views.save_rate_csv, name="save-rate-csv"),
]
