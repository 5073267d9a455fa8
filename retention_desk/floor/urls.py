"""Addresses of the supervisor's desk."""

from django.urls import path

from retention_desk.floor import views, views_unfinished

app_name = "offers"
urlpatterns = [
    path("", views.approvals, name="approvals"),
    path("queue/", views.queue, name="queue"),
    path("floor/", views.floor, name="floor"),
    path("<int:request_id>/", views.case, name="case"),
    path("<int:request_id>/read/", views.read, name="read"),
    path("<int:request_id>/decide/", views.decide, name="decide"),
    path("<int:request_id>/pass/", views.pass_on, name="pass"),
    path("<int:request_id>/undo/", views.undo, name="undo"),
    path("unfinished/", views_unfinished.unfinished, name="unfinished"),
    path("unfinished/<int:call_id>/close/", views_unfinished.close, name="unfinished-close"),
]
