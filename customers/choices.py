"""The closed lists of words that customers and calls are told in.

Codes are stored and compared; labels are shown. A code is never renamed once it has been stored.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CustomerKind(TextChoices):
    """Who the contract is with."""

    PRIVATE = "PRIVATE", _("Private")
    BUSINESS = "BUSINESS", _("Business")


class ProductKind(TextChoices):
    """The product line that a subscription belongs to; savings are also counted by it."""

    INTERNET = "INTERNET", _("Internet")
    TV = "TV", _("TV")
    MOBILE = "MOBILE", _("Mobile")
    PHONE = "PHONE", _("Home phone")
    OTHER = "OTHER", _("Other product")


class SubscriptionState(TextChoices):
    """Where a subscription is in its life; ENDING has an end date that has not come yet."""

    ACTIVE = "ACTIVE", _("Active")
    PAUSED = "PAUSED", _("Paused")
    ENDING = "ENDING", _("Ending")
    ENDED = "ENDED", _("Ended")


class ComplaintKind(TextChoices):
    """What a complaint is about."""

    BILLING = "BILLING", _("Billing")
    FAULT = "FAULT", _("Fault")
    HANDLING = "HANDLING", _("How they were treated")
    VISIT = "VISIT", _("Technician visit")
    INSTALLATION = "INSTALLATION", _("Installation")
    EQUIPMENT = "EQUIPMENT", _("Equipment")
    CANCELLING = "CANCELLING", _("Cancelling")
    PORTING = "PORTING", _("Number transfer")
    OTHER = "OTHER", _("Something else")


class ComplaintStatus(TextChoices):
    """PENDING waits for somebody outside the desk; SOLVED waits for the customer's word; CLOSED is over."""

    OPEN = "OPEN", _("Open")
    PENDING = "PENDING", _("Pending")
    SOLVED = "SOLVED", _("Solved")
    CLOSED = "CLOSED", _("Closed")


class InteractionKind(TextChoices):
    """What kind of entry stands in a customer's history."""

    CALL = "CALL", _("Call")
    CHAT = "CHAT", _("Chat")
    EMAIL = "EMAIL", _("E-mail")
    BILL = "BILL", _("Bill")
    PRICE = "PRICE", _("Price change")
    PROMOTION = "PROMOTION", _("Promotion")
    OUTAGE = "OUTAGE", _("Outage")
    VISIT = "VISIT", _("Visit")
    ORDER = "ORDER", _("Order")
    COMPLAINT = "COMPLAINT", _("Complaint")
    OFFER = "OFFER", _("Offer")
    CANCELLATION = "CANCELLATION", _("Cancellation")
    NOTE = "NOTE", _("Note")


class CallerRole(TextChoices):
    """Who is speaking, which decides who may change what on the account."""

    HOLDER = "HOLDER", _("Account holder")
    AUTHORISED = "AUTHORISED", _("Authorised user")
    PAYER = "PAYER", _("Payer")
    EXECUTOR = "EXECUTOR", _("Executor")
    BUSINESS = "BUSINESS", _("Business contact")
    OTHER = "OTHER", _("Somebody else")
    UNKNOWN = "UNKNOWN", pgettext_lazy("caller's role", "Not asked")


class OpeningIntent(TextChoices):
    """What the caller asked for first."""

    DISCONNECT = "DISCONNECT", _("Disconnect")
    DOWNGRADE = "DOWNGRADE", _("Downgrade")
    CHEAPER = "CHEAPER", _("Pay less")
    COMPLAINT = "COMPLAINT", pgettext_lazy("opening intent", "Complaint")
    OTHER = "OTHER", pgettext_lazy("opening intent", "Something else")
    UNKNOWN = "UNKNOWN", pgettext_lazy("opening intent", "Not asked")


class IdentityResult(TextChoices):
    """Whether the caller was shown to be who they say."""

    NOT_CHECKED = "NOT_CHECKED", _("Not checked")
    CHECKED = "CHECKED", _("Checked")
    FAILED = "FAILED", _("Check failed")


class CallState(TextChoices):
    """OPEN: the line is up. WRAP_UP: the line is down, the call has no disposition yet. CLOSED: it has one."""

    OPEN = "OPEN", _("On call")
    WRAP_UP = "WRAP_UP", _("Wrap-up")
    CLOSED = "CLOSED", pgettext_lazy("call", "Closed")


class ReasonSource(TextChoices):
    """Whose word a reason is: what the customer says, or what the agent finds."""

    STATED = "STATED", _("Stated by the customer")
    DIAGNOSED = "DIAGNOSED", _("Found by the agent")


class DispositionKind(TextChoices):
    """How a call ended for one product line, and for the call as a whole."""

    SAVED_WITH_OFFER = "SAVED_WITH_OFFER", _("Saved with an offer")
    SAVED_WITHOUT = "SAVED_WITHOUT", _("Saved without an offer")
    PARTLY_SAVED = "PARTLY_SAVED", _("Partly saved")
    PAUSED = "PAUSED", pgettext_lazy("disposition", "Paused")
    MOVED_WITH_US = "MOVED_WITH_US", _("Moved with us")
    NAME_TRANSFERRED = "NAME_TRANSFERRED", _("Name transferred")
    CANCELLED = "CANCELLED", _("Cancelled")
    PORTING_OUT = "PORTING_OUT", _("Leaving with the number")
    CALL_BACK = "CALL_BACK", _("Call-back")
    TRANSFERRED = "TRANSFERRED", _("Transferred")
    DROPPED = "DROPPED", _("Call dropped")
    NO_CANCEL_INTENT = "NO_CANCEL_INTENT", _("Did not want to cancel")
    UNAUTHORISED_CALLER = "UNAUTHORISED_CALLER", _("Caller had no right")


