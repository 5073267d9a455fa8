"""The walls of the ground floor, written down by hand (`customers.walls` says how they are looked at).

Whoever builds a wall in a migration adds it here; a test compares this list with what the migrations made.
"""

from customers.walls import Door, Table, Trigger

APPEND_ONLY = (
    Trigger("append_only", "BEFORE UPDATE OR DELETE", "refuse_change"),
    Trigger("never_truncated", "BEFORE TRUNCATE", "refuse_change", each="STATEMENT"),
)
KEPT = (
    Trigger("never_deleted", "BEFORE DELETE", "refuse_change"),
    Trigger("never_truncated", "BEFORE TRUNCATE", "refuse_change", each="STATEMENT"),
)
# A line's references are triggers and not foreign keys: two for the lines, these for what lines stand on.
UNDER_LINES = (
    Trigger("not_under_lines", "BEFORE DELETE", "line_stands_on_it"),
    Trigger("keeps_its_id", "BEFORE UPDATE OF id", "line_stands_on_it", conditional=True),
    Trigger("not_truncated_under_lines", "BEFORE TRUNCATE", "line_stands_on_it", each="STATEMENT"),
)
STAMPED = Trigger("stamp", "BEFORE INSERT", "stamp_recorded_at")
STAMPED_AT = Trigger("stamp", "BEFORE INSERT", "stamp_at")

