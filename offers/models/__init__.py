"""Tables of what may be given, one noun a module."""

from offers.models.authority import Delegation, LimitRaise, LimitVersion, SchemeVersion, Seat
from offers.models.budget import (
    BudgetAccount,
    BudgetCounter,
    BudgetPlan,
    Hold,
    LedgerEntry,
    Storm,
    StormReserve,
)
from offers.models.catalogue import Campaign, Offer, OfferVersion
from offers.models.conflict import OwnLine
from offers.models.promotion import Promotion
from offers.models.proposal import ApprovalDraw, ApprovalRequest, Concession, Grant, Outcome, Proposal
from offers.models.shift import News, NewsEnd, SilentNote, SilentNoteSeen

__all__ = [
    "ApprovalDraw",
    "ApprovalRequest",
    "BudgetAccount",
    "BudgetCounter",
    "BudgetPlan",
    "Campaign",
    "Concession",
    "Delegation",
    "Grant",
    "Hold",
    "LedgerEntry",
    "LimitRaise",
    "LimitVersion",
    "News",
    "NewsEnd",
    "Offer",
    "OfferVersion",
    "Outcome",
    "OwnLine",
    "Promotion",
    "Proposal",
    "SchemeVersion",
    "Seat",
    "SilentNote",
    "SilentNoteSeen",
    "Storm",
    "StormReserve",
]
