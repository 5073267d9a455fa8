"""The pages of the administration about what may be given, who may give how much, and the money for it."""

from offers.admin.authority import SchemeVersionAdmin
from offers.admin.catalogue import CampaignAdmin, OfferAdmin, OfferVersionAdmin
from offers.admin.money import BudgetPlanAdmin
from offers.admin.shift import NewsAdmin, SilentNoteAdmin

__all__ = [
    "BudgetPlanAdmin",
    "CampaignAdmin",
    "NewsAdmin",
    "OfferAdmin",
    "OfferVersionAdmin",
    "SchemeVersionAdmin",
    "SilentNoteAdmin",
]
