"""Addresses of the telephone on an agent's screen, and the one that telephone systems post to."""

from django.urls import path

from retention_desk.telephone import views, webhooks

app_name = "telephone"
urlpatterns = [
    path("calls/incoming/", views.incoming, name="incoming"),
    path("calls/incoming/<int:telephone_call_id>/take/", views.take, name="take"),
    path("telephone/queues/", views.queues, name="queues"),
    path("calls/pop/", views.popped, name="pop"),
    path("calls/<int:call_id>/line/", views.line, name="line"),
    path("calls/<int:call_id>/hold/", views.hold, name="hold"),
    path("telephone/<uuid:address>/events/", webhooks.events, name="events"),
]
