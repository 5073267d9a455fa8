"""The closed lists of words that offers, authority and money are told in.

Codes are stored and compared; labels are shown. A code is never renamed once it has been stored.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Grade(TextChoices):
    """How far a seat's authority reaches; `rank` orders them."""

    NEW = "NEW", _("New agent")
    AGENT = "AGENT", _("Agent")
    SENIOR = "SENIOR", _("Senior agent")
    SUPERVISOR = "SUPERVISOR", _("Supervisor")
    MANAGER = "MANAGER", _("Manager")

    @property
    def rank(self) -> int:
        """0 for the least authority, rising with it."""
        return list(type(self)).index(self)


class Duty(TextChoices):
    """What a seat is doing now."""

    OFF = "OFF", _("Off duty")
    READY = "READY", _("Ready")
    ON_CALL = "ON_CALL", _("On call")
    WRAP_UP = "WRAP_UP", _("Wrap-up")
    BREAK = "BREAK", _("Break")
    AWAY = "AWAY", _("Away")


class OfferKind(TextChoices):
    """What kind of thing may be given; `terms.SCHEMAS` says which terms each has."""

    PERCENT_OFF = "PERCENT_OFF", _("Percent off")
    AMOUNT_OFF = "AMOUNT_OFF", _("Amount off")
    FREE_ADDON = "FREE_ADDON", _("Free add-on")
    FREE_MONTHS = "FREE_MONTHS", _("Free months")
    PLAN_CHANGE = "PLAN_CHANGE", _("Plan change")
    PAUSE = "PAUSE", _("Pause")
    WAIVED_FEE = "WAIVED_FEE", _("Waived fee")
    CREDIT = "CREDIT", _("Goodwill credit")
    REPLACEMENT_COUPON = "REPLACEMENT_COUPON", _("Replacement coupon")
    GIFT = "GIFT", _("Gift")
    APOLOGY = "APOLOGY", _("Apology and fix")
    LOYALTY = "LOYALTY", _("Loyalty benefit")


class Family(TextChoices):
    """What may not be stacked: at most one of a family runs on a contract."""

    RECURRING = "RECURRING", _("Recurring discounts")
    CREDIT = "CREDIT", _("One-off credits")
    FEE = "FEE", _("Fees")
    GIFT = "GIFT", _("Gifts")
    UPGRADE = "UPGRADE", _("Upgrades")
    LOYALTY = "LOYALTY", _("Loyalty benefits")


class BudgetKind(TextChoices):
    """Whose money a budget is. CUSTOMER is what one customer may be given in twelve months."""

    AGENT = "AGENT", _("Agent budget")
    TEAM = "TEAM", _("Team budget")
    SITE = "SITE", _("Site budget")
    CAMPAIGN = "CAMPAIGN", _("Campaign budget")
    CUSTOMER = "CUSTOMER", _("Customer's twelve months")
    APPROVER = "APPROVER", _("Approver's budget")
    LIMIT = "LIMIT", _("Limit of a day, week or month")
    ALLOTMENT = "ALLOTMENT", _("Agent's part of a campaign")
    STORM = "STORM", _("Storm reserve")


class BudgetPeriod(TextChoices):
    """How long a budget lasts; periods begin at midnight of the site's time zone, weeks on Monday.

    YEAR is a customer's, from their first concession, and a storm reserve's.
    """

    DAY = "DAY", _("Day")
    WEEK = "WEEK", _("Week")
    MONTH = "MONTH", _("Month")
    YEAR = "YEAR", _("Year")


class LimitMode(TextChoices):
    """HARD refuses what is over; PACING only says so."""

    HARD = "HARD", _("Refuses")
    PACING = "PACING", _("Warns")


class EntryKind(TextChoices):
    """The ledger's verbs."""

    TOP_UP = "TOP_UP", _("Raised")
    LOWER = "LOWER", _("Lowered")
    HOLD = "HOLD", _("Held")
    POST = "POST", _("Spent")
    VOID = "VOID", _("Given back")
    EXPIRE = "EXPIRE", _("Expired")
    RETURN = "RETURN", _("Returned")
    TRANSFER = "TRANSFER", _("Transferred")


class HoldEnd(TextChoices):
    """How a hold ended; it does so once."""

    POSTED = "POSTED", pgettext_lazy("hold", "Spent")
    VOIDED = "VOIDED", pgettext_lazy("hold", "Given back")
    EXPIRED = "EXPIRED", pgettext_lazy("hold", "Expired")


