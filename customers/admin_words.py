"""What the columns are called in the administration. The models have no words of their own: changing one of these is no
migration, and what a model's `help_text` says is for whoever reads the model.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: Mapping[str, Any] = {
    "active": _("active"),
    "actor_role": _("role"),
    "attempts": _("attempts"),
    "call_id": _("number of the call"),
    "code": _("code"),
    "controllable": _("controllable"),
    "country": _("country"),
    "created_at": _("created"),
    "created_by": _("created by"),
    "currency": _("currency"),
    "customer_id": _("number of the customer"),
    "delivered_at": _("delivered"),
    "due_at": _("due at"),
    "finished_at": _("finished"),
    "icon": _("icon"),
    "key": _("one-time key"),
    "kind": _("kind"),
    "last_error": _("last error"),
    "lease_until": _("being sent until"),
    "limit_version_id": _("number of the limit"),
    "mapping": _("mapping"),
    "mapping_name": _("name of the mapping"),
    "margin_percent": _("margin, percent"),
    "minutes_after_intent": _("minutes after the wish to cancel"),
    "must_complete": _("cancel at once"),
    "name": _("name"),
    "offers_allowed": _("offers allowed"),
    "parent": _("detail of"),
    "position": _("place in the list"),
    "reason": _("reason"),
    "recorded_at": _("recorded"),
    "rows_read": _("rows read"),
    "rows_total": _("rows in all"),
    "site": _("site"),
    "started_at": _("started"),
    "state": _("state"),
    "strict": _("strict"),
    "team": _("team"),
    "time_zone": _("time zone"),
    "topic": _("topic"),
    "valid_from": _("valid from"),
    "valid_until": _("valid until"),
    "version": _("version"),
    "why": _("why"),
}
