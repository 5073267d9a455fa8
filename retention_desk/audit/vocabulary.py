"""What the audit's codes are called: acts, kinds of object, fields and values.

A closed list: a test asks of every field that the desk's own rows and acts have whether it has a word here.
"""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.acts import Act as CustomerAct
from customers.choices import (
    CallerRole,
    CancelWhen,
    ComplaintKind,
    ComplaintStatus,
    DispositionKind,
    IdentityResult,
    OpeningIntent,
    ProductKind,
    ReasonSource,
)
from customers.remarks import PREFIX
from offers.acts import Act as OfferAct
from offers.choices import (
    ApprovalState,
    BudgetKind,
    BudgetPeriod,
    DeclineReason,
    Duty,
    Family,
    Grade,
    LimitMode,
    OfferKind,
    OutcomeKind,
    ProposalState,
    RaiseState,
    ReasonCode,
)
from retention_desk.calls.words import IDENTITY_CHECKS, RISK_FITS
from retention_desk.people.acts import Act as PeopleAct

Words = str | Promise

# By room, as the filter groups them.
ACT_GROUPS: tuple[tuple[Words, type[TextChoices]], ...] = (
    (_("Calls and customers"), CustomerAct),
    (_("Offers, authority and money"), OfferAct),
    (_("People"), PeopleAct),
)
ACTS: Mapping[str, Words] = {str(act): act.label for _name, acts in ACT_GROUPS for act in acts}

OBJECTS: Mapping[str, Words] = {
    "audit_event": _("Entry of the audit"),
    "budget": _("Budget"),
    "budget_plan": _("Budget plan"),
    "call": _("Call"),
    "call_back": _("Call-back"),
    "campaign": _("Campaign"),
    "cancellation": _("Cancellation"),
    "company": _("Company"),
    "complaint": _("Complaint"),
    "conduct_policy": _("Rules of conduct"),
    "customer": _("Customer"),
    "delegation": _("Standing in"),
    "disposition": _("Ending of a call"),
    "handover": _("Hand-over"),
    "intake_run": _("Intake"),
    "limit": _("Limit"),
    "limit_raise": _("Raise of a limit"),
    "news": _("News"),
    "offer": _("Offer"),
    "offer_version": _("Version of an offer"),
    "own_line": _("Account of a colleague"),
    "person": _("Person"),
    "product": _("Product"),
    "proposal": _("Proposal"),
    "reason": _("Reason"),
    "scheme": _("Scheme"),
    "seat": _("Seat"),
    "silent_note": _("Silent note"),
    "site": _("Site"),
    "storm": _("Storm"),
    "storm_reserve": _("Storm reserve"),
    "team": _("Team"),
    "telephone_agent": _("Agent’s telephone"),
    "telephone_call": _("Telephone call"),
    "telephone_connection": _("Telephone connection"),
    "telephone_key": _("Key to the API"),
    "telephone_route": _("Line or queue"),
}

ROLES: Mapping[str, Words] = {
    "AGENT": _("Agent"),
    "SUPERVISOR": _("Supervisor"),
    "MANAGER": _("Manager"),
    "ADMINISTRATOR": _("Administrator"),
    "CLOCK": _("The clock"),
    "TELEPHONE": _("The telephone"),
    "NEW": _("New agent"),
    "SENIOR": _("Senior agent"),
    "NONE": "",
}

