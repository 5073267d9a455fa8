"""The two rule sets that every desk starts with: DEFAULT, and STRICT for where the jurisdiction is not known.

Written out, so that a later change of `customers.conduct` is a new version and not another past; a test compares both.
"""

from datetime import date

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

POLICIES = [
    {
        "code": "DEFAULT",
        "version": 1,
        "valid_from": date(2026, 1, 1),
        "valid_until": None,
        "offers_allowed": 2,
        "minutes_after_intent": 4,
        "rules": {
            "must_complete_on": [
                "DECEASED",
                "FRAUD_VICTIM",
                "JUST_CANCEL",
                "MINUTES_EXCEEDED",
                "REASON",
                "REFUSAL_OF_LAST_OFFER",
                "SECOND_STATEMENT",
                "VULNERABLE",
            ],
            "offer_needs_permission": False,
            "cancel_recorded_before_offer": False,
            "disclosures_before_offer": [],
            "disclosures_before_accept": ["PRICE_NOW", "PRICE_AFTER", "NEW_TERM", "HOW_TO_CANCEL"],
            "acceptance_effective": "ON_RECORDED_CONSENT",
            "cancel_effective": "END_OF_PERIOD",
            "confirmation_within_minutes": 15,
            "recording": "ANNOUNCE",
            "reasons_may_be_asked": "ONCE_OPTIONAL",
        },
    },
    {
        "code": "STRICT",
        "version": 1,
        "valid_from": date(2026, 1, 1),
        "valid_until": None,
        "offers_allowed": 0,
        "minutes_after_intent": 2,
        "rules": {
            "must_complete_on": [
                "COMPLAINT_OPEN",
                "DECEASED",
                "FIRST_STATEMENT",
                "FRAUD_VICTIM",
                "JUST_CANCEL",
                "MINUTES_EXCEEDED",
                "REASON",
                "REFUSAL_OF_LAST_OFFER",
                "SECOND_STATEMENT",
                "VULNERABLE",
            ],
            "offer_needs_permission": True,
            "cancel_recorded_before_offer": True,
            "disclosures_before_offer": ["CAN_CANCEL_ANY_TIME", "PROTOCOL_NUMBER", "NO_REASON_NEEDED"],
            "disclosures_before_accept": [
                "PRICE_NOW",
                "PRICE_AFTER",
                "NEW_TERM",
                "HOW_TO_CANCEL",
                "PERSONALISED_PRICE",
            ],
            "acceptance_effective": "ON_TEXT_APPROVAL",
            "cancel_effective": "IMMEDIATE",
            "confirmation_within_minutes": 15,
            "recording": "OPT_IN",
            "reasons_may_be_asked": "NEVER",
        },
    },
]


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write both as version 1."""
    policies = apps.get_model("customers", "ConductPolicy").objects.using(schema_editor.connection.alias)
    for policy in POLICIES:
        policies.create(**policy)


class Migration(migrations.Migration):
    """Not reversed: a policy is append-only, and calls may stand on it."""

    dependencies = [("customers", "0003_guards")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
