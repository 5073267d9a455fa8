"""Addresses of the supervisor's desk."""

from django.urls import path

from retention_desk.floor import views, views_areas, views_shift, views_unfinished

app_name = "offers"
urlpatterns = [
    path("", views.approvals, name="approvals"),
    path("queue/", views.queue, name="queue"),
    path("figures/", views_areas.queue_figures, name="figures"),
    path("budgets/", views_areas.budget_list, name="budgets"),
    path("floor/", views_areas.floor, name="floor"),
    path("count/", views_areas.waiting_count, name="count"),
    path("decided/", views_areas.decided, name="decided"),
    path("<int:request_id>/", views.case, name="case"),
    path("<int:request_id>/state/", views_areas.state, name="state"),
    path("<int:request_id>/read/", views.read, name="read"),
    path("<int:request_id>/decide/", views.decide, name="decide"),
    path("<int:request_id>/pass/", views.pass_on, name="pass"),
    path("<int:request_id>/undo/", views.undo, name="undo"),
    path("shift/", views_shift.shift, name="shift"),
    path("shift/hand-over/", views_shift.hand_over, name="hand-over"),
    path("shift/news/", views_shift.post_news, name="news"),
    path("shift/news/<int:news_id>/take-back/", views_shift.take_news_back, name="news-end"),
    path("note/<int:user_id>/", views_shift.note, name="note"),
    path("unfinished/", views_unfinished.unfinished, name="unfinished"),
    path("unfinished/<int:call_id>/close/", views_unfinished.close, name="unfinished-close"),
]
