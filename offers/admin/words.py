"""What the columns of offers, authority and money are called in the administration."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.admin_words import WORDS as SHARED

WORDS: Mapping[str, Any] = {
    **SHARED,
    "approval_seconds": _("seconds to answer a request"),
    "budget_mode": _("when a budget is used up"),
    "campaign": _("campaign"),
    "concessions_a_call": _("accepted offers in one call"),
    "cooldown_months": _("months between two concessions"),
    "credits_a_year": _("credits in twelve months"),
    "draw_seconds": _("seconds until the next one is drawn"),
    "ends_at": _("ends at"),
    "ends_on": _("ends before"),
    "family": _("family"),
    "grade": _("grade"),
    "grant_minutes": _("minutes that what was granted stays open"),
    "hold": _("hold that it ends"),
    "hold_minutes": _("minutes that money is held"),
    "long_tenure_extra_percent": _("percent more for long-standing customers"),
    "long_tenure_months": _("long-standing from so many months"),
    "max_months": _("months"),
    "max_percent": _("percent"),
    "offer": _("offer"),
    "pair_cap": _("yeses of one supervisor to one agent in a day"),
    "period": _("period"),
    "short_tenure_months": _("new until so many months"),
    "starts_on": _("begins"),
    "text": _("text"),
    "title": _("what is new"),
    "undo_seconds": _("seconds to take a decision back"),
    "user": _("person"),
}
