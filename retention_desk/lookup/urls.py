"""Addresses of the look-up."""

from django.urls import path

from retention_desk.lookup import views

app_name = "customers"
urlpatterns = [
    path("", views.lookup, name="lookup"),
    path("new/", views.new, name="new"),
    path("<int:customer_id>/contact/", views.contact, name="contact"),
]
