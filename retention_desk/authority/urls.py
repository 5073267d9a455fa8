"""Addresses of the authority scheme."""

from django.urls import path

from retention_desk.authority import views_budgets, views_delegations, views_explain, views_limits, views_storms

app_name = "authority"

urlpatterns = [
    path("limits/", views_limits.limit_list, name="limits"),
    path("limits/new/", views_limits.new_limit, name="limit-new"),
    path("limits/<int:limit_id>/end/", views_limits.end_limit, name="limit-end"),
    path("raises/<int:raise_id>/", views_limits.decide_raise, name="raise"),
    path("promotions/<int:promotion_id>/", views_limits.decide_promotion, name="promotion"),
    path("explain/", views_explain.explain, name="explain"),
    path("accounts/", views_explain.declare, name="declare"),
    path("accounts/<int:line_id>/end/", views_explain.end_line, name="line-end"),
    path("budgets/", views_budgets.budget_list, name="budgets"),
    path("budgets.csv", views_budgets.budgets_csv, name="budgets-csv"),
    path("budgets/<int:account_id>/", views_budgets.budget, name="budget"),
    path("budgets/<int:account_id>/entries.csv", views_budgets.entries_csv, name="entries-csv"),
    path("budgets/<int:account_id>/top-up/", views_budgets.top_up, name="budget-top-up"),
    path("budgets/<int:account_id>/lower/", views_budgets.lower, name="budget-lower"),
    path("budgets/<int:account_id>/transfer/", views_budgets.transfer, name="budget-transfer"),
    path("storms/", views_storms.storm_list, name="storms"),
    path("storms/new/", views_storms.sign, name="reserve-new"),
    path("storms/<int:storm_id>/end/", views_storms.end, name="storm-end"),
    path("reserves/<int:reserve_id>/countersign/", views_storms.countersign, name="reserve-countersign"),
    path("reserves/<int:reserve_id>/retire/", views_storms.retire, name="reserve-retire"),
    path("reserves/<int:reserve_id>/start/", views_storms.start, name="storm-start"),
    path("standing-in/", views_delegations.standing_in, name="standing-in"),
    path("standing-in/<int:delegation_id>/end/", views_delegations.end, name="standing-in-end"),
]
