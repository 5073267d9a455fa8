"""Tables of what may be given, one noun a module."""

from offers.models.authority import LimitVersion, SchemeVersion, Seat
from offers.models.budget import (
    BudgetAccount,
    BudgetCounter,
    BudgetPlan,
    Hold,
    LedgerEntry,
)
from offers.models.catalogue import Campaign, Offer, OfferVersion
from offers.models.proposal import ApprovalRequest, Concession, Outcome, Proposal

__all__ = [
    "ApprovalRequest",
    "BudgetAccount",
    "BudgetCounter",
    "BudgetPlan",
    "Campaign",
    "Concession",
    "Hold",
    "LedgerEntry",
    "LimitVersion",
    "Offer",
    "OfferVersion",
    "Outcome",
    "Proposal",
    "SchemeVersion",
    "Seat",
]