class ProposalState(TextChoices):
    """Where a proposal stands."""

    AWAITING = "AWAITING", _("Waiting for approval")
    AUTHORISED = "AUTHORISED", _("Authorised")
    PRESENTED = "PRESENTED", _("Presented")
    ACCEPTED = "ACCEPTED", _("Accepted")
    DECLINED = "DECLINED", _("Declined")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    LAPSED = "LAPSED", _("Lapsed")
    REFUSED = "REFUSED", pgettext_lazy("proposal", "Refused")
    COUNTERED = "COUNTERED", _("Countered")


class ApprovalState(TextChoices):
    """Where a question to a supervisor stands."""

    OPEN = "OPEN", pgettext_lazy("approval", "Open")
    APPROVED = "APPROVED", _("Approved")
    COUNTERED = "COUNTERED", pgettext_lazy("approval", "Countered")
    DECLINED = "DECLINED", pgettext_lazy("approval", "Declined")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("approval", "Withdrawn")
    EXPIRED = "EXPIRED", pgettext_lazy("approval", "Expired")
    CEILING = "CEILING", _("Free up to a ceiling")


class DeclineReason(TextChoices):
    """Why a supervisor says no, in the order of the keys 1 to 4; the label is what the agent reads."""

    TOO_COSTLY = "TOO_COSTLY", _("It costs more than this customer is worth.")
    NOT_NEEDED = "NOT_NEEDED", _("Less will do, or nothing is needed.")
    OTHER_OFFER = "OTHER_OFFER", _("Another offer fits better.")
    BUDGET = "BUDGET", _("The budget has to last longer.")


class DrawEnd(TextChoices):
    """How a drawn supervisor's turn at a question ended."""

    ANSWERED = "ANSWERED", pgettext_lazy("draw", "Answered")
    TIMED_OUT = "TIMED_OUT", _("Not answered in time")
    PASSED_ON = "PASSED_ON", _("Passed on")
    HANDED_OVER = "HANDED_OVER", _("Handed over")
    CLOSED = "CLOSED", _("Question closed")


class RaiseState(TextChoices):
    """Where more authority for somebody stands on its way to the second person."""

    OPEN = "OPEN", pgettext_lazy("raise", "Waits for a second person")
    CONFIRMED = "CONFIRMED", pgettext_lazy("raise", "Confirmed")
    REFUSED = "REFUSED", pgettext_lazy("raise", "Refused")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("raise", "Withdrawn")


class PromotionState(TextChoices):
    """Where a person's step to more authority stands."""

    OPEN = "OPEN", pgettext_lazy("raise", "Waits for a second person")
    CONFIRMED = "CONFIRMED", pgettext_lazy("raise", "Confirmed")
    REFUSED = "REFUSED", pgettext_lazy("raise", "Refused")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("raise", "Withdrawn")
    TAKEN_BACK = "TAKEN_BACK", pgettext_lazy("raise", "Taken back before it held")
    DONE = "DONE", pgettext_lazy("raise", "In force")

    @classmethod
    def answered_yes(cls) -> tuple["PromotionState", ...]:
        """Those that a second person has said yes to."""
        return cls.CONFIRMED, cls.TAKEN_BACK, cls.DONE


class OutcomeKind(TextChoices):
    """The customer's answer to one proposal."""

    ACCEPTED = "ACCEPTED", pgettext_lazy("outcome", "Accepted")
    DECLINED = "DECLINED", pgettext_lazy("outcome", "Declined")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("outcome", "Withdrawn")
    LAPSED = "LAPSED", pgettext_lazy("outcome", "Lapsed")


class RulingCode(TextChoices):
    """What the rules say of a proposal."""

    WITHIN = "WITHIN", _("Within your limit")
    NEEDS_APPROVAL = "NEEDS_APPROVAL", _("Needs supervisor")
    REFUSED = "REFUSED", _("Not allowed")


