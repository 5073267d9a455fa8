"""The walls around authority and money, written down by hand (`customers.guards` says how they are looked at).

Whoever builds a wall in a migration adds it here; a test compares this list with what the migrations made.
"""

from customers.guards import APPEND_ONLY, KEPT, STAMPED, Door, Table, Trigger

TABLES = (
    Table(
        "offers_limitversion",
        may="INSERT",
        triggers=(*APPEND_ONLY, STAMPED),
        checks={
            "limit_has_one_scope": "grade team_id user_id",
            "limit_amounts_not_negative": "max_cost_minor max_credit_minor max_fee_minor max_monthly_minor",
            "limit_percent_is_percent": "max_percent",
        },
        unique={"limit_version_unique": "grade team_id user_id valid_from"},
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
        triggers=KEPT,
        checks={
            "budget_limit_not_negative": "limit_minor target_minor",
            "budget_account_dates_in_order": "ends_on starts_on",
        },
        unique={"budget_account_unique": "currency kind owner_id starts_on"},
    ),
    Table(
        "offers_budgetcounter",
        triggers=(
            *KEPT,
            Trigger("starts_at_nothing", "BEFORE INSERT", "guard_new_counter"),
            Trigger("moved_by_entries", "BEFORE UPDATE", "guard_counter"),
            Trigger("ceilings_within_total", "AFTER INSERT OR UPDATE OF ceiling_minor", "guard_ceilings"),
        ),
        checks={"budget_never_overdrawn": "ceiling_minor held_minor spent_minor"},
        unique={"budget_counter_unique": "account_id part"},
        references={"account_id": "offers_budgetaccount"},
    ),
    Table(
        "offers_ledgerentry",
        triggers=(*APPEND_ONLY, STAMPED, Trigger("moves_counter", "AFTER INSERT", "move_counter")),
        checks={"entry_moves_what_its_kind_may": "ceiling_minor held_minor hold_id kind spent_minor"},
        unique={
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
            "one_counter_a_proposal": "counter_of_id where counter_of_id",
            "one_presented_a_call": "call_id where state",
            "one_awaiting_a_call": "call_id where state",
        },
        references={"limit_version_id": "offers_limitversion", "offer_version_id": "offers_offerversion"},
    ),
    Table(
        "offers_approvalrequest",
        triggers=KEPT,
        checks={
            "nobody_decides_their_own": "asked_by_id decided_by_id",
            "answered_request_has_decider": "decided_by_id state",
            "decision_has_who_and_when": "decided_at decided_by_id effective_at",
        },
        unique={"offers_approvalrequest_proposal_id_key": "proposal_id"},
        references={"limit_version_id": "offers_limitversion"},
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
    *(Door(name) for name in ("budget_set", "expire_next")),
    Door("move_counter", called=False),
    Door("release_call", called=False),
)