FIELDS: Mapping[str, Words] = {
    "active": _("active"),
    "allotment_minor": _("allotment of each person"),
    "amount_minor": _("amount"),
    "approval_seconds": _("seconds for an answer"),
    "asked_by": _("asked by"),
    "asked_cost_minor": _("asked for"),
    "at": _("when"),
    "authority_of": _("with the authority of"),
    "average_minor": _("average cost of a save"),
    "balance_minor": _("balance"),
    "bounds": _("bounds"),
    "budget_mode": _("a budget that is used up"),
    "call_cost_minor": _("cost a call"),
    "call_count": _("offers a call"),
    "caller_role": _("caller"),
    "campaign_id": _("campaign"),
    "carries_over": _("what is left is carried over"),
    "checks": _("checked by"),
    "code": _("code"),
    "concessions_a_call": _("concessions a call"),
    "connection_id": _("telephone connection"),
    "confirmed_by_id": _("confirmed by"),
    "control_address": _("address that it is asked at"),
    "controllable": _("controllable"),
    "cooldown_months": _("months between two concessions"),
    "cost_minor": _("cost"),
    "cost_model": _("cost to us"),
    "count": _("times asked"),
    "country": _("country"),
    "credits_a_year": _("credits a year"),
    "currency": _("currency"),
    "customer_year_percents": _("low, middle, high value"),
    "day_cost_minor": _("cost a day"),
    "day_count": _("offers a day"),
    "detail": _("detail"),
    "device_balance_minor": _("device balance"),
    "disclosures": _("read out"),
    "draw_seconds": _("seconds until the next supervisor"),
    "duty": _("status"),
    "effective_on": _("ends on"),
    "eligibility": _("who it is for"),
    "ends": _("ends the limit"),
    "ends_at": _("ends at"),
    "ends_on": _("ends on"),
    "family": _("family"),
    "fee_minor": _("fee"),
    "fields": _("what"),
    "figures": _("figures"),
    "for_agent": _("for the agent"),
    "for_id": _("for whom first"),
    "from_limit_minor": _("budget it is taken from"),
    "goodwill_minor": _("goodwill"),
    "grade": _("grade"),
    "grant_minutes": _("minutes that a grant holds"),
    "history_total": _("entries of the history seen"),
    "hold_minutes": _("minutes that money is kept"),
    "hours": _("hours"),
    "icon": _("icon"),
    "identity": _("identity"),
    "kind": _("kind"),
    "kinds": _("kinds of offers"),
    "last_bill_minor": _("last bill"),
    "lifetime_value_minor": _("lifetime value"),
    "limit_minor": _("budget"),
    "lines": _("lines"),
    "list_price_minor": _("list price"),
    "long_tenure_extra_percent": _("more for long-standing customers"),
    "long_tenure_months": _("months until long-standing"),
    "mapping": _("mapping"),
    "margin_percent": _("margin"),
    "max_cost_minor": _("cost to us in all"),
    "max_credit_minor": _("credit or goods at once"),
    "max_fee_minor": _("fee waived"),
    "max_monthly_minor": _("off the bill in one month"),
    "max_months": _("months"),
    "max_percent": _("percent"),
    "minutes_after_intent": _("minutes for offers"),
    "mode": _("over the limit"),
    "month_cost_minor": _("cost a month"),
    "month_count": _("offers a month"),
    "monthly_bill_minor": _("monthly bill"),
    "months": _("months"),
    "most": _("at most"),
    "must_complete": _("cancelled at once"),
    "name": _("name"),
    "notes_length": _("length of notes"),
    "number": _("number"),
    "of_id": _("stands in for"),
    "offers_allowed": _("offers allowed"),
    "opening_intent": _("asked for first"),
    "owner_id": _("whose"),
    "pair_cap": _("approvals a day between two people"),
    "parent_id": _("detail of"),
    "parts": _("parts"),
    "past_due_minor": _("overdue"),
    "percent": _("percent"),
    "period": _("period"),
    "policy": _("rules of conduct"),
    "porting_out": _("leaving with the number"),
    "position": _("place in the list"),
    "posted_minor": _("spent"),
    "prefix": _("begins with"),
    "raised_by_id": _("raised by"),
    "raises": _("raises the limit"),
    "reason": _("reason"),
    "reasons": _("because of"),
    "refused_rows": _("refused rows"),
    "result": _("result"),
    "risk_percent": _("risk"),
    "risk_reasons": _("because of"),
    "role": _("role"),
    "rows": _("rows"),
    "rules": _("rules"),
    "second_above_minor": _("second approver above"),
    "seconds": _("seconds"),
    "secret_number": _("number of the secret"),
    "sessions_ended": _("sessions ended"),
    "short_tenure_months": _("months as a new customer"),
    "silent_since": _("silent since"),
    "site_id": _("site"),
    "sites": _("sites"),
    "source": _("said by"),
    "starts_at": _("begins at"),
    "state": _("state"),
    "status": _("status"),
    "storm_id": _("storm"),
    "system": _("telephone system"),
    "team_id": _("team"),
    "telephone_id": _("name in the telephone system"),
    "tenure_from_months": _("months as a customer"),
    "tenure_months": _("months as a customer"),
    "tier": _("value of the customer"),
    "time_zone": _("time zone"),
    "to": _("to"),
    "to_id": _("who stands in"),
    "to_limit_minor": _("budget it goes to"),
    "told": _("told"),
    "undo_seconds": _("seconds for taking back"),
    "used_minor": _("used"),
    "user_id": _("person"),
    "valid_from": _("valid from"),
    "valid_until": _("valid until"),
    "version": _("version"),
    "week_cost_minor": _("cost a week"),
    "week_count": _("offers a week"),
    "what": _("told"),
    "when": _("when"),
    "why": _("because of"),
    "wish_of": _("wish noted at"),
    "words": _("words"),
}

# What an event names of a customer's or a person's data is the field, never what stands in it.
CONTACT: Mapping[str, Words] = {
    "account_number": _("account number"),
    "country": _("country"),
    "email": _("e-mail address"),
    "family_name": _("last name"),
    "first_name": _("first name"),
    "given_name": _("first name"),
    "jurisdiction": _("jurisdiction"),
    "kind": _("kind"),
    "language": _("language"),
    "last_name": _("last name"),
    "other_phone": _("other phone"),
    "phone": _("phone"),
    "postcode": _("postcode"),
    "region": _("state or region"),
    "street": _("street"),
    "town": _("town"),
}