class ReasonCode(TextChoices):
    """Why a ruling is what it is. The label is the short form; pages put the numbers to it."""

    OVER_PERCENT = "OVER_PERCENT", _("More percent than the limit")
    OVER_MONTHS = "OVER_MONTHS", _("More months than the limit")
    OVER_MONTHLY = "OVER_MONTHLY", _("More a month than the limit")
    OVER_CREDIT = "OVER_CREDIT", _("More at once than the limit")
    OVER_COST = "OVER_COST", _("Costs more than the limit")
    OVER_SUPERVISOR = "OVER_SUPERVISOR", _("Over the supervisor's limit")
    KIND_NOT_ALLOWED = "KIND_NOT_ALLOWED", _("This kind of offer is not in the limit")
    NO_LIMIT = "NO_LIMIT", _("No limit has been set for this seat")
    STALE_LIMIT = "STALE_LIMIT", _("The limit changed meanwhile")
    BUDGET_AGENT = "BUDGET_AGENT", _("The agent's budget is used up")
    BUDGET_TEAM = "BUDGET_TEAM", _("The team's budget is used up")
    BUDGET_SITE = "BUDGET_SITE", _("The site's budget is used up")
    BUDGET_CAMPAIGN = "BUDGET_CAMPAIGN", _("The campaign's budget is used up")
    BUDGET_CUSTOMER = "BUDGET_CUSTOMER", _("The customer has had what twelve months allow")
    BUDGET_APPROVER = "BUDGET_APPROVER", _("The approver's budget is used up")
    BUDGET_UNKNOWN = "BUDGET_UNKNOWN", _("A budget could not be read")
    BUDGET_LIMIT = "BUDGET_LIMIT", _("More in a day, week or month than the limit")
    COUNT_LIMIT = "COUNT_LIMIT", _("More often in a day, week or month than the limit")
    CALL_COUNT = "CALL_COUNT", _("More often on one call than the limit")
    CALL_COST = "CALL_COST", _("More on one call than the limit")
    OVER_SPLIT = "OVER_SPLIT", _("Together with what was given before, over the limit")
    OVER_AVERAGE = "OVER_AVERAGE", _("The average save has become too dear")
    OVER_GRANT = "OVER_GRANT", _("More than the supervisor has granted")
    COOLDOWN = "COOLDOWN", _("The last concession was too recent")
    FAMILY_RUNNING = "FAMILY_RUNNING", _("One of its kind is running already")
    MAX_CREDITS = "MAX_CREDITS", _("As many credits as twelve months allow")
    CALL_TOTAL = "CALL_TOTAL", _("As many concessions as one call allows")
    TENURE_SHORT = "TENURE_SHORT", _("Not a customer for long enough")
    TENURE_LONG = "TENURE_LONG", _("A customer for too long")
    NOT_IN_SEGMENT = "NOT_IN_SEGMENT", _("Not for this group of customers")
    NOT_IN_RISK_BAND = "NOT_IN_RISK_BAND", _("Not for this risk of leaving")
    NOT_IN_JURISDICTION = "NOT_IN_JURISDICTION", _("Not where the customer lives")
    NO_PRODUCT = "NO_PRODUCT", _("The customer does not have the product")
    HAS_PRODUCT = "HAS_PRODUCT", _("The customer has it already")
    REASON_NOT_MATCHED = "REASON_NOT_MATCHED", _("Not for this reason")
    REASON_EXCLUDED = "REASON_EXCLUDED", _("Closed for this reason")
    CONTRACT_RUNNING = "CONTRACT_RUNNING", _("Not while the contract runs")
    CONTRACT_NOT_RUNNING = "CONTRACT_NOT_RUNNING", _("Only while a contract runs")
    PAST_DUE = "PAST_DUE", _("A payment is past due")
    NOT_IN_FORCE = "NOT_IN_FORCE", _("Not in force today")
    CONDUCT_CLOSED = "CONDUCT_CLOSED", _("Offers are closed on this call")
    CONDUCT_MAX_OFFERS = "CONDUCT_MAX_OFFERS", _("As many offers as the rules allow")
    NO_OFFERS_REASON = "NO_OFFERS_REASON", _("No offers for this reason")
    IDENTITY_NOT_CHECKED = "IDENTITY_NOT_CHECKED", _("Identity is not checked")
    CALLER_NOT_ENTITLED = "CALLER_NOT_ENTITLED", _("The caller may not change the account")
    DO_NOT_OFFER = "DO_NOT_OFFER", _("The customer is not to be offered anything")
    FRAUD_WATCH = "FRAUD_WATCH", _("The account is on fraud watch")
    CALL_CLOSED = "CALL_CLOSED", _("The call is closed")
    CURRENCY = "CURRENCY", _("Another currency")
    BOUNDS = "BOUNDS", _("Outside the offer's bounds")
    STEP = "STEP", _("Not on the offer's steps")
    CONFLICT_OF_INTEREST = "CONFLICT_OF_INTEREST", _("The agent knows this customer")
    NO_SAVING = "NO_SAVING", _("Nothing left to take off")
