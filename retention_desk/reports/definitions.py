"""The words behind each figure: its name, its formula, and what it is a share of. Pages and exports print the same
ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from retention_desk.reports.figures import Figure, Outcome


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure in words; `formula` uses the letters of `OUTCOME_WORDS` and is not translated."""

    figure: Figure
    name: Promise
    formula: str
    meaning: Promise
    denominator: Promise


OUTCOME_WORDS: Mapping[Outcome, Promise] = MappingProxyType(
    {
        Outcome.A: _("Kept with an accepted offer"),
        Outcome.K: _("Kept without an offer"),
        Outcome.P: _("Paused"),
        Outcome.D: _("Kept in part"),
        Outcome.X: _("Cancelled"),
        Outcome.U: _("Undecided: call-back, dropped, transferred"),
    }
)

_CONTACTS = _(
    "All cancel contacts; a customer's calls within 7 days are one contact, and its last clear result counts."
)

DEFINITIONS: Mapping[Figure, Definition] = MappingProxyType(
    {
        definition.figure: definition
        for definition in (
            Definition(
                Figure.SAVE,
                _("Save rate"),
                "(A + K + D) / C",
                _("Kept with an offer, without one, or in part."),
                _CONTACTS,
            ),
            Definition(
                Figure.STRICT_SAVE,
                _("Strict save rate"),
                "A / C",
                _("Kept with an accepted offer."),
                _CONTACTS,
            ),
            Definition(
                Figure.CONTROLLABLE_SAVE,
                _("Controllable save rate"),
                "(A + K + D) / C",
                _("Kept, among those that somebody could have kept."),
                _("Cancel contacts without death and moves out of the area."),
            ),
            Definition(
                Figure.EXCLUDED,
                _("Left out as not controllable"),
                "C* / C",
                _("Death and moves out of the area."),
                _CONTACTS,
            ),
            Definition(
                Figure.DEFLECTION,
                _("Not cancelled in the contact"),
                "(C \N{MINUS SIGN} X) / C",
                _("Everything but a cancellation, the undecided included."),
                _CONTACTS,
            ),
            Definition(
                Figure.REVENUE_SAVE,
                _("Save rate by revenue"),
                "Σ bill (A + K + D) / Σ bill (C)",
                _("Monthly bills of those kept."),
                _("Monthly bills of all cancel contacts at the start of the call."),
            ),
            Definition(
                Figure.TAKE_RATE,
                _("Acceptance"),
                "accepted / presented",
                _("Offers that the customer said yes to."),
                _("Offers presented to a customer."),
            ),
            Definition(
                Figure.COST_PER_SAVE,
                _("Cost per save"),
                "Σ cost / (A + K + D)",
                _("Cost of all accepted offers over their whole life, also of customers who left all the same."),
                _("Customers kept with an offer, without one, or in part."),
            ),
            Definition(
                Figure.STILL_HERE,
                _("Still here"),
                "Kaplan\N{EN DASH}Meier",
                _("Still active and paying so many days after the contact."),
                _("Customers kept; those not yet seen for so long count until their last known day."),
            ),
        )
    }
)
