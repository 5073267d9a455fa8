"""The pages of the administration about what may be given, who may give how much, and the money for it."""

from offers.admin.authority import LimitVersionAdmin, SchemeVersionAdmin
from offers.admin.catalogue import CampaignAdmin, OfferAdmin, OfferVersionAdmin
from offers.admin.money import BudgetAccountAdmin, BudgetPlanAdmin, LedgerEntryAdmin

__all__ = [
    "BudgetAccountAdmin",
    "BudgetPlanAdmin",
    "CampaignAdmin",
    "LedgerEntryAdmin",
    "LimitVersionAdmin",
    "OfferAdmin",
    "OfferVersionAdmin",
    "SchemeVersionAdmin",
]
