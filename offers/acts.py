"""The acts of offers, authority and money as the audit names them, with their words.

Those of a proposal's life and BUDGET_SET are written by the ledger's SQL functions.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Act(TextChoices):
    """What somebody did. A code is never renamed once it has been recorded."""

    PROPOSE = "PROPOSE", _("Presented an offer")
    ASK = "ASK", _("Asked a supervisor")
    APPROVE = "APPROVE", _("Approved a request")
    COUNTER = "COUNTER", _("Countered a request")
    DECLINE = "DECLINE", _("Declined a request")
    UNDO_DECISION = "UNDO_DECISION", _("Took a decision back")
    PRESENT = "PRESENT", _("Presented an approved offer")
    ACCEPTED = "ACCEPTED", _("Recorded that the customer accepted")
    DECLINED = "DECLINED", _("Recorded that the customer declined")
    WITHDRAWN = "WITHDRAWN", _("Withdrew an offer")
    WITHDRAW = "WITHDRAW", _("Withdrew a request")
    LAPSE = "LAPSE", _("Offer lapsed")
    SET_DUTY = "SET_DUTY", _("Changed their duty")
    BUDGET_SET = "BUDGET_SET", _("Set a budget")
    BUDGET_PLAN_SET = "BUDGET_PLAN_SET", _("Set a budget plan")
    LIMIT_ADDED = "LIMIT_ADDED", _("Set a limit")
    SCHEME_ADDED = "SCHEME_ADDED", _("Set the desk's scheme")
    CAMPAIGN_ADDED = "CAMPAIGN_ADDED", _("Added a campaign")
    CAMPAIGN_CHANGED = "CAMPAIGN_CHANGED", _("Changed a campaign")
    OFFER_ADDED = "OFFER_ADDED", _("Added an offer")
    OFFER_CHANGED = "OFFER_CHANGED", _("Changed an offer")
    OFFER_VERSION_ADDED = "OFFER_VERSION_ADDED", _("Added a version of an offer")
    OFFER_RETIRED = "OFFER_RETIRED", _("Retired an offer")
    OFFER_RESTORED = "OFFER_RESTORED", _("Put an offer back")
