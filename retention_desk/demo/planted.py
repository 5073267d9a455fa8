"""What is true in the demo: every share, effect and event that the generator plants, as data.

Reports and models can be checked against this page; `docs/demo.md` explains it and names the sources. Shares are
weights and need not add up to 100. Nothing here depends on the seed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from customers.choices import CallerRole, ComplaintKind, OpeningIntent

CUSTOMERS = 5_000
CALLS = 8_000
DAYS = 365
# Limits, scheme and catalogue are in force from this many days ago; the pictures' customer has a past before the year.
BEGAN_DAYS_AGO = 700
# One floor of twelve takes this many times the calls of scale 1 before it gets colleagues.
SCALE_OF_ONE_FLOOR = 20


@dataclass(frozen=True, slots=True)
class OfferTruth:
    """Per cent of those offered it at its default terms who accept; per cent of these still here after 90 days."""

    accept: int
    stay: int


OFFERS: Mapping[str, OfferTruth] = MappingProxyType(
    {
        "BILL-AMOUNT": OfferTruth(44, 80),
        "INTERNET-PERCENT": OfferTruth(38, 77),
        "WHOLE-BILL": OfferTruth(56, 72),
        "PRICE-LOCK": OfferTruth(30, 90),
        "RIGHT-SIZE-TV": OfferTruth(36, 86),
        "CREDIT-VISIT": OfferTruth(33, 78),
        "PREMIUM-CHANNEL": OfferTruth(18, 74),
        "SPEED-UPGRADE": OfferTruth(24, 80),
        "PAUSE": OfferTruth(20, 55),
        "GIFT-CARD": OfferTruth(30, 68),
        "MOVING-FEE": OfferTruth(65, 85),
        # Not in the sources: judgement in proportion to the others.
        "FREE-MONTH": OfferTruth(40, 70),
        "NEW-COUPON": OfferTruth(35, 76),
        "GOODWILL": OfferTruth(32, 76),
        "APOLOGY-FIX": OfferTruth(22, 79),
    }
)


@dataclass(frozen=True, slots=True)
class ReasonTruth:
    """One reason of leaving: its weight by opening intent; on disconnect calls the per cent saved in the end, the per
    cent who let the agent make an offer at all, and the per cent of the others who stay without one; offers that fit.
    """

    disconnect: int
    cheaper: int
    downgrade: int
    saved: int
    listen: int
    kept: int
    offers: Mapping[str, int]


_MONEY = {
    "INTERNET-PERCENT": 30,
    "BILL-AMOUNT": 25,
    "PRICE-LOCK": 10,
    "RIGHT-SIZE-TV": 10,
    "NEW-COUPON": 8,
    "PREMIUM-CHANNEL": 6,
    "GIFT-CARD": 6,
    "FREE-MONTH": 5,
}
_RIVAL = {"INTERNET-PERCENT": 30, "BILL-AMOUNT": 20, "SPEED-UPGRADE": 22, "GIFT-CARD": 14, "PRICE-LOCK": 14}
_FAULTS = {"CREDIT-VISIT": 62, "APOLOGY-FIX": 22, "GOODWILL": 10, "SPEED-UPGRADE": 6}
_NOT_USED = {"PAUSE": 34, "RIGHT-SIZE-TV": 46, "PREMIUM-CHANNEL": 10, "BILL-AMOUNT": 10}
_BILLING = {"GOODWILL": 58, "APOLOGY-FIX": 16, "BILL-AMOUNT": 16, "PRICE-LOCK": 10}
_MOVING = {"MOVING-FEE": 82, "FREE-MONTH": 10, "GIFT-CARD": 8}
_OTHER = {"PREMIUM-CHANNEL": 25, "INTERNET-PERCENT": 25, "PRICE-LOCK": 25, "GIFT-CARD": 25}

REASONS: Mapping[str, ReasonTruth] = MappingProxyType(
    {
        "PRICE": ReasonTruth(34, 70, 42, 40, 78, 26, _MONEY),
        "RIVAL": ReasonTruth(18, 14, 4, 27, 55, 17, _RIVAL),
        "MOVING_AWAY": ReasonTruth(9, 0, 0, 1, 0, 1, {}),
        "MOVING": ReasonTruth(7, 0, 2, 55, 72, 36, _MOVING),
        "FAULTS": ReasonTruth(10, 3, 2, 38, 80, 18, _FAULTS),
        "NOT_USED": ReasonTruth(9, 3, 40, 30, 72, 20, _NOT_USED),
        "BILLING": ReasonTruth(5, 8, 3, 50, 82, 42, _BILLING),
        "HARDSHIP": ReasonTruth(4, 2, 6, 35, 0, 37, {}),
        "DEATH": ReasonTruth(2, 0, 0, 5, 0, 5, {}),
        "OTHER": ReasonTruth(2, 0, 1, 20, 60, 4, _OTHER),
    }
)

# What callers first ask for. COMPLAINT and OTHER are ours, small, so that no list of the desk is empty.
INTENTS: Mapping[OpeningIntent, int] = MappingProxyType(
    {
        OpeningIntent.CHEAPER: 445,
        OpeningIntent.DOWNGRADE: 280,
        OpeningIntent.DISCONNECT: 265,
        OpeningIntent.COMPLAINT: 5,
        OpeningIntent.OTHER: 5,
    }
)


@dataclass(frozen=True, slots=True)
class IntentTruth:
    """How calls with another opening intent than disconnect go: per cent who let an offer be made, and how those end
    who accept none, as weights of disposition codes.
    """

    listen: int
    without: Mapping[str, int]


OTHER_ENDINGS: Mapping[OpeningIntent, IntentTruth] = MappingProxyType(
    {
        OpeningIntent.CHEAPER: IntentTruth(
            82, {"CANCELLED": 2, "SAVED_WITHOUT": 38, "PARTLY_SAVED": 6, "NO_CANCEL_INTENT": 54}
        ),
        OpeningIntent.DOWNGRADE: IntentTruth(
            45, {"CANCELLED": 1, "SAVED_WITHOUT": 18, "PARTLY_SAVED": 62, "NO_CANCEL_INTENT": 19}
        ),
        OpeningIntent.COMPLAINT: IntentTruth(40, {"CANCELLED": 4, "SAVED_WITHOUT": 40, "NO_CANCEL_INTENT": 56}),
        OpeningIntent.OTHER: IntentTruth(15, {"CANCELLED": 4, "SAVED_WITHOUT": 26, "NO_CANCEL_INTENT": 70}),
    }
)
# Of those who decline the first offer, per cent who hear a second; on disconnect calls the policy allows two.
SECOND_OFFER = 32
# Per cent of those who keep their service without an offer after asking to disconnect who give up one product of it.
KEPT_IN_PART = 22
# Per cent of leavers for a rival, with a number of their own, who take it with them.
PORTING = 45

# Agents: ten are alike; one persuades more and one less. Shifts of the log odds of every yes that they are given.
AGENT_SHIFTS: Mapping[str, float] = MappingProxyType({"paloma": 0.85, "dario": -0.85})

# Where an offer stood in the list when it was presented, first to fifth.
POSITIONS = (54, 22, 12, 8, 4)

# ── When ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

# Calls by hour of the site's clock, from 8 to 20, and by weekday from Monday.
FIRST_HOUR = 8
HOURS = (4, 8, 11, 11, 10, 9, 9, 9, 9, 8, 6, 4, 2)
SITE_SHARES = (58, 42)
WEEKDAYS = (1.30, 1.15, 1.05, 1.05, 1.10, 0.80, 0.55)
PRICE_RISE_DAYS_AGO = 150
PRICE_RISE_MINOR = 400
PRICE_RISE_LASTS = 30
PRICE_RISE_CALLS = 1.40
FAULT_DAYS_AGO = 104
FAULT_LASTS = 28
FAULT_TOWNS = ("Cardenal", "Alder Flat", "Mirador")
# In those weeks the towns' customers call this many times as often, and faults weigh this much more among reasons.
FAULT_CALLS = 5.0
FAULT_REASON = 9.0


def price_rise_on(today: date) -> date:
    """The first of the month in which the price of every internet line rose."""
    return (today - timedelta(days=PRICE_RISE_DAYS_AGO)).replace(day=1)


def fault_from(today: date) -> date:
    """The first day of the weeks in which the network of `FAULT_TOWNS` kept failing."""
    return today - timedelta(days=FAULT_DAYS_AGO)


# Months of being a customer at which leaving is three times as likely to be thought of.
PEAK_MONTHS = (12, 24)
PEAK_FACTOR = 3.0

# ── How long, how often ──────────────────────────────────────────────────────────────────────────────────────────────

# Seconds from ringing to the end of wrap-up: median and spread (of the logarithm) of calls that end in a save, in a
# cancellation, and otherwise; and of wrap-up alone.
HANDLE_SAVED = (630, 0.50)
HANDLE_CANCELLED = (420, 0.52)
HANDLE_OTHER = (600, 0.60)
HANDLE_SHORT = (240, 0.50)
WRAP_UP = (47, 0.55)
# Seconds until a supervisor has answered: median and spread.
ANSWER = (48, 0.68)
ASKED_A_SUPERVISOR = 10.0
# Of those who hear an offer, so many times that share are asked for, because not everybody hears one or may have one.
ASKING_AMONG_LISTENERS = 2.3
ANSWERS: Mapping[str, int] = MappingProxyType({"APPROVED": 58, "COUNTERED": 27, "DECLINED": 15})

TRANSFERRED_IN = 55.0
CALLERS: Mapping[CallerRole, float] = MappingProxyType(
    {
        CallerRole.HOLDER: 91.0,
        CallerRole.AUTHORISED: 5.0,
        CallerRole.PAYER: 1.5,
        CallerRole.BUSINESS: 0.0,
        CallerRole.EXECUTOR: 0.5,
        CallerRole.OTHER: 2.0,
    }
)
# Per cent of all calls that end this way, whatever they began with.
DROPPED = 2.5
TRANSFERRED_ON = 1.2
CALL_BACK = 2.5
UNAUTHORISED = 0.6
# Per cent of calls after which the same customer rings again within the week: always after a dropped line or a
# promised call-back that nobody made, sometimes after anything else.
RINGS_AGAIN = 6.0

# ── Who stays ────────────────────────────────────────────────────────────────────────────────────────────────────────

# Of those saved, per cent still here after so many days. What the generator draws from is a little higher in the long
# run, because some who were saved ring once more and leave then.
STICKY: Sequence[tuple[int, float]] = ((30, 92.0), (60, 86.0), (90, 81.0), (365, 60.0))
DRAWN_STICKY: Sequence[tuple[int, float]] = ((30, 93.6), (60, 88.4), (90, 83.6), (365, 70.0))
OFFER_STAY_FACTOR = 1.01

# ── Accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

# Months of being a customer, from and to, with weights.
TENURE: Sequence[tuple[int, int, int]] = (
    (1, 6, 12),
    (6, 12, 10),
    (12, 24, 16),
    (24, 60, 28),
    (60, 120, 22),
    (120, 240, 12),
)
DISCOUNT_RUNNING = 51
DISCOUNT_ENDED = 22
PAST_DUE = 14
IN_CONTRACT = 35
BUSINESS = 4
# Per cent of customers who ring to haggle; the others ring once, to leave. It is an extract: everybody in it may ring.
HAGGLERS = 56

COMPLAINT_KINDS: Mapping[ComplaintKind, int] = MappingProxyType(
    {
        ComplaintKind.BILLING: 34,
        ComplaintKind.FAULT: 28,
        ComplaintKind.HANDLING: 14,
        ComplaintKind.VISIT: 9,
        ComplaintKind.INSTALLATION: 6,
        ComplaintKind.EQUIPMENT: 5,
        ComplaintKind.CANCELLING: 3,
        ComplaintKind.PORTING: 1,
    }
)
COMPLAINTS_PER_CUSTOMER = 0.42
COMPLAINT_OPEN = 16
