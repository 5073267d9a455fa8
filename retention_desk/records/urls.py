"""Addresses of the outcome log."""

from django.urls import path

from retention_desk.records import views

app_name = "records"

urlpatterns = [
    path("", views.records, name="list"),
    path("calls.csv", views.records_csv, name="csv"),
    path("<int:call_id>/", views.record, name="call"),
    path("<int:call_id>/dispositions/<int:disposition_id>/correct/", views.correct, name="correct"),
]
