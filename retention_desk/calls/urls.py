"""Addresses of the call screen: noun, id, verb."""

from django.urls import path

from retention_desk.calls import views, views_cancel, views_handover, views_offer, views_word

app_name = "calls"
urlpatterns = [
    path("", views.current, name="current"),
    path("open/", views.open_call, name="open"),
    path("<int:call_id>/", views.call_screen, name="screen"),
    path("<int:call_id>/strip/", views.strip, name="strip"),
    path("<int:call_id>/history/", views.history, name="history"),
    path("<int:call_id>/touch/", views.touch, name="touch"),
    path("<int:call_id>/resume/", views.resume, name="resume"),
    path("<int:call_id>/word/", views_word.word, name="word"),
    path("<int:call_id>/notes/<int:note_id>/seen/", views_word.note_seen, name="note-seen"),
    path("<int:call_id>/opening/", views.opening, name="opening"),
    path("<int:call_id>/identity/", views.identity, name="identity"),
    path("<int:call_id>/recording/", views.recording, name="recording"),
    path("<int:call_id>/told/", views.told, name="told"),
    path("<int:call_id>/asked/", views.asked, name="asked"),
    path("<int:call_id>/reason/", views.reason, name="reason"),
    path("<int:call_id>/notes/", views.notes, name="notes"),
    path("<int:call_id>/complaints/", views.complaint_log, name="complaint-log"),
    path("<int:call_id>/complaints/<int:complaint_id>/close/", views.complaint_close, name="complaint-close"),
    path("<int:call_id>/offers/<int:version_id>/", views_offer.offer, name="offer"),
    path("<int:call_id>/offers/<int:version_id>/preview/", views_offer.preview, name="preview"),
    path("<int:call_id>/proposals/<int:proposal_id>/settle/", views_offer.settle, name="settle"),
    path("<int:call_id>/answer/", views_offer.answer, name="answer"),
    path("<int:call_id>/cancel/", views_cancel.cancel, name="cancel"),
    path("<int:call_id>/note-cancellation/", views_cancel.note_cancellation, name="note-cancellation"),
    path("<int:call_id>/cancellations/<int:cancellation_id>/undo/", views_cancel.undo, name="undo"),
    path("<int:call_id>/hand-over/", views_handover.hand_over, name="hand-over"),
    path("<int:call_id>/end/", views_cancel.end, name="end"),
    path("<int:call_id>/wrap-up/", views_cancel.wrap_up, name="wrap-up"),
]