# What telephone systems told stays told; what stands by it follows it.
TELEPHONE = (
    Table(
        "customers_telephoneconnection",
        may="INSERT UPDATE",
        unique={
            "customers_telephoneconnection_name_key": "name",
            "customers_telephoneconnection_address_key": "address",
        },
    ),
    Table(
        "customers_telephoneagent",
        may="INSERT UPDATE",
        unique={
            "telephone_id_is_one_person": "connection_id telephone_id",
        },
    ),
    Table("customers_telephoneroute", may="INSERT UPDATE", unique={"telephone_route_once": "code connection_id kind"}),
    Table(
        "customers_telephonekey",
        may="INSERT UPDATE",
        triggers=(*KEPT, Trigger("keeps_what_it_is", "BEFORE UPDATE", "guard_telephone_key")),
        checks={"telephone_key_revoked_by_somebody": "revoked_at revoked_by_id"},
        unique={"customers_telephonekey_prefix_key": "prefix"},
        references={"connection_id": "customers_telephoneconnection"},
    ),
    Table(
        "customers_telephonecall",
        may="INSERT UPDATE",
        triggers=(*KEPT, STAMPED, Trigger("keeps_what_it_is", "BEFORE UPDATE", "guard_telephone_call")),
        checks={
            "telephone_call_waiting_since": "state waiting_since",
            "telephone_call_held_since": "held_since state",
            "telephone_call_times_in_order": "begun_at changed_at",
        },
        unique={"telephone_call_once": "connection_id provider_call_id"},
    ),
    Table(
        "customers_telephoneevent",
        may="INSERT",
        triggers=(*APPEND_ONLY, STAMPED),
        unique={"telephone_event_once": "connection_id event_id"},
        references={"telephone_call_id": "customers_telephonecall"},
    ),
    Table(
        "customers_telephoneleg",
        may="INSERT UPDATE",
        triggers=(*KEPT, Trigger("keeps_its_call", "BEFORE UPDATE", "guard_telephone_leg")),
        unique={
            "telephone_leg_once": "agent_id number telephone_call_id",
            "customers_telephoneleg_call_id_key": "call_id",
        },
        references={"call_id": "customers_call"},
    ),
    Table(
        "customers_telephonecommand",
        may="INSERT",
        triggers=(*APPEND_ONLY, Trigger("stamp", "BEFORE INSERT", "stamp_telephone_command")),
        checks={"telephone_command_can_be_done": "wanted"},
        references={"leg_id": "customers_telephoneleg"},
    ),
)
TABLES = (
    Table("customers_audithead"),
    Table("customers_auditevent", triggers=APPEND_ONLY, unique={"audit_seq_unique": "seq shard"}),
    Table("customers_auditseal", may="INSERT", triggers=APPEND_ONLY, unique={"audit_seal_unique": "seq shard"}),
    Table(
        "customers_auditverification",
        may="INSERT",
        triggers=(*APPEND_ONLY, Trigger("stamp", "BEFORE INSERT", "stamp_verified_at")),
    ),
    # A salt is never changed, or the commitments before would prove nothing; it is erased with the person.
    Table("customers_customersalt", may="INSERT DELETE"),
    Table(
        "customers_remark",
        triggers=(
            Trigger("keeps_what_it_says", "BEFORE UPDATE", "refuse_change"),
            Trigger("never_truncated", "BEFORE TRUNCATE", "refuse_change", each="STATEMENT"),
        ),
    ),
    Table(
        "customers_customer",
        may="INSERT UPDATE",
        triggers=UNDER_LINES,
        checks={
            "customer_has_account_number": "account_number",
            "customer_past_due_not_negative": "past_due_minor",
            "customer_phone_is_e164": "phone",
            "customer_other_phone_is_e164": "other_phone",
        },
        unique={"customer_account_unique": "account_key"},
    ),
    Table(
        "customers_product",
        may="INSERT UPDATE",
        triggers=UNDER_LINES,
        checks={"product_price_not_negative": "list_price_minor", "product_margin_is_percent": "margin_percent"},
        unique={"customers_product_code_key": "code"},
    ),
    Table(
        "customers_subscription",
        may="INSERT UPDATE",
        triggers=(
            Trigger("has_its_rows", "AFTER INSERT", "line_has_its_rows", each="STATEMENT", sees="fresh"),
            Trigger(
                "keeps_its_rows", "AFTER UPDATE OF customer_id, product_id", "line_keeps_its_rows", conditional=True
            ),
        ),
        checks={
            "subscription_prices_not_negative": "bundle_minor list_price_minor promotion_minor",
            "subscription_price_not_negative": "bundle_minor list_price_minor promotion_minor",
            "subscription_fees_not_negative": "device_balance_minor exit_fee_monthly_minor",
        },
        unique={"subscription_line_unique": "customer_id line_key"},
    ),
    Table("customers_usedkey", triggers=(*APPEND_ONLY, STAMPED)),
    Table(
        "customers_call",
        may="INSERT UPDATE",
        triggers=(
            *KEPT,
            Trigger("opens", "BEFORE INSERT", "open_call"),
            Trigger("keeps_its_stamps", "BEFORE UPDATE", "guard_call"),
            Trigger("call_back_in_time", "BEFORE UPDATE OF call_back_at", "guard_call_back_time", conditional=True),
            Trigger("has_disposition", "AFTER INSERT OR UPDATE OF state", "closed_call_has_disposition"),
            Trigger("releases_proposals", "AFTER UPDATE", "release_call", conditional=True),
        ),
        checks={
            "call_state_has_its_times": "closed_at ended_at state",
            "call_asked_has_its_times": "ask_count asked_at must_complete_by",
            "call_dropped_has_ended": "dropped_at ended_at",
        },
        unique={"one_open_call_an_agent": "agent_id where state"},
        references={"policy_id": "customers_conductpolicy"},
    ),
    Table(
        "customers_callback",
        may="INSERT UPDATE",
        triggers=(
            *KEPT,
            Trigger("stamp", "BEFORE INSERT", "stamp_call_back"),
            Trigger("ends_once", "BEFORE UPDATE", "guard_call_back"),
        ),
        checks={
            "call_back_taken_by_somebody": "taken_at taken_by_id",
            "call_back_ends_once": "ended_as ended_at made_call_id",
        },
        unique={
            "customers_callback_call_id_key": "call_id",
            "customers_callback_episode_id_key": "episode_id",
            "customers_callback_made_call_id_key": "made_call_id",
        },
    ),
    Table(
        "customers_handover",
        may="INSERT UPDATE",
        triggers=(
            *KEPT,
            Trigger("stamp", "BEFORE INSERT", "stamp_handover"),
            Trigger("taken_once", "BEFORE UPDATE", "guard_handover"),
        ),
        checks={"handover_taken_has_its_call": "taken_at taken_call_id"},
        unique={
            "customers_handover_call_id_key": "call_id",
            "customers_handover_taken_call_id_key": "taken_call_id",
        },
    ),
    Table("customers_callevent", may="INSERT", triggers=(*APPEND_ONLY, STAMPED_AT)),
    Table("customers_callreason", may="INSERT", triggers=(*APPEND_ONLY, STAMPED_AT)),
    Table(
        "customers_cancellation",
        may="INSERT",
        triggers=(*APPEND_ONLY, STAMPED, Trigger("releases_proposals", "AFTER INSERT", "release_call")),
        checks={
            "cancellation_amounts_not_negative": "device_balance_minor fee_minor last_bill_minor",
            "cancellation_says_whose": "customer_id noted",
        },
        unique={"customers_cancellation_number_key": "number"},
    ),
    Table(
        "customers_cancellationline",
        may="INSERT",
        triggers=APPEND_ONLY,
        unique={"cancellation_line_once": "cancellation_id subscription_id"},
    ),
    Table(
        "customers_cancellationundo",
        may="INSERT",
        triggers=(*APPEND_ONLY, STAMPED, Trigger("while_on_the_line", "BEFORE INSERT", "guard_undo")),
        unique={"customers_cancellationundo_cancellation_id_key": "cancellation_id"},
    ),
    Table(
        "customers_conductpolicy",
        may="INSERT",
        triggers=APPEND_ONLY,
        checks={"conduct_policy_dates_in_order": "valid_from valid_until"},
        unique={"conduct_policy_version_unique": "code version"},
    ),
    Table(
        "customers_disposition",
        may="INSERT",
        triggers=(*APPEND_ONLY, STAMPED, Trigger("belongs", "BEFORE INSERT", "guard_disposition")),
        checks={"correction_says_why": "corrects_id why"},
        unique={
            "one_disposition_a_line": "call_id line where corrects_id",
            "customers_disposition_corrects_id_key": "corrects_id",
        },
        references={"call_id": "customers_call"},
    ),
    Table("customers_interaction", may="INSERT", triggers=APPEND_ONLY),
    Table(
        "customers_outboxmessage",
        may="INSERT UPDATE",
        triggers=(
            Trigger("stamp", "BEFORE INSERT", "stamp_outbox"),
            Trigger("keeps_what_it_says", "BEFORE UPDATE", "guard_outbox"),
        ),
        unique={"customers_outboxmessage_key_key": "key"},
    ),
    *TELEPHONE,
)

DOORS = (
    *(Door("audit_append"), Door("audit_words"), Door("erase_words")),
    *(Door("key_claim"), Door("key_settle")),
)
