"""Short words and icons for codes that the call screen prints in lists: checks, events, endings, risks."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.choices import CallEventKind, DispositionKind
from customers.value import RiskCode

IDENTITY_CHECKS: Mapping[str, str | Promise] = MappingProxyType(
    {
        "CALLER_NUMBER": _("Calls from the number on the account"),
        "PIN": _("Account PIN"),
        "BIRTH_DATE": _("Date of birth"),
        "LAST_BILL": _("Amount of the last bill"),
        "ADDRESS": _("Service address"),
        "CODE_SENT": _("Code sent to the account’s number"),
    }
)
"""How a caller can be known. Only which check was made is kept, never what was answered."""

CHECKS_SHORT: Mapping[str, str | Promise] = MappingProxyType(
    {
        "CALLER_NUMBER": _("number"),
        "PIN": _("PIN"),
        "BIRTH_DATE": _("date of birth"),
        "LAST_BILL": _("last bill"),
        "ADDRESS": _("address"),
        "CODE_SENT": _("code"),
    }
)
"""The same for the call bar, where there is room for a word."""

CHECKS_NEEDED = 2

DISPOSITION_ICONS: Mapping[DispositionKind, str] = MappingProxyType(
    {
        DispositionKind.SAVED_WITH_OFFER: "circle-check",
        DispositionKind.SAVED_WITHOUT: "heart-handshake",
        DispositionKind.PARTLY_SAVED: "adjustments-horizontal",
        DispositionKind.PAUSED: "player-pause",
        DispositionKind.MOVED_WITH_US: "home-move",
        DispositionKind.NAME_TRANSFERRED: "transfer",
        DispositionKind.CANCELLED: "door-exit",
        DispositionKind.PORTING_OUT: "phone-outgoing",
        DispositionKind.CALL_BACK: "calendar-time",
        DispositionKind.TRANSFERRED: "arrow-forward-up",
        DispositionKind.DROPPED: "phone-off",
        DispositionKind.NO_CANCEL_INTENT: "message-2",
        DispositionKind.UNAUTHORISED_CALLER: "user-x",
    }
)

COMMON_DISPOSITIONS: Sequence[DispositionKind] = (
    DispositionKind.SAVED_WITH_OFFER,
    DispositionKind.SAVED_WITHOUT,
    DispositionKind.CANCELLED,
    DispositionKind.CALL_BACK,
)
"""What calls mostly end in; with the proposed ending they stand first."""

EVENT_ICONS: Mapping[CallEventKind, tuple[str, str]] = MappingProxyType(
    {
        CallEventKind.RECORDING_NOTICE: ("player-record", ""),
        CallEventKind.IDENTITY_CHECKED: ("user-check", ""),
        CallEventKind.IDENTITY_FAILED: ("user-x", "tone-warn"),
        CallEventKind.ASKED_TO_CANCEL: ("hand-stop", ""),
        CallEventKind.ASKED_AGAIN: ("repeat", "tone-warn"),
        CallEventKind.OFFERS_CLOSED: ("lock", ""),
        CallEventKind.REASON_SET: ("tag", ""),
        CallEventKind.PRESENTED: ("message-2", "tone-info"),
        CallEventKind.ACCEPTED: ("circle-check", "tone-ok"),
        CallEventKind.DECLINED: ("circle-x", ""),
        CallEventKind.ASKED_SUPERVISOR: ("send", ""),
        CallEventKind.SUPERVISOR_ANSWERED: ("scale", ""),
        CallEventKind.WITHDRAWN: ("arrow-back-up", ""),
        CallEventKind.CANCELLED: ("door-exit", ""),
        CallEventKind.CANCEL_UNDONE: ("arrow-back-up", ""),
        CallEventKind.COMPLAINT_LOGGED: ("alert-triangle", ""),
        CallEventKind.COMPLAINT_CLOSED: ("check", ""),
        CallEventKind.TOLD: ("volume", ""),
        CallEventKind.RESUMED: ("player-play", ""),
        CallEventKind.TRANSFERRED: ("arrow-forward-up", "tone-info"),
        CallEventKind.ENDED: ("phone-off", ""),
        CallEventKind.ABANDONED: ("phone-off", "tone-warn"),
        CallEventKind.CLOSED: ("checklist", ""),
    }
)

RISK_FITS: Mapping[RiskCode, str | Promise] = MappingProxyType(
    {
        RiskCode.CONTRACT_ENDING: _("contract ending"),
        RiskCode.MONTH_TO_MONTH: _("no contract"),
        RiskCode.CONTRACT_RUNNING: _("contract running"),
        RiskCode.PROMOTION_ENDED: _("promotion ended"),
        RiskCode.PRICE_RISE: _("price rise"),
        RiskCode.OUTAGES_MANY: _("outages"),
        RiskCode.OUTAGES: _("outages"),
        RiskCode.COMPLAINTS_MANY: _("complaints"),
        RiskCode.COMPLAINT_OPEN: _("open complaint"),
        RiskCode.ANNIVERSARY: _("yearly date"),
        RiskCode.NEW_CUSTOMER: _("new customer"),
        RiskCode.FIRST_YEAR: _("first year"),
        RiskCode.LONG_CUSTOMER: _("customer for long"),
        RiskCode.VERY_LONG_CUSTOMER: _("customer for long"),
        RiskCode.CANCEL_CALLS_MANY: _("called before"),
        RiskCode.CANCEL_CALL: _("called before"),
        RiskCode.AUTOPAY_OFF: _("pays by hand"),
        RiskCode.PAST_DUE: _("payment past due"),
        RiskCode.RIVAL_NAMED: _("rival named"),
        RiskCode.ASKED_TO_DISCONNECT: _("wants to leave"),
        RiskCode.ASKED_TO_PAY_LESS: _("wants to pay less"),
    }
)
