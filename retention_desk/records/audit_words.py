"""What an audit event changed, in words: names for its values, labels for codes, amounts as money.

What has no words here is shown as recorded. Ids, and what stayed nothing, tell a reader nothing and are left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from customers.choices import (
    CallerRole,
    CancelWhen,
    DispositionKind,
    IdentityResult,
    OpeningIntent,
    ProductKind,
)
from offers.choices import ApprovalState, OutcomeKind, ProposalState, ReasonCode
from retention_desk import formats

_NAMES: Mapping[str, str | Promise] = {
    "asked_cost_minor": _("asked for"),
    "caller_role": _("caller"),
    "checks": _("checked by"),
    "count": _("times asked"),
    "cost_minor": _("cost"),
    "detail": _("detail"),
    "device_balance_minor": _("device balance"),
    "disclosures": _("read out"),
    "effective_on": _("ends on"),
    "fee_minor": _("fee"),
    "for_agent": _("for the agent"),
    "kind": _("ended as"),
    "last_bill_minor": _("last bill"),
    "lines": _("lines"),
    "months": _("months"),
    "notes_length": _("length of notes"),
    "number": _("number"),
    "opening_intent": _("asked for first"),
    "percent": _("percent"),
    "porting_out": _("leaving with the number"),
    "posted_minor": _("spent"),
    "reason": _("reason"),
    "reasons": _("because of"),
    "result": _("result"),
    "risk_percent": _("risk"),
    "state": _("state"),
    "silent_since": _("silent since"),
    "told": _("told"),
    "when": _("when"),
    "why": _("because of"),
}
# Ids point nowhere on the page, and the record shows the things themselves.
_SILENT = frozenset({"proposal", "request", "cancellation", "disposition", "line", "rival_named", "customer"})
_CHOICES: tuple[type[TextChoices], ...] = (
    ApprovalState,
    OutcomeKind,
    ProposalState,
    ReasonCode,
    IdentityResult,
    CallerRole,
    OpeningIntent,
    ProductKind,
    CancelWhen,
    DispositionKind,
)
_LABELS: Mapping[str, str | Promise] = {str(code): label for choices in _CHOICES for code, label in choices.choices}


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *, currency: str) -> str:
    """The values that an event changed, in one line; empty when it only says that something happened."""
    was, now = before or {}, after or {}
    return ", ".join(_changed(name, was, now, currency) for name in _named(was, now))


def _named(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(now):
        value = now[name]
        # A list of numbers is a list of ids.
        is_ids = isinstance(value, list) and all(isinstance(one, int) for one in value)
        if name not in _SILENT and not is_ids and value not in (None, "", 0, {}, False) and was.get(name) != value:
            yield name


def _changed(name: str, was: Mapping[str, Any], now: Mapping[str, Any], currency: str) -> str:
    named = str(_NAMES.get(name, name))
    told = _told(name, now[name], currency)
    if was.get(name) in (None, ""):
        return f"{named}: {told}"
    return f"{named}: {_told(name, was[name], currency)} → {told}"


def _told(name: str, value: Any, currency: str) -> str:
    if value is True:
        return gettext("yes")
    if isinstance(value, int) and name.endswith("_minor") and currency:
        return formats.money(value, currency, language=get_language() or "en")
    if isinstance(value, Mapping):
        return _listed(f"{_label(one)} {_label(other)}" for one, other in sorted(value.items()))
    if isinstance(value, list):
        return _listed(_label(one) for one in value)
    return _label(value)


def _label(value: Any) -> str:
    return str(_LABELS.get(value, value)) if isinstance(value, str) else str(value)


def _listed(words: Iterable[str]) -> str:
    return "; ".join(words)
