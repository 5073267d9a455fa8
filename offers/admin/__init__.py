"""The pages of the administration about what may be given, who may give how much, and the money for it."""

from offers.admin.authority import SchemeVersionAdmin
from offers.admin.catalogue import CampaignAdmin, OfferAdmin, OfferVersionAdmin
from offers.admin.money import BudgetPlanAdmin

__all__ = [
    "BudgetPlanAdmin",
    "CampaignAdmin",
    "OfferAdmin",
    "OfferVersionAdmin",
    "SchemeVersionAdmin",
]
