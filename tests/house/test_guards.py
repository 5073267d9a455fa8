"""The walls that are looked at are the walls that there are: a migration that builds one says so in its room's list."""

import pytest

from customers import walls
from retention_desk import guards

pytestmark = pytest.mark.django_db

# On guarded tables, and no promise stands on them: Django's own bounds of small numbers, and tidiness.
NO_WALLS = frozenset(
    {
        "customers_call_ask_count_check",
        "customers_call_minutes_after_intent_check",
        "customers_call_offers_allowed_check",
        "customers_call_risk_percent_check",
        "customers_call_transferred_from_id_key",
        "customers_conductpolicy_minutes_after_intent_check",
        "customers_conductpolicy_offers_allowed_check",
        "customers_conductpolicy_version_check",
        "customers_outboxmessage_attempts_check",
        "customers_product_margin_percent_check",
        "customers_subscription_quantity_check",
        "customers_telephonecall_leg_check",
        "customers_telephoneconnection_secret_number_check",
        "customers_telephoneleg_number_check",
        "interaction_source_once",
        "offers_budgetcounter_held_count_check",
        "offers_budgetcounter_most_check",
        "offers_budgetcounter_part_check",
        "offers_budgetcounter_spent_count_check",
        "offers_grant_months_check",
        "offers_grant_percent_check",
        "offers_limitversion_call_count_check",
        "offers_limitversion_day_count_check",
        "offers_limitversion_max_months_check",
        "offers_limitversion_max_percent_check",
        "offers_limitversion_month_count_check",
        "offers_limitversion_tenure_from_months_check",
        "offers_limitversion_week_count_check",
        "offers_offerversion_version_check",
        "offers_proposal_accept_percent_check",
        "offers_proposal_months_check",
        "offers_proposal_percent_check",
        "offers_proposal_position_check",
        "offers_schemeversion_approval_seconds_check",
        "offers_schemeversion_concessions_a_call_check",
        "offers_schemeversion_cooldown_months_check",
        "offers_schemeversion_credits_a_year_check",
        "offers_schemeversion_draw_seconds_check",
        "offers_schemeversion_grant_minutes_check",
        "offers_schemeversion_hold_minutes_check",
        "offers_schemeversion_long_tenure_extra_percent_check",
        "offers_schemeversion_long_tenure_months_check",
        "offers_schemeversion_pair_cap_check",
        "offers_schemeversion_short_tenure_months_check",
        "offers_schemeversion_undo_seconds_check",
        "rival_price_ok",
    }
)
# Tables of this site's own that anybody signed in may change, through pages that write the audit.
ORDINARY = frozenset(
    {
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "customers_company",
        "customers_complaint",
        "customers_familynamedeletion",
        "customers_intakerun",
        "customers_pricechange",
        "customers_reason",
        "customers_site",
        "customers_team",
        "django_admin_log",
        "django_content_type",
        "django_migrations",
        "offers_budgetplan",
        "offers_campaign",
        "offers_offer",
        "people_session",
        "people_user",
        "people_user_groups",
        "people_user_user_permissions",
    }
)


def test_every_trigger_is_in_a_list() -> None:
    made = {(one["table"], one["name"]) for one in walls.read(doors=guards.DOORS)["triggers"]}

    assert made == {(table.name, trigger.name) for table in guards.TABLES for trigger in table.triggers}


def test_every_constraint_of_a_guarded_table_is_in_a_list() -> None:
    found = walls.read(doors=guards.DOORS)
    guarded = {table.name for table in guards.TABLES}
    made = {
        (one["table"], one["name"])
        for one in [*(one for one in found["constraints"] if one["kind"] == "c"), *found["unique"]]
        if one["table"] in guarded
    }
    listed = {(table.name, name) for table in guards.TABLES for name in (*table.checks, *table.unique)}

    assert {one for one in made - listed if one[1] not in NO_WALLS} == set()
    assert listed - made == set()
    assert {name for _table, name in made} >= NO_WALLS, "what is not there any more leaves the list"


def test_every_function_that_acts_as_the_owner_is_in_a_list() -> None:
    made = {one["name"] for one in walls.read(doors=guards.DOORS)["doors"]}

    assert made == {door.name for door in guards.DOORS}


def test_every_table_is_guarded_or_said_to_be_ordinary() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
        made = {str(row[0]) for row in cursor.fetchall()}
    guarded = {table.name for table in guards.TABLES}

    assert made - guarded == ORDINARY
    assert guarded & ORDINARY == set()
