"""Addresses of the gallery."""

from django.urls import path

from retention_desk.gallery import views

app_name = "gallery"
urlpatterns = [
    path("", views.states, name="states"),
    path("<slug:slug>/", views.state, name="state"),
]
