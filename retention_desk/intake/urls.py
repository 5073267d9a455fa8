"""Addresses of the intake page."""

from django.urls import path

from retention_desk.intake import views

app_name = "intake"

urlpatterns = [
    path("", views.intakes, name="list"),
    path("new/", views.upload, name="upload"),
    path("<int:run_id>/", views.run, name="run"),
    path("<int:run_id>/preview/", views.preview, name="preview"),
    path("<int:run_id>/start/", views.start, name="start"),
    path("<int:run_id>/stop/", views.stop, name="stop"),
    path("<int:run_id>/refusals.csv", views.refusals, name="refusals"),
]
