"""Addresses of what is an agent's own."""

from django.urls import path

from retention_desk.mine import views

app_name = "mine"
urlpatterns = [
    path("calls/", views.my_calls, name="calls"),
    path("limits/", views.my_limits, name="limits"),
    path("handed-over/<int:handover_id>/take/", views.take_over, name="take-over"),
    path("call-backs/<int:call_back_id>/take/", views.take, name="take"),
    path("call-backs/<int:call_back_id>/give-back/", views.give_back, name="give-back"),
    path("call-backs/<int:call_back_id>/ring/", views.ring_back, name="ring-back"),
]
