"""The walls around authority and money, written down by hand (`customers.walls` says how they are looked at).

Whoever builds a wall in a migration adds it here; a test compares this list with what the migrations made.
"""

from customers.guards import APPEND_ONLY, KEPT, STAMPED
from customers.walls import Door, Table, Trigger

TABLES = (
    Table(
        "offers_limitversion",
        may="INSERT",
        triggers=(
            *APPEND_ONLY,
            STAMPED,
            Trigger("guards_raises", "BEFORE INSERT", "guard_limit"),
            Trigger("signed_with_its_reserve", "BEFORE INSERT", "guard_storm_limit", conditional=True),
        ),
        checks={
            "limit_has_one_scope": "grade team_id user_id",
            "limit_totals_not_negative": "call_cost_minor day_cost_minor month_cost_minor week_cost_minor",
            "limit_totals_have_no_case": "call_cost_minor call_count day_cost_minor day_count family month_cost_minor "
            "month_count tenure_from_months tier week_cost_minor week_count",
            "nobody_confirms_their_own": "confirmed_by_id recorded_by_id",
            "raise_has_second_person": "confirmed_by_id raised_by_id raises storm_id",
            "limit_amounts_not_negative": "max_cost_minor max_credit_minor max_fee_minor max_monthly_minor",
            "limit_percent_is_percent": "max_percent",
        },
        unique={
            "limit_version_unique": "currency family grade storm_id team_id tenure_from_months tier user_id valid_from",
            "offers_limitversion_raised_by_id_key": "raised_by_id",
        },
    ),
    Table(
        "offers_offerversion",
        may="INSERT",
        triggers=APPEND_ONLY,
        checks={"offer_version_dates_in_order": "valid_from valid_until"},
        unique={"offer_version_unique": "offer_id version"},
    ),
    Table(
        "offers_schemeversion",
        may="INSERT",
        triggers=(*APPEND_ONLY, STAMPED),
        unique={"offers_schemeversion_valid_from_key": "valid_from"},
    ),
    Table(
        "offers_budgetaccount",
        triggers=(
            *KEPT,
            Trigger("within_customer_ceiling", "BEFORE INSERT", "guard_customer_account", conditional=True),
            Trigger("customer_ceiling_stands", "BEFORE UPDATE", "guard_customer_account", conditional=True),
        ),
        checks={
            "budget_limit_not_negative": "limit_minor target_minor",
            "budget_account_dates_in_order": "ends_on starts_on",
            "budget_allotment_has_parent": "kind parent_id",
        },
        unique={"budget_account_unique": "currency kind owner_id parent_id period starts_on"},
    ),
    Table(
        "offers_budgetcounter",
        triggers=(
            *KEPT,
            Trigger("starts_at_nothing", "BEFORE INSERT", "guard_new_counter"),
            Trigger("moved_by_entries", "BEFORE UPDATE", "guard_counter"),
            Trigger("ceilings_within_total", "AFTER INSERT", "guard_ceilings"),
            Trigger("changed_ceilings_within_total", "AFTER UPDATE", "guard_ceilings", conditional=True),
        ),
        checks={
            "budget_never_overdrawn": "ceiling_minor held_minor spent_minor",
            "budget_never_overcounted": "held_count most spent_count",
        },
        unique={"budget_counter_unique": "account_id part"},
        references={"account_id": "offers_budgetaccount"},
    ),
    Table(
        "offers_ledgerentry",
        triggers=(
            *APPEND_ONLY,
            STAMPED,
            Trigger("moves_counter", "AFTER INSERT", "move_counter", each="STATEMENT", sees="moved"),
            Trigger("transfer_adds_up", "AFTER INSERT", "guard_transfer", conditional=True),
        ),
        checks={
            "entry_moves_what_its_kind_may": "ceiling_minor held_count held_minor hold_id kind spent_count spent_minor "
            "transfer"
        },
        unique={
            "hold_returned_once": "counter_id hold_id where kind",
            "hold_taken_once": "counter_id hold_id where kind",
            "hold_ended_once": "counter_id hold_id where kind",
        },
        references={"counter_id": "offers_budgetcounter", "hold_id": "offers_hold"},
    ),
    Table(
        "offers_hold",
        triggers=(*KEPT, Trigger("ends_once", "BEFORE UPDATE", "guard_hold")),
        checks={
            "hold_ends_once": "amount_minor ended_as ended_at posted_minor",
            "hold_expires_later": "expires_at opened_at",
            "hold_not_negative": "amount_minor",
        },
        unique={"one_live_hold_a_proposal": "proposal_id where ended_as"},
        references={"proposal_id": "offers_proposal"},
    ),
    Table(
        "offers_proposal",
        triggers=(*KEPT, Trigger("keeps_its_terms", "BEFORE UPDATE", "guard_proposal")),
        checks={
            "proposal_bill_not_negative": "bill_after_minor",
            "proposal_cost_not_negative": "cost_minor",
            "proposal_end_has_its_time": "ended_at state",
            "proposal_percent_is_percent": "percent",
        },
        unique={
            "offers_proposal_key_key": "key",
            "offers_proposal_grant_id_key": "grant_id",
            "one_counter_a_proposal": "counter_of_id where counter_of_id",
            "one_presented_a_call": "call_id where state",
            "one_awaiting_a_call": "call_id where state",
        },
        references={
            "limit_version_id": "offers_limitversion",
            "offer_version_id": "offers_offerversion",
            "grant_id": "offers_grant",
        },
    ),
    Table(
        "offers_grant",
        triggers=(*KEPT, Trigger("used_once", "BEFORE UPDATE", "guard_grant")),
        checks={
            "nobody_grants_to_themselves": "agent_id by_id",
            "grant_used_or_withdrawn": "used_at withdrawn_at",
            "grant_expires_later": "expires_at granted_at",
            "grant_not_negative": "amount_minor cost_minor monthly_minor",
        },
        unique={"one_grant_a_question": "request_id where withdrawn_at"},
        references={"request_id": "offers_approvalrequest", "limit_version_id": "offers_limitversion"},
    ),
    Table(
        "offers_approvaldraw",
        triggers=KEPT,
        checks={"draw_end_has_its_time": "ended_as ended_at"},
        unique={"drawn_once_a_question": "request_id user_id", "one_turn_at_a_time": "request_id where ended_as"},
    ),
    Table(
        "offers_limitraise",
        may="INSERT UPDATE",
        triggers=(*KEPT, Trigger("decided_once", "BEFORE INSERT OR UPDATE", "guard_raise")),
        checks={"raise_is_decided_by_another": "asked_by_id decided_at decided_by_id state"},
    ),
    Table(
        "offers_seat",
        may="INSERT UPDATE",
        triggers=(Trigger("gives_no_more", "BEFORE UPDATE", "guard_seat", conditional=True),),
        unique={"offers_seat_user_id_key": "user_id"},
    ),
    Table(
        "offers_promotion",
        may="INSERT UPDATE",
        triggers=(*KEPT, Trigger("decided_once", "BEFORE INSERT OR UPDATE", "guard_promotion")),
        checks={
            "promotion_is_decided_by_another": "asked_by_id decided_at decided_by_id state",
            "nobody_promotes_themselves": "asked_by_id decided_by_id user_id",
            "promotion_cools_off": "begins_at decided_at state",
        },
        unique={"one_promotion_at_a_time": "user_id where state"},
    ),
    Table(
        "offers_delegation",
        may="INSERT UPDATE",
        triggers=(*KEPT, Trigger("keeps_what_it_says", "BEFORE INSERT OR UPDATE", "guard_delegation")),
        checks={
            "delegation_is_to_another": "of_id to_id",
            "nobody_delegates_to_themselves": "given_by_id to_id",
            "delegation_ends_later": "ends_at starts_at",
            "delegation_end_has_who": "ended_at ended_by_id",
        },
    ),
    Table(
        "offers_stormreserve",
        may="INSERT UPDATE",
        triggers=(*KEPT, Trigger("keeps_what_was_signed", "BEFORE INSERT OR UPDATE", "guard_reserve")),
        checks={
            "storm_not_negative": "amount_minor",
            "storm_is_signed_by_two": "countersigned_at countersigned_by_id signed_by_id",
        },
    ),
    Table(
        "offers_storm",
        triggers=KEPT,
        checks={"storm_ends_later": "ends_at started_at"},
        unique={"one_storm_a_reserve": "reserve_id where ended_at"},
    ),
    Table(
        "offers_ownline",
        may="INSERT UPDATE",
        triggers=(*KEPT, Trigger("keeps_what_it_says", "BEFORE UPDATE", "guard_own_line")),
        unique={"own_line_unique": "customer_id user_id where ended_at"},
    ),
    Table(
        "offers_approvalrequest",
        triggers=KEPT,
        checks={
            "nobody_decides_their_own": "asked_by_id decided_by_id",
            "answered_request_has_decider": "decided_by_id state",
            "decision_has_who_and_when": "decided_at decided_by_id effective_at",
            "no_has_its_reason": "decision_reason state",
            "second_approver_is_another": "asked_by_id decided_by_id first_at first_by_id",
        },
        unique={"offers_approvalrequest_proposal_id_key": "proposal_id"},
        references={"limit_version_id": "offers_limitversion"},
    ),
    Table(
        "offers_silentnote",
        may="INSERT",
        triggers=(*APPEND_ONLY, STAMPED),
        checks={"note_is_for_another": "by_id to_id"},
    ),
    Table(
        "offers_silentnoteseen",
        may="INSERT",
        triggers=(*APPEND_ONLY, STAMPED),
        unique={"offers_silentnoteseen_note_id_key": "note_id"},
    ),
    Table(
        "offers_news",
        may="INSERT",
        triggers=(*APPEND_ONLY, STAMPED),
        checks={"news_ends_later": "ends_at recorded_at"},
    ),
    Table(
        "offers_newsend",
        may="INSERT",
        triggers=(*APPEND_ONLY, STAMPED),
        unique={"offers_newsend_news_id_key": "news_id"},
    ),
    Table(
        "offers_outcome",
        triggers=(*APPEND_ONLY, STAMPED),
        checks={"only_yes_costs": "kind posted_minor"},
        unique={"offers_outcome_proposal_id_key": "proposal_id"},
    ),
    Table(
        "offers_concession",
        triggers=KEPT,
        checks={"concession_dates_in_order": "ends_on starts_on"},
        unique={"offers_concession_proposal_id_key": "proposal_id"},
    ),
)

DOORS = (
    *(Door(name) for name in ("authorise_proposal", "ask_approval", "present_proposal", "settle_proposal")),
    *(Door(name) for name in ("decide_approval", "undo_decision", "read_question")),
    *(
        Door(name)
        for name in ("budget_set", "top_up_budget", "transfer_budget", "expire_next", "thaw_next", "return_next")
    ),
    *(Door(name) for name in ("pass_question", "hand_over_question", "start_storm", "end_storm")),
    Door("move_counter", called=False),
    Door("release_call", called=False),
)
