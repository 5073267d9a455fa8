"""The acts of the ground floor as the audit names them, with their words."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Act(TextChoices):
    """What somebody did. A code is never renamed once it has been recorded."""

    CALL_OPENED = "CALL_OPENED", _("Opened a call")
    OPENING_SET = "OPENING_SET", _("Noted who calls and what for")
    IDENTITY_CHECKED = "IDENTITY_CHECKED", _("Checked the caller's identity")
    RECORDING_TOLD = "RECORDING_TOLD", _("Gave the recording notice")
    TOLD = "TOLD", _("Told the customer")
    ASKED_TO_CANCEL = "ASKED_TO_CANCEL", _("Noted the wish to cancel")
    OFFERS_CLOSED = "OFFERS_CLOSED", _("Closed the offers of a call")
    REASON_SET = "REASON_SET", _("Set the reason")
    CALL_BACK_PROMISED = "CALL_BACK_PROMISED", _("Promised a call-back")
    CALL_BACK_TAKEN = "CALL_BACK_TAKEN", _("Took a call-back on")
    CALL_BACK_GIVEN_BACK = "CALL_BACK_GIVEN_BACK", _("Gave a call-back back to the team")
    CALL_BACK_MADE = "CALL_BACK_MADE", _("Made a promised call-back")
    CALL_BACK_OVERDUE = "CALL_BACK_OVERDUE", _("Call-back found late by the clock")
    CALL_BACK_NOT_NEEDED = "CALL_BACK_NOT_NEEDED", _("Call-back settled by another call")
    CALL_HANDED_OVER = "CALL_HANDED_OVER", _("Handed a call over")
    CALL_TAKEN_OVER = "CALL_TAKEN_OVER", _("Took a call over")
    HANDOVER_MISSED = "HANDOVER_MISSED", _("Hand-over found without anybody by the clock")
    CALL_ENDED = "CALL_ENDED", _("Ended a call")
    CALL_LINKED = "CALL_LINKED", _("Linked a call to the one it goes on with")
    CALL_NOT_LINKED = "CALL_NOT_LINKED", _("Could not link a call to the one it goes on with")
    CALL_RESUMED = "CALL_RESUMED", _("Went on with a call")
    CALL_ABANDONED = "CALL_ABANDONED", _("Call ended by the clock")
    CALL_CLOSED = "CALL_CLOSED", _("Closed a call")
    DISPOSITION_CORRECTED = "DISPOSITION_CORRECTED", _("Corrected how a call ended")
    CANCELLED = "CANCELLED", _("Cancelled a service")
    CANCEL_NOTED = "CANCEL_NOTED", _("Noted a cancellation without a record")
    CANCEL_UNDONE = "CANCEL_UNDONE", _("Took a cancellation back")
    COMPLAINT_LOGGED = "COMPLAINT_LOGGED", _("Logged a complaint")
    COMPLAINT_CLOSED = "COMPLAINT_CLOSED", _("Closed a complaint")
    CUSTOMER_ADDED = "CUSTOMER_ADDED", _("Added a customer")
    CONTACT_CORRECTED = "CONTACT_CORRECTED", _("Corrected a customer's contact data")
    ADDED = "ADDED", _("Added")
    CHANGED = "CHANGED", _("Changed")
    VERSION_ADDED = "VERSION_ADDED", _("Added a version")
    INTAKE = "INTAKE", _("Brought data in")
    KEY_MADE = "KEY_MADE", _("Made a key to the API")
    KEY_REVOKED = "KEY_REVOKED", _("Revoked a key to the API")
    SECRET_CHANGED = "SECRET_CHANGED", _("Changed the secret of a telephone connection")
    WORDS_ERASED = "WORDS_ERASED", _("Erased what was typed as a reason")
    DESK_BEGUN = "DESK_BEGUN", _("Set the desk up")
