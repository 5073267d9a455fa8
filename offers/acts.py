"""The acts of offers, authority and money as the audit names them, with their words.

Those of a proposal's life, of budgets and of storms are written by the ledger's SQL functions.
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
    FIRST_APPROVAL = "FIRST_APPROVAL", _("Said the first of two yeses")
    CEILING = "CEILING", _("Granted a ceiling")
    PASSED_ON = "PASSED_ON", _("Passed a request on")
    HANDED_OVER = "HANDED_OVER", _("Handed a request over")
    NOTE_SENT = "NOTE_SENT", _("Sent a silent note")
    NOTE_SEEN = "NOTE_SEEN", _("Saw a silent note")
    NEWS_POSTED = "NEWS_POSTED", _("Posted news")
    NEWS_TAKEN_BACK = "NEWS_TAKEN_BACK", _("Took news back")
    CONCESSION_ENDED = "CONCESSION_ENDED", _("Ended a concession early")
    BUDGET_TOPPED_UP = "BUDGET_TOPPED_UP", _("Topped up a budget")
    BUDGET_TRANSFERRED = "BUDGET_TRANSFERRED", _("Transferred money to a budget")
    LIMIT_RAISE_ASKED = "LIMIT_RAISE_ASKED", _("Asked to raise a limit")
    LIMIT_RAISE_CONFIRMED = "LIMIT_RAISE_CONFIRMED", _("Confirmed a raise of a limit")
    LIMIT_RAISE_REFUSED = "LIMIT_RAISE_REFUSED", _("Refused a raise of a limit")
    LIMIT_RAISE_WITHDRAWN = "LIMIT_RAISE_WITHDRAWN", _("Took back a raise of a limit")
    DELEGATION_GIVEN = "DELEGATION_GIVEN", _("Let somebody stand in")
    DELEGATION_ENDED = "DELEGATION_ENDED", _("Ended standing in")
    RESERVE_SIGNED = "RESERVE_SIGNED", _("Signed a storm reserve")
    RESERVE_COUNTERSIGNED = "RESERVE_COUNTERSIGNED", _("Countersigned a storm reserve")
    RESERVE_RETIRED = "RESERVE_RETIRED", _("Retired a storm reserve")
    STORM_STARTED = "STORM_STARTED", _("Started using a storm reserve")
    STORM_ENDED = "STORM_ENDED", _("Ended using a storm reserve")
    OWN_LINE_DECLARED = "OWN_LINE_DECLARED", _("Declared an account as their own")
    OWN_LINE_ENDED = "OWN_LINE_ENDED", _("Ended a declared account")