class CancelWhen(TextChoices):
    """The day a cancelled product ends."""

    TODAY = "TODAY", _("Today")
    END_OF_PAID_MONTH = "END_OF_PAID_MONTH", _("End of the paid month")
    END_OF_CONTRACT = "END_OF_CONTRACT", _("End of the contract")


class CallEventKind(TextChoices):
    """What happened on a call, in the order of "On this call"; append-only facts."""

    RECORDING_NOTICE = "RECORDING_NOTICE", _("Recording notice given")
    IDENTITY_CHECKED = "IDENTITY_CHECKED", _("Identity checked")
    IDENTITY_FAILED = "IDENTITY_FAILED", _("Identity check failed")
    ASKED_TO_CANCEL = "ASKED_TO_CANCEL", _("Asked to cancel")
    ASKED_AGAIN = "ASKED_AGAIN", _("Asked to cancel again")
    OFFERS_CLOSED = "OFFERS_CLOSED", _("Offers closed")
    REASON_SET = "REASON_SET", _("Reason set")
    PRESENTED = "PRESENTED", _("Offer presented")
    ACCEPTED = "ACCEPTED", _("Offer accepted")
    DECLINED = "DECLINED", _("Offer declined")
    ASKED_SUPERVISOR = "ASKED_SUPERVISOR", _("Supervisor asked")
    SUPERVISOR_ANSWERED = "SUPERVISOR_ANSWERED", _("Supervisor answered")
    WITHDRAWN = "WITHDRAWN", _("Offer withdrawn")
    CANCELLED = "CANCELLED", _("Service cancelled")
    CANCEL_UNDONE = "CANCEL_UNDONE", _("Cancellation undone")
    COMPLAINT_LOGGED = "COMPLAINT_LOGGED", _("Complaint logged")
    COMPLAINT_CLOSED = "COMPLAINT_CLOSED", _("Complaint closed")
    TOLD = "TOLD", _("Told the customer")
    RESUMED = "RESUMED", _("Call resumed")
    TRANSFERRED = "TRANSFERRED", _("Call handed over")
    ENDED = "ENDED", _("Call ended")
    ABANDONED = "ABANDONED", _("Call abandoned")
    CLOSED = "CLOSED", _("Call closed")


class CallBackEnd(TextChoices):
    """What became of a promised call-back. NOT_NEEDED: the customer's case was settled before on another call."""

    MADE = "MADE", pgettext_lazy("call-back", "Made")
    NOT_NEEDED = "NOT_NEEDED", pgettext_lazy("call-back", "Not needed any more")


class IntakeState(TextChoices):
    """Where a file stands on its way in."""

    UPLOADED = "UPLOADED", _("Uploaded")
    PREVIEWED = "PREVIEWED", _("Previewed")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    REFUSED = "REFUSED", pgettext_lazy("file", "Refused")
    FAILED = "FAILED", pgettext_lazy("file", "Failed")


class PriceCause(TextChoices):
    """Why a line's price changed or will change."""

    PROMOTION_ENDED = "PROMOTION_ENDED", _("Promotion ended")
    PRICE_RISE = "PRICE_RISE", _("Price rise")
    PLAN_CHANGE = "PLAN_CHANGE", _("Plan change")
    OTHER = "OTHER", _("Other change")


class TelephoneSystem(TextChoices):
    """What kind of telephone system tells the desk of its calls, and so in which shape it does."""

    STANDARD = "STANDARD", _("Standard Webhooks")
    TWILIO = "TWILIO", "Twilio"
    AMAZON_CONNECT = "AMAZON_CONNECT", "Amazon Connect"
    GENESYS_CLOUD = "GENESYS_CLOUD", "Genesys Cloud"
    ASTERISK = "ASTERISK", "Asterisk"


class TelephoneEventKind(TextChoices):
    """What a telephone system says has happened to a call, in the order in which it can."""

    RINGING = "RINGING", pgettext_lazy("telephone", "Ringing")
    ANSWERED = "ANSWERED", pgettext_lazy("telephone", "Answered")
    HELD = "HELD", _("Put on hold")
    RESUMED = "RESUMED", _("Taken off hold")
    TRANSFERRED = "TRANSFERRED", _("Transferred")
    ENDED = "ENDED", pgettext_lazy("telephone", "Ended")


class LineWanted(TextChoices):
    """What a telephone can be asked to do with the caller, by the event that tells it was done."""

    HELD = TelephoneEventKind.HELD.value, TelephoneEventKind.HELD.label
    RESUMED = TelephoneEventKind.RESUMED.value, TelephoneEventKind.RESUMED.label


class TelephoneState(TextChoices):
    """Where a telephone call stands, whatever order its events came in."""

    RINGING = "RINGING", pgettext_lazy("telephone", "Ringing")
    TALKING = "TALKING", _("Talking")
    HELD = "HELD", _("On hold")
    ENDED = "ENDED", pgettext_lazy("telephone", "Ended")


class NumberMatch(TextChoices):
    """How many customers have the caller's number; NOBODY also for a call that shows none."""

    NOBODY = "NOBODY", _("No customer")
    ONE = "ONE", _("One customer")
    SEVERAL = "SEVERAL", _("Several customers")


class RouteKind(TextChoices):
    """What of a telephone system leads to a team: the number that was dialled, or a queue."""

    LINE = "LINE", _("Dialled number")
    QUEUE = "QUEUE", _("Queue")