# Ids point nowhere on a page, and the object of the event stands beside it.
SILENT = frozenset(
    {
        *(
            "cancellation",
            "committed",
            "complaint",
            "complaints",
            "customer",
            "customer_id",
            "disposition",
            "from",
            "grant",
        ),
        *("history", "id", "line", "made_call", "taken_call"),
        *(
            "offer_id",
            "proposal",
            "reason_detail_id",
            "reason_id",
            "request",
            "rival_named",
            "transferred_from",
            "unused",
        ),
    }
)

_SHARED: tuple[type[TextChoices], ...] = (
    ApprovalState,
    OutcomeKind,
    ProposalState,
    RaiseState,
    ReasonCode,
    IdentityResult,
    CallerRole,
    OpeningIntent,
    ProductKind,
    CancelWhen,
    DispositionKind,
)
_ANYWHERE: Mapping[str, Words] = {str(code): label for kind in _SHARED for code, label in kind.choices}
_DECLINED: Mapping[str, Words] = {str(code): label for code, label in DeclineReason.choices}
_SAID: Mapping[str, Words] = {
    "CALL_BACK": _("Call-back promised"),
    "CAN_CANCEL_ANY_TIME": _("They can still cancel at any time"),
    "CONFIRMATION_NUMBER": _("The confirmation number"),
    "CONFIRM_CANCEL": _("Cancel confirmed"),
    "EQUIPMENT": _("How to return the equipment"),
    "HOW_TO_CANCEL": _("How to cancel later"),
    "IDENTITY": _("Identity"),
    "LAST_DAY": _("The last day of service and the last bill"),
    "NEW_TERM": _("Whether there is a new contract"),
    "NO_REASON_NEEDED": _("No reason is needed"),
    "PERMISSION": _("Asked if an offer is welcome"),
    "PERSONALISED_PRICE": _("That the price is made for this customer"),
    "PRICE_AFTER": _("The price afterwards, and from when"),
    "PRICE_NOW": _("The price with the offer"),
    "PROTOCOL_NUMBER": _("The number of this call"),
    "RECORDING_NOTICE": _("Recording notice"),
    "RECORD_CANCEL": _("Cancellation recorded"),
    "SEND_CONFIRMATION": _("Written notice sent"),
}


def _labels(*kinds: type[TextChoices]) -> Mapping[str, Words]:
    return {str(code): label for kind in kinds for code, label in kind.choices}


# The same code means different things in different fields.
_BY_FIELD: Mapping[str, Mapping[str, Words]] = {
    "budget_mode": _labels(LimitMode),
    "mode": _labels(LimitMode),
    "checks": IDENTITY_CHECKS,
    "disclosures": _SAID,
    "what": _SAID,
    "duty": _labels(Duty),
    "family": _labels(Family),
    "fields": CONTACT,
    "grade": _labels(Grade),
    "kinds": _labels(OfferKind),
    "period": _labels(BudgetPeriod),
    "reasons": _labels(ReasonCode),
    "risk_reasons": {str(code): words for code, words in RISK_FITS.items()},
    "role": {
        "Agent": _("Agent"),
        "Supervisor": _("Supervisor"),
        "Manager": _("Manager"),
        "Administrator": _("Administrator"),
    },
    "source": _labels(ReasonSource),
    "status": _labels(ComplaintStatus),
}
_KIND_OF: Mapping[str, Mapping[str, Words]] = {
    "budget_plan": _labels(BudgetKind),
    "complaint": _labels(ComplaintKind),
    "offer": _labels(OfferKind),
    "product": _labels(ProductKind),
}


def field_words(name: str, *, of: str = "") -> str:
    """What a field is called, on an object of this kind; as it is recorded where it has no word."""
    if name == "kind" and of in ("call", "disposition"):
        return str(_("ended as"))
    return str(FIELDS.get(name, name.replace("_", " ")))


def value_words(name: str, code: str, *, of: str = "") -> str:
    """What a code says in this field, on an object of this kind; as it is recorded where it has no word."""
    table = _KIND_OF.get(of, {}) if name == "kind" else _BY_FIELD.get(name, {})
    return str(table.get(code) or _ANYWHERE.get(code, code))


def reason_words(reason: str, typed: str | None = None) -> str:
    """Why, where that is one of the desk's codes; else as somebody said it, `typed` being what is kept of that."""
    if reason.startswith(PREFIX):
        return typed or gettext("What was typed here has been erased.")
    return str(_DECLINED.get(reason, reason))
